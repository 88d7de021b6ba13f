"""How the classes go on in a plan: who moves up, stays, goes and comes, counted by school and class. Plain values only.

Counts hold no names, so they may be kept with a run for as long as the run itself.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from school_it.errors import N_, Sentence
from school_it.people.rules import PersonRole, PersonState
from school_it.people.steps import Kind, Step, Wanted


class What(StrEnum):
    MOVED = "moved"
    SAME = "same"
    LEFT = "left"
    NEW = "new"
    AWAY = "away"
    """To another school of the town; told at the school that was left."""
    ARRIVED = "arrived"


WHATS = {
    What.MOVED: N_("andere Klasse"),
    What.SAME: N_("dieselbe Klasse"),
    What.LEFT: N_("abgegangen"),
    What.NEW: N_("neu"),
    What.AWAY: N_("an eine andere Schule"),
    What.ARRIVED: N_("von einer anderen Schule"),
}


class Move(NamedTuple):
    """`number` pupils of one school; `before` and `after` are classes, None for no class or nobody there."""

    school: str
    before: str | None
    after: str | None
    what: What
    number: int


def moves(steps: Iterable[Step], same: Iterable[Wanted]) -> list[Move]:
    """Of pupils only; classes in which nothing changes are left out."""
    counted = Counter(place for step in steps for place in _places(step))
    touched = {(school, name) for school, before, after, _what in counted for name in (before, after)}
    for person in same if touched else ():
        school = person.main_school
        if _is_pupil_there(person) and school and (school, person.school_class) in touched:
            counted[school, person.school_class, person.school_class, What.SAME] += 1
    found = [Move(*place, number) for place, number in counted.items()]
    return sorted(found, key=lambda one: (one.school, one.before or "", one.after or "", one.what))


def _is_pupil_there(person: Wanted) -> bool:
    return person.role is PersonRole.PUPIL and person.state is PersonState.ACTIVE


def _places(step: Step) -> Iterator[tuple[str, str | None, str | None, What]]:
    """Somebody who changes schools goes at one and comes at the other."""
    person, before = step.person, _before(step)
    here, there = person.main_school, before["school_numbers"]
    was_at = there[0] if there else None
    if person.role is not PersonRole.PUPIL:
        return
    if step.kind is Kind.LEFT:
        if was_at:
            yield was_at, before["school_class"], None, What.LEFT
    elif step.kind in (Kind.NEW, Kind.RETURNED) or was_at is None:
        if here:
            yield here, None, person.school_class, What.NEW
    elif here != was_at:
        yield was_at, before["school_class"], None, What.AWAY
        if here:
            yield here, None, person.school_class, What.ARRIVED
    elif before["school_class"] == person.school_class:
        yield was_at, person.school_class, person.school_class, What.SAME
    else:
        yield was_at, before["school_class"], person.school_class, What.MOVED


def _before(step: Step) -> dict[str, Any]:
    told = {name: getattr(step.person, name) for name in ("school_class", "school_numbers")}
    return told | {name: was for name, was, _now in step.changes if name in told}


# --- kept with a run, as plain JSON ---


def as_json(found: Sequence[Move]) -> list[list[Any]]:
    return [[one.school, one.before, one.after, one.what.value, one.number] for one in found]


def from_json(kept: Iterable[Sequence[Any]]) -> list[Move]:
    return [Move(school, before, after, What(what), n) for school, before, after, what, n in kept]


# --- grades ---

_GRADE = re.compile(r"^(\d{2})[A-ZÄÖÜ]{0,2}$")
_UPPER = {"EF": 11, "Q1": 12, "Q2": 13}


def grade(name: str | None) -> int | None:
    """05A is 5, EF is 11 (a Gymnasium of eight years goes from 9 to EF); mixed and other classes have none."""
    if name is None:
        return None
    if found := _GRADE.match(name):
        return int(found[1])
    return _UPPER.get(name[:2])


def is_next(before: str | None, after: str | None) -> bool:
    was, now = grade(before), grade(after)
    return (
        was is not None and now is not None and (now == was + 1 or (was == 9 and (after or "")[:2] == "EF"))
    )


# --- what somebody should look at ---

SHARE, FEW = 30, 5
"""Two years are in one class where each makes up this per cent of it, and at least so many."""


@dataclass(frozen=True)
class Oddity:
    school: str
    sentence: Sentence


def oddities(found: Sequence[Move]) -> list[Oddity]:
    """Repeaters, jumps, classes that end, pupils who lose their class, two years in one class; by school."""
    by_school: dict[str, list[Move]] = {}
    for one in found:
        by_school.setdefault(one.school, []).append(one)
    return [
        Oddity(school, sentence)
        for school, there in sorted(by_school.items())
        for sentence in (*_two_years(there), *_endings(there), *_steps_aside(there))
    ]


def two_years_in_one_class(found: Sequence[Move]) -> list[Oddity]:
    """Classes that are being renamed one after the other: for some hours 7a and the new 8a are one class."""
    schools = sorted({one.school for one in found})
    return [
        Oddity(school, sentence)
        for school in schools
        for sentence in _two_years([one for one in found if one.school == school])
    ]


def _two_years(there: Sequence[Move]) -> Iterator[Sentence]:
    for name in sorted({one.after for one in there if one.after and grade(one.after) is not None}):
        inside = [one for one in there if one.after == name]
        stayed = sum(one.number for one in inside if one.what is What.SAME)
        came = sum(one.number for one in inside if one.what is What.MOVED and is_next(one.before, name))
        whole = sum(one.number for one in inside)
        if min(stayed, came) >= FEW and min(stayed, came) * 100 >= SHARE * whole:
            yield Sentence(TWO_YEARS, name=name, stayed=stayed, came=came)


TWO_YEARS = N_(
    "Klasse %(name)s: %(stayed)s sind noch darin und %(came)s kommen aus der Stufe darunter. "
    "Die Klassen werden wohl gerade umbenannt."
)


def _endings(there: Sequence[Move]) -> Iterator[Sentence]:
    """A class whose pupils have all left while others of its year go on."""
    going_on = {grade(one.before) for one in there if one.what in (What.MOVED, What.SAME)}
    for name in sorted({one.before for one in there if one.before and grade(one.before) in going_on}):
        of_it = [one for one in there if one.before == name]
        n = sum(one.number for one in of_it)
        if n >= FEW and all(one.what is What.LEFT for one in of_it):
            yield Sentence(
                N_("Klasse %(name)s: Alle %(n)s sind abgegangen, andere Klassen der Stufe gehen weiter."),
                name=name,
                n=n,
            )


def _steps_aside(there: Sequence[Move]) -> Iterator[Sentence]:
    moved = [one for one in there if one.what is What.MOVED]
    for sentence, fits in (
        (N_("%(n)s bleiben in ihrer Stufe (%(classes)s)."), _stays),
        (N_("%(n)s überspringen eine Stufe (%(classes)s)."), _jumps),
        (N_("%(n)s gehen in eine Stufe darunter (%(classes)s)."), _goes_back),
        (N_("%(n)s haben keine Klasse mehr (%(classes)s)."), lambda one: one.after is None),
    ):
        some = [one for one in moved if fits(one)]
        if some:
            n = sum(one.number for one in some)
            yield Sentence(sentence, n=n, classes=_named(some))
    yield from _repeat(there)


def _repeat(there: Sequence[Move]) -> Iterator[Sentence]:
    """Who is still in a class from which others have moved up."""
    moved_up = {one.before for one in there if one.what is What.MOVED and is_next(one.before, one.after)}
    some = [one for one in there if one.what is What.SAME and one.before in moved_up]
    if some:
        n = sum(one.number for one in some)
        yield Sentence(N_("%(n)s wiederholen in derselben Klasse (%(classes)s)."), n=n, classes=_named(some))


def _gap(one: Move) -> int | None:
    was, now = grade(one.before), grade(one.after)
    return None if was is None or now is None else now - was


def _stays(one: Move) -> bool:
    return _gap(one) == 0


def _jumps(one: Move) -> bool:
    return (_gap(one) or 0) > 1 and not is_next(one.before, one.after)


def _goes_back(one: Move) -> bool:
    return (_gap(one) or 0) < 0


NAMED = 4


def _named(some: Sequence[Move]) -> str:
    said = [
        one.before or "–" if one.what is What.SAME else f"{one.before or '–'} → {one.after or '–'}"
        for one in some
    ]
    return ", ".join(said[:NAMED]) + (" …" if len(said) > NAMED else "")


# --- sums ---


def by_school(found: Sequence[Move]) -> dict[str, dict[What, int]]:
    table: dict[str, dict[What, int]] = {}
    for one in found:
        row = table.setdefault(one.school, dict.fromkeys(What, 0))
        row[one.what] += one.number
    return dict(sorted(table.items()))
