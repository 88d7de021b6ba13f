"""The columns of people, for both doors."""

from __future__ import annotations

from typing import Any

from school_it import cells
from school_it.cells import CODE, CODES, DATE, TEXT
from school_it.errors import N_
from school_it.people.rules import PERSON_ROLES, PersonRole, class_name
from school_it.sheets import Column, Sheet

# Our own word first; then what lists from schools say.
ROLE_WORDS: dict[str, Any] = {name: role for role, name in PERSON_ROLES.items()}
ROLE_WORDS |= {"Schülerin": PersonRole.PUPIL, "Schüler/in": PersonRole.PUPIL, "SuS": PersonRole.PUPIL}
ROLE_WORDS |= {"Lehrer": PersonRole.TEACHER, "Lehrerin": PersonRole.TEACHER, "LuL": PersonRole.TEACHER}
ROLE_WORDS |= {
    "Mitarbeiter": PersonRole.STAFF,
    "Mitarbeiterin": PersonRole.STAFF,
    "Verwaltung": PersonRole.STAFF,
}


def _read_class(raw: cells.Raw) -> str | None:
    told = cells.read_code(raw)
    return class_name(told) if told else None


CLASS = cells.Type("text", _read_class, str)

# SchILD-NRW and SVWS write the last ones, as their exports of pupils and teachers come.
_KEYS = ("ID", "Schüler-ID", "Personen-ID", "Interne ID", "Interne ID-Nummer", "Eindeutige Nummer (GUID)")
# Private addresses are not wanted: only those of the school are named.
_MAILS = (
    "Mail",
    "E-Mail-Adresse",
    "E-Mail (Schule)",
    "E-Mail (schulisch)",
    "Schulische E-Mail",
    "E-Mail (dienstlich)",
)

PEOPLE = Sheet(
    "people",
    N_("Personen"),
    (
        Column("record_id", "Schlüssel", CODE, True, _KEYS),
        Column("role", "Rolle", cells.one_of(ROLE_WORDS), True, ("Personengruppe",)),
        # Needed of whoever is new (`intake`); the directory knows people with one name, or without a school.
        Column("given_name", "Vorname", TEXT, False, ("Rufname", "Vornamen")),
        Column("family_name", "Nachname", TEXT, True, ("Familienname", "Zuname")),
        Column("username", "Benutzername", CODE, other_headers=("Anmeldename", "Login", "Kennung")),
        Column("email", "E-Mail", TEXT, other_headers=_MAILS),
        Column("school_number", "Schulnummer", CODES, False, ("Schul-Nr.", "SNR", "Schulnummern")),
        Column("school_class", "Klasse", CLASS, other_headers=("Lerngruppe", "Stammgruppe")),
        Column("leaves_on", "Abgang am", DATE, other_headers=("Abgangsdatum", "Entlassdatum")),
    ),
    keys=(("record_id",),),
)
