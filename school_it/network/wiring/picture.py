"""A rack drawn as SVG: its units, what sits in them, and each port with what it is. No script, no style attribute.

Units with something in them are tall enough for two rows of ports that a finger can hit; empty ones are narrow. What is
free, used or gives power differs by fill and mark, not by colour alone, and stands in words in the name of each link.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from markupsafe import Markup, escape

from school_it.network.wiring.rules import Face

PORT, GAP, MARGIN = 26, 2, 30
EMPTY, BARE, LETTER = 12, 34, 7
A_ROW, LABEL = 24, 150
HALF_A_ROW, SHORT_LABEL = 12, 100  # where both sides stand beside each other


@dataclass(frozen=True)
class DrawnPort:
    """`state` is free, used or fixed (only the cable in the wall); `spoken` says all of it."""

    name: str
    state: str
    poe: bool
    url: str
    spoken: str


@dataclass(frozen=True)
class DrawnBox:
    """Something in a rack: its lowest unit, how many it takes, what it is, its ports, and the side it is screwed to.

    `is_deep`: it reaches to the other side, where it is seen from behind, without its ports.
    """

    unit: int
    height: int
    kind: str
    name: str
    url: str
    ports: Sequence[DrawnPort]
    face: Face = Face.FRONT
    is_deep: bool = False


def sides(titles: Mapping[Face, str], units: int, boxes: Sequence[DrawnBox]) -> Markup:
    """A rack from the highest unit down; where something is screwed to its rear, both sides beside each other (below
    each other where it is narrow), with every unit at the same height.

    `titles` say what is seen of which rack from where. Of boxes with a unit in common the one on its own side is drawn.
    """
    shown = [face for face in Face if face is Face.FRONT or any(box.face is face for box in boxes)]
    seen = {face: sorted(_seen(boxes, face), key=lambda box: box.face is face) for face in shown}
    grid = _Grid(units, [box for several in seen.values() for box in several], len(shown))
    drawn = [_rack(titles[face], grid, seen[face]) for face in shown]
    if len(drawn) == 1:
        return drawn[0]
    figures = (
        Markup('<figure class="rack__side"><figcaption>{}</figcaption>{}</figure>').format(
            _("von vorn") if face is Face.FRONT else _("von hinten"), one
        )
        for face, one in zip(shown, drawn, strict=True)
    )
    return Markup('<div class="rack__sides">{}</div>').format(Markup().join(figures))


def _seen(boxes: Sequence[DrawnBox], face: Face) -> Iterator[DrawnBox]:
    for box in boxes:
        if box.face is face:
            yield box
        elif box.is_deep:
            yield replace(box, kind="behind", ports=())


class _Grid:
    """How wide the picture is, how many ports stand in a row, and where each unit begins and how tall it is."""

    def __init__(self, units: int, boxes: Iterable[DrawnBox], sides: int) -> None:
        self.units, self.row, self.label = (
            units,
            *((A_ROW, LABEL) if sides == 1 else (HALF_A_ROW, SHORT_LABEL)),
        )
        several = list(boxes)
        widest = max((min(len(box.ports), self.row) for box in several), default=0)
        self.width = MARGIN + self.label + max(widest, 10) * (PORT + GAP) + 16
        self.tall = dict.fromkeys(range(1, units + 1), EMPTY)
        for box in sorted(several, key=lambda one: one.unit):
            short = self._needed(box) - self.height_of(box)
            self.tall[min(box.unit + box.height - 1, units)] += max(0, short)
        self.top, y = dict[int, int](), 4
        for unit in range(units, 0, -1):
            self.top[unit] = y
            y += self.tall[unit]
        self.end = y

    def _needed(self, box: DrawnBox) -> int:
        rows = (len(box.ports) + self.row - 1) // self.row
        return max(rows * (PORT + GAP) + 6, BARE)

    def height_of(self, box: DrawnBox) -> int:
        return sum(self.tall.get(unit, 0) for unit in _units(box))


def _units(box: DrawnBox) -> range:
    return range(box.unit, box.unit + box.height)


def _rack(title: str, grid: _Grid, boxes: Iterable[DrawnBox]) -> Markup:
    by_unit = {unit: box for box in boxes for unit in _units(box) if unit in grid.top}
    own = {id(box): box for box in by_unit.values()}.values()
    drawn = [_empty(unit, grid) for unit in range(grid.units, 0, -1) if unit not in by_unit]
    drawn += [_box(box, grid) for box in sorted(own, key=lambda one: -one.unit)]
    frame = Markup('<rect class="rack__frame" x="{}" y="2" width="{}" height="{}"></rect>').format(
        MARGIN - 4, grid.width - MARGIN + 2, grid.end
    )
    return Markup(
        '<div class="rack" role="group" tabindex="0" aria-label="{0}"><svg class="rack__picture" width="{1}" '
        'height="{2}" viewBox="0 0 {1} {2}" aria-label="{0}" role="group">{3}</svg></div>'
    ).format(title, grid.width, grid.end + 4, frame + Markup().join(drawn))


def _empty(unit: int, grid: _Grid) -> Markup:
    end = grid.top[unit] + grid.tall[unit]
    return Markup(
        '<line class="rack__line" x1="{}" x2="{}" y1="{}" y2="{}"></line>'
        '<text class="rack__unit" x="{}" y="{}" aria-hidden="true">{}</text>'
    ).format(MARGIN - 4, grid.width - 2, end, end, MARGIN - 8, end - 2, unit)


def _box(box: DrawnBox, grid: _Grid) -> Markup:
    y, tall = grid.top[max(unit for unit in _units(box) if unit in grid.top)], grid.height_of(box)
    ports = Markup().join(_port(port, place, y, grid) for place, port in enumerate(box.ports))
    body = Markup(
        '<rect class="rack__box rack__box--{}" x="{}" y="{}" width="{}" height="{}"></rect>'
    ).format(box.kind, MARGIN, y + 1, grid.width - MARGIN - 6, tall - 2)
    number = Markup('<text class="rack__unit" x="{}" y="{}" aria-hidden="true">{}</text>').format(
        MARGIN - 8, y + 16, box.unit
    )
    longest = (grid.label - 14) // LETTER
    name = Markup('<text class="rack__name" x="{}" y="{}">{}</text>').format(
        MARGIN + 6, y + 21, box.name if len(box.name) <= longest else box.name[: longest - 1] + "…"
    )
    link = Markup('<a href="{}" aria-label="{}">{}</a>').format(box.url, box.name, name)
    return body + number + link + ports


def _port(port: DrawnPort, place: int, y: int, grid: _Grid) -> Markup:
    x = MARGIN + grid.label + (place % grid.row) * (PORT + GAP)
    top = y + 4 + (place // grid.row) * (PORT + GAP)
    mark = (
        Markup('<path class="port__power" d="M{} {}h{}"></path>').format(x + 5, top + PORT - 4, PORT - 10)
        if port.poe
        else Markup()
    )
    return Markup(
        '<a href="{}" aria-label="{}"><title>{}</title><rect class="port port--{}" x="{}" y="{}" width="{}" '
        'height="{}" rx="3"></rect>{}<text class="port__name port__name--{}" x="{}" y="{}" aria-hidden="true">{}</text>'
        "</a>"
    ).format(
        port.url, port.spoken, port.spoken, port.state, x, top, PORT, PORT, mark, port.state, x + PORT // 2,
        top + PORT // 2 + 3, _short(port.name),
    )  # fmt: skip


def _short(name: str) -> str:
    """The last number of a port's name: there is room for two or three digits."""
    last = name.replace(":", "/").replace(".", "/").rsplit("/", 1)[-1]
    digits = "".join(letter for letter in last if letter.isdigit())
    return (digits or last)[-3:]


def legend() -> Markup:
    """What the fills and marks mean, in words."""
    entries = (
        ("free", False, _("frei")),
        ("fixed", False, _("Dose angeschlossen, nicht gepatcht")), ("used", False, _("Port belegt")),
        ("free", True, _("Balken unten: gibt Strom (PoE)")),
    )  # fmt: skip
    items = (
        Markup(
            '<li><svg class="rack__key" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">{}</svg> {}</li>'
        ).format(
            Markup('<rect class="port port--{}" x="1" y="1" width="18" height="18" rx="3"></rect>{}').format(
                state, Markup('<path class="port__power" d="M4 16h12"></path>') if poe else ""
            ),
            escape(text),
        )
        for state, poe, text in entries
    )
    return Markup('<ul class="rack__legend" role="list">{}</ul>').format(Markup().join(items))
