"""Devices from a file: what is known of them, what is wrong with a row, what would come to be by the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.database import today
from school_it.devices import binding, funded, intake_matching, intake_writing, numbers, queries, rules, sheet
from school_it.devices.intake_matching import Keys, Stored, against_keys, keys_of, known_by_keys, problem
from school_it.devices.intake_references import same_name
from school_it.devices.models import Category, Device
from school_it.devices.rules import State, usual_categories
from school_it.errors import N_, BadValue, Sentence
from school_it.schools import queries as school_queries
from school_it.schools.intake import unknown_schools
from school_it.schools.models import Room
from school_it.setwise import Changed, Known, Lots, ReadyIntake
from school_it.sheets import Creation, Problem, Reading, Row, Sheet

NAMES = ("manufacturer", "model", "supplier")
"""The free words of a device that »meinten Sie …?« asks about."""

WATCHED = ("school_number", "use", "bound_until")


class DeviceIntake(ReadyIntake):
    """Rows of `sheet(session)`; with `new_categories`, words that are made categories when the rows are written."""

    def sheet(self, session: Session, new_categories: Iterable[str] = ()) -> Sheet:
        stored = queries.category_names(session) or usual_categories()
        return sheet.sheet_with(tuple(dict.fromkeys((*stored, *new_categories))))

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        yield from unknown_schools(session, reading, by=by, may=May.IMPORT_DEVICES)
        columns = {**Device.__table__.c, "room": Room.__table__.c.room, "category": Category.__table__.c.name}
        yield from setwise.misfits(reading, columns)
        yield from _against_categories(session, reading, by)
        keys = keys_of(reading.rows)
        stored = known_by_keys(session, keys)
        yield from _complete(session, reading, keys, stored, by)
        reading.known = _known(stored, reading.rows, keys)
        yield from funded.settle(session, reading)
        yield from intake_matching.doubles(reading, keys, stored)
        for row, its_keys in zip(reading.rows, keys, strict=True):
            if not (
                self._is_plainly_new(row, its_keys, stored)
                or self._is_plainly_known(row, its_keys, stored, by)
            ):
                yield from self._against(session, row, its_keys, stored, reading, by)

    def _is_plainly_new(self, row: Row, keys: Keys, stored: Stored) -> bool:
        """A device that nothing stored can be against: most rows of a first list."""
        return (
            keys.tag not in stored.by_tag
            and keys.serial not in stored.by_serial
            and keys.mac is None
            and numbers.is_plain_tag(keys.tag)
            and row.values.get("state") is not State.DISPOSED
        )

    def _is_plainly_known(self, row: Row, keys: Keys, stored: Stored, by: Actor) -> bool:
        """A device at hand, within reach, by both of its numbers: most rows of a list that comes again."""
        device = stored.by_tag.get(keys.tag)
        return (
            device is not None
            and keys.serial == (device["serial_folded"], device["maker_folded"])
            and device["state"] is not State.DISPOSED
            and row.values.get("state") is not State.DISPOSED
            and (device["bound_until"] is None or _keeps_what_is_bound(row, device))
            and by.scope(May.IMPORT_DEVICES).holds(device["school_id"])
        )

    def _against(
        self, session: Session, row: Row, keys: Keys, stored: Stored, reading: Reading, by: Actor
    ) -> Iterator[Problem]:
        device = stored.meant_by(keys)
        if device is not None and not by.scope(May.IMPORT_DEVICES).holds(device["school_id"]):
            yield problem(
                row,
                reading,
                "asset_tag",
                N_("Das Gerät gehört zu einer Schule, an der Sie nichts ändern dürfen."),
            )
            return
        if device is None:
            yield from _against_tag(row, reading)
        yield from against_keys(row, keys, device, stored, reading, by)
        if device is not None and not _keeps_what_is_bound(row, device):
            yield from _against_binding(session, row, device, reading, by)
        if row.values.get("state") is State.DISPOSED:
            yield from _against_disposal(row, device, reading, by)
        elif row.values.get("state") and device is not None and device["state"] is State.DISPOSED:
            yield from _against_revival(row, device, reading, by)

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        keys = keys_of(rows)
        return _known(known_by_keys(session, keys), rows, keys)

    def prepare(
        self,
        session: Session,
        lots: Lots,
        new: Sequence[Row],
        changed: Sequence[Changed],
        *,
        by: Actor,
        batch_id: int,
    ) -> None:
        intake_writing.prepare(session, lots, new, changed, by=by, batch_id=batch_id)

    def label(self, values: Mapping[str, Any]) -> str:
        return values.get("asset_tag") or values.get("serial_number") or values.get("mac_address") or ""

    def creates(self, session: Session, rows: Sequence[Row], *, by: Actor) -> list[Creation]:
        """Rooms that their school does not have; manufacturers, models and suppliers that no device in sight has."""
        return [*_new_rooms(session, rows), *_new_names(session, rows, by)]


def _known(stored: Stored, rows: Sequence[Row], keys: Sequence[Keys]) -> Known:
    found = ((row, stored.meant_by(its_keys)) for row, its_keys in zip(rows, keys, strict=True))
    return {row.number: (device["id"], _as_spelt(device, row)) for row, device in found if device is not None}


def _as_spelt(device: dict[str, Any], row: Row) -> dict[str, Any]:
    """The stored values; where a number or a name differs from the file in its spelling only, as the file spells it."""
    said_otherwise = {}
    for name in ("asset_tag", "holder"):
        said, known = row.values.get(name), device[name]
        if said and known and said != known and same_name(said, known):
            said_otherwise[name] = said
    return {**device, **said_otherwise} if said_otherwise else device


def _complete(
    session: Session, reading: Reading, keys: Sequence[Keys], stored: Stored, by: Actor
) -> Iterator[Problem]:
    """What a row leaves out is as it is stored; only a new device cannot do without it."""
    for row, its_keys in zip(reading.rows, keys, strict=True):
        lacking = [name for name in sheet.NEEDED_OF_NEW if not row.values.get(name)]
        device = stored.meant_by(its_keys) if lacking else None
        if device is None:
            yield from _missing(row, lacking, reading)
        elif by.scope(May.IMPORT_DEVICES).holds(device["school_id"]):
            row.values.update({name: device[name] for name in lacking})
    yield from _missing_in_faulty(session, reading)


def _missing_in_faulty(session: Session, reading: Reading) -> Iterator[Problem]:
    """All that is wrong with a row is said at once; a cell that could not be read is not called missing as well."""
    told = {(problem.row, problem.column) for problem in reading.problems if problem.column}
    lacking = {
        row.number: [
            name
            for name in sheet.NEEDED_OF_NEW
            if not row.values.get(name) and (row.number, reading.header_of(name)) not in told
        ]
        for row in reading.faulty
    }
    rows = [row for row in reading.faulty if lacking[row.number]]
    keys = keys_of(rows)
    stored = known_by_keys(session, keys)
    for row, its_keys in zip(rows, keys, strict=True):
        if stored.meant_by(its_keys) is None:
            yield from _missing(row, lacking[row.number], reading)


def _missing(row: Row, names: Iterable[str], reading: Reading) -> Iterator[Problem]:
    for name in names:
        header = sheet.DEVICES.column(name).header
        yield problem(row, reading, name, N_("%(header)s fehlt. Bitte eintragen."), header=header)


def _new_rooms(session: Session, rows: Sequence[Row]) -> list[Creation]:
    used = {row.values.get("school_number") for row in rows if row.values.get("room")} - {None}
    stored = school_queries.rooms_by_school(session, used) if used else {}
    wanted = ((row, row.values.get("school_number"), row.values.get("room")) for row in rows)
    new = setwise.creations(
        "room", ((row, number, room) for row, number, room in wanted if room and number), stored
    )
    names = {number: _by_name(rooms) for number, rooms in stored.items()}
    return [one._replace(names=names.get(one.school_number, {})) for one in new]


def _by_name(rooms: Mapping[str, str | None]) -> dict[str, str]:
    """The names that one room alone has: »Sekretariat«, not »Klassenraum«."""
    counted = Counter(rooms.values())
    return {name: room for room, name in rooms.items() if name and counted[name] == 1}


def _new_names(session: Session, rows: Sequence[Row], by: Actor) -> Iterator[Creation]:
    used = [name for name in NAMES if any(row.values.get(name) for row in rows)]
    stored = queries.names_in_use(session, seen_by=by) if used else {}
    for name in used:
        wanted = ((row, None, row.values[name]) for row in rows if row.values.get(name))
        yield from setwise.creations(name, wanted, {None: stored[name]})


def _against_categories(session: Session, reading: Reading, by: Actor) -> Iterator[Problem]:
    """A category that is not stored yet is made by those only who may change the catalogue."""
    if by.scope(May.EDIT_CATALOGUE).everywhere:
        return
    known = {*(queries.category_names(session) or usual_categories()), None}
    for row in reading.rows:
        if row.values.get("category") not in known:
            sentence = N_("Neue Gerätearten legt nur das Schulverwaltungsamt an.")
            yield problem(row, reading, "category", sentence)


def _against_tag(row: Row, reading: Reading) -> Iterator[Problem]:
    try:
        if row.values.get("asset_tag"):
            numbers.checked_tag(row.values["asset_tag"])
    except BadValue as refused:
        yield problem(row, reading, "asset_tag", refused.sentence.text, **refused.sentence.values)


def _against_disposal(
    row: Row, device: Mapping[str, Any] | None, reading: Reading, by: Actor
) -> Iterator[Problem]:
    """The office's import counts as its approval, but not against the funding and not while somebody has the device."""
    if device is None and not by.may(May.APPROVE_DISPOSAL):
        yield problem(
            row, reading, "state", N_("Aussondern darf über eine Datei nur das Schulverwaltungsamt.")
        )
    if device is None or device["state"] is State.DISPOSED:
        return
    bound_until = row.values.get("bound_until") or device["bound_until"]
    if rules.is_bound(max(filter(None, (bound_until, device["bound_until"])), default=None), today()):
        sentence = N_(
            "Die Zweckbindung läuft noch bis %(day)s; so lange kann das Gerät nicht ausgesondert werden."
        )
        yield problem(row, reading, "state", sentence, day=f"{device['bound_until'] or bound_until:%d.%m.%Y}")
    elif device["holder"]:
        yield problem(row, reading, "state", N_("Das Gerät ist noch ausgegeben. Bitte zuerst zurücknehmen."))
    elif not by.scope(May.APPROVE_DISPOSAL).holds(device["school_id"]):
        yield problem(
            row, reading, "state", N_("Aussondern darf über eine Datei nur das Schulverwaltungsamt.")
        )


