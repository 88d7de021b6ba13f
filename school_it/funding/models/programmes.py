"""The table of programmes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from school_it.audit import OfTheTown
from school_it.database import Codes, Euro, Model, Share, Versioned, words
from school_it.funding.rules import Anchor, CapBasis, Earmark, EndRule, Financing, StartEvent, Status


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

    @property
    def earmark(self) -> Earmark:
        return Earmark(self.earmark_years, self.earmark_anchor, self.earmark_end_rule)

    @property
    def trace_label(self) -> str:
        return self.code
