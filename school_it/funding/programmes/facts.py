"""How sure a value of a programme is, and where it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from school_it import audit
from school_it.errors import N_
from school_it.funding.programmes import terms


class Sure(StrEnum):
    """How a value was found. M is general knowledge that nobody has read up: it never becomes a value."""

    OFFICIAL = "A"
    REPORTED = "B"
    DERIVED = "C"
    REMEMBERED = "M"
    OWN = "own"


SURE = {
    Sure.OFFICIAL: N_("amtlicher Text"),
    Sure.REPORTED: N_("aus zweiter Hand"),
    Sure.DERIVED: N_("abgeleitet"),
    Sure.REMEMBERED: N_("nicht belegt"),
    Sure.OWN: N_("selbst eingetragen"),
}
LETTERS = {sure: sure.value for sure in Sure if sure is not Sure.OWN} | {Sure.OWN: N_("eigene Angabe")}


@dataclass(frozen=True)
class Fact:
    """What is known of one field: the plain value, how sure, its source; or why there is no value."""

    value: Any
    sure: Sure | None = None
    source: str = ""
    why: str = ""
    begins: date | None = None
    ends: date | None = None

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        whole = {
            "value": self.value, "sure": self.sure and self.sure.value, "source": self.source, "why": self.why,
            "begins": self.begins and self.begins.isoformat(), "ends": self.ends and self.ends.isoformat(),
        }  # fmt: skip
        return {name: value for name, value in whole.items() if value not in (None, "")}


def of_kept(kept: Mapping[str, Any]) -> Fact:
    begins, ends = kept.get("begins"), kept.get("ends")
    return Fact(
        kept.get("value"),
        Sure(kept["sure"]) if kept.get("sure") else None,
        kept.get("source", ""),
        kept.get("why", ""),
        date.fromisoformat(begins) if begins else None,
        date.fromisoformat(ends) if ends else None,
    )


def plain(value: Any) -> Any:
    """A value of a column or a term as facts and trail keep it; what is empty is None."""
    kept = terms.plain(value) if isinstance(value, tuple) else audit.plain(value)
    return None if kept in ("", []) else kept


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are the same, however many zeros an amount has."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other or _number(one) == _number(other) is not None
    return bool(one == other)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def about(facts: Mapping[str, Any] | None, field: str, value: Any) -> Fact | None:
    """What is known of the value that a field has now; None where nobody said whence it is.

    A fact belongs to its value: after an import, an edit or an undo that has changed it, it says nothing any more.
    """
    kept = (facts or {}).get(field)
    if kept is None:
        return None
    fact = of_kept(kept)
    return fact if same(fact.value, plain(value)) else None


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns and terms side by side, as plain values."""
    kept = values.get("terms") or {}
    columns = {name: plain(value) for name, value in values.items() if name not in ("terms", "facts")}
    return columns | {name: kept.get(name) for name in terms.TERMS}


def entered(
    known: Mapping[str, Any] | None, before: Mapping[str, Any], after: Mapping[str, Any], source: str | None
) -> dict[str, Any]:
    """The facts once the office has changed `before` to `after`: what is new is its own, what is empty says nothing."""
    facts, old, new = dict(known or {}), flat(before), flat(after)
    for field, value in new.items():
        if same(value, old.get(field)):
            continue
        facts.pop(field, None)
        if value is not None and field not in _NO_FACTS:
            facts[field] = Fact(value, Sure.OWN, source or "").kept()
    return facts


_NO_FACTS = frozenset({"code", "title", "status", "source"})
