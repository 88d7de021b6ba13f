"""Fixed addresses from a school's list: what is known of them, what is in the way of a row, and writing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import held, portions, table_of
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.errors import N_, Sentence
from school_it.network import own_devices
from school_it.network import queries as network_queries
from school_it.network.addresses import rules
from school_it.network.addresses.actions import NO_NAME
from school_it.network.addresses.layout import Layout, layouts
from school_it.network.addresses.models import FixedAddress
from school_it.network.own_devices import Named
from school_it.schools import queries as school_queries
from school_it.schools.intake import unknown_schools
from school_it.schools.models import School
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row


class AddressIntake(Intake):
    """Rows of the sheet `addresses`. The VLAN follows from the subnet: what the file says of it is only compared."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        reading.refuse(unknown_schools(session, reading, by=by, may=May.EDIT_NETWORK))
        problems = list(setwise.misfits(reading, {**FixedAddress.__table__.c}))
        reading.known = self.known(session, reading.rows)
        devices = own_devices.named(session, (row.values.get("device") for row in reading.rows), seen_by=by)
        _spell_as_devices(reading, devices)
        idents = _schools(session, reading.rows)
        plans = layouts(session, idents.values())
        bad = {problem.row for problem in problems}
        good = [row for row in reading.rows if row.number not in bad]
        for row in good:
            problems += _wrong(row, reading, idents[row.values["school_number"]], plans, devices)
        bad = {problem.row for problem in problems}
        _compare_vlans([row for row in good if row.number not in bad], reading, idents, plans)
        _tell_of_others(session, reading, devices, bad, by=by)
        yield from problems

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        idents = _schools(session, rows)
        network_queries.lock_schools(session, idents.values())
        plans = layouts(session, idents.values())
        stored = {}
        columns: tuple[Any, ...] = (
            FixedAddress.id, FixedAddress.school_id, FixedAddress.address, FixedAddress.address_key, FixedAddress.name,
            FixedAddress.remark, Device.asset_tag, School.school_number,
        )  # fmt: skip
        wanted: Select[Any] = select(*columns).join(School, School.id == FixedAddress.school_id)
        wanted = held(session, wanted.outerjoin(Device, Device.id == FixedAddress.device_id), FixedAddress)
        for some in portions(sorted(idents.values())):
            for one in session.execute(wanted.where(FixedAddress.school_id.in_(some))):
                values = {
                    "school_number": one.school_number, "address": one.address, "name": one.name,
                    "device": one.asset_tag, "vlan": plans[one.school_id].vlan_of(one.address_key),
                    "remark": one.remark,
                }  # fmt: skip
                stored[one.school_number, one.address] = (one.id, values)
        return {row.number: stored[key] for row in rows if (key := _key(row.values)) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        idents, table = school_queries.ids_by_number(session), table_of(FixedAddress)
        said = [row.values.get("device") for row in new]
        for one in changed:
            said += one.fields.get("device", ())
        devices = own_devices.named(session, said, seen_by=by)
        setwise.add(
            session, table, [_as_stored(row.values, idents, devices) for row in new], action=Action.ADDRESS_GIVEN,
            by=by, batch=batch, label=lambda row: f"{row['address']} {row['name']}",
        )  # fmt: skip
        setwise.change(
            session, table, [own_devices.with_id(one, "device", devices) for one in changed],
            action=Action.ADDRESS_CHANGED, by=by, batch=batch,
        )  # fmt: skip

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('school_number', '')} {values.get('address', '')}".strip()


def _key(values: Mapping[str, Any]) -> tuple[str, str]:
    return values["school_number"], values["address"]


def _key_of(row: Row) -> str:
    return rules.key_of(rules.read_address(row.values["address"]))


def _schools(session: Session, rows: Sequence[Row]) -> dict[str, int]:
    """By number the schools that the rows name, of those that there are."""
    wanted = {row.values["school_number"] for row in rows}
    found = school_queries.ids_by_number(session)
    return {number: found[number] for number in wanted if number in found}


def _spell_as_devices(reading: Reading, devices: Mapping[str, Named]) -> None:
    """Capital letters aside it is the same number."""
    for row in reading.rows:
        device = devices.get(numbers.folded(row.values.get("device")))
        if device is not None:
            row.values["device"] = device.asset_tag


