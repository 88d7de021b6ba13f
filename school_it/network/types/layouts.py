"""A type as files describe it, turned into values: the layout of the public device-type library (one YAML file for
each type; its keys are public domain, CC0), and a compact one with counted ports. Plain values only.

Values of a file may all be text, as a careful reader of YAML leaves them, or typed, as JSON has them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from school_it import cells
from school_it.errors import N_, Sentence
from school_it.network.types.rules import MOST_PORTS, DeviceKind, Port, PortKind

FIELDS = (
    "manufacturer", "model", "slug", "part_number", "kind", "u_height", "full_depth", "max_watts", "poe_budget",
    "ports",
)  # fmt: skip
LISTS = {
    "interfaces": PortKind.INTERFACE,
    "console-ports": PortKind.CONSOLE,
    "console-server-ports": PortKind.CONSOLE_SERVER,
    "power-ports": PortKind.POWER,
    "power-outlets": PortKind.OUTLET,
    "front-ports": PortKind.FRONT,
    "rear-ports": PortKind.REAR,
    "module-bays": PortKind.MODULE_BAY,
    "device-bays": PortKind.DEVICE_BAY,
}
COUNTED = {
    "console": PortKind.CONSOLE,
    "power": PortKind.POWER,
    "outlets": PortKind.OUTLET,
}
LENGTHS = {"manufacturer": 120, "model": 120, "slug": 160, "part_number": 120}
HIGHEST = 100  # rack units
MOST_WATTS = 100_000


class Fault(NamedTuple):
    """What is wrong with one key of a file; None where it concerns the whole file."""

    key: str | None
    value: str | None
    sentence: Sentence


class Described(NamedTuple):
    """What a file says, and what is wrong with it; without faults the values are whole."""

    values: dict[str, Any]
    faults: list[Fault]


def described(given: Any) -> Described:
    """A type in either layout: the compact one says `vendor`, the library's `manufacturer`."""
    if not isinstance(given, Mapping):
        return Described(
            {}, [Fault(None, None, Sentence(N_("Das ist keine Beschreibung eines Gerätetyps.")))]
        )
    reader = _Reader(given)
    compact = "vendor" in given and "manufacturer" not in given
    maker = reader.text("vendor" if compact else "manufacturer", "manufacturer", needed=True)
    model = reader.text("model", needed=True)
    values: dict[str, Any] = {
        "manufacturer": maker,
        "model": model,
        "slug": reader.text("slug") or slug_of(maker, model),
        "part_number": reader.text("part_number"),
        "kind": reader.kind(),
        "u_height": reader.units(),
        "full_depth": reader.depth(compact=compact),
        "max_watts": reader.watts("max_w") if compact else reader.drawn(),
        "poe_budget": reader.watts("poe_budget"),
        "ports": reader.counted_ports() if compact else reader.listed_ports(),
    }
    kept = {name: values[name] for name in FIELDS if values[name] is not None}
    return Described(kept, reader.faults)


