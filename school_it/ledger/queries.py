"""What the books need of devices, and both sides of the comparison. The ledger is the town's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, exists, extract, func, null, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices import rules as device_rules
from school_it.devices.models import Category, Device
from school_it.devices.rules import GONE, State
from school_it.errors import N_, NotThere
from school_it.ledger import matching, rules
from school_it.ledger.matching import Comparison, Line, Thing
from school_it.ledger.models import LedgerLine, LedgerMatch
from school_it.ledger.rules import Asset, Year
from school_it.money import NOTHING
from school_it.settings import Settings

_BEGUN = func.coalesce(Device.acquired_on, Device.commissioned_on)
_GONE_ON = case((Device.state.in_(GONE), func.coalesce(Device.disposed_on, Device.state_since)), else_=None)


@dataclass(frozen=True)
class Basis:
    """How the town keeps its books: on gross or net prices, from the month of purchase on, low value up to so much."""

    net: bool
    first_counts: bool
    low_value: Decimal
    low_at_once: bool

    @classmethod
    def of(cls, settings: Settings) -> Basis:
        return cls(
            net=settings.LEDGER_PRICES == "net",
            first_counts=settings.LEDGER_FIRST_MONTH,
            low_value=Decimal(settings.LEDGER_LOW_VALUE),
            low_at_once=settings.LEDGER_LOW_VALUE_AT_ONCE,
        )

    def cost(self, price_net: Decimal | None, price_gross: Decimal | None) -> Decimal | None:
        if self.net:
            return rules.net_of(price_net, price_gross)
        return price_gross if price_gross is not None else price_net

    def is_low_value(self, price_net: Decimal | None, price_gross: Decimal | None) -> bool:
        return bool(device_rules.is_low_value(rules.net_of(price_net, price_gross), self.low_value))


def must_see(seen_by: Actor) -> None:
    if not seen_by.may(May.SEE_FUNDING):
        raise NotThere(N_("Diese Seite gibt es nicht."))


@dataclass(frozen=True)
class Entry:
    """A device, or `number` of them bought alike, with what the books say of it."""

    row: Any
    number: int
    asset: Asset
    low: bool


def _entry(row: Any, number: int, basis: Basis) -> Entry | None:
    """None where price or day are not known: such a device stands in no books."""
    cost = basis.cost(row.price_net, row.price_gross)
    if cost is None or row.begun is None:
        return None
    low = basis.is_low_value(row.price_net, row.price_gross)
    return Entry(row, number, Asset(cost, row.begun, row.life, low and basis.low_at_once, row.gone_on), low)


@dataclass(frozen=True)
class Sum:
    """What a category is worth on a day; `unknown` are those without a price or a day."""

    category_id: int
    category: str
    number: int
    cost: Decimal
    book_value: Decimal
    low: int
    unknown: int


def worth(session: Session, day: date, basis: Basis) -> list[Sum]:
    """By category. Devices bought alike come as one group, so that a town of any size takes the same statements."""
    columns: tuple[Any, ...] = (
        Category.id.label("category_id"), Category.name.label("category"), Category.useful_life_years.label("life"),
        Device.price_net, Device.price_gross, _BEGUN.label("begun"),
    )  # fmt: skip
    groups = (
        select(*columns, null().label("gone_on"), func.count().label("number"))
        .join(Category, Category.id == Device.category_id)
        .where(Device.state.not_in(GONE), Device.state != State.ORDERED)
        .group_by(*columns)
    )
    found: dict[int, Sum] = {}
    for group in session.execute(groups):
        blank = Sum(group.category_id, group.category, 0, NOTHING, NOTHING, 0, 0)
        known = found.get(group.category_id, blank)
        entry = _entry(group, group.number, basis)
        if entry is None:
            found[group.category_id] = replace(known, unknown=known.unknown + group.number)
            continue
        value = rules.book_value(entry.asset, day, first_counts=basis.first_counts)
        found[group.category_id] = replace(
            known,
            number=known.number + group.number,
            cost=known.cost + entry.asset.cost * group.number,
            book_value=known.book_value + value * group.number,
            low=known.low + (group.number if entry.low else 0),
        )
    return sorted(found.values(), key=lambda one: one.category)


def _in_books() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Device.id, Device.asset_tag, Device.manufacturer, Device.model, Device.serial_number, Device.price_net,
        Device.price_gross, Device.supplier, Device.invoice_no, Device.state, Device.acquired_on,
        _BEGUN.label("begun"), _GONE_ON.label("gone_on"), Category.name.label("category"),
        Category.useful_life_years.label("life"),
    )  # fmt: skip
    return select(*columns).join(Category, Category.id == Device.category_id)


def depreciation(session: Session, year: int, basis: Basis) -> Iterator[tuple[Entry, Year]]:
    """The depreciation list of a year: what was in the books at its beginning or came in it, by inventory number."""
    there = or_(_GONE_ON.is_(None), extract("year", _GONE_ON) >= year)
    wanted = _in_books().where(Device.state != State.ORDERED, extract("year", _BEGUN) <= year, there)
    rows = session.execute(wanted.order_by(Device.tag_folded).execution_options(yield_per=2000))
    for row in rows:
        entry = _entry(row, 1, basis)
        if entry is not None:
            yield entry, rules.in_year(entry.asset, year, first_counts=basis.first_counts)


def value_of(device: Device, day: date, basis: Basis) -> tuple[Decimal, Decimal] | None:
    """Cost and book value of one device on a day; of one that left, on the day it left. None where not known."""
    cost = basis.cost(device.price_net, device.price_gross)
    begun = device.acquired_on or device.commissioned_on
    if cost is None or begun is None:
        return None
    low = basis.is_low_value(device.price_net, device.price_gross)
    asset = Asset(cost, begun, device.category.useful_life_years, low and basis.low_at_once)
    return cost, rules.book_value(asset, max(day, begun), first_counts=basis.first_counts)


# --- the comparison ---


def has_lines(session: Session) -> bool:
    return session.scalar(select(LedgerLine.id).limit(1)) is not None


def get_line(session: Session, ident: int, *, seen_by: Actor) -> LedgerLine:
    found = session.get(LedgerLine, ident) if seen_by.may(May.SEE_FUNDING) else None
    if found is None:
        raise NotThere(N_("Diese Anlage gibt es hier nicht."))
    return found


def comparison(session: Session, basis: Basis) -> Comparison:
    """Their list against our devices, in three statements; of devices that are gone those that somebody matched."""
    lines = [
        Line(
            one.id, one.ledger_no, one.text, one.cost, one.quantity, one.acquired_on, one.invoice_no, one.supplier,
            one.inventory_numbers,
        )
        for one in session.scalars(select(LedgerLine).order_by(LedgerLine.ledger_no))
    ]  # fmt: skip
    confirmed = dict(session.execute(select(LedgerMatch.device_id, LedgerMatch.line_id)).all())
    matched = exists().where(LedgerMatch.device_id == Device.id)
    present = and_(Device.state.not_in(GONE), Device.state != State.ORDERED)
    rows = session.execute(_in_books().where(or_(present, matched)).order_by(Device.tag_folded))
    things = (
        Thing(
            row.id, row.asset_tag, device_rules.product_name(row.manufacturer, row.model) or row.category,
            basis.cost(row.price_net, row.price_gross), row.acquired_on, row.invoice_no, row.supplier,
        )
        for row in rows
    )  # fmt: skip
    return matching.compare(lines, things, confirmed)


# --- what has left ---


def disposals(session: Session, year: int | None = None) -> Sequence[Device]:
    """The devices that were disposed of (in a year), by day."""
    wanted = select(Device).where(Device.state == State.DISPOSED)
    if year is not None:
        wanted = wanted.where(extract("year", Device.disposed_on) == year)
    return session.scalars(wanted.order_by(Device.disposed_on, Device.tag_folded)).all()