def _wrong(
    row: Row, reading: Reading, school_id: int, plans: Mapping[int, Layout], devices: Mapping[str, Named]
) -> Iterator[Problem]:
    """What is stored already is not judged again: an address that is in a range by now may keep it."""
    _ident, stored = (reading.known or {}).get(row.number, (0, {}))
    wrong = None if stored else plans[school_id].why_not(_key_of(row))
    if wrong is not None:
        yield _problem(row, reading, "address", wrong)
    tag = row.values.get("device")
    if tag and tag != stored.get("device"):
        wrong = own_devices.why_not(devices, tag, school_id)
        if wrong is not None:
            yield _problem(row, reading, "device", wrong)
    if not {**stored, **row.values}.get("name"):
        tag = {**stored, **row.values}.get("device")
        if tag:
            row.values["name"] = tag
        else:
            yield _problem(row, reading, "name", Sentence(NO_NAME))


OTHER_VLAN = N_("%(address)s liegt nach ihrem Teilnetz im VLAN %(here)s; die Liste sagt %(said)s.")
NO_VLAN = N_("Das Teilnetz von %(address)s hat kein VLAN; die Liste sagt %(said)s.")


def _compare_vlans(
    rows: Sequence[Row], reading: Reading, idents: Mapping[str, int], plans: Mapping[int, Layout]
) -> None:
    """A wrong VLAN often means a wrong address: it is told, and the row is taken as its address says."""
    for row in rows:
        if "vlan" not in row.values:
            continue
        plan, key, said = plans[idents[row.values["school_number"]]], _key_of(row), row.values["vlan"]
        here = plan.vlan_of(key)
        if said and not plan.is_in(key, said):
            text = OTHER_VLAN if here else NO_VLAN
            values = {"address": row.values["address"], "said": said, **({"here": here} if here else {})}
            reading.hints.append((row.number, Sentence(text, **values)))
        row.values["vlan"] = here


ALSO = N_("%(tag)s hat auch die feste Adresse %(address)s. Gilt sie nicht mehr, bitte dort freigeben.")


def _tell_of_others(
    session: Session, reading: Reading, devices: Mapping[str, Named], bad: set[int], *, by: Actor
) -> None:
    """A device that gets one more address, while the list is silent about the one it has."""
    known = reading.known or {}
    listed = {_key(row.values) for row in reading.rows}
    new = [row for row in reading.rows if row.number not in bad and row.number not in known]
    wanted = {
        devices[tag].ident for row in new if (tag := numbers.folded(row.values.get("device"))) in devices
    }
    others: dict[int, list[tuple[str, str]]] = defaultdict(list)
    columns = (FixedAddress.device_id, School.school_number, FixedAddress.address)
    rows = select(*columns).join(School, School.id == FixedAddress.school_id)
    rows = rows.where(by.scope(May.SEE_NETWORK).where(FixedAddress.school_id))
    rows = rows.order_by(FixedAddress.address_key)
    for some in portions(sorted(wanted)):
        for ident, number, address in session.execute(rows.where(FixedAddress.device_id.in_(some))):
            others[ident or 0].append((number, address))
    for row in new:
        device = devices.get(numbers.folded(row.values.get("device")))
        left = [one for one in others[device.ident] if one not in listed] if device else []
        if device and left:
            said = Sentence(ALSO, tag=device.asset_tag, address=left[0][1])
            reading.hints.append((row.number, said))


def _as_stored(
    values: Mapping[str, Any], idents: Mapping[str, int], devices: Mapping[str, Named]
) -> dict[str, Any]:
    device = devices.get(numbers.folded(values.get("device")))
    address = rules.read_address(values["address"])
    return {
        "version": 1, "school_id": idents[values["school_number"]], "address": str(address),
        "address_key": rules.key_of(address), "name": values["name"], "device_id": device.ident if device else None,
        "remark": values.get("remark"),
    }  # fmt: skip


def _problem(row: Row, reading: Reading, name: str, sentence: Sentence) -> Problem:
    said = row.values.get(name)
    return Problem(row.number, reading.header_of(name), None if said is None else str(said), sentence)
