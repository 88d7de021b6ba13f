"""Tables of targets, of what counts for them, of plans with their figures, scenarios and decisions."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Codes, Euro, Model, Moment, Share, Versioned, now, words
from school_it.devices.models import Category
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_, RuleBroken
from school_it.plan.rules import Basis
from school_it.plan.rules.assumptions import Sure
from school_it.schools.rules import SchoolType


class Target(OfTheTown, Versioned, Model):
    """How many devices of a class a kind of school is to have, from a day on, by one version of the plan.

    Everything but `value` and `reserve` is the key. `school_types` are short signs with a blank between in the order
    of the catalogue, empty for all; an empty grade leaves that end open. `reserve` is a share from 0 to 1 on top.
    """

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint(
            "plan", "item_class", "basis", "valid_from", "school_types", "grade_from", "grade_to"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(40), nullable=False)
    school_types: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    grade_from: Mapped[str] = mapped_column(String(4), nullable=False, default="")
    grade_to: Mapped[str] = mapped_column(String(4), nullable=False, default="")
    item_class: Mapped[ItemClass] = mapped_column(words(ItemClass), nullable=False)
    basis: Mapped[Basis] = mapped_column(words(Basis), nullable=False)
    value: Mapped[Decimal] = mapped_column(Share, nullable=False)
    reserve: Mapped[Decimal] = mapped_column(Share, nullable=False, default=Decimal(0))
    valid_from: Mapped[date] = mapped_column(nullable=False)

    @property
    def types(self) -> tuple[SchoolType, ...]:
        return types_of(self.school_types)

    @property
    def family(self) -> tuple[str, ...]:
        """What a later target of the same plan takes the place of: the key without its beginning."""
        return (self.plan, self.item_class, self.basis, self.school_types, self.grade_from, self.grade_to)

    @property
    def trace_label(self) -> str:
        return label(self.plan, self.item_class, self.school_types)


def label(plan: str, item_class: ItemClass, school_types: str) -> str:
    """What the trail calls a target: »V mobil GE GY«."""
    return f"{plan} {ITEM_CLASSES[item_class]} {school_types}".strip()


def types_of(text: str) -> tuple[SchoolType, ...]:
    return tuple(SchoolType(sign) for sign in text.split())


class Plan(OfTheTown, Versioned, Model):
    """A version of the media development plan, known by its `name` as the targets have it, with what it assumes."""

    __tablename__ = "plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True, nullable=False)
    title: Mapped[str | None] = mapped_column(String(200))
    first_year: Mapped[int] = mapped_column(nullable=False)
    last_year: Mapped[int] = mapped_column(nullable=False)
    remark: Mapped[str | None] = mapped_column(Text)

    figures: Mapped[list[PlanFigure]] = relationship(
        lazy="selectin", order_by="PlanFigure.id", cascade="all, delete-orphan"
    )

    @property
    def trace_label(self) -> str:
        return f"MEP {self.name}"


class PlanFigure(Model):
    """One figure that a plan assumes: `key` is one of `assumptions.DEFAULTS`."""

    __tablename__ = "plan_figures"
    __table_args__ = (UniqueConstraint("plan_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey(Plan.id, ondelete="CASCADE"), nullable=False)
    key: Mapped[str] = mapped_column(String(40), nullable=False)
    value: Mapped[Decimal] = mapped_column(Share, nullable=False)
    source: Mapped[str | None] = mapped_column(String(300))
    sure: Mapped[Sure] = mapped_column(words(Sure), nullable=False, default=Sure.ASSUMED)


counted_categories = Table(
    "counted_categories",
    Model.metadata,
    Column("rule_id", ForeignKey("counting_rules.id", ondelete="CASCADE"), primary_key=True),
    Column("category_id", ForeignKey(Category.id), primary_key=True, index=True),
)


class CountingRule(OfTheTown, Model):
    """Which categories count for a class of a plan from a day on; no `uses`: whatever the device is used for."""

    __tablename__ = "counting_rules"
    __table_args__ = (UniqueConstraint("plan", "item_class", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(40), nullable=False)
    item_class: Mapped[ItemClass] = mapped_column(words(ItemClass), nullable=False)
    valid_from: Mapped[date] = mapped_column(nullable=False)
    uses: Mapped[tuple[str, ...]] = mapped_column(Codes, nullable=True)

    categories: Mapped[list[Category]] = relationship(
        secondary=counted_categories, lazy="selectin", order_by=Category.name
    )

    @property
    def trace_label(self) -> str:
        return f"{self.plan} {ITEM_CLASSES[self.item_class]}"


class Scenario(OfTheTown, Versioned, Model):
    """A way the plan could go: only figures, it never changes data. What is None is as in the plan."""

    __tablename__ = "scenarios"
    __table_args__ = (UniqueConstraint("plan", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(40), nullable=False)
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    remark: Mapped[str | None] = mapped_column(Text)
    own_share: Mapped[Decimal | None] = mapped_column(Share)
    pupils_per_device: Mapped[Decimal | None] = mapped_column(Share)
    life: Mapped[int | None]
    price_change: Mapped[Decimal | None] = mapped_column(Share)
    price_increase: Mapped[Decimal | None] = mapped_column(Share)
    gap_years: Mapped[int | None]
    ceiling: Mapped[Decimal | None] = mapped_column(Euro)
    grant_limit: Mapped[Decimal | None] = mapped_column(Euro)
    funds_replacement: Mapped[bool] = mapped_column(nullable=False, default=False)
    replaces_bound: Mapped[bool] = mapped_column(nullable=False, default=False)

    @property
    def trace_label(self) -> str:
        return f"{self.plan} {self.name}"


class DecidedPlan(OfTheTown, Model):
    """What the council decided: the figures of that day as text under their digest. It is never written again."""

    __tablename__ = "decided_plans"
    __table_args__ = (UniqueConstraint("plan", "reference"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan: Mapped[str] = mapped_column(String(40), nullable=False)
    scenario: Mapped[str | None] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(200), nullable=False)
    reference: Mapped[str] = mapped_column(String(80), nullable=False)
    decided_on: Mapped[date] = mapped_column(nullable=False)
    frozen_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)
    frozen_by: Mapped[str] = mapped_column(String(120), nullable=False)
    figures: Mapped[str] = mapped_column(Text, nullable=False)
    digest: Mapped[str] = mapped_column(String(64), nullable=False)

    @property
    def is_whole(self) -> bool:
        """The figures are those that were frozen."""
        return hashlib.sha256(self.figures.encode()).hexdigest() == self.digest

    @property
    def trace_label(self) -> str:
        return f"{self.plan} {self.reference}"


@event.listens_for(DecidedPlan, "before_update")
@event.listens_for(DecidedPlan, "before_delete")
def _stays(_mapper: Any, _connection: Any, _decided: DecidedPlan) -> None:
    raise RuleBroken(N_("Ein beschlossener Plan wird nicht geändert. Bitte einen neuen Beschluss eintragen."))
