"""People from a file: for towns without a directory, or for those whom the directory does not know.

Who comes from the directory is changed there: a row about such a person may agree with what is stored, and no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy.orm import Session

from school_it import changes
from school_it.access import Actor, May
from school_it.audit import Batch
from school_it.database import today
from school_it.errors import N_, Sentence
from school_it.people import actions, class_moves, queries, rules
from school_it.people.class_moves import Move
from school_it.people.queries import FILE
from school_it.people.rules import PersonRole, PersonState
from school_it.people.sheet import PEOPLE
from school_it.people.steps import Kind, KnownPerson, Step, Wanted, changes_between
from school_it.schools import queries as school_queries
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row

Told = TypeVar("Told", bound=Wanted)


class _Fault(NamedTuple):
    field: str
    value: str
    sentence: Sentence


class PeopleIntake(Intake):
    """Rows of the sheet `people`."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        idents, scope = school_queries.ids_by_number(session), by.scope(May.IMPORT_ALL)
        within = {number for number, ident in idents.items() if scope.holds(ident)}
        known = _by_key(session)
        reading.known = _known(known, reading.rows)
        for row in reading.rows:
            person = known.get(row.values["record_id"])
            for fault in (
                *_missing(row.values, person),
                *_faults(row.values, within),
                *_not_ours(row, person),
                *_somebody_else(row.values, person),
            ):
                yield Problem(row.number, reading.header_of(fault.field), fault.value, fault.sentence)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        for row in rows:
            if row.values["role"] is PersonRole.PUPIL and not row.values.get("school_class"):
                yield row.number, Sentence(N_("Ohne Klasse."))

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        return _known(_by_key(session), rows)

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        stored = {person.id: person for person in queries.known_people(session, FILE)}
        steps = [Step(Kind.NEW, _wanted(row.values, today())) for row in new]
        steps += [_step(stored[one.ident], one, today()) for one in changed]
        actions.write_people(session, FILE, steps, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return rules.full_name(values.get("given_name") or "", values.get("family_name") or "")


# --- how the classes go on ---


def classes(
    known: Known, new: Iterable[Row], changed: Iterable[tuple[Row, Changed]], same: Iterable[Row]
) -> list[Move]:
    """How a file would move pupils from class to class; whom it does not name is not counted."""
    on = today()
    steps = [Step(Kind.NEW, _as_told(row.values, on)) for row in new]
    for row, one in changed:
        values = known[row.number][1]
        was = _as_told(values, on)
        person = _as_told(values | {name: change.after for name, change in one.fields.items()}, on)
        steps.append(Step(_kind(was, person), person, one.ident, changes_between(was, person)))
    return class_moves.moves(steps, (_as_told(known[row.number][1], on) for row in same))


def _as_told(values: Mapping[str, Any], on: date) -> Wanted:
    """Only what counting needs."""
    person = Wanted(
        stable_id="",
        role=values["role"],
        family_name="",
        school_numbers=_main_first(values.get("school_number") or ()),
        school_class=values.get("school_class"),
        leaves_on=values.get("leaves_on"),
    )
    return _with_state(person, on)


# --- rows out ---


def sheet_lines(people: Sequence[KnownPerson]) -> Iterator[dict[str, Any]]:
    """People as rows of the sheet; each has a key that finds the same person when the file comes back."""
    shared = _record_counts(people)
    for person in people:
        yield sheet_values(person) | {"record_id": _key(person, shared)}


def sheet_values(person: KnownPerson) -> dict[str, Any]:
    told = {name: getattr(person, name) for name in PEOPLE.fields if name != "school_number"}
    leaves_on = person.left_on if person.state is PersonState.LEFT else person.leaves_on
    return told | {"school_number": person.school_numbers, "leaves_on": leaves_on}


def _key(person: KnownPerson, shared: Mapping[str | None, int]) -> str:
    """The key in the school's software; where several people have it or one has none, the source's own id."""
    return person.record_id if person.record_id and shared[person.record_id] == 1 else person.stable_id


def _record_counts(people: Iterable[KnownPerson]) -> Counter[str | None]:
    return Counter(person.record_id for person in people)


# --- rows in ---


def _by_key(session: Session) -> dict[str, KnownPerson]:
    """Who is meant by a key. People of a file go before those of the directory."""
    from_file = queries.known_people(session, FILE)
    everybody = [*queries.known_of_directories(session), *from_file]
    shared = _record_counts(everybody)
    return {_key(person, shared): person for person in everybody} | {
        person.stable_id: person for person in from_file
    }


def _known(stored: Mapping[str, KnownPerson], rows: Sequence[Row]) -> Known:
    keys = ((row.number, row.values["record_id"]) for row in rows)
    return {
        number: (stored[key].id, sheet_values(stored[key]) | {"record_id": key})
        for number, key in keys
        if key in stored
    }


def _missing(values: Mapping[str, Any], person: KnownPerson | None) -> Iterator[_Fault]:
    stored = sheet_values(person) if person else {}
    for name in ("given_name", "school_number"):
        if not values.get(name) and (person is None or stored[name]):
            header = PEOPLE.column(name).header
            yield _Fault(name, "", Sentence(N_("%(header)s fehlt. Bitte eintragen."), header=header))


def _faults(values: Mapping[str, Any], within: set[str]) -> Iterator[_Fault]:
    for number in values.get("school_number") or ():
        if number not in within:
            yield _Fault("school_number", number, Sentence(_UNKNOWN_SCHOOL, number=number))
    for name, most in rules.LONGEST.items():
        if len(values.get(name) or "") > most:
            yield _Fault(name, values[name], Sentence(N_("Höchstens %(max)s Zeichen."), max=most))
    if values.get("email") and not rules.is_mail(values["email"]):
        yield _Fault("email", values["email"], Sentence(N_("Das ist keine E-Mail-Adresse.")))
    if values.get("school_class") and values["role"] is not PersonRole.PUPIL:
        yield _Fault(
            "school_class",
            values["school_class"],
            Sentence(N_("Eine Klasse haben nur Schülerinnen und Schüler.")),
        )


_UNKNOWN_SCHOOL = N_("Die Schule %(number)s ist hier nicht bekannt.")


def _not_ours(row: Row, person: KnownPerson | None) -> Iterator[_Fault]:
    if person is None or person.source == FILE:
        return
    wanted = {name: value for name, value in row.values.items() if name != "record_id"}
    for name in changes.difference(sheet_values(person), wanted):
        yield _Fault(name, str(row.values[name]), Sentence(_FROM_DIRECTORY))


_FROM_DIRECTORY = N_("Diese Person kommt aus dem Verzeichnis und wird dort geändert.")


def _somebody_else(values: Mapping[str, Any], person: KnownPerson | None) -> Iterator[_Fault]:
    """The software of each school counts from one: the same key at another school may be somebody else."""
    told = values.get("school_number")
    if person is None or not told or not person.school_numbers or set(told) & set(person.school_numbers):
        return
    names = ("given_name", "family_name")
    if any(rules.folded(values.get(name) or "") == rules.folded(getattr(person, name)) for name in names):
        return
    yield _Fault("record_id", values["record_id"], Sentence(_TAKEN_KEY, school=person.school_numbers[0]))


_TAKEN_KEY = N_(
    "Diesen Schlüssel hat an der Schule %(school)s eine Person anderen Namens. Bitte einen Schlüssel nehmen, "
    "den es in der Stadt nur einmal gibt."
)


def usual(fields: Collection[str]) -> dict[str, Any]:
    """What a file need not say: a list of classes without roles, as SchILD-NRW exports it, is one of pupils."""
    return {"role": PersonRole.PUPIL} if "school_class" in fields and "role" not in fields else {}


def _wanted(values: Mapping[str, Any], on: date) -> Wanted:
    told = {name: value for name, value in values.items() if name != "school_number"}
    numbers = _main_first(values["school_number"])
    return _with_state(Wanted(**told, stable_id=values["record_id"], school_numbers=numbers), on)


def _step(known: KnownPerson, one: Changed, on: date) -> Step:
    told = {name: change.after for name, change in one.fields.items() if name != "school_number"}
    if "given_name" in told:
        told["given_name"] = told["given_name"] or ""
    if "school_number" in one.fields:
        told["school_numbers"] = _main_first(one.fields["school_number"].after or ())
    person = _with_state(replace(known, **told), on) if told else known
    return Step(_kind(known, person), person, known.id, changes_between(known, person))


def _main_first(numbers: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*numbers[:1], *sorted(numbers[1:]))))


def _with_state(person: Told, on: date) -> Told:
    """A day of leaving that is past means left."""
    gone = person.leaves_on is not None and person.leaves_on < on
    state = PersonState.LEFT if gone else PersonState.ACTIVE
    return replace(person, state=state, left_on=person.leaves_on if gone else None)


def _kind(known: Wanted, person: Wanted) -> Kind:
    if known.state is person.state:
        return Kind.CHANGED
    return Kind.LEFT if person.state is PersonState.LEFT else Kind.RETURNED
