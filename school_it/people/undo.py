"""How people go back to what they were before a sync or a file, and how those whom it brought go again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import May
from school_it.audit import Batch
from school_it.database import portions
from school_it.errors import N_, Sentence
from school_it.people import actions, queries, rules
from school_it.people.models import Membership, Person, SyncRun
from school_it.people.sheet import PEOPLE
from school_it.schools import queries as school_queries
from school_it.undo import Against, Touched, Undoing, Values, headers
from school_it.undo.tables import typed

SCHOOLS = "school_numbers"
"""What the trail calls the schools of a person: their numbers in one text, the main school first."""
SCHOOL_GONE = N_("Die Schule %(number)s, an der die Person war, gibt es nicht mehr.")


class _People(Undoing):
    """Everything that the trail says of them is personal; the schools stand in a table of their own."""

    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for some in portions([thing.ident for thing in things]):
            rows = session.execute(
                select(Person.id, Person.record_id, Person.stable_id).where(Person.id.in_(some))
            )
            found |= {ident: record_id or stable_id for ident, record_id, stable_id in rows}
        return found

    def now(self, session: Session, idents: Sequence[int]) -> dict[int, dict[str, Any]]:
        found = super().now(session, idents)
        for some in portions(idents):
            at = queries.school_numbers(session, Person.id.in_(some))
            for ident in some:
                if ident in found:
                    found[ident][SCHOOLS] = ", ".join(at.get(ident, ())) or None
        return found

    def before(self, session: Session, things: Sequence[Touched]) -> dict[int, dict[str, Any]]:
        """Who was linked with somebody of the directory comes from a file again."""
        values = {
            thing.ident: {
                name: value if name == SCHOOLS else typed(self.table.c[name], value)
                for name, value in thing.personal_before.items()
            }
            for thing in things
        }
        for thing in things:
            came_from = [said["came_from"] for said in thing.facts if "came_from" in said]
            values[thing.ident] |= {"source": came_from[0]} if came_from else {}
        return values

    def follows(self, row: Values) -> Values:
        names = row["given_name"], row["family_name"]
        return {
            "sort_name": rules.sort_name(*names),
            "folded": rules.findable(*names, row["username"]),
        }

    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        known = school_queries.ids_by_number(session)
        for thing in things:
            numbers = [] if thing.made else _numbers(thing.personal_before.get(SCHOOLS))
            gone = [number for number in numbers if number not in known]
            if gone:
                yield Against(thing.ident, "school_number", Sentence(SCHOOL_GONE, number=gone[0]))

    def put_back(self, session: Session, things: Sequence[Touched], values: Mapping[int, Values]) -> None:
        known = school_queries.ids_by_number(session)
        at = {
            ident: [known[number] for number in _numbers(one[SCHOOLS])]
            for ident, one in values.items()
            if SCHOOLS in one
        }
        super().put_back(
            session, things, {ident: _columns(one, at.get(ident)) for ident, one in values.items()}
        )
        for some in portions(list(at)):
            session.execute(delete(Membership).where(Membership.person_id.in_(some)))
        rows = [
            {"person_id": ident, "school_id": school} for ident, schools in at.items() for school in schools
        ]
        if rows:
            session.execute(insert(Membership), rows)

    def finish(self, session: Session, batch: Batch, removed: Sequence[Touched]) -> None:
        """Whom the batch brought is gone: what the trail and the page of the run say about them goes too."""
        for some in portions([thing.ident for thing in removed]):
            audit.forget(session, *some)
        for run in session.scalars(select(SyncRun).where(SyncRun.batch_id == batch.id)):
            run.result = {name: value for name, value in run.result.items() if name not in actions.NAMING}


def _numbers(text: str | None) -> list[str]:
    return text.split(", ") if text else []


def _columns(values: Values, schools: Sequence[int] | None) -> Values:
    own = {name: value for name, value in values.items() if name != SCHOOLS}
    return own if schools is None else {**own, "school_id": schools[0] if schools else None}


UNDOINGS = (
    _People(
        Person,
        N_("Person"),
        batches={"import.people": May.IMPORT_ALL, "people.leave": May.IMPORT_ALL, "directory": May.RUN_SYNC},
        shown={SCHOOLS: "school_number"},
        names=headers(PEOPLE),
        parts=(Membership,),
    ),
)
