"""The table of measures."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Versioned, words
from school_it.funding.book import MeasureState
from school_it.funding.models.grants import Grant
from school_it.funding.models.programmes import Programme
from school_it.schools.models import School


class Measure(OfTheTown, Versioned, Model):
    """What a school is to get out of a programme: a line of the investment plan, `position` is its running number.

    `grant_id` is empty as long as the measure is only planned or applied for. `years` is what is spent of `total` by
    fiscal year, as JSON keeps amounts: ``{"2026": "1200.00"}``. `trainee` is the town's own sign for who is trained,
    never a name; `remaining_years` is said of used devices only.
    """

    __tablename__ = "measures"
    __table_args__ = (UniqueConstraint("programme_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey(Programme.id), nullable=False)
    position: Mapped[int] = mapped_column(nullable=False)
    grant_id: Mapped[int | None] = mapped_column(ForeignKey(Grant.id), index=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id), nullable=False, index=True)
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    description: Mapped[str] = mapped_column(String(300), nullable=False)
    quantity: Mapped[int] = mapped_column(nullable=False, default=1)
    unit_price: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    total: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    starts_on: Mapped[date] = mapped_column(nullable=False)
    ends_on: Mapped[date] = mapped_column(nullable=False)
    support_confirmed: Mapped[bool] = mapped_column(nullable=False, default=False)
    state: Mapped[MeasureState] = mapped_column(
        words(MeasureState), nullable=False, default=MeasureState.PLANNED
    )
    remark: Mapped[str | None] = mapped_column(Text)
    years: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    trainee: Mapped[str | None] = mapped_column(String(20))
    linked_id: Mapped[int | None] = mapped_column(ForeignKey("measures.id", ondelete="SET NULL"), index=True)
    remaining_years: Mapped[int | None]

    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    linked: Mapped[Measure | None] = relationship(remote_side=[id])
    grant: Mapped[Grant | None] = relationship()
    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return f"{self.programme.code} · {self.position}"
