"""The list of devices: what its address can ask for, and the few statements that answer it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    and_,
    cast,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import String as Text
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import today, whole_number
from school_it.devices import search
from school_it.devices.models import Category, Device, SavedView
from school_it.devices.queries import HolderRoom
from school_it.devices.rules import ENDS_SOON_DAYS, State, Use
from school_it.errors import N_
from school_it.people.models import Person
from school_it.schools.models import Room, School
from school_it.web import lists

NO_DAY = date(1, 1, 1)
SOON_DAYS = 90


@dataclass(frozen=True)
class Column:
    """One column of the list. `key` orders by it and is never NULL; `kind` says how a value looks."""

    name: str
    title: str
    key: ColumnElement[Any] | None = None
    kind: str = "text"
    phone: bool = True


def _text(column: Any) -> ColumnElement[Any]:
    return func.lower(func.coalesce(column, ""))


def _day(column: Any) -> ColumnElement[Any]:
    return func.coalesce(column, NO_DAY)


def _euro(column: Any) -> ColumnElement[Any]:
    return func.coalesce(type_coerce(column, Integer), -1)


COLUMNS = (
    Column("asset_tag", N_("Inventarnummer"), Device.tag_folded.expression, "tag"),
    Column("device", N_("Gerät"), _text(Device.manufacturer + " " + Device.model), "device"),
    Column("category", N_("Geräteart"), _text(Category.name)),
    Column("school", N_("Schule"), _text(School.name), "school"),
    Column("room", N_("Raum"), _text(Room.room), "room"),
    Column("state", N_("Zustand"), func.coalesce(cast(Device.state, Text), ""), "state"),
    Column("holder", N_("Entleiher"), _text(Person.family_name), "holder"),
    Column("due_on", N_("Rückgabe bis"), _day(Device.due_on), "due"),
    Column("use", N_("Nutzung"), func.coalesce(cast(Device.use, Text), ""), "use", phone=False),
    Column("serial_number", N_("Seriennummer"), func.coalesce(Device.serial_folded, ""), "code"),
    Column("mac_address", N_("MAC-Adresse"), func.coalesce(Device.mac_address, ""), "code", phone=False),
    Column("acquired_on", N_("Anschaffungsdatum"), _day(Device.acquired_on), "day", phone=False),
    Column("commissioned_on", N_("Inbetriebnahme"), _day(Device.commissioned_on), "day", phone=False),
    Column("price_net", N_("Preis netto"), _euro(Device.price_net), "euro", phone=False),
    Column("price_gross", N_("Preis brutto"), _euro(Device.price_gross), "euro", phone=False),
    Column("supplier", N_("Lieferant"), _text(Device.supplier), phone=False),
    Column("invoice_no", N_("Rechnungsnummer"), _text(Device.invoice_no), phone=False),
    Column("order_no", N_("Auftragsnummer"), _text(Device.order_no), phone=False),
    Column("programme", N_("Förderprogramm"), _text(Device.programme), phone=False),
    Column("file_reference", N_("Aktenzeichen"), _text(Device.file_reference), phone=False),
    Column("bound_until", N_("Zweckbindung bis"), _day(Device.bound_until), "day", phone=False),
    Column("warranty_until", N_("Garantie bis"), _day(Device.warranty_until), "day", phone=False),
    Column("state_since", N_("Zustand seit"), _day(Device.state_since), "day", phone=False),
    Column("remark", N_("Bemerkung"), phone=False),
)
BY_NAME = {column.name: column for column in COLUMNS}
USUAL = ("asset_tag", "device", "category", "school", "room", "state", "holder", "bound_until")

HOLDER = {"with": N_("ausgegeben"), "without": N_("nicht ausgegeben"), "overdue": N_("überfällig")}
BOUND = {
    "bound": N_("zweckgebunden"),
    "ending": N_("endet binnen eines Jahres"),
    "this_year": N_("endet dieses Jahr"),
    "free": N_("nicht mehr gebunden"),
}
WARRANTY = {
    "running": N_("mit Garantie"),
    "soon": N_("endet in 90 Tagen"),
    "ending": N_("endet binnen eines Jahres"),
    "over": N_("abgelaufen"),
}
FILTERS = (
    "q", "school", "category", "state", "use", "room", "holder", "bound", "warranty", "year", "reference", "approval",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What the address asks for."""

    filters: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = USUAL
    sort: str = "asset_tag"
    descending: bool = False
    cursor: str | None = None
    size: int = lists.DEFAULT_SIZE


