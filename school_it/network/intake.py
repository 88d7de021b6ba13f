"""Outlets from the electrician's list: what is known of them, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import table_of
from school_it.devices import numbers
from school_it.errors import N_, Sentence
from school_it.network import patching, queries, rules
from school_it.network.models import Outlet
from school_it.network.queries import Switch
from school_it.network.rules import Place
from school_it.network.sheet import OUTLETS
from school_it.network.wiring import joining, places, ports, renaming
from school_it.network.wiring import queries as wiring_queries
from school_it.schools import queries as school_queries
from school_it.schools.intake import unknown_schools
from school_it.schools.models import Room, School
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Creation, Problem, Reading, Row

RoomIds = Mapping[tuple[str, str], int]
FIELDS = OUTLETS.fields


class OutletIntake(Intake):
    """Rows of the sheet `outlets`: no room is made by the way; a switch not known yet is kept as a name."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        reading.refuse(unknown_schools(session, reading, by=by, may=May.EDIT_NETWORK))
        _rename(session, reading, by=by)
        problems = list(_twice(reading))
        problems += setwise.misfits(reading, {**Outlet.__table__.c, "room": Room.__table__.c.room})
        problems += _unknown_rooms(session, reading)
        seen = by.scope(May.SEE_DEVICES)
        switches = queries.switches(session, (row.values.get("switch") for row in reading.rows))
        switches = {tag: one for tag, one in switches.items() if seen.holds(one.school_id)}
        problems += _no_switches(reading, switches)
        _spell_as_devices(reading, switches)
        reading.known = self.known(session, reading.rows)
        problems += _clashes(session, reading, {problem.row for problem in problems}, by=by)
        yield from problems

    def creates(self, session: Session, rows: Sequence[Row], *, by: Actor) -> list[Creation]:
        """The racks and panels that come to be because outlets name them."""
        return places.creations(session, [row for row in rows if row.values.get("rack")])

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        idents = school_queries.ids_by_number(session)
        schools = {idents[number] for row in rows if (number := row.values["school_number"]) in idents}
        queries.lock_schools(session, schools)
        stored = {
            (one.school_number, one.outlet): (one.id, {name: one._mapping[name] for name in FIELDS})
            for one in queries.patched_at(session, schools, ())
        }
        return {row.number: stored[key] for row in rows if (key := _key(row.values)) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        idents, rooms = school_queries.ids_by_number(session), _room_ids(session)
        table = table_of(Outlet)
        setwise.add(
            session, table, [_as_stored(row.values, idents, rooms) for row in new], action=Action.OUTLET_ADDED, by=by,
            batch=batch, label=lambda row: row["outlet"],
        )  # fmt: skip
        numbers_by_id = {ident: number for number, ident in idents.items()}
        rows = [_with_room(one, numbers_by_id.get(one.school_id or 0, ""), rooms) for one in changed]
        setwise.change(session, table, rows, action=Action.OUTLET_CHANGED, by=by, batch=batch)
        schools = {idents[row.values["school_number"]] for row in new}
        schools |= {one.school_id for one in changed if one.school_id is not None}
        places.settle(
            session, places.named(ports.outlets_of(session, school_ids=schools)), by=by, batch=batch
        )
        joining.join(session, schools)

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('school_number', '')} {values.get('outlet', '')}".strip()


RENAMED = N_("»%(before)s« heißt nach der Regel »%(rule)s« hier »%(after)s«.")
TWICE = N_("Auch Zeile %(row)s hieße nach den Regeln für Dosennamen »%(outlet)s«.")


def _rename(session: Session, reading: Reading, *, by: Actor) -> None:
    """By the rules that are kept for these schools; a name that an outlet of the school has already stays."""
    rules_kept = wiring_queries.rename_rules(session, seen_by=by)
    if not rules_kept:
        return
    idents = school_queries.ids_by_number(session)
    schools = {
        idents[row.values["school_number"]] for row in reading.rows if row.values["school_number"] in idents
    }
    known = {(row.school_id, row.outlet) for row in ports.outlets_of(session, school_ids=schools)}
    for row in reading.rows:
        school_id, before = idents.get(row.values["school_number"]), row.values["outlet"]
        fitting = [one for one in rules_kept if one.school_id in (None, school_id)]
        found = renaming.renamed(before, [(one.pattern, one.becomes) for one in fitting])
        if found is not None and (school_id, before) not in known:
            row.values["outlet"] = found[0]
            rule = f"{fitting[found[1]].pattern} → {fitting[found[1]].becomes}"
            reading.hints.append((row.number, Sentence(RENAMED, before=before, after=found[0], rule=rule)))


