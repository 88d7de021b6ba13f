"""The finance department's asset ledger as it was last read, and what a person has matched to it by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Moment, Versioned, now
from school_it.devices.models import Device


class LedgerLine(OfTheTown, Versioned, Model):
    """A line of the asset ledger, known by its `ledger_no`; it may stand for many devices."""

    __tablename__ = "ledger_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_no: Mapped[str] = mapped_column(String(60), unique=True, nullable=False)
    text: Mapped[str] = mapped_column(String(300), nullable=False)
    acquired_on: Mapped[date | None]
    quantity: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(Euro)
    book_value: Mapped[Decimal | None] = mapped_column(Euro)
    life_years: Mapped[int | None]
    asset_class: Mapped[str | None] = mapped_column(String(60))
    cost_centre: Mapped[str | None] = mapped_column(String(60))
    inventory_numbers: Mapped[str | None] = mapped_column(Text)
    supplier: Mapped[str | None] = mapped_column(String(160))
    invoice_no: Mapped[str | None] = mapped_column(String(80))

    @property
    def trace_label(self) -> str:
        return self.ledger_no


class LedgerMatch(Model):
    """Somebody has said that this device belongs to this line; kept over the next list."""

    __tablename__ = "ledger_matches"
    __table_args__ = (Index("ix_ledger_matches_line", "line_id"),)

    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id, ondelete="CASCADE"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey(LedgerLine.id, ondelete="CASCADE"), nullable=False)
    confirmed_by: Mapped[str] = mapped_column(String(120), nullable=False)
    confirmed_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