def wish(args: Mapping[str, str], *, usual: Sequence[str] = ()) -> Wish:
    """Read the address; what it does not know is passed over. `usual` are the person's own columns."""
    asked = args.get("cols", "")
    columns = chosen_columns(asked.split(",") if asked else usual) or USUAL
    sort = args.get("sort", "asset_tag")
    return Wish(
        filters={name: text for name in FILTERS if (text := args.get(name, "").strip()[:200])},
        columns=columns,
        sort=sort if sort in BY_NAME and BY_NAME[sort].key is not None else "asset_tag",
        descending=args.get("order") == "desc",
        cursor=args.get("cursor"),
        size=lists.wanted_size(args),
    )


def chosen_columns(names: Sequence[Any]) -> tuple[str, ...]:
    """Those of the names that are columns, each once; the inventory number always comes first."""
    known = dict.fromkeys(name for name in names if name in BY_NAME)
    return ("asset_tag", *(name for name in known if name != "asset_tag")) if known else ()


@dataclass(frozen=True)
class Matches:
    """The condition of a list; `many`: the search alone holds for more than a list counts."""

    condition: ColumnElement[bool]
    many: bool = False


def matches(session: Session, wanted: Wish, *, seen_by: Actor, may: May = May.SEE_DEVICES) -> Matches:
    """Everything that the filters ask for, as one condition on `Device`; a search costs one statement."""
    scope = seen_by.scope(may)
    conditions = [scope.where(Device.school_id)]
    for name, text in wanted.filters.items():
        if name in CONDITIONS:
            conditions.append(CONDITIONS[name](text))
    found = search.matching(session, wanted.filters.get("q"))
    if found is not None:
        conditions.append(found.condition)
    only = set(wanted.filters) == {"q"} and scope.everywhere
    return Matches(and_(*conditions), many=only and found is not None and found.many)


def _at_school(number: str) -> ColumnElement[bool]:
    if number == "-":
        return Device.school_id.is_(None)
    return Device.school_id == select(School.id).where(School.school_number == number).scalar_subquery()


def _of_category(ident: str) -> ColumnElement[bool]:
    """One category, or several with commas between."""
    return Device.category_id.in_([whole_number(one) or 0 for one in ident.split(",")])


def _in_state(text: str) -> ColumnElement[bool]:
    return Device.state.in_([State(one) for one in text.split(",") if one in set(State)])


def _with_use(text: str) -> ColumnElement[bool]:
    """One use, or several with commas between; ``-`` are devices without one."""
    wanted = text.split(",")
    named = [Use(one) for one in wanted if one in set(Use)]
    if not named:
        return Device.use.is_(None)
    return or_(Device.use.in_(named), Device.use.is_(None)) if "-" in wanted else Device.use.in_(named)


def _in_room(text: str) -> ColumnElement[bool]:
    if text == "-":
        return Device.room_id.is_(None)
    return Device.room_id.in_(select(Room.id).where(func.lower(Room.room) == func.lower(text)))


_IS_OUT = or_(
    Device.person_id.is_not(None), Device.holder_room_id.is_not(None), Device.holder_name.is_not(None)
)


def _with_holder(text: str) -> ColumnElement[bool]:
    if text == "overdue":
        return and_(Device.due_on < today(), _IS_OUT)
    return _IS_OUT if text == "with" else ~_IS_OUT


def _bound(text: str) -> ColumnElement[bool]:
    if text == "ending":
        return Device.bound_until.between(today(), today() + timedelta(ENDS_SOON_DAYS))
    if text == "this_year":
        return Device.bound_until.between(today(), date(today().year, 12, 31))
    if text == "bound":
        return Device.bound_until >= today()
    return or_(Device.bound_until.is_(None), Device.bound_until < today())


def _warranty(text: str) -> ColumnElement[bool]:
    if text == "soon":
        return Device.warranty_until.between(today(), today() + timedelta(SOON_DAYS))
    if text == "ending":
        return Device.warranty_until.between(today(), today() + timedelta(ENDS_SOON_DAYS))
    return Device.warranty_until >= today() if text == "running" else Device.warranty_until < today()


def _acquired_in(text: str) -> ColumnElement[bool]:
    return extract("year", Device.acquired_on) == (whole_number(text) or 0)


def _awaits(_text: str) -> ColumnElement[bool]:
    """Proposed for disposal, and nobody of the office has said yes."""
    return and_(
        Device.disposal_reason.is_not(None), Device.approved_on.is_(None), Device.state != State.DISPOSED
    )


