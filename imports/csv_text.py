"""Delimited text as German offices write it: ``;`` ``,`` or tab, UTF-8, cp1252 or UTF-16, any line ends."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from school_it.errors import N_, CannotRead

DELIMITERS = ";\t,|"
_SAMPLE = 60
_SEPARATOR_LINE = re.compile(r'^"?sep=(.)"?\n', re.IGNORECASE)

Records = list[list[str]]


def records(file: Path, known_headers: Callable[[Records], int]) -> Records:
    """All records. The delimiter is the one that brings out the most known headers, then the most columns.

    A line ``sep=;`` at the top says the delimiter and is, as in a spreadsheet program, no row.
    """
    text = decoded(file.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    said = _SEPARATOR_LINE.match(text)
    if said:
        return _split(text[said.end() :], said[1])
    sample = "".join(text.splitlines(keepends=True)[:_SAMPLE])
    return _split(text, max(DELIMITERS, key=lambda sign: _fit(_split(sample, sign), known_headers)))


def decoded(content: bytes) -> str:
    """By its byte order mark, else UTF-8, else what German Windows writes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if content[1:200:2].count(0) > len(content[:200]) // 4:
        return content.decode("utf-16-le", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _split(text: str, delimiter: str) -> Records:
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise CannotRead(
            N_("Die Datei ist keine Tabelle: Eine Zelle darin nimmt kein Ende. Bitte als .xlsx speichern.")
        ) from None


def _fit(sample: Records, known_headers: Callable[[Records], int]) -> tuple[int, int, int]:
    """How well a delimiter fits: known headers, rows that have the usual number of columns, that number."""
    widths = Counter(len(record) for record in sample if len(record) > 1)
    width, rows = widths.most_common(1)[0] if widths else (1, 0)
    return known_headers(sample), rows, width
