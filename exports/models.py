"""The forms of authorities that the house fills: each upload is a version of its own and stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school_it.database import Model, Moment, now


class ReportTemplate(Model):
    """A form for one report; its bytes lie in HOME/templates under `digest`. `layout` is `exports.placing.Layout`.

    The newest `edition` of a `name` is the one that is filled; older ones stay and can still be filled.
    """

    __tablename__ = "report_templates"
    __table_args__ = (UniqueConstraint("name", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    edition: Mapped[int] = mapped_column(nullable=False)
    report: Mapped[str] = mapped_column(String(40), nullable=False)
    file_name: Mapped[str] = mapped_column(String(255), nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False, index=True)
    layout: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    kept_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    user_name: Mapped[str] = mapped_column(String(120), nullable=False)

    @property
    def trace_label(self) -> str:
        return f"{self.name}, Fassung {self.edition}"

    @property
    def trace_school_id(self) -> int | None:
        return None
