"""Fixed addresses that would lie in no subnet any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.database import portions
from school_it.network.addresses.models import FixedAddress, Subnet


def without(session: Session, gone: Collection[int]) -> Iterator[tuple[int, str]]:
    """Of the subnets that are to go, each that holds addresses which no other one holds, with the first of these."""
    of_school: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    left: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for ident, school_id, first, last in _subnets(session, gone):
        if ident in gone:
            of_school[school_id].append((ident, first, last))
        else:
            left[school_id].append((first, last))
    told: set[int] = set()
    for school_id, key, address in _addresses(session, of_school):
        if any(first <= key <= last for first, last in left[school_id]):
            continue
        for ident, first, last in of_school[school_id]:
            if ident not in told and first <= key <= last:
                told.add(ident)
                yield ident, address


def _subnets(session: Session, gone: Collection[int]) -> Iterator[tuple[int, int, str, str]]:
    """All subnets of the schools of these ones."""
    schools: set[int] = set()
    for some in portions(sorted(gone)):
        schools.update(session.scalars(select(Subnet.school_id).where(Subnet.id.in_(some)).distinct()))
    columns = select(Subnet.id, Subnet.school_id, Subnet.first_key, Subnet.last_key)
    for some in portions(sorted(schools)):
        for row in session.execute(columns.where(Subnet.school_id.in_(some))):
            yield row[0], row[1], row[2], row[3]


def _addresses(session: Session, schools: Collection[int]) -> Iterator[tuple[int, str, str]]:
    columns = select(FixedAddress.school_id, FixedAddress.address_key, FixedAddress.address)
    for some in portions(sorted(schools)):
        wanted = columns.where(FixedAddress.school_id.in_(some)).order_by(FixedAddress.address_key)
        for row in session.execute(wanted):
            yield row[0], row[1], row[2]
