"""The columns of fixed addresses, for both doors."""

from __future__ import annotations

from typing import Any

from school_it import cells
from school_it.cells import CODE, TEXT
from school_it.errors import N_
from school_it.network.addresses import rules
from school_it.sheets import Column, Sheet


def _read_address(raw: Any) -> str | None:
    """Also ``10.20.0.15/22``, as many lists have it: the size belongs to the subnet. Raises BadValue."""
    text = cells.read_code(raw)
    return None if text is None else str(rules.read_address(text.partition("/")[0]))


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
