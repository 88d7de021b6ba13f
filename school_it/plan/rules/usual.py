"""Targets as plans of German towns have them: where a town may begin. Each is changed afterwards like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from school_it.devices.rules import ItemClass
from school_it.errors import N_
from school_it.plan.rules.targets import Basis
from school_it.schools.rules import SchoolType as T


@dataclass(frozen=True)
class Usual:
    """A target without a plan and a day. `source` says where its value comes from."""

    key: str
    item_class: ItemClass
    basis: Basis
    value: Decimal
    source: str
    reserve: Decimal = Decimal(0)
    types: tuple[T, ...] = ()
    grade_from: str = ""
    grade_to: str = ""

    @property
    def values(self) -> Mapping[str, Any]:
        """By the field names of the sheet of targets."""
        return {
            "item_class": self.item_class, "basis": self.basis, "value": self.value, "reserve": self.reserve,
            "school_type": self.types, "grade_from": self.grade_from, "grade_to": self.grade_to,
        }  # fmt: skip


_ONE, _TWO, _SPARE = Decimal(1), Decimal(2), Decimal("0.05")

USUAL = {
    one.key: one
    for one in (
        Usual(
            "primary", ItemClass.MOBILE, Basis.PUPILS, _TWO, N_("veröffentlicht: 1 bis 5 Schüler je Gerät"),
            reserve=_SPARE, types=(T.G, T.PS), grade_from="01", grade_to="04",
        ),
        Usual(
            "lower", ItemClass.MOBILE, Basis.PUPILS, _ONE, N_("veröffentlicht: 1 bis 2 Schüler je Gerät"),
            reserve=_SPARE, types=(T.H, T.R, T.SK, T.GE, T.GY, T.PS), grade_from="05", grade_to="10",
        ),
        Usual(
            "upper", ItemClass.MOBILE, Basis.PUPILS, _ONE,
            N_("veröffentlicht: 1 Schüler je Gerät, zum Teil von den Eltern bezahlt"),
            reserve=_SPARE, types=(T.GE, T.GY), grade_from="EF", grade_to="Q2",
        ),
        Usual(
            "special", ItemClass.MOBILE, Basis.PUPILS, _ONE, N_("veröffentlicht: 1 Schüler je Gerät"),
            reserve=_SPARE, types=(T.S,),
        ),
        Usual("presentation", ItemClass.PRESENTATION, Basis.ROOM, _ONE, N_("veröffentlicht: jeder Unterrichtsraum")),
        Usual("access_points", ItemClass.ACCESS_POINT, Basis.ROOM, _ONE, N_("üblich: 0,5 bis 1 je Unterrichtsraum")),
        Usual(
            "teachers", ItemClass.TEACHERS, Basis.TEACHER, _ONE, N_("veröffentlicht: jede Lehrkraft, nach Köpfen"),
            reserve=Decimal("0.03"),
        ),
    )
}  # fmt: skip
"""By key, in the order in which they are offered."""
