"""VLANs, subnets and fixed addresses of a school; the list of all addresses."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.errors import N_
from school_it.network.addresses import actions, forms, picture, queries, rules
from school_it.network.addresses.forms import AddressForm, RangeForm, SubnetForm, VlanForm
from school_it.network.addresses.models import FixedAddress, Subnet, Vlan
from school_it.network.addresses.queries import Held
from school_it.network.views.blueprint import bp
from school_it.network.views.removing import Removal, removing
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.web import flash_done, lists, page, show
from school_it.web.fields import refusals_in, status_of

FIELD_NAMES = {
    "number": N_("Nummer"), "name": N_("Name"), "purpose": N_("Zweck"), "remark": N_("Bemerkung"),
    "network": N_("Netz"), "gateway": N_("Gateway"), "vlan_id": N_("VLAN"), "is_separate": N_("getrenntes Netz"),
    "dhcp": N_("DHCP-Bereiche"),
    "address": N_("Adresse"), "device_id": N_("Gerät"), "school_id": N_("Schule"),
}  # fmt: skip


@bp.get("/addresses")
@needs(May.SEE_NETWORK)
def addresses() -> Any:
    """The fixed addresses of all schools within reach, searched by address, name, device or school."""
    session, actor, wanted = db.session(), current(), forms.wish(request.args)
    rows, table = queries.addresses(wanted, seen_by=actor), FixedAddress.__table__.c
    found = lists.slice_of(
        session, rows, key=table.address_key, ident=table.id, cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )  # fmt: skip
    return page(
        "network/addresses.html",
        wish=wanted,
        addresses=[row[0] for row in found.rows],
        count=lists.count(session, rows),
        **lists.neighbours(found),
        choices=school_queries.choices(session, seen_by=actor, may=May.SEE_NETWORK),
        schools=school_queries.schools(session, seen_by=actor, may=May.SEE_NETWORK),
        counts=queries.counts(session, seen_by=actor),
    )


@bp.get("/schools/<number>/addresses")
@needs(May.SEE_NETWORK)
def school_addresses(number: str) -> Any:
    session, actor = db.session(), current()
    school = school_queries.get_school(session, number, seen_by=actor, may=May.SEE_NETWORK)
    held = queries.held(session, school.id)
    return page(
        "network/school_addresses.html",
        school=school,
        vlans=queries.vlans_of(session, school.id),
        outlets=queries.outlets_by_vlan(session, school.id),
        held=[(one, _depth(one, held), picture.strip(one)) for one in held],
        legend=picture.legend(),
        purposes=rules.PURPOSES,
    )


def _depth(one: Held, held: list[Held]) -> int:
    """How many subnets are around this one."""
    return sum(any(part.id == one.subnet.id for part in other.parts) for other in held)


# --- VLANs ---


@bp.get("/vlans/<int:ident>")
@needs(May.SEE_NETWORK)
def vlan(ident: int) -> Any:
    session = db.session()
    found = queries.get_vlan(session, ident, seen_by=current())
    return page(
        "network/vlan.html",
        vlan=found,
        held=[one for one in queries.held(session, found.school_id) if one.subnet.vlan_id == found.id],
        outlets=queries.outlets_by_vlan(session, found.school_id).get(found.number, 0),
        purposes=rules.PURPOSES,
        events=_story(session, found),
    )


def _story(session: Session, thing: Vlan | Subnet | FixedAddress) -> list[show.Event]:
    def value(field: str, stored: Any) -> str | None:
        if field == "purpose" and stored is not None:
            return str(_(rules.PURPOSES[rules.Purpose(stored)]))
        return thing.school.name if field == "school_id" and stored == thing.school_id else None

    return show.story(audit.story(session, thing), names=FIELD_NAMES, value=value)


@bp.route("/schools/<number>/vlans/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_vlan(number: str) -> Any:
    school = _school_to_edit(number)
    form = VlanForm()
    form.purpose.choices = _purposes()
    if form.validate_on_submit():
        with refusals_in(form, "number"), transaction() as session:
            actions.add_vlan(session, _school_to_edit(number), form.values, by=current())
        if not form.errors:
            flash_done(_("Das VLAN ist eingetragen."))
            return redirect(url_for(".school_addresses", number=number))
    return page("network/vlan_edit.html", status_of(form), form=form, school=school, vlan=None)


@bp.route("/vlans/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def edit_vlan(ident: int) -> Any:
    found = queries.get_vlan(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = VlanForm(data={name: getattr(found, name) for name in ("version", *actions.VLAN_FIELDS)})
    form.purpose.choices = _purposes()
    if form.validate_on_submit():
        with refusals_in(form, "number"), transaction() as session:
            changing = queries.get_vlan(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            actions.change_vlan(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".vlan", ident=ident))
    return page("network/vlan_edit.html", status_of(form), form=form, school=found.school, vlan=found)


@bp.route("/vlans/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def remove_vlan(ident: int) -> Any:
    return removing(
        lambda session: queries.get_vlan(session, ident, seen_by=current(), may=May.EDIT_NETWORK),
        lambda session, gone: actions.remove_vlan(session, gone, by=current()),
        lambda found: _removal(
            found.school, title=_("VLAN löschen?"), sentence=_("Das VLAN %(name)s wird gelöscht.", name=found.label),
            consequences=(
                _("Seine Teilnetze bleiben, ohne VLAN."), _("Was bei den Dosen steht, bleibt, wie es ist."),
            ),
            back=url_for(".vlan", ident=ident), done=_("Das VLAN ist gelöscht."),
        ),
    )  # fmt: skip


def _removal(school: School, **said: Any) -> Removal:
    """Of something of a school's addresses: afterwards one is on their page, unless it says otherwise."""
    here = url_for(".school_addresses", number=school.school_number)
    return Removal(
        **{"button": _("Löschen"), "above": school.label, "above_url": here, "leads": here, **said}
    )


