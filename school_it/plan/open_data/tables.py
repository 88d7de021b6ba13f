"""The table of a school year that would be published: schools by figure, small numbers merged, as CSV and JSON."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from school_it import school_year
from school_it.devices.rules import ItemClass
from school_it.errors import N_
from school_it.money import to_cent
from school_it.plan.report.figures import SEEN, YearReport
from school_it.plan.rules import disclosure, need
from school_it.schools.rules import TYPE_NAMES

COUNTS = {
    "pupils": N_("Schülerinnen und Schüler"),
    "mobile": N_("mobile Geräte für Schülerinnen und Schüler"),
    "presentation": N_("Präsentationsgeräte"),
    "access_points": N_("WLAN-Accesspoints"),
    "teachers": N_("Geräte für Lehrkräfte"),
    "workplaces": N_("feste Arbeitsplätze"),
}
CLASS_OF = {
    "mobile": ItemClass.MOBILE,
    "presentation": ItemClass.PRESENTATION,
    "access_points": ItemClass.ACCESS_POINT,
    "teachers": ItemClass.TEACHERS,
    "workplaces": ItemClass.WORKPLACE,
}
RATIO, UPLINK, SPENT, FUNDED = "pupils_per_device", "uplink_mbits", "spent", "funded"
FIGURES = {
    **COUNTS,
    RATIO: N_("Schülerinnen und Schüler je mobilem Gerät"),
    UPLINK: N_("Internetanbindung in Mbit/s (abwärts, ohne Ersatzleitungen)"),
    SPENT: N_("Ausgaben im Schuljahr in Euro"),
    FUNDED: N_("davon gefördert in Euro"),
}
HEAD = ("school_year", "key_date", "school_number", "school", "school_type", *FIGURES, "merged")
MERGED_ROW, TOWN_ROW = "zusammengefasst", "alle Schulen"


Values = dict[str, int | Decimal | None]


@dataclass(frozen=True)
class Line:
    """One row. What is empty in `values` and stands in `merged` is told in the row of what is merged."""

    number: str
    name: str
    kind: str
    values: Values
    merged: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What is published of a school year. `merged` is the row of sums, None where nothing had to be merged."""

    year: int
    key_date: date
    limit: int
    counted: str
    stock_from: str
    lines: Sequence[Line]
    merged: Line | None
    town: Line

    @property
    def rows(self) -> list[Line]:
        return [*self.lines, *([self.merged] if self.merged else []), self.town]

    @property
    def hidden(self) -> int:
        return sum(len(line.merged) for line in self.lines)

    @property
    def digest(self) -> str:
        return hashlib.sha256(as_json(self).encode()).hexdigest()


Withheld = dict[str, frozenset[str]]
"""``{figure: numbers of the schools}`` that an edition left empty."""


def withheld(edition: str) -> Withheld:
    """What the JSON of an edition left empty."""
    schools = json.loads(edition)["schools"]
    return {
        name: frozenset(one["school_number"] for one in schools if name in one["merged"]) for name in COUNTS
    }


def gives_away(table: Table, editions: Sequence[Withheld]) -> bool:
    """Whether it tells a field that an edition of the same school year left empty."""
    return any(
        line.number in one[name] and name not in line.merged
        for one in editions
        for line in table.lines
        for name in COUNTS
    )


