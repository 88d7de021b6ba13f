"""Thirty devices like one another from one form: all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import portions, today
from school_it.devices import actions, followers, funded, numbers, queries, search
from school_it.devices import tags as tag_series
from school_it.devices.models import Device, folds
from school_it.errors import N_, BadValue


def add_many(
    session: Session,
    values: Mapping[str, Any],
    *,
    tags: Sequence[str] = (),
    serials: Sequence[str] = (),
    count: int | None = None,
    by: Actor,
) -> list[str]:
    """Take in devices that share `values`. Returns their inventory numbers, in order.

    Without `tags` the house gives the next ones. Raises BadValue where the lists differ in length, Double where
    a number is taken already; then nothing is added.
    """
    by.must(May.EDIT_DEVICES, values.get("school_id"))
    actions.checked_place(session, values.get("school_id"), values.get("room_id"))
    number = how_many(tags, serials, count)
    _refuse_long(serials)
    _refuse_taken(session, tags, serials, values.get("manufacturer"), by=by)
    shared = funded.settled(session, {name: values.get(name) for name in actions.FIELDS}, {})
    shared |= {"state": actions.first_state(values.get("state")), "state_since": today(), "version": 1}
    given = list(map(numbers.checked_tag, tags)) or tag_series.next_tags(session, number)
    rows = [
        {**shared, "asset_tag": tag, "serial_number": serials[place] if serials else None}
        for place, tag in enumerate(given)
    ]
    with search.in_bulk(session), actions.unique_or_refused():
        idents = insert_rows(session, rows)
    followers.tell(session, idents)
    batch = audit.begin_batch(session, "devices.added", by=by, title=N_("Mehrere Geräte aufgenommen"))
    batch.counts = {"new": number}
    audit.record_many(session, added_traces(rows, idents), by=by, batch=batch)
    return given


def how_many(tags: Sequence[str], serials: Sequence[str], count: int | None) -> int:
    """The one number that the lists and the count agree on. Raises BadValue where they differ."""
    lengths = {len(tags), len(serials), count or 0} - {0}
    if len(lengths) > 1:
        raise BadValue(
            N_(
                "Die Zahlen passen nicht zusammen: "
                "%(tags)s Inventarnummern, %(serials)s Seriennummern, Anzahl %(count)s. Bitte angleichen."
            ),
            tags=len(tags),
            serials=len(serials),
            count=count or "–",
        )
    if not lengths:
        raise BadValue(N_("Bitte die Anzahl oder die Nummern der Geräte eintragen."))
    number = lengths.pop()
    if not 1 <= number <= numbers.MOST_AT_ONCE:
        raise BadValue(N_("Mehr als %(most)s Geräte auf einmal gehen nicht."), most=numbers.MOST_AT_ONCE)
    return number


def insert_rows(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert devices as they are, the columns that follow from others added. Returns their ids in order.

    Inside `search.in_bulk`; all rows have the same keys.
    """
    full = [{**row, **folds(dict(row))} for row in rows]
    statement = insert(Device).returning(Device.id, sort_by_parameter_order=True)
    return [ident for some in portions(full) for ident in session.scalars(statement, some)]


def added_traces(rows: Sequence[Mapping[str, Any]], idents: Sequence[int]) -> list[dict[str, Any]]:
    """The entries »device added« for `audit.record_many`; who holds a device is told elsewhere."""
    return [
        {
            "action": Action.DEVICE_ADDED,
            "object_type": Device.__tablename__,
            "object_id": ident,
            "object_label": row["asset_tag"],
            "school_id": row["school_id"],
            "changes": {name: [None, audit.plain(row[name])] for name in TOLD if row.get(name) is not None},
        }
        for row, ident in zip(rows, idents, strict=True)
    ]


TOLD = (*actions.FIELDS, "state")


def _refuse_long(serials: Sequence[str]) -> None:
    for one in serials:
        if len(one) > numbers.LONGEST_SERIAL:
            raise BadValue(
                N_("Die Seriennummer »%(serial)s …« ist zu lang: höchstens %(most)s Zeichen."),
                serial=one[:20],
                most=numbers.LONGEST_SERIAL,
            )


def _refuse_taken(
    session: Session, tags: Sequence[str], serials: Sequence[str], manufacturer: str | None, *, by: Actor
) -> None:
    for tag in tag_series.taken_tags(session, tags).values():
        raise actions.refuse_taken(tag)
    for serial, tag in tag_series.taken_serials(session, serials, manufacturer).items():
        typed = next(one for one in serials if numbers.folded(one) == serial)
        other = queries.find_device(session, tag)
        raise actions.refuse_known_serial(typed, tag, other.school_id if other else None, by=by)
