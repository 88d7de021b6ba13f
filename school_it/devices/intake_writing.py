"""Rows of a file into the tables: made ready as columns, hand-outs and traces set-wise, the search brought up to date.

All that can be found out beforehand is found out by `prepare`; what it gathers in the `Lots` is only written then.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.changes import Change
from school_it.database import is_writing, portions, table_of, today
from school_it.devices import followers, many, search, tags
from school_it.devices.intake_references import NO_HOLDER, References
from school_it.devices.models import FOLDED_FROM, Device, Handout, fold_columns, folds
from school_it.devices.rules import State
from school_it.devices.sheet import PLAIN
from school_it.schools.models import Room
from school_it.setwise import Changed, Lots
from school_it.setwise.lots import Columns, Same
from school_it.sheets import Row

DEVICES = table_of(Device)
HANDOUTS = table_of(Handout)
TOGETHER = 4000  # new rows made ready at a time: columns of all rows at once would fill the memory
OF_DISPOSAL = (
    "approved_by", "approved_by_id", "approved_on", "approval_reason", "approval_person", "approval_reference",
    "disposed_on", "disposal_reason",
)  # fmt: skip


def prepare(
    session: Session,
    lots: Lots,
    new: Sequence[Row],
    changed: Sequence[Changed],
    *,
    by: Actor,
    batch_id: int,
) -> None:
    """Gather devices to insert and to change. All of them have been checked (`DeviceIntake.check`)."""
    words = [*(row.values for row in new), *map(_after, changed)]
    known = References(session, lots, words, by=by, batch_id=batch_id)
    moved = [one.ident for one in changed if set(FOLDED_FROM) & one.fields.keys()]
    index = search.Bulk(moved)
    lots.then(index.begin)
    free = _free_numbers(session, lots, new)
    followed = [one.ident for one in changed if FOLLOWED & one.fields.keys()]
    for some in portions(new, TOGETHER):
        followed += _add(lots, some, known, free, by=by, batch_id=batch_id)
    _change(session, lots, changed, known, by=by, batch_id=batch_id)
    lots.then(index.end)
    renamed = {tag.before: tag.after for one in changed if (tag := one.fields.get("asset_tag"))}
    lots.then(lambda writing: followers.tell(writing, followed, renamed))
    lots.then(lambda writing: writing.expire_all())


def _after(one: Changed) -> dict[str, Any]:
    return {"school_id": one.school_id, **{name: change.after for name, change in one.fields.items()}}


# --- new devices ---


def _add(
    lots: Lots, new: Sequence[Row], known: References, free: Iterator[str], *, by: Actor, batch_id: int
) -> Sequence[int]:
    """Returns the ids of those with a model: only they have followers."""
    rows = [row.values for row in new]
    columns = _columns(rows, known, by)
    columns["asset_tag"] = [tag or next(free) for tag in columns["asset_tag"]]
    idents = lots.ids(DEVICES, len(rows))
    since: Columns = {"id": idents, "version": Same(1), "state_since": Same(today())}
    lots.insert(DEVICES, {**since, **columns, **fold_columns(columns)})
    lots.entries(
        Action.DEVICE_ADDED,
        DEVICES,
        {
            "object_id": idents,
            "object_label": columns["asset_tag"],
            "school_id": columns["school_id"],
            "changes": audit.made_of(columns, many.TOLD),
        },
        by=by,
        batch_id=batch_id,
    )
    lent = [place for place, values in enumerate(rows) if values.get("holder")]
    _open_handouts(
        lots,
        [
            _Lent(idents[place], {name: columns[name][place] for name in _OF_LENT}, rows[place]["holder"])
            for place in lent
        ],
        by=by,
        batch_id=batch_id,
    )
    models = columns.get("model") or ()
    return [ident for ident, model in zip(idents, models, strict=False) if model]


def _columns(rows: Sequence[Mapping[str, Any]], known: References, by: Actor) -> dict[str, list[Any]]:
    """New devices as columns of the table; without those of a holder or of disposal where no row has any."""
    columns: dict[str, list[Any]] = {name: [row.get(name) for row in rows] for name in PLAIN}
    columns = {name: column for name, column in columns.items() if name in _ALWAYS or any(column)}
    columns["category_id"] = [known.categories[row["category"]] for row in rows]
    columns["school_id"] = list(map(known.school_of, rows))
    places = zip(columns["school_id"], (row.get("room") for row in rows), strict=True)
    columns["room_id"] = list(map(known.rooms.get, places))
    columns["state"] = list(map(_state, rows))
    if any(row.get("holder") for row in rows):
        holders = [
            known.holder(row.get("holder"), school_id, today())
            for row, school_id in zip(rows, columns["school_id"], strict=True)
        ]
        columns |= {name: [holder[name] for holder in holders] for name in NO_HOLDER}
    if State.DISPOSED in columns["state"]:
        gone = [_gone(state, by) for state in columns["state"]]
        columns |= {name: [one[name] for one in gone] for name in gone[0]}
    return columns


FOLLOWED = frozenset({"asset_tag", "manufacturer", "model"})
_ALWAYS = frozenset({"asset_tag", "state", *FOLDED_FROM})


def _state(values: Mapping[str, Any]) -> State:
    state: State | None = values.get("state")
    return state or (State.IN_USE if values.get("room") or values.get("holder") else State.IN_STOCK)


def _free_numbers(session: Session, lots: Lots, new: Sequence[Row]) -> Iterator[str]:
    """The next free inventory numbers for the rows that have none; taken for good when they are written."""
    count = sum(not row.values.get("asset_tag") for row in new)
    if not count:
        return iter(())
    if is_writing(session):
        return iter(tags.next_tags(session, count))
    free, take = tags.upcoming(session, count)
    lots.then(take)
    return iter(free)


def _gone(state: State | None, by: Actor) -> dict[str, Any]:
    """An import by the office counts as its approval; the batch is the record."""
    if state is not State.DISPOSED:
        return {"approved_by": None, "approved_on": None, "disposed_on": None}
    return {"approved_by": by.name, "approved_on": today(), "disposed_on": today()}


# --- who has them ---


class _Lent:
    """A device that somebody gets, as the file says it; `was` and `closed`: who had it, and the hand-out of that."""

    def __init__(
        self,
        ident: int,
        row: Mapping[str, Any],
        text: str | None,
        was: str | None = None,
        closed: int | None = None,
    ) -> None:
        self.ident, self.row, self.text, self.was, self.closed = ident, row, text, was, closed


_OF_LENT = ("asset_tag", "school_id", *NO_HOLDER)


def _open_handouts(lots: Lots, lent: Sequence[_Lent], *, by: Actor, batch_id: int) -> None:
    if not lent:
        return
    opened = lots.ids(HANDOUTS, len(lent))
    lots.insert(
        HANDOUTS,
        {
            "id": opened,
            "device_id": [one.ident for one in lent],
            "person_id": [one.row["person_id"] for one in lent],
            "room_id": [one.row["holder_room_id"] for one in lent],
            "holder_name": [one.row["holder_name"] for one in lent],
            "since": [one.row["held_since"] for one in lent],
            "given_by": Same(by.name),
        },
        counts=False,
    )
    _holder_traces(lots, lent, opened, Action.DEVICE_HANDED_OUT, by=by, batch_id=batch_id)


def _holder_traces(
    lots: Lots,
    lent: Sequence[_Lent],
    opened: Sequence[int | None],
    action: Action,
    *,
    by: Actor,
    batch_id: int,
) -> None:
    """The ids of the hand-outs that were opened and closed are for an undo."""
    facts = [
        {name: handout for name, handout in (("opened", new), ("closed", one.closed)) if handout is not None}
        for one, new in zip(lent, opened, strict=True)
    ]
    columns: Columns = {
        "object_id": [one.ident for one in lent],
        "object_label": [one.row["asset_tag"] for one in lent],
        "school_id": [one.row["school_id"] for one in lent],
        "person_id": [one.row["person_id"] for one in lent],
        "personal": [json.dumps({"holder": [one.was, one.text]}) for one in lent],
        "facts": list(map(json.dumps, facts)),
    }
    lots.entries(action, DEVICES, columns, by=by, batch_id=batch_id)


# --- changed devices ---


def _change(
    session: Session, lots: Lots, changed: Sequence[Changed], known: References, *, by: Actor, batch_id: int
) -> None:
    if not changed:
        return
    now = _now(session, [one.ident for one in changed])
    rows = [_stored(one, known, now[one.ident], by) for one in changed]
    rows = [row for row in rows if row.fields]
    for names, together in _by_fields(rows).items():
        columns = {name: [row.fields[name].after for row in together] for name in names}
        lots.update(DEVICES, [row.ident for row in together], {**columns, **_folds(names, together, now)})
    traced: Columns = {
        "object_id": [row.ident for row in rows],
        "object_label": [row.label for row in rows],
        "school_id": [row.school_id for row in rows],
        "changes": [audit.changed(row.fields) for row in rows],
    }
    if rows:
        lots.entries(Action.DEVICE_CHANGED, DEVICES, traced, by=by, batch_id=batch_id)
    held = [one for one in changed if "holder" in one.fields]
    _change_holders(session, lots, held, known, now, by=by, batch_id=batch_id)


def _by_fields(rows: Iterable[Changed]) -> dict[tuple[str, ...], list[Changed]]:
    groups: dict[tuple[str, ...], list[Changed]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row.fields))].append(row)
    return groups


def _folds(
    names: Sequence[str], rows: Sequence[Changed], now: Mapping[int, Mapping[str, Any]]
) -> dict[str, list[Any]]:
    """The columns that follow from changed ones."""
    if not set(FOLDED_FROM) & set(names):
        return {}
    following = [
        folds({**now[row.ident], **{name: change.after for name, change in row.fields.items()}})
        for row in rows
    ]
    return {name: [one[name] for one in following] for name in following[0]}


def _now(session: Session, idents: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """What is stored of the changed devices and stands behind the words of the sheet."""
    columns = (
        Device.id,
        Device.school_id,
        Device.category_id,
        Device.room_id,
        Device.person_id,
        Device.state_since,
        Device.state,
        *(getattr(Device, name) for name in (*OF_DISPOSAL, *FOLDED_FROM)),
    )
    wanted = select(*columns, Room.room).outerjoin(Room, Room.id == Device.room_id)
    found: dict[int, Mapping[str, Any]] = {}
    for some in portions(idents):
        rows = session.execute(wanted.where(Device.id.in_(some)))
        found |= {row.id: row._mapping for row in rows}
    return found


def _stored(one: Changed, known: References, now: Mapping[str, Any], by: Actor) -> Changed:
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


def _change_holders(
    session: Session,
    lots: Lots,
    changed: Sequence[Changed],
    known: References,
    now: Mapping[int, Mapping[str, Any]],
    *,
    by: Actor,
    batch_id: int,
) -> None:
    """Close the open hand-outs of these devices and open new ones; who had one and who gets it are told apart."""
    if not changed:
        return
    closed = _open_now(session, [one.ident for one in changed])
    lent = []
    for one in changed:
        before, after = one.fields["holder"]
        place = {name: now[one.ident][name] for name in ("asset_tag", "school_id")}
        holder = known.holder(after, place["school_id"], today())
        lent.append(_Lent(one.ident, {**place, **holder}, after, before, closed.get(one.ident)))
    ended: dict[str, list[Any]] = {
        "returned_on": [today()] * len(closed),
        "taken_by": [by.name] * len(closed),
    }
    lots.update(HANDOUTS, list(closed.values()), ended)
    held = {name: [one.row[name] for one in lent] for name in NO_HOLDER}
    lots.update(DEVICES, [one.ident for one in lent], {**held, "due_on": [None] * len(lent)})
    back = [
        _Lent(one.ident, {**one.row, "person_id": now[one.ident]["person_id"]}, None, one.was, one.closed)
        for one in lent
        if one.was
    ]
    if back:
        _holder_traces(lots, back, [None] * len(back), Action.DEVICE_TAKEN_BACK, by=by, batch_id=batch_id)
    given = [_Lent(one.ident, one.row, one.text) for one in lent if one.text]
    _open_handouts(lots, given, by=by, batch_id=batch_id)


def _open_now(session: Session, idents: Sequence[int]) -> dict[int, int]:
    """By device the hand-out that is open."""
    found: dict[int, int] = {}
    for some in portions(idents):
        part = Handout.device_id.in_(some)
        rows = select(Handout.device_id, Handout.id).where(part, Handout.returned_on.is_(None))
        found |= dict(session.execute(rows).all())
    return found
