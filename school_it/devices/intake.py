"""Devices from a file: what is known of them, what is wrong with a row, and writing thousands with few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.audit import Batch
from school_it.database import held, today
from school_it.devices import intake_writing, numbers, queries, rules, sheet
from school_it.devices.models import Device
from school_it.devices.rules import State, usual_categories
from school_it.errors import N_, BadValue, Sentence
from school_it.schools.intake import Known, unknown_schools
from school_it.schools.models import Room
from school_it.setwise import CHUNK, Changed
from school_it.sheets import Problem, Reading, Row, Sheet

SerialKey = tuple[str, str]


@dataclass(frozen=True)
class Stored:
    """What is stored of the devices that a file may mean."""

    by_tag: Mapping[str, Mapping[str, Any]]
    by_serial: Mapping[SerialKey, Mapping[str, Any]]

    def meant_by(self, row: Row) -> Mapping[str, Any] | None:
        """The device of a row: by its inventory number, else by serial number with manufacturer."""
        tag = row.values.get("asset_tag")
        if tag:
            return self.by_tag.get(numbers.folded(tag))
        return self.by_serial.get(serial_key(row.values))


class DeviceIntake:
    """Rows of `sheet.sheet_with(queries.category_names(session))`."""

    may = May.IMPORT_DEVICES

    def sheet(self, session: Session) -> Sheet:
        return sheet.sheet_with(queries.category_names(session) or usual_categories())

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        yield from unknown_schools(session, reading, by=by, may=May.IMPORT_DEVICES)
        yield from setwise.misfits(reading, {**Device.__table__.c, "room": Room.__table__.c.room})
        stored = known_by_keys(session, reading.rows)
        yield from _same_but_for_case(reading)
        for row in reading.rows:
            yield from self._against(row, stored, reading, by)

    def _against(self, row: Row, stored: Stored, reading: Reading, by: Actor) -> Iterator[Problem]:
        device = stored.meant_by(row)
        if device is not None and not by.scope(May.IMPORT_DEVICES).holds(device["school_id"]):
            yield _problem(
                row,
                reading,
                "asset_tag",
                N_("Das Gerät gehört zu einer Schule, an der Sie nichts ändern dürfen."),
            )
            return
        if device is None:
            yield from _against_tag(row, reading)
        yield from _against_serial(row, device, stored, reading, by)
        if row.values.get("state") is State.DISPOSED:
            yield from _against_disposal(row, device, reading, by)
        elif row.values.get("state") and device is not None and device["state"] is State.DISPOSED:
            yield from _against_revival(row, device, reading, by)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        return iter(())

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        stored = known_by_keys(session, rows)
        found = ((row, stored.meant_by(row)) for row in rows)
        return {
            row.number: (device["id"], _as_spelt(device, row)) for row, device in found if device is not None
        }

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        intake_writing.write(session, new, changed, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return values.get("asset_tag") or values.get("serial_number") or ""


def known_by_keys(session: Session, rows: Sequence[Row]) -> Stored:
    """The stored devices that the rows may mean, each as the values of the sheet; two statements for 500 rows."""
    tags = {numbers.folded(row.values.get("asset_tag")) for row in rows} - {""}
    serials = {numbers.folded(row.values.get("serial_number")) for row in rows} - {""}
    by_tag = {numbers.folded(one["asset_tag"]): one for one in _stored(session, Device.tag_folded, tags)}
    by_serial = {serial_key(one): one for one in _stored(session, Device.serial_folded, serials)}
    return Stored(by_tag, by_serial)


def _stored(session: Session, column: Any, wanted: set[str]) -> Iterator[dict[str, Any]]:
    rows, ordered = held(session, queries.rows_for_sheet(), Device), sorted(wanted)
    for start in range(0, len(ordered), CHUNK):
        for row in session.execute(rows.where(column.in_(ordered[start : start + CHUNK]))):
            yield queries.with_holder(row)


def serial_key(values: Mapping[str, Any]) -> SerialKey:
    return numbers.folded(values.get("serial_number")), numbers.folded(values.get("manufacturer"))


def _as_spelt(device: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """The stored values; where a number or a name differs from the file in its spelling only, as the file spells it."""
    known = {name: device[name] for name in sheet.FIELDS}
    for name in ("asset_tag", "holder"):
        said = row.values.get(name)
        if said and known[name] and intake_writing.same_name(said, known[name]):
            known[name] = said
    return known


def _same_but_for_case(reading: Reading) -> Iterator[Problem]:
    """Two numbers that differ only in capital letters are one number."""
    counted = Counter(numbers.folded(row.values.get("asset_tag")) for row in reading.rows)
    for row in reading.rows:
        if counted[numbers.folded(row.values.get("asset_tag"))] > 1 and row.values.get("asset_tag"):
            yield _problem(row, reading, "asset_tag", N_("Diese Inventarnummer steht mehrfach in der Datei."))


def _against_tag(row: Row, reading: Reading) -> Iterator[Problem]:
    try:
        if row.values.get("asset_tag"):
            numbers.checked_tag(row.values["asset_tag"])
    except BadValue as problem:
        yield _problem(row, reading, "asset_tag", problem.sentence.text, **problem.sentence.values)


def _against_serial(
    row: Row, device: Mapping[str, Any] | None, stored: Stored, reading: Reading, by: Actor
) -> Iterator[Problem]:
    """The other device is named to those only who may see it."""
    values = {**(device or {}), **row.values}
    other = stored.by_serial.get(serial_key(values)) if values.get("serial_number") else None
    if other is None or (device is not None and other["id"] == device["id"]):
        return
    if by.scope(May.SEE_DEVICES).holds(other["school_id"]):
        sentence = N_(
            "Diese Seriennummer hat schon das Gerät %(tag)s. Bitte Inventarnummer oder Seriennummer prüfen."
        )
        yield _problem(row, reading, "serial_number", sentence, tag=other["asset_tag"])
    else:
        sentence = N_("Diese Seriennummer hat schon ein Gerät, das Sie nicht sehen dürfen. Bitte prüfen.")
        yield _problem(row, reading, "serial_number", sentence)


def _against_disposal(
    row: Row, device: Mapping[str, Any] | None, reading: Reading, by: Actor
) -> Iterator[Problem]:
    """The office's import counts as its approval, but not against the funding and not while somebody has the device."""
    if device is None and not by.may(May.APPROVE_DISPOSAL):
        yield _problem(
            row, reading, "state", N_("Aussondern darf über eine Datei nur das Schulverwaltungsamt.")
        )
    if device is None or device["state"] is State.DISPOSED:
        return
    bound_until = row.values.get("bound_until") or device["bound_until"]
    if rules.is_bound(max(filter(None, (bound_until, device["bound_until"])), default=None), today()):
        sentence = N_(
            "Die Zweckbindung läuft noch bis %(day)s; so lange kann das Gerät nicht ausgesondert werden."
        )
        yield _problem(
            row, reading, "state", sentence, day=f"{device['bound_until'] or bound_until:%d.%m.%Y}"
        )
    elif device["holder"]:
        yield _problem(row, reading, "state", N_("Das Gerät ist noch ausgegeben. Bitte zuerst zurücknehmen."))
    elif not by.scope(May.APPROVE_DISPOSAL).holds(device["school_id"]):
        yield _problem(
            row, reading, "state", N_("Aussondern darf über eine Datei nur das Schulverwaltungsamt.")
        )


def _against_revival(row: Row, device: Mapping[str, Any], reading: Reading, by: Actor) -> Iterator[Problem]:
    if not by.scope(May.APPROVE_DISPOSAL).holds(device["school_id"]):
        sentence = N_("Das Gerät ist ausgesondert. Wieder aufnehmen darf es nur das Schulverwaltungsamt.")
        yield _problem(row, reading, "state", sentence)


def _problem(row: Row, reading: Reading, name: str, sentence: str, **values: Any) -> Problem:
    said = row.values.get(name)
    shown = None if said is None else sheet.DEVICES.column(name).type.show(said)
    return Problem(row.number, reading.header_of(name), shown, Sentence(sentence, **values))
