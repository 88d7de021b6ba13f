"""The list of devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from school_it.access import May, current, needs
from school_it.database import db, today
from school_it.devices import listing, saved
from school_it.devices.listing import Wish
from school_it.devices.rules import STATES, USES
from school_it.devices.views.blueprint import bp
from school_it.devices.views.rows import Rows
from school_it.errors import NotThere
from school_it.web import lists, page, show

LOOKS = ("sort", "order", "size", "cols")
# What the address may ask for without a field in the filter bar.
KEPT = (*LOOKS, "room", "reference", "approval")
MORE = frozenset({"bound", "warranty", "use", "year"})


@bp.get("")
@needs(May.SEE_DEVICES)
def index() -> Any:
    actor, session = current(), db.session()
    if not request.args and (start := _start_view()) is not None:
        return redirect(start)
    wanted = wish_of(request.args)
    found = listing.matches(session, wanted, seen_by=actor)
    editable = actor.may(May.EDIT_DEVICES)
    rows = Rows([listing.BY_NAME[name] for name in wanted.columns], selectable=editable)
    part, counted = listing.slice_of(session, wanted, found), listing.count(session, found)
    return page(
        "devices/index.html",
        wanted=wanted,
        headers=_headers(wanted, selectable=editable),
        rows=list(rows(part.rows)),
        part=part,
        counted=counted,
        count_text=_count_text(counted),
        choices=listing.choices(session, seen_by=actor),
        query=dict(wanted.filters),
        address=_address(wanted),
        keep={name: request.args.get(name) for name in KEPT},
        editable=editable,
        more_open=bool(MORE & wanted.filters.keys()),
        options=_options,
        years=[(str(year), str(year)) for year in range(today().year, today().year - 12, -1)],
        words=listing,
        states=STATES,
        uses=USES,
        here_with=lists.here_with,
    )


def wish_of(args: Mapping[str, str]) -> Wish:
    return listing.wish(args, usual=current_user.user.preferences.get(saved.COLUMNS) or _usual())


def _usual() -> tuple[str, ...]:
    """Who sees one school only needs no column for it."""
    scope = current().scope(May.SEE_DEVICES)
    alone = not scope.everywhere and len(scope.school_ids) == 1
    return tuple(name for name in listing.USUAL if not (alone and name == "school"))


def _start_view() -> str | None:
    """Where the list of this person begins, unless it is the plain list."""
    ident = current_user.user.preferences.get(saved.START)
    if not isinstance(ident, int):
        return None
    try:
        view = saved.get_view(db.session(), ident, seen_by=current())
    except NotThere:
        return None
    return f"{url_for('.index')}?{view.query}" if view.query else None


def _address(wanted: Wish) -> dict[str, Any]:
    """Filters, order and columns of the address, for pages that come back to this list."""
    return {**wanted.filters, **{name: text for name in LOOKS if (text := request.args.get(name))}}


def _options(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(value), _(text)) for value, text in words.items()]


def _headers(wanted: Wish, *, selectable: bool) -> list[dict[str, Any]]:
    ticks = [{"title": _("Alle auf dieser Seite auswählen"), "select": "bulk"}] if selectable else []
    return [*ticks, *(_header(listing.BY_NAME[name], wanted) for name in wanted.columns)]


def _header(column: listing.Column, wanted: Wish) -> dict[str, Any]:
    header: dict[str, Any] = {"title": _(column.title), "numeric": column.kind == "euro"}
    if column.key is not None:
        is_key = column.name == wanted.sort
        down = is_key and not wanted.descending
        header["url"] = lists.here_with(sort=column.name, order="desc" if down else None, cursor=None)
        header["order"] = ("descending" if wanted.descending else "ascending") if is_key else ""
    return header


def _count_text(counted: lists.Count) -> str:
    if counted.capped:
        return str(_("mehr als %(n)s Geräte", n=show.number(counted.number)))
    return str(_("1 Gerät") if counted.number == 1 else _("%(n)s Geräte", n=show.number(counted.number)))
