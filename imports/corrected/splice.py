"""The one sheet's part with its faulty cells coloured and a column of reasons; everything else in it stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imports.corrected import scan
from imports.corrected.asked import LAST_COLUMN, Asked
from imports.corrected.scan import Cell, Line
from imports.corrected.styles import Styles
from school_it.errors import N_, CannotRead
from school_it.sheets import HINT_HEADER
from school_it.workbooks import rows, tags
from school_it.workbooks.damage import Damaged
from school_it.workbooks.places import corners, letters

_WIDTH = 70
_KEPT_FORMULA = (
    "Die Eingabe »{text}« steht noch nicht in Spalte {column}: Dort steht eine Formel für mehrere Zellen."
)


class Splice:
    """`old_column` is where a corrected file has its reasons from last time; None where it comes for the first time.

    After `pieces`, `freed` names the cells whose formula gave way to what somebody has typed.
    """

    def __init__(self, content: bytes, asked: Asked, styles: Styles, old_column: int | None) -> None:
        self.content, self.asked, self.styles = content, asked, styles
        self.freed: list[str] = []
        self.edits: list[tags.Edit] = []
        wanted = {*asked.faults, *asked.hints, *asked.typed, *filter(None, [asked.header_row])}

        def is_ours(column: int, style: int) -> bool:
            return column == old_column or styles.is_faulty(style) or styles.is_hint(style)

        comes_again = old_column is not None or not asked.header_row
        self.found = scan.scan(
            self.content,
            wanted,
            range(asked.header_row or 1, asked.last_row + 1),
            beyond=asked.first_free_column,
            also=is_ours if comes_again else None,
        )
        if wanted - self.found.lines.keys():
            raise Damaged
        self.old_column = self._column_by_colour() if old_column is None and comes_again else old_column
        self.column = self._column()

    def _column_by_colour(self) -> int | None:
        """Where a table has no headers, last time's column is known by its colour."""
        looks = ((cell.column, cell.style) for line in self.found.lines.values() for cell in line.cells)
        return next((column for column, style in looks if self.styles.is_hint(style)), None)

    def _column(self) -> int:
        """Last time's, unless somebody has typed into a new column there in the meantime."""
        if self.old_column is not None and self.old_column not in self.asked.headers:
            return self.old_column
        return self._free_column()

    def _free_column(self) -> int:
        """The first one behind the table, and behind every header beside it, in which nothing stands."""
        taken = set(self.found.taken)
        heads = self.found.lines.get(self.asked.header_row)
        behind = 1 + max((cell.column for cell in heads.cells if cell.is_filled), default=0) if heads else 0
        first_free = max(self.asked.first_free_column, behind)
        for first, last, left, right in self.found.merged:
            if last >= (self.asked.header_row or 1) and first <= self.asked.last_row:
                taken.update(range(left, min(right, LAST_COLUMN) + 1))
        for column in range(first_free, LAST_COLUMN + 1):
            if column not in taken:
                return column
        raise CannotRead(
            N_("Neben der Tabelle ist keine Spalte mehr frei für die Hinweise. Bitte Spalten rechts löschen.")
        )

    def pieces(self) -> Iterable[bytes | memoryview]:
        """The part as it is to be, in pieces."""
        for line in self.found.lines.values():
            self._edit_line(line)
        self._edit_dimension()
        self._edit_widths()
        return tags.pieces(self.content, self.edits)

    # --- rows ---------------------------------------------------------------------------------------------

    def _edit_line(self, line: Line) -> None:
        number, told = line.number, [self.asked.hints.get(line.number, "")]
        new: dict[int, bytes] = {}
        if number == self.asked.header_row:
            self._edit_header(line, new)
        else:
            faults = set(self.asked.faults.get(number, ()))
            told += self._type_in(line, faults, new)
            for column in faults - new.keys():
                new[column] = self._coloured(line, column)
            self._mend(line, faults, new)
            if self.old_column is not None and self.old_column not in new and line.cell(self.old_column):
                new[self.old_column] = self._empty(line, self.old_column, 0)
            text = " ".join(filter(None, told))
            if text:
                new[self.column] = self._text(line, self.column, self.styles.hint(), text)
        self._put(line, new)

    def _edit_header(self, line: Line, new: dict[int, bytes]) -> None:
        """The header of the reasons, and those of columns that came to be in the preview."""
        beside = line.cell(max(self.asked.fields.keys() - self.asked.headers.keys(), default=0))
        style = beside.style if beside else 0
        for column, header in self.asked.headers.items():
            cell = line.cell(column)
            is_old = column == self.old_column
            if is_old or not ((cell and cell.is_filled) or self._is_merged(line.number, column)):
                new[column] = self._text(line, column, style, header)
        new[self.column] = self._text(line, self.column, style, HINT_HEADER)

    def _is_merged(self, row: int, column: int) -> bool:
        return any(
            first <= row <= last and left <= column <= right for first, last, left, right in self.found.merged
        )

    def _type_in(self, line: Line, faults: set[int], new: dict[int, bytes]) -> Iterator[str]:
        """What somebody has typed in the preview; a formula that other cells lean on is left and said."""
        for column, text in self.asked.typed.get(line.number, {}).items():
            cell = line.cell(column)
            if cell and cell.is_shared:
                yield _KEPT_FORMULA.format(text=text, column=letters(column))
                continue
            if cell and cell.has_formula:
                self.freed.append(f"{letters(column)}{line.number}")
            style = self._style(line, column)
            style = self.styles.faulty(style) if column in faults else self.styles.mended(style)
            new[column] = self._text(line, column, style, text) if text else self._empty(line, column, style)

    def _mend(self, line: Line, faults: set[int], new: dict[int, bytes]) -> None:
        """A cell that was coloured last time and is right now gets its own look back."""
        for cell in line.cells:
            if cell.column not in faults | new.keys() and self.styles.is_faulty(cell.style):
                new[cell.column] = self._restyled(cell, self.styles.mended(cell.style))

    def _style(self, line: Line, column: int) -> int:
        """The style of a cell; of one that is not there, what it would get: its row's, else its column's."""
        cell = line.cell(column)
        if cell:
            return cell.style
        if line.style >= 0:
            return line.style
        return next((one.style for one in self.found.widths if one.first <= column <= one.last), 0)

    def _coloured(self, line: Line, column: int) -> bytes:
        style = self.styles.faulty(self._style(line, column))
        cell = line.cell(column)
        return self._restyled(cell, style) if cell else self._empty(line, column, style)

    def _restyled(self, cell: Cell, style: int) -> bytes:
        tag, _is_whole = tags.start_tag(self.content, cell.start)
        rest = self.content[cell.start + len(tag) : cell.end]
        return tags.with_attributes(tag, {"s": str(style)}) + rest

    def _empty(self, line: Line, column: int, style: int) -> bytes:
        return f'<{self.found.prefix}c r="{letters(column)}{line.number}" s="{style}"/>'.encode()

    def _text(self, line: Line, column: int, style: int, text: str) -> bytes:
        p = self.found.prefix.encode()
        place = f"{letters(column)}{line.number}".encode()
        return b'<%bc r="%b" s="%d" t="inlineStr"><%bis><%bt xml:space="preserve">%b</%bt></%bis></%bc>' % (
            p, place, style, p, p, rows.encoded(rows.escaped(text)), p, p, p,
        )  # fmt: skip

    def _put(self, line: Line, new: dict[int, bytes]) -> None:
        """Each new cell in the place of the old one, else before the next one to its right."""
        if not new:
            return
        tag, is_whole = tags.start_tag(self.content, line.start)
        after: list[bytes] = []
        for column in sorted(new):
            cell = line.cell(column)
            right = next((one for one in line.cells if one.column > column), None)
            if cell:
                self.edits.append((cell.start, cell.end, new[column]))
            elif right:
                self.edits.append((right.start, right.start, new[column]))
            else:
                after.append(new[column])
        opened = self._with_spans(tag)
        end = line.start + len(tag)
        if is_whole:
            closing = f"</{self.found.prefix}row>".encode()
            opened = opened[: opened.rindex(b"/")] + b">" + b"".join(after) + closing
        else:
            self.edits.append((line.inner_end, line.inner_end, b"".join(after)))
        if opened != tag:
            self.edits.append((line.start, end, opened))

    def _with_spans(self, tag: bytes) -> bytes:
        """A row may say which columns it spans; then it spans the new one too."""
        found = tags.attribute(tag, "spans")
        if not found or " " in found:
            return tag
        first, _colon, last = found.partition(":")
        return tags.with_attributes(tag, {"spans": f"{first}:{max(int(last), self.column + 1)}"})

    # --- around the rows ----------------------------------------------------------------------------------

    def _edit_dimension(self) -> None:
        if self.found.dimension is None:
            return
        at, reference = self.found.dimension
        for first, last, left, right in corners(reference):
            tag, _is_whole = tags.start_tag(self.content, at)
            wider = f"{letters(left)}{first}:{letters(max(right, self.column))}{last}"
            self.edits.append((at, at + len(tag), tags.with_attributes(tag, {"ref": wider})))

    def _edit_widths(self) -> None:
        """The new column is wide; those around it keep their widths, also where one entry spoke for them all."""
        p, number = self.found.prefix, self.column + 1
        new = f'<{p}col min="{number}" max="{number}" width="{_WIDTH}" customWidth="1"/>'.encode()
        around = next((one for one in self.found.widths if one.first <= self.column <= one.last), None)
        if around is None:
            before = next((one for one in self.found.widths if one.first > self.column), None)
            if before:
                self.edits.append((before.start, before.start, new))
            elif self.found.widths:
                end = self.found.widths[-1].end
                self.edits.append((end, end, new))
            else:
                cols = f"<{p}cols>".encode() + new + f"</{p}cols>".encode()
                self.edits.append((self.found.data_start, self.found.data_start, cols))
        elif around.first < around.last:
            self.edits.append((around.start, around.end, b"".join(self._parted(around, new))))
        else:
            self.edits.append((around.start, around.end, new))

    def _parted(self, around: scan.Width, new: bytes) -> Iterator[bytes]:
        whole = self.content[around.start : around.end]
        if around.first < self.column:
            yield tags.with_attributes(whole, {"max": str(self.column)})
        yield new
        if around.last > self.column:
            yield tags.with_attributes(whole, {"min": str(self.column + 2)})
