"""A glance at the directory in plain words, for the page and for ``ldap test``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from school_it.errors import N_, Sentence
from school_it.jobs.models import stored
from school_it.people import rules, sync
from school_it.people.directory import Glance
from school_it.people.entries import DirectoryPerson
from school_it.people.rules import PersonRole
from school_it.people.sources import Source
from school_it.people.steps import KnownSchool

SAMPLES = 10
SHOWN = ("username", "given_name", "family_name", "role", "school_class", "class_raw", "email", "record_id")


def facts(seen: Glance, source: Source, schools: Iterable[KnownSchool]) -> dict[str, Any]:
    schools = list(schools)
    keys = Counter(person.school_keys[0] if person.school_keys else "" for person in seen.people)
    return {
        "directory": source.name,
        "host": seen.host,
        "encrypted": seen.encrypted,
        "profile": source.profile_name,
        "seen": len(seen.people),
        "more": seen.more,
        "roles": dict(sorted(Counter(person.role.value for person in seen.people).items())),
        "schools": dict(sorted(keys.items())),
        "unknown_schools": sorted(sync.unknown_keys(keys, schools)),
        "samples": [_sample(person, schools) for person in _samples(seen.people)],
        "odd": [{"sentence": str(sentence), "told": stored(sentence)} for sentence in _odd(seen.people)],
        "problems": [
            {"who": entry.who, "sentence": str(entry.sentence), "told": stored(entry.sentence)}
            for entry in seen.left_out
        ],
    }


# --- some people as they would be stored ---


def _samples(people: Sequence[DirectoryPerson]) -> list[DirectoryPerson]:
    """Ten of them: some of every role, and from all over the page."""
    by_role = [[person for person in people if person.role is role] for role in PersonRole]
    share = max(1, SAMPLES // max(1, sum(map(bool, by_role))))
    chosen = [person for some in by_role for person in _spread(some, share)]
    others = [person for person in people if person not in chosen]
    return [*chosen, *_spread(others, SAMPLES - len(chosen))][:SAMPLES]


def _spread(people: Sequence[DirectoryPerson], count: int) -> list[DirectoryPerson]:
    if len(people) <= count:
        return list(people)
    return [people[n * len(people) // count] for n in range(count)]


def _sample(person: DirectoryPerson, schools: Iterable[KnownSchool]) -> dict[str, Any]:
    numbers, unknown = sync.numbers_of(person.school_keys, schools)
    return {
        **{name: getattr(person, name) for name in SHOWN},
        "name": rules.full_name(person.given_name, person.family_name),
        "school_numbers": list(numbers),
        "unknown_schools": list(unknown),
        "leaves_on": person.leaves_on,
        "locked": person.locked,
        "notes": [stored(note) for note in person.notes],
    }


# --- what does not look right ---


def _odd(people: Sequence[DirectoryPerson]) -> Iterable[Sentence]:
    """Signs that the profile does not fit this directory. On one page, so a share and no certainty."""
    pupils = [person for person in people if person.role is PersonRole.PUPIL]
    adults = [person for person in people if person.role is not PersonRole.PUPIL]
    if people and not pupils:
        yield Sentence(
            N_("Unter ihnen ist niemand, der zur Schule geht. Stimmen Filter und Rollen im Profil?")
        )
    if pupils and not adults:
        yield Sentence(
            N_("Unter ihnen ist keine Lehrkraft und kein Personal. Stimmen Filter und Rollen im Profil?")
        )
    for some, sentence in (
        (
            [person for person in people if not person.school_keys],
            N_("%(n)s von %(of)s sind an keiner Schule."),
        ),
        (
            [person for person in people if not person.username],
            N_("%(n)s von %(of)s haben keinen Benutzernamen."),
        ),
        (
            [person for person in people if not person.given_name],
            N_("%(n)s von %(of)s haben keinen Vornamen."),
        ),
        ([person for person in people if person.locked], N_("%(n)s von %(of)s Konten sind gesperrt.")),
        (
            [person for person in people if not person.record_id],
            N_("%(n)s von %(of)s haben keinen Schlüssel."),
        ),
    ):
        if len(some) * 10 > len(people):
            yield Sentence(sentence, n=len(some), of=len(people))
    without_class = [person for person in pupils if not person.school_class]
    if len(without_class) * 10 > len(pupils):
        yield Sentence(
            N_("%(n)s von %(of)s Schülerinnen und Schülern sind in keiner Klasse."),
            n=len(without_class),
            of=len(pupils),
        )
