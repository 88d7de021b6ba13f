"""Devices that something of a school's network names by their inventory number: an address, a router."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.changes import Change
from school_it.database import portions
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.errors import N_, BadValue, Sentence
from school_it.setwise import Changed

UNKNOWN = N_("Ein Gerät mit der Inventarnummer %(tag)s gibt es hier nicht.")
ELSEWHERE = N_("%(tag)s gehört zu einer anderen Schule. Bitte zuerst dorthin umbuchen.")


class Named(NamedTuple):
    ident: int
    asset_tag: str
    school_id: int | None


def named(session: Session, tags: Iterable[str | None], *, seen_by: Actor) -> dict[str, Named]:
    """The devices with these inventory numbers, by `numbers.folded`; a statement for each portion of them."""
    scope = seen_by.scope(May.SEE_DEVICES)
    found: dict[str, Named] = {}
    columns = select(Device.tag_folded, Device.id, Device.asset_tag, Device.school_id)
    for some in portions(sorted({numbers.folded(tag) for tag in tags} - {""})):
        for folded, ident, tag, school_id in session.execute(columns.where(Device.tag_folded.in_(some))):
            if scope.holds(school_id):
                found[folded] = Named(ident, tag, school_id)
    return found


def why_not(found: Mapping[str, Named], tag: str, school_id: int) -> Sentence | None:
    """Why a school's network cannot name this device; one that is at no school yet may stand anywhere."""
    device = found.get(numbers.folded(tag))
    if device is None:
        return Sentence(UNKNOWN, tag=tag)
    return Sentence(ELSEWHERE, tag=device.asset_tag) if device.school_id not in (None, school_id) else None


def at_school(session: Session, school_id: int, tag: str | None, *, by: Actor) -> Named | None:
    """None where no number is given. Raises BadValue."""
    if not tag:
        return None
    found = named(session, [tag], seen_by=by)
    wrong = why_not(found, tag, school_id)
    if wrong is not None:
        raise BadValue(wrong.text, **wrong.values)
    return found[numbers.folded(tag)]


def with_id(one: Changed, name: str, found: Mapping[str, Named]) -> Changed:
    """The change as the table has it: under `<name>_id` the device's id instead of its inventory number."""
    fields = dict(one.fields)
    if name in fields:
        before, after = (found.get(numbers.folded(tag)) for tag in fields.pop(name))
        fields[f"{name}_id"] = Change(before.ident if before else None, after.ident if after else None)
    return one._replace(fields=fields)
