"""Tables of programmes, grants with their decisions and cost plans, measures, receipts and draw-downs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Codes, Euro, Model, Moment, Share, Versioned, words
from school_it.funding import rules
from school_it.funding.book import ChangeState, DecisionKind, DrawdownState, MeasureState
from school_it.funding.rules import Anchor, CapBasis, Earmark, EndRule, Financing, StartEvent, Status
from school_it.schools.models import School


class Programme(OfTheTown, Versioned, Model):
    """A funding programme as data, known by its `code`. What is None has to be taken from the grant decision.

    `terms` are the values beyond the sheet, `facts` whence each value is (`funding.programmes`).
    """

    __tablename__ = "programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True, nullable=False)
    title: Mapped[str] = mapped_column(String(200), nullable=False)
    directive: Mapped[str | None] = mapped_column(String(300))
    status: Mapped[Status] = mapped_column(words(Status), nullable=False, default=Status.VALID)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    financing: Mapped[Financing | None] = mapped_column(words(Financing))
    rate: Mapped[Decimal | None] = mapped_column(Share)
    unit_cap: Mapped[Decimal | None] = mapped_column(Euro)
    cap_basis: Mapped[CapBasis | None] = mapped_column(words(CapBasis))
    budget: Mapped[Decimal | None] = mapped_column(Euro)
    earliest_start: Mapped[date | None]
    start_event: Mapped[StartEvent] = mapped_column(
        words(StartEvent), nullable=False, default=StartEvent.ORDER
    )
    application_deadline: Mapped[date | None]
    implementation_end: Mapped[date | None]
    last_drawdown: Mapped[date | None]
    final_settlement: Mapped[date | None]
    earmark_years: Mapped[int | None]
    earmark_anchor: Mapped[Anchor | None] = mapped_column(words(Anchor))
    earmark_end_rule: Mapped[EndRule | None] = mapped_column(words(EndRule))
    items: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    cap_items: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    cap_share: Mapped[Decimal | None] = mapped_column(Share)
    cap_school: Mapped[Decimal | None] = mapped_column(Euro)
    excluded: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)
    proof_months: Mapped[int | None]
    retention_years: Mapped[int | None]
    source: Mapped[str | None] = mapped_column(Text)
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    facts: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

    @property
    def earmark(self) -> Earmark:
        return Earmark(self.earmark_years, self.earmark_anchor, self.earmark_end_rule)

    @property
    def trace_label(self) -> str:
        return self.code


class Grant(OfTheTown, Versioned, Model):
    """A grant, known by the town's own short sign `reference`; what the authority said of it are its decisions.

    One rate for the whole grant; None where the programme finances otherwise than by a share.
    """

    __tablename__ = "grants"

    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(60), unique=True, nullable=False)
    programme_id: Mapped[int] = mapped_column(ForeignKey(Programme.id), nullable=False, index=True)
    rate: Mapped[Decimal | None] = mapped_column(Share)
    completed_on: Mapped[date | None]
    managed_from: Mapped[date | None]
    proof_handed_in: Mapped[date | None]

    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    decisions: Mapped[list[Decision]] = relationship(
        lazy="selectin", order_by="Decision.decision_date, Decision.id", back_populates="grant"
    )

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

    @property
    def title(self) -> str | None:
        """The measure as the first decision that names it has it."""
        return next((one.title for one in self.decisions if one.title), None)

    @property
    def eligible(self) -> Decimal:
        return sum((one.eligible for one in self.decisions), rules.NOTHING)

    @property
    def granted(self) -> Decimal:
        return sum((one.granted for one in self.decisions), rules.NOTHING)

    @property
    def drawn(self) -> Decimal:
        return sum((one.drawn or rules.NOTHING for one in self.decisions), rules.NOTHING)

    @property
    def third_party(self) -> Decimal:
        return sum((one.third_party or rules.NOTHING for one in self.decisions), rules.NOTHING)

    @property
    def period_from(self) -> date | None:
        return min((one.period_from for one in self.decisions if one.period_from), default=None)

    @property
    def period_to(self) -> date | None:
        """The latest of its decisions; of one that was amended, what its last amendment says, even if earlier."""
        last: dict[int, Decision] = {}
        for one in self.decisions:  # by age
            last[one.amends_id or one.id] = one
        return max((one.period_to for one in last.values()), default=None)

    @property
    def proof_due(self) -> date | None:
        return max((one.proof_due for one in self.decisions if one.proof_due), default=None)

    def proof_overdue(self, today: date) -> bool:
        """F29: the proof of use was due before `today`, and nobody says that it was handed in."""
        return self.proof_due is not None and self.proof_due < today and self.proof_handed_in is None

    @property
    def earmark_end(self) -> date | None:
        """F05, as far as it does not depend on the single device."""
        return rules.earmark_end(
            self.programme.earmark, period_to=self.period_to, completed_on=self.completed_on
        )

    @property
    def trace_label(self) -> str:
        return self.reference


class Decision(OfTheTown, Versioned, Model):
    """A decision of the granting authority on a grant, known by its `file_reference`; one row of the sheet `grants`.

    Amounts of an amendment are what it adds to the decision that it changes, and below zero where it takes away: the
    sum over all decisions is what is granted now.
    """

    __tablename__ = "grant_decisions"
    __table_args__ = (
        UniqueConstraint("grant_id", "file_reference"),
        Index("ix_grant_decisions_file_reference", "file_reference"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey(Grant.id, ondelete="CASCADE"), nullable=False)
    file_reference: Mapped[str] = mapped_column(String(80), nullable=False)
    kind: Mapped[DecisionKind] = mapped_column(
        words(DecisionKind),
        nullable=False,
        default=DecisionKind.GRANT,
        server_default=DecisionKind.GRANT.value,
    )
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("grant_decisions.id"), index=True)
    title: Mapped[str | None] = mapped_column(String(200))
    portal_number: Mapped[str | None] = mapped_column(String(60))
    decision_date: Mapped[date] = mapped_column(nullable=False)
    authority: Mapped[str | None] = mapped_column(String(200))
    purpose: Mapped[str | None] = mapped_column(String(300))
    early_start_from: Mapped[date | None]
    period_from: Mapped[date | None]
    period_to: Mapped[date] = mapped_column(nullable=False)
    eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    granted: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    third_party: Mapped[Decimal | None] = mapped_column(Euro)
    drawn: Mapped[Decimal | None] = mapped_column(Euro)
    proof_due: Mapped[date | None]
    remark: Mapped[str | None] = mapped_column(Text)

    grant: Mapped[Grant] = relationship(lazy="joined", innerjoin=True, back_populates="decisions")

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

    @property
    def trace_label(self) -> str:
        return f"{self.grant.reference} · {self.file_reference}"


class Receipt(OfTheTown, Versioned, Model):
    """A receipt of a grant, known by `receipt_no` within it: one row's part of an invoice."""

    __tablename__ = "receipts"
    __table_args__ = (
        UniqueConstraint("grant_id", "receipt_no"),
        Index("ix_receipts_invoice_no", "invoice_no"),
        Index("ix_receipts_school_id", "school_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey(Grant.id, ondelete="CASCADE"), nullable=False)
    receipt_no: Mapped[str] = mapped_column(String(40), nullable=False)
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id), nullable=False)
    order_date: Mapped[date] = mapped_column(nullable=False)
    invoice_date: Mapped[date] = mapped_column(nullable=False)
    payment_date: Mapped[date] = mapped_column(nullable=False)
    payee: Mapped[str] = mapped_column(String(200), nullable=False)
    invoice_no: Mapped[str] = mapped_column(String(80), nullable=False)
    subject: Mapped[str] = mapped_column(String(300), nullable=False)
    quantity: Mapped[int] = mapped_column(nullable=False, default=1)
    invoice_gross: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    paid_amount: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    invoice_total: Mapped[Decimal | None] = mapped_column(Euro)
    vat_non_eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=rules.NOTHING)
    other_non_eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=rules.NOTHING)
    eligible_requested: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    eligible_recognised: Mapped[Decimal | None] = mapped_column(Euro)
    ledger_ref: Mapped[str | None] = mapped_column(String(80))
    remark: Mapped[str | None] = mapped_column(Text)

    grant: Mapped[Grant] = relationship(lazy="joined", innerjoin=True)
    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

    @property
    def trace_label(self) -> str:
        return f"{self.grant.reference} · {self.receipt_no}"