CONDITIONS = {
    "school": _at_school,
    "category": _of_category,
    "state": _in_state,
    "use": _with_use,
    "room": _in_room,
    "holder": _with_holder,
    "bound": _bound,
    "warranty": _warranty,
    "year": _acquired_in,
    "reference": lambda text: Device.file_reference == text,
    "approval": _awaits,
}


@cache
def rows() -> Any:
    """Every column that a list can show, with the joined names; no objects."""
    own = (
        Device.id, Device.asset_tag, Device.manufacturer, Device.model, Device.school_id, Device.state, Device.use,
        Device.serial_number, Device.mac_address, Device.acquired_on, Device.commissioned_on, Device.price_net,
        Device.price_gross, Device.supplier, Device.invoice_no, Device.order_no, Device.programme,
        Device.file_reference,
        Device.bound_until, Device.warranty_until, Device.state_since, Device.remark, Device.holder_name, Device.due_on,
        Device.person_id,
    )  # fmt: skip
    joined = (
        Category.name.label("category"), School.school_number,
        func.coalesce(School.short_name, School.name).label("school"),
        Room.room, Person.given_name, Person.family_name, HolderRoom.room.label("holder_room"),
    )  # fmt: skip
    shown: Any = select(*own, *joined)
    return (
        shown.outerjoin(Category, Category.id == Device.category_id)
        .outerjoin(School, School.id == Device.school_id)
        .outerjoin(Room, Room.id == Device.room_id)
        .outerjoin(Person, Person.id == Device.person_id)
        .outerjoin(HolderRoom, HolderRoom.id == Device.holder_room_id)
    )


def slice_of(session: Session, wanted: Wish, found: Matches) -> lists.Slice:
    key = BY_NAME[wanted.sort].key
    assert key is not None  # `wish` lets no other through  # noqa: S101
    return lists.slice_of(
        session,
        rows().where(found.condition),
        key=key,
        ident=Device.id.expression,
        descending=wanted.descending,
        cursor=wanted.cursor,
        size=wanted.size,
    )


def all_rows(session: Session, wanted: Wish, found: Matches) -> Iterator[Any]:
    """Every row of the list in its order, read as they are needed."""
    key = BY_NAME[wanted.sort].key
    assert key is not None  # `wish` lets no other through  # noqa: S101
    order = (key.desc(), Device.id.desc()) if wanted.descending else (key.asc(), Device.id.asc())
    ordered = rows().where(found.condition).order_by(*order).execution_options(yield_per=1000)
    return iter(session.execute(ordered))


def count(session: Session, found: Matches) -> lists.Count:
    if found.many:
        return lists.Count(lists.COUNT_LIMIT, capped=True)
    return lists.count(session, select(Device.id).where(found.condition))


@dataclass(frozen=True)
class Choices:
    """What the filters offer, and the saved views: (id, name, query, is it one's own)."""

    schools: list[tuple[str, str]]
    categories: list[tuple[str, str]]
    views: list[tuple[int, str, str, bool]]


def choices(session: Session, *, seen_by: Actor) -> Choices:
    """All that the filters offer, in one statement."""
    scope = seen_by.scope(May.SEE_DEVICES)
    name, nothing = func.coalesce(School.short_name, School.name), cast(null(), Text)
    schools = select(literal("school"), School.school_number, name, nothing, literal(0))
    categories = select(literal("category"), cast(Category.id, Text), Category.name, nothing, literal(0))
    views = select(
        literal("view"), cast(SavedView.id, Text), SavedView.name, SavedView.query, SavedView.owner_id
    )
    shown = union_all(
        schools.where(scope.where(School.id)),
        categories,
        views.where(visible_views(seen_by), SavedView.list_name == "devices"),
    )
    found: dict[str, list[Any]] = {"school": [], "category": [], "view": []}
    for kind, key, text, query, owner in session.execute(shown):
        found[kind].append((int(key), text, query, owner == seen_by.id) if kind == "view" else (key, text))
    for options in found.values():
        options.sort(key=lambda option: option[1].casefold())
    return Choices(found["school"], found["category"], found["view"])


def visible_views(actor: Actor) -> ColumnElement[bool]:
    """One's own views, those for all, and those of the schools within reach."""
    scope = actor.scope(May.SEE_DEVICES)
    return or_(
        SavedView.owner_id == (actor.id or 0),
        SavedView.for_all,
        and_(SavedView.school_id.is_not(None), scope.where(SavedView.school_id)),
    )
