"""How somebody is forgotten everywhere, a thousand as well as one; what devices went through stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import String, cast, literal, select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import portions
from school_it.people import holdings, rules
from school_it.people.models import Person, SyncRun
from school_it.people.rules import PersonState

NAMELESS: Mapping[str, Any] = {
    "given_name": "",
    "family_name": rules.NOBODY,
    "sort_name": rules.NOBODY,
    "folded": "",
    "state": PersonState.FORGOTTEN,
    **dict.fromkeys(("username", "email", "record_id", "school_class", "class_raw")),
}
"""What a person's row says afterwards; role, school and the day of leaving stay for the statistics."""


def forget_many(session: Session, idents: Sequence[int], *, by: Actor, batch: Batch) -> None:
    """Forget people with few statements. Whoever calls has made sure that they have left and hold nothing."""
    for some in portions(idents):
        schools = dict(session.execute(select(Person.id, Person.school_id).where(Person.id.in_(some))).all())
        empty(session, some)
        audit.record_many(session, list(_traces(schools)), by=by, batch=batch)


def empty(session: Session, idents: Sequence[int]) -> None:
    """Take the names out of every table that has them, the trail included."""
    _empty_runs(session, idents)
    for forgetting in holdings.FORGETTING:
        forgetting(session, idents)
    key = literal("forgotten-", String) + cast(Person.id, String)
    session.execute(
        update(Person)
        .where(Person.id.in_(idents))
        .values(**NAMELESS, stable_id=key, version=Person.version + 1)
        .execution_options(synchronize_session=False)
    )
    audit.forget(session, *idents)


def _traces(schools: Mapping[int, int | None]) -> Iterator[dict[str, Any]]:
    for ident, school_id in schools.items():
        yield {
            "action": Action.PERSON_FORGOTTEN,
            "object_type": Person.__tablename__,
            "object_id": ident,
            "object_label": f"#{ident}",
            "school_id": school_id,
        }


def _empty_runs(session: Session, idents: Sequence[int]) -> None:
    """The newest runs of the sync name whom they changed, and entries by their sign-in."""
    rows = session.execute(select(Person.username, Person.stable_id).where(Person.id.in_(idents)))
    signs = {sign for row in rows for sign in row if sign}
    gone = set(idents)
    for run in session.scalars(select(SyncRun)):
        named = {name: run.result[name] for name in ("steps", "problems", "remarks") if name in run.result}
        left = {
            name: [one for one in said if not _is_about(one, gone, signs)] for name, said in named.items()
        }
        if left != named:
            run.result = run.result | left


def _is_about(said: Mapping[str, Any], idents: set[int], signs: set[str]) -> bool:
    return said.get("person") in idents or said.get("who") in signs
