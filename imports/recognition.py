"""A new file: where its table is, and whether a profile knows its layout already."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

from imports import mapping, profiles
from imports import outlook as outlooks
from imports.models import ImportProfile
from imports.wish import Wish
from school_it.access import Actor
from school_it.errors import CannotRead
from school_it.kinds import KINDS, Kind
from school_it.sheets import Sheet, Table, match

_TRIED_SHEETS = 3
_NOTHING = -1000


def find_kind(session: Session, path: Path, *, by: Actor) -> tuple[Kind, Table | None]:
    """What a file holds, of the kinds that this person may bring: as a profile or most of its headers say.

    With the table, where it has been read for that kind already. Raises CannotRead.
    """
    allowed = [kind for kind in KINDS.values() if by.may(kind.may)]
    table = _table(path, allowed[0].sheet(session), Wish())
    known = [kind for kind in allowed if profiles.recognised(session, kind.name, table, by=by)]
    best = known[0] if known else max(allowed, key=lambda kind: _fit(kind.sheet(session), table))
    return best, table if best is allowed[0] else None


def _fit(sheet: Sheet, table: Table) -> tuple[int, int]:
    """The more headers are known and the fewer needed ones are missing, the better."""
    known = {name for name in match(sheet, table.headers) if name}
    missing = sum(column.needed and column.field not in known for column in sheet.columns)
    return (len(known) - missing, len(known)) if known else (_NOTHING, 0)


def first_look(
    session: Session, path: Path, kind: Kind, wish: Wish, table: Table | None = None, *, by: Actor
) -> tuple[Wish, Table]:
    """The table of a file that nobody has said anything about (unless it is at hand), and how it is to be read.

    By the profile for its headers; without headers by its columns; else as the headers say. Raises CannotRead.
    """
    sheet = kind.sheet(session)
    table = table or _table(path, sheet, wish)
    found = _by_profile(session, path, kind, sheet, table, wish, by=by)
    if found is not None:
        return found
    return replace(wish, headerless=not table.header_row), table


def _table(path: Path, sheet: Sheet, wish: Wish) -> Table:
    """With its headers, unless what stands there is data already."""
    try:
        table = outlooks.read_file(path, sheet, wish, unknown=True)
    except CannotRead as refused:
        try:
            return _without_headers(path, sheet, wish)
        except CannotRead:
            raise refused from None
    if not outlooks.is_known(sheet, table, wish) and mapping.looks_like_data(sheet, table.headers):
        return _without_headers(path, sheet, wish)
    return table


def _without_headers(path: Path, sheet: Sheet, wish: Wish) -> Table:
    return outlooks.read_file(path, sheet, replace(wish, headerless=True), unknown=True)


def _by_profile(
    session: Session, path: Path, kind: Kind, sheet: Sheet, table: Table, wish: Wish, *, by: Actor
) -> tuple[Wish, Table] | None:
    profile = profiles.recognised(session, kind.name, table, by=by)
    if profile is not None:
        return profiles.wish_of(profile, wish, table), table
    others = {*table.other_sheets, *table.hidden_sheets}
    known = profiles.serving(session, kind.name, by=by) if others else ()
    for one in [one for one in known if one.wish.get("sheet_name") in others][:_TRIED_SHEETS]:
        found = _on_its_sheet(one, path, sheet, wish)
        if found is not None:
            return found
    return None


def _on_its_sheet(profile: ImportProfile, path: Path, sheet: Sheet, wish: Wish) -> tuple[Wish, Table] | None:
    """The table on the sheet that the profile names, if it has that layout."""
    meant = replace(
        wish, sheet_name=profile.wish["sheet_name"], headerless=bool(profile.wish.get("headerless"))
    )
    try:
        table = outlooks.read_file(path, sheet, meant, unknown=True)
    except CannotRead:
        return None
    if profiles.signature_of(table.headers, headerless=not table.header_row) != profile.signature:
        return None
    return profiles.wish_of(profile, wish, table), table
