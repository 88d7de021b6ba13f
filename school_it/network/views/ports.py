"""One port with the whole chain it lies on, the switches, and plugging."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.devices import queries as device_queries
from school_it.devices.models import Device
from school_it.devices.rules import ItemClass
from school_it.errors import N_, BadValue, about
from school_it.network import actions as outlet_actions
from school_it.network import queries as outlet_queries
from school_it.network.forms import PlugForm
from school_it.network.views.blueprint import bp
from school_it.network.wiring import actions, offers, power, queries, tracing
from school_it.network.wiring.cables import End
from school_it.network.wiring.queries import SwitchRow
from school_it.network.wiring.rules import CABLE_KINDS, POE_NAMES, CableKind, Side
from school_it.network.wiring.tracing import Node
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.web import flash_done, lists, page
from school_it.web.fields import refusals_in, status_of


@bp.get("/switches")
@needs(May.SEE_NETWORK)
def switches() -> Any:
    """Switches, routers and firewalls with their ports and their power."""
    session, actor = db.session(), current()
    number, text = request.args.get("school") or None, request.args.get("q", "").strip()[:200]
    categories = queries.categories_of_switches(session, seen_by=actor)
    category = request.args.get("category") if request.args.get("category") in categories else None
    rows = queries.switches(seen_by=actor, school_number=number, category=category, text=text)
    table = Device.__table__.c
    found = lists.slice_of(
        session, rows, key=table.tag_folded, ident=table.id, cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )  # fmt: skip
    devices = [row[0] for row in found.rows]
    return page(
        "network/switches.html",
        switches=queries.switch_rows(session, devices),
        budgets=power.budgets(session, devices),
        schools={one.id: one.school.label if one.school else "" for one in devices},
        kinds={one.id: one.category.name for one in devices},
        categories=[(name, name) for name in categories],
        category=category,
        count=lists.count(session, rows),
        **lists.neighbours(found),
        choices=school_queries.choices(session, seen_by=actor, may=May.SEE_NETWORK),
        school=number,
        text=text,
    )


@bp.get("/switches/<path:tag>")
@needs(May.SEE_NETWORK)
def switch(tag: str) -> Any:
    """The ports of one device, each with what hangs there."""
    session, actor = db.session(), current()
    device = device_queries.get_device(session, tag, seen_by=actor)
    by_device, _panels = queries.ports_of(session, devices=[device.id])
    ports = by_device[device.id]
    leads = tracing.from_ports(session, [port.id for port in ports], seen_by=actor)
    return page(
        "network/switch.html",
        device=device,
        ports=[(port, leads[port.id]) for port in ports],
        budget=power.budgets(session, [device]).get(device.id),
        mount=queries.find_mount(session, device.id),
    )


@bp.get("/ports/<int:ident>")
@needs(May.SEE_NETWORK)
def port(ident: int) -> Any:
    session, actor = db.session(), current()
    found = queries.get_port(session, ident, seen_by=actor)
    cable = queries.plug_at(session, End(ident, Side.FRONT))
    chain = tracing.through(session, ident, seen_by=actor)
    loose = cable is None and found.item_class is ItemClass.ACCESS_POINT
    may_plug = actor.scope(May.EDIT_NETWORK).holds(found.school_id)
    return page(
        "network/port.html",
        port=found,
        steps=[tracing.step_of(node) for node in chain],
        outlet=next((node for node in chain if node.outlet_id is not None), None),
        cable=cable,
        cable_kinds=CABLE_KINDS,
        power=_(POE_NAMES.get(found.poe, found.poe)) if found.poe else None,
        points_of=session.get(School, found.school_id) if loose and may_plug else None,
        own_cable=cable is not None and cable.kind in (CableKind.DEVICE, CableKind.UPLINK),
    )


@bp.post("/ports/<int:ident>/pull")
@needs(May.EDIT_NETWORK)
def pull(ident: int) -> Any:
    with transaction() as session:
        found = queries.get_port(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
        actions.pull_out(session, found, by=current())
    flash_done(_("Das Kabel ist gezogen."))
    return redirect(url_for(".port", ident=ident))


@bp.route("/ports/<int:ident>/plug", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def plug(ident: int) -> Any:
    """A device, a switch or an outlet into a free port: the other end by its name."""
    found = queries.get_port(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = PlugForm()
    if form.validate_on_submit():
        with refusals_in(form, "to"), transaction() as session:
            here = queries.get_port(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            _plug(session, here, form.values)
        if not form.errors:
            flash_done(_("Das Kabel ist gesteckt."))
            return redirect(url_for(".port", ident=ident))
    devices = offers.to_plug(db.session(), found.school_id) if found.school_id is not None else []
    return page("network/plug.html", status_of(form), form=form, port=found, devices=devices)


def _plug(session: Session, here: Node, values: dict[str, Any]) -> None:
    """An outlet at a switch's port is patched; everything else is a cable of its own."""
    actor, to = current(), values["to"]
    outlet = outlet_queries.find_outlet(session, here.school_id, to) if here.school_id is not None else None
    if outlet is not None:
        if here.is_switching:
            outlet_actions.patch(session, outlet, here, by=actor)
            return
        other = tracing.port_of_outlet(session, outlet.id)
    else:
        device = device_queries.find_device(session, to)
        if device is None or not actor.scope(May.EDIT_NETWORK).holds(device.school_id):
            raise BadValue(N_("Weder eine Dose noch ein Gerät heißt hier »%(name)s«."), name=to)
        with about("port" if values.get("port") else "to"):
            other = queries.pick_port(session, device, values.get("port"))
    met = tracing.nodes(session, [other])
    actions.plug_in(
        session, here, met[other], colour=values.get("colour"), label=values.get("label"), by=actor
    )


