"""Charts as HTML and SVG made here: no script, no style attribute, readable on paper, in the dark and by ear.

Every chart is a figure: a title, the bars (each with its own name and tool tip), a legend in words, and the
same numbers as a table folded away below. Bars differ by pattern as well as by colour. Labels are HTML, so
they keep their size on a phone; only the bars stretch, by percentages.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from markupsafe import Markup, escape

Number = int | Decimal
Shown = Callable[[Number], str]

# What lies over the colour of the first, second … series: nothing, rising lines, dots, falling lines, level
# lines, a net. More series than these nobody tells apart.
PATTERNS = (
    Markup(),
    Markup('<path class="chart__stroke" d="M-2 2 2-2M0 8 8 0M6 10l4-4"></path>'),
    Markup('<circle class="chart__dot" cx="4" cy="4" r="1.6"></circle>'),
    Markup('<path class="chart__stroke" d="M-2 6l4 4M0 0l8 8M6-2l4 4"></path>'),
    Markup('<path class="chart__stroke" d="M0 4h8"></path>'),
    Markup('<path class="chart__stroke" d="M0 4h8M4 0v8"></path>'),
)


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart. `target` draws a mark ("Soll"), `url` makes the label a link."""

    label: str
    value: Number
    target: Number | None = None
    url: str = ""


@dataclass(frozen=True)
class Stack:
    """One row of a stacked chart: a value for each series, in their order."""

    label: str
    values: Sequence[Number]
    url: str = ""


def number(value: Number) -> str:
    """``12.345`` and ``12.345,6``, as a German reader expects it."""
    whole, point, rest = f"{value:,}".partition(".")
    return whole.replace(",", ".") + point.replace(".", ",") + rest


def percent(part: Number, whole: Number) -> str:
    """``12,5 %`` with a no-break space; a dash where there is no whole."""
    if not whole:
        return "–"
    return f"{Decimal(100) * part / whole:.1f}".replace(".", ",").removesuffix(",0") + "\N{NO-BREAK SPACE}%"


def bars(
    title: str,
    rows: Iterable[Bar],
    *,
    column: str = "",
    value_name: str = "",
    target_name: str = "",
    shown: Shown = number,
    note: str = "",
) -> Markup:
    """Horizontal bars, for example devices by school. `column` and `value_name` head the table behind."""
    rows = list(rows)
    value_name, target_name = value_name or _("Anzahl"), target_name or _("Soll")
    top = max((max(row.value, row.target or 0) for row in rows), default=0)
    heads, lines = [column, value_name], [[row.label, shown(row.value)] for row in rows]
    legend = Markup()
    if any(row.target is not None for row in rows):
        legend = _legend([(_swatch(title, 0), value_name), (_mark("10"), target_name)])
        heads.append(target_name)
        for row, line in zip(rows, lines, strict=True):
            line.append("–" if row.target is None else shown(row.target))
    body = _rows(_bar(row, top, shown, value_name, target_name) for row in rows)
    return _figure(title, 1, body + legend, heads, lines, note)


def stacked(
    title: str,
    series: Sequence[str],
    rows: Iterable[Stack],
    *,
    column: str = "",
    shown: Shown = number,
    shares: bool = False,
    adds_up: bool = True,
    note: str = "",
) -> Markup:
    """Stacked bars, for example states by school; with `shares` every row has the same length (100 %). Without
    `adds_up` the legend names the series only: rows that exclude each other, such as scenarios, have no sum."""
    rows = list(rows)
    sums = [_sum(row.values) for row in rows]
    top = max(sums, default=0)
    body = _rows(
        _stack(title, row, series, whole if shares else top, shown)
        for row, whole in zip(rows, sums, strict=True)
    )
    by_series = [_sum(row.values[place] for row in rows) for place in range(len(series))]
    legend = _legend(
        (_swatch(title, place), f"{name}: {shown(by_series[place])}" if adds_up else name)
        for place, name in enumerate(series)
    )
    lines = [
        [row.label, *map(shown, row.values), shown(whole)] for row, whole in zip(rows, sums, strict=True)
    ]
    return _figure(title, len(series), body + legend, [column, *series, _("Summe")], lines, note)


