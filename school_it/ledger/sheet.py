"""The columns of the asset ledger and of the table of useful lives, for both doors."""

from __future__ import annotations

from school_it.cells import CODE, DATE, EURO, INTEGER
from school_it.errors import N_
from school_it.sheets import Column, Sheet

ASSET_LEDGER = Sheet(
    "asset-ledger",
    N_("Anlagenbuchhaltung"),
    (
        Column(
            "ledger_no", "Anlagennummer", CODE, True,
            ("Anlagen-Nr.", "Anlage", "Anlagennr.", "Hauptnummer", "AnlNr", "Anlagen Nr", "Anlagegut-Nr."),
        ),
        Column(
            "text", "Anlagenbezeichnung", needed=True,
            other_headers=("Bezeichnung", "Anlagentext", "Bezeichnung des Anlageguts", "Anlagegut"),
        ),
        Column(
            "acquired_on", "Aktivierung am", DATE,
            other_headers=("Aktivierungsdatum", "Zugangsdatum", "Anschaffungsdatum", "Aktivierung", "Akt.datum"),
        ),
        Column("quantity", "Menge", INTEGER, other_headers=("Anzahl", "Stück", "Stückzahl")),
        Column(
            "cost", "AHK", EURO,
            other_headers=(
                "Anschaffungswert", "Anschaffungskosten", "Anschaffungs- und Herstellungskosten", "AHK EUR", "AK/HK",
            ),
        ),
        Column(
            "book_value", "Restbuchwert", EURO, other_headers=("Buchwert", "RBW", "Restwert", "Buchwert 31.12.")
        ),
        Column("life_years", "Nutzungsdauer", INTEGER, other_headers=("ND", "ND Jahre", "Nutzungsdauer in Jahren")),
        Column("asset_class", "Anlagenklasse", CODE, other_headers=("Anlageklasse", "Klasse", "Bilanzposition")),
        Column("cost_centre", "Kostenstelle", CODE, other_headers=("KSt", "Kostenst.", "Produkt")),
        Column(
            "inventory_numbers", "Inventarnummern",
            other_headers=("Inventarnummer", "Inventar-Nr.", "Inventarnr.", "Inv.-Nr."),
        ),
        Column("supplier", "Lieferant", other_headers=("Kreditor", "Name Kreditor")),
        Column("invoice_no", "Rechnungsnummer", CODE, other_headers=("Rechnung", "Belegnummer", "Referenz", "Beleg")),
    ),
    keys=(("ledger_no",),),
)  # fmt: skip

USEFUL_LIVES = Sheet(
    "useful-lives",
    N_("Nutzungsdauern"),
    (
        Column(
            "name", "Geräteart", needed=True,
            other_headers=("Anlagegut", "Vermögensgegenstand", "Bezeichnung", "Anlagenart"),
        ),
        Column(
            "useful_life_years", "Nutzungsdauer", INTEGER, True,
            ("Nutzungsdauer in Jahren", "ND", "Jahre", "Nutzungsdauer (Jahre)"),
        ),
    ),
    keys=(("name",),),
)  # fmt: skip
