"""Which stored device a row of a file means: by inventory number, else serial number with manufacturer, else MAC."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import held, portions
from school_it.devices import numbers, queries, sheet
from school_it.devices.models import Device
from school_it.errors import N_, Sentence
from school_it.setwise import Memo
from school_it.sheets import Problem, Reading, Row

SerialKey = tuple[str, str]
NAMED_ROWS = 20


class Keys(NamedTuple):
    """What may name a device, folded. `mac` only where the row has nothing else to be known by."""

    tag: str
    serial: SerialKey | None
    mac: str | None


@dataclass(frozen=True)
class Stored:
    """What is stored of the devices that a file may mean."""

    by_tag: Mapping[str, dict[str, Any]]
    by_serial: Mapping[SerialKey, dict[str, Any]]
    by_mac: Mapping[str, Sequence[dict[str, Any]]]

    def meant_by(self, keys: Keys) -> dict[str, Any] | None:
        """The device of a row; the MAC address counts only where no other key is given, and only if it fits one."""
        if keys.tag:
            return self.by_tag.get(keys.tag)
        if keys.mac is None:
            return self.by_serial.get(keys.serial) if keys.serial else None
        fitting = self.by_mac.get(keys.mac, ())
        return fitting[0] if len(fitting) == 1 else None


def keys_of(rows: Iterable[Row]) -> list[Keys]:
    """The keys of each row, each text folded once."""
    folded, makers = numbers.folded, Memo(numbers.folded)
    found = []
    for row in rows:
        get = row.values.get
        tag, serial, maker = folded(get("asset_tag")), get("serial_number"), get("manufacturer")
        mac = None if tag or (serial and maker) else get("mac_address")
        found.append(Keys(tag, (folded(serial), makers[maker]) if serial else None, mac))
    return found


def known_by_keys(session: Session, keys: Sequence[Keys]) -> Stored:
    """The stored devices that the keys may mean, each as the values of the sheet; a statement for 500 keys.

    One that has been found by its inventory number is not read again for its serial number.
    """
    tags = {one.tag for one in keys} - {""}
    by_tag = {one["tag_folded"]: one for one in _stored(session, Device.tag_folded, tags)}
    by_serial = {_stored_serial(one): one for one in by_tag.values() if one["serial_folded"]}
    serials = {one.serial[0] for one in keys if one.serial and one.serial not in by_serial}
    by_serial |= {_stored_serial(one): one for one in _stored(session, Device.serial_folded, serials)}
    by_mac = defaultdict(list)
    for one in _stored(session, Device.mac_address, {one.mac for one in keys if one.mac}):
        by_mac[one["mac_address"]].append(one)
    return Stored(by_tag, by_serial, by_mac)


def _stored(session: Session, column: Any, wanted: set[str]) -> Iterator[dict[str, Any]]:
    """The values of the sheet, and beside them the columns from which they come."""
    folds = (Device.tag_folded, Device.serial_folded, Device.maker_folded)
    rows, ordered = held(session, queries.rows_for_sheet().add_columns(*folds), Device), sorted(wanted)
    for some in portions(ordered):
        found = session.connection().execute(rows.where(column.in_(some)))
        names = tuple(found.keys())
        for row in found.all():
            device = dict(zip(names, row, strict=True))
            device["holder"] = sheet.holder_text(
                device["given_name"], device["family_name"], device["holder_room"], device["holder_name"]
            )
            yield device


def _stored_serial(device: Mapping[str, Any]) -> SerialKey:
    return device["serial_folded"], device["maker_folded"]


# --- what is wrong with the keys of a file ---


def doubles(reading: Reading, keys: Sequence[Keys], stored: Stored) -> Iterator[Problem]:
    """Numbers that differ in capital letters only, and several rows that mean the same device by different keys.

    `keys` are those of the good rows. What stands in a faulty row counts too, but is no further problem of that row.
    """
    rows = [*reading.rows, *reading.faulty]
    all_keys = [*keys, *keys_of(reading.faulty)]
    good = {row.number for row in reading.rows}
    meant = [stored.meant_by(one) for one in keys]
    shared: tuple[tuple[str | None, Sequence[Row], Sequence[Hashable]], ...] = (
        ("asset_tag", rows, [one.tag for one in all_keys]),
        ("serial_number", rows, [one.serial for one in all_keys]),
        (None, reading.rows, [device["id"] if device else None for device in meant]),
    )
    for name, rows_with, found in shared:
        for together in _sharing(rows_with, found):
            told = _named(together)
            yield from (
                problem(row, reading, name, _TWICE[name], rows=told) for row in together if row.number in good
            )


_TWICE = {
    "asset_tag": N_("Diese Inventarnummer steht mehrfach in der Datei (Zeilen %(rows)s). Bitte nur einmal."),
    "serial_number": N_(
        "Diese Seriennummer steht mehrfach in der Datei (Zeilen %(rows)s). Bitte nur einmal."
    ),
    None: N_("Die Zeilen %(rows)s meinen dasselbe Gerät. Bitte nur eine davon stehen lassen."),
}


def _sharing(rows: Sequence[Row], keys: Sequence[Hashable]) -> Iterator[list[Row]]:
    """The rows that have a key in common with others, together."""
    filled = [key for key in keys if key]
    if len(set(filled)) == len(filled):
        return
    together: dict[Hashable, list[Row]] = defaultdict(list)
    for row, key in zip(rows, keys, strict=True):
        if key:
            together[key].append(row)
    yield from (some for some in together.values() if len(some) > 1)


def _named(rows: Sequence[Row]) -> str:
    named = ", ".join(map(str, sorted(row.number for row in rows)[:NAMED_ROWS]))
    return f"{named} … (+{len(rows) - NAMED_ROWS})" if len(rows) > NAMED_ROWS else named


def against_keys(
    row: Row, keys: Keys, device: Mapping[str, Any] | None, stored: Stored, reading: Reading, by: Actor
) -> Iterator[Problem]:
    """A key that fits another device than the rest of the row does, or two devices at once."""
    if keys.mac and len(fitting := stored.by_mac.get(keys.mac, ())) > 1:
        sentence = N_("Diese MAC-Adresse haben mehrere Geräte: %(tags)s. Bitte die Inventarnummer eintragen.")
        yield problem(row, reading, "mac_address", sentence, tags=_tags(fitting, by))
    serial = keys.serial
    if serial and device is not None and "manufacturer" not in row.values:
        serial = serial[0], device["maker_folded"]
    other = stored.by_serial.get(serial) if serial else None
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