def share(
    title: str,
    parts: Sequence[tuple[str, Number]],
    *,
    column: str = "",
    shown: Shown = number,
    note: str = "",
) -> Markup:
    """One bar of 100 %, for example what became of a grant; the legend carries the numbers."""
    whole = _sum(value for _name, value in parts)
    words = [f"{name}: {shown(value)} ({percent(value, whole)})" for name, value in parts]
    bar = _svg("chart__bar chart__bar--tall", 28, "; ".join(words), _pieces(title, parts, whole, shown, 28))
    legend = _legend((_swatch(title, place), text) for place, text in enumerate(words))
    lines = [[name, shown(value), percent(value, whole)] for name, value in parts]
    return _figure(title, len(parts), bar + legend, [column, _("Wert"), _("Anteil")], lines, note)


def small_multiples(
    title: str,
    steps: Sequence[str],
    panels: Iterable[tuple[str, Sequence[Number]]],
    *,
    column: str = "",
    shown: Shown = number,
    note: str = "",
) -> Markup:
    """Small column charts on one common scale, for example pupils by school and year."""
    panels = list(panels)
    top = max((value for _label, values in panels for value in values), default=0)
    body = tag(
        "div", *(_panel(label, steps, values, top, shown) for label, values in panels), cls="chart__many"
    )
    lines = [[label, *map(shown, values)] for label, values in panels]
    return _figure(title, 1, body, [column, *steps], lines, note)


def _bar(row: Bar, top: Number, shown: Shown, value_name: str, target_name: str) -> Markup:
    spoken = f"{row.label}: {value_name} {shown(row.value)}"
    mark = Markup()
    if row.target is not None:
        spoken += f", {target_name} {shown(row.target)}"
        mark = _mark(_part(row.target, top))
    fill = "chart__part chart__fill series-0"
    piece = tag("rect", tag("title", spoken), cls=fill, y=3, width=_part(row.value, top), height=14)
    return _row(row.label, row.url, spoken, piece + mark, shown(row.value))


def _stack(title: str, row: Stack, series: Sequence[str], whole: Number, shown: Shown) -> Markup:
    named = list(zip(series, row.values, strict=True))
    spoken = f"{row.label}: " + ", ".join(f"{name} {shown(value)}" for name, value in named if value)
    return _row(row.label, row.url, spoken, _pieces(title, named, whole, shown, 20), shown(_sum(row.values)))


def _pieces(
    title: str, named: Sequence[tuple[str, Number]], whole: Number, shown: Shown, height: int
) -> Markup:
    """The parts of one bar side by side; `whole` is what fills it."""
    drawn, before, own = Markup(), Decimal(0), _sum(value for _name, value in named)
    for place, (name, value) in enumerate(named):
        if value:
            tip = tag("title", f"{name}: {shown(value)} ({percent(value, own)})")
            drawn += tag(
                "rect",
                tip,
                cls="chart__part",
                fill=f"url(#{_pattern_id(title, place)})",
                x=_part(before, whole),
                width=_part(value, whole),
                height=height,
            )
        before += value
    return drawn


def _row(label: str, url: str, spoken: str, pieces: Markup, value: str) -> Markup:
    name = tag("a", label, href=url) if url else escape(label)
    return tag(
        "div",
        tag("span", name, cls="chart__label"),
        _svg("chart__bar", 20, spoken, pieces),
        tag("span", value, cls="chart__value", aria_hidden="true"),
        cls="chart__row",
    )


