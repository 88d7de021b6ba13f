"""What taking over a programme of a file would change, field by field; and how each value is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from school_it.errors import N_
from school_it.funding.models import Programme
from school_it.funding.programmes import terms
from school_it.funding.programmes.facts import Fact, Sure, about, flat, of_kept, same
from school_it.funding.programmes.shipped import COLUMNS, Shipped, of_column
from school_it.funding.sheet import PROGRAMMES

FIELDS = (*COLUMNS, *terms.TERMS)
LABELS = {one.field: one.header for one in PROGRAMMES.columns} | {
    name: term.label for name, term in terms.TERMS.items()
}


class Kind(StrEnum):
    """What becomes of a field; what the office has entered itself stays unless somebody wishes otherwise."""

    NEW = "new"
    UPDATED = "updated"
    OWN = "own"
    SAME = "same"
    OPEN = "open"


KINDS = {
    Kind.NEW: N_("kommt dazu"),
    Kind.UPDATED: N_("wird berichtigt"),
    Kind.OWN: N_("eigene Angabe bleibt"),
    Kind.SAME: N_("unverändert"),
    Kind.OPEN: N_("aus dem Bescheid"),
}
TAKEN = frozenset({Kind.NEW, Kind.UPDATED})


@dataclass(frozen=True)
class Line:
    """One field: what is stored, what the file has (both typed), and what would become of it."""

    field: str
    stored: Any
    shipped: Any
    kind: Kind
    fact: Fact


def values_of(programme: Programme) -> dict[str, Any]:
    """Columns and terms, typed."""
    columns = {name: getattr(programme, name) or None for name in COLUMNS}
    columns |= {name: getattr(programme, name) for name in COLUMNS if getattr(programme, name) == 0}
    return columns | dict.fromkeys(terms.TERMS) | terms.of(programme.terms)


def lines(shipped: Shipped, programme: Programme | None) -> list[Line]:
    """Of every field the file speaks of, in the order of the sheet."""
    stored = values_of(programme) if programme else {}
    plain = flat(stored | {"terms": programme.terms}) if programme else {}
    known = (programme.facts if programme else None) or {}
    return [
        Line(field, stored.get(field), shipped.values.get(field), _kind(field, shipped, plain, known), fact)
        for field in FIELDS
        if (fact := shipped.facts.get(field)) is not None
    ]


def _kind(field: str, shipped: Shipped, plain: Mapping[str, Any], known: Mapping[str, Any]) -> Kind:
    fact, stored = shipped.facts[field], plain.get(field)
    if field not in shipped.values:
        return Kind.OPEN if stored is None else Kind.SAME
    if stored is None:
        return Kind.NEW
    if same(stored, fact.value):
        return Kind.SAME
    said = of_kept(known[field]) if field in known else None
    is_of_a_file = said is not None and said.sure is not Sure.OWN and same(said.value, stored)
    return Kind.UPDATED if is_of_a_file else Kind.OWN


def taken(shipped: Shipped, programme: Programme | None, chosen: frozenset[str]) -> dict[str, Any]:
    """The values for `actions`: the chosen fields of the file, all its facts; terms beside those there are."""
    stored = values_of(programme) if programme else {}
    further = dict((programme.terms if programme else None) or {})
    columns: dict[str, Any] = {}
    for field in chosen & set(shipped.values):
        if field in COLUMNS:
            columns[field] = shipped.values[field]
        else:
            further[field] = terms.plain(shipped.values[field])
    facts = dict((programme.facts if programme else None) or {})
    for line in lines(shipped, programme):
        is_as_in_file = line.field in chosen or (line.kind is Kind.SAME and line.field in shipped.values)
        if is_as_in_file or stored.get(line.field) is None:
            facts[line.field] = line.fact.kept()
    return {**columns, "terms": further, "facts": facts}


def shown(field: str, value: Any) -> str:
    """German text, as a cell of the sheet would have it."""
    if value is None:
        return ""
    kind = COLUMNS[field].type if field in COLUMNS else terms.TERMS[field].type
    return kind.show(value)


def shown_plain(field: str, kept: Any) -> str:
    """Likewise of a value as facts and trail keep it."""
    if kept is None or kept == []:
        return ""
    if field in terms.TERMS:
        return shown(field, terms.typed(field, kept))
    return shown(field, of_column(field, kept)) if field in COLUMNS else str(kept)


def known_of(programme: Programme) -> dict[str, Fact]:
    """By field what is known of the value it has now, or of the value it still lacks."""
    values = {**values_of(programme)}
    found = ((field, about(programme.facts, field, values.get(field))) for field in FIELDS)
    return {field: fact for field, fact in found if fact is not None}
