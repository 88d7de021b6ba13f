"""The columns of licences, for both doors."""

from __future__ import annotations

from typing import Any

from school_it import cells
from school_it.cells import CODE, DATE, EURO, INTEGER, TEXT, YES_NO
from school_it.errors import N_
from school_it.licences.rules import BASES, Basis
from school_it.sheets import Column, Sheet

# The first word of each is what our own sheets show; the others are what vendors and schools write.
BASIS_WORDS: dict[str, Any] = {name: basis for basis, name in BASES.items()}
BASIS_WORDS |= {
    "Personen": Basis.PERSON, "Nutzer": Basis.PERSON, "Benutzer": Basis.PERSON, "User": Basis.PERSON,
    "Schüler": Basis.PERSON, "je Person": Basis.PERSON, "Personenlizenz": Basis.PERSON, "Einzellizenz": Basis.PERSON,
    "Geräte": Basis.DEVICE, "je Gerät": Basis.DEVICE, "Gerätelizenz": Basis.DEVICE, "Device": Basis.DEVICE,
    "Klassen": Basis.CLASS, "je Klasse": Basis.CLASS, "Klassenlizenz": Basis.CLASS, "Klassensatz": Basis.CLASS,
    "Schullizenz": Basis.SCHOOL, "je Schule": Basis.SCHOOL, "Campus": Basis.SCHOOL, "Campuslizenz": Basis.SCHOOL,
    "Schulträger": Basis.AUTHORITY, "Trägerlizenz": Basis.AUTHORITY, "alle Schulen": Basis.AUTHORITY,
}  # fmt: skip

LICENCES = Sheet(
    "licences",
    N_("Lizenzen"),
    (
        Column("licence_no", "Lizenz-Nr.", CODE, True, ("Lizenznummer", "Lizenz-ID", "Vertragsnummer")),
        Column("product", "Produkt", TEXT, True, ("Produktname", "Software", "Anwendung", "App")),
        Column("vendor", "Anbieter", TEXT, other_headers=("Hersteller", "Verlag", "Herausgeber")),
        Column("basis", "Lizenzart", cells.one_of(BASIS_WORDS), other_headers=("Lizenztyp", "Lizenzmodell")),
        Column(
            "seats", "Anzahl", INTEGER, True,
            ("Anzahl Lizenzen", "Lizenzen", "Anzahl Plätze", "Plätze", "Stückzahl", "Stück", "Menge", "Anzahl Nutzer"),
        ),
        Column("school_number", "Schulnummer", CODE, other_headers=("Schul-Nr.", "SNR")),
        Column(
            "valid_from", "gültig ab", DATE,
            other_headers=("gültig von", "Laufzeit von", "Laufzeitbeginn", "Beginn", "Vertragsbeginn", "Start"),
        ),
        Column(
            "valid_to", "gültig bis", DATE,
            other_headers=("Laufzeit bis", "Laufzeitende", "Ende", "Vertragsende", "Ablaufdatum", "läuft ab am"),
        ),
        Column(
            "cancel_by", "Kündigung bis", DATE,
            other_headers=("kündbar bis", "Kündigungstermin", "Kündigungsfrist", "kündigen bis"),
        ),
        Column(
            "renews", "verlängert sich", YES_NO,
            other_headers=("automatische Verlängerung", "autom. Verlängerung", "verlängert sich automatisch"),
        ),
        Column("price_net", "Preis netto", EURO, other_headers=("Netto", "Nettopreis", "Kosten netto", "Betrag netto")),
        Column(
            "price_gross", "Preis brutto", EURO,
            other_headers=("Brutto", "Bruttopreis", "Kosten brutto", "Betrag brutto", "Preis inkl. MwSt."),
        ),
        Column("supplier", "Lieferant", TEXT, other_headers=("Händler", "Bezugsquelle", "gekauft bei")),
        Column("invoice_no", "Rechnungsnummer", CODE, other_headers=("Rechnungs-Nr.", "Rechnung Nr.", "Re.-Nr.")),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Anmerkung", "Notiz")),
    ),
    keys=(("licence_no",),),
)  # fmt: skip

FIELDS = LICENCES.fields
