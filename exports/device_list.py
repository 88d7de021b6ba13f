"""The list of devices as it stands on the page: its filters, its columns, its order, all of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from exports.workbook import Page
from school_it import cells
from school_it.access import Actor
from school_it.devices import listing, queries, sheet
from school_it.devices.listing import BY_NAME, Wish
from school_it.devices.rules import STATES, USES, product_name
from school_it.sheets import Column

TYPES = {"day": cells.DATE, "due": cells.DATE, "euro": cells.EURO, "tag": cells.CODE, "code": cells.CODE}


def _device(row: Any) -> str | None:
    return product_name(row.manufacturer, row.model) or None


def _holder(row: Any) -> str | None:
    return sheet.holder_text(row.given_name, row.family_name, row.holder_room, row.holder_name)


# The columns whose cell is more than the value of that name.
VALUES: Mapping[str, Callable[[Any], Any]] = {
    "device": _device,
    "holder": _holder,
    "state": lambda row: STATES[row.state],
    "use": lambda row: USES[row.use] if row.use else None,
}


FILTER_TITLES = {
    "q": "Suche", "school": "Schule", "category": "Geräteart", "state": "Zustand", "use": "Nutzung", "room": "Raum",
    "holder": "Ausgabe", "bound": "Zweckbindung", "warranty": "Garantie", "year": "Angeschafft",
    "reference": "Aktenzeichen", "approval": "Aussonderung",
}  # fmt: skip
FILTER_WORDS: Mapping[str, Mapping[str, str]] = {
    "state": {state.value: word for state, word in STATES.items()},
    "use": {use.value: word for use, word in USES.items()},
    "holder": listing.HOLDER, "bound": listing.BOUND, "warranty": listing.WARRANTY,
    "approval": {"1": "wartet auf Genehmigung"},
}  # fmt: skip


def page(session: Session, wanted: Wish, *, subtitle: Sequence[str], seen_by: Actor) -> Page:
    shown = [BY_NAME[name] for name in wanted.columns]
    columns = [Column(one.name, one.title, TYPES.get(one.kind, cells.TEXT)) for one in shown]
    filters = " · ".join(_filters(session, wanted, said=" ".join(subtitle)))
    return Page(
        "Geräteliste",
        "Geräte",
        columns,
        _rows(session, wanted, seen_by=seen_by),
        subtitle=[*subtitle[:1], " · ".join(filter(None, (*subtitle[1:], filters)))],
        sums=[one.name for one in shown if one.kind == "euro"],
    )


def _filters(session: Session, wanted: Wish, *, said: str) -> Iterator[str]:
    """In the words of the page; a school that was chosen for the report stands in its subtitle already."""
    for name, text in wanted.filters.items():
        if name == "school" and f"({text})" in said:
            continue
        parts = text.split(",") if name == "state" else [text]
        yield f"{FILTER_TITLES[name]}: {' oder '.join(_word(session, name, part) for part in parts)}"


def _word(session: Session, name: str, text: str) -> str:
    if name == "category":
        names = {str(ident): category for category, ident in queries.category_ids(session).items()}
        return names.get(text, text)
    return "ohne" if text == "-" else FILTER_WORDS.get(name, {}).get(text, text)


def _rows(session: Session, wanted: Wish, *, seen_by: Actor) -> Iterator[list[Any]]:
    ways = [_way(name) for name in wanted.columns]
    for row in listing.all_rows(session, wanted, listing.matches(session, wanted, seen_by=seen_by)):
        yield [way(row) for way in ways]


def _way(name: str) -> Callable[[Any], Any]:
    return VALUES.get(name) or (lambda row: getattr(row, name))
