"""Columns of one's own, and lists saved under a name."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.devices import listing, saved
from school_it.devices.forms import ViewForm
from school_it.devices.views.blueprint import bp
from school_it.devices.views.index import wish_of
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of

KEPT = (*listing.FILTERS, "sort", "order", "size")


def _query(**more: Any) -> dict[str, Any]:
    """The list's own address: its filters and order, without the place in it."""
    return {**{name: text for name in KEPT if (text := request.args.get(name))}, **more}


@bp.route("/columns", methods=["GET", "POST"])
@needs(May.SEE_DEVICES)
def columns() -> Any:
    chosen = list(wish_of(request.args).columns)
    order = [*chosen, *(name for name in listing.BY_NAME if name not in chosen)]
    if request.method == "POST":
        order = [name for name in request.form.getlist("order") if name in listing.BY_NAME]
        ticked = set(request.form.getlist("show"))
        chosen = [name for name in order if name in ticked]
        if "up" not in request.form and "down" not in request.form:
            return _keep_columns(chosen)
        order = moved(order, request.form.get("up"), request.form.get("down"))
    shown = [listing.BY_NAME[name] for name in order]
    return page("devices/columns.html", columns=shown, chosen=set(chosen), query=_query(), words=listing)


def _keep_columns(chosen: list[str]) -> Response:
    if "reset" in request.form:
        chosen = []
    with transaction() as session:
        kept = saved.choose_columns(session, chosen, by=current())
    return redirect(url_for(".index", **_query(cols=",".join(kept) if chosen else None)))


def moved(order: list[str], up: str | None, down: str | None) -> list[str]:
    """The order with one name a place further up or down."""
    name, step = (up, -1) if up else (down, 1)
    if name not in order:
        return order
    place = order.index(name)
    to = min(max(place + step, 0), len(order) - 1)
    rest = [one for one in order if one != name]
    return [*rest[:to], name, *rest[to:]]


@bp.route("/views", methods=["GET", "POST"])
@needs(May.SEE_DEVICES)
def views() -> Any:
    actor, session = current(), db.session()
    form = ViewForm()
    schools = school_queries.choices(session, seen_by=actor, may=May.EDIT_DEVICES)
    everybody = [("all", _("alle"))] if actor.scope(May.EDIT_DEVICES).everywhere else []
    form.shared_with.choices = [("", _("nur ich")), *everybody, *schools]
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            _save(writing, form, actor)
        if not form.errors:
            flash_done(_("Die Ansicht ist gespeichert."))
            return redirect(url_for(".index", **_query(cols=request.args.get("cols"))))
    return page(
        "devices/views.html",
        status_of(form),
        form=form,
        views=listing.choices(session, seen_by=actor).views,
        start=current_user.user.preferences.get(saved.START),
        query=_query(cols=request.args.get("cols")),
    )


def _save(session: Session, form: ViewForm, actor: Actor) -> None:
    shared = form.shared_with.data
    school = None
    if shared and shared != "all":
        school = school_queries.get_school(session, shared, seen_by=actor)
    wanted = url_for(".index", **_query(cols=",".join(wish_of(request.args).columns))).partition("?")[2]
    view = saved.save_view(
        session,
        form.name.data,
        wanted,
        school_id=school.id if school else None,
        for_all=shared == "all",
        by=actor,
    )
    if form.start.data:
        saved.choose_start(session, view, by=actor)


@bp.post("/views/<int:ident>/remove")
@needs(May.SEE_DEVICES)
def remove_view(ident: int) -> Any:
    with transaction() as session:
        saved.remove_view(session, saved.get_view(session, ident, seen_by=current()), by=current())
    flash_done(_("Die Ansicht ist entfernt."))
    return redirect(url_for(".views"))


@bp.post("/views/start")
@needs(May.SEE_DEVICES)
def choose_start() -> Any:
    """Open the list with a view; without one, as the plain list."""
    ident = whole_number(request.form.get("view", ""))
    with transaction() as session:
        view = None if ident is None else saved.get_view(session, ident, seen_by=current())
        saved.choose_start(session, view, by=current())
    flash_done(
        _("Die Geräteliste öffnet sich jetzt mit dieser Ansicht.")
        if view
        else _("Die Geräteliste öffnet sich jetzt ohne Ansicht.")
    )
    return redirect(url_for(".views"))
