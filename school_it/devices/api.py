"""The API of devices: the list with the filters of the page, and what is done with one device."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from sqlalchemy.orm import Session

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.devices import actions, catalogue, listing, loans, numbers, queries, sheet
from school_it.devices.models import Device
from school_it.devices.rules import CATEGORIES, STATES, USES, State
from school_it.errors import N_, BadValue, NotThere
from school_it.people.models import Person
from school_it.schools import queries as school_queries
from school_it.schools.models import Room
from school_it.web import lists
from school_it.web.api import Blueprint, cursor_of, expect_match, page_of
from school_it.web.shapes import (
    LONGEST_REMARK,
    Day,
    Listing,
    Money,
    Shape,
    Text,
    Whole,
    Word,
    filter_text,
    list_of,
    one_of,
    refuse,
)

api = Blueprint("devices")

KNOWN_CATEGORIES = [name for name, *_rest in CATEGORIES]
SETTABLE = {state: word for state, word in STATES.items() if state is not State.DISPOSED}
BACK = {state: STATES[state] for state in loans.STATES_BACK}
MAC = r"[0-9A-Fa-f]{2}([:\-]?[0-9A-Fa-f]{2}){5}"
SCHOOL_NUMBER = "1[0-9]{5}"


class DeviceShape(Shape):
    asset_tag = fields.String(required=True)
    serial_number = fields.String(required=True, allow_none=True)
    category = fields.String(required=True, metadata={"examples": KNOWN_CATEGORIES})
    manufacturer = fields.String(required=True, allow_none=True)
    model = fields.String(required=True, allow_none=True)
    school_number = fields.String(required=True, allow_none=True)
    room = fields.String(required=True, allow_none=True)
    use = Word(USES, required=True, allow_none=True)
    state = Word(STATES, required=True)
    acquired_on = Day(required=True, allow_none=True)
    commissioned_on = Day(required=True, allow_none=True)
    price_net = Money(required=True, allow_none=True, dump_only=True)
    price_gross = Money(required=True, allow_none=True, dump_only=True)
    supplier = fields.String(required=True, allow_none=True)
    invoice_no = fields.String(required=True, allow_none=True)
    order_no = fields.String(required=True, allow_none=True)
    programme = fields.String(required=True, allow_none=True)
    file_reference = fields.String(required=True, allow_none=True)
    bound_until = Day(required=True, allow_none=True)
    warranty_until = Day(required=True, allow_none=True)
    mac_address = fields.String(required=True, allow_none=True)
    holder = fields.String(
        required=True, allow_none=True, metadata={"description": "Who has it, as one text."}
    )
    remark = fields.String(required=True, allow_none=True)
    person = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The id of the person who has it."}
    )
    due_on = Day(required=True, allow_none=True, metadata={"description": "When it is to come back."})
    version = fields.Integer(required=True)


class DeviceValues(Shape):
    """What a program may say about a device. Holder and disposal have verbs of their own."""

    serial_number = Text(120, allow_none=True)
    manufacturer = Text(120, allow_none=True)
    model = Text(120, allow_none=True)
    school_number = Text(6, pattern=SCHOOL_NUMBER, allow_none=True)
    room = Text(40, allow_none=True)
    use = Word(USES, allow_none=True)
    acquired_on = Day(allow_none=True)
    commissioned_on = Day(allow_none=True)
    price_net = Money(allow_none=True)
    price_gross = Money(allow_none=True)
    supplier = Text(160, allow_none=True)
    invoice_no = Text(80, allow_none=True)
    order_no = Text(80, allow_none=True)
    programme = Text(80, allow_none=True)
    file_reference = Text(80, allow_none=True)
    bound_until = Day(allow_none=True)
    warranty_until = Day(allow_none=True)
    mac_address = Text(17, pattern=MAC, allow_none=True)
    remark = Text(LONGEST_REMARK, lines=True, allow_none=True)


class NewDevice(DeviceValues):
    """Without `asset_tag` the device gets the next number of the house; without `state` it is in the store."""

    asset_tag = Text(60, allow_none=True)
    category = Text(60, required=True, metadata={"examples": KNOWN_CATEGORIES})
    state = Word(SETTABLE, allow_none=True)


class ChangedDevice(DeviceValues):
    """`move_reason`: why a device whose funding still binds it goes to another school."""

    asset_tag = Text(60)
    move_reason = Text(300)
    category = Text(60, metadata={"examples": KNOWN_CATEGORIES})
    state = Word(SETTABLE)


class HandOut(Shape):
    """To a person by their `id`, or into a `room` of the device's school."""

    person = Whole(1)
    room = Text(40)
    due_on = Day(allow_none=True)
    condition = Text(300, allow_none=True)

    also = {"oneOf": [{"required": ["person"]}, {"required": ["room"]}]}  # noqa: RUF012  Mapping, not changed

    @validates_schema
    def one_receiver(self, values: Mapping[str, Any], **_more: Any) -> None:
        if ("person" in values) == ("room" in values):
            raise ValidationError(N_("Entweder »person« oder »room« wird gebraucht, nicht beides."))


