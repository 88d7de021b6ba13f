"""What the directory's answer would change, as a value: nobody is written here, nobody is ever deleted.

Who is missing from a complete answer has left; who could not be read has not. `guards` refuse an answer that would
make so many leave that a broken server or a wrong setting is likelier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

from school_it.errors import N_, Sentence
from school_it.people import class_moves, guards
from school_it.people.class_moves import Move
from school_it.people.entries import DirectoryAnswer, DirectoryPerson
from school_it.people.matching import Acquaintances, only_one_each
from school_it.people.rules import PersonState
from school_it.people.steps import (
    COUNTED_AS,
    FIELDS,
    NOT_TOLD,
    Kind,
    KnownPerson,
    KnownSchool,
    Step,
    Wanted,
    changes_between,
)


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
    moves: tuple[Move, ...] = ()
    """How the classes go on."""

    def of(self, kind: Kind) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.kind is kind)

    def counts(self) -> dict[str, int]:
        """`changed` holds those `linked` as well, so that the kinds add up to `entries`, but for the leavers."""
        found = Counter(COUNTED_AS[step.kind] for step in self.steps)
        told = {kind.value: found[kind] for kind in (Kind.NEW, Kind.CHANGED)}
        told["same"] = len(self.same)
        told |= {kind.value: found[kind] for kind in (Kind.LEFT, Kind.RETURNED)}
        return told | {"problem": len(self.problems)}

    def by_school(self) -> dict[str, dict[str, int]]:
        """The counts by main school. People without a school are in `counts` only."""
        table: dict[str, dict[str, int]] = {}
        pairs = [(step.school_number, COUNTED_AS[step.kind].value) for step in self.steps]
        for number, kind in pairs + [(person.main_school, "same") for person in self.same]:
            if number is not None:
                row = table.setdefault(
                    number, dict.fromkeys(("new", "changed", "same", "left", "returned"), 0)
                )
                row[kind] += 1
        return dict(sorted(table.items()))

    def digest(self) -> str:
        """The same for two plans that do the same to the same people, whatever the day."""
        told = sorted(
            (
                step.person.stable_id,
                step.kind.value,
                repr([one for one in step.changes if one[0] != "left_on"]),
            )
            for step in self.steps
        )
        return sha256(repr((self.source, told)).encode()).hexdigest()

    def may_be_applied(self, *, force: bool) -> bool:
        return not self.refused or (force and not self.hard)


def plan(
    known: Iterable[KnownPerson],
    answer: DirectoryAnswer,
    schools: Iterable[KnownSchool],
    *,
    today: date,
    max_leavers_percent: int,
    from_files: Iterable[KnownPerson] = (),
    year_change: bool = False,
) -> Plan:
    """Compare who is known from this source with what it answered; `from_files` may be linked, and no more.

    `year_change`: the school year is changing, so many may leave.
    """
    ours = [person for person in known if person.source == answer.source]
    work = _Comparison(ours, answer, _Schools(schools), today, Acquaintances(from_files))
    work.compare()
    steps = tuple(work.steps)
    moves = class_moves.moves(steps, work.same)
    refused = guards.refusals(
        ours, steps, work.schools_told, max_leavers_percent, year_change=year_change, moves=moves
    )
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
        moves=tuple(moves),
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


def numbers_of(
    keys: Iterable[str], schools: Iterable[KnownSchool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The school numbers that the directory's names mean, and the names that mean none here."""
    return _Schools(schools).numbers(keys)


def unknown_keys(keys: Iterable[str], schools: Iterable[KnownSchool]) -> tuple[str, ...]:
    """The directory's names for schools that are not known here."""
    return _Schools(schools).numbers(key for key in keys if key)[1]


# --- who is who ---


class _Comparison:
    """Matches by stable id; by record id only where that is certain; never by name, login or mail alone."""

    def __init__(
        self,
        known: Sequence[KnownPerson],
        answer: DirectoryAnswer,
        schools: _Schools,
        today: date,
        acquaintances: Acquaintances,
    ) -> None:
        self.acquaintances = acquaintances
        self.answer, self.schools, self.today = answer, schools, today
        self.known = {person.stable_id: person for person in known}
        told_of = {person.stable_id for person in answer.people} | {
            entry.stable_id for entry in answer.left_out
        }
        self.unseen = {person.id: person for person in known if person.stable_id not in told_of}
        self.gone_by_record = only_one_each(self.unseen.values(), lambda person: person.record_id)
        self.told_by_record = Counter(person.record_id for person in answer.people if person.record_id)
        self.schools_told: set[str] = set()
        self.steps: list[Step] = []
        self.same: list[KnownPerson] = []
        self.problems: list[Remark] = []
        self.remarks: list[Remark] = []

    def compare(self) -> None:
        for entry in self.answer.left_out:
            known = self.known.get(entry.stable_id)
            self.problems.append(Remark(entry.who, known.main_school if known else None, entry.sentence))
            self.schools_told |= set(known.school_numbers) if known else set()
        for person in self.answer.people:
            self._take(person)
        self.steps += [
            self._leave(person) for person in self.unseen.values() if person.state is PersonState.ACTIVE
        ]

    def _take(self, person: DirectoryPerson) -> None:
        who = person.username or person.stable_id
        numbers, unknown = self.schools.numbers(person.school_keys)
        self.schools_told.update(numbers)
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
        notes += self._match(_wanted(person, numbers))
        main = numbers[0] if numbers else None
        self.remarks += [Remark(who, main, note) for note in notes]

    def _match(self, wanted: Wanted) -> Iterable[Sentence]:
        """Adds the step; returns what should be said about it."""
        known = self.known.get(wanted.stable_id) or self._same_record(wanted)
        if known is None:
            return self._meet(wanted)
        self.unseen.pop(known.id, None)
        changes = changes_between(known, wanted)
        if known.state is PersonState.LEFT:
            self.steps.append(Step(Kind.RETURNED, wanted, known.id, changes))
        elif changes:
            self.steps.append(Step(Kind.CHANGED, wanted, known.id, changes))
        else:
            self.same.append(known)
        return ()

    def _meet(self, wanted: Wanted) -> Iterable[Sentence]:
        """Somebody this source has not told before: new, or known from a file so far."""
        certain = not wanted.record_id or self.told_by_record[wanted.record_id] == 1
        known = self.acquaintances.recognise(wanted, by_record=certain)
        if known is None:
            self.steps.append(Step(Kind.NEW, wanted))
            return self.acquaintances.doubts(wanted)
        changes = (("source", known.source, self.answer.source), *changes_between(known, wanted))
        self.steps.append(Step(Kind.LINKED, wanted, known.id, changes))
        return ()

    def _same_record(self, wanted: Wanted) -> KnownPerson | None:
        """An account made anew: its key in the school's software is that of one whose account is gone."""
        if not wanted.record_id or self.told_by_record[wanted.record_id] > 1:
            return None
        return self.gone_by_record.get(wanted.record_id)

    def _leave(self, person: KnownPerson) -> Step:
        gone = replace(person, state=PersonState.LEFT, left_on=self.today)
        return Step(Kind.LEFT, gone, person.id, changes_between(person, gone))


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
