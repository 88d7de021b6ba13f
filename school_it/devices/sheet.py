"""The columns of devices, for both doors, and a device as their values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from school_it import cells
from school_it.cells import CODE, DATE, EURO, TEXT
from school_it.devices import numbers
from school_it.devices.rules import STATES, USES, State, Use, usual_categories
from school_it.errors import N_
from school_it.sheets import Column, Sheet

USE_WORDS: dict[str, Any] = {name: use for use, name in USES.items()} | {
    "Lehrer": Use.TEACHER, "Lehrergerät": Use.TEACHER, "Dienstgerät": Use.TEACHER, "Lehrkräfte": Use.TEACHER,
    "Leihgerät": Use.LOAN, "Ausleihe": Use.LOAN, "Schüler": Use.LOAN, "Poolgerät": Use.POOL,
    **{use.value: use for use in Use},
}  # fmt: skip
STATE_WORDS: dict[str, Any] = {name: state for state, name in STATES.items()} | {
    "aktiv": State.IN_USE, "im Einsatz": State.IN_USE, "in Gebrauch": State.IN_USE, "eingesetzt": State.IN_USE,
    "auf Lager": State.IN_STOCK, "im Lager": State.IN_STOCK, "in Reparatur": State.IN_REPAIR, "kaputt": State.DEFECTIVE,
    "Verlust": State.LOST, "Diebstahl": State.STOLEN, "ausgemustert": State.DISPOSED, "entsorgt": State.DISPOSED,
    **{state.value: state for state in State},
}  # fmt: skip

# What people write for the categories that are there from the start.
CATEGORY_WORDS = {
    "iPad": "Tablet", "Tablets": "Tablet", "Laptop": "Notebook", "Notebooks": "Notebook", "Convertible": "Notebook",
    "Chromebook": "Notebook", "Desktop": "PC", "Computer": "PC", "Rechner": "PC",
    "Monitor": "Display", "Bildschirm": "Display",
    "digitale Tafel": "Display", "interaktive Tafel": "Display", "Smartboard": "Display", "Projektor": "Beamer",
    "Visualizer": "Dokumentenkamera", "Dok-Kamera": "Dokumentenkamera", "Access Point": "Accesspoint",
    "Access-Point": "Accesspoint",
    "AP": "Accesspoint", "WLAN-AP": "Accesspoint", "Ladekoffer": "Ladewagen",
    "Tabletwagen": "Ladewagen", "Notebookwagen": "Ladewagen",
    "Handy": "Telefon", "Smartphone": "Telefon", "Kopierer": "Drucker", "Sonstige": "Sonstiges", "Zubehoer": "Zubehör",
}  # fmt: skip

# A list of where the devices stand says no more of them than their numbers.
NEEDED_OF_NEW = ("category", "school_number")


def _read_mac(raw: cells.Raw) -> str | None:
    text = cells.read_code(raw)
    return None if text is None else numbers.read_mac(text)


MAC = cells.Type("code", _read_mac, str)


@lru_cache(maxsize=8)
def sheet_with(categories: tuple[str, ...]) -> Sheet:
    """The sheet whose categories are these: `queries.category_names` gives those of the database."""
    known = set(categories)
    listed: dict[str, Any] = {name: name for name in categories}
    listed |= {word: name for word, name in CATEGORY_WORDS.items() if name in known and word not in known}
    return Sheet(
        "devices",
        N_("Geräte"),
        _columns(cells.one_of(listed)),
        keys=(("asset_tag",), ("serial_number", "manufacturer"), ("mac_address",)),
        last_resort=True,
        needed_of_new=NEEDED_OF_NEW,
    )


def _columns(category: cells.Type) -> tuple[Column, ...]:
    return (
        Column(
            "asset_tag",
            "Inventarnummer",
            CODE,
            False,
            ("Inventar-Nr.", "Inv.-Nr.", "InvNr", "Inventarnr.", "Inventar", "Asset-Tag", "Anlagennummer"),
        ),
        Column(
            "serial_number",
            "Seriennummer",
            CODE,
            False,
            ("Serien-Nr.", "SN", "S/N", "SerNr", "Serial", "Serial Number", "Fabriknummer"),
        ),
        Column(
            "category",
            "Geräteart",
            category,
            True,
            ("Gerätetyp", "Kategorie", "Art", "Gerätekategorie", "Art des Gegenstandes"),
        ),
        Column("manufacturer", "Hersteller", TEXT, False, ("Marke", "Fabrikat", "Hersteller/Marke")),
        Column("model", "Modell", TEXT, False, ("Modellbezeichnung", "Modellname", "Gerätemodell")),
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "Schulnr.", "SNR")),
        Column("room", "Raum", CODE, False, ("Raumnummer", "Raum-Nr.", "Raumnr.", "Raum/Standort")),
        Column("use", "Nutzung", cells.one_of(USE_WORDS), False, ("Verwendung", "Nutzungsart")),
        Column(
            "state", "Zustand", cells.one_of(STATE_WORDS), False, ("Status", "Gerätestatus", "Gerätezustand")
        ),
        Column(
            "acquired_on",
            "Anschaffungsdatum",
            DATE,
            False,
            (
                "Anschaffung",
                "Kaufdatum",
                "Anschaffung am",
                "Anschaffung Datum",
                "Datum Kauf",
                "gekauft am",
                "gekauft",
                "angeschafft",
                "angeschafft am",
                "Purchase Date",
                "Zugangsdatum",
                "Aktivierungsdatum",
            ),
        ),
        Column(
            "commissioned_on",
            "Inbetriebnahme",
            DATE,
            False,
            ("Inbetriebnahmedatum", "Inbetriebnahme am", "in Betrieb seit"),
        ),
        Column(
            "price_net",
            "Preis netto",
            EURO,
            False,
            ("Nettopreis", "Netto", "Betrag netto", "Anschaffungspreis netto"),
        ),
        Column(
            "price_gross",
            "Preis brutto",
            EURO,
            False,
            ("Bruttopreis", "Brutto", "Betrag brutto", "Anschaffungspreis brutto"),
        ),
        Column(
            "supplier",
            "Lieferant",
            TEXT,
            False,
            ("Händler", "Lieferfirma", "Verkäufer", "Bezugsquelle", "Kreditor"),
        ),
        Column(
            "invoice_no",
            "Rechnungsnummer",
            CODE,
            False,
            ("Rechnungs-Nr.", "Rechnung", "Rg.-Nr.", "Re.-Nr.", "Rechnung Nr."),
        ),
        Column(
            "order_no",
            "Auftragsnummer",
            CODE,
            False,
            ("Auftrags-Nr.", "Auftrag", "Bestellnummer", "Bestell-Nr."),
        ),
        Column(
            "programme",
            "Förderprogramm",
            CODE,
            False,
            ("Förderung", "Programm", "Fördermittel", "Fördertopf"),
        ),
        Column("file_reference", "Aktenzeichen", CODE, False, ("Az.", "AZ Bescheid", "Geschäftszeichen")),
        Column(
            "bound_until",
            "Zweckbindung bis",
            DATE,
            False,
            ("Zweckbindung", "Zweckbindungsende", "Ende Zweckbindung", "Bindung bis"),
        ),
        Column(
            "warranty_until",
            "Garantie bis",
            DATE,
            False,
            ("Garantie", "Garantieende", "Gewährleistung bis", "Ende Garantie"),
        ),
        Column(
            "mac_address", "MAC-Adresse", MAC, False, ("MAC", "WLAN-MAC", "MAC WLAN", "Physische Adresse")
        ),
        Column(
            "holder",
            "Entleiher",
            TEXT,
            False,
            ("Ausgegeben an", "Entliehen an", "Nutzer", "Benutzer", "Inhaber", "Entleiherin"),
        ),
        Column(
            "remark", "Bemerkung", TEXT, False, ("Bemerkungen", "Notiz", "Notizen", "Kommentar", "Anmerkung")
        ),
    )


DEVICES = sheet_with(usual_categories())
FIELDS = DEVICES.fields
# The columns of a stored device that a sheet shows under another name or joined.
JOINED = frozenset({"category", "school_number", "room", "holder"})
PLAIN = tuple(name for name in FIELDS if name not in JOINED)


def values_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `queries.rows_for_sheet` by the field names of the sheet, for exports, JSON and the import."""
    return {name: row[name] for name in FIELDS}


def holder_text(
    given_name: str | None, family_name: str | None, room: str | None, name: str | None
) -> str | None:
    """Who has a device, as one text: the person, the room, or what a file said."""
    if family_name:
        return f"{given_name or ''} {family_name}".strip()
    return f"Raum {room}" if room else name
