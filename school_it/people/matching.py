"""Who is who where a source tells of somebody for the first time: people a file brought are met again here.

A key of the school's software may be one of another software; so it links only where a name or the sign-in agrees.
Nobody is linked by a name alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from school_it.errors import N_, Sentence
from school_it.people.rules import folded
from school_it.people.steps import KnownPerson, Wanted


def only_one_each(
    people: Iterable[KnownPerson], key: Callable[[KnownPerson], str | None]
) -> dict[str, KnownPerson]:
    """By key, without the keys that several people share: those are not certain."""
    found: defaultdict[str, list[KnownPerson]] = defaultdict(list)
    for person in people:
        if value := key(person):
            found[value].append(person)
    return {value: sharing[0] for value, sharing in found.items() if len(sharing) == 1}


class Acquaintances:
    """The people of files, each of whom is recognised once at most."""

    def __init__(self, people: Iterable[KnownPerson]) -> None:
        people = list(people)
        self._by_record = only_one_each(people, lambda person: person.record_id)
        self._by_sign_in = only_one_each(people, lambda person: _sign_in(person) or None)
        self._names = Counter(key for person in people for key in _name_keys(person))
        self._met: set[int] = set()

    def recognise(self, wanted: Wanted, *, by_record: bool) -> KnownPerson | None:
        """Who this is, by key and name, or by sign-in, school and name. `by_record`: nobody else has the key."""
        named = self._by_record.get(wanted.record_id or "") if by_record else None
        found = named if named and _agree(named, wanted) else None
        found = found or self._signed_in(wanted)
        if found is None or found.id in self._met:
            return None
        self._met.add(found.id)
        return found

    def _signed_in(self, wanted: Wanted) -> KnownPerson | None:
        found = self._by_sign_in.get(_sign_in(wanted))
        if found is None or not set(found.school_numbers) & set(wanted.school_numbers):
            return None
        return found

    def doubts(self, wanted: Wanted) -> Iterable[Sentence]:
        """What speaks for somebody known without being certain."""
        if wanted.record_id and wanted.record_id in self._by_record:
            yield Sentence(
                N_(
                    "Der Schlüssel %(id)s gehört in einer eingelesenen Tabelle zu einem anderen Namen; neu angelegt."
                ),
                id=wanted.record_id,
            )
        elif any(key in self._names for key in _name_keys(wanted)):
            yield Sentence(
                N_(
                    "Eine Person gleichen Namens an dieser Schule kam aus einer Tabelle; nicht verknüpft, neu angelegt."
                )
            )


def _sign_in(person: Wanted) -> str:
    if not person.username:
        return ""
    return f"{person.username.casefold()} {_name(person)}"


def _name(person: Wanted) -> str:
    return folded(f"{person.given_name}, {person.family_name}")


def _name_keys(person: Wanted) -> list[tuple[str, str]]:
    return [(number, _name(person)) for number in person.school_numbers]


def _agree(known: KnownPerson, wanted: Wanted) -> bool:
    same_name = folded(known.family_name) == folded(wanted.family_name)
    same_given = bool(wanted.given_name) and folded(known.given_name) == folded(wanted.given_name)
    same_sign_in = bool(wanted.username) and _folded(known.username) == _folded(wanted.username)
    return same_name or same_given or same_sign_in


def _folded(username: str | None) -> str:
    return (username or "").casefold()
