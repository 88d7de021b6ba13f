"""Finding devices, hand-outs, categories, models and views; `seen_by` narrows each to what that person may see."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from school_it.access import Actor, May
from school_it.audit import Action, Entry
from school_it.devices import numbers, search, sheet
from school_it.devices.models import Category, Device, DeviceModel, Handout
from school_it.errors import N_, NotThere
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonState
from school_it.schools.models import Room, School

HolderRoom = aliased(Room, name="holder_room")


def find_device(session: Session, tag: str) -> Device | None:
    return session.scalar(select(Device).where(Device.tag_folded == numbers.folded(tag)))


def get_device(session: Session, tag: str, *, seen_by: Actor, may: May = May.SEE_DEVICES) -> Device:
    device = find_device(session, tag)
    if device is None or not seen_by.scope(may).holds(device.school_id):
        raise NotThere(N_("Das Gerät %(tag)s gibt es hier nicht."), tag=tag)
    return device


def find_exact(session: Session, number: str, *, seen_by: Actor) -> Device | None:
    """The one device whose inventory number, serial number or MAC address this is; None for none or several."""
    word = numbers.folded(number)
    if not word:
        return None
    scope = seen_by.scope(May.SEE_DEVICES).where(Device.school_id)
    found = session.scalars(select(Device).where(search.equal(word), scope).limit(2)).all()
    tagged = [device for device in found if device.tag_folded == word]
    return tagged[0] if tagged else found[0] if len(found) == 1 else None


def matching_devices(session: Session, text: str, *, seen_by: Actor, limit: int = 20) -> Sequence[Any]:
    """The first devices of a search: asset_tag, manufacturer, model, category, school, room, state."""
    found = search.matching(session, text)
    if found is None:
        return []
    wanted = (
        select(
            Device.asset_tag, Device.manufacturer, Device.model, Device.state, Category.name.label("category"),
            School.name.label("school"), Room.room,
        )
        .join(Category, Category.id == Device.category_id)
        .outerjoin(School, School.id == Device.school_id)
        .outerjoin(Room, Room.id == Device.room_id)
        .where(found.condition, seen_by.scope(May.SEE_DEVICES).where(Device.school_id))
    )  # fmt: skip
    return session.execute(wanted.order_by(Device.tag_folded).limit(limit)).all()


def schools_of(
    session: Session, which: Sequence[int] | ColumnElement[bool], *, seen_by: Actor
) -> Sequence[int | None]:
    """At which schools these devices are; no more than two, for those who ask whether it is one."""
    condition = which if isinstance(which, ColumnElement) else Device.id.in_(which)
    within = seen_by.scope(May.SEE_DEVICES).where(Device.school_id)
    return session.scalars(select(Device.school_id).distinct().where(condition, within).limit(2)).all()


def same_serial(
    session: Session, serial: str, manufacturer: str | None, *, but: int | None = None
) -> Device | None:
    """The device that has this serial number of this manufacturer already."""
    wanted = select(Device).where(
        Device.serial_folded == numbers.folded(serial), Device.maker_folded == numbers.folded(manufacturer)
    )
    return session.scalar(wanted.where(Device.id != but) if but is not None else wanted)


def handouts_of(session: Session, device: Device) -> Sequence[Handout]:
    return session.scalars(
        select(Handout).where(Handout.device_id == device.id).order_by(Handout.id.desc())
    ).all()


def open_handout(session: Session, device_id: int) -> Handout | None:
    return session.scalar(
        select(Handout).where(Handout.device_id == device_id, Handout.returned_on.is_(None))
    )


def devices_of_person(session: Session, person_id: int) -> Sequence[Device]:
    return session.scalars(
        select(Device).where(Device.person_id == person_id).order_by(Device.tag_folded)
    ).all()


# --- categories and models ---


def categories(session: Session, *, only_active: bool = False) -> Sequence[Category]:
    wanted = select(Category).order_by(Category.name)
    return session.scalars(wanted.where(Category.active) if only_active else wanted).all()


def category_names(session: Session) -> tuple[str, ...]:
    """The names of all categories, for `sheet.sheet_with`."""
    return tuple(session.scalars(select(Category.name).order_by(Category.id)))


def item_titles(session: Session) -> dict[str, str]:
    """By funding item the names of the categories that are usually paid for under it."""
    rows = select(Category.funding_item, Category.name).where(
        Category.funding_item.is_not(None), Category.active
    )
    found: dict[str, list[str]] = {}
    for item, name in session.execute(rows.order_by(Category.name)):
        found.setdefault(item or "", []).append(name)
    return {item: ", ".join(names) for item, names in found.items()}


def names_in_use(session: Session, *, seen_by: Actor) -> dict[str, set[str]]:
    """The manufacturers, models and suppliers that devices in sight have or the catalogue knows."""
    found: dict[str, set[Any]] = {"manufacturer": set(), "model": set(), "supplier": set()}
    of_devices = select(Device.manufacturer, Device.model, Device.supplier).distinct()
    of_devices = of_devices.where(seen_by.scope(May.SEE_DEVICES).where(Device.school_id))
    of_catalogue = select(DeviceModel.manufacturer, DeviceModel.name, literal(None))
    both: Any = union_all(of_devices, of_catalogue)
    for manufacturer, model, supplier in session.execute(both):
        found["manufacturer"].add(manufacturer)
        found["model"].add(model)
        found["supplier"].add(supplier)
    return {field: names - {None, ""} for field, names in found.items()}


def category_ids(session: Session) -> dict[str, int]:
    return dict(session.execute(select(Category.name, Category.id)).all())


def get_category(session: Session, ident: int) -> Category:
    found = session.get(Category, ident)
    if found is None:
        raise NotThere(N_("Die Geräteart gibt es nicht."))
    return found


def models(session: Session, *, only_active: bool = False) -> Sequence[DeviceModel]:
    wanted = select(DeviceModel).order_by(DeviceModel.manufacturer, DeviceModel.name)
    return session.scalars(wanted.where(DeviceModel.active) if only_active else wanted).all()


def get_model(session: Session, ident: int) -> DeviceModel:
    found = session.get(DeviceModel, ident)
    if found is None:
        raise NotThere(N_("Das Modell gibt es nicht im Katalog."))
    return found


def find_model(session: Session, manufacturer: str | None, name: str | None) -> DeviceModel | None:
    wanted = (DeviceModel.manufacturer == manufacturer, DeviceModel.name == name)
    return session.scalar(select(DeviceModel).where(*wanted))


def latest_by(session: Session, actor: Actor) -> Device | None:
    """The device that this actor took in last, else the newest within reach: the next is likely to be like it."""
    within = select(Device).where(actor.scope(May.EDIT_DEVICES).where(Device.school_id))
    added = (Entry.actor_id == actor.id, Entry.action == Action.DEVICE_ADDED, Entry.batch_id.is_(None))
    own = select(Entry.object_id).where(*added).order_by(Entry.id.desc()).limit(1).scalar_subquery()
    found = session.scalar(within.where(Device.id == own))
    return found or session.scalar(within.order_by(Device.id.desc()).limit(1))


# --- who may get a device ---


def possible_people(
    session: Session, text: str, *, seen_by: Actor, school_id: int | None = None, limit: int = 8
) -> Sequence[Person]:
    """Active people within reach whose name or sign-in holds every word of `text`, those of the school first."""
    words = search.words_of(text)
    if not words:
        return []
    wanted = select(Person).where(Person.state == PersonState.ACTIVE, _reachable(seen_by))
    wanted = wanted.where(*(Person.folded.contains(word, autoescape=True) for word in words))
    order = (
        case((Person.school_id == school_id, 0), else_=1),
        Person.family_name,
        Person.given_name,
        Person.id,
    )
    return session.scalars(wanted.order_by(*order).limit(limit)).all()


def get_borrower(session: Session, person_id: int, *, seen_by: Actor) -> Person:
    """A person to whom this actor may lend."""
    found = session.scalar(select(Person).where(Person.id == person_id, _reachable(seen_by)))
    if found is None:
        raise NotThere(N_("Diese Person gibt es hier nicht."))
    return found


def _reachable(actor: Actor) -> Any:
    scope = actor.scope(May.LEND_DEVICES)
    members = select(Membership.person_id).where(scope.where(Membership.school_id))
    return or_(scope.where(Person.school_id), Person.id.in_(members))


def possible_rooms(
    session: Session, text: str, *, seen_by: Actor, school_id: int | None, limit: int = 5
) -> Sequence[Room]:
    """Rooms within reach whose number begins with `text`, or whose name holds it."""
    word = re.sub(r"^raum ", "", text.strip(), flags=re.IGNORECASE).strip()
    if not word:
        return []
    wanted = select(Room).where(
        seen_by.scope(May.LEND_DEVICES).where(Room.school_id),
        or_(
            Room.room.istartswith(word, autoescape=True),
            Room.name.icontains(word, autoescape=True),
        ),
    )
    if school_id is not None:
        wanted = wanted.where(Room.school_id == school_id)
    return session.scalars(wanted.order_by(Room.room, Room.id).limit(limit)).all()


def get_room_by_id(session: Session, room_id: int, *, seen_by: Actor | None = None) -> Room:
    """With `seen_by`, only a room into which this actor may lend."""
    found = session.get(Room, room_id)
    if found is None or (seen_by and not seen_by.scope(May.LEND_DEVICES).holds(found.school_id)):
        raise NotThere(N_("Diesen Raum gibt es nicht."))
    return found


# --- rows for both doors ---


def rows_for_sheet() -> Select[Any]:
    """Devices with the fields of the sheet, `id`, `version` and `school_id`; add conditions and an order to it.

    ``sheet.values_of(row._mapping)`` makes the values of the sheet from a row, once `with_holder` has been through it.
    """
    return (
        select(
            Device.id, Device.version, Device.school_id, *(getattr(Device, name) for name in sheet.PLAIN),
            Category.name.label("category"), School.school_number, Room.room, Device.person_id, Device.holder_name,
            Person.given_name, Person.family_name, HolderRoom.room.label("holder_room"),
        )
        .join(Category, Category.id == Device.category_id)
        .outerjoin(School, School.id == Device.school_id)
        .outerjoin(Room, Room.id == Device.room_id)
        .outerjoin(Person, Person.id == Device.person_id)
        .outerjoin(HolderRoom, HolderRoom.id == Device.holder_room_id)
    )  # fmt: skip


def with_holder(row: Row[Any]) -> dict[str, Any]:
    """A row of `rows_for_sheet` as the values of the sheet, with `id`, `version` and `school_id` beside them."""
    known = dict(row._mapping)
    known["holder"] = sheet.holder_text(row.given_name, row.family_name, row.holder_room, row.holder_name)
    return {"id": row.id, "version": row.version, "school_id": row.school_id, **sheet.values_of(known)}


def register(
    session: Session,
    *,
    seen_by: Actor,
    school_id: int | None = None,
    file_references: Collection[str] | None = None,
) -> Iterator[dict[str, Any]]:
    """All devices as the values of the sheet, by school and inventory number, read as they are needed.

    Those of one school, or paid by one of these decisions, where that is said.
    """
    wanted = rows_for_sheet().where(seen_by.scope(May.SEE_DEVICES).where(Device.school_id))
    if school_id is not None:
        wanted = wanted.where(Device.school_id == school_id)
    if file_references is not None:
        wanted = wanted.where(Device.file_reference.in_(file_references))
    ordered = wanted.order_by(School.school_number, Device.tag_folded).execution_options(yield_per=1000)
    # plain rows: the session would look at each of them; closed also where somebody stops after a few
    with session.connection().execute(ordered) as found:
        names = tuple(found.keys())
        for row in found:
            yield _as_sheet(dict(zip(names, row, strict=True)))


def _as_sheet(values: dict[str, Any]) -> dict[str, Any]:
    """As `with_holder`, for very many rows: what the sheet does not ask for stays in it."""
    values["holder"] = sheet.holder_text(
        values["given_name"], values["family_name"], values["holder_room"], values["holder_name"]
    )
    return values
