"""The programmes that come as files: those of the product, and the town's own in ``programmes`` of its home.

One file for one programme; how it is written stands in docs/programmes.md. A file of the town's own wins over one of
the product with the same code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from school_it.errors import N_, CannotRead
from school_it.funding import rules
from school_it.funding.programmes import terms
from school_it.funding.programmes.facts import Fact, Sure, plain
from school_it.funding.sheet import PROGRAMMES

FOLDER = Path(__file__).parent
COLUMNS = {
    one.field: one for one in PROGRAMMES.columns if one.field not in ("code", "title", "status", "source")
}
_HEAD = frozenset({"code", "title", "land", "status", "written_on", "sources", "values"})
_SAYS = frozenset({"value", "sure", "source", "why", "note", "from", "to"})


@dataclass(frozen=True)
class Shipped:
    """A programme of a file: `values` by column and term, typed; `facts` also of what is still to be entered."""

    code: str
    title: str
    land: str
    status: rules.Status
    written_on: date
    values: Mapping[str, Any]
    facts: Mapping[str, Fact]
    own: bool

    @property
    def open_fields(self) -> dict[str, str]:
        """What has to be entered from the decision, each with why."""
        return {name: fact.why for name, fact in self.facts.items() if name not in self.values}


def every(home: Path | None = None) -> dict[str, Shipped]:
    """By code. Raises CannotRead with the file and what is wrong in it."""
    found = {one.code: one for one in _in(FOLDER, own=False)}
    if home is not None:
        found |= {one.code: one for one in _in(home / "programmes", own=True)}
    return dict(sorted(found.items()))


def _in(folder: Path, *, own: bool) -> Iterator[Shipped]:
    for path in sorted(folder.glob("*.toml")):
        yield read(path, own=own)


def read(path: Path, *, own: bool = True) -> Shipped:
    """Raises CannotRead."""
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CannotRead(
            N_("Die Programmdatei %(file)s lässt sich nicht lesen: %(why)s"), file=path.name, why=str(problem)
        ) from problem
    return _File(path.name, told, own).programme()


class _File:
    """What one file tells, judged."""

    def __init__(self, name: str, told: Mapping[str, Any], own: bool) -> None:
        self.name, self.told, self.own = name, told, own

    def programme(self) -> Shipped:
        for key in set(self.told) - _HEAD:
            raise self._wrong(key, N_("diese Angabe gibt es nicht"))
        for key, kind in (("code", str), ("title", str), ("written_on", date), ("values", dict)):
            if not isinstance(self.told.get(key), kind):
                raise self._wrong(key, N_("fehlt oder ist von falscher Art"))
        if self.told.get("status", "valid") not in {*rules.Status}:
            raise self._wrong("status", N_("möglich sind draft und valid"))
        facts, values = {}, {}
        for field, says in self.told["values"].items():
            facts[field], value = self._fact(field, says)
            if value is not None:
                values[field] = value
        return Shipped(
            self.told["code"], self.told["title"], self.told.get("land", ""),
            rules.Status(self.told.get("status", "valid")), self.told["written_on"], values, facts, self.own,
        )  # fmt: skip

    def _fact(self, field: str, says: Any) -> tuple[Fact, Any]:
        if field not in COLUMNS and field not in terms.TERMS:
            raise self._wrong(field, N_("diese Angabe gibt es nicht"))
        if not isinstance(says, dict) or set(says) - _SAYS:
            raise self._wrong(field, N_("erlaubt sind value, sure, source, why, note, from und to"))
        if "value" not in says:
            if not says.get("why"):
                raise self._wrong(field, N_("ohne value braucht es why: warum die Angabe offen ist"))
            return Fact(None, Sure(says["sure"]) if "sure" in says else None, why=says["why"]), None
        value = self._value(field, says["value"])
        if says.get("sure") not in {Sure.OFFICIAL, Sure.REPORTED, Sure.DERIVED}:
            raise self._wrong(
                field, N_("sure muss A, B oder C sein; was nicht belegt ist (M), bleibt ohne value")
            )
        source = self.told.get("sources", {}).get(says.get("source"))
        if not source:
            raise self._wrong(field, N_("source nennt keine Stelle unter [sources]"))
        whole = f"{source} – {says['note']}" if says.get("note") else source
        begins, ends = says.get("from"), says.get("to")
        return Fact(plain(value), Sure(says["sure"]), whole, begins=begins, ends=ends), value

    def _value(self, field: str, raw: Any) -> Any:
        try:
            return terms.typed(field, raw) if field in terms.TERMS else of_column(field, raw)
        except (ValueError, KeyError, TypeError, InvalidOperation):
            raise self._wrong(field, N_("value ist von falscher Art")) from None

    def _wrong(self, field: str, why: str) -> CannotRead:
        return CannotRead(
            N_("Programmdatei %(file)s, »%(field)s«: %(why)s."), file=self.name, field=field, why=why
        )


def of_column(field: str, raw: Any) -> Any:
    """A column's value from what a file or the trail has. Raises ValueError, TypeError, InvalidOperation."""
    words = rules.PROGRAMME_WORDS.get(field)
    if words is not None:
        return type(next(iter(words)))(raw)
    match COLUMNS[field].type.name:
        case "euro" | "percent":
            return Decimal(raw)
        case "codes":
            return tuple(str(one) for one in raw)
        case "date":
            return raw if isinstance(raw, date) else date.fromisoformat(raw)
        case "integer" if not isinstance(raw, int):
            raise TypeError(raw)
    return raw
