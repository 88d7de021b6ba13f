"""The invented town a day later and a school year later, with what a sync has to find.

Nobody's id changes; whatever else a directory may change does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from school_it.people.invented import people
from school_it.people.rules import PersonRole
from tests.directory.town import SCHOOLS, Resident

NEXT_CLASS = {
    "1a": "2a", "2a": "3a", "3a": "4a", "05a": "06a", "06a": "07b", "07b": "EF", "EF": "Q1", "Q1": "Q2",
    "Kl. 5/a": "Kl. 6/b", "Füchse 1/2": "Füchse 1/2",
}  # fmt: skip
"""Who is in none of them leaves; the mixed-age group keeps its name."""
NEW_HERE = 60


@dataclass(frozen=True)
class Later:
    """The town later on, and the ids of those who came, went, changed, in the order of the town."""

    everybody: list[Resident]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    changed: tuple[str, ...]


def a_day_later(everybody: Sequence[Resident]) -> Later:
    """Some forty ordinary changes: class, school, names, sign-in, address, locks, a second school."""
    pupils = [one for one in everybody if _is_ordinary(one) and one.person.role is PersonRole.PUPIL]
    teachers = [one for one in everybody if _is_ordinary(one) and one.person.role is PersonRole.TEACHER]
    turns = iter(pupils)
    changes: dict[str, Resident | None] = {}
    for _n in range(10):
        _change(changes, one := next(turns), school_class=_other_class(one))
    for _n in range(6):
        changes[next(turns).stable_id] = None
    for _n in range(2):
        one = next(turns)
        school = next(school for school in SCHOOLS if school.number != one.person.school_numbers[0])
        _change(changes, one, school_numbers=(school.number,), school_class=school.classes[0])
    for n in range(4):
        one = next(turns)
        renamed = {"username": f"umbenannt{n}", "email": f"umbenannt{n}@schulen.example"} if n % 2 else {}
        _change(changes, one, family_name=f"Neuname{n}", **renamed)
    for n in range(4):
        _change(changes, next(turns), email=f"neue.adresse{n}@schulen.example")
    for _n in range(4):
        one = next(turns)
        changes[one.stable_id] = replace(one, locked=True)
    for one in [one for one in teachers if len(one.person.school_numbers) == 1][:2]:
        other = next(school.number for school in SCHOOLS if school.number != one.person.school_numbers[0])
        _change(changes, one, school_numbers=(*one.person.school_numbers, other))
    return _later(everybody, changes, _newcomers(6, seed=77, prefix="T"))


def a_year_later(everybody: Sequence[Resident]) -> Later:
    """Classes move up, the oldest leave, first-graders come, and two are given a leaver's sign-in and address."""
    changes: dict[str, Resident | None] = {}
    leavers: list[Resident] = []
    for one in everybody:
        if not _is_ordinary(one) or one.person.role is not PersonRole.PUPIL:
            continue
        following = NEXT_CLASS.get(one.person.school_class or "")
        if following is None:
            changes[one.stable_id] = None
            leavers.append(one)
        elif following != one.person.school_class:
            _change(changes, one, school_class=following)
    newcomers = _newcomers(NEW_HERE, seed=78, prefix="J")
    for n in range(2):
        gone = leavers[n].person
        recycled = replace(newcomers[n].person, username=gone.username, email=gone.email)
        newcomers[n] = replace(newcomers[n], person=recycled, id=newcomers[n].stable_id)
    return _later(everybody, changes, newcomers)


def _is_ordinary(one: Resident) -> bool:
    return not one.person.record_id.startswith("X-")


def _other_class(one: Resident) -> str:
    school = next(school for school in SCHOOLS if school.number == one.person.school_numbers[0])
    return next(name for name in school.classes if name != one.person.school_class)


def _change(changes: dict[str, Resident | None], one: Resident, **values: object) -> None:
    changed = replace(one.person, **values)  # type: ignore[arg-type]
    changes[one.stable_id] = replace(one, person=changed, id=one.stable_id)


def _newcomers(count: int, *, seed: int, prefix: str) -> list[Resident]:
    told = (person for person in people(count * 2, SCHOOLS, seed=seed) if person.role is PersonRole.PUPIL)
    return [
        Resident(
            replace(
                person,
                record_id=f"{prefix}-{n}",
                username=f"{prefix.lower()}{n}.{person.username}",
                email=f"{prefix.lower()}{n}@schulen.example",
            )
        )
        for n, person in zip(range(count), told, strict=False)
    ]


def _later(
    everybody: Iterable[Resident], changes: dict[str, Resident | None], newcomers: list[Resident]
) -> Later:
    stay = [changes.get(one.stable_id, one) for one in everybody]
    return Later(
        everybody=[one for one in stay if one] + newcomers,
        joined=tuple(one.stable_id for one in newcomers),
        left=tuple(ident for ident, one in changes.items() if one is None),
        changed=tuple(ident for ident, one in changes.items() if one),
    )