def made(report: YearReport, limit: int, editions: Sequence[Withheld] = ()) -> Table:
    """The table of the schools that the report has; sums of persons appear nowhere. `editions`: what was public of this
    school year before, also what was withdrawn."""
    schools = report.town.schools
    known: dict[str, list[int]] = {"pupils": [one.pupils or 0 for one in schools]}
    for name, item_class in CLASS_OF.items():
        known[name] = [one.cells[item_class].stock for one in schools]
    numbers = [one.number for one in schools]
    columns = {
        name: disclosure.merged_again(counts, limit, numbers, [one[name] for one in editions])
        for name, counts in known.items()
    }
    spent = report.by_school
    lines = []
    for place, school in enumerate(schools):
        values: Values = {name: one.values[place] for name, one in columns.items()}
        hidden = tuple(name for name in COUNTS if values[name] is None)
        if school.pupils is None:
            values["pupils"] = None
        values[RATIO] = _ratio(values)
        values[UPLINK] = report.megabits.get(school.id)
        money = spent.get(school.id)
        values[SPENT] = to_cent(money.paid) if money else Decimal("0.00")
        values[FUNDED] = to_cent(money.funded) if money else Decimal("0.00")
        lines.append(Line(school.number, school.name, TYPE_NAMES[school.kind], values, hidden))
    sums: Values = dict.fromkeys(FIGURES)
    sums.update({name: one.merged for name, one in columns.items()})
    merged = Line("", MERGED_ROW, "", sums) if any(one.hidden for one in columns.values()) else None
    town: Values = dict.fromkeys(FIGURES)
    town.update({name: one.total for name, one in columns.items()})
    town[RATIO] = _ratio(town)
    for name in (SPENT, FUNDED):
        town[name] = sum((Decimal(line.values[name] or 0) for line in lines), Decimal("0.00"))
    counted = ", ".join(report.town.counted_words(ItemClass.MOBILE))
    return Table(
        report.year, report.on, limit, counted, SEEN[report.seen], lines, merged, Line("", TOWN_ROW, "", town)
    )


def _ratio(values: Values) -> Decimal | None:
    """Only where both numbers are told: else it would give them away."""
    pupils, devices = values["pupils"], values["mobile"]
    if pupils is None or devices is None:
        return None
    ratio = need.ratio(int(pupils), int(devices))
    return None if ratio is None else round(ratio, 1)


def as_csv(table: Table) -> str:
    """RFC 4180 with the semicolon of the state's own school data, point in numbers, ISO days; the sums are left out."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEAD)
    for line in [*table.lines, *([table.merged] if table.merged else [])]:
        values = ["" if (value := line.values[name]) is None else str(value) for name in FIGURES]
        head = (
            school_year.label(table.year),
            table.key_date.isoformat(),
            line.number,
            _safe(line.name),
            line.kind,
        )
        writer.writerow([*head, *values, " ".join(line.merged)])
    return out.getvalue()


def _safe(text: str) -> str:
    """No cell begins like a formula, wherever it is opened."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def is_told_by(edition: str, table: Table) -> bool:
    """Whether the JSON of an edition says the same, however its numbers are written (12.5 and 12.50)."""
    stored, fresh = (json.loads(one, parse_float=Decimal) for one in (edition, as_json(table)))
    return bool(stored == fresh)


def as_json(table: Table) -> str:
    """Its numbers are those of the table, digit by digit: amounts have two places and are no binary fractions."""
    kept: dict[str, Any] = {
        "school_year": school_year.label(table.year),
        "key_date": table.key_date.isoformat(),
        "small_below": table.limit,
        "counted_as_mobile": table.counted,
        "stock_from": table.stock_from,
        "fields": FIGURES,
        "schools": [
            {
                "school_number": line.number, "school": line.name, "school_type": line.kind, **line.values,
                "merged": list(line.merged),
            }
            for line in table.lines
        ],
        "merged": table.merged.values if table.merged else None,
        "total": table.town.values,
    }  # fmt: skip
    return _written(kept)


def _written(value: Any, margin: str = "\n") -> str:
    """JSON with a blank for each level, as ``json.dumps(value, indent=1)`` writes it, and a Decimal as it is."""
    inner = f"{margin} "
    if isinstance(value, Mapping):
        parts = [f"{_written(name)}: {_written(each, inner)}" for name, each in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{margin}}}" if parts else "{}"
    if isinstance(value, list):
        parts = [_written(each, inner) for each in value]
        return f"[{inner}{f',{inner}'.join(parts)}{margin}]" if parts else "[]"
    return f"{value:f}" if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)
