"""The columns of lines to the internet, for both doors."""

from __future__ import annotations

import re
from typing import Any

from school_it import cells
from school_it.cells import CODE, DATE, EURO, TEXT, YES_NO
from school_it.errors import N_
from school_it.sheets import Column, Sheet

_UNIT = re.compile(r"\s*(g|m)(?:bit/s|bit/sek\.?|bits?|bps|b/s)?$", re.IGNORECASE)


def read_mbits(raw: Any) -> int | None:
    """Mbit/s: ``1000``, ``1.000 Mbit/s``, ``1 Gbit/s``. Raises BadValue."""
    unit = _UNIT.search(raw.strip()) if isinstance(raw, str) else None
    if unit is None:
        return cells.read_integer(raw)
    number = raw.strip()[: unit.start()]
    if unit[1] in "mM":
        return cells.read_integer(number)
    gigabits = cells.read_number(number)
    return None if gigabits is None else int(gigabits * 1000)


MBITS = cells.Type("integer", read_mbits, str)
UPLINKS = Sheet(
    "uplinks",
    N_("Internetanschlüsse"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR")),
        Column("provider", "Anbieter", TEXT, True, ("Provider", "Netzbetreiber", "Vertragspartner")),
        Column(
            "contract_no", "Vertragsnummer", CODE,
            other_headers=("Vertrags-Nr.", "Vertragsnr.", "Vertrag Nr.", "Leitungsnummer"),
        ),
        Column(
            "down", "Mbit/s herunter", MBITS,
            other_headers=("Download", "Downstream", "Download Mbit/s", "Mbit/s Download", "Down", "Bandbreite",
                "Bandbreite Download", "Mbit/s"),
        ),
        Column(
            "up", "Mbit/s hinauf", MBITS,
            other_headers=("Upload", "Upstream", "Upload Mbit/s", "Mbit/s Upload", "Up", "Bandbreite Upload"),
        ),
        Column("fibre", "Glasfaser", YES_NO, other_headers=("Glasfaser bis ins Gebäude", "FTTB", "FTTH", "LWL")),
        Column("is_backup", "Ersatzleitung", YES_NO, other_headers=("Backup", "Ersatz", "Redundanz")),
        Column("router", "Router", CODE, other_headers=("Router Inventarnummer", "Inventarnummer Router")),
        Column("notice_on", "kündbar bis", DATE, other_headers=("Kündigung bis", "Kündigungstermin", "kündigen bis")),
        Column("ends_on", "Vertragsende", DATE, other_headers=("Laufzeit bis", "Vertragslaufzeit bis", "gültig bis")),
        Column(
            "monthly_cost", "Kosten im Monat", EURO,
            other_headers=("Kosten monatlich", "monatliche Kosten", "Kosten pro Monat", "mtl. Kosten", "Monatspreis",
                "Preis im Monat", "Kosten im Monat, brutto"),
        ),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Anmerkung", "Notiz", "Kommentar")),
    ),
    keys=(("school_number", "provider", "contract_no"),),
)  # fmt: skip
