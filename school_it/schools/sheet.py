"""The columns of schools, rooms and yearly figures, for both doors."""

from __future__ import annotations

import re
from typing import Any

from school_it import cells, school_year
from school_it.cells import CODE, DATE, INTEGER, TEXT, YES_NO
from school_it.errors import N_
from school_it.schools.rules import ROOM_USES, TYPE_BY_KEY, TYPE_NAMES, SchoolType
from school_it.sheets import Column, Sheet

# Short sign first: it is what our own sheets show. The state's list has the two-digit key, people write the name.
TYPE_WORDS: dict[str, Any] = {kind.value: kind for kind in SchoolType}
TYPE_WORDS |= {name: kind for kind, name in TYPE_NAMES.items()} | dict(TYPE_BY_KEY)
USE_WORDS: dict[str, Any] = {name: use for use, name in ROOM_USES.items()}


def _read_school_year(raw: cells.Raw) -> int | None:
    text = cells.read_code(raw)
    return None if text is None else school_year.parse(text)


def _read_grade(raw: cells.Raw) -> str | None:
    text = cells.read_code(raw)
    return f"{int(text):02d}" if text is not None and re.fullmatch(r"[0-9]{1,4}", text) else text


SCHOOL_YEAR = cells.Type("code", _read_school_year, school_year.label)
GRADE = cells.Type("code", _read_grade, str)

SCHOOLS = Sheet(
    "schools",
    N_("Schulen"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR", "schulnr")),
        Column(
            "name",
            "Schule",
            TEXT,
            True,
            ("Schulname", "Name der Schule", "Name", "Schulbezeichnung_1"),
            parts=("Schulbezeichnung_1", "Schulbezeichnung_2", "Schulbezeichnung_3"),
        ),
        Column("school_type", "Schulform", cells.one_of(TYPE_WORDS), True, ("Schulart", "sf")),
        Column("street", "Straße", TEXT, other_headers=("Strasse", "Anschrift")),
        Column("postcode", "PLZ", CODE, other_headers=("Postleitzahl",)),
        Column("place", "Ort", TEXT, other_headers=("Stadt",)),
        Column("email", "E-Mail", TEXT, other_headers=("Mail", "E-Mail-Adresse")),
        Column(
            "phone", "Telefon", TEXT, other_headers=("Telefonnummer",), parts=("Telefonvorwahl", "Telefon")
        ),
        Column("social_index", "Sozialindex", INTEGER, other_headers=("Schulsozialindex",)),
        Column("use_concept_date", "Einsatzkonzept vom", DATE),
        Column("support_confirmed", "Support gesichert", YES_NO),
        Column("short_name", "Kurzname", TEXT, other_headers=("Kurzbezeichnung", "kurz")),
        Column("authority_number", "Schulträgernummer", CODE, other_headers=("Traegernummer", "traegernr")),
        Column("municipality_key", "Gemeindeschlüssel", CODE, other_headers=("Gemeindeschluessel", "ags")),
        Column("directory_name", "Name im Verzeichnis", TEXT),
    ),
    keys=(("school_number",),),
)

ROOMS = Sheet(
    "rooms",
    N_("Räume"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR")),
        Column("room", "Raum", CODE, True, ("Raumnummer", "Raum-Nr.", "Raumnr.")),
        Column("name", "Bezeichnung", TEXT, other_headers=("Raumbezeichnung", "Raumname")),
        Column("building", "Gebäude", TEXT, other_headers=("Haus", "Trakt", "Gebäudeteil")),
        Column("floor", "Etage", TEXT, other_headers=("Geschoss", "Stockwerk", "Ebene")),
        Column(
            "use",
            "Raumart",
            cells.one_of(USE_WORDS),
            other_headers=("Raumnutzung", "Nutzung", "Art des Raums"),
        ),
        Column("seats", "Sitzplätze", INTEGER, other_headers=("Plätze", "Schülerplätze")),
        Column("remark", "Bemerkung", TEXT, other_headers=("Bemerkungen", "Notiz")),
    ),
    keys=(("school_number", "room"),),
)

FIGURES = Sheet(
    "figures",
    N_("Schulzahlen"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schul-Nr.", "SNR")),
        Column("school_year", "Schuljahr", SCHOOL_YEAR, True),
        Column("grade", "Jahrgang", GRADE, other_headers=("Jahrgangsstufe", "Stufe")),
        Column("key_date", "Stichtag", DATE),
        Column("pupils", "Schülerzahl", INTEGER, True, ("Schüler", "Schülerinnen und Schüler", "SuS")),
        Column("classes", "Klassen", INTEGER, other_headers=("Klassenzahl", "Anzahl Klassen")),
        Column("teachers", "Lehrkräfte", INTEGER, other_headers=("Lehrer", "Lehrerzahl")),
        Column("rooms", "Unterrichtsräume", INTEGER, other_headers=("Klassenräume", "Räume")),
    ),
    keys=(("school_number", "school_year", "grade"),),
)
