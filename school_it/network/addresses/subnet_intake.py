"""Subnets from a school's list, with the VLANs that come to be by the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from school_it import audit, setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import held, portions, table_of
from school_it.errors import N_, Sentence
from school_it.network import queries as network_queries
from school_it.network.addresses import overlaps, pools, rules
from school_it.network.addresses.models import Subnet, Vlan
from school_it.network.addresses.rules import Purpose
from school_it.network.addresses.sheet import SUBNETS, purpose_of
from school_it.schools import queries as school_queries
from school_it.schools.intake import unknown_schools
from school_it.schools.models import School
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Creation, Problem, Reading, Row

VlanKey = tuple[str, int]
"""School number and number of the VLAN."""
OTHER_NAME = N_("Das VLAN %(number)s heißt hier »%(here)s« (%(purpose)s); das bleibt so.")
NO_NUMBER = N_("Ein VLAN braucht eine Nummer. Bitte in die Spalte »VLAN« eintragen.")


class SubnetIntake(Intake):
    """Rows of the sheet `subnets`. A VLAN that the school has already keeps its name and its purpose."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        reading.refuse(unknown_schools(session, reading, by=by, may=May.EDIT_NETWORK))
        problems = list(setwise.misfits(reading, {**Subnet.__table__.c, "vlan_name": Vlan.__table__.c.name}))
        network_queries.lock_schools(session, school_queries.ids_by_number(session).values())
        reading.known = self.known(session, reading.rows)
        bad = {problem.row for problem in problems}
        good = [row for row in reading.rows if row.number not in bad]
        for row in good:
            problems += _wrong(row, reading)
        bad = {problem.row for problem in problems}
        good = [row for row in good if row.number not in bad]
        problems += _overlapping(session, good, reading, by=by)
        bad = {problem.row for problem in problems}
        good = [row for row in good if row.number not in bad]
        problems += _settle_pools(session, good, reading)
        bad = {problem.row for problem in problems}
        _settle_vlans(session, [row for row in good if row.number not in bad], reading)
        yield from problems

    def creates(self, session: Session, rows: Sequence[Row], *, by: Actor) -> list[Creation]:
        """The VLANs that their school does not have."""
        stored: dict[str | None, set[str]] = {}
        for number, vlan in _vlans(session):
            stored.setdefault(number, set()).add(str(vlan))
        named = [row for row in rows if row.values.get("vlan")]
        wanted = ((row, row.values["school_number"], str(row.values["vlan"])) for row in named)
        return setwise.creations("vlan", wanted, stored)

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        columns: tuple[Any, ...] = (
            Subnet.id, School.school_number, Subnet.network, Vlan.number.label("vlan"), Vlan.name.label("vlan_name"),
            Vlan.purpose, Subnet.gateway, Subnet.is_separate, Subnet.remark,
        )  # fmt: skip
        wanted: Select[Any] = select(*columns).join(School, School.id == Subnet.school_id)
        wanted = held(session, wanted.outerjoin(Vlan, Vlan.id == Subnet.vlan_id), Subnet)
        stored, numbers = {}, sorted({row.values["school_number"] for row in rows})
        dhcp = pools.by_subnet(session, numbers)
        for some in portions(numbers):
            for one in session.execute(wanted.where(School.school_number.in_(some))).mappings():
                values = {**one, "dhcp": pools.shown(dhcp.get(one["id"], ()))}
                stored[one["school_number"], one["network"]] = (values.pop("id"), values)
        return {row.number: stored[key] for row in rows if (key := _key(row.values)) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        idents, table = school_queries.ids_by_number(session), table_of(Subnet)
        numbers = {ident: number for number, ident in idents.items()}
        vlans = _make_vlans(session, new, changed, numbers, by=by, batch=batch)
        made = setwise.add(
            session, table, [_as_stored(row.values, idents, vlans) for row in new], action=Action.SUBNET_ADDED, by=by,
            batch=batch, label=lambda row: row["network"],
        )  # fmt: skip
        rows = [_with_vlan(one, numbers.get(one.school_id or 0, ""), vlans) for one in changed]
        rows = [one for one in rows if one.fields]
        setwise.change(session, table, rows, action=Action.SUBNET_CHANGED, by=by, batch=batch)
        _write_pools(session, dict(zip(made, new, strict=True)), changed, idents, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('school_number', '')} {values.get('network', '')}".strip()


def _key(values: Mapping[str, Any]) -> tuple[str, str]:
    return values["school_number"], values["network"]


def _wrong(row: Row, reading: Reading) -> Iterator[Problem]:
    """What is wrong with a row by itself; an empty cell that is to empty the field means no."""
    values = row.values
    if "is_separate" in values and values["is_separate"] is None:
        values["is_separate"] = False
    if gateway := values.get("gateway"):
        net = rules.read_network(values["network"])
        wrong = rules.why_no_gateway(net, rules.read_address(gateway))
        if wrong is not None:
            yield _problem(row, reading, "gateway", wrong)
    _ident, stored = (reading.known or {}).get(row.number, (0, {}))
    if values.get("vlan_name") and not {**stored, **values}.get("vlan"):
        yield _problem(row, reading, "vlan_name", Sentence(NO_NUMBER))


def _overlapping(session: Session, rows: Sequence[Row], reading: Reading, *, by: Actor) -> Iterator[Problem]:
    """Each subnet as it will be against those of other schools as they will be, in the file or stored."""
    idents, known = school_queries.ids_by_number(session), reading.known or {}
    mine = {}
    for row in rows:
        ident, stored = known.get(row.number, (None, {}))
        values = {**stored, **row.values}
        number = values["school_number"]
        mine[row.number] = overlaps.placed(
            values["network"],
            idents[number],
            number,
            is_separate=bool(values.get("is_separate")),
            ident=ident,
        )
    told = {one.ident for one in mine.values()}
    others = overlaps.Others(
        [*mine.values(), *(one for one in overlaps.stored(session) if one.ident not in told)]
    )
    for row in rows:
        other = others.in_the_way(mine[row.number])
        if other is not None:
            said = overlaps.sentence(mine[row.number], other, by=by)
            yield _problem(row, reading, "network", said)


def _settle_pools(session: Session, rows: Sequence[Row], reading: Reading) -> Iterator[Problem]:
    if not any("dhcp" in row.values for row in rows):
        return
    by_number, known = {row.number: row for row in rows}, reading.known or {}
    ground = pools.grounds(session, (row.values["school_number"] for row in rows))
    told = ((row.number, row.values, known.get(row.number, (0, {}))[1]) for row in rows)
    for number, wrong in pools.settle(told, ground):
        yield _problem(by_number[number], reading, "dhcp", wrong)


def _write_pools(
    session: Session, new: Mapping[int, Row], changed: Sequence[Changed], idents: Mapping[str, int], *, by: Actor,
    batch: Batch,
) -> None:  # fmt: skip
    """The ranges of new subnets, and those that others gain; their subnets tell of it in the trail."""
    wanted = [
        (ident, idents[row.values["school_number"]], pools.read(row.values.get("dhcp") or ""))
        for ident, row in new.items()
    ]
    more = [one for one in changed if "dhcp" in one.fields]
    for one in more:
        before, after = one.fields["dhcp"]
        gained = [pool for pool in pools.read(after or "") if pool not in pools.read(before or "")]
        wanted.append((one.ident, one.school_id or 0, gained))
    pools.write(session, wanted, by=by, batch=batch)
    traces = [
        {
            "action": Action.SUBNET_CHANGED, "object_type": Subnet.__tablename__, "object_id": one.ident,
            "object_label": one.label, "school_id": one.school_id, "changes": {"dhcp": list(one.fields["dhcp"])},
        }
        for one in more
    ]  # fmt: skip
    audit.record_many(session, traces, by=by, batch=batch)


def _vlans(session: Session) -> dict[VlanKey, tuple[int, str, Purpose]]:
    """The VLANs of all schools: id, name, purpose."""
    columns = (School.school_number, Vlan.number, Vlan.id, Vlan.name, Vlan.purpose)
    rows = session.execute(select(*columns).join(School, School.id == Vlan.school_id))
    return {(number, vlan): (ident, name, purpose) for number, vlan, ident, name, purpose in rows}


def _settle_vlans(session: Session, rows: Sequence[Row], reading: Reading) -> None:
    """Name and purpose are those of the VLAN that is there, or of the first row that names a new one."""
    there = {key: (name, purpose) for key, (_ident, name, purpose) in _vlans(session).items()}
    for row in rows:
        _ident, stored = (reading.known or {}).get(row.number, (0, {}))
        number = {**stored, **row.values}.get("vlan")
        said = {name: row.values.pop(name) for name in ("vlan_name", "purpose") if name in row.values}
        if number is None:
            if "vlan" in row.values:
                row.values.update(vlan_name=None, purpose=None)
            continue
        key = row.values["school_number"], number
        called = said.get("vlan_name")
        new = (called or f"VLAN {number}", said.get("purpose") or purpose_of(called))
        name, purpose = there.setdefault(key, new)
        row.values.update(vlan_name=name, purpose=purpose)
        if said.get("vlan_name") not in (None, name) or said.get("purpose") not in (None, purpose):
            hint = Sentence(OTHER_NAME, number=number, here=name, purpose=rules.PURPOSES[purpose])
            reading.hints.append((row.number, hint))


def _make_vlans(
    session: Session, new: Sequence[Row], changed: Sequence[Changed], numbers: Mapping[int, str], *, by: Actor,
    batch: Batch,
) -> dict[VlanKey, int]:  # fmt: skip
    """The ids of the VLANs; those that rows name and no school has yet are made."""
    idents = school_queries.ids_by_number(session)
    known = {key: ident for key, (ident, _name, _purpose) in _vlans(session).items()}
    wanted: dict[VlanKey, tuple[str, Purpose]] = {}
    for row in new:
        if row.values.get("vlan"):
            key = row.values["school_number"], row.values["vlan"]
            wanted.setdefault(key, (row.values["vlan_name"], row.values["purpose"]))
    moved = [one for one in changed if "vlan" in one.fields and one.fields["vlan"].after is not None]
    before = _vlans_of(session, [one.ident for one in moved])
    for one in moved:
        name, purpose = before.get(one.ident, ("", Purpose.OTHER))
        name = one.fields["vlan_name"].after if "vlan_name" in one.fields else name
        purpose = one.fields["purpose"].after if "purpose" in one.fields else purpose
        wanted.setdefault((numbers.get(one.school_id or 0, ""), one.fields["vlan"].after), (name, purpose))
    missing = [key for key in wanted if key not in known]
    made = setwise.add(
        session, table_of(Vlan),
        [
            {
                "version": 1, "school_id": idents[number], "number": vlan, "name": wanted[number, vlan][0],
                "purpose": wanted[number, vlan][1],
            }
            for number, vlan in missing
        ],
        action=Action.VLAN_ADDED, by=by, batch=batch, label=lambda row: f"{row['number']} {row['name']}",
    )  # fmt: skip
    return known | dict(zip(missing, made, strict=True))


def _vlans_of(session: Session, subnets: Sequence[int]) -> dict[int, tuple[str, Purpose]]:
    """By subnet the name and the purpose of the VLAN it is in, which one that it moves to may have as well."""
    found: dict[int, tuple[str, Purpose]] = {}
    wanted = select(Subnet.id, Vlan.name, Vlan.purpose).join(Vlan, Vlan.id == Subnet.vlan_id)
    for some in portions(subnets):
        for ident, name, purpose in session.execute(wanted.where(Subnet.id.in_(some))):
            found[ident] = (name, purpose)
    return found


def _as_stored(
    values: Mapping[str, Any], idents: Mapping[str, int], vlans: Mapping[VlanKey, int]
) -> dict[str, Any]:
    number, net = values["school_number"], rules.read_network(values["network"])
    first, last = rules.keys_of(net)
    vlan = values.get("vlan")
    return {
        "version": 1, "school_id": idents[number], "network": str(net), "first_key": first, "last_key": last,
        "gateway": values.get("gateway"), "vlan_id": vlans[number, vlan] if vlan else None,
        "is_separate": bool(values.get("is_separate")), "remark": values.get("remark"),
    }  # fmt: skip


def _with_vlan(one: Changed, school_number: str, vlans: Mapping[VlanKey, int]) -> Changed:
    """The change as the table has it: the id of the VLAN instead of its number, name and purpose."""
    fields = {
        name: change for name, change in one.fields.items() if name not in ("vlan_name", "purpose", "dhcp")
    }
    if "vlan" in fields:
        before, after = fields.pop("vlan")
        fields["vlan_id"] = Change(
            vlans.get((school_number, before or 0)), vlans.get((school_number, after or 0))
        )
    return one._replace(fields=fields)


def _problem(row: Row, reading: Reading, name: str, sentence: Sentence) -> Problem:
    said = row.values.get(name)
    shown = None if said is None else SUBNETS.column(name).type.show(said)
    return Problem(row.number, reading.header_of(name), shown, sentence)
