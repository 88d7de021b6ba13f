"""The serial numbers in a supplier's delivery file: text or CSV in whatever form it comes. Plain functions."""

from __future__ import annotations

import csv
import io
import re

from school_it.devices.numbers import folded
from school_it.errors import N_, BadValue

LARGEST = 2 * 1024 * 1024
_HEADER = re.compile(r"serien|serial|s/n\b|^sn$|^snr\b")


def serials_in(content: bytes) -> list[str]:
    """The column headed as serial numbers, else the only one.

    Raises BadValue for a workbook, for several columns without such a header, and for too large a file.
    """
    if len(content) > LARGEST:
        raise BadValue(N_("Die Lieferdatei ist größer als 2 MB."))
    if content.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or b"\0" in content:
        raise BadValue(
            N_("Das ist keine Textdatei. Bitte als CSV speichern oder die Spalte der Seriennummern einfügen.")
        )
    rows = [row for row in _rows(_text(content)) if any(row)]
    if not rows:
        raise BadValue(N_("Die Lieferdatei ist leer."))
    for number, row in enumerate(rows[:20]):
        for place, cell in enumerate(row):
            if _HEADER.search(folded(cell)):
                return [one[place] for one in rows[number + 1 :] if len(one) > place and one[place]]
    if max(map(len, rows)) > 1:
        raise BadValue(N_("In der Lieferdatei ist keine Spalte mit »Seriennummer« überschrieben."))
    return [row[0] for row in rows]


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str) -> list[list[str]]:
    counted = {sign: text.count(sign) for sign in (";", "\t", ",")}
    sign = max(counted, key=lambda one: counted[one]) if any(counted.values()) else ";"
    return [[" ".join(cell.split()) for cell in row] for row in csv.reader(io.StringIO(text), delimiter=sign)]