@bp.route("/outlets/<int:ident>/patch", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def patch(ident: int) -> Any:
    """Choose a switch, then one of its free ports; the page says what the outlet leaves behind."""
    session, actor = db.session(), current()
    found = outlet_queries.get_outlet(session, ident, seen_by=actor, may=May.EDIT_NETWORK)
    if request.method == "POST":
        wanted = whole_number(request.form.get("port", ""))
        with transaction() as writing:
            outlet = outlet_queries.get_outlet(writing, ident, seen_by=actor, may=May.EDIT_NETWORK)
            if wanted is None:
                raise BadValue(N_("Bitte einen freien Port wählen."))
            to = queries.get_port(writing, wanted, seen_by=actor, may=May.EDIT_NETWORK)
            outlet_actions.patch(writing, outlet, to, by=actor)
            label = to.label
        flash_done(_("Gepatcht auf %(port)s.", port=label))
        return redirect(url_for(".outlet", ident=ident))
    rows = queries.switches(seen_by=actor, school_number=found.school.school_number)
    near = queries.switch_rows(session, session.scalars(rows.order_by(Device.tag_folded).limit(100)).all())
    chosen = request.args.get("switch") or (near[0].asset_tag if len(near) == 1 else "")
    here = next((one for one in near if one.asset_tag == chosen), None)
    return page(
        "network/patch.html",
        outlet=found,
        choices=[
            (one.asset_tag, _with_free(one))
            for one in sorted(near, key=lambda one: (one.rack != found.rack, one.asset_tag))
        ],
        chosen=here,
        free=queries.free_ports(session, here.id) if here else [],
    )


def _with_free(switch: SwitchRow) -> str:
    rack = f", {switch.rack}" if switch.rack else ""
    free = switch.ports - switch.used
    return str(_("%(tag)s (%(free)s frei%(rack)s)", tag=switch.asset_tag, free=free, rack=rack))


@bp.post("/outlets/<int:ident>/unpatch")
@needs(May.EDIT_NETWORK)
def unpatch(ident: int) -> Any:
    with transaction() as session:
        outlet = outlet_queries.get_outlet(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
        outlet_actions.unpatch(session, outlet, by=current())
    flash_done(_("Das Patchkabel ist gezogen."))
    return redirect(url_for(".outlet", ident=ident))
