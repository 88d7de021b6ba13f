"""People as values: as somebody is known, as a source wants them, and the step from one to the other."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from school_it.errors import N_
from school_it.people.rules import PersonRole, PersonState, full_name


@dataclass(frozen=True, slots=True)
class KnownSchool:
    number: str
    directory_name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A person as the directory wants it in the database; `school_numbers` begins with the main school."""

    stable_id: str
    role: PersonRole
    family_name: str
    given_name: str = ""
    record_id: str | None = None
    username: str | None = None
    email: str | None = None
    school_numbers: tuple[str, ...] = ()
    school_class: str | None = None
    class_raw: str | None = None
    leaves_on: date | None = None
    locked: bool = False
    state: PersonState = PersonState.ACTIVE
    left_on: date | None = None

    @property
    def main_school(self) -> str | None:
        return self.school_numbers[0] if self.school_numbers else None

    @property
    def name(self) -> str:
        return full_name(self.given_name, self.family_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson(Wanted):
    """A person as the database knows it."""

    id: int
    source: str


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    LINKED = "linked"
    RETURNED = "returned"
    LEFT = "left"


KIND_NAMES = {
    Kind.NEW: N_("neu"),
    Kind.CHANGED: N_("geändert"),
    Kind.LINKED: N_("verknüpft"),
    Kind.RETURNED: N_("zurückgekehrt"),
    Kind.LEFT: N_("abgegangen"),
}

COUNTED_AS = {kind: kind for kind in Kind} | {Kind.LINKED: Kind.CHANGED}
"""Somebody linked is somebody who changes: they are known already, from a file."""

Change = tuple[str, object, object]
"""Field, before, after."""


@dataclass(frozen=True, slots=True)
class Step:
    """One person who is to be added, changed, linked, brought back or marked as left."""

    kind: Kind
    person: Wanted
    known_id: int | None = None
    changes: tuple[Change, ...] = ()

    @property
    def school_number(self) -> str | None:
        return self.person.main_school


def changes_between(known: Wanted, wanted: Wanted) -> tuple[Change, ...]:
    pairs = ((name, getattr(known, name), getattr(wanted, name)) for name in FIELDS)
    return tuple((name, before, after) for name, before, after in pairs if before != after)


NOT_TOLD = ("school_numbers", "state", "left_on")
FIELDS = tuple(item.name for item in fields(Wanted))
