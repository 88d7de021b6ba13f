"""What the door in yields for one cell, how a spreadsheet program shows it, and what never counts."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final, Self

from school_it.errors import N_, BadValue


class Shown(float):
    """A number whose cell format shows more than its digits: ``004711``, ``90 %``, ``INV-0007``."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, number: float, text: str) -> Self:
        self = super().__new__(cls, number)
        self.text = text
        return self

    def __getnewargs__(self) -> tuple[float, str]:  # type: ignore[override]
        return float(self), self.text


class Fault(Enum):
    """A cell with nothing to read: a formula that no program has calculated, or an error value."""

    NOT_CALCULATED = ""
    NOT_AVAILABLE = "#N/A"
    REFERENCE = "#REF!"
    DIVISION = "#DIV/0!"
    VALUE = "#VALUE!"
    NAME = "#NAME?"
    NOTHING = "#NULL!"
    NUMBER = "#NUM!"
    TOO_NARROW = "####"
    OTHER = "#ERROR!"


Raw = None | str | bool | int | float | date | datetime | time | timedelta | Fault

# What a German spreadsheet program shows for the error that the file holds in English.
GERMAN_FAULTS = {
    Fault.NOT_AVAILABLE: "#NV",
    Fault.REFERENCE: "#BEZUG!",
    Fault.VALUE: "#WERT!",
    Fault.NUMBER: "#ZAHL!",
}
# As text such a cell comes along where a program has saved a table as it was shown: as .csv, for one.
FAULT_TEXTS: Final[dict[str, Fault]] = {
    **{fault.value: fault for fault in Fault if fault.value.startswith("#")},
    **{text: fault for fault, text in GERMAN_FAULTS.items()},
    **dict.fromkeys(("#" * count for count in range(3, 60)), Fault.TOO_NARROW),
}

PLACEHOLDERS = frozenset(
    {"-", "–", "—", "--", "---", "keine", "n/a", "n.a.", "k.a.", "k. a.", "keine angabe", "unbekannt"}
)

_BLANKS = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_INVISIBLE = [
    *range(0x09),
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),
    *range(0x200B, 0x2010),  # zero width and direction marks
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    *(0x00AD, 0x034F, 0x061C, 0x180E, 0xFEFF, 0xFFFE, 0xFFFF),
    *range(0xD800, 0xE000),  # halves of pairs: they can be neither stored nor sent
]
_CLEANING: Final[dict[int, str | None]] = {
    **dict.fromkeys(_INVISIBLE),
    **dict.fromkeys(map(ord, _BLANKS), " "),
}
_LINE_ENDS = re.compile("\r\n?|[\u0085\u2028\u2029]")


def clean(text: str) -> str:
    """Outer blanks off, every blank a plain one, nothing invisible, NFC. Inner line breaks are ``\\n``."""
    if text.isascii() and text.isprintable():
        return text.strip(" ")
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", text).translate(_CLEANING))
    return text.strip()


def one_line(text: str) -> str:
    """A clean text whose line breaks are blanks."""
    text = clean(text)
    return " ".join(text.split()) if "\n" in text else text


def is_placeholder(text: str) -> bool:
    return text.casefold() in PLACEHOLDERS


def as_shown(raw: Raw) -> str:
    """German text of any raw cell as a spreadsheet program would show it; an empty cell is an empty text."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "WAHR" if raw else "FALSCH"
    if isinstance(raw, int | float):
        return raw.text if isinstance(raw, Shown) else digits(raw).replace(".", ",")
    return "" if raw is None else _moment_or_fault_as_shown(raw)


def _moment_or_fault_as_shown(raw: date | time | timedelta | Fault) -> str:
    if isinstance(raw, Fault):
        return GERMAN_FAULTS.get(raw, raw.value)
    if isinstance(raw, datetime):
        return show_date(raw) if raw.time() == time.min else f"{show_date(raw)} {raw:%H:%M}"
    if isinstance(raw, date):
        return show_date(raw)
    return f"{raw:%H:%M}" if isinstance(raw, time) else str(raw)


def show_date(day: date) -> str:
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def digits(number: float) -> str:
    """All digits of a number with a decimal point, without an exponent and without a needless ``.0``."""
    if not math.isfinite(number):
        return str(number)
    return str(int(number)) if number == int(number) else format(Decimal(repr(float(number))), "f")


def read_text(raw: Raw) -> str | None:
    """Free text: what stands there, »-« and »keine« too."""
    if isinstance(raw, Fault):
        raise faulty(raw)
    return clean(as_shown(raw)) or None


def show_text(value: str) -> str:
    return str(value)


def entered(raw: Raw) -> str:
    """What was entered where a value is expected: one line, empty where it says that nothing is known."""
    if isinstance(raw, Fault):
        raise faulty(raw)
    text = one_line(as_shown(raw))
    return "" if is_placeholder(text) else text


def refused(sentence: str, raw: Raw) -> BadValue:
    return BadValue(sentence, value=one_line(as_shown(raw)))


def faulty(raw: Fault) -> BadValue:
    if raw is Fault.NOT_CALCULATED:
        return BadValue(
            N_(
                "Hier steht eine Formel ohne berechneten Wert. "
                "Bitte die Datei im Tabellenprogramm öffnen, neu berechnen und speichern."
            )
        )
    if raw is Fault.TOO_NARROW:
        return BadValue(
            N_("Die Zelle zeigt nur ####: Die Spalte war zu schmal. Bitte breiter machen und neu speichern.")
        )
    return BadValue(
        N_("Die Zelle zeigt den Fehler %(value)s. Bitte die Formel berichtigen oder den Wert eintragen."),
        value=as_shown(raw),
    )
