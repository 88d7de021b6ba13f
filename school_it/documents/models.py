"""Tables of documents: each content once, and the links to the things it belongs to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Model, Moment, now, words
from school_it.documents.rules import DocumentKind, Form


class Document(Model):
    """One content, known by the SHA-256 of its bytes; `size` in bytes."""

    __tablename__ = "documents"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    form: Mapped[Form] = mapped_column(words(Form), nullable=False)
    size: Mapped[int] = mapped_column(Integer, nullable=False)
    kept_since: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)


class Link(Model):
    """A document as part of a thing: the row `target_id` of the table `target_table`."""

    __tablename__ = "document_links"
    __table_args__ = (
        UniqueConstraint("document_id", "target_table", "target_id"),
        Index("ix_document_links_target", "target_table", "target_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey(Document.id), nullable=False)
    target_table: Mapped[str] = mapped_column(String(40), nullable=False)
    target_id: Mapped[int] = mapped_column(nullable=False)
    kind: Mapped[DocumentKind] = mapped_column(words(DocumentKind), nullable=False)
    name: Mapped[str] = mapped_column(String(120), nullable=False)
    added_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    added_by: Mapped[str] = mapped_column(String(120), nullable=False)

    document: Mapped[Document] = relationship(lazy="joined", innerjoin=True)
