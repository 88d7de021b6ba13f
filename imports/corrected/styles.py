"""The styles of a workbook with a few more: each coloured one is a clone of the cell's own, so its look stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from school_it.workbooks import tags
from school_it.workbooks.damage import Damaged

# Nobody else's colours, so that ours are known again when the file comes back.
FAULT_COLOUR, HINT_COLOUR = "FFFFC4B9", "FFFFF1C7"
_TEXT_FORMAT = "49"


@dataclass(slots=True)
class _List:
    """``<fills>`` or ``<cellXfs>``: its start tag, its end, and its entries as bytes."""

    start: int = -1
    end: int = -1
    entries: list[bytes] = field(default_factory=list)
    added: dict[bytes, int] = field(default_factory=dict)

    def add(self, entry: bytes) -> int:
        return self.added.setdefault(entry, len(self.entries) + len(self.added))


class Styles:
    """`faulty`, `mended` and `hint` give the number of a style, made where it is not there yet. Raises Damaged."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.fills, self.looks = _List(), _List()
        self.prefix = ""
        self.seen: dict[int, str] = {}
        self.made: dict[tuple[str, int], int] = {}
        self._scan()
        self.colours = [_colour(entry) for entry in self.fills.entries]
        if not self.fills.entries or not self.looks.entries:
            raise Damaged

    def _scan(self) -> None:
        lists = {"fills": self.fills, "cellXfs": self.looks}
        path: list[str] = []
        begun = 0

        def start(name: str, _attributes: dict[str, str], at: int) -> None:
            nonlocal begun
            path.append(tags.local(name))
            if len(path) == 1:
                self.prefix = tags.prefix_of(name)
            if len(path) == 2 and path[1] in lists:
                lists[path[1]].start = at
            elif len(path) == 3 and path[1] in lists:
                begun = at

        def end(name: str, at: int) -> None:
            if len(path) == 2 and path[1] in lists:
                lists[path[1]].end = at
            elif len(path) == 3 and path[1] in lists:
                whole = self.content[begun : tags.end_of(self.content, begun, at, name)]
                lists[path[1]].entries.append(whole)
            path.pop()

        tags.parse(self.content, start, end)

    # --- what a cell looks like ---------------------------------------------------------------------------

    def is_faulty(self, style: int) -> bool:
        return self._colour_of(style) == FAULT_COLOUR

    def is_hint(self, style: int) -> bool:
        return self._colour_of(style) == HINT_COLOUR

    def _colour_of(self, style: int) -> str:
        if style not in self.seen:
            self.seen[style] = self._look_up(style)
        return self.seen[style]

    def _look_up(self, style: int) -> str:
        tag, _is_whole = tags.start_tag(self._look(style), 0)
        fill = int(tags.attribute(tag, "fillId") or 0)
        return self.colours[fill] if fill < len(self.colours) else ""

    def _look(self, style: int) -> bytes:
        return self.looks.entries[style] if style < len(self.looks.entries) else self.looks.entries[0]

    # --- new looks ----------------------------------------------------------------------------------------

    def faulty(self, style: int) -> int:
        if ("faulty", style) not in self.made:
            look = style if self.is_faulty(style) else self._filled(style, FAULT_COLOUR)
            self.made["faulty", style] = look
        return self.made["faulty", style]

    def mended(self, style: int) -> int:
        """The look that a cell had before we coloured it: the one that differs in nothing but the colour."""
        if not self.is_faulty(style):
            return style
        if ("mended", style) not in self.made:
            self.made["mended", style] = self._uncoloured(style)
        return self.made["mended", style]

    def _uncoloured(self, style: int) -> int:
        wanted = _colourless(self._look(style))
        for number, look in enumerate(self.looks.entries):
            if _colourless(look) == wanted and not self.is_faulty(number):
                return number
        return self.looks.add(_with(self._look(style), {"fillId": "0"}))

    def hint(self) -> int:
        return self._filled(0, HINT_COLOUR, {"numFmtId": _TEXT_FORMAT, "applyNumberFormat": "1"})

    def _filled(self, style: int, colour: str, more: dict[str, str] | None = None) -> int:
        known = self.colours.index(colour) if colour in self.colours else None
        fill = self.fills.add(self._fill(colour)) if known is None else known
        return self.looks.add(
            _with(self._look(style), {"fillId": str(fill), "applyFill": "1", **(more or {})})
        )

    def _fill(self, colour: str) -> bytes:
        p = self.prefix
        return (
            f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="{colour}"/>'
            f'<{p}bgColor indexed="64"/></{p}patternFill></{p}fill>'
        ).encode()

    def edited(self) -> bytes:
        edits: list[tags.Edit] = []
        for one in (self.fills, self.looks):
            if one.added:
                tag, _is_whole = tags.start_tag(self.content, one.start)
                count = str(len(one.entries) + len(one.added))
                edits.append((one.start, one.start + len(tag), tags.with_attributes(tag, {"count": count})))
                edits.append((one.end, one.end, b"".join(one.added)))
        return b"".join(tags.pieces(self.content, edits))


def _with(look: bytes, values: dict[str, str]) -> bytes:
    tag, _is_whole = tags.start_tag(look, 0)
    return tags.with_attributes(tag, values) + look[len(tag) :]


def _colourless(look: bytes) -> bytes:
    return re.sub(rb"\s+/?>", b">", re.sub(rb"\s+(?:fillId|applyFill)=[\"'][^\"']*[\"']", b"", look))


def _colour(fill: bytes) -> str:
    found = re.search(rb"fgColor[^>]*?\srgb=[\"']([0-9A-Fa-f]{8})[\"']", fill)
    return found[1].decode().upper() if found else ""
