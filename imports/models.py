"""The inbox: files that came in through the page, what became of them, and how files of one layout are read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school_it.database import Model, Moment, Versioned, now


class Upload(Versioned, Model):
    """One file in the inbox; its bytes lie in HOME/inbox under `digest`.

    `state` is reading (the worker looks at it), preview, applied or discarded.

    `summary` is the outlook as in ``import --json``; `outlook_digest` says whether it still holds. In `summary`, `job`
    is the number of the job that last looked at the file or took it over, `said` why that came to nothing.
    """

    __tablename__ = "uploads"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    file_name: Mapped[str] = mapped_column(String(255), nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False, index=True)
    uploaded_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    user_id: Mapped[int | None] = mapped_column(index=True)
    user_name: Mapped[str] = mapped_column(String(120), nullable=False)
    state: Mapped[str] = mapped_column(String(20), nullable=False, default="preview")
    wish: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    outlook_digest: Mapped[str | None] = mapped_column(String(64))
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batches.id"))


class ImportProfile(Model):
    """How files of one layout are read. `signature` is what their headers have in common, see `profiles.signature_of`.

    `for_all`: brought by somebody who may import everything, so that everybody's files are recognised by it.
    """

    __tablename__ = "import_profiles"
    __table_args__ = (UniqueConstraint("kind", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), nullable=False)
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    signature: Mapped[str] = mapped_column(String(64), nullable=False, index=True)
    headers: Mapped[list[str]] = mapped_column(JSON, nullable=False, default=list)
    wish: Mapped[dict[str, Any]] = mapped_column(JSON, nullable=False, default=dict)
    for_all: Mapped[bool] = mapped_column(nullable=False, default=False)
    saved_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    user_id: Mapped[int | None] = mapped_column(index=True)
    user_name: Mapped[str] = mapped_column(String(120), nullable=False)

    @property
    def trace_label(self) -> str:
        return self.name

    @property
    def trace_school_id(self) -> int | None:
        return None
