"""A rack drawn as SVG: its units, what sits in them, and each port with what it is. No script, no style attribute.

Units with something in them are tall enough for two rows of ports that a finger can hit; empty ones are narrow. What is
free, used or gives power differs by fill and mark, not by colour alone, and stands in words in the name of each link.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup, escape

PORT, GAP, LABEL, MARGIN = 26, 2, 150, 30
EMPTY, BARE = 12, 34
A_ROW = 24


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
    """Something in a rack: its lowest unit, how many it takes, what it is and its ports."""

    unit: int
    height: int
    kind: str
    name: str
    url: str
    ports: Sequence[DrawnPort]


def rack(title: str, units: int, boxes: Iterable[DrawnBox]) -> Markup:
    """The picture from the highest unit down. Boxes do not overlap."""
    by_top = {box.unit + box.height - 1: box for box in boxes}
    widest = max((min(len(box.ports), A_ROW) for box in by_top.values()), default=0)
    width = MARGIN + LABEL + max(widest, 10) * (PORT + GAP) + 16
    drawn, y, unit = list[Markup](), 4, units
    while unit >= 1:
        box = by_top.get(unit)
        if box is None:
            drawn.append(_empty(unit, y, width))
            y, unit = y + EMPTY, unit - 1
        else:
            tall = _height(box)
            drawn.append(_box(box, y, width, tall))
            y, unit = y + tall, unit - box.height
    frame = Markup('<rect class="rack__frame" x="{}" y="2" width="{}" height="{}"></rect>').format(
        MARGIN - 4, width - MARGIN + 2, y
    )
    return Markup(
        '<div class="rack" role="group" tabindex="0" aria-label="{0}"><svg class="rack__picture" width="{1}" '
        'height="{2}" viewBox="0 0 {1} {2}" aria-label="{0}" role="group">{3}</svg></div>'
    ).format(title, width, y + 4, frame + Markup().join(drawn))


def _height(box: DrawnBox) -> int:
    rows = (len(box.ports) + A_ROW - 1) // A_ROW
    return max(rows * (PORT + GAP) + 6, BARE, box.height * EMPTY)


def _empty(unit: int, y: int, width: int) -> Markup:
    return Markup(
        '<line class="rack__line" x1="{}" x2="{}" y1="{}" y2="{}"></line>'
        '<text class="rack__unit" x="{}" y="{}" aria-hidden="true">{}</text>'
    ).format(MARGIN - 4, width - 2, y + EMPTY, y + EMPTY, MARGIN - 8, y + EMPTY - 2, unit)


def _box(box: DrawnBox, y: int, width: int, tall: int) -> Markup:
    ports = Markup().join(_port(port, place, y) for place, port in enumerate(box.ports))
    body = Markup(
        '<rect class="rack__box rack__box--{}" x="{}" y="{}" width="{}" height="{}"></rect>'
    ).format(box.kind, MARGIN, y + 1, width - MARGIN - 6, tall - 2)
    number = Markup('<text class="rack__unit" x="{}" y="{}" aria-hidden="true">{}</text>').format(
        MARGIN - 8, y + 16, box.unit
    )
    name = Markup('<text class="rack__name" x="{}" y="{}">{}</text>').format(
        MARGIN + 6, y + 21, box.name if len(box.name) <= 18 else box.name[:17] + "…"
    )
    link = Markup('<a href="{}" aria-label="{}">{}</a>').format(box.url, box.name, name)
    return body + number + link + ports


def _port(port: DrawnPort, place: int, y: int) -> Markup:
    x = MARGIN + LABEL + (place % A_ROW) * (PORT + GAP)
    top = y + 4 + (place // A_ROW) * (PORT + GAP)
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
        ("fixed", False, _("Dose angeschlossen, nicht gepatcht")), ("used", False, _("belegt")),
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
