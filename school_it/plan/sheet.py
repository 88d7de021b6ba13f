"""The columns of the targets, for both doors."""

from __future__ import annotations

from typing import Any

from school_it import cells
from school_it.cells import CODE, DATE, NUMBER, PERCENT
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_
from school_it.plan.rules import BASES, Basis, in_order
from school_it.schools.rules import SchoolType
from school_it.schools.sheet import GRADE as ANY_GRADE
from school_it.schools.sheet import TYPE_WORDS
from school_it.sheets import Column, Sheet

CLASS_WORDS: dict[str, Any] = {name: one for one, name in ITEM_CLASSES.items()}
CLASS_WORDS |= {
    "mobile": ItemClass.MOBILE, "mobile Geräte": ItemClass.MOBILE, "mobile Endgeräte": ItemClass.MOBILE,
    "Präsentationsgerät": ItemClass.PRESENTATION, "Präsentationstechnik": ItemClass.PRESENTATION,
    "Displays": ItemClass.PRESENTATION, "Accesspoints": ItemClass.ACCESS_POINT, "Access Point": ItemClass.ACCESS_POINT,
    "WLAN": ItemClass.ACCESS_POINT, "Lehrergeräte": ItemClass.TEACHERS, "Lehrkraft": ItemClass.TEACHERS,
    "Arbeitsplätze": ItemClass.WORKPLACE, "Arbeitsplatz-PC": ItemClass.WORKPLACE,
}  # fmt: skip
BASIS_WORDS: dict[str, Any] = {name: one for one, name in BASES.items()}
BASIS_WORDS |= {
    "Schüler pro Gerät": Basis.PUPILS, "SuS je Gerät": Basis.PUPILS, "Schülerinnen und Schüler je Gerät": Basis.PUPILS,
    "pro Unterrichtsraum": Basis.ROOM, "je Raum": Basis.ROOM, "pro Raum": Basis.ROOM, "je Klassenraum": Basis.ROOM,
    "pro Lehrkraft": Basis.TEACHER, "je Lehrer": Basis.TEACHER, "pro Schule": Basis.SCHOOL,
}  # fmt: skip
ALL_TYPES = frozenset({"alle", "alle schulen", "alle schulformen"})
_TYPES = cells.some_of(TYPE_WORDS)


def _read_types(raw: cells.Raw) -> tuple[SchoolType, ...] | None:
    if isinstance(raw, str) and cells.one_line(raw).casefold() in ALL_TYPES:
        return None
    found = _TYPES.read(raw)
    return None if found is None else in_order(found)


def _read_grade(raw: cells.Raw) -> str | None:
    grade = ANY_GRADE.read(raw)
    return None if grade is None else grade.upper()


GRADE = cells.Type("code", _read_grade, str)
TYPES = cells.Type("codes", _read_types, _TYPES.show)

TARGETS = Sheet(
    "targets",
    N_("Ausstattungsziele"),
    (
        Column("plan", "MEP", CODE, True, ("Plan", "Medienentwicklungsplan", "MEP-Version", "Planversion")),
        Column("school_type", "Schulform", TYPES, other_headers=("Schulformen", "Schulart", "Schularten")),
        Column("grade_from", "Jahrgang von", GRADE, other_headers=("von Jahrgang", "ab Jahrgang", "Klasse von")),
        Column("grade_to", "Jahrgang bis", GRADE, other_headers=("bis Jahrgang", "Klasse bis")),
        Column(
            "item_class", "Gerätegruppe", cells.one_of(CLASS_WORDS), True,
            ("Geräteklasse", "Ausstattung", "Ausstattungskategorie"),
        ),
        Column("basis", "Grundlage", cells.one_of(BASIS_WORDS), True, ("Bezug", "Bezugsgröße", "Maßstab")),
        Column("value", "Wert", NUMBER, True, ("Verhältnis", "Ziel", "Zielwert", "Schlüssel")),
        Column("reserve", "Reserve", PERCENT, other_headers=("Reserveanteil", "Reserve in %", "Puffer")),
        Column("valid_from", "gültig ab", DATE, True, ("ab", "gültig seit", "Gültigkeit ab")),
    ),
    keys=(("plan", "item_class", "basis", "valid_from", "school_type", "grade_from", "grade_to"),),
)  # fmt: skip
