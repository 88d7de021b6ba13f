"""Which field a header means: its own spelling, another one, an abbreviation."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from school_it import cells
from school_it.errors import N_, BadValue
from school_it.sheets.shape import Sheet, check_fields

_SHORT = {
    "nr": "nummer",
    "no": "nummer",
    "inv": "inventar",
    "ser": "serien",
    "rg": "rechnungs",
    "re": "rechnungs",
    "rechn": "rechnungs",
    "dat": "datum",
    "tel": "telefon",
    "bem": "bemerkung",
    "bemerk": "bemerkung",
    "anz": "anzahl",
    "bez": "bezeichnung",
    "str": "strasse",
    "az": "aktenzeichen",
    "anschaff": "anschaffungs",
    "inbetr": "inbetriebnahme",
    "lief": "lieferant",
    "herst": "hersteller",
}
_EMPTY_WORDS = frozenset({"in", "eur", "euro"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def same_header(text: str) -> str:
    """A header without what does not count: case, blanks, line breaks, zero width, NFC, ``:`` and ``*``."""
    text = "".join(cells.one_line(text).casefold().split())
    return text.rstrip(":*")


@lru_cache(maxsize=2000)
def loosely(text: str) -> str:
    """A header with its abbreviations written out and its hyphens, brackets and currency off."""
    text = re.sub(r"-\s*\n\s*", "", cells.clean(text)).casefold().translate(_UMLAUTS)
    text = re.sub(r"(?<=[a-z])(nr|dat)\b", r" \1", text)
    parts = [part for part in re.findall(r"[a-z0-9]+", text) if part not in _EMPTY_WORDS]
    return "".join(_SHORT.get(part, part) for part in parts)


def match(
    sheet: Sheet, headers: Sequence[str], mapping: Mapping[str, str | None] | None = None
) -> list[str | None]:
    """The field of each header. The `mapping` goes first; an own header beats another spelling.

    The mapping names the second of two equal headers as `numbered` does. Two columns that could be the same
    field both stay None. Raises BadValue where the mapping names a header or a field that is not there.
    """
    said = _said(sheet, headers, mapping or {})
    taken = {name for name in said.values() if name}
    fits = [
        None if place in said else _best_fit(sheet, header, without=taken)
        for place, header in enumerate(headers)
    ]
    closest = _closest(fits)
    return [said[place] if place in said else _won(fits[place], closest) for place in range(len(headers))]


class _Fit(NamedTuple):
    distance: int
    field: str


def _best_fit(sheet: Sheet, header: str, *, without: Collection[str]) -> _Fit | None:
    spellings = _spellings(sheet)
    for distance, key in enumerate((same_header(header), same_header(header), loosely(header))):
        meant = spellings[distance].get(key, set()) if key else set[str]()
        if len(meant) == 1:
            (name,) = meant
            return None if name in without else _Fit(distance, name)
        if meant:
            return None
    return None


@lru_cache(maxsize=64)
def _spellings(sheet: Sheet) -> tuple[Mapping[str, set[str]], ...]:
    """Spelling -> fields it could mean, at three distances: own header, other headers, abbreviations."""
    own, other, loose = defaultdict(set), defaultdict(set), defaultdict(set)
    for column in sheet.columns:
        own[same_header(column.header)].add(column.field)
        for spelling in (*column.other_headers, column.field):
            other[same_header(spelling)].add(column.field)
        for spelling in (column.header, *column.other_headers):
            loose[loosely(spelling)].add(column.field)
    return own, other, loose


def _closest(fits: Iterable[_Fit | None]) -> Mapping[str, _Fit | None]:
    """For each field the one nearest fit; None where two columns are equally near."""
    near: dict[str, list[_Fit]] = defaultdict(list)
    for fit in filter(None, fits):
        near[fit.field].append(fit)
    return {name: _only_nearest(found) for name, found in near.items()}


def _only_nearest(fits: list[_Fit]) -> _Fit | None:
    nearest = min(fits)
    return nearest if fits.count(nearest) == 1 else None


def _won(fit: _Fit | None, closest: Mapping[str, _Fit | None]) -> str | None:
    return fit.field if fit and closest[fit.field] == fit else None


def numbered(headers: Sequence[str]) -> list[str]:
    """The headers so that a mapping can name each: the second of two equal ones is ``Bemerkung (2)``."""
    counts: dict[str, int] = defaultdict(int)
    names = []
    for header in headers:
        counts[same_header(header)] += 1
        count = counts[same_header(header)]
        names.append(header if count == 1 else f"{header} ({count})")
    return names


def _said(sheet: Sheet, headers: Sequence[str], mapping: Mapping[str, str | None]) -> dict[int, str | None]:
    places = {same_header(header): place for place, header in enumerate(numbered(headers))}
    said = {}
    names = {same_header(column.header): column.field for column in sheet.columns}
    mapping = {header: name and names.get(same_header(name), name) for header, name in mapping.items()}
    check_fields(sheet, filter(None, mapping.values()))
    for header, name in mapping.items():
        place = places.get(same_header(header))
        if place is None:
            raise BadValue(
                N_("Eine Spalte »%(header)s« hat die Datei nicht. Sie hat: %(headers)s."),
                header=header,
                headers=", ".join(headers),
            )
        said[place] = name
    return said


def parse_mapping(options: Iterable[str]) -> dict[str, str | None]:
    """``["Header=field"]`` as a mapping, also with the field's own header; ``Header=`` leaves a column out.

    Raises BadValue without ``=``.
    """
    mapping: dict[str, str | None] = {}
    for option in options:
        header, equals, name = option.rpartition("=")
        if not equals or not header.strip():
            raise BadValue(
                N_("»%(option)s« ist keine Zuordnung. Bitte wie »Spalte=feld« schreiben."), option=option
            )
        mapping[header] = name.strip() or None
    return mapping
