"""Tables of racks, panels, ports and plugs.

In one minute: a **rack** holds **panels** and devices (**mounts**). Panels, devices and outlets have **ports**. A cable
joins two ports and is kept as two **plugs**, one seen from each of its ends: ``(port, side) -> (peer, peer_side)``.
The ports of panels and outlets pass through from their back (the cable in the wall) to their front (the patch cord);
a device's port has only a front. So a chain is walked plug by plug, in either direction.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Model, Versioned, words
from school_it.devices.models import Device
from school_it.network.models import Outlet
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import PortKind
from school_it.network.wiring.rules import CableKind, Face, Side
from school_it.schools.models import Room, School


class Rack(Versioned, Model):
    """A rack of a school; `units` are counted from its foot. `name_folded` is `network.rules.folded` of its name."""

    __tablename__ = "racks"
    __table_args__ = (
        UniqueConstraint("school_id", "name_folded"),
        Index("ix_racks_room_id", "room_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"), nullable=False)
    room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id, ondelete="SET NULL"))
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    name_folded: Mapped[str] = mapped_column(String(60), nullable=False)
    units: Mapped[int] = mapped_column(nullable=False, default=42)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)
    room: Mapped[Room | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        return self.name

    @property
    def trace_school_id(self) -> int:
        return self.school_id


class Panel(Versioned, Model):
    """A patch panel in a rack, its ports numbered from 1; `unit` is None as long as nobody has said where it sits."""

    __tablename__ = "panels"
    __table_args__ = (UniqueConstraint("rack_id", "name_folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rack_id: Mapped[int] = mapped_column(ForeignKey(Rack.id, ondelete="CASCADE"), nullable=False)
    name: Mapped[str] = mapped_column(String(60), nullable=False)
    name_folded: Mapped[str] = mapped_column(String(60), nullable=False)
    unit: Mapped[int | None]
    ports: Mapped[int] = mapped_column(nullable=False, default=24)

    rack: Mapped[Rack] = relationship(lazy="joined", innerjoin=True)

    @property
    def label(self) -> str:
        return f"{self.rack.name}/{self.name}"

    @property
    def trace_label(self) -> str:
        return self.name

    @property
    def trace_school_id(self) -> int:
        return self.rack.school_id


class Mount(Versioned, Model):
    """Where a device is screwed: its lowest unit in a rack; its height is that of its type, or one unit."""

    __tablename__ = "mounts"
    __table_args__ = (
        UniqueConstraint("device_id"),
        Index("ix_mounts_rack_id", "rack_id"),
        {"info": {"part_of": ("devices",)}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id, ondelete="CASCADE"), nullable=False)
    rack_id: Mapped[int] = mapped_column(ForeignKey(Rack.id, ondelete="CASCADE"), nullable=False)
    unit: Mapped[int | None]
    face: Mapped[Face] = mapped_column(words(Face), nullable=False, default=Face.FRONT)

    device: Mapped[Device] = relationship(lazy="joined", innerjoin=True)
    rack: Mapped[Rack] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return f"{self.rack.name} {self.device.asset_tag}"

    @property
    def trace_school_id(self) -> int:
        return self.rack.school_id


class NetworkPort(Model):
    """A port of exactly one device, panel or outlet; it goes with that. `position` counts from 1 within its owner.

    Those of a device are made from its type (`NetworkPort.kind` network and front ports only), `type` says its speed in
    the words of the library (``1000base-t``), `poe` the power it gives, `takes_poe` that it lives on it.
    """

    __tablename__ = "network_ports"
    __table_args__ = (
        UniqueConstraint("device_id", "name_folded"),
        UniqueConstraint("panel_id", "name_folded"),
        UniqueConstraint("outlet_id"),
        CheckConstraint(
            "(device_id IS NOT NULL AND panel_id IS NULL AND outlet_id IS NULL)"
            " OR (device_id IS NULL AND panel_id IS NOT NULL AND outlet_id IS NULL)"
            " OR (device_id IS NULL AND panel_id IS NULL AND outlet_id IS NOT NULL)",
            name="one_owner",
        ),
        {"info": {"part_of": ("devices", "panels", "outlets")}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey(Device.id, ondelete="CASCADE"))
    panel_id: Mapped[int | None] = mapped_column(ForeignKey(Panel.id, ondelete="CASCADE"))
    outlet_id: Mapped[int | None] = mapped_column(ForeignKey(Outlet.id, ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    name_folded: Mapped[str] = mapped_column(String(80), nullable=False)
    position: Mapped[int] = mapped_column(nullable=False, default=1)
    kind: Mapped[PortKind] = mapped_column(words(PortKind), nullable=False, default=PortKind.INTERFACE)
    type: Mapped[str | None] = mapped_column(String(60))
    poe: Mapped[str | None] = mapped_column(String(60))
    takes_poe: Mapped[bool] = mapped_column(nullable=False, default=False)

    device: Mapped[Device | None] = relationship()
    panel: Mapped[Panel | None] = relationship()
    outlet: Mapped[Outlet | None] = relationship()


class Plug(Model):
    """One end of a cable as its port sees it; the other end's plug says the same the other way round.

    The key says that a side of a port has one cable at most, whoever is faster. Both plugs of a cable go as
    soon as one of its ports is gone. Written by `wiring.cables` only, always in pairs.
    """

    __tablename__ = "plugs"
    __table_args__ = (
        Index("ix_plugs_peer_id", "peer_id", "peer_side"),
        CheckConstraint("port_id <> peer_id", name="two_ports"),
        {"info": {"part_of": ("network_ports",)}},
    )

    port_id: Mapped[int] = mapped_column(ForeignKey(NetworkPort.id, ondelete="CASCADE"), primary_key=True)
    side: Mapped[Side] = mapped_column(words(Side), primary_key=True)
    peer_id: Mapped[int] = mapped_column(ForeignKey(NetworkPort.id, ondelete="CASCADE"), nullable=False)
    peer_side: Mapped[Side] = mapped_column(words(Side), nullable=False)
    kind: Mapped[CableKind] = mapped_column(words(CableKind), nullable=False)
    colour: Mapped[str | None] = mapped_column(String(40))
    label: Mapped[str | None] = mapped_column(String(60))


class ModelType(OfTheTown, Versioned, Model):
    """»Modell X ist Gerätetyp Y«: for devices whose maker and model are spelt otherwise than those of their type."""

    __tablename__ = "model_types"
    __table_args__ = (
        UniqueConstraint("maker_folded", "model_folded"),
        Index("ix_model_types_type_id", "type_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    model: Mapped[str] = mapped_column(String(120), nullable=False)
    maker_folded: Mapped[str] = mapped_column(String(120), nullable=False)
    model_folded: Mapped[str] = mapped_column(String(120), nullable=False)
    type_id: Mapped[int] = mapped_column(ForeignKey(DeviceType.id, ondelete="CASCADE"), nullable=False)

    type: Mapped[DeviceType] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return f"{self.manufacturer} {self.model}".strip()[:200]


class OutletRule(Versioned, Model):
    """How a supplier's names of outlets become those of the house: ``D-{raum}/{nr}`` -> ``{raum}-D{nr}``.

    For one school, or for all where `school_id` is empty; `supplier` is only a word to remember it by.
    """

    __tablename__ = "outlet_rules"
    __table_args__ = (UniqueConstraint("school_id", "pattern"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"))
    supplier: Mapped[str | None] = mapped_column(String(120))
    pattern: Mapped[str] = mapped_column(String(80), nullable=False)
    becomes: Mapped[str] = mapped_column(String(80), nullable=False)

    school: Mapped[School | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        return f"{self.pattern} → {self.becomes}"

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id
