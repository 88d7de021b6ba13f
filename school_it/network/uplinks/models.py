"""The table of uplinks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Euro, Model, Versioned
from school_it.devices.models import Device
from school_it.schools.models import School


class Uplink(Versioned, Model):
    """A line of a school to the internet with its contract; `is_backup`: only used when another one fails.

    `down` and `up` are Mbit/s as the contract has them; `fibre` is None where nobody knows; `notice_on` is the last day
    on which notice has effect; `monthly_cost` is gross.
    """

    __tablename__ = "uplinks"
    __table_args__ = (
        Index("ix_uplinks_school_id", "school_id"),
        Index("ix_uplinks_router_id", "router_id"),
        Index("ix_uplinks_ends_on", "ends_on"),
        Index("ix_uplinks_notice_on", "notice_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"), nullable=False)
    provider: Mapped[str] = mapped_column(String(120), nullable=False)
    contract_no: Mapped[str | None] = mapped_column(String(60))
    down: Mapped[int | None]
    up: Mapped[int | None]
    fibre: Mapped[bool | None]
    is_backup: Mapped[bool] = mapped_column(nullable=False, default=False)
    ends_on: Mapped[date | None]
    notice_on: Mapped[date | None]
    monthly_cost: Mapped[Decimal | None] = mapped_column(Euro)
    router_id: Mapped[int | None] = mapped_column(ForeignKey(Device.id, ondelete="SET NULL"))
    remark: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School] = relationship(lazy="joined", innerjoin=True)
    router: Mapped[Device | None] = relationship(lazy="joined")

    @property
    def label(self) -> str:
        return " ".join(filter(None, (self.provider, self.contract_no)))

    @property
    def trace_label(self) -> str:
        return self.label

    @property
    def trace_school_id(self) -> int:
        return self.school_id
