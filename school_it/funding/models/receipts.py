"""The table of receipts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Versioned
from school_it.funding import rules
from school_it.funding.models.grants import Grant
from school_it.schools.models import School


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

    @property
    def trace_label(self) -> str:
        return f"{self.grant.reference} · {self.receipt_no}"
