"""Finding device types: the catalogue is the same for all schools."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from school_it.errors import N_, NotThere
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import DeviceKind


@dataclass(frozen=True)
class Wish:
    """What the list is narrowed to."""

    text: str = ""
    kind: DeviceKind | None = None
    manufacturer: str | None = None


def device_types(wish: Wish) -> Select[DeviceType]:
    """Not ordered: `web.lists.slice_of` does that."""
    found: list[ColumnElement[bool]] = []
    for word in wish.text.split():
        texts = (DeviceType.manufacturer, DeviceType.model, DeviceType.part_number, DeviceType.slug)
        found.append(or_(*(column.icontains(word, autoescape=True) for column in texts)))
    if wish.kind:
        found.append(DeviceType.kind == wish.kind)
    if wish.manufacturer:
        found.append(DeviceType.manufacturer == wish.manufacturer)
    return select(DeviceType).where(*found)


def manufacturers(session: Session) -> list[str]:
    return list(session.scalars(select(DeviceType.manufacturer).distinct().order_by(DeviceType.manufacturer)))


def get_type(session: Session, ident: int) -> DeviceType:
    found = session.get(DeviceType, ident)
    if found is None:
        raise NotThere(N_("Diesen Gerätetyp gibt es hier nicht."))
    return found
