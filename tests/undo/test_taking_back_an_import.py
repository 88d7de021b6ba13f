"""An import is taken back as a whole, also days later: everything is as it was before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.undo.conftest import Undone, picture

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
}
KINDS = list(FIRST)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("kind", KINDS)
def test_new_rows_of_each_kind_go_again(
    session: Session, bring: Bring, take_back: TakeBack, kind: str
) -> None:
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
@pytest.mark.parametrize("kind", KINDS)
def test_changed_rows_of_each_kind_are_what_they_were(
    session: Session, bring: Bring, take_back: TakeBack, kind: str
) -> None:
    for name, text in FIRST.items():
        bring(name, text)
    before = picture(session)
    batch = bring(kind, SECOND[kind])
    assert picture(session) != before
    done = take_back(batch)
    assert (done.code, done.facts["kind"], done.facts["conflicts"]) == (0, kind, [])
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_all_batches_in_reverse_order_lead_back_to_the_beginning(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    before = picture(session)
    batches = [bring(name, text) for lists in (FIRST, SECOND) for name, text in lists.items()]
    for batch in reversed(batches):
        assert take_back(batch).code == 0
    assert picture(session) == before
