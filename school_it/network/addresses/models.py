"""Tables of VLANs, subnets, ranges that are not given out, and fixed addresses.

Addresses are kept as people read them, and beside it as `rules.key_of`: text whose order is that of the addresses. An
address belongs to the subnets of its school whose keys are around its own; no column says so, and none can be wrong.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Model, Versioned, words
from school_it.devices.models import Device
from school_it.network.addresses import rules
from school_it.network.addresses.rules import Purpose, RangeUse
from school_it.schools.models import School

LONGEST_KEY = 33
LONGEST_ADDRESS = 43


class Vlan(Versioned, Model):
    """A VLAN of a school."""

    __tablename__ = "vlans"
    __table_args__ = (
        UniqueConstraint("school_id", "number"),
        CheckConstraint(
            f"number BETWEEN {rules.LOWEST_VLAN} AND {rules.HIGHEST_VLAN}", name="number_of_vlan"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"), nullable=False)
    number: Mapped[int] = mapped_column(nullable=False)
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    purpose: Mapped[Purpose] = mapped_column(words(Purpose), nullable=False)
    remark: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    @property
    def label(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def trace_label(self) -> str:
        return self.label

    @property
    def trace_school_id(self) -> int:
        return self.school_id


class Subnet(Versioned, Model):
    """A subnet of a school, IPv4 or IPv6. `is_separate`: behind a router of its own, so others may have the same."""

    __tablename__ = "subnets"
    __table_args__ = (
        UniqueConstraint("school_id", "network"),
        Index("ix_subnets_keys", "first_key", "last_key"),
        Index("ix_subnets_vlan_id", "vlan_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"), nullable=False)
    network: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), nullable=False)
    first_key: Mapped[str] = mapped_column(String(LONGEST_KEY), nullable=False)
    last_key: Mapped[str] = mapped_column(String(LONGEST_KEY), nullable=False)
    gateway: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    vlan_id: Mapped[int | None] = mapped_column(ForeignKey(Vlan.id, ondelete="SET NULL"))
    is_separate: Mapped[bool] = mapped_column(nullable=False, default=False)
    remark: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)
    vlan: Mapped[Vlan | None] = relationship(lazy="joined")

    @property
    def net(self) -> rules.Network:
        return rules.read_network(self.network)

    @property
    def span(self) -> rules.Span:
        return rules.span(rules.of_key(self.first_key), rules.of_key(self.last_key))

    @property
    def trace_label(self) -> str:
        return self.network

    @property
    def trace_school_id(self) -> int:
        return self.school_id


class AddressRange(Versioned, Model):
    """Addresses of a subnet that are not given to devices by hand."""

    __tablename__ = "address_ranges"
    __table_args__ = (UniqueConstraint("subnet_id", "first_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subnet_id: Mapped[int] = mapped_column(ForeignKey(Subnet.id, ondelete="CASCADE"), nullable=False)
    first: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), nullable=False)
    last: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), nullable=False)
    first_key: Mapped[str] = mapped_column(String(LONGEST_KEY), nullable=False)
    last_key: Mapped[str] = mapped_column(String(LONGEST_KEY), nullable=False)
    use: Mapped[RangeUse] = mapped_column(words(RangeUse), nullable=False)
    remark: Mapped[str | None] = mapped_column(String(160))

    subnet: Mapped[Subnet] = relationship(lazy="joined", innerjoin=True)

    @property
    def span(self) -> rules.Span:
        return rules.span(rules.of_key(self.first_key), rules.of_key(self.last_key))

    @property
    def trace_label(self) -> str:
        return f"{self.first} – {self.last}"

    @property
    def trace_school_id(self) -> int:
        return self.subnet.school_id


class FixedAddress(Versioned, Model):
    """An address that a device always has; `device_id` is None where it is no device of the inventory."""

    __tablename__ = "fixed_addresses"
    __table_args__ = (
        UniqueConstraint("school_id", "address_key"),
        Index("ix_fixed_addresses_device_id", "device_id"),
        Index("ix_fixed_addresses_key", "address_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"), nullable=False)
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS), nullable=False)
    address_key: Mapped[str] = mapped_column(String(LONGEST_KEY), nullable=False)
    name: Mapped[str] = mapped_column(String(120), nullable=False)
    device_id: Mapped[int | None] = mapped_column(ForeignKey(Device.id, ondelete="SET NULL"))
    remark: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)
    device: Mapped[Device | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        return f"{self.address} {self.name}"

    @property
    def trace_school_id(self) -> int:
        return self.school_id
