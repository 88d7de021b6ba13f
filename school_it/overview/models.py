"""Tables of the front desk: secret calendar addresses, and which reminders have gone out."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school_it.accounts.models import User
from school_it.database import Model, Moment, now


class CalendarFeed(Model):
    """The secret address of somebody's calendar. Only its digest is kept; it is shown once."""

    __tablename__ = "calendar_feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), unique=True, nullable=False)
    digest: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    made_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)


class Reminder(Model):
    """A deadline of which somebody has been told so many days (`threshold`) ahead; never told twice.

    `sent_at` is None between writing the mail down and handing it over.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("user_id", "key", "day", "threshold"),
        Index("ix_reminders_day", "day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), nullable=False)
    key: Mapped[str] = mapped_column(String(160), nullable=False)
    day: Mapped[date] = mapped_column(nullable=False)
    threshold: Mapped[int] = mapped_column(nullable=False)
    noted_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
