"""Tables of devices, their categories and models, hand-outs, saved views and the running numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from school_it.access import Actor
from school_it.accounts.models import User
from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Moment, Versioned, now, words
from school_it.devices import numbers, rules
from school_it.devices.rules import DisposalReason, ItemClass, RecordKind, State, Use
from school_it.people import holdings
from school_it.people.models import Person
from school_it.schools.models import Room, School
from school_it.setwise import Memo


class Category(OfTheTown, Versioned, Model):
    """A kind of device, with what follows from it: useful life, funding item, class in the development plan."""

    __tablename__ = "categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True, nullable=False)
    useful_life_years: Mapped[int] = mapped_column(nullable=False, default=5)
    funding_item: Mapped[str | None] = mapped_column(String(20))
    item_class: Mapped[ItemClass | None] = mapped_column(words(ItemClass))
    active: Mapped[bool] = mapped_column(nullable=False, default=True)

    @property
    def trace_label(self) -> str:
        return self.name


class DeviceModel(OfTheTown, Versioned, Model):
    """A model of the catalogue: only a help for filling in forms, devices keep their own texts."""

    __tablename__ = "device_models"
    __table_args__ = (UniqueConstraint("manufacturer", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey(Category.id), nullable=False)
    manufacturer: Mapped[str] = mapped_column(String(120), nullable=False)
    name: Mapped[str] = mapped_column(String(120), nullable=False)
    warranty_months: Mapped[int | None]
    usual_price: Mapped[Decimal | None] = mapped_column(Euro)
    active: Mapped[bool] = mapped_column(nullable=False, default=True)

    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)

    @property
    def trace_label(self) -> str:
        return f"{self.manufacturer} {self.name}"


class Device(Versioned, Model):
    """A device, known everywhere by its `asset_tag`. Without a school it belongs to the authority.

    At most one of `person_id`, `holder_room_id`, `holder_name` says who has it; `holder_name` is a text from a
    file that fits no person. The `…_folded` columns and `search` follow from the others (`folds`) and are never
    set by hand.
    """

    __tablename__ = "devices"
    __table_args__ = (
        Index("uq_devices_asset_tag", "tag_folded", unique=True),
        Index(
            "uq_devices_serial_number", "serial_folded", "maker_folded", unique=True,
            sqlite_where=text("serial_folded IS NOT NULL"), postgresql_where=text("serial_folded IS NOT NULL"),
        ),
        Index("ix_devices_school_tag", "school_id", "tag_folded", "id"),
        Index(
            "ix_devices_school_stock", "school_id", "state", "category_id", "use", "commissioned_on", "acquired_on",
            "bound_until", "warranty_until", "state_since", "disposed_on",
        ),
        Index("ix_devices_room", "room_id"),
        Index("ix_devices_person", "person_id"),
        Index("ix_devices_holder_room", "holder_room_id"),
        Index("ix_devices_mac", "mac_address"),
        Index("ix_devices_file_reference", "file_reference"),
        Index("ix_devices_bound_until", "bound_until"),
        Index("ix_devices_replaces", "replaces_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_tag: Mapped[str] = mapped_column(String(60), nullable=False)
    serial_number: Mapped[str | None] = mapped_column(String(120))
    category_id: Mapped[int] = mapped_column(ForeignKey(Category.id), nullable=False)
    manufacturer: Mapped[str | None] = mapped_column(String(120))
    model: Mapped[str | None] = mapped_column(String(120))
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id, ondelete="SET NULL"))
    use: Mapped[Use | None] = mapped_column(words(Use))
    state: Mapped[State] = mapped_column(words(State), nullable=False, default=State.IN_STOCK)
    state_since: Mapped[date | None]
    acquired_on: Mapped[date | None]
    commissioned_on: Mapped[date | None]
    price_net: Mapped[Decimal | None] = mapped_column(Euro)
    price_gross: Mapped[Decimal | None] = mapped_column(Euro)
    supplier: Mapped[str | None] = mapped_column(String(160))
    invoice_no: Mapped[str | None] = mapped_column(String(80))
    order_no: Mapped[str | None] = mapped_column(String(80))
    programme: Mapped[str | None] = mapped_column(String(80))
    file_reference: Mapped[str | None] = mapped_column(String(80))
    bound_until: Mapped[date | None]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    warranty_until: Mapped[date | None]
    mac_address: Mapped[str | None] = mapped_column(String(17))
    remark: Mapped[str | None] = mapped_column(Text)

    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    holder_room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id, ondelete="SET NULL"))
    holder_name: Mapped[str | None] = mapped_column(String(160))
    held_since: Mapped[date | None]
    due_on: Mapped[date | None]

    approved_by: Mapped[str | None] = mapped_column(String(120))
    approved_by_id: Mapped[int | None]
    approved_on: Mapped[date | None]
    approval_reason: Mapped[str | None] = mapped_column(String(300))
    approval_person: Mapped[str | None] = mapped_column(String(160))
    approval_reference: Mapped[str | None] = mapped_column(String(120))
    disposed_on: Mapped[date | None]
    disposal_reason: Mapped[DisposalReason | None] = mapped_column(words(DisposalReason))
    disposal_remark: Mapped[str | None] = mapped_column(String(300))
    proceeds: Mapped[Decimal | None] = mapped_column(Euro)
    document: Mapped[str | None] = mapped_column(String(160))
    receiver: Mapped[str | None] = mapped_column(String(160))
    wiped_on: Mapped[date | None]
    wiped_how: Mapped[str | None] = mapped_column(String(160))
    wiped_by: Mapped[str | None] = mapped_column(String(120))
    waste_certificate: Mapped[str | None] = mapped_column(String(160))

    tag_folded: Mapped[str] = mapped_column(String(60), nullable=False)
    serial_folded: Mapped[str | None] = mapped_column(String(120))
    maker_folded: Mapped[str] = mapped_column(String(120), nullable=False, default="")
    search: Mapped[str] = mapped_column(Text, nullable=False, default="")

    category: Mapped[Category] = relationship(lazy="joined", innerjoin=True)
    school: Mapped[School | None] = relationship(lazy="joined")
    room: Mapped[Room | None] = relationship(lazy="joined", foreign_keys=[room_id])
    person: Mapped[Person | None] = relationship(lazy="joined")
    holder_room: Mapped[Room | None] = relationship(lazy="joined", foreign_keys=[holder_room_id])

    @property
    def label(self) -> str:
        return rules.product_name(self.manufacturer, self.model) or self.category.name

    @property
    def is_out(self) -> bool:
        """Somebody has it: a person, a room, or a name that a file gave."""
        return any((self.person_id, self.holder_room_id, self.holder_name))

    @property
    def life_ends(self) -> date | None:
        return rules.life_ends(self.commissioned_on or self.acquired_on, self.category.useful_life_years)

    @property
    def outlives_use(self) -> bool:
        """F08."""
        return rules.outlives_use(self.life_ends, self.bound_until)

    @property
    def trace_label(self) -> str:
        return self.asset_tag

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id


holdings.kept_in(Device.person_id)

FOLDED_FROM = ("asset_tag", "serial_number", "manufacturer", "model", "mac_address")


def folds(values: Any) -> dict[str, Any]:
    """The columns that follow from `FOLDED_FROM`, for a device or a mapping with those fields."""
    get = values.get if isinstance(values, dict) else lambda name: getattr(values, name)
    tag, serial, maker, model, mac = map(get, FOLDED_FROM)
    return {
        "tag_folded": numbers.folded(tag),
        "serial_folded": numbers.folded(serial) or None,
        "maker_folded": numbers.folded(maker),
        "search": numbers.search_text(tag, serial, maker, model, mac=mac),
    }


def fold_columns(columns: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """`folds` for many devices at once: `columns` has those of `FOLDED_FROM`."""
    tags, serials, makers, models, macs = (
        list(map(Memo(numbers.folded).__getitem__, columns[name])) for name in FOLDED_FROM
    )
    return {
        "tag_folded": tags,
        "serial_folded": [serial or None for serial in serials],
        "maker_folded": makers,
        "search": list(map(numbers.joined_for_search, tags, serials, makers, models, macs)),
    }


@event.listens_for(Device, "before_insert")
@event.listens_for(Device, "before_update")
def _fold(_mapper: Mapper[Device], _connection: Any, device: Device) -> None:
    for name, value in folds(device).items():
        if getattr(device, name) != value:
            setattr(device, name, value)


class Handout(Model):
    """Who had a device from when to when.

    Open as long as `returned_on` is empty; at most one is open for each device.
    """

    __tablename__ = "handouts"
    __table_args__ = (
        Index(
            "uq_handouts_open", "device_id", unique=True,
            sqlite_where=text("returned_on IS NULL"), postgresql_where=text("returned_on IS NULL"),
        ),
        Index("ix_handouts_device", "device_id", "id"),
        Index("ix_handouts_person", "person_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id, ondelete="CASCADE"), nullable=False)
    person_id: Mapped[int | None] = mapped_column(ForeignKey(Person.id, ondelete="SET NULL"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id, ondelete="SET NULL"))
    holder_name: Mapped[str | None] = mapped_column(String(160))
    since: Mapped[date] = mapped_column(nullable=False)
    due_on: Mapped[date | None]
    returned_on: Mapped[date | None]
    condition_out: Mapped[str | None] = mapped_column(String(300))
    condition_back: Mapped[str | None] = mapped_column(String(300))
    given_by: Mapped[str | None] = mapped_column(String(120))
    taken_by: Mapped[str | None] = mapped_column(String(120))

    person: Mapped[Person | None] = relationship(lazy="joined")
    room: Mapped[Room | None] = relationship(lazy="joined")


holdings.given_back_on(Handout.person_id, Handout.returned_on)


class DeviceRecord(Model):
    """What was said and proven of one device: an approval of the granting authority, an incident, a move, a lineage.

    `person` and `authority` name who outside said so; `recorded_by` who wrote it down here.
    """

    __tablename__ = "device_records"
    __table_args__ = (Index("ix_device_records_device", "device_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id, ondelete="CASCADE"), nullable=False)
    kind: Mapped[RecordKind] = mapped_column(words(RecordKind), nullable=False)
    happened_on: Mapped[date] = mapped_column(nullable=False)
    authority: Mapped[str | None] = mapped_column(String(200))
    person: Mapped[str | None] = mapped_column(String(120))
    reference: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(String(300))
    from_school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id, ondelete="SET NULL"))
    to_school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id, ondelete="SET NULL"))
    recorded_by: Mapped[str] = mapped_column(String(120), nullable=False)
    recorded_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)


class SavedView(Model):
    """A list as somebody wants to find it again: its query string with filters, order and columns.

    Shared with one school (`school_id`) or with all (`for_all`), or the owner's own.
    """

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("owner_id", "list_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_name: Mapped[str] = mapped_column(String(40), nullable=False, default="devices")
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    query: Mapped[str] = mapped_column(String(1000), nullable=False, default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), nullable=False)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id, ondelete="CASCADE"), index=True)
    for_all: Mapped[bool] = mapped_column(nullable=False, default=False)
    made_at: Mapped[datetime] = mapped_column(Moment, nullable=False, default=now)

    def belongs_to(self, actor: Actor) -> bool:
        return self.owner_id == actor.id


class NumberSeries(Model):
    """The last running number given out for a prefix of inventory numbers."""

    __tablename__ = "number_series"

    prefix: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(nullable=False, default=0)
