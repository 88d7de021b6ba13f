"""What the office writes for the report of a school year."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Model, Versioned, words
from school_it.errors import N_
from school_it.school_year import label
from school_it.schools.models import School


class Part(enum.StrEnum):
    """Where in the report a text stands."""

    INTRODUCTION = "introduction"
    STOCK = "stock"
    REPLACEMENT = "replacement"
    MONEY = "money"
    SUPPORT = "support"
    OUTLOOK = "outlook"
    SCHOOL = "school"


PARTS = {
    Part.INTRODUCTION: N_("Einleitung"),
    Part.STOCK: N_("Ausstattung"),
    Part.REPLACEMENT: N_("Ersatzbedarf"),
    Part.MONEY: N_("Geld"),
    Part.SUPPORT: N_("Betreuung"),
    Part.OUTLOOK: N_("Ausblick"),
    Part.SCHOOL: N_("Zu einer Schule"),
}


class PlanText(Versioned, Model):
    """A text of the report of the school year that begins in `school_year`; only `Part.SCHOOL` has a school."""

    __tablename__ = "plan_texts"
    __table_args__ = (
        Index("uq_plan_texts_school", "school_year", "part", "school_id", unique=True),
        Index(
            "uq_plan_texts_town", "school_year", "part", unique=True,
            sqlite_where=text("school_id IS NULL"), postgresql_where=text("school_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year: Mapped[int] = mapped_column(nullable=False)
    part: Mapped[Part] = mapped_column(words(Part), nullable=False)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id), index=True)
    text: Mapped[str] = mapped_column(Text, nullable=False, default="")

    school: Mapped[School | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        return f"{label(self.school_year)} {PARTS[self.part]}"

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id