def _panel(label: str, steps: Sequence[str], values: Sequence[Number], top: Number, shown: Shown) -> Markup:
    width = Decimal(100) / max(len(values), 1)
    named = [f"{step}: {shown(value)}" for step, value in zip(steps, values, strict=True)]
    columns = Markup().join(
        tag(
            "rect",
            tag("title", named[place]),
            cls="chart__part chart__fill series-0",
            x=_part(place * width + width / 10, 100),
            width=_part(width * 8 / 10, 100),
            y=_part(top - value, top),
            height=_part(value, top),
        )
        for place, value in enumerate(values)
    )
    ends = [tag("span", steps[0]), tag("span", named[-1])] if values else []
    return tag(
        "div",
        tag("p", label, cls="chart__name"),
        _svg("chart__columns", 64, f"{label}: {', '.join(named)}", columns),
        tag("p", *ends, cls="chart__ends", aria_hidden="true"),
    )


def _figure(
    title: str, series: int, body: Markup, heads: Sequence[str], lines: Sequence[Sequence[str]], note: str
) -> Markup:
    return tag(
        "figure",
        tag("figcaption", title),
        _patterns(title, series),
        body,
        tag("p", note, cls="chart__note") if note else "",
        tag(
            "details",
            tag("summary", _("Zahlen als Tabelle")),
            tag("div", _table(title, heads, lines), cls="more__body"),
            cls="more",
        ),
        cls="chart",
    )


def _table(title: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> Markup:
    top = tag("tr", *(tag("th", head or _("Bezeichnung"), scope="col") for head in heads))
    body = (
        tag("tr", tag("th", line[0], scope="row"), *(tag("td", text) for text in line[1:])) for line in lines
    )
    table = tag(
        "table",
        tag("caption", title, cls="unseen"),
        tag("thead", top),
        tag("tbody", *body),
        cls="chart__table",
    )
    return tag("div", table, cls="chart__numbers", role="group", tabindex=0, aria_label=title)


def _legend(items: Iterable[tuple[Markup, str]]) -> Markup:
    entries = (
        tag("li", tag("svg", picture, width=20, height=14, aria_hidden="true"), tag("span", words))
        for picture, words in items
    )
    return tag("ul", *entries, cls="chart__legend", role="list")


def _swatch(title: str, place: int) -> Markup:
    fill = f"url(#{_pattern_id(title, place)})"
    return tag("rect", cls="chart__part", fill=fill, width=20, height=14)


def _mark(x: str) -> Markup:
    return tag("line", cls="chart__target", x1=x, x2=x, y1=0, y2="100%")


def _patterns(title: str, count: int) -> Markup:
    if count > len(PATTERNS):
        raise ValueError(f"not more than {len(PATTERNS)} series")
    drawn = (
        tag(
            "pattern",
            tag("rect", cls="chart__fill", width=8, height=8),
            PATTERNS[place],
            id=_pattern_id(title, place),
            cls=f"series-{place}",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        )
        for place in range(count)
    )
    return tag("svg", tag("defs", *drawn), cls="chart__patterns", width=0, height=0, aria_hidden="true")


def _pattern_id(title: str, place: int) -> str:
    """Two charts on one page must not share an id; their titles differ."""
    return f"pattern-{zlib.crc32(title.encode()):08x}-{place}"


def _rows(rows: Iterable[Markup]) -> Markup:
    return tag("div", *rows, cls="chart__rows")


def _svg(look: str, height: int, spoken: str, content: Markup) -> Markup:
    return tag("svg", content, cls=look, role="img", aria_label=spoken, width="100%", height=height)


def tag(name: str, *content: str, cls: str = "", **attributes: str | int) -> Markup:
    """One element; `cls` is its class, ``aria_label`` becomes ``aria-label``, text is escaped."""
    named = {"class": cls, **attributes} if cls else attributes
    written = "".join(f' {key.replace("_", "-")}="{escape(value)}"' for key, value in named.items())
    inside = Markup().join(content)
    return Markup(f"<{name}{written}>{inside}</{name}>")  # noqa: S704 - every part of it is escaped above


def _part(value: Number, whole: Number) -> str:
    """``12.5%``: how much of `whole` a value takes."""
    if not whole:
        return "0%"
    return f"{Decimal(100) * value / whole:.2f}".rstrip("0").rstrip(".") + "%"


def _sum(values: Iterable[Number]) -> Number:
    return sum(values, start=0)
