"""Programmes from a file: what is known of them, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import table_of
from school_it.errors import N_, Sentence
from school_it.funding import bound, queries, rules
from school_it.funding.intake.rows import problem_at, settle_defaults
from school_it.funding.models import Programme
from school_it.funding.rules import StartEvent, Status
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row

DEFAULTS: dict[str, Any] = {"status": Status.VALID, "start_event": StartEvent.ORDER}
LONGEST_YEARS = 100


class ProgrammeIntake(Intake):
    """Rows of the sheet `programmes`."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        settle_defaults(reading.rows, DEFAULTS)
        yield from setwise.misfits(reading, {**Programme.__table__.c})
        stored = queries.programme_rows(session)
        reading.known = _known(stored, reading.rows)
        for row in reading.rows:
            values = {**stored.get(row.values["code"], {}), **row.values}
            for field, sentence in against_programme(values):
                yield problem_at(row, reading, field, sentence)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        return ((row.number, hint) for row in rows for hint in rules.odd_in_programme(row.values))

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        return _known(queries.programme_rows(session), rows)

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(Programme)
        rows = [{"version": 1, **DEFAULTS, **row.values} for row in new]
        setwise.add(
            session, table, rows, action=Action.PROGRAMME_ADDED, by=by, batch=batch,
            label=lambda row: str(row["code"]),
        )  # fmt: skip
        with bound.following(session, by=by, batch=batch):
            setwise.change(session, table, changed, action=Action.PROGRAMME_CHANGED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('code', '')} {values.get('title', '')}".strip()


def against_programme(values: Mapping[str, Any]) -> rules.Faults:
    """What keeps these values from being a programme, for file and form alike."""
    yield from rules.lacking_in_programme(values)
    for name in ("earmark_years", "proof_months", "retention_years"):
        number = values.get(name)
        if number is not None and not 0 <= number <= LONGEST_YEARS:
            yield name, Sentence(N_("Bitte eine Zahl von 0 bis %(max)s eintragen."), max=LONGEST_YEARS)


def _known(stored: Mapping[str, Mapping[str, Any]], rows: Sequence[Row]) -> Known:
    found = ((row.number, stored.get(row.values["code"])) for row in rows)
    return {number: (one["id"], dict(one)) for number, one in found if one is not None}
