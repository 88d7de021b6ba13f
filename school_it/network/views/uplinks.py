"""How the schools are connected: the broadband part of the plan, one line with its contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit, charts
from school_it.access import May, current, needs
from school_it.charts import Bar
from school_it.database import db, transaction
from school_it.errors import N_
from school_it.network.uplinks import actions, queries
from school_it.network.uplinks.forms import UplinkForm
from school_it.network.uplinks.queries import Connected
from school_it.network.views.blueprint import bp
from school_it.network.views.removing import Removal, removing
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page, show
from school_it.web.fields import refusals_in, status_of

FIELD_NAMES = {
    "provider": N_("Anbieter"), "contract_no": N_("Vertragsnummer"), "down": N_("Mbit/s herunter"),
    "up": N_("Mbit/s hinauf"), "fibre": N_("Glasfaser"), "is_backup": N_("Ersatzleitung"),
    "ends_on": N_("Vertragsende"), "notice_on": N_("kündbar bis"), "monthly_cost": N_("Kosten im Monat"),
    "router_id": N_("Router"), "remark": N_("Bemerkung"), "school_id": N_("Schule"),
}  # fmt: skip


@bp.get("/uplinks")
@needs(May.SEE_NETWORK)
def uplinks() -> Any:
    """Every school with its line, those without one first to be seen by what they lack."""
    session, actor = db.session(), current()
    schools = queries.connected(session, seen_by=actor)
    return page(
        "network/uplinks.html",
        schools=schools,
        chart=_chart(schools),
        shown=charts.number,
        fibre=sum(one.fibre is True for one in schools),
        without=sum(not one.used for one in schools),
        cost=sum((one.monthly_cost or Decimal(0) for one in schools), Decimal(0)),
        unknown_cost=sum(one.monthly_cost is None for one in schools if one.uplinks),
    )


def _chart(schools: list[Connected]) -> str:
    known = [one for one in schools if one.per_pupil is not None]
    if len(known) < 2:
        return ""
    rows = [
        Bar(one.school.label, one.per_pupil or 0, url=f"#school-{one.school.school_number}")
        for one in sorted(known, key=lambda one: one.per_pupil or 0)
    ]
    return charts.bars(
        _("Mbit/s je Schülerin und Schüler"),
        rows,
        column=_("Schule"),
        value_name=_("Mbit/s je Kopf"),
        note=_("Vertraglich herunter, ohne Ersatzleitungen, geteilt durch die neueste Schülerzahl."),
    )


@bp.get("/uplinks/<int:ident>")
@needs(May.SEE_NETWORK)
def uplink(ident: int) -> Any:
    session, actor = db.session(), current()
    found = queries.get_uplink(session, ident, seen_by=actor)

    def value(field: str, stored: Any) -> str | None:
        return found.school.name if field == "school_id" and stored == found.school_id else None

    here = queries.connected(session, seen_by=actor, school_id=found.school_id)
    return page(
        "network/uplink.html",
        uplink=found,
        here=here[0] if here else None,
        shown=charts.number,
        events=show.story(audit.story(session, found), names=FIELD_NAMES, value=value),
    )


@bp.route("/uplinks/new", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def new_uplink() -> Any:
    form = UplinkForm(data={"school": request.args.get("school")})
    form.school.choices = [
        ("", ""),
        *school_queries.choices(db.session(), seen_by=current(), may=May.EDIT_NETWORK),
    ]
    form.fibre.choices = _fibre_choices()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            values = form.values
            number = values.pop("school")
            at = school_queries.get_school(session, number, seen_by=current(), may=May.EDIT_NETWORK)
            ident = actions.add_uplink(session, at, values, by=current()).id
        if not form.errors:
            flash_done(_("Der Internetanschluss ist eingetragen."))
            return redirect(url_for(".uplink", ident=ident))
    return page("network/uplink_edit.html", status_of(form), form=form, uplink=None)


@bp.route("/uplinks/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def edit_uplink(ident: int) -> Any:
    found = queries.get_uplink(db.session(), ident, seen_by=current(), may=May.EDIT_NETWORK)
    known = {name: getattr(found, name) for name in ("version", *actions.FIELDS)}
    router = found.router.asset_tag if found.router else None
    form = UplinkForm(data={**known, "school": found.school.school_number, "router": router})
    form.school.choices = [(found.school.school_number, found.school.name)]
    form.fibre.choices = _fibre_choices()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_uplink(session, ident, seen_by=current(), may=May.EDIT_NETWORK)
            values = {name: value for name, value in form.values.items() if name != "school"}
            actions.change_uplink(session, changing, values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".uplink", ident=ident))
    return page("network/uplink_edit.html", status_of(form), form=form, uplink=found)


@bp.route("/uplinks/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def remove_uplink(ident: int) -> Any:
    return removing(
        lambda session: queries.get_uplink(session, ident, seen_by=current(), may=May.EDIT_NETWORK),
        lambda session, gone: actions.remove_uplink(session, gone, by=current()),
        lambda found: Removal(
            title=_("Internetanschluss löschen?"), button=_("Löschen"),
            sentence=_("Der Anschluss %(name)s wird gelöscht.", name=found.label),
            consequences=(_("Seine Fristen verschwinden. Was eingetragen war, steht weiter im Verlauf."),),
            above=_("Internetanschlüsse"), above_url=url_for(".uplinks"), back=url_for(".uplink", ident=ident),
            done=_("Der Internetanschluss ist gelöscht."), leads=url_for(".uplinks"),
        ),
    )  # fmt: skip


def _fibre_choices() -> list[tuple[str, str]]:
    return [("", _("nicht bekannt")), ("True", _("ja")), ("False", _("nein"))]
