"""A heat map: a table whose fields are coloured by how well things stand, and say so in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from markupsafe import Markup, escape

from school_it.charts.figures import tag


@dataclass(frozen=True)
class Heat:
    """One field of a heat map. `level` from 0 (all is well) to 4 colours it; `text` and `more` say the same in words,
    `spoken` is the whole sentence for whoever hears it."""

    level: int
    text: str
    more: str = ""
    url: str = ""
    spoken: str = ""


def heat(
    title: str,
    columns: Sequence[str],
    rows: Iterable[tuple[str, str, Sequence[Heat | None]]],
    *,
    column: str = "",
    legend: Sequence[str] = (),
    foot: tuple[str, Sequence[Heat | None]] | None = None,
    note: str = "",
    nothing: str = "",
) -> Markup:
    """A table whose fields are coloured by their level: rows of a label, its address and a field for each column.

    It is its own table: nothing is folded away, and without colours every field says what it means. `legend` names
    the levels from 0, `nothing` what the dash of a field without a value means.
    """
    top = tag(
        "tr",
        tag("th", column or _("Bezeichnung"), scope="col"),
        *(tag("th", one, scope="col") for one in columns),
    )
    body = Markup().join(_heat_row(label, url, fields, nothing) for label, url, fields in rows)
    last = tag("tfoot", _heat_row(foot[0], "", foot[1], nothing)) if foot else Markup()
    table = tag(
        "table",
        tag("caption", title, cls="unseen"),
        tag("thead", top),
        tag("tbody", body),
        last,
        cls="heat__table",
    )
    names = (
        tag("li", tag("span", "", cls=f"heat__key heat-{level}"), tag("span", name))
        for level, name in enumerate(legend)
    )
    return tag(
        "figure",
        tag("figcaption", title),
        tag("ul", *names, cls="chart__legend", role="list") if legend else "",
        tag("div", table, cls="heat__box", role="group", tabindex=0, aria_label=title),
        tag("p", note, cls="chart__note") if note else "",
        cls="chart",
    )


def _heat_row(label: str, url: str, fields: Sequence[Heat | None], nothing: str) -> Markup:
    name = f'<a href="{escape(url)}">{escape(label)}</a>' if url else escape(label)
    none = nothing or _("kein Ziel")
    inside = "".join(_heat_field(one, none) for one in fields)
    return Markup(f'<tr><th scope="row">{name}</th>{inside}</tr>')  # noqa: S704 - every part of it is escaped


def _heat_field(one: Heat | None, none: str) -> str:
    """Thousands of them stand on a page of a large city: plain text, each part escaped."""
    if one is None:
        said = f'<span class="unseen">{escape(none)}</span>'
        return f'<td class="heat__none"><span aria-hidden="true">–</span>{said}</td>'
    text, more = escape(one.text), escape(one.more)
    shown = f'<span class="heat__text">{text}</span> <span class="heat__more">{more}</span>'
    if one.url:
        shown = f'<a class="heat__link" href="{escape(one.url)}" title="{escape(one.spoken)}">{shown}</a>'
    return f'<td class="heat__cell heat-{one.level}">{shown}</td>'
