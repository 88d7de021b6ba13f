"""What was published, as the files that everybody gets."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text, event, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from school_it.audit import OfTheTown
from school_it.database import Model, Moment, now
from school_it.errors import N_, RuleBroken
from school_it.school_year import label

MAY_CHANGE = frozenset({"withdrawn_at", "withdrawn_by", "withdrawn_reason"})


class Publication(OfTheTown, Model):
    """The files of one school year. They are never written again; what is withdrawn stays and is public no more."""

    __tablename__ = "open_data_publications"
    __table_args__ = (
        Index(
            "uq_open_data_publications_public", "school_year", unique=True,
            sqlite_where=text("withdrawn_at IS NULL"), postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    school_year: Mapped[int] = mapped_column(nullable=False)
    limit: Mapped[int] = mapped_column("small_below", Integer, nullable=False)
    licence: Mapped[str] = mapped_column(String(10), nullable=False)
    csv: Mapped[str] = mapped_column(Text, nullable=False)
    json: Mapped[str] = mapped_column(Text, nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False)
    published_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    published_by: Mapped[str] = mapped_column(String(120), nullable=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by: Mapped[str | None] = mapped_column(String(120))
    withdrawn_reason: Mapped[str | None] = mapped_column(String(300))

    @property
    def is_public(self) -> bool:
        return self.withdrawn_at is None

    @property
    def year_label(self) -> str:
        return label(self.school_year)

    @property
    def trace_label(self) -> str:
        return self.year_label


@event.listens_for(Publication, "before_update")
def _stays(_mapper: Any, _connection: Any, one: Publication) -> None:
    changed = {attribute.key for attribute in inspect(one).attrs if attribute.history.has_changes()}
    if changed - MAY_CHANGE:
        raise RuleBroken(N_("Was veröffentlicht ist, wird nicht geändert, nur zurückgezogen."))
