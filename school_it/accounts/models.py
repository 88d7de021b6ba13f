"""Accounts, what they may, their sessions, tokens and failed tries."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.access import Actor, Grant, Role
from school_it.audit import OfTheTown
from school_it.database import Model, Moment, Versioned, now, words
from school_it.people.models import Person

LOCAL, DIRECTORY = "local", "directory"
"""Where a right comes from: given by hand, or by a group of the directory."""


class User(OfTheTown, Versioned, Model):
    """Somebody who can sign in. `name` is in small letters; directory accounts have no `password_hash`."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    display_name: Mapped[str] = mapped_column(String(120), nullable=False)
    email: Mapped[str | None] = mapped_column(String(200))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"), index=True)
    active: Mapped[bool] = mapped_column(nullable=False, default=True)
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    last_sign_in: Mapped[datetime | None] = mapped_column(Moment)
    language: Mapped[str | None] = mapped_column(String(5))
    theme: Mapped[str] = mapped_column(String(10), nullable=False, default="auto")
    density: Mapped[str] = mapped_column(String(10), nullable=False, default="compact")
    shortcuts: Mapped[bool] = mapped_column(nullable=False, default=True)
    preferences: Mapped[dict[str, object]] = mapped_column(JSON, nullable=False, default=dict)

    roles: Mapped[list[RoleGrant]] = relationship(
        back_populates="user", cascade="all, delete-orphan", lazy="select"
    )

    @property
    def is_of_directory(self) -> bool:
        """Whether the directory keeps the password."""
        return self.person_id is not None and self.password_hash is None

    @property
    def trace_label(self) -> str:
        return self.name

    def acting(self, grants: tuple[Grant, ...], *, via: str = "web", reads_only: bool = False) -> Actor:
        return Actor(self.id, self.name, grants, person_id=self.person_id, via=via, reads_only=reads_only)


class RoleGrant(Model):
    """A role, at one school or at all, until a day or for good; `reason` says why it was given."""

    __tablename__ = "role_grants"
    __table_args__ = (
        UniqueConstraint("user_id", "role", "school_id"),
        Index(
            "uq_role_grants_everywhere", "user_id", "role", unique=True,
            sqlite_where=text("school_id IS NULL"), postgresql_where=text("school_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    role: Mapped[Role] = mapped_column(words(Role), nullable=False)
    school_id: Mapped[int | None] = mapped_column(ForeignKey("schools.id", ondelete="CASCADE"), index=True)
    until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(20), nullable=False, default=LOCAL)

    user: Mapped[User] = relationship(back_populates="roles")

    @property
    def grant(self) -> Grant:
        return Grant(self.role, self.school_id, self.until)


class SignedInSession(Model):
    """A session that is alive as long as this row is. Only the digest of its key is kept."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_digest: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    )
    begun_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    agent: Mapped[str] = mapped_column(String(120), nullable=False, default="")


class Token(Model):
    """An API token. Only its digest is kept; it is shown once."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True, nullable=False)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True
    )
    name: Mapped[str] = mapped_column(String(80), nullable=False, default="")
    scope: Mapped[str] = mapped_column(String(10), nullable=False, default="read")
    created_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment, nullable=False)
    last_used: Mapped[datetime | None] = mapped_column(Moment)


class FailedSignIn(Model):
    """How often signing in failed lately, for an account name or for an address."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index("ix_failed_sign_ins_last", "last_at"),)

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int] = mapped_column(nullable=False, default=0)
    last_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
