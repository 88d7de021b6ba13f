"""Rows of a file into the tables: references by dictionaries, holders by name, hand-outs and traces set-wise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from school_it import audit, setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import today
from school_it.devices import bulk, catalogue, many, numbers, search, tags
from school_it.devices.models import FOLDED_FROM, Device, Handout
from school_it.devices.rules import State
from school_it.devices.sheet import PLAIN
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools import queries as school_queries
from school_it.schools.models import Room
from school_it.setwise import CHUNK, Changed
from school_it.sheets import Row

DEVICES: Table = Device.__table__  # type: ignore[assignment]
ROOMS: Table = Room.__table__  # type: ignore[assignment]
OF_DISPOSAL = ("approved_by", "approved_by_id", "approved_on", "disposed_on", "disposal_reason")
NO_HOLDER = {"person_id": None, "holder_room_id": None, "holder_name": None, "held_since": None}


def write(
    session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
) -> None:
    """Insert and change devices from the values of the sheet. All of them have been checked (`DeviceIntake.check`)."""
    known = _References(session, [*(row.values for row in new), *map(_after, changed)], by=by, batch=batch)
    moved = [one.ident for one in changed if set(FOLDED_FROM) & one.fields.keys()]
    with search.in_bulk(session, moved):
        _add(session, new, known, by=by, batch=batch)
        _change(session, changed, known, by=by, batch=batch)
        bulk.refold(session, moved)
    session.expire_all()


def _after(one: Changed) -> dict[str, Any]:
    return {"school_id": one.school_id, **{name: change.after for name, change in one.fields.items()}}


def same_name(one: str, other: str) -> bool:
    """»Müller, Anna« and »Anna Müller«; case does not count."""
    return _name_key(one) == _name_key(other)


def _name_key(text: str) -> tuple[str, ...]:
    return tuple(sorted(numbers.folded(text.replace(",", " ")).split()))


class _References:
    """What the words of a file stand for: schools, categories, rooms (made where missing), people."""

    def __init__(
        self, session: Session, rows: Iterable[Mapping[str, Any]], *, by: Actor, batch: Batch
    ) -> None:
        self.schools = school_queries.ids_by_number(session)
        rows = list(rows)
        self.categories = catalogue.at_hand(session, by=by)
        self._make_categories(session, rows, by=by, batch=batch)
        at = {self.school_of(row) for row in rows} - {None}
        self.rooms = self._rooms(session, at)
        self._make_rooms(session, rows, by=by, batch=batch)
        self.people = self._people(session, at) if any(row.get("holder") for row in rows) else {}

    def _make_categories(
        self, session: Session, rows: Iterable[Mapping[str, Any]], *, by: Actor, batch: Batch
    ) -> None:
        """Those that somebody has agreed to: others are not in the sheet."""
        for name in dict.fromkeys(row["category"] for row in rows if row.get("category")):
            if name not in self.categories:
                made = catalogue.add_category(session, {"name": name}, by=by, batch=batch)
                self.categories[name] = made.id

    def school_of(self, values: Mapping[str, Any]) -> int | None:
        number = values.get("school_number")
        return values.get("school_id") if number is None else self.schools[number]

    def _rooms(self, session: Session, at: Iterable[int | None]) -> dict[tuple[int | None, str], int]:
        rows = select(Room.school_id, Room.room, Room.id).where(Room.school_id.in_(at))
        return {(school_id, room): ident for school_id, room, ident in session.execute(rows)}

    def _make_rooms(
        self, session: Session, rows: Iterable[Mapping[str, Any]], *, by: Actor, batch: Batch
    ) -> None:
        named = {(self.school_of(row), row["room"]): None for row in rows if row.get("room")}
        missing = [key for key in named if key not in self.rooms and key[0] is not None]
        made = [{"school_id": school_id, "room": room, "version": 1} for school_id, room in missing]
        idents = setwise.add(
            session,
            ROOMS,
            made,
            action=Action.ROOM_ADDED,
            by=by,
            batch=batch,
            label=lambda row: str(row["room"]),
        )
        self.rooms |= dict(zip(missing, idents, strict=True))

    def _people(
        self, session: Session, at: Iterable[int | None]
    ) -> dict[tuple[int | None, tuple[str, ...]], set[int]]:
        wanted = select(Person.id, Person.school_id, Person.given_name, Person.family_name, Person.username)
        found: dict[tuple[int | None, tuple[str, ...]], set[int]] = {}
        for row in session.execute(
            wanted.where(Person.school_id.in_(at), Person.state == PersonState.ACTIVE)
        ):
            for name in filter(None, (f"{row.given_name} {row.family_name}", row.username)):
                found.setdefault((row.school_id, _name_key(name)), set()).add(row.id)
        return found

    def holder(self, text: str | None, school_id: int | None, since: date) -> dict[str, Any]:
        """The columns for a holder: the one person or room of that school that the text means, else the text itself."""
        if not text:
            return dict(NO_HOLDER)
        held = {**NO_HOLDER, "held_since": since}
        people = self.people.get((school_id, _name_key(text)), set())
        if len(people) == 1:
            return {**held, "person_id": next(iter(people))}
        room_id = (
            self.rooms.get((school_id, text.removeprefix("Raum ").strip()))
            if text.startswith("Raum ")
            else None
        )
        return {**held, "holder_room_id": room_id} if room_id else {**held, "holder_name": text[:160]}


# --- new devices ---


def _add(session: Session, new: Sequence[Row], known: _References, *, by: Actor, batch: Batch) -> None:
    if not new:
        return
    rows = [_device(row.values, known, by) for row in new]
    unnumbered = [row for row in rows if not row["asset_tag"]]
    for row, tag in zip(unnumbered, tags.next_tags(session, len(unnumbered)), strict=True):
        row["asset_tag"] = tag
    idents = many.insert_rows(session, rows)
    audit.record_many(session, many.added_traces(rows, idents), by=by, batch=batch)
    lent = [
        (ident, row, values.values.get("holder"))
        for ident, row, values in zip(idents, rows, new, strict=True)
    ]
    _open_handouts(session, [one for one in lent if one[2]], by=by, batch=batch)


def _device(values: Mapping[str, Any], known: _References, by: Actor) -> dict[str, Any]:
    school_id = known.school_of(values)
    state = values.get("state") or (
        State.IN_USE if values.get("room") or values.get("holder") else State.IN_STOCK
    )
    return {
        **{name: values.get(name) for name in PLAIN},
        "version": 1,
        "category_id": known.categories[values["category"]],
        "school_id": school_id,
        "room_id": known.rooms.get((school_id, values.get("room") or "")),
        "state": state,
        "state_since": today(),
        **known.holder(values.get("holder"), school_id, today()),
        **_gone(state, by),
    }


def _gone(state: State | None, by: Actor) -> dict[str, Any]:
    """An import by the office counts as its approval; the batch is the record."""
    if state is not State.DISPOSED:
        return {"approved_by": None, "approved_on": None, "disposed_on": None}
    return {"approved_by": by.name, "approved_on": today(), "disposed_on": today()}


def _open_handouts(
    session: Session,
    lent: Sequence[tuple[int, Mapping[str, Any], Any]],
    *,
    by: Actor,
    batch: Batch,
    was: Mapping[int, Any] | None = None,
    closed: Mapping[int, int] | None = None,
) -> None:
    if not lent:
        return
    rows = [
        {
            "device_id": ident, "person_id": row["person_id"], "room_id": row["holder_room_id"],
            "holder_name": row["holder_name"],
            "since": row["held_since"], "given_by": by.name,
        }
        for ident, row, _text in lent
    ]  # fmt: skip
    opened = _opened(session, rows)
    traces = [
        _holder_trace(
            ident, row, (was or {}).get(ident), text, opened=handout, closed=(closed or {}).get(ident)
        )
        for (ident, row, text), handout in zip(lent, opened, strict=True)
    ]
    audit.record_many(session, traces, by=by, batch=batch)


def _opened(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    statement = insert(Handout).returning(Handout.id, sort_by_parameter_order=True)
    return [
        ident
        for start in range(0, len(rows), CHUNK)
        for ident in session.scalars(statement, rows[start : start + CHUNK])
    ]


def _holder_trace(
    ident: int, row: Mapping[str, Any], before: str | None, after: str | None, **handouts: int | None
) -> dict[str, Any]:
    """`handouts`: the ids of the one that was `opened` and the one that was `closed`, for an undo."""
    return {
        "action": Action.DEVICE_HANDED_OUT if after else Action.DEVICE_TAKEN_BACK,
        "object_type": Device.__tablename__,
        "object_id": ident,
        "object_label": row["asset_tag"],
        "school_id": row["school_id"],
        "personal": {"holder": [before, after]},
        "person_id": row["person_id"],
        "facts": {name: handout for name, handout in handouts.items() if handout is not None},
    }


# --- changed devices ---


def _change(
    session: Session, changed: Sequence[Changed], known: _References, *, by: Actor, batch: Batch
) -> None:
    now = _now(session, [one.ident for one in changed])
    rows = [_stored(one, known, now[one.ident], by) for one in changed]
    rows = [row for row in rows if row.fields]
    setwise.change(session, DEVICES, rows, action=Action.DEVICE_CHANGED, by=by, batch=batch)
    _change_holders(
        session, [one for one in changed if "holder" in one.fields], known, now, by=by, batch=batch
    )


def _now(session: Session, idents: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """What is stored of the changed devices and stands behind the words of the sheet."""
    columns = (
        Device.id,
        Device.asset_tag,
        Device.school_id,
        Device.category_id,
        Device.room_id,
        Device.person_id,
        Device.state_since,
        Device.state,
        *(getattr(Device, name) for name in OF_DISPOSAL),
    )
    wanted = select(*columns, Room.room).outerjoin(Room, Room.id == Device.room_id)
    found: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(idents), CHUNK):
        rows = session.execute(wanted.where(Device.id.in_(idents[start : start + CHUNK])))
        found |= {row.id: row._mapping for row in rows}
    return found


def _stored(one: Changed, known: _References, now: Mapping[str, Any], by: Actor) -> Changed:
    """The change of a row of the sheet as a change of the table."""
    fields = {name: change for name, change in one.fields.items() if name in PLAIN}
    school_id = now["school_id"]
    if "category" in one.fields:
        fields["category_id"] = Change(now["category_id"], known.categories[one.fields["category"].after])
    if "school_number" in one.fields:
        school_id = known.schools.get(one.fields["school_number"].after or "")
        fields["school_id"] = Change(now["school_id"], school_id)
    if "room" in one.fields or "school_number" in one.fields:
        room = one.fields["room"].after if "room" in one.fields else now["room"]
        fields["room_id"] = Change(now["room_id"], known.rooms.get((school_id, room or "")))
    if "state" in fields:
        fields |= _state_facts(fields["state"].after, now, by)
    return one._replace(
        fields={name: change for name, change in fields.items() if change.before != change.after},
        school_id=school_id,
    )


def _state_facts(state: State | None, now: Mapping[str, Any], by: Actor) -> dict[str, Change]:
    """What goes with a state: a device that comes back needs a new approval before it goes again."""
    facts = {"state_since": Change(now["state_since"], today())}
    if state is State.DISPOSED:
        facts |= {name: Change(now[name], value) for name, value in _gone(state, by).items()}
    elif now["state"] is State.DISPOSED:
        facts |= {name: Change(now[name], None) for name in OF_DISPOSAL}
    return facts


_HOLDERS: dict[str, Any] = {name: bindparam(f"to_{name}") for name in NO_HOLDER}
_HOLDING = (
    update(DEVICES)
    .where(DEVICES.c.id == bindparam("ident"))
    .values(**_HOLDERS, due_on=None, version=DEVICES.c.version + 1)
)


def _change_holders(
    session: Session,
    changed: Sequence[Changed],
    known: _References,
    now: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    batch: Batch,
) -> None:
    """Close the open hand-outs of these devices and open new ones."""
    if not changed:
        return
    was = {one.ident: one.fields["holder"].before for one in changed}
    rows = []
    for one in changed:
        place = {"asset_tag": now[one.ident]["asset_tag"], "school_id": now[one.ident]["school_id"]}
        text = one.fields["holder"].after
        rows.append((one.ident, {**place, **known.holder(text, place["school_id"], today())}, text))
    closed = _close_handouts(session, list(was), by)
    writing = [
        {"ident": ident, **{f"to_{name}": row[name] for name in NO_HOLDER}} for ident, row, _text in rows
    ]
    session.connection().execute(_HOLDING, writing)
    _open_handouts(session, [one for one in rows if one[2]], by=by, batch=batch, was=was, closed=closed)
    back = [
        _holder_trace(
            ident, {**row, "person_id": now[ident]["person_id"]}, was[ident], None, closed=closed.get(ident)
        )
        for ident, row, text in rows
        if not text
    ]
    audit.record_many(session, back, by=by, batch=batch)


def _close_handouts(session: Session, idents: Sequence[int], by: Actor) -> dict[int, int]:
    """Returns by device the hand-out that was open."""
    closed: dict[int, int] = {}
    for start in range(0, len(idents), CHUNK):
        its_open = (Handout.device_id.in_(idents[start : start + CHUNK]), Handout.returned_on.is_(None))
        closed |= dict(session.execute(select(Handout.device_id, Handout.id).where(*its_open)).all())
        closing = update(Handout).where(*its_open).values(returned_on=today(), taken_by=by.name)
        session.execute(closing.execution_options(synchronize_session=False))
    return closed