def _keeps_what_is_bound(row: Row, device: Mapping[str, Any]) -> bool:
    """Nothing changes that the funding watches."""
    return all(row.values.get(name, device[name]) == device[name] for name in WATCHED)


def _against_binding(
    session: Session, row: Row, device: Mapping[str, Any], reading: Reading, by: Actor
) -> Iterator[Problem]:
    """The office's list is the record of a move; for the rest a list may no more than the page (F07)."""
    office = by.scope(May.APPROVE_DISPOSAL).holds(device["school_id"])
    before = {"school_id": device["school_number"], **{name: device[name] for name in WATCHED[1:]}}
    after = {
        "school_id": row.values.get("school_number", device["school_number"]),
        **{name: row.values.get(name, device[name]) for name in WATCHED[1:]},
    }
    faults = binding.against(
        device["asset_tag"],
        before,
        after,
        may_shorten=office,
        use_approved=after["use"] != before["use"]
        and bool(binding.approved_for_use(session, [device["id"]])),
        move_reason="office" if office else None,
    )
    for name, sentence in faults:
        column = "school_number" if name == "move_reason" else name
        yield problem(row, reading, column, sentence.text, **sentence.values)
    if office and rules.is_shortened(device["bound_until"], after["bound_until"], today()):
        reading.hints.append((row.number, Sentence(_SHORTER, day=f"{device['bound_until']:%d.%m.%Y}")))


_SHORTER = N_(
    "Die Zweckbindung wird kürzer: Bisher läuft sie bis %(day)s, und so lange darf das Gerät nicht verkauft werden. "
    "Bitte prüfen, ob das so gemeint ist."
)


def _against_revival(row: Row, device: Mapping[str, Any], reading: Reading, by: Actor) -> Iterator[Problem]:
    if not by.scope(May.APPROVE_DISPOSAL).holds(device["school_id"]):
        sentence = N_("Das Gerät ist ausgesondert. Wieder aufnehmen darf es nur das Schulverwaltungsamt.")
        yield problem(row, reading, "state", sentence)