class PlanLine(OfTheTown, Versioned, Model):
    """The cost plan of a decision for one funding item; of an amendment what it adds to the item, or takes away."""

    __tablename__ = "cost_plan_lines"
    __table_args__ = (UniqueConstraint("decision_id", "category"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey(Decision.id, ondelete="CASCADE"), nullable=False)
    category: Mapped[str] = mapped_column(String(20), nullable=False)
    total: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False)

    decision: Mapped[Decision] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

    @property
    def trace_label(self) -> str:
        return f"{self.decision.trace_label} · {self.category}"


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

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

    @property
    def trace_label(self) -> str:
        return f"{self.programme.code} · {self.position}"


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

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

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

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

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


class AcceptedWarning(OfTheTown, Model):
    """A warning that was taken with a reason, of a receipt, a decision or a draw-down; `sentence` as it was said."""

    __tablename__ = "accepted_warnings"

    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int] = mapped_column(
        ForeignKey(Grant.id, ondelete="CASCADE"), nullable=False, index=True
    )
    receipt_id: Mapped[int | None] = mapped_column(ForeignKey(Receipt.id, ondelete="CASCADE"), index=True)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey(Decision.id, ondelete="CASCADE"), index=True)
    drawdown_id: Mapped[int | None] = mapped_column(ForeignKey(Drawdown.id, ondelete="CASCADE"), index=True)
    rule: Mapped[str] = mapped_column(String(10), nullable=False)
    sentence: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False)
    reason: Mapped[str] = mapped_column(Text, nullable=False)
    who: Mapped[str] = mapped_column(String(200), nullable=False)
    at: Mapped[datetime] = mapped_column(Moment, nullable=False)

    grant: Mapped[Grant] = relationship(lazy="joined", innerjoin=True)
    receipt: Mapped[Receipt | None] = relationship(lazy="joined")
    decision: Mapped[Decision | None] = relationship(lazy="joined")
    drawdown: Mapped[Drawdown | None] = relationship(lazy="joined")

    @property
    def trace_label(self) -> str:
        about = self.receipt or self.decision or self.drawdown or self.grant
        return f"{about.trace_label} · {self.rule}"
