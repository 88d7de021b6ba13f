"""What the directory's answer would change, as a value: nobody is written here, nobody is ever deleted.

Who is missing from a complete answer has left; who could not be read has not. The guards refuse an answer
that would make so many leave that a broken server or a wrong setting is likelier.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum

from school_it.errors import N_, Sentence
from school_it.people.entries import DirectoryAnswer, DirectoryPerson
from school_it.people.rules import PERSON_ROLES, PersonRole, PersonState, full_name

WHOLESALE_PERCENT = 50
"""Where more than half of a role leave, or lose class or school, the mapping is broken."""


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
    RETURNED = "returned"
    LEFT = "left"


KIND_NAMES = {
    Kind.NEW: N_("neu"),
    Kind.CHANGED: N_("geändert"),
    Kind.RETURNED: N_("zurückgekehrt"),
    Kind.LEFT: N_("abgegangen"),
}

COUNTED = (Kind.NEW.value, Kind.CHANGED.value, "same", Kind.LEFT.value, Kind.RETURNED.value)

Change = tuple[str, object, object]
"""Field, before, after."""


@dataclass(frozen=True, slots=True)
class Step:
    """One person who is to be added, changed, brought back or marked as left."""

    kind: Kind
    person: Wanted
    known_id: int | None = None
    changes: tuple[Change, ...] = ()

    @property
    def school_number(self) -> str | None:
        return self.person.main_school


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one entry that somebody should look at."""

    who: str
    school_number: str | None
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Plan:
    """All of it. `problems` are entries left out, `remarks` entries taken that need a look."""

    source: str
    entries: int
    steps: tuple[Step, ...] = ()
    same: tuple[KnownPerson, ...] = ()
    problems: tuple[Remark, ...] = ()
    remarks: tuple[Remark, ...] = ()
    refused: tuple[Sentence, ...] = ()
    hard: bool = field(default=False)
    """Refused for a reason that nobody may override: the directory told nothing at all."""

    def of(self, kind: Kind) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.kind is kind)

    def counts(self) -> dict[str, int]:
        found = Counter(step.kind for step in self.steps)
        told = {kind.value: found[kind] for kind in (Kind.NEW, Kind.CHANGED)}
        told["same"] = len(self.same)
        told |= {kind.value: found[kind] for kind in (Kind.LEFT, Kind.RETURNED)}
        return told | {"problem": len(self.problems)}

    def by_school(self) -> dict[str, dict[str, int]]:
        """The counts by main school. People without a school are in `counts` only."""
        table: dict[str, dict[str, int]] = {}
        pairs = [(step.school_number, step.kind.value) for step in self.steps]
        for number, kind in pairs + [(person.main_school, "same") for person in self.same]:
            if number is not None:
                row = table.setdefault(
                    number, dict.fromkeys(("new", "changed", "same", "left", "returned"), 0)
                )
                row[kind] += 1
        return dict(sorted(table.items()))

    def may_be_applied(self, *, force: bool) -> bool:
        return not self.refused or (force and not self.hard)


def plan(
    known: Iterable[KnownPerson],
    answer: DirectoryAnswer,
    schools: Iterable[KnownSchool],
    *,
    today: date,
    max_leavers_percent: int,
) -> Plan:
    """Compare who is known from this source with what it answered."""
    ours = [person for person in known if person.source == answer.source]
    work = _Comparison(ours, answer, _Schools(schools), today)
    work.compare()
    steps = tuple(work.steps)
    refused = guard(ours, steps, max_leavers_percent)
    empty = (Sentence(N_("Das Verzeichnis hat niemanden genannt. Bitte Wurzel, Filter und Rechte prüfen.")),)
    return Plan(
        source=answer.source,
        entries=answer.entries,
        steps=steps,
        same=tuple(work.same),
        problems=tuple(work.problems),
        remarks=tuple(work.remarks),
        refused=refused if answer.people else empty,
        hard=not answer.people,
    )


# --- schools ---


