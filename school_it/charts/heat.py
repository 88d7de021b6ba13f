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
) -> Markup:
    """A table whose fields are coloured by their level: rows of a label, its address and a field for each column.

    It is its own table: nothing is folded away, and without colours every field says what it means. `legend` names
    the levels from 0.
    """
    top = tag(
        "tr",
        tag("th", column or _("Bezeichnung"), scope="col"),
        *(tag("th", one, scope="col") for one in columns),
    )
    body = Markup().join(_heat_row(label, url, fields) for label, url, fields in rows)
    last = tag("tfoot", _heat_row(foot[0], "", foot[1])) if foot else Markup()
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


def _heat_row(label: str, url: str, fields: Sequence[Heat | None]) -> Markup:
    name = Markup('<a href="{}">{}</a>').format(url, label) if url else escape(label)
    return Markup('<tr><th scope="row">{}</th>{}</tr>').format(name, Markup().join(map(_heat_field, fields)))


def _heat_field(one: Heat | None) -> Markup:
    if one is None:
        return Markup(
            '<td class="heat__none"><span aria-hidden="true">–</span><span class="unseen">{}</span></td>'
        ).format(_("kein Ziel"))
    shown = Markup('<span class="heat__text">{}</span> <span class="heat__more">{}</span>').format(
        one.text, one.more
    )
    if one.url:
        shown = Markup('<a class="heat__link" href="{}" title="{}">{}</a>').format(one.url, one.spoken, shown)
    return Markup('<td class="heat__cell heat-{}">{}</td>').format(one.level, shown)