def _twice(reading: Reading) -> Iterator[Problem]:
    """Two names of a file that the rules make the same one."""
    rows: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in reading.rows:
        rows[_key(row.values)].append(row)
    for together in rows.values():
        for row in together if len(together) > 1 else ():
            other = next(one for one in together if one is not row)
            said = Sentence(TWICE, row=other.number, outlet=row.values["outlet"])
            yield _problem(row, reading, "outlet", said)


def _key(values: Mapping[str, Any]) -> tuple[str, str]:
    return values["school_number"], values["outlet"]


def _room_ids(session: Session) -> RoomIds:
    rows = session.execute(
        select(School.school_number, Room.room, Room.id).join(School, School.id == Room.school_id)
    )
    return {(number, room): ident for number, room, ident in rows}


def _unknown_rooms(session: Session, reading: Reading) -> Iterator[Problem]:
    rooms = _room_ids(session)
    schools = {number for number, _room in rooms} | set(school_queries.ids_by_number(session))
    alike: dict[tuple[str, str], list[str]] = defaultdict(list)
    for number, room in rooms:
        alike[number, rules.room_letters(room)].append(room)
    for row in reading.rows:
        number, room = row.values["school_number"], row.values["room"]
        if number in schools and (number, room) not in rooms:
            meant = alike[number, rules.room_letters(room)]
            yield _problem(row, reading, "room", _unknown_room(number, room, meant))


def _unknown_room(number: str, room: str, meant: Sequence[str]) -> Sentence:
    """`meant` are rooms of the school with the same letters and digits."""
    if len(meant) == 1:
        text = N_("Den Raum %(room)s hat die Schule %(number)s nicht. Meinten Sie %(meant)s?")
        return Sentence(text, room=room, number=number, meant=meant[0])
    text = N_(
        "Den Raum %(room)s hat die Schule %(number)s nicht. Bitte den Raum berichtigen oder zuerst anlegen."
    )
    return Sentence(text, room=room, number=number)


def _no_switches(reading: Reading, switches: Mapping[str, Switch]) -> Iterator[Problem]:
    for row in reading.rows:
        device = switches.get(numbers.folded(row.values.get("switch")))
        if device is not None and device.is_no_switch:
            yield _problem(row, reading, "switch", patching.no_switch(device))


def _spell_as_devices(reading: Reading, switches: Mapping[str, Switch]) -> None:
    """Capital letters aside it is the same number: kept as the device has it, so that the two are found together."""
    for row in reading.rows:
        device = switches.get(numbers.folded(row.values.get("switch")))
        if device is not None:
            row.values["switch"] = device.asset_tag


def _clashes(session: Session, reading: Reading, bad: set[int], *, by: Actor) -> Iterator[Problem]:
    """Rows that are refused already are not written: their outlets stay as they are stored."""
    idents, scope = school_queries.ids_by_number(session), by.scope(May.SEE_NETWORK)
    rows = {row.number: row for row in reading.rows if row.number not in bad}
    schools = {idents[row.values["school_number"]] for row in rows.values()}
    stored = patching.stored_places(session, schools, (row.values.get("switch") for row in rows.values()))
    stored = patching.resolved(session, stored, idents)
    wanted = [_place(row, reading.known or {}) for row in rows.values()]
    wanted = patching.resolved(session, wanted, idents)
    for clash in patching.clashes_of(wanted, stored):
        said = patching.sentence(clash, may_see=lambda number: scope.holds(idents.get(str(number))))
        yield _problem(rows[clash.place.row or 0], reading, clash.field, said)
    for ident, said in patching.occupied(session, wanted, seen_by=by).items():
        place = next(one for one in wanted if one.ident == ident)
        yield _problem(rows[place.row or 0], reading, "switch_port", said)


def _place(row: Row, known: Known) -> Place:
    ident, stored = known.get(row.number, (f"new {row.number}", {}))
    return Place(
        ident, row.values["outlet"], row.values["school_number"], {**stored, **row.values}, row.number
    )


def _as_stored(values: Mapping[str, Any], idents: Mapping[str, int], rooms: RoomIds) -> dict[str, Any]:
    kept = {name: value for name, value in values.items() if name not in ("school_number", "room")}
    number = values["school_number"]
    return {"version": 1, **kept, "school_id": idents[number], "room_id": rooms[number, values["room"]]}


def _with_room(one: Changed, school_number: str, rooms: RoomIds) -> Changed:
    """The change as the table has it: the id of the room instead of its number."""
    fields = dict(one.fields)
    if "room" in fields:
        before, after = fields.pop("room")
        fields["room_id"] = Change(rooms.get((school_number, before)), rooms[school_number, after])
    return one._replace(fields=fields)


def _problem(row: Row, reading: Reading, name: str, sentence: Sentence) -> Problem:
    said = row.values.get(name)
    shown = None if said is None else OUTLETS.column(name).type.show(said)
    return Problem(row.number, reading.header_of(name), shown, sentence)
