"""Formulas whose cells have moved: what people see when they insert rows in a spreadsheet program.

A `Move` says that rows behind ``last`` of the table in rows ``first`` to ``last`` go down by ``by``. A range that ends
with the table's last row grows with it, so that sums, charts and rules reach the new rows too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from school_it.errors import N_, CannotRead
from school_it.workbooks.places import LAST_ROW, column_of, letters

_SHEET = r"(?:'(?:[^']|'')+'|(?:\[\d+\])?[^\W\d][\w.]*(?::[^\W\d][\w.]*)?)!"
_CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]{1,7}"
_TOKEN = re.compile(
    rf"""(?P<text>"(?:[^"]|"")*")
    |(?P<sheet>{_SHEET})?(?P<ref>{_CELL}(?::{_CELL})?|\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}})(?![\w.(!\[])
    |\[(?:[^\[\]]|\[[^\[\]]*\])*\]
    |[\w.\\?]+!?""",
    re.VERBOSE,
)
_POINT = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)([0-9]{1,7})$")
_ALONE = re.compile(
    rf"\b(SUM|SUBTOTAL|AVERAGE|COUNT|COUNTA|MIN|MAX|PRODUCT)\((\d+,)?((?:{_SHEET})?{_CELL})\)", re.IGNORECASE
)
TOO_LONG = N_("Die Tabelle wird länger, als ein Blatt einer Arbeitsmappe sein kann.")
_THROUGH = N_(
    "Die Formel »%(formula)s« meint mehrere Blätter oder eine Zelle als Text; sie würde nach dem Ausfüllen auf die "
    "falsche Zeile zeigen. Bitte in der Vorlage durch einen festen Bezug ersetzen."
)


@dataclass(frozen=True, slots=True)
class Move:
    first: int
    last: int
    by: int


class Moves:
    """All moves of one sheet; their tables do not overlap. Raises CannotRead where a row would fall off the sheet."""

    def __init__(self, moves: Sequence[Move] = ()) -> None:
        self.moves = tuple(sorted((one for one in moves if one.by), key=lambda one: one.first))
        self.lowest = min((one.last for one in self.moves), default=LAST_ROW)

    def __bool__(self) -> bool:
        return bool(self.moves)

    def row(self, number: int) -> int:
        moved = number + sum(one.by for one in self.moves if number > one.last)
        if moved > LAST_ROW:
            if number == LAST_ROW:
                return LAST_ROW
            raise CannotRead(TOO_LONG)
        return moved

    def bottom(self, number: int, top: int) -> int:
        """The last row of a range that begins in `top`: where it ends in the table, it grows to the table's new end."""
        for one in self.moves:
            if number == one.last or (one.first <= number < one.last and top <= one.first):
                return min(self.row(one.last) + one.by, LAST_ROW)
        return self.row(number)

    def starts_below(self, number: int) -> bool:
        return number > self.lowest


Everywhere = Mapping[str, Moves]
"""By the name of the sheet, folded (`key`)."""


def key(sheet: str) -> str:
    return sheet.casefold()


def moved(formula: str, home: str, moves: Everywhere, *, single_grows: bool = False) -> str:
    """The formula of a cell on sheet `home` after the moves. Raises CannotRead for what no rule can move.

    `single_grows`: a single cell in a table's last row stands for the whole column (the values of a chart).
    """
    if not any(moves.values()):
        return formula
    _refuse_indirect(formula, home, moves)

    def one(found: re.Match[str]) -> str:
        reference = found["ref"]
        if not reference:
            return found[0]
        known = _known(found["sheet"], home, moves, reference, formula)
        if known is None:
            return found[0]
        return (found["sheet"] or "") + _range(reference, known, grows=single_grows)

    return _TOKEN.sub(one, _ALONE.sub(_as_range, formula))


def _as_range(found: re.Match[str]) -> str:
    """``SUM(F12)`` below a table of one row means the column."""
    cell = found[3]
    return f"{found[1]}({found[2] or ''}{cell}:{cell.rpartition('!')[2]})"


def _known(prefix: str | None, home: str, moves: Everywhere, reference: str, formula: str) -> Moves | None:
    if not prefix:
        return moves.get(key(home))
    name = prefix[:-1].strip("'").replace("''", "'")
    if "[" in name:
        return None
    if ":" in name:
        rows = [int(number) for number in re.findall(r"\d+", reference)]
        if any(one.starts_below(row) for one in moves.values() if one for row in rows):
            raise CannotRead(_THROUGH, formula=formula)
        return None
    return moves.get(key(name))


def _refuse_indirect(formula: str, home: str, moves: Everywhere) -> None:
    if "INDIRECT(" not in formula.upper():
        return
    for text in re.findall(r'"((?:[^"]|"")*)"', formula):
        inner, _sep, cell = text.rpartition("!")
        known = moves.get(key(inner.strip("'") or home))
        rows = [int(number) for number in re.findall(r"[A-Za-z]\$?(\d{1,7})", cell)]
        if known and any(known.starts_below(row) for row in rows):
            raise CannotRead(_THROUGH, formula=formula)


def _range(reference: str, moves: Moves, *, grows: bool) -> str:
    first, colon, last = reference.partition(":")
    top = _row_of(first)
    if not colon:
        new = _with_row(first, moves.row(top))
        bottom = moves.bottom(top, top)
        return f"{new}:{_with_row(first, bottom)}" if grows and bottom != moves.row(top) else new
    return f"{_with_row(first, moves.row(top))}:{_with_row(last, moves.bottom(_row_of(last), top))}"


def _row_of(point: str) -> int:
    found = _POINT.match(point)
    return int(found[4]) if found else 0


def _with_row(point: str, row: int) -> str:
    found = _POINT.match(point)
    return f"{found[1]}{found[2]}{found[3]}{row}" if found else point


def area(reference: str, moves: Moves, *, grows: bool = True) -> str:
    """``A1:B2 D4`` as it stands in a ``ref`` or ``sqref``; a single cell may grow into a range."""
    parts = []
    for part in reference.split():
        first, colon, last = part.partition(":")
        if not _POINT.match(first):
            parts.append(part)
            continue
        top = _row_of(first)
        new_top = moves.row(top)
        bottom = _row_of(last) if colon else top
        new_bottom = moves.bottom(bottom, top) if grows else moves.row(bottom)
        end = _with_row(last if colon else first, new_bottom)
        start = _with_row(first, new_top)
        parts.append(start if not colon and new_top == new_bottom else f"{start}:{end}")
    return " ".join(parts)


def copied(formula: str, home: str, moves: Everywhere, move: Move, step: int) -> str:
    """The formula of the table's first row, `step` rows further down.

    What lies in the table or in the row above it follows the row; what stands further up or below stays what it was,
    also without ``$``: a form has one row as its sample, and its rate or its sum stands once.
    """
    _refuse_indirect(formula, home, moves)
    here = moves.get(key(home), Moves())

    def one(found: re.Match[str]) -> str:
        reference, prefix = found["ref"], found["sheet"]
        if not reference:
            return found[0]
        known = _known(prefix, home, moves, reference, formula)
        own = not prefix or known is here
        first, colon, last = reference.partition(":")
        points = [first, last] if colon else [first]
        fresh = [_copied_point(point, known or Moves(), move, step, own=own) for point in points]
        if colon and "$" in last[1:] and known:
            fresh[1] = _with_row(last, known.bottom(_row_of(last), _row_of(first)))
        return (prefix or "") + ":".join(fresh)

    return _TOKEN.sub(one, formula)


def _copied_point(point: str, known: Moves, move: Move, step: int, *, own: bool) -> str:
    found = _POINT.match(point)
    if not found:
        return point
    row = int(found[4])
    follows = move.first - 1 <= row <= move.last if own else row == move.first
    if found[3] or not found[2] or not follows:
        return _with_row(point, known.row(row))
    return _with_row(point, row + step)


def shifted(formula: str, rows: int, columns: int) -> str:
    """A shared formula for a cell so many rows and columns away from the one that holds it."""

    def point(text: str) -> str:
        found = _POINT.match(text)
        if not found:
            return text
        column, row = found[2].upper(), int(found[4])
        if column and not found[1]:
            column = letters(column_of(column) + columns)
        return f"{found[1]}{column}{found[3]}{row if found[3] else row + rows}"

    def one(found: re.Match[str]) -> str:
        if not found["ref"]:
            return found[0]
        return (found["sheet"] or "") + ":".join(map(point, found["ref"].split(":")))

    return _TOKEN.sub(one, formula)


def speaks_of(formula: str, sheets: frozenset[str], names: frozenset[str]) -> bool:
    """Whether it looks at one of these sheets (folded names) or at a defined name among `names` (folded)."""
    folded = formula.casefold()
    return any(name in folded for name in sheets) or any(
        re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", folded) for name in names
    )
