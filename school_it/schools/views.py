"""Pages of schools, rooms and yearly figures."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from school_it import audit, school_year
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.errors import N_
from school_it.schools import actions, panels, queries, rules
from school_it.schools.forms import FiguresForm, RoomForm, SchoolForm
from school_it.schools.models import Room, School
from school_it.web import flash_done, flash_hint, page, said, show
from school_it.web.fields import refusals_in, status_of

bp = Blueprint("schools", __name__, url_prefix="/schools")

FIELD_NAMES = {
    "school_number": N_("Schulnummer"), "name": N_("Name"), "short_name": N_("Kurzname"),
    "school_type": N_("Schulform"), "street": N_("Straße"), "postcode": N_("PLZ"),
    "place": N_("Ort"), "email": N_("E-Mail"), "phone": N_("Telefon"),
    "social_index": N_("Sozialindex"), "use_concept_date": N_("Einsatzkonzept vom"),
    "support_confirmed": N_("Support gesichert"),
    "directory_name": N_("Name im Verzeichnis"), "room": N_("Raumnummer"), "building_id": N_("Gebäude"),
    "floor": N_("Etage"), "use": N_("Raumart"), "seats": N_("Sitzplätze"),
    "remark": N_("Bemerkung"), "school_id": N_("Schule"),
    "authority_number": N_("Schulträgernummer"), "municipality_key": N_("Gemeindeschlüssel"),
    "school_year": N_("Schuljahr"), "grade": N_("Jahrgang"), "key_date": N_("Stichtag"), "pupils": N_("Schülerzahl"),
    "classes": N_("Klassen"), "teachers": N_("Lehrkräfte"), "rooms": N_("Unterrichtsräume"),
}  # fmt: skip
WORDS: dict[str, dict[Any, str]] = {"school_type": dict(rules.TYPE_NAMES), "use": dict(rules.ROOM_USES)}


@bp.get("")
@needs(May.SEE_SCHOOLS)
def index() -> Any:
    actor, session = current(), db.session()
    return page(
        "schools/index.html",
        schools=queries.schools(session, seen_by=actor),
        figures=queries.latest_figures(session, seen_by=actor),
        room_counts=queries.room_counts(session, seen_by=actor),
        type_names=rules.TYPE_NAMES,
    )


@bp.route("/new", methods=["GET", "POST"])
@needs(May.EDIT_SCHOOLS)
def new() -> Any:
    current().must(May.EDIT_SCHOOLS, None)
    form = SchoolForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            actions.add_school(session, form.values, by=current())
        if not form.errors:
            _hint_at(form.school_number.data or "")
            flash_done(_("Die Schule ist angelegt."))
            return redirect(url_for(".school", number=form.school_number.data))
    return page("schools/edit.html", status_of(form), form=form, school=None)


@bp.get("/<number>")
@needs(May.SEE_SCHOOLS)
def school(number: str) -> Any:
    session = db.session()
    found = queries.get_school(session, number, seen_by=current())
    hint = rules.number_hint(found.school_number)
    return page(
        "schools/school.html",
        school=found,
        rooms=queries.rooms_of(session, found),
        figures=queries.figures_of(session, found),
        type_names=rules.TYPE_NAMES,
        room_uses=rules.ROOM_USES,
        number_hint=hint and said(hint),
        panels=panels.of_school(session, found, seen_by=current()),
    )


@bp.get("/<number>/history")
@needs(May.SEE_SCHOOLS)
def history(number: str) -> Any:
    session = db.session()
    found = queries.get_school(session, number, seen_by=current())
    return page("schools/history.html", school=found, events=_story(session, found, found))


@bp.route("/<number>/edit", methods=["GET", "POST"])
@needs(May.EDIT_SCHOOLS)
def edit(number: str) -> Any:
    found = queries.get_school(db.session(), number, seen_by=current(), may=May.EDIT_SCHOOLS)
    form = SchoolForm(obj=found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_school(session, number, seen_by=current(), may=May.EDIT_SCHOOLS)
            actions.change_school(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".school", number=number))
    return page("schools/edit.html", status_of(form), form=form, school=found)


@bp.route("/<number>/figures", methods=["GET", "POST"])
@needs(May.EDIT_SCHOOLS)
def figures(number: str) -> Any:
    found = queries.get_school(db.session(), number, seen_by=current(), may=May.EDIT_SCHOOLS)
    this_year = school_year.school_year(today())
    form = FiguresForm(data={"school_year": this_year, "key_date": school_year.key_date(this_year)})
    form.school_year.choices = [
        (str(year), school_year.label(year)) for year in range(this_year + 1, this_year - 10, -1)
    ]
    if form.validate_on_submit():
        values = form.values
        with transaction() as session:
            changing = queries.get_school(session, number, seen_by=current(), may=May.EDIT_SCHOOLS)
            actions.record_figures(session, changing, values.pop("school_year"), values, by=current())
        flash_done(_("Die Schulzahlen sind eingetragen."))
        return redirect(url_for(".school", number=number) + "#figures")
    return page("schools/figures.html", status_of(form), form=form, school=found)


@bp.route("/<number>/rooms/new", methods=["GET", "POST"])
@needs(May.EDIT_ROOMS)
def new_room(number: str) -> Any:
    found = queries.get_school(db.session(), number, seen_by=current(), may=May.EDIT_ROOMS)
    form = RoomForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            at = queries.get_school(session, number, seen_by=current(), may=May.EDIT_ROOMS)
            actions.add_room(session, at, _room_values(session, at, form), by=current())
        if not form.errors:
            flash_done(_("Der Raum ist angelegt."))
            return _to_room(number, form.room.data or "")
    return page("schools/room_edit.html", status_of(form), form=form, school=found, room=None)


@bp.get("/<number>/rooms/<path:room>")
@needs(May.SEE_SCHOOLS)
def room(number: str, room: str) -> Any:
    session = db.session()
    found = queries.get_school(session, number, seen_by=current())
    at = queries.get_room(session, found, room)
    return page(
        "schools/room.html",
        school=found,
        room=at,
        room_uses=rules.ROOM_USES,
        panels=panels.of_room(session, at, seen_by=current()),
        events=_story(session, at, found),
    )


@bp.route("/<number>/rooms/<path:room>/edit", methods=["GET", "POST"])
@needs(May.EDIT_ROOMS)
def edit_room(number: str, room: str) -> Any:
    found = queries.get_school(db.session(), number, seen_by=current(), may=May.EDIT_ROOMS)
    at = queries.get_room(db.session(), found, room)
    form = _room_form(at)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            found = queries.get_school(session, number, seen_by=current(), may=May.EDIT_ROOMS)
            at = queries.get_room(session, found, room)
            values = _room_values(session, found, form)
            actions.change_room(session, at, values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return _to_room(number, form.room.data or "")
    return page("schools/room_edit.html", status_of(form), form=form, school=found, room=at)


def _story(session: Any, thing: School | Room, school: School) -> list[show.Event]:
    """The trail keeps codes and ids; people read words and names."""
    names = {
        "school_id": {school.id: school.name},
        "building_id": {building.id: building.name for building in queries.buildings_of(session, school)},
    }

    def value(field: str, stored: Any) -> str | None:
        if stored in WORDS.get(field, {}):
            return str(_(WORDS[field][stored]))
        return names.get(field, {}).get(stored)

    return show.story(audit.story(session, thing), names=FIELD_NAMES, value=value)


def _room_form(at: Room) -> RoomForm:
    known = {name: getattr(at, name) for name in ("version", *actions.ROOM_FIELDS) if name != "building_id"}
    return RoomForm(data={**known, "building": at.building.name if at.building else None})


def _room_values(session: Any, at: School, form: RoomForm) -> dict[str, Any]:
    values = form.values
    building = actions.building(session, at.id, values.pop("building"), by=current())
    session.flush()
    return {**values, "building_id": building.id if building else None}


def _to_room(number: str, room: str) -> Response:
    return redirect(url_for(".room", number=number, room=room))


def _hint_at(number: str) -> None:
    hint = rules.number_hint(number)
    if hint:
        flash_hint(said(hint))
