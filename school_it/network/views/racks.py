"""Racks of a school, one rack as a picture with its ports, panels and devices, and what is screwed where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction
from school_it.devices import queries as device_queries
from school_it.errors import N_, NotThere, Refused, RuleBroken, Sentence, about
from school_it.network.forms import MountForm, PanelForm, RackForm
from school_it.network.views import suggesting
from school_it.network.views.blueprint import bp
from school_it.network.views.removing import Removal, removing
from school_it.network.wiring import actions, clearing, offers, picture, queries, tracing
from school_it.network.wiring.models import Mount, Panel, Rack
from school_it.network.wiring.picture import DrawnBox, DrawnPort
from school_it.network.wiring.queries import PortView
from school_it.network.wiring.rules import FACES, Face
from school_it.network.wiring.tracing import Node
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.web import flash_done, page, said, show
from school_it.web.fields import refusals_in, status_of

RACK_FIELDS = {
    "name": N_("Name"), "room_id": N_("Raum"), "units": N_("Höheneinheiten"), "unit": N_("Höheneinheit"),
    "ports": N_("Ports"), "school_id": N_("Schule"),
}  # fmt: skip


@bp.get("/racks")
@needs(May.SEE_NETWORK)
def racks() -> Any:
    """The racks of one school; without a school in the address the first one within reach."""
    session, actor = db.session(), current()
    choices = school_queries.choices(session, seen_by=actor, may=May.SEE_NETWORK)
    number = request.args.get("school") or (choices[0][0] if choices else "")
    here = school_queries.get_school(session, number, seen_by=actor, may=May.SEE_NETWORK) if number else None
    found = queries.racks_of(session, here.id, seen_by=actor) if here else []
    return page("network/racks.html", school=here, choices=choices, racks=found)


@bp.get("/racks/<int:ident>")
@needs(May.SEE_NETWORK)
def rack(ident: int) -> Any:
    session, actor = db.session(), current()
    found = queries.get_rack(session, ident, seen_by=actor)
    panels, mounts = queries.panels_in(session, found.id), queries.mounts_in(session, found.id)
    of_devices, of_panels = queries.ports_of(
        session, devices=[one.device_id for one in mounts], panels=[one.id for one in panels]
    )
    lines = _Lines(session, [*of_devices.values(), *of_panels.values()], actor)
    boxes = _boxes(session, panels, mounts, of_panels, of_devices, lines)

    def word(field: str, _stored: Any) -> str | None:
        return found.school.name if field == "school_id" else None

    return page(
        "network/rack.html",
        rack=found,
        panels=[(one, lines.told(of_panels[one.id])) for one in panels],
        mounts=[(one, lines.told(of_devices[one.device_id])) for one in mounts],
        picture=picture.sides(_titles(found), found.units, boxes),
        legend=picture.legend(),
        placed=sorted(boxes, key=lambda box: (-box.unit, box.face)),
        faces=FACES,
        loose=[one.name for one in panels if one.unit is None],
        events=show.story(
            audit.story(session, found),
            names=RACK_FIELDS,
            value=word,
        ),
    )


def _titles(rack: Rack) -> dict[Face, str]:
    return {
        Face.FRONT: _("Verteiler %(name)s", name=rack.name),
        Face.REAR: _("Verteiler %(name)s von hinten", name=rack.name),
    }


class _Lines:
    """What each port of a rack leads to, in words; as many statements as the longest chain has steps."""

    def __init__(self, session: Session, ports: Sequence[Sequence[PortView]], actor: Actor) -> None:
        idents = [port.id for several in ports for port in several]
        self.ahead = tracing.from_ports(session, idents, seen_by=actor)
        self.behind = tracing.from_backs(session, idents, seen_by=actor)

    def told(self, ports: Sequence[PortView]) -> list[tuple[PortView, list[Node], list[Node]]]:
        """Each port with what lies behind it (the outlet) and before it (the switch, or what hangs there)."""
        return [(port, self.behind[port.id], self.ahead[port.id]) for port in ports]

    def drawn(self, owner: str, ports: Sequence[PortView]) -> list[DrawnPort]:
        return [self._drawn(owner, *one) for one in self.told(ports)]

    def _drawn(self, owner: str, port: PortView, behind: list[Node], ahead: list[Node]) -> DrawnPort:
        state = "used" if port.front else "fixed" if port.back else "free"
        leads = [node.label for node in (*behind[:1], *ahead[:2])] or [_("frei")]
        spoken = f"{owner} {port.name}: {', '.join(leads)}{' · PoE' if port.poe else ''}"
        return DrawnPort(port.name, state, port.poe, url_for(".port", ident=port.id), spoken)


def _boxes(
    session: Session,
    panels: Sequence[Panel],
    mounts: Sequence[Mount],
    of_panels: dict[int, list[PortView]],
    of_devices: dict[int, list[PortView]],
    lines: _Lines,
) -> list[DrawnBox]:
    sizes = queries.sizes(session, [one.device for one in mounts])
    found = [
        DrawnBox(one.unit, 1, "panel", one.name, f"#panel-{one.id}", lines.drawn(one.name, of_panels[one.id]))
        for one in panels
        if one.unit is not None
    ]
    return found + [
        DrawnBox(
            one.unit, sizes[one.device_id].height, "device", one.device.asset_tag, f"#device-{one.device_id}",
            lines.drawn(one.device.asset_tag, of_devices[one.device_id]), one.face, sizes[one.device_id].is_deep,
        )
        for one in mounts
        if one.unit is not None
    ]  # fmt: skip


@bp.route("/racks/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_rack() -> Any:
    form = RackForm(data={"school": request.args.get("school"), "units": 42})
    form.school.choices = school_queries.choices(db.session(), seen_by=current(), may=May.EDIT_NETWORK)
    if form.validate_on_submit():
        with refusals_in(form, "name"), transaction() as session:
            values = form.values
            at = school_queries.get_school(session, values["school"], seen_by=current(), may=May.EDIT_NETWORK)
            values["room_id"] = _room_id(session, at, values.get("room"))
            ident = actions.add_rack(session, at, values, by=current()).id
        if not form.errors:
            flash_done(_("Der Verteiler ist eingetragen."))
            return redirect(url_for(".rack", ident=ident))
    rooms = suggesting.rooms(form)
    return page("network/rack_edit.html", status_of(form), form=form, rack=None, rooms=rooms)


@bp.route("/racks/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def edit_rack(ident: int) -> Any:
    found = queries.get_rack(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = RackForm(
        data={
            "version": found.version, "name": found.name, "units": found.units, "school": found.school.school_number,
            "room": found.room.room if found.room else None,
        }
    )  # fmt: skip
    form.school.choices = [(found.school.school_number, found.school.name)]
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_rack(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            values = {
                "units": form.values["units"],
                "room_id": _room_id(session, changing.school, form.values.get("room")),
            }
            actions.change_rack(session, changing, values, version=form.seen_version, by=current())
            named = clearing.rename_rack(session, changing, form.values["name"], by=current())
        if not form.errors:
            _tell_renamed(named)
            return redirect(url_for(".rack", ident=ident))
    rooms = suggesting.rooms(form)
    return page("network/rack_edit.html", status_of(form), form=form, rack=found, rooms=rooms)


def _tell_renamed(outlets: int) -> None:
    said = _("Gespeichert.")
    if outlets:
        said += " " + ngettext(
            "%(num)s Dose nennt jetzt den neuen Namen.",
            "%(num)s Dosen nennen jetzt den neuen Namen.",
            outlets,
        )
    flash_done(said)


def _told(held: RuleBroken | None) -> str:
    return "" if held is None else said(held.sentence)


@bp.route("/racks/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def remove_rack(ident: int) -> Any:
    return removing(
        lambda session: queries.get_rack(session, ident, seen_by=current(), may=May.EDIT_NETWORK),
        lambda session, gone: clearing.remove_rack(session, gone, by=current()),
        lambda found: _removal(
            found, title=_("Verteiler entfernen?"), held=_told(clearing.what_holds_rack(db.session(), found)),
            sentence=_("Der Verteiler %(name)s wird entfernt. Er ist leer.", name=found.name),
            done=_("Der Verteiler ist entfernt."), leads=url_for(".racks", school=found.school.school_number),
        ),
    )  # fmt: skip


def _removal(rack: Rack, **said: Any) -> Removal:
    """Of a rack or a part of it: afterwards one is at the rack, unless it says otherwise."""
    here = url_for(".rack", ident=rack.id)
    above = _("Verteiler %(name)s", name=rack.name)
    return Removal(
        **{
            "button": _("Entfernen"), "above": above, "above_url": here, "back": here, "leads": here, **said,
        }
    )  # fmt: skip


@bp.route("/panels/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def remove_panel(ident: int) -> Any:
    return removing(
        lambda session: queries.get_panel(session, ident, seen_by=current(), may=May.EDIT_NETWORK),
        lambda session, gone: clearing.remove_panel(session, gone, by=current()),
        lambda found: _removal(
            found.rack, title=_("Patchfeld entfernen?"), held=_told(clearing.what_holds_panel(db.session(), found)),
            sentence=_(
                "Das Patchfeld %(name)s wird mit seinen Ports entfernt. Keine Dose liegt darauf.", name=found.name
            ),
            done=_("Das Patchfeld ist entfernt."),
        ),
    )  # fmt: skip


@bp.post("/racks/<int:ident>/unmount")
@needs(May.EDIT_NETWORK)
def unmount(ident: int) -> Any:
    """Take a device out of the rack, whose number the form tells."""
    with transaction() as session:
        found = queries.get_rack(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
        device = device_queries.get_device(session, request.form.get("device", "").strip(), seen_by=current())
        mounted = queries.find_mount(session, device.id)
        if mounted is None or mounted.rack_id != found.id:
            raise NotThere(N_("Dieses Gerät sitzt nicht in diesem Verteiler."))
        clearing.unmount(session, mounted, by=current())
        told = _("%(tag)s ist ausgebaut. Die Kabel bleiben gesteckt.", tag=device.asset_tag)
    flash_done(told)
    return redirect(url_for(".rack", ident=ident))


def _room_id(session: Session, school: School, room: str | None) -> int | None:
    if not room:
        return None
    found = school_queries.find_room(session, school.id, room)
    if found is None:
        raise Refused([("room", Sentence(N_("Den Raum %(room)s hat die Schule nicht."), room=room))])
    return found.id


@bp.route("/panels/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def edit_panel(ident: int) -> Any:
    found = queries.get_panel(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = PanelForm(
        data={"version": found.version, "name": found.name, "unit": found.unit, "ports": found.ports}
    )
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_panel(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            values = {name: form.values[name] for name in ("unit", "ports")}
            actions.change_panel(session, changing, values, version=form.seen_version, by=current())
            named = clearing.rename_panel(session, changing, form.values["name"], by=current())
        if not form.errors:
            _tell_renamed(named)
            return redirect(url_for(".rack", ident=found.rack_id))
    free = suggesting.free_units(found.rack)
    return page(
        "network/panel_edit.html", status_of(form), form=form, rack=found.rack, panel=found, free=free
    )


@bp.route("/racks/<int:ident>/panels/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_panel(ident: int) -> Any:
    found = queries.get_rack(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = PanelForm(data={"ports": 24})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            rack_here = queries.get_rack(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            actions.add_panel(session, rack_here, form.values, by=current())
        if not form.errors:
            flash_done(_("Das Patchfeld ist eingetragen."))
            return redirect(url_for(".rack", ident=ident))
    free = suggesting.free_units(found)
    return page("network/panel_edit.html", status_of(form), form=form, rack=found, panel=None, free=free)


@bp.route("/racks/<int:ident>/mount", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def mount(ident: int) -> Any:
    """Screw a device into the rack, wherever it was before."""
    found = queries.get_rack(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = MountForm(data={"device": request.args.get("device"), "face": Face.FRONT})
    form.face.choices = [(face.value, _(name)) for face, name in FACES.items()]
    if form.validate_on_submit():
        with refusals_in(form, "unit"), transaction() as session:
            rack_here: Rack = queries.get_rack(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            with about("device"):
                device = device_queries.get_device(session, form.values["device"], seen_by=current())
            values = form.values
            actions.mount_device(
                session, device, rack_here, values["unit"], face=values["face"] or Face.FRONT, by=current()
            )
        if not form.errors:
            flash_done(_("Eingebaut."))
            return redirect(url_for(".rack", ident=ident))
    return page(
        "network/mount.html", status_of(form), form=form, rack=found, free=suggesting.free_units(found),
        devices=offers.to_mount(db.session(), found),
    )  # fmt: skip
