"""School numbers, school types, grades, uses of rooms."""

from __future__ import annotations

import re
from enum import StrEnum

from school_it.errors import N_, Sentence

WEIGHTS = (6, 5, 4, 3, 2)


class SchoolType(StrEnum):
    """School types of North Rhine-Westphalia by their short sign (official school data, SVWS catalogue)."""

    G = "G"
    H = "H"
    V = "V"
    S = "S"
    R = "R"
    PS = "PS"
    SK = "SK"
    GE = "GE"
    GM = "GM"
    FW = "FW"
    HI = "HI"
    WF = "WF"
    GY = "GY"
    WB = "WB"
    BK = "BK"
    KS = "KS"
    SR = "SR"
    SG = "SG"
    SB = "SB"


TYPE_NAMES = {
    SchoolType.G: N_("Grundschule"),
    SchoolType.H: N_("Hauptschule"),
    SchoolType.V: N_("Volksschule"),
    SchoolType.S: N_("Förderschule"),
    SchoolType.R: N_("Realschule"),
    SchoolType.PS: N_("PRIMUS-Schule"),
    SchoolType.SK: N_("Sekundarschule"),
    SchoolType.GE: N_("Gesamtschule"),
    SchoolType.GM: N_("Gemeinschaftsschule"),
    SchoolType.FW: N_("Freie Waldorfschule"),
    SchoolType.HI: N_("Hibernia-Schule"),
    SchoolType.WF: N_("Waldorf-Förderschule"),
    SchoolType.GY: N_("Gymnasium"),
    SchoolType.WB: N_("Weiterbildungskolleg"),
    SchoolType.BK: N_("Berufskolleg"),
    SchoolType.KS: N_("Klinikschule"),
    SchoolType.SR: N_("Förderschule (Realschule)"),
    SchoolType.SG: N_("Förderschule (Gymnasium)"),
    SchoolType.SB: N_("Förderschule (Berufskolleg)"),
}

# The two-digit keys of the state's open-data list for the same types.
TYPE_BY_KEY = {
    "02": SchoolType.G, "04": SchoolType.H, "06": SchoolType.V, "08": SchoolType.S, "10": SchoolType.R,
    "13": SchoolType.PS, "14": SchoolType.SK, "15": SchoolType.GE, "16": SchoolType.GM, "17": SchoolType.FW,
    "18": SchoolType.HI, "19": SchoolType.WF, "20": SchoolType.GY, "25": SchoolType.WB, "30": SchoolType.BK,
    "83": SchoolType.KS, "85": SchoolType.SR, "87": SchoolType.SG, "88": SchoolType.SB,
}  # fmt: skip


class RoomUse(StrEnum):
    CLASSROOM = "classroom"
    SPECIALIST = "specialist"
    STAFF_ROOM = "staff_room"
    OFFICE = "office"
    TECHNICAL = "technical"
    OTHER = "other"


ROOM_USES = {
    RoomUse.CLASSROOM: N_("Unterrichtsraum"),
    RoomUse.SPECIALIST: N_("Fachraum"),
    RoomUse.STAFF_ROOM: N_("Lehrerzimmer"),
    RoomUse.OFFICE: N_("Verwaltung"),
    RoomUse.TECHNICAL: N_("Technik"),
    RoomUse.OTHER: N_("Sonstiges"),
}
TEACHING = (RoomUse.CLASSROOM, RoomUse.SPECIALIST)
"""What counts as a teaching room."""


NAME_TAKEN = N_("Den Namen »%(name)s« im Verzeichnis hat schon die Schule %(number)s.")


def is_school_number(text: str) -> bool:
    """Six digits, the first is 1 (North Rhine-Westphalia)."""
    return re.fullmatch(r"1\d{5}", text) is not None


def check_digit_fits(number: str) -> bool:
    """``d6 = (6*d1 + 5*d2 + 4*d3 + 3*d4 + 2*d5) mod 11``, 10 counting as 0.

    A pattern found in the state's catalogue, not an official rule, and not kept by 100000-100199: so it is
    never more than a hint.
    """
    if "100000" <= number <= "100199":
        return True
    expected = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, number, strict=False)) % 11
    return int(number[5]) == expected % 10


def number_hint(number: str) -> Sentence | None:
    if check_digit_fits(number):
        return None
    return Sentence(
        N_(
            "Die Prüfziffer der Schulnummer %(number)s passt nicht. Bitte einmal nachsehen; "
            "sie wird trotzdem übernommen."
        ),
        number=number,
    )
