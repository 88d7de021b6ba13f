"""What the fast reader does not tell of an old .xls: number formats, error values, sums, hidden rows.

The file is a small file system of sectors; its stream »Workbook« is a row of records, each a kind, a length and its
content. Only the edition of Excel 97 and later is looked at; for older ones there are no marks.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

from imports import number_format
from imports.marks import Marks, RowMarks
from school_it.cells import Fault
from school_it.errors import CannotRead
from school_it.workbooks.damage import DAMAGED

_FREE = 0xFFFFFFFA  # from here on a number of a sector is none
_SMALL = 4096  # smaller streams lie in sectors of 64 bytes
_EXCEL_97 = 0x0600
_BOF, _EOF, _LOCK, _FORMAT, _LOOK, _BOUND_SHEET = 0x0809, 0x000A, 0x002F, 0x041E, 0x00E0, 0x0085
_ROW, _NUMBER, _SHORT, _SHORTS, _ERROR, _FORMULA = 0x0208, 0x0203, 0x027E, 0x00BD, 0x0205, 0x0006
_FAULTS = {
    0x00: Fault.NOTHING,
    0x07: Fault.DIVISION,
    0x0F: Fault.VALUE,
    0x17: Fault.REFERENCE,
    0x1D: Fault.NAME,
    0x24: Fault.NUMBER,
    0x2A: Fault.NOT_AVAILABLE,
}
_SUM_ALONE = b"\x19\x10"
_SUMS = tuple(
    bytes([token]) + bytes([count]) + struct.pack("<H", function)
    for token in (0x22, 0x42, 0x62)
    for count in range(1, 31)
    for function in (4, 344)  # SUM, SUBTOTAL
)


def marks(file: Path, sheet_name: str, columns: Collection[int]) -> Marks:
    """The marks of one sheet; formats only of the given columns (from 0)."""
    stream = workbook_stream(file.read_bytes())
    start, formats = _sheet(stream, sheet_name)
    if start is None:
        return Marks()
    found: dict[int, RowMarks] = defaultdict(RowMarks)
    for kind, content in _records(stream, start):
        note = _NOTES.get(kind)
        if kind == _EOF:
            break
        if note:
            note(found, content, formats, columns)
    return Marks([(max(found, default=0), dict(found))])


def is_locked(content: bytes) -> bool:
    """Whether the records of the workbook are behind a password. Raises CannotRead where there is no way to them."""
    for kind, _content in _records(workbook_stream(content), 0):
        if kind in (_LOCK, _EOF):
            return kind == _LOCK
    return False


# --- records ------------------------------------------------------------------------------------------------


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _sheet(stream: bytes, sheet_name: str) -> tuple[int | None, Mapping[int, str]]:
    """Where the records of the sheet begin, and the format of each look that shows more than plain digits."""
    codes, looks, start = dict(number_format.BUILT_IN), list[int](), None
    for kind, content in _records(stream, 0):
        if kind == _BOF and struct.unpack_from("<H", content)[0] != _EXCEL_97:
            return None, {}
        if kind == _FORMAT:
            codes[struct.unpack_from("<H", content)[0]] = _text(
                content[4:], struct.unpack_from("<H", content, 2)[0]
            )
        elif kind == _LOOK:
            looks.append(struct.unpack_from("<H", content, 2)[0])
        elif kind == _BOUND_SHEET and _text(content[7:], content[6]) == sheet_name:
            start = struct.unpack_from("<I", content)[0]
        elif kind == _EOF:
            break
    shown = {
        look: codes[code]
        for look, code in enumerate(looks)
        if code in codes and codes[code] != "0" and number_format.shows_a_number(codes[code])
    }
    return start, shown


def _text(content: bytes, length: int) -> str:
    """A flag, and then two bytes for each sign, or one."""
    is_wide = bool(content[0] & 1)
    return content[1 : 1 + length * (1 + is_wide)].decode("utf-16-le" if is_wide else "latin-1", "replace")


Note = Callable[[dict[int, RowMarks], bytes, Mapping[int, str], Collection[int]], None]


def _note_number(
    found: dict[int, RowMarks], content: bytes, formats: Mapping[int, str], columns: Collection[int]
) -> None:
    row, column, look = struct.unpack_from("<HHH", content)
    if look in formats and column in columns:
        found[row + 1].formats.append((column, formats[look]))


def _note_numbers(
    found: dict[int, RowMarks], content: bytes, formats: Mapping[int, str], columns: Collection[int]
) -> None:
    row, first = struct.unpack_from("<HH", content)
    for spot, (look, _value) in enumerate(struct.iter_unpack("<HI", content[4:-2])):
        if look in formats and first + spot in columns:
            found[row + 1].formats.append((first + spot, formats[look]))


def _note_error(
    found: dict[int, RowMarks], content: bytes, _formats: Mapping[int, str], _columns: Collection[int]
) -> None:
    row, column, _look, code, is_error = struct.unpack_from("<HHHBB", content)
    if is_error:
        found[row + 1].faults.append((column, _FAULTS.get(code, Fault.OTHER)))


def _note_formula(
    found: dict[int, RowMarks], content: bytes, formats: Mapping[int, str], columns: Collection[int]
) -> None:
    row, column, _look = struct.unpack_from("<HHH", content)
    is_error = content[12:14] == b"\xff\xff" and content[6] == 2
    if is_error:
        found[row + 1].faults.append((column, _FAULTS.get(content[8], Fault.OTHER)))
    else:
        _note_number(found, content, formats, columns)
    tokens = content[22:]
    if _SUM_ALONE in tokens or any(one in tokens for one in _SUMS):
        found[row + 1].has_sum = True


def _note_row(
    found: dict[int, RowMarks], content: bytes, _formats: Mapping[int, str], _columns: Collection[int]
) -> None:
    if content[12] & 0x20:
        found[struct.unpack_from("<H", content)[0] + 1].is_hidden = True


_NOTES: Mapping[int, Note] = {
    _ROW: _note_row,
    _NUMBER: _note_number,
    _SHORT: _note_number,
    _SHORTS: _note_numbers,
    _ERROR: _note_error,
    _FORMULA: _note_formula,
}


# --- the file system ----------------------------------------------------------------------------------------


def workbook_stream(content: bytes) -> bytes:
    """Raises CannotRead where the sectors do not lead through the file."""
    try:
        return _Sectors(content).stream("Workbook")
    except (struct.error, IndexError):
        raise CannotRead(DAMAGED) from None


class _Sectors:
    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = 1 << struct.unpack_from("<H", content, 30)[0]
        self.directory, _sign, _least, self.small_table = struct.unpack_from("<IIII", content, 48)[0:4]
        self.table = self._table()

    def _table(self) -> tuple[int, ...]:
        """The sector that follows each one. The sectors of the table itself are told by the header and a chain."""
        places = list(struct.unpack_from("<109I", self.content, 76))
        next_one, count = struct.unpack_from("<II", self.content, 68)
        for _turn in range(min(count, len(self.content) // self.size)):
            if next_one >= _FREE:
                break
            *more, next_one = struct.unpack(f"<{self.size // 4}I", self._sector(next_one))
            places += more
        table = b"".join(self._sector(place) for place in places if place < _FREE)
        return struct.unpack(f"<{len(table) // 4}I", table)

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if start >= len(self.content):
            raise IndexError(number)
        return self.content[start : start + self.size].ljust(self.size, b"\0")

    def _chain(self, start: int, table: tuple[int, ...]) -> Iterator[int]:
        for _turn in range(len(table) + 1):
            if start >= _FREE:
                return
            yield start
            start = table[start]
        raise IndexError(start)

    def _joined(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._chain(start, self.table)))

    def stream(self, name: str) -> bytes:
        directory = self._joined(self.directory)
        root = directory[:128]
        for place in range(0, len(directory), 128):
            entry = directory[place : place + 128]
            length = max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)
            if entry[: min(length, 64)].decode("utf-16-le", "replace") == name:
                start, size = struct.unpack_from("<II", entry, 116)
                return self._small(root, start, size) if size < _SMALL else self._joined(start)[:size]
        return b""

    def _small(self, root: bytes, start: int, size: int) -> bytes:
        sectors = self._joined(struct.unpack_from("<I", root, 116)[0])
        table = self._joined(self.small_table)
        chain = self._chain(start, struct.unpack(f"<{len(table) // 4}I", table))
        return b"".join(sectors[number * 64 : number * 64 + 64] for number in chain)[:size]
