"""Reading a directory: everybody in it in one complete read, or a glance at the first page."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from school_it.people import reading, wire
from school_it.people.address import Address, check
from school_it.people.entries import DirectoryAnswer, DirectoryPerson, LeftOut
from school_it.people.profile import Profile

log = logging.getLogger(__name__)

Found = TypeVar("Found")


@dataclass(frozen=True)
class Glance:
    """What one page of the directory shows: enough to see whether the settings fit."""

    host: str
    encrypted: bool
    more: bool
    people: tuple[DirectoryPerson, ...]
    left_out: tuple[LeftOut, ...]


def read(address: Address, profile: Profile, *, source: str, today: date) -> DirectoryAnswer:
    """Everybody in the directory, in one complete read. Raises CannotRead where it is not complete."""
    started = time.monotonic()
    taken, left_out = _with_patience(address, lambda: _read_once(address, profile, today))
    return DirectoryAnswer(source, taken, left_out, seconds=round(time.monotonic() - started, 1))


def glance(address: Address, profile: Profile, *, today: date) -> Glance:
    """One page of people and one of class groups: for trying out the settings."""
    check(address)
    with wire.connected(address) as connection:
        groups = _memberships(connection, address, profile, pages=1)
        page = wire.search(
            connection, address, _below(profile.below, address), profile.filter, profile.attributes, 1
        )
        entries = list(page)
        taken, left_out = reading.people(entries, profile, address.base_dn, groups, today)
        return Glance(
            connection.server.host, wire.is_encrypted(connection), len(entries) >= wire.PAGE, taken, left_out
        )


def _with_patience(address: Address, attempt: Callable[[], Found]) -> Found:
    """A read that breaks off is repeated as a whole: half of one state and half of the next is neither."""
    check(address)
    for pause in address.pauses:
        try:
            return attempt()
        except wire.Interrupted as broken:
            log.warning("directory read broke off, next try in %s s: %s", pause, broken)
            time.sleep(pause)
    return attempt()


def _read_once(
    address: Address, profile: Profile, today: date
) -> tuple[tuple[DirectoryPerson, ...], tuple[LeftOut, ...]]:
    with wire.connected(address) as connection:
        groups = _memberships(connection, address, profile)
        entries = wire.search(
            connection, address, _below(profile.below, address), profile.filter, profile.attributes
        )
        return reading.people(entries, profile, address.base_dn, groups, today)


def _memberships(
    connection: Any, address: Address, profile: Profile, pages: int | None = None
) -> reading.Memberships:
    rule = profile.school_class.groups
    if rule is None:
        return {}
    attributes = (rule.name, rule.members)
    entries = wire.search(connection, address, _below(rule.below, address), rule.filter, attributes, pages)
    return reading.memberships(entries, rule, address.base_dn)


def _below(place: str, address: Address) -> str:
    return f"{place},{address.base_dn}" if place else address.base_dn
