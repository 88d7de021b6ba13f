"""What a type of device is, and which ports it brings. Plain values only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from school_it.errors import N_

MOST_PORTS = 1000

Port = dict[str, Any]
"""A port that each device of the type has: ``{"kind": "interface", "name": "1", "type": "1000base-t"}``, where known
with ``poe`` (the kind of power it gives), ``takes_poe`` and ``management``, both true."""


class DeviceKind(StrEnum):
    SWITCH = "switch"
    ACCESS_POINT = "accesspoint"
    FIREWALL = "firewall"
    ROUTER = "router"
    CONTROLLER = "controller"
    PATCH_PANEL = "patchpanel"
    SERVER = "server"
    STORAGE = "nas"
    POWER = "pdu"
    BATTERY = "ups"
    PRINTER = "printer"


DEVICE_KINDS = {
    DeviceKind.SWITCH: N_("Switch"),
    DeviceKind.ACCESS_POINT: N_("Accesspoint"),
    DeviceKind.FIREWALL: N_("Firewall"),
    DeviceKind.ROUTER: N_("Router"),
    DeviceKind.CONTROLLER: N_("Controller"),
    DeviceKind.PATCH_PANEL: N_("Patchfeld"),
    DeviceKind.SERVER: N_("Server"),
    DeviceKind.STORAGE: N_("Netzwerkspeicher"),
    DeviceKind.POWER: N_("Steckdosenleiste"),
    DeviceKind.BATTERY: N_("USV"),
    DeviceKind.PRINTER: N_("Drucker"),
}


class PortKind(StrEnum):
    """What can be plugged in; each kind has a list of its own in the public library."""

    INTERFACE = "interface"
    CONSOLE = "console"
    CONSOLE_SERVER = "console_server"
    POWER = "power"
    OUTLET = "power_outlet"
    FRONT = "front"
    REAR = "rear"
    MODULE_BAY = "module_bay"
    DEVICE_BAY = "device_bay"


PORT_KINDS = {
    PortKind.INTERFACE: N_("Netzwerk"),
    PortKind.CONSOLE: N_("Konsole"),
    PortKind.CONSOLE_SERVER: N_("Konsolenserver"),
    PortKind.POWER: N_("Stromanschluss"),
    PortKind.OUTLET: N_("Stromausgang"),
    PortKind.FRONT: N_("vorderer Port"),
    PortKind.REAR: N_("hinterer Port"),
    PortKind.MODULE_BAY: N_("Modulschacht"),
    PortKind.DEVICE_BAY: N_("Einschub"),
}
TYPE_NAMES = {
    "100base-tx": "100 Mbit/s (RJ45)",
    "1000base-t": "1 Gbit/s (RJ45)",
    "2.5gbase-t": "2,5 Gbit/s (RJ45)",
    "5gbase-t": "5 Gbit/s (RJ45)",
    "10gbase-t": "10 Gbit/s (RJ45)",
    "1000base-x-sfp": "1 Gbit/s (SFP)",
    "10gbase-x-sfpp": "10 Gbit/s (SFP+)",
    "25gbase-x-sfp28": "25 Gbit/s (SFP28)",
    "40gbase-x-qsfpp": "40 Gbit/s (QSFP+)",
    "100gbase-x-qsfp28": "100 Gbit/s (QSFP28)",
    "ieee802.11n": "WLAN 802.11n",
    "ieee802.11ac": "WLAN 802.11ac",
    "ieee802.11ax": "WLAN 802.11ax",
    "ieee802.11be": "WLAN 802.11be",
    "8p8c": "RJ45",
}
"""What people say for the usual types of the library; the others are shown as the library spells them."""


class Bundle(NamedTuple):
    """So many ports of one kind and type; `poe` is the power they give, "" for none known."""

    kind: PortKind
    type: str
    poe: str
    number: int

    @property
    def name(self) -> str:
        return TYPE_NAMES.get(self.type, self.type)


def bundles(ports: Iterable[Mapping[str, Any]]) -> list[Bundle]:
    """The ports counted, in the order of their kinds, the most numerous first."""
    counted = Counter(
        (PortKind(port["kind"]), port.get("type") or "", port.get("poe") or "") for port in ports
    )
    order = {kind: place for place, kind in enumerate(PortKind)}
    found = [Bundle(*which, number) for which, number in counted.items()]
    return sorted(found, key=lambda one: (order[one.kind], -one.number, one.type, one.poe))


_COPPER = re.compile(r"base-tx?$", re.IGNORECASE)


def sockets(ports: Iterable[Mapping[str, Any]]) -> int:
    """How many ports of a type take the copper cable of a panel: no slot for fibre, no radio, no management port."""
    return sum(
        port["kind"] == PortKind.INTERFACE
        and not port.get("management")
        and (not port.get("type") or _COPPER.search(str(port["type"])) is not None)
        for port in ports
    )
