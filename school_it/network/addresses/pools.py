"""The DHCP ranges of subnets in lists: how a cell says them, what is in their way, writing them.

A list adds ranges. What it is silent about stays: a range is taken away on the page of its subnet.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import portions, table_of
from school_it.errors import N_, BadValue, Sentence
from school_it.network.addresses import rules
from school_it.network.addresses.models import AddressRange, FixedAddress, Subnet
from school_it.network.addresses.rules import RangeUse
from school_it.schools.models import School


class Pool(NamedTuple):
    first_key: str
    last_key: str

    @property
    def first(self) -> str:
        return str(rules.of_key(self.first_key))

    @property
    def last(self) -> str:
        return str(rules.of_key(self.last_key))

    def meets(self, first_key: str, last_key: str) -> bool:
        return self.first_key <= last_key and first_key <= self.last_key


NO_RANGE = N_("»%(text)s« ist kein Adressbereich. Bitte so eintragen: 10.20.0.100-10.20.0.199.")
BACKWARDS = N_("Der Bereich %(first)s-%(last)s endet vor seinem Anfang. Bitte beide Adressen tauschen.")
OUTSIDE = N_("Der Bereich %(first)s-%(last)s liegt nicht ganz in %(network)s.")
OVERLAPS = N_("Der Bereich %(first)s-%(last)s überschneidet sich mit %(other_first)s-%(other_last)s.")
IN_A_PART = N_("In %(first)s-%(last)s liegt das Teilnetz %(network)s. Bitte den Bereich dort eintragen.")
HELD = N_("In dem Bereich %(first)s-%(last)s hat %(name)s die feste Adresse %(address)s.")
STAY = N_("Eine Liste nimmt keinen DHCP-Bereich weg. Bitte auf der Seite des Teilnetzes löschen.")


def read(text: str) -> list[Pool]:
    """``10.20.0.100-10.20.0.199, 10.20.1.20-90``; also with »bis« or a blank between. Raises BadValue."""
    said = re.sub(r"\bbis\b|[–—]", "-", text)
    return sorted({_one(part.strip()) for part in re.split(r"[,;\n]", said) if part.strip()})


def _one(text: str) -> Pool:
    ends = [end for end in re.split(r"[\s-]+", text) if end]
    if not 1 <= len(ends) <= 2:
        raise BadValue(NO_RANGE, text=text)
    try:
        first = rules.read_address(ends[0])
        last = rules.read_address(_whole(ends[0], ends[-1]))
    except BadValue:
        raise BadValue(NO_RANGE, text=text) from None
    if first.version != last.version:
        raise BadValue(NO_RANGE, text=text)
    if first > last:  # type: ignore[operator]  # of one version
        raise BadValue(BACKWARDS, first=str(first), last=str(last))
    return Pool(rules.key_of(first), rules.key_of(last))


def _whole(first: str, last: str) -> str:
    """»…100-199« names only the end of the last address."""
    return f"{first.rpartition('.')[0]}.{last}" if last.isdigit() and "." in first else last


def shown(pools: Iterable[Pool]) -> str | None:
    """As `read` reads them back; None for none."""
    return ", ".join(f"{one.first}-{one.last}" for one in sorted(pools)) or None


def by_subnet(session: Session, school_numbers: Iterable[str]) -> dict[int, list[Pool]]:
    """Of the subnets of these schools the DHCP ranges; one statement for each portion."""
    found: dict[int, list[Pool]] = defaultdict(list)
    rows = select(AddressRange.subnet_id, AddressRange.first_key, AddressRange.last_key)
    rows = rows.join(Subnet, Subnet.id == AddressRange.subnet_id).join(School, School.id == Subnet.school_id)
    rows = rows.where(AddressRange.use == RangeUse.DHCP)
    for some in portions(sorted(set(school_numbers))):
        for ident, first, last in session.execute(rows.where(School.school_number.in_(some))):
            found[ident].append(Pool(first, last))
    return found


@dataclass
class Ground:
    """What ranges may meet at a school: ranges of any use, subnets (keys and network), fixed addresses (key, name)."""

    ranges: list[Pool] = field(default_factory=list)
    nets: dict[str, tuple[str, str]] = field(default_factory=dict)
    fixed: list[tuple[str, str]] = field(default_factory=list)

    def in_the_way(self, pool: Pool, network: str) -> Sentence | None:
        """The first that stands against a new range of this subnet."""
        ends = {"first": pool.first, "last": pool.last}
        first, last = self.nets[network]
        if not (first <= pool.first_key and pool.last_key <= last):
            return Sentence(OUTSIDE, network=network, **ends)
        other = next((one for one in self.ranges if pool.meets(*one)), None)
        if other is not None:
            return Sentence(OVERLAPS, other_first=other.first, other_last=other.last, **ends)
        for part, (begin, end) in self.nets.items():
            if part != network and first <= begin and end <= last and pool.meets(begin, end):
                return Sentence(IN_A_PART, network=part, **ends)
        held = next((one for one in self.fixed if pool.meets(one[0], one[0])), None)
        if held is not None:
            return Sentence(HELD, name=held[1], address=str(rules.of_key(held[0])), **ends)
        return None


def grounds(session: Session, school_numbers: Iterable[str]) -> dict[str, Ground]:
    """By number of the school; three statements for each portion of schools."""
    found: dict[str, Ground] = defaultdict(Ground)
    number = School.school_number
    nets = select(number, Subnet.network, Subnet.first_key, Subnet.last_key)
    nets = nets.join(School, School.id == Subnet.school_id)
    ranges = select(number, AddressRange.first_key, AddressRange.last_key).select_from(AddressRange)
    ranges = ranges.join(Subnet, Subnet.id == AddressRange.subnet_id).join(
        School, School.id == Subnet.school_id
    )
    fixed = select(number, FixedAddress.address_key, FixedAddress.name)
    fixed = fixed.join(School, School.id == FixedAddress.school_id).order_by(FixedAddress.address_key)
    for some in portions(sorted(set(school_numbers))):
        for school, network, first, last in session.execute(nets.where(number.in_(some))):
            found[school].nets[network] = (first, last)
        for school, first, last in session.execute(ranges.where(number.in_(some))):
            found[school].ranges.append(Pool(first, last))
        for school, key, name in session.execute(fixed.where(number.in_(some))):
            found[school].fixed.append((key, name))
    return found


def settle(
    rows: Iterable[tuple[int, dict[str, Any], Mapping[str, Any]]], ground: Mapping[str, Ground]
) -> Iterator[tuple[int, Sentence]]:
    """What is wrong with the ranges of rows (number, values, stored values).

    The values of each good row become those that its subnet will have: the stored ones with the new ones. `ground`
    takes the new ones up, so that a second row of the file meets them.
    """
    listed = list(rows)
    for _number, values, _stored in listed:
        net = rules.read_network(values["network"])
        ground[values["school_number"]].nets.setdefault(values["network"], rules.keys_of(net))
    for number, values, stored in listed:
        if "dhcp" not in values:
            continue
        said, known = values["dhcp"], stored.get("dhcp")
        if said is None and known:
            yield number, Sentence(STAY)
            continue
        here, before = ground[values["school_number"]], read(known or "")
        for pool in read(said or ""):
            if pool in before:
                continue
            wrong = here.in_the_way(pool, values["network"])
            if wrong is not None:
                yield number, wrong
                break
            here.ranges.append(pool)
        values["dhcp"] = shown({*before, *read(said or "")})


def write(
    session: Session, wanted: Sequence[tuple[int, int, Iterable[Pool]]], *, by: Actor, batch: Batch
) -> None:
    """Make new ranges: of each subnet (id, id of its school) these."""
    schools = {subnet: school for subnet, school, _pools in wanted}
    rows = [
        {
            "version": 1, "subnet_id": subnet, "first": one.first, "last": one.last, "first_key": one.first_key,
            "last_key": one.last_key, "use": RangeUse.DHCP,
        }
        for subnet, _school, pools in wanted
        for one in pools
    ]  # fmt: skip
    setwise.add(
        session, table_of(AddressRange), rows, action=Action.ADDRESS_RANGE_ADDED, by=by, batch=batch,
        label=lambda row: f"{row['first']} – {row['last']}",
        school_id=lambda _ident, row: schools[row["subnet_id"]],
    )  # fmt: skip
