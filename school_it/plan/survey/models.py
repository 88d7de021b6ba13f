"""Tables of the survey: rounds, the code of each school, its lines."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Model, Versioned, words
from school_it.plan.survey.rules import GROUPS, Decision, Group
from school_it.school_year import label as year_label
from school_it.schools.models import School


class SurveyRound(OfTheTown, Versioned, Model):
    """A survey of one school year (the year in which it begins). `closed_on`: nothing is taken any more."""

    __tablename__ = "survey_rounds"

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year: Mapped[int] = mapped_column(unique=True, nullable=False)
    opened_on: Mapped[date] = mapped_column(nullable=False)
    due_on: Mapped[date] = mapped_column(nullable=False)
    closed_on: Mapped[date | None]
    text: Mapped[str | None] = mapped_column(Text)

    @property
    def label(self) -> str:
        return year_label(self.school_year)

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def trace_label(self) -> str:
        return self.label


class SurveyCode(Model):
    """By which a school's workbook is known when it comes back."""

    __tablename__ = "survey_codes"
    __table_args__ = (UniqueConstraint("round_id", "school_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(SurveyRound.id, ondelete="CASCADE"), nullable=False)
    school_id: Mapped[int] = mapped_column(
        ForeignKey(School.id, ondelete="CASCADE"), nullable=False, index=True
    )
    code: Mapped[str] = mapped_column(String(30), unique=True, nullable=False)


class SurveyWish(Versioned, Model):
    """A line of a school. `target`, `stock` and `gap` are what it was shown when the round was opened.

    `wanted` None: not answered; 0: nothing needed. `granted` is what the office grants of it.
    """

    __tablename__ = "survey_wishes"
    __table_args__ = (UniqueConstraint("round_id", "school_id", "group", "what"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(SurveyRound.id, ondelete="CASCADE"), nullable=False)
    school_id: Mapped[int] = mapped_column(
        ForeignKey(School.id, ondelete="CASCADE"), nullable=False, index=True
    )
    group: Mapped[Group] = mapped_column(words(Group), nullable=False)
    what: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    target: Mapped[int | None]
    stock: Mapped[int | None]
    gap: Mapped[int | None]
    wanted: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    decision: Mapped[Decision] = mapped_column(words(Decision), nullable=False, default=Decision.OPEN)
    granted: Mapped[int | None]
    decision_reason: Mapped[str | None] = mapped_column(Text)

    round: Mapped[SurveyRound] = relationship(lazy="joined", innerjoin=True)
    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return label(self.group, self.what)

    @property
    def trace_school_id(self) -> int:
        return self.school_id


def label(group: Group, what: str | None) -> str:
    """»mobil«, »anderes: Dokumentenkamera«."""
    return f"{GROUPS[group]}: {what}" if what else GROUPS[group]