class TakeBack(Shape):
    state = Word(BACK, load_default=State.IN_STOCK)
    condition = Text(300, allow_none=True)


class DeviceListing(Listing):
    """The filters of the page. Listed words are those of the sheet or of the page's own address."""

    q = filter_text("Words of the numbers, manufacturer, model, room or holder.")
    school = filter_text("School number; `-` for the authority's own.")
    category = filter_text("Its name, as `Tablet`.")
    state = filter_text("One state or several with commas between, as `in Betrieb,Lager`.")
    use = filter_text("Pool, Lehrkraft, Leihe or Verwaltung; `-` for none.")
    room = filter_text("Room number; `-` for none.")
    holder = one_of(listing.HOLDER, "Whether somebody has it.")
    bound = one_of(listing.BOUND, "Whether its funding still binds it.")
    warranty = one_of(listing.WARRANTY, "How its warranty stands.")
    year = Whole(
        1900, 2999, in_query=True, load_default=None, metadata={"description": "The year of acquisition."}
    )
    reference = filter_text("File reference of the grant.")
    approval = one_of(("open",), "Proposed for disposal and not yet approved.")


@api.get("/devices")
@needs(May.SEE_DEVICES)
@api.asks(DeviceListing)
@api.answers(list_of(DeviceShape, "DeviceList"))
def devices(asked: dict[str, Any]) -> Any:
    """The devices within reach, by inventory number."""
    session = db.session()
    wanted = listing.Wish(filters=_filters(session, asked))
    found = lists.slice_of(
        session,
        _rows().where(listing.matches(session, wanted, seen_by=current()).condition),
        key=Device.tag_folded.expression,
        ident=Device.id.expression,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    return page_of(found, _told)


@api.get("/devices/<path:asset_tag>")
@needs(May.SEE_DEVICES)
@api.answers(DeviceShape, versioned=True)
def device(asset_tag: str) -> Any:
    """One device."""
    session = db.session()
    return _shown(session, queries.get_device(session, asset_tag, seen_by=current()))


@api.post("/devices")
@needs(May.EDIT_DEVICES)
@api.takes(NewDevice)
@api.once(DeviceShape, 201)
def create(session: Session, values: dict[str, Any]) -> Any:
    """Take a device in."""
    columns = _columns(session, values, None)
    return _shown(session, actions.add_device(session, columns, by=current()))


@api.patch("/devices/<path:asset_tag>")
@needs(May.EDIT_DEVICES)
@api.takes(ChangedDevice)
@api.changes(DeviceShape)
def change(values: dict[str, Any], asset_tag: str) -> Any:
    """Change a device: only the fields that are named, and only the version that you have read."""
    with transaction() as session:
        changing = queries.get_device(session, asset_tag, seen_by=current())
        expect_match(changing)
        columns = _columns(session, values, changing.school_id)
        columns["move_reason"] = values.get("move_reason")
        actions.change_device(session, changing, columns, by=current())
        if "state" in values:
            actions.move(session, changing, values["state"], by=current())
        return _shown(session, changing)


@api.post("/devices/<path:asset_tag>/hand-out")
@needs(May.LEND_DEVICES)
@api.takes(HandOut)
@api.once(DeviceShape)
def hand_out(session: Session, values: dict[str, Any], asset_tag: str) -> Any:
    """Give a device to a person or into a room."""
    giving = queries.get_device(session, asset_tag, seen_by=current())
    to = _receiver(session, giving, values)
    due_on, condition = values.get("due_on"), values.get("condition")
    loans.hand_out(session, giving, to=to, due_on=due_on, condition=condition, by=current())
    return _shown(session, giving)


@api.post("/devices/<path:asset_tag>/return")
@needs(May.LEND_DEVICES)
@api.takes(TakeBack, required=False)
@api.once(DeviceShape)
def take_back(session: Session, values: dict[str, Any], asset_tag: str) -> Any:
    """Take a device back from whoever has it."""
    coming = queries.get_device(session, asset_tag, seen_by=current())
    state, condition = values["state"], values.get("condition")
    loans.take_back(session, coming, condition=condition, state=state, by=current())
    return _shown(session, coming)


# --- from values to columns, and back ---


def _rows() -> Any:
    return queries.rows_for_sheet().add_columns(Device.due_on)


def _told(row: Any) -> dict[str, Any]:
    return {**queries.with_holder(row), "person": row.person_id, "due_on": row.due_on}


def _shown(session: Session, device: Device) -> dict[str, Any]:
    session.flush()
    return _told(session.execute(_rows().where(Device.id == device.id)).one())


def _columns(session: Session, values: Mapping[str, Any], school_id: int | None) -> dict[str, Any]:
    """The values by the names of the columns; `school_id` is where the device is so far."""
    columns = {name: value for name, value in values.items() if name in sheet.PLAIN}
    if values.get("mac_address"):
        columns["mac_address"] = numbers.read_mac(values["mac_address"])
    if "category" in values:
        catalogue.at_hand(session, by=current())
        columns["category_id"] = _category_id(session, values["category"])
    if "school_number" in values:
        columns["school_id"] = school_id = _school_id(session, values["school_number"])
    if "room" in values:
        columns["room_id"] = _room_id(session, school_id, values["room"])
    return columns


def _category_id(session: Session, name: str) -> int:
    known = queries.category_ids(session)
    if name not in known:
        refuse("category", BadValue(N_("Die Geräteart »%(name)s« gibt es nicht."), name=name))
    return known[name]


def _school_id(session: Session, number: str | None) -> int | None:
    if number is None:
        return None
    try:
        return school_queries.get_school(session, number, seen_by=current(), may=May.EDIT_DEVICES).id
    except NotThere as problem:
        refuse("school_number", BadValue(problem.sentence.text, **problem.sentence.values))


def _room_id(session: Session, school_id: int | None, number: str | None) -> int | None:
    room = _room(session, school_id, number)
    return room.id if room else None


def _room(session: Session, school_id: int | None, number: str | None) -> Room | None:
    try:
        return actions.room_of(session, school_id, number)
    except BadValue as problem:
        refuse("room", problem)


def _receiver(session: Session, device: Device, values: Mapping[str, Any]) -> Person | Room:
    if "room" in values:
        room = _room(session, device.school_id, values["room"])
        assert room is not None  # the shape refuses an empty one  # noqa: S101
        return room
    try:
        return queries.get_borrower(session, values["person"], seen_by=current())
    except NotThere as problem:
        refuse("person", BadValue(problem.sentence.text, **problem.sentence.values))


def _filters(session: Session, asked: Mapping[str, Any]) -> dict[str, str]:
    """What is asked in the words that `listing` knows: ids and values instead of the sheet's words."""
    found = {name: str(asked[name]) for name in listing.FILTERS if asked.get(name) is not None}
    if "category" in found:
        found["category"] = str(_category_id(session, found["category"]))
    if "state" in found:
        found["state"] = ",".join(
            _value("state", word, sheet.STATE_WORDS) for word in found["state"].split(",")
        )
    if "use" in found and found["use"] != "-":
        found["use"] = _value("use", found["use"], sheet.USE_WORDS)
    return found


def _value(field: str, word: str, words: Mapping[str, Any]) -> str:
    if word.strip() not in words:
        refuse(field, BadValue(N_("»%(word)s« steht nicht zur Auswahl."), word=word))
    return str(words[word.strip()].value)
