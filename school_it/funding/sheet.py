"""The columns of programmes, grants and receipts, for both doors; with the headers of the forms people fill in."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from school_it import cells
from school_it.cells import CODE, CODES, DATE, EURO, INTEGER, TEXT
from school_it.errors import N_
from school_it.funding import rules
from school_it.sheets import Column, Sheet


def read_share(raw: cells.Raw) -> Decimal | None:
    """A share to ten decimals: as exact as a column holds it. Raises BadValue."""
    share = cells.read_percent(raw)
    return None if share is None else round(share, 10).normalize()


SHARE = cells.Type("percent", read_share, cells.show_percent)


def _words(names: Mapping[Any, str], more: Mapping[str, Any] | None = None) -> cells.Type:
    return cells.one_of({name: value for value, name in names.items()} | dict(more or {}))


_F, _S, _A, _E = rules.Financing, rules.StartEvent, rules.Anchor, rules.EndRule
FINANCING = _words(
    rules.FINANCINGS,
    {
        "Anteilfinanzierung": _F.SHARE, "Anteilsfinanzierung": _F.SHARE,
        "Festbetragsfinanzierung": _F.FIXED_AMOUNT, "Vollfinanzierung": _F.FULL,
        "Fehlbedarfsfinanzierung": _F.DEFICIT,
    },
)  # fmt: skip
START_EVENT = _words(rules.START_EVENTS, {"Vertragsschluss": _S.CONTRACT, "Bestellung": _S.ORDER})
ANCHOR = _words(rules.ANCHORS, {"Ende der Durchführung": _A.IMPLEMENTATION_END, "Kauf": _A.PURCHASE})
END_RULE = _words(rules.END_RULES, {"Ende Kalenderjahr": _E.CALENDAR_YEAR})

PROGRAMMES = Sheet(
    "programmes",
    N_("Förderprogramme"),
    (
        Column("code", "Kürzel", CODE, True, ("Programm", "Programmkürzel", "Förderprogramm")),
        Column("title", "Titel", TEXT, True, ("Programmtitel", "Bezeichnung des Programms")),
        Column("directive", "Richtlinie", TEXT, other_headers=("Förderrichtlinie",)),
        Column("status", "Status", _words(rules.STATUSES)),
        Column("valid_from", "gültig ab", DATE, other_headers=("gültig von",)),
        Column("valid_to", "gültig bis", DATE),
        Column("financing", "Finanzierungsart", FINANCING, other_headers=("Finanzierung",)),
        Column("rate", "Fördersatz", SHARE, other_headers=("Förderquote", "Fördersatz v.H.")),
        Column("unit_cap", "Höchstbetrag je Gerät", EURO, other_headers=("Festbetrag je Gerät",)),
        Column("cap_basis", "Höchstbetrag gilt für", _words(rules.CAP_BASES)),
        Column("budget", "Budget", EURO, other_headers=("Förderbudget", "Schulträgerbudget")),
        Column("earliest_start", "frühester Beginn", DATE),
        Column("start_event", "Beginn zählt ab", START_EVENT),
        Column("application_deadline", "Antragsfrist", DATE, other_headers=("Antrag bis",)),
        Column(
            "implementation_end", "Durchführung spätestens bis", DATE, other_headers=("Durchführungsfrist",)
        ),
        Column("last_drawdown", "letzter Mittelabruf", DATE, other_headers=("Mittelabruf bis",)),
        Column("final_settlement", "Schlussabrechnung", DATE),
        Column("earmark_years", "Zweckbindung Jahre", INTEGER, other_headers=("Zweckbindung in Jahren",)),
        Column("earmark_anchor", "Zweckbindung ab", ANCHOR, other_headers=("Beginn der Zweckbindung",)),
        Column("earmark_end_rule", "Zweckbindung endet", END_RULE, other_headers=("Ende der Zweckbindung",)),
        Column("items", "Fördergegenstände", CODES),
        Column("cap_items", "Deckel Fördergegenstände", CODES),
        Column("cap_share", "Deckel Anteil", SHARE),
        Column("cap_school", "Deckel je Schule", EURO),
        Column("excluded", "nicht förderfähig", CODES, other_headers=("ausgeschlossen",)),
        Column("proof_months", "Verwendungsnachweis Monate", INTEGER),
        Column("retention_years", "Aufbewahrung Jahre", INTEGER, other_headers=("Aufbewahrungsfrist",)),
        Column("source", "Quelle", TEXT, other_headers=("Fundstelle",)),
    ),
    keys=(("code",),),
)

GRANTS = Sheet(
    "grants",
    N_("Zuwendungen"),
    (
        Column("reference", "Kennzeichen", CODE, True, ("eigenes Zeichen", "Kurzzeichen")),
        Column("programme", "Programm", CODE, True, ("Förderprogramm", "Programmkürzel")),
        Column("title", "Maßnahme", TEXT, other_headers=("Titel der Maßnahme",)),
        Column("file_reference", "Aktenzeichen", CODE, True, ("Az.", "Az", "AZ des Bescheids", "Geschäftszeichen")),
        Column("portal_number", "Lucom-Nr.", CODE, other_headers=("Lucom-Nummer", "Portalnummer")),
        Column(
            "decision_date", "Bescheid vom", DATE, True, ("Bescheiddatum", "Datum des Bescheids", "Bescheid")
        ),
        Column("authority", "Bewilligungsbehörde", TEXT, other_headers=("Bewilligungsstelle", "Behörde")),
        Column("purpose", "Zuwendungszweck", TEXT, other_headers=("Zweck", "Verwendungszweck")),
        Column(
            "early_start_from", "vorzeitiger Beginn ab", DATE, other_headers=("vorzeitiger Maßnahmenbeginn",)
        ),
        Column("period_from", "Durchführung von", DATE, other_headers=("Durchführungszeitraum von",)),
        Column(
            "period_to", "Durchführung bis", DATE, True, ("Durchführungszeitraum bis", "Ende der Durchführung")
        ),
        Column(
            "eligible", "zuwendungsfähige Ausgaben", EURO, True,
            ("zuwendungsfähig", "förderfähige Ausgaben", "davon zuwendungsfähig"),
        ),
        Column("rate", "Fördersatz", SHARE, other_headers=("Förderquote", "Fördersatz v.H.")),
        Column(
            "granted", "bewilligte Zuwendung", EURO, other_headers=("bewilligt", "Zuwendung", "Zuwendungsbetrag")
        ),
        Column("third_party", "Leistungen Dritter", EURO, other_headers=("Drittmittel",)),
        Column("drawn", "bereits abgerufen", EURO, other_headers=("abgerufen", "Mittelabruf")),
        Column("proof_due", "Verwendungsnachweis bis", DATE, other_headers=("Nachweis bis", "VN bis")),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Notiz")),
        Column("completed_on", "Abschluss am", DATE, other_headers=("abgeschlossen am", "Maßnahme abgeschlossen am")),
        Column(
            "proof_handed_in", "Verwendungsnachweis eingereicht am", DATE,
            other_headers=("Nachweis eingereicht am", "VN eingereicht am", "Nachweis eingereicht"),
        ),
    ),
    keys=(("reference", "file_reference"),),
)  # fmt: skip

RECEIPTS = Sheet(
    "receipts",
    N_("Belegliste"),
    (
        Column("receipt_no", "Beleg-Nr.", CODE, True, ("Beleg lfd. Nr.", "Belegnummer", "Beleg", "lfd. Nr.")),
        Column("grant", "Kennzeichen", CODE, True, ("Zuwendung", "Kennzeichen der Zuwendung")),
        Column("category", "Fördergegenstand", CODE, True, ("Ausgabengliederung", "Gliederung")),
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR", "Schule")),
        Column(
            "order_date", "Auftrag vom", DATE, True,
            ("Datum Auftrag/Vertrag", "Auftrag/Vertrag", "Auftragsdatum", "Datum Auftrag", "Bestellt am"),
        ),
        Column("invoice_date", "Rechnungsdatum", DATE, True, ("Datum der Rechnung", "Rechnung vom", "Rechnung Datum")),
        Column(
            "payment_date", "Zahlung am", DATE, True,
            ("Zahlung (Wertstellung)", "Wertstellung", "bezahlt am", "gezahlt am", "Zahlungsdatum", "Zahlung"),
        ),
        Column(
            "payee", "Rechnungssteller", TEXT, True,
            ("Rechnungssteller/Empfänger", "Empfänger", "Zahlungsempfänger", "Lieferant", "Firma", "Kreditor"),
        ),
        Column("invoice_no", "Rechnungsnummer", CODE, True, ("Rechnungs-Nr.", "Rechn.-Nr.", "Rg.-Nr.", "RE-Nr.")),
        Column(
            "subject", "Gegenstand", TEXT, True, ("Gegenstand/Grund der Zahlung", "Grund der Zahlung", "Wofür"),
        ),
        Column("quantity", "Anzahl", INTEGER, other_headers=("Stück", "Menge", "Stückzahl")),
        Column(
            "invoice_gross", "Rechnungsbetrag brutto", EURO, True,
            ("Rechnungsbetrag inkl. MwSt.", "Rechnungsbetrag", "Rechnungsbetrag (brutto)", "Rechnung brutto"),
        ),
        Column(
            "paid_amount", "gezahlt", EURO, True,
            ("gezahlt (nach Skonto/Rabatt)", "gezahlter Betrag", "Zahlbetrag", "bezahlt", "Auszahlungsbetrag"),
        ),
        Column("invoice_total", "Rechnung gesamt gezahlt", EURO),
        Column(
            "vat_non_eligible", "nicht förderfähige MwSt.", EURO,
            other_headers=("nicht förderfähige Mehrwertsteuer",),
        ),
        Column("other_non_eligible", "sonst nicht förderfähig", EURO, other_headers=("sonstiges nicht förderfähig",)),
        Column(
            "eligible_requested", "zuwendungsfähig", EURO,
            other_headers=("beantragt zuwendungsfähig", "davon zuwendungsfähig", "förderfähig", "davon förderfähig"),
            is_computed=True,
        ),
        Column("eligible_recognised", "anerkannt", EURO, other_headers=("anerkannt (Behörde)",)),
        Column(
            "ledger_ref", "Buchungsstelle", CODE,
            other_headers=("Buchungsstelle/Belegnr. Kasse", "Haushaltsstelle", "HH-Stelle", "Produktsachkonto"),
        ),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Notiz")),
    ),
    keys=(("grant", "receipt_no"),),
)  # fmt: skip
