"""Named profiles: how files of one layout are read, so that the next one needs no word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from imports.models import ImportProfile
from imports.wish import Wish
from school_it import audit, cells
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import now
from school_it.errors import N_, BadValue, NotThere
from school_it.sheets import HINT_HEADER, Table, same_header

LONGEST_NAME = 80
# What stands below these is about people: no profile keeps it.
PERSONAL = frozenset({
    "holder", "remark", "record_id", "given_name", "family_name", "username", "email", "connected",
})  # fmt: skip
# What of a wish belongs to the layout; the school, single cells and new categories belong to one file.
KEPT = ("sheet_name", "mapping", "headerless", "day_first", "words", "blank_clears")


def signature_of(headers: Iterable[str], *, headerless: bool = False) -> str:
    """The same for two files whose headers are the same in any order; without headers, by the number of columns."""
    known = sorted(
        same for header in headers if (same := same_header(header)) and same != same_header(HINT_HEADER)
    )
    text = f"{len(known)} columns" if headerless else "\n".join(known)
    return hashlib.sha256(text.encode()).hexdigest()


def profiles(session: Session, *, seen_by: Actor, kind: str | None = None) -> Sequence[ImportProfile]:
    """One's own and those for everybody, for the office all there are; by kind and name."""
    wanted = select(ImportProfile).where(_visible(seen_by))
    if kind is not None:
        wanted = wanted.where(ImportProfile.kind == kind)
    return session.scalars(wanted.order_by(ImportProfile.kind, ImportProfile.name)).all()


def serving(session: Session, kind: str, *, by: Actor) -> list[ImportProfile]:
    """The profiles by which this person's files are read: one's own before those for all, then the newest."""
    found = session.scalars(
        select(ImportProfile)
        .where(_serves(by), ImportProfile.kind == kind)
        .order_by(ImportProfile.saved_at.desc(), ImportProfile.id.desc())
    ).all()
    return sorted(found, key=lambda one: one.user_id != by.id)


def recognised(session: Session, kind: str, table: Table, *, by: Actor) -> ImportProfile | None:
    """The profile for files with these headers."""
    signature = signature_of(table.headers, headerless=not table.header_row)
    return next((one for one in serving(session, kind, by=by) if one.signature == signature), None)


def named(session: Session, kind: str, name: str, *, seen_by: Actor) -> ImportProfile:
    """Raises BadValue, naming those there are."""
    known = profiles(session, seen_by=seen_by, kind=kind)
    for one in known:
        if one.name.casefold() == name.strip().casefold():
            return one
    names = ", ".join(one.name for one in known)
    raise BadValue(
        N_("Ein Profil »%(name)s« gibt es hier nicht. Vorhanden: %(names)s."), name=name, names=names or "–"
    )


def may_change(profile: ImportProfile, actor: Actor) -> bool:
    return profile.user_id == actor.id or actor.may(May.IMPORT_ALL)


def get_profile(session: Session, ident: int, *, by: Actor) -> ImportProfile:
    """A profile that this actor may change: one's own, or any where they may import everything."""
    found = session.get(ImportProfile, ident)
    if found is None or not may_change(found, by):
        raise NotThere(N_("Dieses Profil gibt es hier nicht."))
    return found


def wish_of(profile: ImportProfile, wish: Wish, table: Table | None = None) -> Wish:
    """The wish as the profile has it; what concerns one file only stays as it was said.

    With the `table`, headers that differ in what does not count are spelt as the file spells them.
    """
    kept = {name: value for name, value in profile.wish.items() if name in KEPT}
    if table is not None:
        spelt = {same_header(header): header for header in table.headers}
        for name in ("mapping", "day_first", "words"):
            kept[name] = {
                spelt.get(same_header(header), header): value for header, value in kept.get(name, {}).items()
            }
        if kept.get("sheet_name") != table.sheet:
            kept["sheet_name"] = None
    words = {**kept.get("words", {})}
    for header, texts in wish.words.items():
        words[header] = {**words.get(header, {}), **texts}
    kept["words"] = words
    return Wish.from_json({**wish.as_json(), **kept, "profile": profile.name})


def keep(
    session: Session,
    kind: str,
    name: str | None,
    table_headers: Sequence[str],
    wish: Wish,
    meanings: Mapping[str, str | None],
    *,
    by: Actor,
) -> ImportProfile:
    """Keep a wish under a name; one's own profile of that name is replaced. Raises BadValue.

    `meanings` are the fields of the headers: of those in `PERSONAL` no words are kept.
    """
    name = _checked(name)
    known = _of_that_name(session, kind, name)
    if known is not None and not may_change(known, by):
        raise BadValue(
            N_("Ein Profil »%(name)s« gibt es schon. Bitte einen anderen Namen wählen."), name=name
        )
    profile = known or ImportProfile(kind=kind, name=name, user_id=by.id, user_name=by.name)
    profile.signature = signature_of(table_headers, headerless=wish.headerless)
    profile.headers = list(table_headers)
    profile.wish = {one: value for one, value in wish.as_json().items() if one in KEPT}
    of_all = {header: texts for header, texts in wish.words.items() if meanings.get(header) not in PERSONAL}
    profile.wish["words"] = _without_blanks(of_all)
    profile.for_all, profile.saved_at = by.may(May.IMPORT_ALL), now()
    session.add(profile)
    audit.record(session, Action.PROFILE_KEPT, profile, by=by, kind=kind)
    return profile


def _without_blanks(words: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """What one file lacks (its school, say) is nothing that the next one has to lack."""
    return {header: {text: meant for text, meant in texts.items() if text} for header, texts in words.items()}


def rename(session: Session, profile: ImportProfile, name: str | None, *, by: Actor) -> None:
    """Raises BadValue where the name is empty, too long or taken."""
    name = _checked(name)
    other = _of_that_name(session, profile.kind, name)
    if other is not None and other.id != profile.id:
        raise BadValue(
            N_("Ein Profil »%(name)s« gibt es schon. Bitte einen anderen Namen wählen."), name=name
        )
    changes = audit.assign(profile, {"name": name}, ("name",))
    if changes:
        audit.record(session, Action.PROFILE_KEPT, profile, by=by, changes=changes)


def remove(session: Session, profile: ImportProfile, *, by: Actor) -> None:
    audit.record(session, Action.PROFILE_REMOVED, profile, by=by, kind=profile.kind)
    session.delete(profile)


def _checked(name: str | None) -> str:
    name = cells.one_line(name or "")
    if not name:
        raise BadValue(N_("Das Profil braucht einen Namen."))
    if len(name) > LONGEST_NAME:
        raise BadValue(N_("Höchstens %(max)s Zeichen."), max=LONGEST_NAME)
    return name


def _of_that_name(session: Session, kind: str, name: str) -> ImportProfile | None:
    wanted = select(ImportProfile).where(ImportProfile.kind == kind)
    return next((one for one in session.scalars(wanted) if one.name.casefold() == name.casefold()), None)


def _visible(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.may(May.IMPORT_ALL) else _serves(actor)


def _serves(actor: Actor) -> ColumnElement[bool]:
    """Nobody's files are read by what another school has said."""
    return or_(ImportProfile.user_id == actor.id, ImportProfile.for_all)
