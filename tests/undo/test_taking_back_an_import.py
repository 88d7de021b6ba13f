"""An import is taken back as a whole, also days later: everything is as it was before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from exports.reports import REPORTS
from school_it import kinds as imports
from school_it.undo import tables
from tests.undo.conftest import Undone, picture, run

Bring = Callable[..., int]
TakeBack = Callable[..., Undone]

FIRST = {
    "schools": "Schulnummer;Schule;Schulform;Ort\n115514;Grundschule Am Beispielweg;G;Beispielstadt\n"
    "193240;Gesamtschule Anderswo;GE;Anderswo\n",
    "rooms": "Schulnummer;Raum;Bezeichnung;Gebäude;Sitzplätze\n115514;1.07;Klasse 3b;Altbau;28\n115514;1.08;;Altbau;\n",
    "figures": "Schulnummer;Schuljahr;Jahrgang;Schülerzahl;Klassen\n115514;2025/26;;412;16\n115514;2025/26;01;100;4\n",
    "people": "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse\np1;Schüler;Müller;Anna;115514;3b\n"
    "p2;Lehrkraft;Berger;Ben;115514, 167149;\n",
    "devices": "Inventarnummer;Seriennummer;Geräteart;Hersteller;Schulnummer;Raum;Preis brutto;Anschaffungsdatum;"
    "Entleiher\n"
    "A-1;S1;Tablet;Acme;115514;1.07;499,99;01.02.2024;\nA-2;S2;Notebook;Acme;115514;2.01;899,00;;Anna Müller\n"
    "A-3;S3;PC;;167149;;;;Herr Unbekannt\n",
    "programmes": "Kürzel;Titel;Finanzierungsart;Fördersatz;Fördergegenstände;Deckel Anteil;Zweckbindung Jahre;"
    "Zweckbindung ab;Zweckbindung endet\nDP;Digitale Schule;Anteil;83,33 %;2.1a, 2.3;25 %;4;Ende Durchführung;"
    "Kalenderjahr\n",
    "grants": "Kennzeichen;Programm;Aktenzeichen;Bescheid vom;Durchführung von;Durchführung bis;"
    "zuwendungsfähige Ausgaben\nG-1;DP;48.03-1;15.02.2024;15.02.2024;30.09.2025;10.000,00\n",
    "receipts": "Beleg-Nr.;Kennzeichen;Fördergegenstand;Schulnummer;Auftrag vom;Rechnungsdatum;Zahlung am;"
    "Rechnungssteller;Rechnungsnummer;Gegenstand;Rechnungsbetrag brutto;gezahlt\n"
    "1;G-1;2.3;115514;01.03.2024;22.04.2024;06.05.2024;Technik GmbH;RE-1;Tablets;980,00;960,40\n",
    "licences": "Lizenz-Nr.;Produkt;Lizenzart;Anzahl;Schulnummer;gültig bis;verlängert sich;Preis brutto\n"
    "L-1;Lernapp;Schule;120;115514;31.07.2026;ja;600,00\nL-2;Schreibheft;Träger;9;;;;\n",
    "outlets": "Schulnummer;Raum;Dose;Patchfeld;Patchport;VLAN\n115514;1.07;D1;PF1;13;20\n115514;1.08;D2;PF1;14;\n",
    "subnets": "Schulnummer;Netz;VLAN;Name des VLAN;Zweck;Gateway\n"
    "115514;10.20.0.0/24;20;Pädagogik;Pädagogik;10.20.0.1\n115514;10.21.0.0 255.255.255.0;;;;\n",
    "addresses": "Schulnummer;IP-Adresse;Name;Inventarnummer\n115514;10.20.0.10;Drucker;\n"
    "115514;10.20.0.11;;A-1\n",
    "uplinks": "Schulnummer;Anbieter;Vertragsnummer;Mbit/s herunter;Router\n115514;Beispielnetz;;1 Gbit/s;A-1\n"
    "167149;Ortsnetz;V-2;250;\n",
    "targets": "MEP;Schulform;Gerätegruppe;Grundlage;Wert;Reserve;gültig ab\n"
    "V;GE, GY;mobil;Schüler je Gerät;1,5;5 %;01.08.2025\n",
    "asset-ledger": "Anlagennummer;Bezeichnung;Aktivierungsdatum;Menge;AHK\n"
    "4711-0;30 Tablets;15.01.2024;30;14.997,00\n",
    "useful-lives": "Geräteart;Nutzungsdauer\nTablet;4\n",
}
NEEDS = {
    "useful-lives": ["devices"],
    "grants": ["programmes"],
    "receipts": ["programmes", "grants"],
    "outlets": ["rooms"],
    "addresses": ["devices", "subnets"],
    "uplinks": ["devices"],
}
SECOND = {
    "schools": "Schulnummer;Schule;Schulform;Ort\n115514;Beispielschule;G;Musterstadt\n193240;Gesamtschule Neu;GE;\n",
    "rooms": "Schulnummer;Raum;Bezeichnung;Gebäude\n115514;1.07;Klasse 4b;Neubau\n115514;1.09;Aula;Neubau\n",
    "figures": "Schulnummer;Schuljahr;Jahrgang;Schülerzahl;Klassen\n115514;2025/26;;400;17\n115514;2026/27;;390;\n",
    "people": "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse;Abgang am\n"
    "p1;Schüler;Meier;Anna;167149;4b;01.02.2024\np2;Personal;Berger;Ben;167149;;\np3;Schüler;Neu;Cem;115514;1a;\n",
    "devices": "Inventarnummer;Seriennummer;Geräteart;Hersteller;Schulnummer;Raum;Zustand;Preis brutto;Bemerkung;"
    "Entleiher\n"
    "A-1;S1x;Notebook;Bolt;167149;9.09;defekt;500,00;neu;Ben Berger\nA-2;S2;Notebook;Acme;115514;2.01;;;;Cem Neu\n"
    "A-4;S4;Display;Acme;115514;3.03;;1.234,50;;Raum 3.03\n",
    "programmes": "Kürzel;Titel;Finanzierungsart;Fördersatz;Fördergegenstände;Deckel Anteil;Zweckbindung Jahre\n"
    "DP;Digitale Schule II;Anteil;90 %;2.3;12,5 %;5\nDQ;Zweites;Voll;;;;\n",
    "grants": "Kennzeichen;Programm;Aktenzeichen;Bescheid vom;Durchführung von;Durchführung bis;"
    "zuwendungsfähige Ausgaben;Fördersatz;bereits abgerufen\n"
    "G-1;DP;48.03-1;16.02.2024;15.02.2024;31.10.2025;12.000,00;80 %;500,00\n"
    "G-1;DP;48.03-2;15.02.2024;15.02.2024;30.09.2025;5.000,00;80 %;\n"
    "G-2;DP;48.03-3;15.02.2024;15.02.2024;30.09.2025;1.000,00;;\n",
    "receipts": "Beleg-Nr.;Kennzeichen;Fördergegenstand;Schulnummer;Auftrag vom;Rechnungsdatum;Zahlung am;"
    "Rechnungssteller;Rechnungsnummer;Gegenstand;Rechnungsbetrag brutto;gezahlt;Anzahl\n"
    "1;G-1;2.1a;167149;02.03.2024;22.04.2024;06.05.2024;Technik GmbH;RE-1;Netz;980,00;950,00;3\n"
    "2;G-1;2.3;115514;01.03.2024;22.04.2024;06.05.2024;Technik GmbH;RE-2;Tablets;98,00;98,00;\n",
    "licences": "Lizenz-Nr.;Produkt;Lizenzart;Anzahl;Schulnummer;gültig bis;verlängert sich;Preis brutto\n"
    "L-1;Lernapp neu;Gerät;90;167149;31.07.2027;nein;700,00\nL-3;Atlas;Schule;1;115514;;;\n",
    "outlets": "Schulnummer;Raum;Dose;Patchfeld;Patchport;VLAN\n115514;1.08;D1;PF2;15;30\n115514;1.08;D3;PF2;16;\n",
    "subnets": "Schulnummer;Netz;VLAN;Name des VLAN;Zweck;Gateway;getrenntes Netz;Bemerkung\n"
    "115514;10.20.0.0/24;30;Gäste;Gäste;10.20.0.254;ja;neu\n167149;10.20.0.0/22;VLAN 30;;;;ja;\n",
    "addresses": "Schulnummer;IP-Adresse;Name;Inventarnummer;Bemerkung\n"
    "115514;10.20.0.10;Drucker Sekretariat;A-2;neu\n115514;10.20.0.12;Switch;;\n",
    "uplinks": "Schulnummer;Anbieter;Vertragsnummer;Mbit/s herunter;Vertragsende;Kosten im Monat;Ersatzleitung\n"
    "115514;Beispielnetz;V-1;600;30.06.2027;99,90;\n167149;Fernnetz;V-2;250;;;ja\n167149;Nahnetz;;16;;;\n",
    "targets": "MEP;Schulform;Gerätegruppe;Grundlage;Wert;Reserve;gültig ab\n"
    "V;GE, GY;mobil;Schüler je Gerät;1,25;10 %;01.08.2025\nV;;Präsentation;je Unterrichtsraum;1;;01.08.2025\n",
    "asset-ledger": "Anlagennummer;Bezeichnung;Aktivierungsdatum;Menge;AHK\n4711-0;28 Tablets;16.01.2024;28;13.997,20\n"
    "4712-0;Beamer;;;980,00\n",
    "useful-lives": "Geräteart;Nutzungsdauer\nTablet;3\nNotebook;6\n",
}
KINDS = list(FIRST)
ELSEWHERE = {"device-types", "survey"}
"""They come as YAML: tests/network; by the code of their workbook: tests/plan."""


@pytest.mark.usefixtures("app")
def test_every_kind_of_file_can_be_taken_back() -> None:
    assert {f"import.{name}" for name in imports.KINDS} <= set(tables.KINDS)
    assert set(KINDS) == set(SECOND) == set(imports.KINDS) - ELSEWHERE


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("kind", KINDS)
def test_new_rows_of_each_kind_go_again(
    session: Session, bring: Bring, take_back: TakeBack, kind: str
) -> None:
    for name in NEEDS.get(kind, ()):
        bring(name, FIRST[name])
    before = picture(session)
    batch = bring(kind, FIRST[kind])
    assert picture(session) != before
    tried = take_back(batch, "--dry-run")
    assert picture(session) != before
    done = take_back(batch)
    assert (done.code, done.facts["applied"], done.facts["conflicts"]) == (0, True, [])
    assert tried.counts == done.counts
    assert (tried.facts["applied"], tried.facts["dry_run"]) == (False, True)
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_changed_rows_of_each_kind_are_what_they_were(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    for name, text in FIRST.items():
        bring(name, text)
    before = picture(session)
    for kind, text in SECOND.items():
        batch = bring(kind, text)
        assert picture(session) != before, kind
        done = take_back(batch)
        assert (done.code, done.facts["kind"], done.facts["conflicts"]) == (0, kind, [])
        assert picture(session) == before, kind


@pytest.mark.usefixtures("town")
def test_all_batches_in_reverse_order_lead_back_to_the_beginning(
    app: Flask, session: Session, bring: Bring, take_back: TakeBack, tmp_path: Path
) -> None:
    before, printed = picture(session), exported(app, tmp_path)
    batches = [bring(name, text) for lists in (FIRST, SECOND) for name, text in lists.items()]
    assert exported(app, tmp_path) != printed
    for batch in reversed(batches):
        assert take_back(batch).code == 0
    assert picture(session) == before
    assert exported(app, tmp_path) == printed


def exported(app: Flask, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every report that is read back."""
    found = {}
    for name, report in REPORTS.items():
        if report.import_kind and name != "receipts":
            answer = run(app, "export", name, "--out", str(folder / "bericht.xlsx"), "--json")
            assert answer.exit_code == 0, answer.output
            sheet = openpyxl.load_workbook(folder / "bericht.xlsx").worksheets[0]
            found[name] = list(sheet.iter_rows(min_row=5, values_only=True))
    return found
