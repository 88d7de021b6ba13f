"""Tables of the yearly talks and of what was agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Euro, Model, Versioned, words
from school_it.devices.rules import ItemClass
from school_it.plan.talks.rules import Kept
from school_it.school_year import label as year_label
from school_it.schools.models import School


class AnnualReview(Versioned, Model):
    """A talk and its minutes. `participants` are staff by name or role, never pupils."""

    __tablename__ = "annual_reviews"
    __table_args__ = (Index("ix_annual_reviews_school", "school_id", "school_year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"), nullable=False)
    school_year: Mapped[int] = mapped_column(nullable=False, index=True)
    held_on: Mapped[date] = mapped_column(nullable=False)
    participants: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    @property
    def label(self) -> str:
        return year_label(self.school_year)

    @property
    def trace_label(self) -> str:
        return f"{self.label} {self.school.label}"

    @property
    def trace_school_id(self) -> int:
        return self.school_id


class Agreement(Versioned, Model):
    """What city and school agreed: in a talk, or by granting a wish of the survey. `due_on` tells the fiscal year."""

    __tablename__ = "agreements"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(
        ForeignKey(School.id, ondelete="CASCADE"), nullable=False, index=True
    )
    review_id: Mapped[int | None] = mapped_column(
        ForeignKey(AnnualReview.id, ondelete="SET NULL"), index=True
    )
    wish_id: Mapped[int | None] = mapped_column(
        ForeignKey("survey_wishes.id", ondelete="SET NULL"), unique=True
    )
    agreed_on: Mapped[date] = mapped_column(nullable=False)
    what: Mapped[str] = mapped_column(String(300), nullable=False)
    item_class: Mapped[ItemClass | None] = mapped_column(words(ItemClass))
    number: Mapped[int | None]
    euros: Mapped[Decimal | None] = mapped_column(Euro)
    responsible: Mapped[str | None] = mapped_column(String(120))
    due_on: Mapped[date] = mapped_column(nullable=False)
    kept: Mapped[Kept] = mapped_column(words(Kept), nullable=False, default=Kept.OPEN)
    note: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    def is_overdue(self, on: date) -> bool:
        return self.kept is Kept.OPEN and self.due_on < on

    @property
    def trace_label(self) -> str:
        return self.what

    @property
    def trace_school_id(self) -> int:
        return self.school_id
