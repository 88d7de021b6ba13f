"""Licences from a file: what is known of them, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import held, portions, table_of
from school_it.errors import N_, Sentence
from school_it.licences import rules, seat_queries
from school_it.licences.actions import NUMBER_TAKEN
from school_it.licences.models import Licence
from school_it.licences.queries import SHEET_COLUMNS
from school_it.licences.sheet import LICENCES
from school_it.schools import queries as school_queries
from school_it.schools.intake import unknown_schools
from school_it.schools.models import School
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row


class LicenceIntake(Intake):
    """Rows of the sheet `licences`; a row without a school is a licence for all of them."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        reading.refuse(unknown_schools(session, reading, by=by, may=May.EDIT_LICENCES))
        reading.refuse(_out_of_reach(session, reading, self.known(session, reading.rows), by=by))
        yield from setwise.misfits(reading, {**Licence.__table__.c})
        known = reading.known = self.known(session, reading.rows)
        used = seat_queries.used(session)
        for row in reading.rows:
            ident, stored = known.get(row.number, (0, {}))
            wrong = rules.what_is_wrong({**stored, **row.values})
            if wrong is None and stored:
                wrong = rules.what_is_in_use(stored, row.values, used.get(ident, 0))
            if wrong is not None:
                yield _problem(row, reading, *wrong)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        for row in rows:
            odd = rules.what_is_odd(row.values)
            if odd is not None:
                yield row.number, odd

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        numbers = sorted({row.values["licence_no"] for row in rows})
        wanted: Select[Any] = select(Licence.id, *SHEET_COLUMNS)
        wanted = held(session, wanted.outerjoin(School, School.id == Licence.school_id), Licence)
        stored = {}
        for some in portions(numbers):
            part = Licence.licence_no.in_(some)
            for one in session.execute(wanted.where(part)).mappings():
                values = dict(one)
                stored[one["licence_no"]] = (values.pop("id"), values)
        return {row.number: stored[key] for row in rows if (key := row.values["licence_no"]) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        idents = school_queries.ids_by_number(session)
        table = table_of(Licence)
        setwise.add(
            session, table, [_as_stored(row.values, idents) for row in new], action=Action.LICENCE_ADDED, by=by,
            batch=batch, label=lambda row: f"{row['licence_no']} {row['product']}",
        )  # fmt: skip
        setwise.change(
            session, table, [_with_school(one, idents) for one in changed], action=Action.LICENCE_CHANGED, by=by,
            batch=batch,
        )  # fmt: skip

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('licence_no', '')} {values.get('product', '')}".strip()


FOR_ALL = N_(
    "Eine Lizenz für alle Schulen trägt das Schulverwaltungsamt ein. Bitte die Schulnummer eintragen."
)


def _out_of_reach(session: Session, reading: Reading, known: Known, *, by: Actor) -> Iterator[Problem]:
    """Licences that stay or become those of all schools or of another one, where somebody may not change these."""
    scope, idents = by.scope(May.EDIT_LICENCES), school_queries.ids_by_number(session)
    if scope.everywhere:
        return
    for row in reading.rows:
        _ident, stored = known.get(row.number, (0, {}))
        if stored and not scope.holds(idents.get(stored["school_number"] or "")):
            said = Sentence(NUMBER_TAKEN, number=row.values["licence_no"])
            yield _problem(row, reading, "licence_no", said)
        elif not {**stored, **row.values}.get("school_number"):
            yield _problem(row, reading, "school_number", Sentence(FOR_ALL))


def _as_stored(values: Mapping[str, Any], idents: Mapping[str, int]) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name != "school_number"}
    number = values.get("school_number")
    return {"version": 1, **kept, "school_id": idents[number] if number else None}


def _with_school(one: Changed, idents: Mapping[str, int]) -> Changed:
    """The change as the table has it: the id of the school instead of its number."""
    fields = dict(one.fields)
    if "school_number" in fields:
        before, after = fields.pop("school_number")
        fields["school_id"] = Change(idents.get(before or ""), idents.get(after or ""))
    return one._replace(fields=fields)


def _problem(row: Row, reading: Reading, name: str, sentence: Sentence) -> Problem:
    said = row.values.get(name)
    shown = None if said is None else LICENCES.column(name).type.show(said)
    return Problem(row.number, reading.header_of(name), shown, sentence)
