"""What holds for people, whatever they come from: roles, states, names, class names. Plain values only."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from school_it.errors import N_

LONGEST = {
    "given_name": 120,
    "family_name": 120,
    "username": 120,
    "email": 200,
    "record_id": 80,
    "school_class": 40,
    "class_raw": 80,
}
"""Characters that the database has room for."""
LONGEST_ID = 80


class PersonRole(StrEnum):
    PUPIL = "pupil"
    TEACHER = "teacher"
    STAFF = "staff"


class PersonState(StrEnum):
    ACTIVE = "active"
    LEFT = "left"
    FORGOTTEN = "forgotten"


PERSON_ROLES = {
    PersonRole.PUPIL: N_("Schüler"),
    PersonRole.TEACHER: N_("Lehrkraft"),
    PersonRole.STAFF: N_("Personal"),
}
PERSON_STATES = {
    PersonState.ACTIVE: N_("aktiv"),
    PersonState.LEFT: N_("abgegangen"),
    PersonState.FORGOTTEN: N_("vergessen"),
}


def tidy(text: str) -> str:
    """One spelling for what looks the same: composed characters, single blanks, none at the ends."""
    return " ".join(unicodedata.normalize("NFC", text).split())


NOBODY = "–"
"""The name of somebody who has been forgotten."""


def full_name(given_name: str, family_name: str) -> str:
    return f"{given_name} {family_name}".strip()


def sorted_name(given_name: str, family_name: str) -> str:
    """As lists show it: surname first."""
    return ", ".join(part for part in (family_name, given_name) if part)


class RunOutcome(StrEnum):
    """How a run of the sync ended."""

    RUNNING = "running"
    APPLIED = "applied"
    TRIED = "tried"
    REFUSED = "refused"
    FAILED = "failed"
    BROKEN_OFF = "broken_off"


RUN_OUTCOMES = {
    RunOutcome.RUNNING: N_("läuft"),
    RunOutcome.APPLIED: N_("übernommen"),
    RunOutcome.TRIED: N_("Probelauf"),
    RunOutcome.REFUSED: N_("angehalten"),
    RunOutcome.FAILED: N_("gescheitert"),
    RunOutcome.BROKEN_OFF: N_("abgebrochen"),
}


# --- class names ---

_CLASS_WORD = re.compile(r"^(?:klasse|kl)\b\.?\s*", re.IGNORECASE)
_YEAR_AND_LETTERS = re.compile(r"^0*(\d{1,2})\s*[-/._ ]?\s*([a-zäöü]{0,2})$", re.IGNORECASE)
_UPPER_LEVEL = re.compile(r"^(ef|q1|q2)\s*[-/._ ]?\s*([a-z]?)$", re.IGNORECASE)


def class_name(told: str) -> str:
    """`5 a`, `05a`, `Kl. 5/A` become `05A`, the key of the school statistics; other habits stay."""
    name = tidy(told)
    short = _CLASS_WORD.sub("", name)
    if numbered := _YEAR_AND_LETTERS.match(short):
        return f"{int(numbered[1]):02d}{numbered[2].upper()}"
    if upper := _UPPER_LEVEL.match(short):
        return (upper[1] + upper[2]).upper()
    return name


# --- mail ---

_MAIL = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>().]+$")


def is_mail(text: str) -> bool:
    return bool(_MAIL.match(text))


# --- finding people by what somebody types ---

_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})
_WITHOUT_MARKS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "'"}
)


def folded(text: str) -> str:
    """Small letters without marks: `Größ` is `gross`."""
    small = unicodedata.normalize("NFKC", text).lower().translate(_WITHOUT_MARKS)
    parted = unicodedata.normalize("NFKD", small)
    return " ".join("".join(sign for sign in parted if not unicodedata.combining(sign)).split())


def sort_name(given_name: str, family_name: str) -> str:
    """What lists are sorted by: Ö stands with O, as in a telephone book."""
    return folded(f"{family_name}, {given_name}")[:250]


def findable(*texts: str | None) -> str:
    """What a search looks into: each text without marks, and with umlauts written out where that differs."""
    said = tidy(" ".join(text for text in texts if text))
    plain, written_out = folded(said), folded(said.lower().translate(_WRITTEN_OUT))
    return plain if plain == written_out else f"{plain}\n{written_out}"
