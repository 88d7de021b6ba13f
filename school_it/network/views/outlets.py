"""Outlets: how many each school has, their list, one with its chain."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction
from school_it.devices import numbers
from school_it.errors import N_
from school_it.network import actions, forms, queries, rules
from school_it.network.addresses import queries as address_queries
from school_it.network.forms import OutletForm
from school_it.network.models import Outlet
from school_it.network.queries import Wish
from school_it.network.views import suggesting
from school_it.network.views.blueprint import bp
from school_it.network.wiring import matching, points, tracing
from school_it.network.wiring.tracing import Step
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page, show
from school_it.web.fields import refusals_in, status_of

FIELD_NAMES = {
    "outlet": N_("Dose"), "room_id": N_("Raum"), "rack": N_("Verteiler"), "panel": N_("Patchfeld"),
    "panel_port": N_("Patchport"), "switch": N_("Switch"), "switch_port": N_("Switchport"), "vlan": N_("VLAN"),
    "connected": N_("angeschlossen"), "measured_on": N_("gemessen am"), "remark": N_("Bemerkung"),
    "school_id": N_("Schule"), "cable": N_("Kabel"), "mount": N_("eingebaut in"), "rack_id": N_("Verteiler"),
    "units": N_("Höheneinheiten"), "unit": N_("Höheneinheit"), "pattern": N_("in der Liste"),
    "becomes": N_("heißt hier"), "supplier": N_("Elektrofirma"), "type_id": N_("Gerätetyp"),
}  # fmt: skip
STATE_NAMES = {
    "whole": N_("Kette vollständig"),
    "gaps": N_("Kette mit Lücken"),
    "unpatched": N_("nicht gepatcht"),
}


@bp.get("")
@needs(May.SEE_NETWORK)
def index() -> Any:
    """The schools with outlets; with a school, a search or a filter the outlets themselves."""
    actor, session, wanted = current(), db.session(), forms.wish(request.args)
    choices = school_queries.choices(session, seen_by=actor, may=May.SEE_NETWORK)
    if len(choices) == 1 and wanted.school_number is None:
        wanted = replace(wanted, school_number=choices[0][0])
    if not wanted.narrowed or (len(choices) == 1 and not queries.has_any(session, seen_by=actor)):
        schools = queries.by_school(session, seen_by=actor)
        return page("network/schools.html", schools=schools, choices=choices)
    return page("network/index.html", choices=choices, wish=wanted, **_listed(session, wanted, actor))


def _listed(session: Session, wanted: Wish, actor: Actor) -> dict[str, Any]:
    rows, table, school = queries.outlets(wanted, seen_by=actor), Outlet.__table__.c, wanted.school_number
    found = lists.slice_of(
        session,
        rows,
        key=table.outlet,
        ident=table.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    outlets = [row[0] for row in found.rows]
    here = queries.by_school(session, seen_by=actor, school_number=school) if school else []
    return {
        "outlets": outlets,
        "gaps": gaps_of(session, outlets),
        "count": lists.count(session, rows),
        "earlier": found.previous and lists.here_with(cursor=found.previous),
        "later": found.next and lists.here_with(cursor=found.next),
        "racks": [(rack, rack) for rack in (queries.racks(session, school, seen_by=actor) if school else [])],
        "states": [(state, _(name)) for state, name in STATE_NAMES.items()],
        "here": here[0] if here else None,
        "points": points.count_open_at(session, school, actor) if here and school else 0,
    }


def gaps_of(session: Session, outlets: list[Outlet]) -> dict[int, list[str]]:
    """By outlet, in words, where its chain breaks off."""
    known = queries.switches(session, (one.switch for one in outlets))
    return {
        one.id: [
            _(rules.GAPS[gap])
            for gap in rules.gaps(
                {
                    name: getattr(one, name)
                    for name in ("panel", "panel_port", "switch", "switch_port", "vlan")
                },
                switch_known=numbers.folded(one.switch) in known,
            )
        ]
        for one in outlets
    }


@bp.get("/outlets/<int:ident>")
@needs(May.SEE_NETWORK)
def outlet(ident: int) -> Any:
    session, actor = db.session(), current()
    found = queries.get_outlet(session, ident, seen_by=actor)
    device = queries.switches(session, [found.switch]).get(numbers.folded(found.switch))
    steps = tracing.of_outlets(session, [found], seen_by=actor)[found.id]
    plugged = any(one.kind is Step.DEVICE and one.port_id for one in steps)
    return page(
        "network/outlet.html",
        outlet=found,
        gaps=gaps_of(session, [found])[found.id],
        steps=steps,
        point_missing=not plugged and matching.is_for_point(found.connected),
        switch=device if device and actor.scope(May.SEE_DEVICES).holds(device.school_id) else None,
        vlan=address_queries.vlan_of_outlet(session, found),
        events=_story(session, found),
    )


def _story(session: Session, outlet: Outlet) -> list[show.Event]:
    rooms = {room.id: room.room for room in school_queries.rooms_of(session, outlet.school)}

    def value(field: str, stored: Any) -> str | None:
        if field == "room_id":
            return rooms.get(stored)
        return outlet.school.name if field == "school_id" and stored == outlet.school_id else None

    return show.story(audit.story(session, outlet), names=FIELD_NAMES, value=value)


@bp.route("/outlets/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_outlet() -> Any:
    form = OutletForm(data={name: request.args.get(name) for name in ("school", "room")})
    form.school.choices = [
        ("", ""),
        *school_queries.choices(db.session(), seen_by=current(), may=May.EDIT_NETWORK),
    ]
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            values = form.values
            at = school_queries.get_school(
                session, values.pop("school"), seen_by=current(), may=May.EDIT_NETWORK
            )
            ident = actions.add_outlet(session, at, values, by=current()).id
        if not form.errors:
            flash_done(_("Die Netzwerkdose ist eingetragen."))
            return redirect(url_for(".outlet", ident=ident))
    offered = suggesting.for_outlet(form)
    return page("network/outlet_edit.html", status_of(form), form=form, outlet=None, **offered)


@bp.route("/outlets/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def edit_outlet(ident: int) -> Any:
    found = queries.get_outlet(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    known = {name: getattr(found, name) for name in ("version", *actions.FIELDS) if name != "room_id"}
    form = OutletForm(data={**known, "room": found.room.room, "school": found.school.school_number})
    form.school.choices = [(found.school.school_number, found.school.name)]
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_outlet(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            actions.change_outlet(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".outlet", ident=ident))
    offered = suggesting.for_outlet(form)
    return page("network/outlet_edit.html", status_of(form), form=form, outlet=found, **offered)