def slug_of(*words: str | None) -> str | None:
    """``Beispiel AG``, ``S 48`` -> ``beispiel-ag-s-48``; None without any letter or digit."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(filter(None, words)).casefold()).strip("-") or None


class _Reader:
    def __init__(self, given: Mapping[Any, Any]) -> None:
        self.given, self.faults = given, list[Fault]()

    def refuse(self, at: str | None, value: Any, sentence: str, /, **values: Any) -> None:
        shown = None if value is None else str(value)[:200]
        self.faults.append(Fault(at, shown, Sentence(sentence, **values)))

    def text(self, key: str, field: str = "", *, needed: bool = False) -> str | None:
        value = self.given.get(key)
        if isinstance(value, Mapping | list):
            self.refuse(key, None, N_("»%(key)s« ist kein Text."), key=key)
            return None
        text = "" if value is None else cells.one_line(str(value))
        most = LENGTHS[field or key]
        if len(text) > most:
            self.refuse(key, text, N_("Höchstens %(max)s Zeichen."), max=most)
        if needed and not text:
            self.refuse(key, None, N_("»%(key)s« fehlt."), key=key)
        return text or None

    def kind(self) -> DeviceKind | None:
        """Only the compact layout has it; a kind that the house does not know is none."""
        value = self.given.get("kind")
        return DeviceKind(value) if isinstance(value, str) and value in set(DeviceKind) else None

    def number(self, key: str, value: Any, most: int) -> Decimal | None:
        if value is None or value == "":
            return None
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if (
            not number.is_finite()
            or not 0 <= number <= most
            or number * 100 != (number * 100).to_integral_value()
        ):
            self.refuse(key, value, N_("»%(key)s« ist keine Zahl von 0 bis %(most)s."), key=key, most=most)
            return None
        return number.normalize() + 0

    def units(self) -> Decimal | None:
        return self.number("u_height", self.given.get("u_height"), HIGHEST)

    def watts(self, key: str) -> int | None:
        number = self.number(key, self.given.get(key), MOST_WATTS)
        return None if number is None else round(number)

    def depth(self, *, compact: bool) -> bool | None:
        value = self.given.get("half_depth" if compact else "is_full_depth")
        if isinstance(value, str):
            value = {"true": True, "yes": True, "false": False, "no": False}.get(value.strip().casefold())
        if not isinstance(value, bool):
            return None
        return not value if compact else value

    def listed_ports(self) -> list[Port]:
        ports = [port for key, kind in LISTS.items() for port in self._listed(key, kind)]
        return self._not_too_many(ports)

    def _listed(self, key: str, kind: PortKind) -> list[Port]:
        entries = self.given.get(key)
        if entries in (None, ""):
            return []
        if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
            self.refuse(key, None, N_("»%(key)s« ist keine Liste von Anschlüssen."), key=key)
            return []
        names = [cells.one_line(str(entry.get("name") or "")) for entry in entries]
        if not all(names):
            self.refuse(key, None, N_("Ein Anschluss unter »%(key)s« hat keinen Namen."), key=key)
        doubled = next((name for name, count in Counter(names).items() if count > 1), None)
        if doubled:
            self.refuse(
                key,
                doubled,
                N_("Den Anschluss »%(name)s« gibt es unter »%(key)s« zweimal."),
                name=doubled,
                key=key,
            )
        return [_listed_port(kind, name, entry) for name, entry in zip(names, entries, strict=True)]

    def counted_ports(self) -> list[Port]:
        """Numbered through; the library's names are not in the compact layout."""
        counts = self._counts("ports")
        powered = self._counts("poe_out")
        ports = _numbered(PortKind.INTERFACE, counts, takes_poe=bool(self.given.get("poe_in")))
        copper = [port for port in ports if str(port["type"]).endswith(("base-t", "base-tx"))]
        for poe, number in powered.items():
            for port in copper[:number]:
                port["poe"] = poe
            copper = copper[number:]
        if self.given.get("mgmt"):
            ports.append({"kind": PortKind.INTERFACE.value, "name": "mgmt", "management": True})
        ports += _numbered(PortKind.FRONT, self._counts("front_ports"))
        for key, kind in COUNTED.items():
            ports += _numbered(kind, {"": self._count(key, self.given.get(key))})
        return self._not_too_many(ports)

    def _counts(self, key: str) -> dict[str, int]:
        entries = self.given.get(key)
        if entries is None:
            return {}
        if not isinstance(entries, Mapping):
            self.refuse(key, None, N_("»%(key)s« ist keine Liste von Anschlüssen."), key=key)
            return {}
        return {
            cells.one_line(str(name))[:60]: self._count(key, number)
            for name, number in entries.items()
            if name not in (None, "None")
        }

    def _count(self, key: str, value: Any) -> int:
        number = self.number(key, value, MOST_PORTS)
        return 0 if number is None else int(number)

    def _not_too_many(self, ports: Sequence[Port]) -> list[Port]:
        if len(ports) > MOST_PORTS:
            self.refuse(None, None, N_("Das sind mehr als %(most)s Anschlüsse."), most=MOST_PORTS)
        return list(ports[:MOST_PORTS])

    def drawn(self) -> int | None:
        """The most that its power supplies draw together, where the file says it of one."""
        entries = self.given.get("power-ports")
        drawn = (
            [entry.get("maximum_draw") for entry in entries if isinstance(entry, Mapping)]
            if isinstance(entries, list)
            else []
        )
        numbers = [self.number("power-ports", one, MOST_WATTS) for one in drawn]
        return max((round(number) for number in numbers if number is not None), default=None)


def _listed_port(kind: PortKind, name: str, entry: Mapping[Any, Any]) -> Port:
    port: Port = {
        "kind": kind.value,
        "name": name[:80],
        "type": cells.one_line(str(entry.get("type") or ""))[:60],
    }
    mode, power = str(entry.get("poe_mode") or ""), cells.one_line(str(entry.get("poe_type") or ""))[:60]
    if mode == "pse":
        port["poe"] = power or "?"
    if mode == "pd":
        port["takes_poe"] = True
    if str(entry.get("mgmt_only") or "").casefold() == "true":
        port["management"] = True
    return port


def _numbered(kind: PortKind, counts: Mapping[str, int], *, takes_poe: bool = False) -> list[Port]:
    ports: list[Port] = []
    for type_, number in counts.items():
        for _place in range(min(number, MOST_PORTS + 1)):
            ports.append({"kind": kind.value, "name": str(len(ports) + 1), "type": type_})
    if takes_poe and ports:
        ports[0]["takes_poe"] = True
    return ports
