"""Tables of what the town asks of the authority: draw-downs and change requests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Versioned, words
from school_it.funding import rules
from school_it.funding.book import ChangeState, DrawdownState
from school_it.funding.models.grants import Decision


class Drawdown(OfTheTown, Versioned, Model):
    """Money asked for on one decision, known by `number` within it; `paid` is what the authority sent.

    `expenses_paid`, `expenses_due` and `own_share_used` are what the request told of the day it was made.
    """

    __tablename__ = "drawdowns"
    __table_args__ = (UniqueConstraint("decision_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey(Decision.id), nullable=False)
    number: Mapped[int] = mapped_column(nullable=False)
    state: Mapped[DrawdownState] = mapped_column(
        words(DrawdownState), nullable=False, default=DrawdownState.REQUESTED
    )
    requested_on: Mapped[date] = mapped_column(nullable=False)
    requested: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    expenses_paid: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=rules.NOTHING)
    expenses_due: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=rules.NOTHING)
    own_share_used: Mapped[Decimal | None] = mapped_column(Euro)
    paid_on: Mapped[date | None]
    paid: Mapped[Decimal | None] = mapped_column(Euro)
    reference: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    remark: Mapped[str | None] = mapped_column(Text)

    decision: Mapped[Decision] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return f"{self.decision.trace_label} · {self.number}"


class ChangeRequest(OfTheTown, Versioned, Model):
    """What the town asks to have changed of a decision, known by `number` within it.

    `drawn` is what was drawn by that day; `answer_id` the decision that granted it.
    """

    __tablename__ = "change_requests"
    __table_args__ = (UniqueConstraint("decision_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey(Decision.id), nullable=False)
    number: Mapped[int] = mapped_column(nullable=False)
    state: Mapped[ChangeState] = mapped_column(
        words(ChangeState), nullable=False, default=ChangeState.REQUESTED
    )
    requested_on: Mapped[date] = mapped_column(nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    period_to: Mapped[date | None]
    drawn: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    declared: Mapped[bool] = mapped_column(nullable=False, default=False)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(Decision.id), index=True)
    answered_on: Mapped[date | None]
    remark: Mapped[str | None] = mapped_column(Text)

    decision: Mapped[Decision] = relationship(lazy="joined", innerjoin=True, foreign_keys=[decision_id])
    answer: Mapped[Decision | None] = relationship(lazy="joined", foreign_keys=[answer_id])
    lines: Mapped[list[ChangeLine]] = relationship(
        lazy="selectin",
        order_by="ChangeLine.category",
        back_populates="request",
        cascade="all, delete-orphan",
    )

    @property
    def trace_label(self) -> str:
        return f"{self.decision.trace_label} · {self.number}"


class ChangeLine(OfTheTown, Model):
    """A funding item in a change request: its plan as it was on that day, and as it is asked for."""

    __tablename__ = "change_request_lines"
    __table_args__ = (UniqueConstraint("request_id", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey(ChangeRequest.id, ondelete="CASCADE"), nullable=False)
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    old_total: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    old_eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    new_total: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    new_eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False)

    request: Mapped[ChangeRequest] = relationship(lazy="joined", innerjoin=True, back_populates="lines")

    @property
    def trace_label(self) -> str:
        return f"{self.request.trace_label} · {self.category}"
