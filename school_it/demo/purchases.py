"""What the town has bought over the years: purchases with their invoices, and the devices that came of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from school_it import money
from school_it.demo.places import DemoSchool
from school_it.devices.rules import State, Use, warranty_end
from school_it.school_year import years_after
from school_it.schools.rules import SchoolType
from school_it.sheets import Row

VAT = Decimal("1.19")
COUNTED = frozenset({"Tablet", "Notebook", "PC"})


@dataclass(frozen=True)
class Purchase:
    """One kind of thing bought in one go. `share`: of the computers and tablets in per mille, else a number for the town.

    `where`: ``pool`` a school's devices, ``teacher``, ``loan``, ``room`` one for each classroom, ``rack`` the server room.
    """

    category: str
    manufacturer: str
    model: str
    price: str
    on: date
    supplier: str
    share: int
    where: str
    programme: str | None = None
    reference: str | None = None
    bound_years: int = 0
    warranty_months: int = 24


_D = date
PURCHASES = (
    Purchase("Tablet", "Nordlicht", "Slate 10", "379.00", _D(2020, 11, 9), "Beispieltechnik GmbH", 150, "loan", "SOFORT", "48.03-11/20", 4),
    Purchase("Tablet", "Nordlicht", "Slate 11", "412.50", _D(2022, 3, 21), "Beispieltechnik GmbH", 180, "pool", "DP_TEST", "48.03-17/22", 5),
    Purchase("Tablet", "Nordlicht", "Slate 11 Pro", "489.00", _D(2024, 6, 3), "Beispieltechnik GmbH", 220, "pool", "DP_TEST", "48.03-05/24", 5),
    Purchase("Tablet", "Nordlicht", "Slate 12", "455.00", _D(2026, 2, 16), "Schulausstatter Muster", 70, "pool", warranty_months=36),
    Purchase("Notebook", "Tannwerk", "T14 Lehrer", "799.00", _D(2021, 5, 17), "Rechenhaus Muster KG", 170, "teacher", "LEHRER", "48.03-31/21", 4, 36),
    Purchase("Notebook", "Tannwerk", "T13 Schule", "649.00", _D(2023, 8, 28), "Rechenhaus Muster KG", 80, "pool", "DP_TEST", "48.03-22/23", 5, 36),
    Purchase("PC", "Tannwerk", "Kompakt 5", "589.00", _D(2019, 9, 2), "Rechenhaus Muster KG", 90, "room", warranty_months=36),
    Purchase("PC", "Tannwerk", "Kompakt 7", "695.00", _D(2025, 7, 7), "Rechenhaus Muster KG", 40, "office", warranty_months=36),
    Purchase("Display", "Hellwand", "Board 75", "2890.00", _D(2021, 8, 2), "Tafelbau Beispiel", 180, "room", "DP_TEST", "48.03-09/21", 5, 60),
    Purchase("Display", "Hellwand", "Board 86", "3450.00", _D(2024, 7, 15), "Tafelbau Beispiel", 120, "room", "DP_TEST", "48.03-05/24", 5, 60),
    Purchase("Beamer", "Hellwand", "Strahl 4", "820.00", _D(2016, 10, 4), "Tafelbau Beispiel", 60, "room"),
    Purchase("Dokumentenkamera", "Hellwand", "Auge 2", "410.00", _D(2022, 9, 12), "Tafelbau Beispiel", 110, "room"),
    Purchase("Drucker", "Papierfels", "Laser C3", "560.00", _D(2022, 1, 24), "Bürohaus Muster", 55, "office"),
    Purchase("Server", "Tannwerk", "Rack 2HE", "4990.00", _D(2023, 3, 13), "Rechenhaus Muster KG", 11, "rack", warranty_months=60),
    Purchase("Switch", "Knotenpunkt", "S48 PoE", "1180.00", _D(2022, 6, 20), "Netzbau Beispiel AG", 60, "rack", "DP_TEST", "48.03-02/22", 5, 60),
    Purchase("Accesspoint", "Knotenpunkt", "Funk 6", "389.00", _D(2022, 6, 20), "Netzbau Beispiel AG", 310, "room", "DP_TEST", "48.03-02/22", 5, 36),
    Purchase("Firewall", "Knotenpunkt", "Wall 200", "2150.00", _D(2024, 1, 22), "Netzbau Beispiel AG", 11, "rack", warranty_months=60),
    Purchase("Ladewagen", "Rollkasten", "Wagen 16", "1290.00", _D(2022, 3, 28), "Schulausstatter Muster", 46, "pool", "DP_TEST", "48.03-17/22", 5),
)  # fmt: skip
USES = {
    "pool": Use.POOL,
    "teacher": Use.TEACHER,
    "loan": Use.LOAN,
    "room": Use.POOL,
    "office": Use.OFFICE,
    "rack": Use.OFFICE,
}
STATES = (
    (State.IN_REPAIR, 12),
    (State.DEFECTIVE, 14),
    (State.LOST, 5),
    (State.STOLEN, 2),
    (State.IN_STOCK, 60),
)


def device_rows(
    schools: Sequence[DemoSchool], rooms: Sequence[Row], devices: int, chance: Random
) -> list[Row]:
    """`devices` computers and tablets, and what else belongs to that many, as rows of the sheet of devices."""
    places = _Places(schools, rooms)
    values = [
        device
        for order, purchase in enumerate(PURCHASES, 1)
        for device in _bought(order, purchase, places, _number(purchase, devices), chance)
    ]
    for number, device in enumerate(values, 1):
        device["asset_tag"] = f"{device['school_number']}-{number:05d}"
        _make_untidy(device, number)
    return [Row(number, device) for number, device in enumerate(values, 1)]


def _number(purchase: Purchase, devices: int) -> int:
    if purchase.category in COUNTED:
        return round(devices * purchase.share / 1000)
    return max(1, round(purchase.share * devices / 2700))


class _Places:
    """Where devices go: schools by size, rooms by what is in them."""

    def __init__(self, schools: Sequence[DemoSchool], rooms: Sequence[Row]) -> None:
        self.schools = [school for school in schools for _n in range(school.size)]
        self.secondary = [
            school for school in self.schools if school.kind is not SchoolType.G
        ] or self.schools
        self.rooms: dict[tuple[str, str], list[str]] = {}
        for row in rooms:
            use = str(row.values["use"])
            for kind in (use, "any"):
                self.rooms.setdefault((row.values["school_number"], kind), []).append(row.values["room"])

    def room(self, school: DemoSchool, where: str, number: int) -> str | None:
        kind = {"room": "classroom", "rack": "technical", "office": "office"}.get(where)
        rooms = self.rooms.get((school.number, kind)) if kind else None
        return rooms[number % len(rooms)] if rooms else None


def _bought(
    order: int, purchase: Purchase, places: _Places, count: int, chance: Random
) -> Iterator[dict[str, Any]]:
    gross = money.to_cent(Decimal(purchase.price))
    for number in range(count):
        school = places.schools[(number * 13 + order * 7) % len(places.schools)]
        state = _state(purchase, chance)
        yield {
            "serial_number": f"{purchase.manufacturer[:2].upper()}{purchase.on:%y}{chance.randrange(16**7):07X}",
            "category": purchase.category, "manufacturer": purchase.manufacturer, "model": purchase.model,
            "school_number": school.number, "room": places.room(school, purchase.where, number),
            "use": USES[purchase.where], "state": state,
            "acquired_on": purchase.on, "commissioned_on": purchase.on + timedelta(days=14),
            "price_net": money.to_cent(gross / VAT), "price_gross": gross,
            "supplier": purchase.supplier, "invoice_no": f"RE-{purchase.on:%y}-{order:04d}",
            "order_no": f"A-{purchase.on:%Y}-{order:03d}", "programme": purchase.programme,
            "file_reference": purchase.reference, "bound_until": _bound_until(purchase),
            "warranty_until": warranty_end(purchase.on, purchase.warranty_months),
            "mac_address": ":".join(f"{chance.randrange(256):02X}" for _byte in range(6)),
        }  # fmt: skip


def _bound_until(purchase: Purchase) -> date | None:
    """The end of the n-th following calendar year, as the directives of the state have it."""
    return date(purchase.on.year + purchase.bound_years, 12, 31) if purchase.bound_years else None


def _state(purchase: Purchase, chance: Random) -> State:
    throw = chance.randrange(1000)
    for state, per_mille in STATES:
        if throw < per_mille:
            return state
        throw -= per_mille
    return (
        State.IN_USE
        if purchase.where in ("room", "rack", "office")
        else State.IN_STOCK
        if throw % 3
        else State.IN_USE
    )


def _make_untidy(device: dict[str, Any], number: int) -> None:
    """What every real list has: gaps, spellings, a price that nobody knows any more."""
    if number % 97 == 0:
        device["serial_number"] = None
    if number % 61 == 0:
        device["room"] = None
    if number % 83 == 0:
        device["manufacturer"] = device["manufacturer"].upper()
    if number % 89 == 0:
        device["price_net"] = device["price_gross"] = None
    if number % 101 == 0:
        device["remark"] = "Hülle fehlt; Display mit Kratzer"
    if number % 211 == 0:
        device["warranty_until"] = years_after(device["acquired_on"], 12)
