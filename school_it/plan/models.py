"""The table of targets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from school_it.database import Model, Share, Versioned, words
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.plan.rules import Basis
from school_it.schools.rules import SchoolType


class Target(Versioned, Model):
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

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

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

    @property
    def trace_school_id(self) -> None:
        return None


def label(plan: str, item_class: ItemClass, school_types: str) -> str:
    """What the trail calls a target: »V mobil GE GY«."""
    return f"{plan} {ITEM_CLASSES[item_class]} {school_types}".strip()


def types_of(text: str) -> tuple[SchoolType, ...]:
    return tuple(SchoolType(sign) for sign in text.split())
