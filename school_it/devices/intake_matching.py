"""Which stored device a row of a file means: by inventory number, else serial number with manufacturer, else MAC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import held
from school_it.devices import numbers, queries, sheet
from school_it.devices.models import Device
from school_it.errors import N_, Sentence
from school_it.setwise import CHUNK
from school_it.sheets import Problem, Reading, Row

SerialKey = tuple[str, str]
NAMED_ROWS = 20


@dataclass(frozen=True)
class Stored:
    """What is stored of the devices that a file may mean."""

    by_tag: Mapping[str, Mapping[str, Any]]
    by_serial: Mapping[SerialKey, Mapping[str, Any]]
    by_mac: Mapping[str, Sequence[Mapping[str, Any]]]

    def meant_by(self, row: Row) -> Mapping[str, Any] | None:
        """The device of a row; the MAC address counts only where no other key is given, and only if it fits one."""
        tag = row.values.get("asset_tag")
        if tag:
            return self.by_tag.get(numbers.folded(tag))
        if not is_by_mac(row.values):
            return self.by_serial.get(serial_key(row.values))
        fitting = self.by_mac.get(row.values["mac_address"], ())
        return fitting[0] if len(fitting) == 1 else None


def is_by_mac(values: Mapping[str, Any]) -> bool:
    """The row has no key but its MAC address."""
    others = values.get("asset_tag") or (values.get("serial_number") and values.get("manufacturer"))
    return bool(values.get("mac_address")) and not others


def serial_key(values: Mapping[str, Any]) -> SerialKey:
    return numbers.folded(values.get("serial_number")), numbers.folded(values.get("manufacturer"))


def known_by_keys(session: Session, rows: Sequence[Row]) -> Stored:
    """The stored devices that the rows may mean, each as the values of the sheet; a statement for 500 keys."""
    tags = {numbers.folded(row.values.get("asset_tag")) for row in rows} - {""}
    serials = {numbers.folded(row.values.get("serial_number")) for row in rows} - {""}
    macs = {row.values["mac_address"] for row in rows if is_by_mac(row.values)}
    by_tag = {numbers.folded(one["asset_tag"]): one for one in _stored(session, Device.tag_folded, tags)}
    by_serial = {serial_key(one): one for one in _stored(session, Device.serial_folded, serials)}
    by_mac = defaultdict(list)
    for one in _stored(session, Device.mac_address, macs):
        by_mac[one["mac_address"]].append(one)
    return Stored(by_tag, by_serial, by_mac)


def _stored(session: Session, column: Any, wanted: set[str]) -> Iterator[dict[str, Any]]:
    rows, ordered = held(session, queries.rows_for_sheet(), Device), sorted(wanted)
    for start in range(0, len(ordered), CHUNK):
        for row in session.execute(rows.where(column.in_(ordered[start : start + CHUNK]))):
            yield queries.with_holder(row)


# --- what is wrong with the keys of a file ---


def doubles(reading: Reading, stored: Stored) -> Iterator[Problem]:
    """Numbers that differ in capital letters only, and several rows that mean the same device by different keys."""
    rows = [*reading.rows, *reading.faulty]
    yield from _named_twice(
        reading,
        "asset_tag",
        ((row, numbers.folded(row.values.get("asset_tag"))) for row in rows),
        N_("Diese Inventarnummer steht mehrfach in der Datei (Zeilen %(rows)s). Bitte nur einmal."),
    )
    yield from _named_twice(
        reading,
        "serial_number",
        ((row, serial_key(row.values) if row.values.get("serial_number") else None) for row in rows),
        N_("Diese Seriennummer steht mehrfach in der Datei (Zeilen %(rows)s). Bitte nur einmal."),
    )
    meant = ((row, stored.meant_by(row)) for row in reading.rows)
    yield from _named_twice(
        reading,
        None,
        ((row, device["id"] if device else None) for row, device in meant),
        N_("Die Zeilen %(rows)s meinen dasselbe Gerät. Bitte nur eine davon stehen lassen."),
    )


def _named_twice(
    reading: Reading, name: str | None, keyed: Iterable[tuple[Row, Any]], sentence: str
) -> Iterator[Problem]:
    """A problem for each row of `keyed` that shares its key with another one."""
    together: dict[Any, list[Row]] = defaultdict(list)
    for row, key in keyed:
        if key:
            together[key].append(row)
    for rows in together.values():
        if len(rows) > 1:
            named = ", ".join(map(str, sorted(row.number for row in rows)[:NAMED_ROWS]))
            more = f" … (+{len(rows) - NAMED_ROWS})" if len(rows) > NAMED_ROWS else ""
            for row in rows:
                yield problem(row, reading, name, sentence, rows=named + more)


def against_keys(
    row: Row, device: Mapping[str, Any] | None, stored: Stored, reading: Reading, by: Actor
) -> Iterator[Problem]:
    """A key that fits another device than the rest of the row does, or two devices at once."""
    if is_by_mac(row.values) and len(fitting := stored.by_mac.get(row.values["mac_address"], ())) > 1:
        sentence = N_("Diese MAC-Adresse haben mehrere Geräte: %(tags)s. Bitte die Inventarnummer eintragen.")
        yield problem(row, reading, "mac_address", sentence, tags=_tags(fitting, by))
    values = {**(device or {}), **row.values}
    other = stored.by_serial.get(serial_key(values)) if values.get("serial_number") else None
    if other is None or (device is not None and other["id"] == device["id"]):
        return
    if not by.scope(May.SEE_DEVICES).holds(other["school_id"]):
        sentence = N_("Diese Seriennummer hat schon ein Gerät, das Sie nicht sehen dürfen. Bitte prüfen.")
        yield problem(row, reading, "serial_number", sentence)
    elif device is None:
        sentence = N_(
            "Diese Seriennummer hat schon das Gerät %(tag)s. Bitte Inventarnummer oder Seriennummer prüfen."
        )
        yield problem(row, reading, "serial_number", sentence, tag=other["asset_tag"])
    else:
        sentence = N_(
            "Die Zeile meint das Gerät %(tag)s, ihre Seriennummer aber hat das Gerät %(other)s. "
            "Bitte Inventarnummer oder Seriennummer prüfen."
        )
        yield problem(
            row, reading, "serial_number", sentence, tag=device["asset_tag"], other=other["asset_tag"]
        )


def _tags(devices: Iterable[Mapping[str, Any]], by: Actor) -> str:
    """The inventory numbers of those that may be seen; the others are dots."""
    scope = by.scope(May.SEE_DEVICES)
    seen = sorted(one["asset_tag"] if scope.holds(one["school_id"]) else "…" for one in devices)
    return ", ".join(dict.fromkeys(seen))


def problem(row: Row, reading: Reading, name: str | None, sentence: str, **values: Any) -> Problem:
    if name is None:
        return Problem(row.number, None, None, Sentence(sentence, **values))
    said = row.values.get(name)
    # a category is its own word, and a new one is in no sheet but this file's
    shown = said if said is None or name == "category" else sheet.DEVICES.column(name).type.show(said)
    return Problem(row.number, reading.header_of(name), shown, Sentence(sentence, **values))
