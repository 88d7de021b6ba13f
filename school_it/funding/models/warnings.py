"""The table of warnings that were taken with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Model, Moment
from school_it.funding.models.grants import Decision, Grant
from school_it.funding.models.receipts import Receipt
from school_it.funding.models.requests import Drawdown


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
