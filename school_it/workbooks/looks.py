"""The styles of a workbook: which of them show days, and a few more where a day would be a bare number."""

from __future__ import annotations

import re
from functools import cached_property

from school_it.workbooks import tags

_DAYS = frozenset({14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)})
_LONGEST_CODE = 255  # as in Excel: what is longer was made to keep somebody busy
_DAY, _AMOUNT = "14", "4"  # of every spreadsheet program: its own way to show a day, #,##0.00


class Looks:
    """`content` is the part of the styles; `edited` gives it with what was added, None where nothing was."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.formats: list[int] = []
        self.entries: list[tuple[int, int]] = []
        self.codes: dict[int, str] = {}
        self.list_end = self.list_start = -1
        self.added: dict[tuple[int, str], int] = {}
        self.new: list[bytes] = []
        path: list[str] = []
        begun: list[int] = []

        def start(name: str, attributes: dict[str, str], at: int) -> None:
            path.append(tags.local(name))
            begun.append(at)
            if path[-1] == "numFmt":
                self.codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
            elif path[1:] == ["cellXfs"]:
                self.list_start = at
            elif path[1:] == ["cellXfs", "xf"]:
                self.formats.append(int(attributes.get("numFmtId", 0)))

        def end(name: str, at: int) -> None:
            if path[1:] == ["cellXfs", "xf"]:
                self.entries.append((begun[-1], tags.end_of(content, begun[-1], at, name)))
            elif path[1:] == ["cellXfs"]:
                self.list_end = at
            path.pop()
            begun.pop()

        tags.parse(content, start, end)

    @cached_property
    def _shows_days(self) -> frozenset[int]:
        own = {
            number
            for number, code in self.codes.items()
            if len(code) <= _LONGEST_CODE
            and re.search("[dDyYjJtT]|mm|MM", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.', "", code))
        }
        return frozenset(own | _DAYS)

    def shows_days(self, style: int) -> bool:
        return self._format(style) in self._shows_days

    def shows_anything(self, style: int) -> bool:
        """Whether it has no format of its own for numbers (»Standard«, or text)."""
        return self._format(style) in (0, 49)

    def _format(self, style: int) -> int:
        return self.formats[style] if style < len(self.formats) else 0

    def for_days(self, style: int) -> int:
        return style if self.shows_days(style) else self._with(style, _DAY)

    def for_amounts(self, style: int) -> int:
        return self._with(style, _AMOUNT) if self.shows_anything(style) else style

    def _with(self, style: int, number_format: str) -> int:
        if not self.entries:
            return style
        if (style, number_format) not in self.added:
            begin, end = self.entries[style if style < len(self.entries) else 0]
            tag, _whole = tags.start_tag(self.content, begin)
            fresh = tags.with_attributes(tag, {"numFmtId": number_format, "applyNumberFormat": "1"})
            self.added[style, number_format] = len(self.entries) + len(self.new)
            self.new.append(fresh + self.content[begin + len(tag) : end])
        return self.added[style, number_format]

    def edited(self) -> bytes | None:
        if not self.new:
            return None
        tag, _whole = tags.start_tag(self.content, self.list_start)
        count = tags.with_attributes(tag, {"count": str(len(self.entries) + len(self.new))})
        edits = [
            (self.list_start, self.list_start + len(tag), count),
            (self.list_end, self.list_end, b"".join(self.new)),
        ]
        return b"".join(tags.pieces(self.content, edits))
