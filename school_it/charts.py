"""Charts as HTML and SVG made here: no script, no style attribute, readable on paper, in the dark and by ear.

Every chart is a figure: a title, the bars (each with its own name and tool tip), a legend in words, and the same
numbers as a table folded away below. Bars differ by pattern as well as by colour. Labels are HTML, so they keep their
size on a phone; only the bars stretch, by percentages.
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

SERIES = 6  # as many as there are patterns and colours; more than that nobody tells apart


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
    whole, _point, rest = f"{value:,}".partition(".")
    return whole.replace(",", ".") + ("," + rest if rest else "")


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
    with_targets = any(row.target is not None for row in rows)
    drawn = Markup().join(_bar(row, top, shown, value_name, target_name) for row in rows)
    legend = _legend(title, [value_name], []) + _target_legend(target_name) if with_targets else Markup()
    heads = [column, value_name, *([target_name] if with_targets else [])]
    lines = [
        [row.label, shown(row.value)] + ([_or_dash(row.target, shown)] if with_targets else [])
        for row in rows
    ]
    return _figure(
        title, 1, Markup('<div class="chart__rows">{}</div>').format(drawn), legend, heads, lines, note
    )


def stacked(
    title: str,
    series: Sequence[str],
    rows: Iterable[Stack],
    *,
    column: str = "",
    shown: Shown = number,
    shares: bool = False,
    note: str = "",
) -> Markup:
    """Stacked bars, for example states by school; with `shares` every row is as long as the others (100 %)."""
    if len(series) > SERIES:
        raise ValueError(f"not more than {SERIES} series")
    rows = list(rows)
    top = max((_sum(row.values) for row in rows), default=0)
    drawn = Markup().join(
        _stack(title, row, series, _sum(row.values) if shares else top, shown) for row in rows
    )
    sums = [_sum([row.values[place] for row in rows]) for place in range(len(series))]
    legend = _legend(title, series, [shown(value) for value in sums])
    lines = [[row.label, *(shown(value) for value in row.values), shown(_sum(row.values))] for row in rows]
    heads = [column, *series, _("Summe")]
    body = Markup('<div class="chart__rows">{}</div>').format(drawn)
    return _figure(title, len(series), body, legend, heads, lines, note)


def share(
    title: str,
    parts: Sequence[tuple[str, Number]],
    *,
    shown: Shown = number,
    column: str = "",
    note: str = "",
) -> Markup:
    """One bar of 100 %, for example what became of a grant; the legend carries the numbers."""
    if len(parts) > SERIES:
        raise ValueError(f"not more than {SERIES} parts")
    whole = _sum([value for _name, value in parts])
    pieces = _pieces(title, [(name, value) for name, value in parts], whole, shown)
    spoken = "; ".join(f"{name}: {shown(value)} ({percent(value, whole)})" for name, value in parts)
    drawn = Markup(
        '<svg class="chart__bar chart__bar--tall" role="img" aria-label="{}" width="100%" height="28">{}</svg>'
    )
    words = [f"{shown(value)} ({percent(value, whole)})" for _name, value in parts]
    legend = _legend(title, [name for name, _value in parts], words)
    lines = [[name, shown(value), percent(value, whole)] for name, value in parts]
    heads = [column, _("Wert"), _("Anteil")]
    return _figure(title, len(parts), drawn.format(spoken, pieces), legend, heads, lines, note)


def small_multiples(
    title: str,
    steps: Sequence[str],
    panels: Iterable[tuple[str, Sequence[Number]]],
    *,
    column: str = "",
    shown: Shown = number,
    note: str = "",
) -> Markup:
    """A small column chart for each of several things on one common scale, for example pupils by school and year."""
    panels = list(panels)
    top = max((value for _label, values in panels for value in values), default=0)
    drawn = Markup().join(_panel(label, steps, values, top, shown) for label, values in panels)
    lines = [[label, *(shown(value) for value in values)] for label, values in panels]
    body = Markup('<div class="chart__many">{}</div>').format(drawn)
    return _figure(title, 1, body, Markup(), [column, *steps], lines, note)


def _bar(row: Bar, top: Number, shown: Shown, value_name: str, target_name: str) -> Markup:
    spoken = f"{row.label}: {value_name} {shown(row.value)}"
    mark = Markup()
    if row.target is not None:
        spoken += f", {target_name} {shown(row.target)}"
        place = _part(row.target, top)
        mark = Markup('<line class="chart__target" x1="{0}" x2="{0}" y1="0" y2="100%"></line>').format(place)
    piece = Markup(
        '<rect class="chart__part chart__fill series-0" y="3" width="{}" height="14"><title>{}</title></rect>'
    ).format(_part(row.value, top), spoken)
    return _row(row.label, row.url, spoken, piece + mark, shown(row.value))


def _stack(title: str, row: Stack, series: Sequence[str], whole: Number, shown: Shown) -> Markup:
    named = list(zip(series, row.values, strict=True))
    spoken = row.label + ": " + ", ".join(f"{name} {shown(value)}" for name, value in named if value)
    return _row(
        row.label,
        row.url,
        spoken,
        _pieces(title, named, whole, shown, y=1, height=18),
        shown(_sum(row.values)),
    )


def _pieces(
    title: str,
    named: Sequence[tuple[str, Number]],
    whole: Number,
    shown: Shown,
    *,
    y: int = 0,
    height: int = 28,
) -> Markup:
    drawn, before = [], 0 * Decimal(1)
    for place, (name, value) in enumerate(named):
        if value:
            drawn.append(
                Markup(
                    '<rect class="chart__part" fill="url(#{})" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
                ).format(
                    _pattern_id(title, place),
                    _part(before, whole),
                    y,
                    _part(value, whole),
                    height,
                    f"{name}: {shown(value)} ({percent(value, whole)})",
                )
            )
        before += value
    return Markup().join(drawn)


def _row(label: str, url: str, spoken: str, pieces: Markup, value: str) -> Markup:
    name = Markup('<a href="{}">{}</a>').format(url, label) if url else escape(label)
    return Markup(
        '<div class="chart__row"><span class="chart__label">{}</span>'
        '<svg class="chart__bar" role="img" aria-label="{}" width="100%" height="20">{}</svg>'
        '<span class="chart__value" aria-hidden="true">{}</span></div>'
    ).format(name, spoken, pieces, value)


def _panel(label: str, steps: Sequence[str], values: Sequence[Number], top: Number, shown: Shown) -> Markup:
    width = Decimal(100) / max(len(values), 1)
    columns = Markup().join(
        Markup(
            '<rect class="chart__part chart__fill series-0" x="{}%" y="{}" width="{}%" height="{}"><title>{}</title></rect>'
        ).format(
            _short(place * width + width / 10),
            _part(top - value, top),
            _short(width * 8 / 10),
            _part(value, top),
            f"{step}: {shown(value)}",
        )
        for place, (step, value) in enumerate(zip(steps, values, strict=True))
    )
    spoken = f"{label}: " + ", ".join(
        f"{step} {shown(value)}" for step, value in zip(steps, values, strict=True)
    )
    ends = (steps[0], steps[-1], shown(values[-1])) if values else ("", "", "")
    return Markup(
        '<div class="chart__panel"><p class="chart__name">{}</p>'
        '<svg class="chart__columns" role="img" aria-label="{}" width="100%" height="64">{}</svg>'
        '<p class="chart__ends" aria-hidden="true"><span>{}</span><span>{}: <strong>{}</strong></span></p></div>'
    ).format(label, spoken, columns, *ends)


def _figure(
    title: str,
    series: int,
    body: Markup,
    legend: Markup,
    heads: Sequence[str],
    lines: Sequence[Sequence[str]],
    note: str,
) -> Markup:
    return Markup(
        '<figure class="chart"><figcaption>{}</figcaption>{}{}{}{}<details class="more"><summary>{}</summary>'
        '<div class="more__body">{}</div></details></figure>'
    ).format(
        title,
        _patterns(title, series),
        body,
        legend,
        Markup('<p class="chart__note">{}</p>').format(note) if note else Markup(),
        _("Zahlen als Tabelle"),
        _table(title, heads, lines),
    )


def _table(title: str, heads: Sequence[str], lines: Sequence[Sequence[str]]) -> Markup:
    top = Markup().join(Markup('<th scope="col">{}</th>').format(head or _("Bezeichnung")) for head in heads)
    body = Markup().join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            line[0], Markup().join(Markup("<td>{}</td>").format(value) for value in line[1:])
        )
        for line in lines
    )
    return Markup(
        '<div class="chart__numbers" role="region" tabindex="0" aria-label="{0}"><table class="chart__table">'
        '<caption class="unseen">{0}</caption><thead><tr>{1}</tr></thead><tbody>{2}</tbody></table></div>'
    ).format(title, top, body)


def _legend(title: str, names: Sequence[str], words: Sequence[str]) -> Markup:
    items = Markup().join(
        Markup(
            '<li><svg width="20" height="14" aria-hidden="true"><rect class="chart__part" fill="url(#{})" width="20" '
            'height="14"></rect></svg><span>{}{}</span></li>'
        ).format(_pattern_id(title, place), name, f": {words[place]}" if words else "")
        for place, name in enumerate(names)
    )
    return Markup('<ul class="chart__legend" role="list">{}</ul>').format(items)


def _target_legend(name: str) -> Markup:
    return Markup(
        '<ul class="chart__legend" role="list"><li><svg width="20" height="14" aria-hidden="true">'
        '<line class="chart__target" x1="10" x2="10" y1="0" y2="14"></line></svg><span>{}</span></li></ul>'
    ).format(name)


# What lies over the colour: plain, rising lines, dots, falling lines, level lines, a net.
PATTERNS = (
    "",
    '<path class="chart__stroke" d="M-2 2 2-2M0 8 8 0M6 10l4-4"></path>',
    '<circle class="chart__dot" cx="4" cy="4" r="1.6"></circle>',
    '<path class="chart__stroke" d="M-2 6l4 4M0 0l8 8M6-2l4 4"></path>',
    '<path class="chart__stroke" d="M0 4h8"></path>',
    '<path class="chart__stroke" d="M0 4h8M4 0v8"></path>',
)


def _patterns(title: str, count: int) -> Markup:
    drawn = Markup().join(
        Markup(
            '<pattern id="{}" class="series-{}" width="8" height="8" patternUnits="userSpaceOnUse">'
            '<rect class="chart__fill" width="8" height="8"></rect>{}</pattern>'
        ).format(_pattern_id(title, place), place, Markup(PATTERNS[place]))  # noqa: S704 - our own constants
        for place in range(count)
    )
    return Markup(
        '<svg class="chart__patterns" width="0" height="0" aria-hidden="true"><defs>{}</defs></svg>'
    ).format(drawn)


def _pattern_id(title: str, place: int) -> str:
    return f"pattern-{zlib.crc32(title.encode()):08x}-{place}"


def _part(value: Number, whole: Number) -> str:
    return f"{_short(Decimal(100) * value / whole) if whole else 0}%"


def _short(value: Decimal) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _or_dash(value: Number | None, shown: Shown) -> str:
    return "–" if value is None else shown(value)


def _sum(values: Iterable[Number]) -> Number:
    return sum(values, start=0)
