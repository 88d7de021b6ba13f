"""The columns of fixed addresses and of subnets with their VLANs, for both doors."""

from __future__ import annotations

from typing import Any

from school_it import cells
from school_it.cells import CODE, TEXT, YES_NO
from school_it.errors import N_, BadValue
from school_it.network.addresses import pools, rules
from school_it.sheets import Column, Sheet


def _read_address(raw: Any) -> str | None:
    """Also ``10.20.0.15/22``, as many lists have it: the size belongs to the subnet. Raises BadValue."""
    text = cells.read_code(raw)
    return None if text is None else str(rules.read_address(text.partition("/")[0]))


def _read_network(raw: Any) -> str | None:
    """``10.20.0.0/22``; also with a mask behind a slash or a blank: ``10.20.0.0 255.255.252.0``. Raises BadValue."""
    text = cells.read_code(raw)
    if text is None:
        return None
    said = text.replace("/", " ").split()
    return str(rules.read_network("/".join(said)))


def _read_vlan(raw: Any) -> int | None:
    """The number: ``20``, ``VLAN 20``, ``20 Pädagogik``. Raises BadValue."""
    text = cells.read_code(raw)
    number = rules.vlan_number(text)
    if text is not None and number is None:
        raise BadValue(N_("»%(text)s« nennt keine VLAN-Nummer von 1 bis 4094."), text=text)
    return number


def _read_pools(raw: Any) -> str | None:
    """DHCP ranges as `pools.read` reads them. Raises BadValue."""
    text = cells.read_code(raw)
    return None if text is None else pools.shown(pools.read(text))


ADDRESS = cells.Type("code", _read_address, CODE.show)
ADDRESSES = Sheet(
    "addresses",
    N_("Feste Adressen"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR")),
        Column(
            "address", "Adresse", ADDRESS, True,
            ("IP-Adresse", "IP", "IPv4", "IPv4-Adresse", "IPv6-Adresse", "feste IP", "feste Adresse",
                "feste IP-Adresse", "IP Address"),
        ),
        Column(
            "name", "Name", TEXT,
            other_headers=("Rechnername", "Hostname", "Host", "Gerätename", "DNS-Name", "Netzwerkname", "Computername"),
        ),
        Column(
            "device", "Inventarnummer", CODE,
            other_headers=("Inventar-Nr.", "Inv.-Nr.", "Inventarnr.", "Inventarnummer Gerät", "Gerätenummer"),
        ),
        Column("vlan", "VLAN", CODE, other_headers=("VLAN-ID", "VLAN Nr.", "VLAN-Nummer")),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Anmerkung", "Notiz", "Kommentar")),
    ),
    keys=(("school_number", "address"),),
)  # fmt: skip
NETWORK = cells.Type("code", _read_network, CODE.show)
VLAN = cells.Type("code", _read_vlan, str)
POOLS = cells.Type("code", _read_pools, CODE.show)
PURPOSE = cells.one_of(
    {name: purpose for purpose, name in rules.PURPOSES.items()}
    | {
        "Gäste": rules.Purpose.GUESTS, "BYOD": rules.Purpose.GUESTS, "Unterricht": rules.Purpose.TEACHING,
        "Schüler": rules.Purpose.TEACHING, "Management": rules.Purpose.MANAGEMENT, "VoIP": rules.Purpose.VOICE,
    }
)  # fmt: skip


def purpose_of(name: str | None) -> rules.Purpose:
    """What a VLAN is for, as far as its name is a word for it."""
    try:
        return PURPOSE.read(name) or rules.Purpose.OTHER
    except BadValue:
        return rules.Purpose.OTHER


SUBNETS = Sheet(
    "subnets",
    N_("Teilnetze"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR")),
        Column(
            "network", "Teilnetz", NETWORK, True,
            ("Netz", "Subnetz", "Subnet", "Netzwerk", "IP-Netz", "IP-Bereich", "Netzadresse", "Netz-ID"),
            parts=("Teilnetz", "Netz", "Subnetz", "Netzwerk", "IP-Netz", "Netzadresse", "Netzmaske", "Subnetzmaske",
                "Maske"),
        ),
        Column("vlan", "VLAN", VLAN, other_headers=("VLAN-ID", "VLAN Nr.", "VLAN-Nummer")),
        Column("vlan_name", "Name des VLAN", TEXT, other_headers=("VLAN-Name", "VLAN Bezeichnung", "Name VLAN")),
        Column("purpose", "Zweck", PURPOSE, other_headers=("Verwendung", "Nutzung", "Einsatz")),
        Column("gateway", "Gateway", ADDRESS, other_headers=("Standardgateway", "Default Gateway", "GW")),
        Column(
            "dhcp", "DHCP-Bereiche", POOLS,
            other_headers=("DHCP-Bereich", "DHCP", "DHCP-Range", "DHCP-Pool", "DHCP von", "DHCP-Adressen"),
            parts=("DHCP von", "DHCP-Anfang", "DHCP Start", "DHCP bis", "DHCP-Ende", "DHCP Ende"),
        ),
        Column("is_separate", "getrenntes Netz", YES_NO, other_headers=("getrennt", "eigener Router", "NAT")),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Anmerkung", "Notiz", "Kommentar")),
    ),
    keys=(("school_number", "network"),),
)  # fmt: skip
