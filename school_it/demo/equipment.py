"""What the town has beside its devices: licences, outlets with their chains, targets of the plan, types of devices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from school_it import money, school_year
from school_it.demo.places import DemoSchool
from school_it.demo.purchases import VAT
from school_it.devices.rules import ItemClass
from school_it.licences.rules import Basis as LicenceBasis
from school_it.network.types import layouts
from school_it.plan.rules import Basis as TargetBasis
from school_it.schools.rules import RoomUse, SchoolType
from school_it.sheets import Row

_P, _D, _C, _S, _T = (
    LicenceBasis.PERSON, LicenceBasis.DEVICE, LicenceBasis.CLASS, LicenceBasis.SCHOOL, LicenceBasis.AUTHORITY,
)  # fmt: skip
# product, vendor, basis, price for one seat and term, months of a term, for whom: the town, primary, secondary, all
PRODUCTS = (
    ("Geräteverwaltung Leitstand", "Nordlicht", _D, "6.90", 12, "town"),
    ("Lernplattform Klassenraum", "Lernhafen", _T, "9800.00", 36, "town"),
    ("Virenschutz Schild", "Wachturm Software", _D, "3.40", 12, "town"),
    ("Schreibprogramm Feder", "Federwerk", _P, "2.10", 12, "town"),
    ("Lernapp Zahlenwald", "Beispielverlag", _C, "39.00", 12, "primary"),
    ("Lesestart digital", "Beispielverlag", _S, "240.00", 12, "primary"),
    ("Mathelabor", "Formelhaus", _P, "4.50", 12, "secondary"),
    ("Wörterbuch Englisch", "Sprachbogen", _P, "3.80", 12, "secondary"),
    ("Notensatz Partitur", "Klangwerk", _S, "690.00", None, "secondary"),
    ("Stundenplan Taktgeber", "Taktwerk", _S, "690.00", 12, "all"),
)


def licence_rows(schools: Sequence[DemoSchool], pupils: int, today: date, chance: Random) -> list[Row]:
    """Some run, some end soon or have their notice date before them, a few are long over."""
    values = [
        licence
        for order, product in enumerate(PRODUCTS, 1)
        for school in _for_whom(product[5], schools)
        for licence in _bought(order, product, school, schools, pupils, today, chance)
    ]
    for number, licence in enumerate(values, 1):
        licence["licence_no"] = f"L-{number:04d}"
    return [Row(number, licence) for number, licence in enumerate(values, 1)]


def _for_whom(whom: str, schools: Sequence[DemoSchool]) -> Sequence[DemoSchool | None]:
    if whom == "town":
        return (None,)
    wanted = {"primary": (True,), "secondary": (False,), "all": (True, False)}[whom]
    return [school for school in schools if (school.kind is SchoolType.G) in wanted]


def _bought(
    order: int, product: tuple[Any, ...], school: DemoSchool | None, schools: Sequence[DemoSchool], pupils: int,
    today: date, chance: Random,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    name, vendor, basis, price, months, _whom = product
    share = 1.0 if school is None else school.size / sum(one.size for one in schools)
    seats = {_P: round(pupils * share), _D: round(pupils * share / 3), _C: 4, _S: 1, _T: 1}[basis] or 1
    begun = school_year.begins(school_year.school_year(today)) - timedelta(
        days=chance.choice((0, 0, 212, 334))
    )
    ends = None if months is None else school_year.months_after(begun, months) - timedelta(days=1)
    gross = money.to_cent(Decimal(price) * seats)
    common = {
        "product": name, "vendor": vendor, "basis": basis, "seats": seats,
        "school_number": school.number if school else None, "price_gross": gross,
        "price_net": money.to_cent(gross / VAT),
        "supplier": vendor if order % 3 else "Schulausstatter Muster", "invoice_no": f"LZ-{begun:%y}-{order:03d}",
    }  # fmt: skip
    renews = months == 12 and order % 2 == 1
    yield {
        **common, "valid_from": begun, "valid_to": ends, "renews": renews,
        "cancel_by": ends - timedelta(days=chance.choice((30, 90))) if ends and renews else None,
    }  # fmt: skip
    if order % 4 == 0 and months:
        yield {
            **common, "valid_from": school_year.months_after(begun, -months), "valid_to": begun - timedelta(days=1),
            "renews": False, "remark": "abgelöst durch die neue Laufzeit",
        }  # fmt: skip


CONNECTED = ("Accesspoint", "Display", None, "Lehrerarbeitsplatz")
PORTS_OF_A_PANEL, PORTS_OF_A_SWITCH = 24, 48


def outlet_rows(
    schools: Sequence[DemoSchool], rooms: Sequence[Row], switches: Mapping[str, Sequence[str]]
) -> list[Row]:
    """The outlets of the smallest school and of the one that can be signed in to, the last; patched as far as their
    `switches` reach, with gaps.

    `switches` are inventory numbers by school number.
    """
    wired = [school for school in schools if school.number in switches] or schools
    by_size = sorted(wired, key=lambda school: (school.size, school.number))
    chosen = {by_size[0].number, wired[-1].number}
    values = [
        outlet for number in sorted(chosen) for outlet in _outlets_at(number, rooms, switches.get(number, ()))
    ]
    return [Row(number, outlet) for number, outlet in enumerate(values, 1)]


def _outlets_at(number: str, rooms: Sequence[Row], switches: Sequence[str]) -> Iterator[dict[str, Any]]:
    wired = [row.values for row in rooms if row.values["school_number"] == number]
    wired = [room for room in wired if room["use"] in (RoomUse.CLASSROOM, RoomUse.SPECIALIST, RoomUse.OFFICE)]
    place = used = 0
    for order, room in enumerate(wired):
        for door, connected in enumerate(CONNECTED, 1):
            panel, port = divmod(place, PORTS_OF_A_PANEL)
            outlet = {
                "school_number": number, "room": room["room"], "outlet": f"{room['room']}-D{door}",
                "rack": f"EV{panel // 4 + 1}", "panel": f"PF{panel % 4 + 1}", "panel_port": str(port + 1),
                "connected": connected, "measured_on": date(2022, 7, 12) if place % 11 else None,
            }  # fmt: skip
            place += 1
            if connected is not None and used < len(switches) * PORTS_OF_A_SWITCH:
                switch, at = divmod(used, PORTS_OF_A_SWITCH)
                used += 1
                vlan = {"Accesspoint": "30", "Display": "20"}.get(connected, "10")
                outlet |= {
                    "switch": switches[switch], "switch_port": f"Gi1/0/{at + 1}", "vlan": vlan if place % 17 else None,
                }  # fmt: skip
            if order % 13 == 12:
                outlet |= {"panel": None, "panel_port": None, "remark": "Beschriftung im Verteiler fehlt"}
            yield outlet


def target_rows(today: date) -> list[Row]:
    """Two versions of the plan: the last one, and that which holds since two school years ago."""
    since = school_year.begins(school_year.school_year(today) - 2)
    before = school_year.begins(school_year.school_year(today) - 7)
    G, GE, GY, S = SchoolType.G, SchoolType.GE, SchoolType.GY, SchoolType.S
    values = (
        ("IV", (G,), None, None, ItemClass.MOBILE, TargetBasis.PUPILS, "5", None, before),
        ("IV", (GE, GY), "05", "10", ItemClass.MOBILE, TargetBasis.PUPILS, "3", None, before),
        ("IV", None, None, None, ItemClass.PRESENTATION, TargetBasis.ROOM, "0.5", None, before),
        ("V", (G,), "01", "04", ItemClass.MOBILE, TargetBasis.PUPILS, "2", "0.05", since),
        ("V", (GE, GY), "05", "10", ItemClass.MOBILE, TargetBasis.PUPILS, "1.5", "0.05", since),
        ("V", (GE, GY), "EF", "Q2", ItemClass.MOBILE, TargetBasis.PUPILS, "2", "0.05", since),
        ("V", (S,), None, None, ItemClass.MOBILE, TargetBasis.PUPILS, "1", "0.1", since),
        ("V", None, None, None, ItemClass.PRESENTATION, TargetBasis.ROOM, "1", None, since),
        ("V", None, None, None, ItemClass.ACCESS_POINT, TargetBasis.ROOM, "1", None, since),
        ("V", None, None, None, ItemClass.TEACHERS, TargetBasis.TEACHER, "1", "0.03", since),
        ("V", None, None, None, ItemClass.WORKPLACE, TargetBasis.SCHOOL, "6", None, since),
    )
    names = (
        "plan",
        "school_type",
        "grade_from",
        "grade_to",
        "item_class",
        "basis",
        "value",
        "reserve",
        "valid_from",
    )
    rows = []
    for number, one in enumerate(values, 1):
        row: dict[str, Any] = {
            name: value for name, value in zip(names, one, strict=True) if value is not None
        }
        row |= {name: Decimal(row[name]) for name in ("value", "reserve") if name in row}
        rows.append(Row(number, row))
    return rows


TYPES: tuple[dict[str, Any], ...] = (
    {
        "vendor": "Knotenpunkt", "model": "S48 PoE", "kind": "switch", "u_height": 1, "max_w": 740, "poe_budget": 370,
        "ports": {"1000base-t": 48, "10gbase-x-sfpp": 4}, "poe_out": {"type2-ieee802.3at": 48}, "console": 1,
        "power": 2,
    },
    {
        "vendor": "Knotenpunkt", "model": "S24", "kind": "switch", "u_height": 1, "max_w": 60,
        "ports": {"1000base-t": 24, "1000base-x-sfp": 4}, "console": 1, "power": 1,
    },
    {
        "vendor": "Knotenpunkt", "model": "Funk 6", "kind": "accesspoint", "u_height": 0, "poe_in": True, "max_w": 19,
        "ports": {"2.5gbase-t": 1, "ieee802.11ax": 2},
    },
    {
        "vendor": "Knotenpunkt", "model": "Wall 200", "kind": "firewall", "u_height": 1, "max_w": 120,
        "ports": {"1000base-t": 8, "10gbase-x-sfpp": 2}, "console": 1, "power": 2,
    },
    {"vendor": "Klemmfix", "model": "Patchfeld 24", "kind": "patchpanel", "u_height": 1, "front_ports": {"8p8c": 24}},
)  # fmt: skip


def type_rows() -> list[Row]:
    return [Row(number, layouts.described(one).values) for number, one in enumerate(TYPES, 1)]
