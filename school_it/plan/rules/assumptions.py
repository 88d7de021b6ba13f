"""What a plan assumes: useful lives, prices, support, network; the defaults with their source and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from school_it.devices.rules import LOW_VALUE, ItemClass
from school_it.errors import N_
from school_it.money import to_cent

VAT = Decimal("1.19")


class Sure(StrEnum):
    """How sure a figure is."""

    LAW = "A"
    PUBLISHED = "B"
    DERIVED = "C"
    ASSUMED = "M"


SURE = {
    Sure.LAW: N_("A: Vorschrift oder Bescheid"),
    Sure.PUBLISHED: N_("B: veröffentlicht"),
    Sure.DERIVED: N_("C: abgeleitet"),
    Sure.ASSUMED: N_("M: Annahme, bitte prüfen"),
}


class Unit(StrEnum):
    YEARS = "years"
    EURO = "euro"
    SHARE = "share"
    NUMBER = "number"
    WHOLE = "whole"


UNITS = {
    Unit.YEARS: N_("Jahre"),
    Unit.EURO: "€",
    Unit.SHARE: "%",
    Unit.NUMBER: "",
    Unit.WHOLE: "",
}


@dataclass(frozen=True)
class Default:
    """A figure that every plan has, and what it is before somebody changes it."""

    key: str
    title: str
    value: Decimal
    unit: Unit
    sure: Sure
    source: str


_D = Decimal
_ESTIMATE = N_("Schätzung, bitte durch eigene Preise ersetzen")
DEFAULTS = (
    Default(
        "life.mobile", N_("Lebensdauer mobil"), _D(5), Unit.YEARS, Sure.PUBLISHED, N_("üblich 4 bis 5 Jahre")
    ),
    Default(
        "life.presentation",
        N_("Lebensdauer Präsentation"),
        _D(8),
        Unit.YEARS,
        Sure.ASSUMED,
        N_("üblich 7 bis 10 Jahre"),
    ),
    Default(
        "life.access_point",
        N_("Lebensdauer Accesspoint"),
        _D(6),
        Unit.YEARS,
        Sure.ASSUMED,
        N_("üblich 5 bis 10 Jahre"),
    ),
    Default(
        "life.teachers",
        N_("Lebensdauer Lehrkräfte"),
        _D(5),
        Unit.YEARS,
        Sure.ASSUMED,
        N_("üblich 4 bis 6 Jahre"),
    ),
    Default(
        "life.workplace",
        N_("Lebensdauer Arbeitsplatz"),
        _D(6),
        Unit.YEARS,
        Sure.PUBLISHED,
        N_("üblich 5 bis 6 Jahre"),
    ),
    Default(
        "price.mobile",
        N_("Preis mobil"),
        _D(500),
        Unit.EURO,
        Sure.PUBLISHED,
        N_("Tablet mit Hülle, veröffentlicht 400 bis 560 €"),
    ),
    Default("price.presentation", N_("Preis Präsentation"), _D(4000), Unit.EURO, Sure.ASSUMED, _ESTIMATE),
    Default("price.access_point", N_("Preis Accesspoint"), _D(450), Unit.EURO, Sure.ASSUMED, _ESTIMATE),
    Default(
        "price.teachers",
        N_("Preis Lehrkräfte"),
        _D(500),
        Unit.EURO,
        Sure.PUBLISHED,
        N_("Dienstgerät, veröffentlicht um 520 €"),
    ),
    Default("price.workplace", N_("Preis Arbeitsplatz"), _D(700), Unit.EURO, Sure.ASSUMED, _ESTIMATE),
    Default(
        "price.switch", N_("Preis Switch mit 48 Anschlüssen"), _D(1500), Unit.EURO, Sure.ASSUMED, _ESTIMATE
    ),
    Default(
        "price.port", N_("Preis einer Dose mit Verkabelung"), _D(250), Unit.EURO, Sure.ASSUMED, _ESTIMATE
    ),
    Default(
        "price.year",
        N_("Preise vom Jahr"),
        _D(2026),
        Unit.WHOLE,
        Sure.ASSUMED,
        N_("Jahr, in dem die Preise erhoben sind"),
    ),
    Default(
        "price.increase", N_("Preissteigerung im Jahr"), _D("0.02"), Unit.SHARE, Sure.ASSUMED, N_("Annahme")
    ),
    Default(
        "support.devices",
        N_("Geräte je Betreuungsstelle"),
        _D(400),
        Unit.NUMBER,
        Sure.PUBLISHED,
        N_("Empfehlung: 1 Stelle je 400 Geräte"),
    ),
    Default(
        "support.cost",
        N_("Kosten einer Betreuungsstelle im Jahr"),
        _D(75000),
        Unit.EURO,
        Sure.ASSUMED,
        _ESTIMATE,
    ),
    Default(
        "network.uplink",
        N_("Mbit/s je Schüler"),
        _D("0.5"),
        Unit.NUMBER,
        Sure.PUBLISHED,
        N_("Richtwert von Anbietern"),
    ),
    Default(
        "network.ports",
        N_("Anschlüsse je Raum"),
        _D(4),
        Unit.NUMBER,
        Sure.ASSUMED,
        N_("Lehrkraft, Anzeige, Accesspoint, Reserve"),
    ),
    Default(
        "money.own_share",
        N_("Eigenanteil an der Förderung"),
        _D("0.1"),
        Unit.SHARE,
        Sure.PUBLISHED,
        N_("Förderrichtlinie, sonst Bescheid"),
    ),
    Default(
        "money.investive_from",
        N_("investiv ab einem Nettopreis über"),
        LOW_VALUE,
        Unit.EURO,
        Sure.PUBLISHED,
        N_("§ 36 (3) KomHVO NRW"),
    ),
)
BY_KEY = {one.key: one for one in DEFAULTS}


@dataclass(frozen=True)
class Assumptions:
    """The figures of one plan or scenario by their key; `life_set` are the classes whose life somebody laid down."""

    values: Mapping[str, Decimal]
    life_set: frozenset[ItemClass] = frozenset()

    def __getitem__(self, key: str) -> Decimal:
        return self.values[key]

    def life(self, item_class: ItemClass) -> int:
        return int(self[f"life.{item_class.value}"])

    def life_of(self, item_class: ItemClass, category_life: int) -> int:
        """Of a device: what the plan lays down for its class, else the useful life of its category."""
        return self.life(item_class) if item_class in self.life_set else category_life

    def price(self, item_class: ItemClass, year: int) -> Decimal:
        return self.priced(f"price.{item_class.value}", year)

    def priced(self, key: str, year: int) -> Decimal:
        """``price * (1 + increase) ** (year - base)``, to the cent; no discount for years before the prices."""
        years = max(0, year - int(self["price.year"]))
        return to_cent(self[key] * (1 + self["price.increase"]) ** years)

    def is_investive(self, key: str) -> bool:
        """The price without tax is above the limit for low-value assets."""
        return self[key] / VAT > self["money.investive_from"]


def assumed(plan: Mapping[str, Decimal], base_year: int) -> Assumptions:
    """The figures of a plan over the defaults. A plan that lays down nothing takes the categories' own lives."""
    values = {one.key: one.value for one in DEFAULTS} | {"price.year": Decimal(base_year)} | dict(plan)
    return Assumptions(values, frozenset(one for one in ItemClass if f"life.{one.value}" in plan))


def changed(
    known: Assumptions,
    *,
    own_share: Decimal | None = None,
    life: int | None = None,
    price_change: Decimal | None = None,
    increase: Decimal | None = None,
) -> Assumptions:
    """A scenario: `life` is that of what pupils and teachers carry, `price_change` a share on top of every price."""
    values, lives = dict(known.values), known.life_set
    if own_share is not None:
        values["money.own_share"] = own_share
    if increase is not None:
        values["price.increase"] = increase
    if life is not None:
        carried = (ItemClass.MOBILE, ItemClass.TEACHERS)
        values |= {f"life.{one.value}": Decimal(life) for one in carried}
        lives = lives | frozenset(carried)
    if price_change is not None:
        priced = [f"price.{one.value}" for one in ItemClass] + ["price.switch", "price.port"]
        values |= {key: values[key] * (1 + price_change) for key in priced}
    return Assumptions(values, lives)