class _Schools:
    """The directory names a school by its number or by the name that the school's own page keeps for it."""

    def __init__(self, schools: Iterable[KnownSchool]) -> None:
        schools = list(schools)
        by_name = {
            school.directory_name.casefold(): school.number for school in schools if school.directory_name
        }
        self._numbers = by_name | {school.number: school.number for school in schools}

    def numbers(self, keys: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The numbers of the known ones, the main school first, and the keys nobody knows."""
        told = [(key, self._numbers.get(key.strip().casefold())) for key in keys]
        main, *others = dict.fromkeys(number for _, number in told if number is not None) or (None,)
        known = () if main is None else (main, *sorted(filter(None, others)))
        return known, tuple(key for key, number in told if number is None)


def unknown_keys(keys: Iterable[str], schools: Iterable[KnownSchool]) -> tuple[str, ...]:
    """The directory's names for schools that are not known here."""
    return _Schools(schools).numbers(key for key in keys if key)[1]


# --- who is who ---


class _Comparison:
    """Matches by stable id; by record id only where that is certain; never by name, login or mail."""

    def __init__(
        self, known: Sequence[KnownPerson], answer: DirectoryAnswer, schools: _Schools, today: date
    ) -> None:
        self.answer, self.schools, self.today = answer, schools, today
        self.known = {person.stable_id: person for person in known}
        told_of = {person.stable_id for person in answer.people} | {
            entry.stable_id for entry in answer.left_out
        }
        self.unseen = {person.id: person for person in known if person.stable_id not in told_of}
        self.gone_by_record = _only_one_each(self.unseen.values(), lambda person: person.record_id)
        self.told_by_record = Counter(person.record_id for person in answer.people if person.record_id)
        self.steps: list[Step] = []
        self.same: list[KnownPerson] = []
        self.problems: list[Remark] = []
        self.remarks: list[Remark] = []

    def compare(self) -> None:
        for entry in self.answer.left_out:
            known = self.known.get(entry.stable_id)
            self.problems.append(Remark(entry.who, known.main_school if known else None, entry.sentence))
        for person in self.answer.people:
            self._take(person)
        self.steps += [
            self._leave(person) for person in self.unseen.values() if person.state is PersonState.ACTIVE
        ]

    def _take(self, person: DirectoryPerson) -> None:
        who = person.username or person.stable_id
        numbers, unknown = self.schools.numbers(person.school_keys)
        if unknown and not numbers:
            self.problems.append(Remark(who, None, _unknown_school(unknown)))
            return
        notes = list(person.notes)
        if unknown:
            notes.append(_unknown_school(unknown))
        if not person.school_keys:
            notes.append(Sentence(N_("Keine Schule.")))
        if person.record_id and self.told_by_record[person.record_id] > 1:
            notes.append(
                Sentence(N_("Der Schlüssel %(id)s steht bei mehreren Personen."), id=person.record_id)
            )
        main = numbers[0] if numbers else None
        self.remarks += [Remark(who, main, note) for note in notes]
        self._match(_wanted(person, numbers))

    def _match(self, wanted: Wanted) -> None:
        known = self.known.get(wanted.stable_id) or self._same_record(wanted)
        if known is None:
            self.steps.append(Step(Kind.NEW, wanted))
            return
        self.unseen.pop(known.id, None)
        changes = changes_between(known, wanted)
        if known.state is PersonState.LEFT:
            self.steps.append(Step(Kind.RETURNED, wanted, known.id, changes))
        elif changes:
            self.steps.append(Step(Kind.CHANGED, wanted, known.id, changes))
        else:
            self.same.append(known)

    def _same_record(self, wanted: Wanted) -> KnownPerson | None:
        """An account made anew: its key in the school's software is that of one whose account is gone."""
        if not wanted.record_id or self.told_by_record[wanted.record_id] > 1:
            return None
        return self.gone_by_record.get(wanted.record_id)

    def _leave(self, person: KnownPerson) -> Step:
        gone = replace(person, state=PersonState.LEFT, left_on=self.today)
        return Step(Kind.LEFT, gone, person.id, changes_between(person, gone))


def _only_one_each(
    people: Iterable[KnownPerson], key: Callable[[KnownPerson], str | None]
) -> dict[str, KnownPerson]:
    """By key, without the keys that several people share: those are not certain."""
    found: defaultdict[str, list[KnownPerson]] = defaultdict(list)
    for person in people:
        if value := key(person):
            found[value].append(person)
    return {value: sharing[0] for value, sharing in found.items() if len(sharing) == 1}


def _unknown_school(keys: Collection[str]) -> Sentence:
    return Sentence(
        N_(
            "Die Schule »%(keys)s« ist hier nicht bekannt. Bitte anlegen oder bei ihrer Schule als Namen "
            "im Verzeichnis eintragen."
        ),
        keys="«, »".join(keys),
    )


def _wanted(person: DirectoryPerson, numbers: tuple[str, ...]) -> Wanted:
    told = {name: getattr(person, name) for name in FIELDS if name not in NOT_TOLD}
    return Wanted(**told, school_numbers=numbers)


def changes_between(known: Wanted, wanted: Wanted) -> tuple[Change, ...]:
    pairs = ((name, getattr(known, name), getattr(wanted, name)) for name in FIELDS)
    return tuple((name, before, after) for name, before, after in pairs if before != after)


NOT_TOLD = ("school_numbers", "state", "left_on")
FIELDS = tuple(item.name for item in fields(Wanted))


# --- guards ---


def guard(
    known: Sequence[KnownPerson], steps: Sequence[Step], max_leavers_percent: int
) -> tuple[Sentence, ...]:
    """Why this must not be applied unasked. One leaver never stops a run: a share of one says nothing."""
    active = [person for person in known if person.state is PersonState.ACTIVE]
    left = [step.person for step in steps if step.kind is Kind.LEFT]
    return (
        *_too_many_leavers(active, left, max_leavers_percent),
        *_half_a_role(active, left),
        *_half_emptied(active, steps),
    )


def _is_too_many(some: int, of: int, percent: int) -> bool:
    return some > 1 and some * 100 > percent * of


def _too_many_leavers(active: Sequence[Wanted], left: Sequence[Wanted], percent: int) -> Iterable[Sentence]:
    if _is_too_many(len(left), len(active), percent):
        yield Sentence(
            N_("%(n)s von %(of)s Personen wären abgegangen, erlaubt sind %(percent)s %%."),
            n=len(left),
            of=len(active),
            percent=percent,
        )
    counted, gone = _by(active, left, lambda person: person.main_school)
    for school, n in sorted(gone.items()):
        if _is_too_many(n, counted[school], percent):
            yield Sentence(
                N_("Schule %(school)s: %(n)s von %(of)s Personen wären abgegangen, erlaubt: %(percent)s %%."),
                school=school,
                n=n,
                of=counted[school],
                percent=percent,
            )


def _by(
    all_of_them: Iterable[Wanted], some: Iterable[Wanted], key: Callable[[Wanted], str | None]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    first, second = (
        Counter(value for person in people if (value := key(person))) for people in (all_of_them, some)
    )
    return first, second


def _half_a_role(active: Sequence[Wanted], left: Sequence[Wanted]) -> Iterable[Sentence]:
    counted, gone = _by(active, left, lambda person: person.role)
    for role, n in sorted(gone.items()):
        if _is_too_many(n, counted[role], WHOLESALE_PERCENT):
            yield Sentence(
                N_("%(n)s von %(of)s Personen mit der Rolle %(role)s wären abgegangen."),
                n=n,
                of=counted[role],
                role=Sentence(PERSON_ROLES[PersonRole(role)]),
            )


EMPTIED = {
    "school_class": N_("%(n)s von %(of)s Personen würden ihre Klasse verlieren."),
    "school_numbers": N_("%(n)s von %(of)s Personen würden ihre Schule verlieren."),
}


def _half_emptied(active: Sequence[Wanted], steps: Sequence[Step]) -> Iterable[Sentence]:
    for name, sentence in EMPTIED.items():
        had = sum(bool(getattr(person, name)) for person in active)
        lose = sum(
            bool(before) and not after
            for step in steps
            for field, before, after in step.changes
            if field == name
        )
        if _is_too_many(lose, had, WHOLESALE_PERCENT):
            yield Sentence(sentence, n=lose, of=had)
