"""Writes the old binary .xls by hand, as no library does any more: just the records that a small table needs."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
ERRORS = {"#REF!": 0x17, "#N/A": 0x2A, "#DIV/0!": 0x07}
GENERAL, DAY, ZEROS = 0, 1, 2  # the cell formats that are written


class Formatted(float):
    """A number that is shown with six places: 004711."""


def xls(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    *,
    hidden: Sequence[str] = (),
    is_1904: bool = False,
    is_encrypted: bool = False,
) -> Path:
    path.write_bytes(compound({"Workbook": book(sheets, hidden, is_1904, is_encrypted)}))
    return path


def book(
    sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str], is_1904: bool, is_encrypted: bool
) -> bytes:
    parts = [_sheet(rows, is_1904) for rows in sheets.values()]
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    if is_encrypted:
        start += _record(0x002F, struct.pack("<HHHH", 1, 1, 1, 1) + bytes(46))
    start += _record(0x0022, struct.pack("<H", is_1904))
    start += _record(0x041E, struct.pack("<H", 164) + _long_text("000000"))
    start += b"".join(_record(0x00E0, struct.pack("<HHHHHHHHHH", 0, code, *[0] * 8)) for code in (0, 14, 164))
    end = _record(0x000A, b"")
    names = [(name, _short_text(name)) for name in sheets]
    place = len(start) + sum(4 + 6 + len(text) for _name, text in names) + len(end)
    for (name, text), part in zip(names, parts, strict=True):
        start += _record(0x0085, struct.pack("<IBB", place, name in hidden, 0) + text)
        place += len(part)
    return start + end + b"".join(parts)


def _sheet(rows: Sequence[Sequence[Any]], is_1904: bool) -> bytes:
    width = max(map(len, rows), default=0)
    records = [
        _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)),
        _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)),
    ]
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            if value is not None:
                records.append(_cell(row, column, value, is_1904))
    return b"".join(records) + _record(0x000A, b"")


def _cell(row: int, column: int, value: Any, is_1904: bool) -> bytes:
    if isinstance(value, str) and value in ERRORS:
        return _record(0x0205, struct.pack("<HHHBB", row, column, GENERAL, ERRORS[value], 1))
    if isinstance(value, str):
        return _record(0x0204, struct.pack("<HHH", row, column, GENERAL) + _long_text(value))
    if isinstance(value, bool):
        return _record(0x0205, struct.pack("<HHHBB", row, column, GENERAL, value, 0))
    if isinstance(value, date):
        days = (value - (date(1904, 1, 1) if is_1904 else date(1899, 12, 30))).days
        return _record(0x0203, struct.pack("<HHHd", row, column, DAY, days))
    look = ZEROS if isinstance(value, Formatted) else GENERAL
    return _record(0x0203, struct.pack("<HHHd", row, column, look, value))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _short_text(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _long_text(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def compound(streams: Mapping[str, bytes]) -> bytes:
    """The container of old office files, with its streams, each filled up to whole sectors and at least eight."""
    contents = {
        name: content + bytes(max(8 * SECTOR - len(content), -len(content) % SECTOR))
        for name, content in streams.items()
    }
    fat, data, places = [FAT, END], b"", {}
    for name, content in contents.items():
        places[name] = len(fat)
        count = len(content) // SECTOR
        fat += [*range(len(fat) + 1, len(fat) + count), END]
        data += content
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    entries += [_entry(name, 2, places[name], len(content)) for name, content in contents.items()]
    directory = b"".join(entries).ljust(SECTOR, b"\0")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<109I", 0, *[FREE] * 108)
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    if len(table) > SECTOR or len(directory) > SECTOR:
        raise ValueError("too much for one sector")
    return header + table + directory + data


def _entry(name: str, kind: int, start: int, size: int, *, child: int = FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
    return head + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", start, size)
