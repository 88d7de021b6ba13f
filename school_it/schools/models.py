"""Tables of schools, buildings, rooms and yearly figures."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Model, Versioned, words
from school_it.schools.rules import RoomUse, SchoolType


class School(Versioned, Model):
    """A school, known everywhere by its `school_number`. `directory_name` is what the directory calls it."""

    __tablename__ = "schools"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_number: Mapped[str] = mapped_column(String(6), unique=True, nullable=False)
    name: Mapped[str] = mapped_column(String(200), nullable=False)
    short_name: Mapped[str | None] = mapped_column(String(40))
    school_type: Mapped[SchoolType] = mapped_column(words(SchoolType), nullable=False)
    street: Mapped[str | None] = mapped_column(String(120))
    postcode: Mapped[str | None] = mapped_column(String(10))
    place: Mapped[str | None] = mapped_column(String(80))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(60))
    social_index: Mapped[int | None]
    use_concept_date: Mapped[date | None]
    support_confirmed: Mapped[bool | None]
    authority_number: Mapped[str | None] = mapped_column(String(10))
    municipality_key: Mapped[str | None] = mapped_column(String(10))
    directory_name: Mapped[str | None] = mapped_column(String(120), unique=True)

    @property
    def label(self) -> str:
        return self.short_name or self.name

    @property
    def trace_label(self) -> str:
        return f"{self.school_number} {self.name}"

    @property
    def trace_school_id(self) -> int:
        return self.id


class Building(Model):
    """A building on the grounds of a school."""

    __tablename__ = "buildings"
    __table_args__ = (UniqueConstraint("school_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"), nullable=False)
    name: Mapped[str] = mapped_column(String(80), nullable=False)

    @property
    def trace_label(self) -> str:
        return self.name

    @property
    def trace_school_id(self) -> int:
        return self.school_id


class Room(Versioned, Model):
    """A room; `room` is the number on its door, unique within the school."""

    __tablename__ = "rooms"
    __table_args__ = (
        UniqueConstraint("school_id", "room"),
        Index("ix_rooms_room", "room"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"), nullable=False)
    room: Mapped[str] = mapped_column(String(40), nullable=False)
    name: Mapped[str | None] = mapped_column(String(120))
    building_id: Mapped[int | None] = mapped_column(ForeignKey("buildings.id", ondelete="SET NULL"))
    floor: Mapped[str | None] = mapped_column(String(40))
    use: Mapped[RoomUse | None] = mapped_column(words(RoomUse))
    seats: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(Text)

    # No inner join: where a room may be missing, SQLite would read all rooms to join them with their schools.
    school: Mapped[School] = relationship(lazy="joined")
    building: Mapped[Building | None] = relationship(lazy="joined")

    @property
    def label(self) -> str:
        return f"{self.room} {self.name}" if self.name else self.room

    @property
    def trace_label(self) -> str:
        return self.label

    @property
    def trace_school_id(self) -> int:
        return self.school_id


class YearlyFigures(Model):
    """Pupils, classes, teachers (heads) and teaching rooms of a school on the key date of a school year.

    `school_year` is the year in which it begins; `grade` is empty for the whole school.
    """

    __tablename__ = "yearly_figures"
    __table_args__ = (UniqueConstraint("school_id", "school_year", "grade"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"), nullable=False)
    school_year: Mapped[int] = mapped_column(nullable=False)
    grade: Mapped[str] = mapped_column(String(4), nullable=False, default="")
    key_date: Mapped[date | None]
    pupils: Mapped[int] = mapped_column(nullable=False)
    classes: Mapped[int | None]
    teachers: Mapped[int | None]
    rooms: Mapped[int | None]

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return f"{self.school_year}/{(self.school_year + 1) % 100:02d} {self.grade}".strip()

    @property
    def trace_school_id(self) -> int:
        return self.school_id
