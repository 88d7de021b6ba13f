"""The network of a school as SVG: lines, routers, switches one below the other, each with what hangs there.

It grows downwards, so that it fits on a phone and on paper. What is not known is drawn dashed, and says so in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from school_it.network.topology.queries import Whole
from school_it.network.topology.rules import Hanging, Node, Placed
from school_it.network.uplinks.models import Uplink

WIDTH, HEIGHT, STEP, INDENT, LEFT, TOP = 282, 50, 62, 26, 6, 6
LONGEST_NAME, LONGEST_LINE = 34, 46
Address = Callable[[Node], str]


@dataclass(frozen=True)
class _Box:
    x: int
    y: int
    kind: str
    first: str
    second: str
    url: str = ""
    dashed: bool = False


def words(held: Hanging) -> str:
    """»2 Patchfelder · 44 Dosen · 6 Accesspoints«."""
    said = [
        (held.panels, ngettext("%(num)s Patchfeld", "%(num)s Patchfelder", held.panels)),
        (held.outlets, ngettext("%(num)s Dose", "%(num)s Dosen", held.outlets)),
        (held.points, ngettext("%(num)s Accesspoint", "%(num)s Accesspoints", held.points)),
    ]
    return " · ".join(text for count, text in said if count) or _("keine Dosen gepatcht")


def line_words(line: Uplink) -> str:
    speed = _("%(down)s/%(up)s Mbit/s", down=line.down or "?", up=line.up or "?")
    more = [speed, _("Glasfaser") if line.fibre else "", _("Ersatzleitung") if line.is_backup else ""]
    return " · ".join(filter(None, more))


def draw(title: str, whole: Whole, *, of_node: Address, of_line: Callable[[Uplink], str]) -> Markup:
    boxes, ways, y = list[_Box](), list[Markup](), TOP
    arrive: list[tuple[Uplink, int]] = []
    for line in whole.lines:
        boxes.append(_Box(LEFT, y, "line", line.label, line_words(line), of_line(line)))
        arrive.append((line, y))
        y += STEP
    if not whole.lines:
        boxes.append(_Box(LEFT, y, "line", _("Internet"), _("kein Anschluss eingetragen"), dashed=True))
        y += STEP
    first, at, shift = y, dict[int, tuple[int, int]](), INDENT
    for one in whole.tree.placed:
        x = LEFT + shift + one.depth * INDENT
        at[one.node.id] = (x, y)
        boxes.append(_box(one, x, y, whole, of_node(one.node)))
        if one.parent is not None:
            ways.append(_way(at[one.parent], (x, y)))
        y += STEP
    ways += _arrivals(whole, arrive, at, first)
    for node in whole.tree.loose:
        held = whole.at(node)
        said = _("Verbindung nicht eingetragen")
        if held.outlets:
            dangling = ngettext("%(num)s Dose", "%(num)s Dosen", held.outlets)
            said = f"{dangling} · {said}"
        boxes.append(_Box(LEFT + shift, y, "switch", _name(node), said, of_node(node), dashed=True))
        y += STEP
    width = max((box.x for box in boxes), default=0) + WIDTH + LEFT
    drawn = Markup().join(ways) + Markup().join(map(_drawn, boxes))
    return Markup(
        '<div class="rack topology" role="group" tabindex="0" aria-label="{0}"><svg class="rack__picture" width="{1}" '
        'height="{2}" viewBox="0 0 {1} {2}" aria-label="{0}" role="group">{3}</svg></div>'
    ).format(title, width, y, drawn)


def _box(one: Placed, x: int, y: int, whole: Whole, url: str) -> _Box:
    kind = "edge" if one.node.is_edge else "switch"
    held = whole.at(one.node)
    nothing = one.node.is_edge and not held.cords
    return _Box(x, y, kind, _name(one.node), one.node.category if nothing else words(held), url)


def _name(node: Node) -> str:
    return " · ".join(filter(None, (node.tag, node.rack or node.label)))


def _arrivals(
    whole: Whole, arrive: list[tuple[Uplink, int]], at: dict[int, tuple[int, int]], first: int
) -> list[Markup]:
    """Each line to its router; to the first device where nobody has said which it is, dashed."""
    found = []
    root = next((one.node.id for one in whole.tree.placed), None)
    lines: list[tuple[Uplink | None, int]] = [*arrive] or [(None, first - STEP)]
    for line, y in lines:
        known = line is not None and line.router_id in at
        target = at[line.router_id] if line is not None and known and line.router_id else at.get(root or 0)
        if target is not None:
            found.append(_way((LEFT, y), target, dashed=not known))
    return found


def _way(parent: tuple[int, int], child: tuple[int, int], *, dashed: bool = False) -> Markup:
    """From the foot of the one down and into the side of the other."""
    x, y = parent[0] + INDENT // 2, parent[1] + HEIGHT
    return Markup('<path class="topology__way{}" d="M{} {}V{}H{}"></path>').format(
        " topology__way--guessed" if dashed else "", x, y, child[1] + HEIGHT // 2, child[0]
    )


def _drawn(box: _Box) -> Markup:
    inside = Markup(
        '<rect class="topology__box topology__box--{}{}" x="{}" y="{}" width="{}" height="{}" rx="4"></rect>'
        '<text class="topology__name" x="{}" y="{}">{}</text><text class="topology__more" x="{}" y="{}">{}</text>'
    ).format(
        box.kind, " topology__box--guessed" if box.dashed else "", box.x, box.y, WIDTH, HEIGHT, box.x + 10,
        box.y + 21, _short(box.first, LONGEST_NAME), box.x + 10, box.y + 39, _short(box.second, LONGEST_LINE),
    )  # fmt: skip
    if not box.url:
        return inside
    return Markup('<a href="{}" aria-label="{}, {}">{}</a>').format(box.url, box.first, box.second, inside)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
