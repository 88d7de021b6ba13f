"""The tables of licences: what was bought, who has a seat of it and why, past terms, keys."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Moment, Versioned, now, words
from school_it.devices.models import Category, Device
from school_it.licences.rules import Basis, Released, SeatFor
from school_it.people.models import Person
from school_it.people.rules import PersonRole
from school_it.schools.models import Room, School


class Licence(Versioned, Model):
    """So many seats of a product for a term, known everywhere by its `licence_no`.

    Without a school it is for all of them. The prices are those of one term, for all seats together. `seats` is what
    was bought; who has one of them are the rows of `Seat` that point here. Whoever gives seats or changes their
    number holds this row until the end of the transaction.
    """

    __tablename__ = "licences"
    __table_args__ = (
        Index("ix_licences_school_id", "school_id"),
        Index("ix_licences_valid_to", "valid_to"),
        Index("ix_licences_cancel_by", "cancel_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_no: Mapped[str] = mapped_column(String(60), unique=True, nullable=False)
    product: Mapped[str] = mapped_column(String(160), nullable=False)
    vendor: Mapped[str | None] = mapped_column(String(160))
    basis: Mapped[Basis | None] = mapped_column(words(Basis))
    seats: Mapped[int] = mapped_column(nullable=False)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    cancel_by: Mapped[date | None]
    renews: Mapped[bool | None]
    price_net: Mapped[Decimal | None] = mapped_column(Euro)
    price_gross: Mapped[Decimal | None] = mapped_column(Euro)
    supplier: Mapped[str | None] = mapped_column(String(160))
    invoice_no: Mapped[str | None] = mapped_column(String(80))
    remark: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        return f"{self.licence_no} {self.product}"

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id


class Term(Model):
    """A term of a licence that is over: the licence itself always tells the one that runs."""

    __tablename__ = "licence_terms"
    __table_args__ = (Index("ix_licence_terms_licence_id", "licence_id", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey(Licence.id, ondelete="CASCADE"), nullable=False)
    valid_from: Mapped[date] = mapped_column(nullable=False)
    valid_to: Mapped[date] = mapped_column(nullable=False)
    cancel_by: Mapped[date | None]
    seats: Mapped[int] = mapped_column(nullable=False)
    price_net: Mapped[Decimal | None] = mapped_column(Euro)
    price_gross: Mapped[Decimal | None] = mapped_column(Euro)
    invoice_no: Mapped[str | None] = mapped_column(String(80))
    rolled_on: Mapped[date] = mapped_column(nullable=False)
    rolled_by: Mapped[str] = mapped_column(String(120), nullable=False)


class SeatRule(Model):
    """Whoever belongs to this group has a seat: given to who joins, released when somebody leaves.

    Without a school it is for all of them. People are told by `role`, `grade` and `school_class`, devices by
    `category_id` and `room_id`; what is empty narrows nothing. Open as long as `ended_on` is empty.
    """

    __tablename__ = "licence_seat_rules"
    __table_args__ = (Index("ix_licence_seat_rules_licence_id", "licence_id", "ended_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey(Licence.id, ondelete="CASCADE"), nullable=False)
    kind: Mapped[SeatFor] = mapped_column(words(SeatFor), nullable=False)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    role: Mapped[PersonRole | None] = mapped_column(words(PersonRole))
    grade: Mapped[str | None] = mapped_column(String(4))
    school_class: Mapped[str | None] = mapped_column(String(40))
    category_id: Mapped[int | None] = mapped_column(ForeignKey(Category.id))
    room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id))
    missing: Mapped[int] = mapped_column(nullable=False, default=0, server_default="0")
    """How many had none for want of seats when the group was last matched."""
    made_on: Mapped[date] = mapped_column(nullable=False)
    made_by: Mapped[str] = mapped_column(String(120), nullable=False)
    ended_on: Mapped[date | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))

    licence: Mapped[Licence] = relationship(innerjoin=True)
    school: Mapped[School | None] = relationship(lazy="joined")
    category: Mapped[Category | None] = relationship(lazy="joined")
    room: Mapped[Room | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        return f"#{self.licence_id}/{self.id}"

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id


OPEN = "released_on IS NULL"


def _once(name: str, *columns: str, also: str = "") -> Index:
    """Nobody has two open seats of one licence."""
    where = text(f"{OPEN} AND {also}" if also else OPEN)
    return Index(name, "licence_id", *columns, unique=True, sqlite_where=where, postgresql_where=where)


class Seat(Model):
    """One seat of a licence, had by a person, a device, a class (of a school) or a whole school.

    Open as long as `released_on` is empty. `rule_id` is the group through which it was given, `over_reason` why it
    was given though none was free.
    """

    __tablename__ = "licence_seats"
    __table_args__ = (
        _once("uq_licence_seats_person", "person_id"),
        _once("uq_licence_seats_device", "device_id"),
        _once("uq_licence_seats_class", "school_id", "school_class"),
        _once("uq_licence_seats_school", "school_id", also="school_class IS NULL"),
        Index("ix_licence_seats_licence_id", "licence_id", "released_on", "id"),
        Index(
            "ix_licence_seats_open",
            "licence_id",
            "rule_id",
            sqlite_where=text(OPEN),
            postgresql_where=text(OPEN),
        ),
        Index("ix_licence_seats_person_id", "person_id"),
        Index("ix_licence_seats_device_id", "device_id"),
        Index("ix_licence_seats_rule_id", "rule_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey(Licence.id), nullable=False)
    kind: Mapped[SeatFor] = mapped_column(words(SeatFor), nullable=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id))
    device_id: Mapped[int | None] = mapped_column(ForeignKey(Device.id))
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    school_class: Mapped[str | None] = mapped_column(String(40))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey(SeatRule.id))
    given_on: Mapped[date] = mapped_column(nullable=False)
    given_by: Mapped[str] = mapped_column(String(120), nullable=False)
    over_reason: Mapped[str | None] = mapped_column(String(300))
    released_on: Mapped[date | None]
    released_by: Mapped[str | None] = mapped_column(String(120))
    released_why: Mapped[Released | None] = mapped_column(words(Released))

    licence: Mapped[Licence] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person | None] = relationship(lazy="joined")
    device: Mapped[Device | None] = relationship(lazy="joined")
    school: Mapped[School | None] = relationship(lazy="joined")
    rule: Mapped[SeatRule | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        """Never a name: the trail keeps labels for good."""
        return f"#{self.licence_id}/{self.id}"

    @property
    def trace_school_id(self) -> int | None:
        holder = self.person or self.device
        return holder.school_id if holder is not None else self.school_id


class LicenceKey(OfTheTown, Model):
    """A key or an access code of a licence, encrypted; never in a list, an export, the search or the trail."""

    __tablename__ = "licence_keys"
    __table_args__ = (Index("ix_licence_keys_licence_id", "licence_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_id: Mapped[int] = mapped_column(ForeignKey(Licence.id, ondelete="CASCADE"), nullable=False)
    label: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    sealed: Mapped[bytes] = mapped_column(LargeBinary, nullable=False)
    kept_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    kept_by: Mapped[str] = mapped_column(String(120), nullable=False)

    @property
    def trace_label(self) -> str:
        return f"#{self.licence_id}/{self.id}"
