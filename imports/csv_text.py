"""Delimited text as offices write it: ``;`` ``,`` tab or ``|``, UTF-8, UTF-16, Windows, Mac or DOS, any line ends."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from school_it.errors import N_, CannotRead

DELIMITERS = ";\t,|"
_SAMPLE = 60
_SEPARATOR_LINE = re.compile(r'^"?sep=([^\w"\s]|\t)"?\n', re.IGNORECASE)

Records = list[list[str]]


@dataclass(frozen=True, slots=True)
class Delimited:
    text: str
    delimiter: str

    def records(self) -> Iterator[list[str]]:
        """Raises CannotRead where a quotation mark is opened and never closed: it would swallow the rows below."""
        lines = chain(io.StringIO(self.text, newline=""), [_END])
        last: list[str] | None = None
        try:
            for record in csv.reader(lines, delimiter=self.delimiter):
                if last is not None:
                    yield last
                last = record
        except csv.Error:
            raise CannotRead(_TOO_LONG) from None
        if last != [_END]:
            raise CannotRead(_ENDLESS)


_END = "\x00Ende"  # what is text has no such sign
_ENDLESS = N_(
    "In der Datei beginnt eine Zelle mit einem Anführungszeichen und nimmt kein Ende. "
    "Bitte berichtigen oder als .xlsx speichern."
)
_TOO_LONG = N_("Die Datei ist keine Tabelle: Eine Zelle darin nimmt kein Ende. Bitte als .xlsx speichern.")
_NO_TEXT = N_("Die Datei ist keine Tabelle. Bitte als .xlsx, .ods, .xls oder .csv speichern.")


def records(file: Path, known_headers: Callable[[Records], int]) -> Iterator[list[str]]:
    return opened(file, known_headers).records()


def opened(file: Path, known_headers: Callable[[Records], int]) -> Delimited:
    """The delimiter is the one that brings out the most known headers, then the most columns.

    A line ``sep=;`` at the top says the delimiter and is, as in a spreadsheet program, no row. Raises
    CannotRead where the file is no text.
    """
    text = decoded(file.read_bytes()).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n\x1a")
    if "\x00" in text:
        raise CannotRead(_NO_TEXT)
    said = _SEPARATOR_LINE.match(text)
    if said:
        return Delimited(text[said.end() :], said[1])
    sample = "".join(islice(io.StringIO(text), _SAMPLE))
    return Delimited(text, max(DELIMITERS, key=lambda sign: _fit(_split(sample, sign), known_headers)))


def _split(sample: str, delimiter: str) -> Records:
    """A sample may end in the middle of a cell."""
    try:
        return list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    except csv.Error:
        return []


def _fit(sample: Records, known_headers: Callable[[Records], int]) -> tuple[int, int, int]:
    """How well a delimiter fits: known headers, rows that have the usual number of columns, that number."""
    widths = Counter(len(record) for record in sample if len(record) > 1)
    width, rows = widths.most_common(1)[0] if widths else (1, 0)
    return known_headers(sample), rows, width


# --- encodings ----------------------------------------------------------------------------------------------

# An umlaut in a word, a euro sign beside none, a quotation mark around one: what German text has.
_GERMAN = re.compile(
    r"(?<=[A-Za-zäöüß])[äöüß]|[äöü](?=[a-zß])|[ÄÖÜ](?=[A-Za-zäöüß])|(?<=[A-Z])[ÄÖÜ]"
    r"|(?<![A-Za-z])€(?![A-Za-z])|(?<!\w)„(?=\w)|(?<=\w)[“”](?!\w)"
)
_OLD_ENCODINGS = ("cp1252", "cp850", "mac_roman")


def decoded(content: bytes) -> str:
    """By its byte order mark, else UTF-16 where every second byte is nought, else UTF-8.

    What is none of these is in the encoding of Windows, DOS or an old Mac in which it looks most like German.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    encoding = wide_encoding(content)
    if encoding:
        return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return max(_readings(content), key=_looks_right)


def wide_encoding(content: bytes) -> str | None:
    """UTF-16 without a mark: nearly all signs of a table are in the first 256, so one byte of each is nought."""
    head = content[:1000]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    most = len(head) // 2 * 0.7
    if odd > most and not even:
        return "utf-16-le"
    return "utf-16-be" if even > most and not odd else None


def _readings(content: bytes) -> Iterator[str]:
    for encoding in _OLD_ENCODINGS:
        yield content.decode(encoding, "replace")
    yield content.decode("utf-8", "replace").removeprefix("\ufeff")


def _looks_right(text: str) -> int:
    return len(_GERMAN.findall(text)) - 2 * text.count("\ufffd")
