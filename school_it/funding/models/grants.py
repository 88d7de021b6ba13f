"""Tables of grants with their decisions and cost plans."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Share, Versioned, words
from school_it.funding import rules
from school_it.funding.book import DecisionKind
from school_it.funding.models.programmes import Programme


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

    @property
    def trace_label(self) -> str:
        return f"{self.grant.reference} · {self.file_reference}"


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

    @property
    def trace_label(self) -> str:
        return f"{self.decision.trace_label} · {self.category}"