# --- subnets and their ranges ---


@bp.get("/subnets/<int:ident>")
@needs(May.SEE_NETWORK)
def subnet(ident: int) -> Any:
    session = db.session()
    found = queries.get_subnet(session, ident, seen_by=current())
    held = next(one for one in queries.held(session, found.school_id) if one.subnet.id == ident)
    rows, table = queries.within(found), FixedAddress.__table__.c
    listed = lists.slice_of(
        session, rows, key=table.address_key, ident=table.id, cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )  # fmt: skip
    return page(
        "network/subnet.html",
        subnet=found,
        held=held,
        strip=picture.strip(held),
        legend=picture.legend(),
        addresses=[row[0] for row in listed.rows],
        count=lists.count(session, rows),
        **lists.neighbours(listed),
        range_uses=rules.RANGE_USES,
        events=_story(session, found),
    )


@bp.route("/schools/<number>/subnets/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_subnet(number: str) -> Any:
    school = _school_to_edit(number)
    form = SubnetForm(data={"vlan": whole_number(request.args.get("vlan", ""))})
    form.vlan.choices = _vlan_choices(school)
    if form.validate_on_submit():
        with refusals_in(form, "network"), transaction() as session:
            ident = actions.add_subnet(session, _school_to_edit(number), form.values, by=current()).id
        if not form.errors:
            flash_done(_("Das Teilnetz ist eingetragen."))
            return redirect(url_for(".subnet", ident=ident))
    return page("network/subnet_edit.html", status_of(form), form=form, school=school, subnet=None)


@bp.route("/subnets/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def edit_subnet(ident: int) -> Any:
    found = queries.get_subnet(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = SubnetForm(
        data={
            "version": found.version, "network": found.network, "gateway": found.gateway, "remark": found.remark,
            "vlan": found.vlan.number if found.vlan else None, "is_separate": found.is_separate,
        }
    )  # fmt: skip
    form.vlan.choices = _vlan_choices(found.school)
    if form.validate_on_submit():
        with refusals_in(form, "network"), transaction() as session:
            changing = queries.get_subnet(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            actions.change_subnet(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".subnet", ident=ident))
    return page("network/subnet_edit.html", status_of(form), form=form, school=found.school, subnet=found)


@bp.route("/subnets/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def remove_subnet(ident: int) -> Any:
    return removing(
        lambda session: queries.get_subnet(session, ident, seen_by=current(), may=May.EDIT_NETWORK),
        lambda session, gone: actions.remove_subnet(session, gone, by=current()),
        lambda found: _removal(
            found.school, title=_("Teilnetz löschen?"),
            sentence=_("Das Teilnetz %(network)s wird gelöscht, mit seinen Bereichen.", network=found.network),
            consequences=(
                _("Feste Adressen gehen nicht verloren: Solange eine nur hier steht, wird nichts gelöscht."),
            ),
            back=url_for(".subnet", ident=ident), done=_("Das Teilnetz ist gelöscht."),
        ),
    )  # fmt: skip


@bp.route("/subnets/<int:ident>/ranges/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_range(ident: int) -> Any:
    found = queries.get_subnet(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = RangeForm()
    form.use.choices = [(use.value, _(name)) for use, name in rules.RANGE_USES.items()]
    if form.validate_on_submit():
        with refusals_in(form, "first"), transaction() as session:
            at = queries.get_subnet(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            actions.add_range(session, at, form.values, by=current())
        if not form.errors:
            flash_done(_("Der Bereich ist eingetragen. Aus ihm wird keine Adresse vorgeschlagen."))
            return redirect(url_for(".subnet", ident=ident))
    return page("network/range_edit.html", status_of(form), form=form, subnet=found)


@bp.route("/ranges/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def remove_range(ident: int) -> Any:
    return removing(
        lambda session: queries.get_range(session, ident, seen_by=current(), may=May.EDIT_NETWORK),
        lambda session, gone: actions.remove_range(session, gone, by=current()),
        lambda found: _removal(
            found.subnet.school, title=_("Bereich löschen?"),
            sentence=_("Der Bereich %(first)s – %(last)s wird gelöscht.", first=found.first, last=found.last),
            consequences=(_("Seine Adressen gelten wieder als frei."),),
            back=url_for(".subnet", ident=found.subnet_id), leads=url_for(".subnet", ident=found.subnet_id),
            done=_("Der Bereich ist gelöscht."),
        ),
    )  # fmt: skip


# --- fixed addresses ---


@bp.route("/schools/<number>/addresses/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_address(number: str) -> Any:
    """With ``?subnet=`` the next free address of that subnet stands in the form already."""
    school = _school_to_edit(number)
    ident = whole_number(request.args.get("subnet", ""))
    at = queries.get_subnet(db.session(), ident, seen_by=current()) if ident else None
    free = None
    if at is not None:
        held = queries.held(db.session(), at.school_id)
        free = next(one.next_free for one in held if one.subnet.id == at.id)
    form = AddressForm(data={"address": str(free or ""), "device": request.args.get("device")})
    if form.validate_on_submit():
        with refusals_in(form, "address"), transaction() as session:
            of = queries.get_subnet(session, ident, seen_by=current()) if ident else None
            actions.give_address(session, _school_to_edit(number), form.values, subnet=of, by=current())
        if not form.errors:
            flash_done(_("Die Adresse ist vergeben."))
            there = url_for(".subnet", ident=ident) if ident else None
            return redirect(there or url_for(".school_addresses", number=number))
    return page(
        "network/address_edit.html", status_of(form), form=form, school=school, subnet=at, address=None
    )


@bp.route("/addresses/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def edit_address(ident: int) -> Any:
    found = queries.get_address(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    form = AddressForm(
        data={
            "version": found.version, "address": found.address, "name": found.name, "remark": found.remark,
            "device": found.device.asset_tag if found.device else None,
        }
    )  # fmt: skip
    if form.validate_on_submit():
        with refusals_in(form, "address"), transaction() as session:
            changing = queries.get_address(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            actions.change_address(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".school_addresses", number=found.school.school_number))
    return page(
        "network/address_edit.html",
        status_of(form),
        form=form,
        school=found.school,
        subnet=None,
        address=found,
    )


@bp.route("/addresses/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def remove_address(ident: int) -> Any:
    return removing(
        lambda session: queries.get_address(session, ident, seen_by=current(), may=May.EDIT_NETWORK),
        lambda session, gone: actions.free_address(session, gone, by=current()),
        lambda found: _removal(
            found.school, title=_("Adresse freigeben?"), button=_("Freigeben"),
            sentence=_("%(address)s (%(name)s) wird wieder frei.", address=found.address, name=found.name),
            consequences=(_("Sie kann sofort anderen Geräten gegeben werden."),),
            back=url_for(".edit_address", ident=ident), done=_("Die Adresse ist wieder frei."),
        ),
    )  # fmt: skip


def _school_to_edit(number: str) -> School:
    return school_queries.get_school(db.session(), number, seen_by=current(), may=May.EDIT_NETWORK)


def _purposes() -> list[tuple[str, str]]:
    return [("", ""), *((one.value, _(name)) for one, name in rules.PURPOSES.items())]


def _vlan_choices(school: School) -> list[tuple[str, str]]:
    known = queries.vlans_of(db.session(), school.id)
    return [("", ""), *((str(one.number), one.label) for one in known)]
