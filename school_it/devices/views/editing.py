"""A device is taken in or changed. Who comes second sees both versions side by side and chooses."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it.access import Actor, May, current, needs
from school_it.database import db, today, transaction, whole_number
from school_it.devices import actions, catalogue, funded, queries, rules
from school_it.devices.forms import DeviceForm, FactsForm, NewDeviceForm, place_of
from school_it.devices.models import DeviceModel
from school_it.devices.views.blueprint import bp
from school_it.devices.views.device import to_device
from school_it.errors import SchoolItError, Stale
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, show_refusal, status_of

# What the next entry is likely to have in common with the last one.
KEPT = (
    "category_id", "manufacturer", "model", "use", "acquired_on", "price_net", "price_gross", "supplier", "invoice_no",
    "order_no", "programme", "file_reference", "bound_until", "warranty_until", "state",
)  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@needs(May.EDIT_DEVICES)
def new() -> Any:
    actor, session = current(), db.session()
    form = NewDeviceForm()
    offer(session, form, actor)
    if request.method == "GET":
        form.process(data=first_values(session, actor))
    if form.validate_on_submit():
        made = None
        with refusals_in(form), transaction() as writing:
            made = actions.add_device(writing, values_of(writing, form), by=actor).asset_tag
        if made:
            flash_done(_("Das Gerät %(tag)s ist aufgenommen.", tag=made))
            return redirect(url_for(".new", like=made)) if "another" in request.form else to_device(made)
    return page("devices/edit.html", status_of(form), form=form, device=None, **helps(session, form))


def offer(session: Session, form: FactsForm, actor: Actor) -> None:
    schools = school_queries.choices(session, seen_by=actor, may=May.EDIT_DEVICES)
    everywhere = actor.scope(May.EDIT_DEVICES).everywhere
    form.offer(catalogue.offered(session), schools, authority=everywhere)


def helps(session: Session, form: FactsForm) -> dict[str, Any]:
    """What fields suggest: models of the catalogue, rooms of the school."""
    number = form.school.data
    offered = number and number in dict(form.school.choices)
    school = school_queries.find_school(session, number) if offered else None
    return {
        "models": queries.models(session, only_active=True),
        "rooms": school_queries.rooms_of(session, school) if school else [],
        **funded.suggestions(session),
    }


def first_values(session: Session, actor: Actor) -> dict[str, Any]:
    """From the model or the device that the address names, else from the newest device within reach."""
    model, like = whole_number(request.args.get("model", "")), request.args.get("like")
    if model is not None:
        return {**_place_of_latest(session, actor), **_from_model(queries.get_model(session, model))}
    latest = queries.get_device(session, like, seen_by=actor) if like else queries.latest_by(session, actor)
    if latest is None:
        return {"state": rules.State.IN_STOCK}
    return {**{name: getattr(latest, name) for name in KEPT}, **place_of(latest)}


def _place_of_latest(session: Session, actor: Actor) -> dict[str, Any]:
    latest = queries.latest_by(session, actor)
    return place_of(latest) if latest else {}


def _from_model(model: DeviceModel) -> dict[str, Any]:
    return {
        "category_id": model.category_id,
        "manufacturer": model.manufacturer,
        "model": model.name,
        "price_gross": model.usual_price,
        "acquired_on": today(),
        "warranty_until": rules.warranty_end(today(), model.warranty_months),
    }


def values_of(session: Session, form: FactsForm) -> dict[str, Any]:
    """What was entered, as columns of the table: school and room by their ids."""
    values = {name: value for name, value in form.values.items() if name != "base"}
    number, room = values.pop("school", None), values.pop("room", None)
    school = school_queries.get_school(session, number, seen_by=current()) if number else None
    at = actions.room_of(session, school.id if school else None, room)
    return {**values, "school_id": school.id if school else None, "room_id": at.id if at else None}


@bp.route("/<path:tag>/edit", methods=["GET", "POST"])
@needs(May.EDIT_DEVICES)
def edit(tag: str) -> Any:
    session, actor = db.session(), current()
    found = queries.get_device(session, tag, seen_by=actor, may=May.EDIT_DEVICES)
    form = DeviceForm()
    offer(session, form, actor)
    if request.method == "GET":
        form.read_from(found)
        form.base.data = json.dumps(texts_of(form), ensure_ascii=False)
    if form.validate_on_submit():
        try:
            new_tag = _save(form, tag, actor)
        except Stale:
            return conflict(form, tag)
        except SchoolItError as problem:
            show_refusal(form, problem)
        else:
            flash_done(_("Gespeichert."))
            return to_device(new_tag)
    return page(
        "devices/edit.html",
        status_of(form),
        form=form,
        device=found,
        bound=rules.is_bound(found.bound_until, today()),
        **helps(session, form),
    )


def _save(form: DeviceForm, tag: str, actor: Actor) -> str:
    """Write the change and return the device's inventory number, which may be a new one."""
    with transaction() as session:
        changing = queries.get_device(session, tag, seen_by=actor, may=May.EDIT_DEVICES)
        values = values_of(session, form)
        actions.change_device(session, changing, values, version=form.seen_version, by=actor)
        return changing.asset_tag


@dataclass(frozen=True)
class Difference:
    """A field on which two editors differ: what stands in each version, as text and in words."""

    name: str
    title: str
    mine: str
    theirs: str
    mine_shown: str
    theirs_shown: str
    keep_mine: bool


def conflict(form: DeviceForm, tag: str) -> Any:
    """Both versions side by side; what only one of the two has changed is chosen already."""
    session = db.session()
    stored = queries.get_device(session, tag, seen_by=current(), may=May.EDIT_DEVICES)
    now = DeviceForm(formdata=None)
    offer(session, now, current())
    now.read_from(stored)
    differences = _differences(form, now)
    names = {difference.name for difference in differences}
    same = {name: text for name, text in texts_of(form).items() if name not in names}
    base = json.dumps(texts_of(now), ensure_ascii=False)
    return page(
        "devices/conflict.html", 412, form=form, device=stored, differences=differences, same=same, base=base
    )


def _differences(mine: DeviceForm, theirs: DeviceForm) -> list[Difference]:
    before, own, stored = _base(mine), texts_of(mine), texts_of(theirs)
    return [
        Difference(
            name, mine[name].label.text, own[name], stored[name], _in_words(mine, name), _in_words(theirs, name),
            keep_mine=own[name] != before.get(name, ""),
        )
        for name in own
        if own[name] != stored[name]
    ]  # fmt: skip


def _base(form: DeviceForm) -> dict[str, str]:
    """What the editor saw at the beginning; an unreadable note only costs the preselection."""
    try:
        known = json.loads(form.base.data or "{}")
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def texts_of(form: DeviceForm) -> dict[str, str]:
    """Each field as the text that the browser would send."""
    return {
        name: _text(field) for name, field in form._fields.items() if name in form.values and name != "base"
    }


def _text(field: Any) -> str:
    if hasattr(field, "choices"):
        return "" if field.data is None else str(getattr(field.data, "value", field.data))
    return str(field._value() or "").replace("\r\n", "\n")


def _in_words(form: DeviceForm, name: str) -> str:
    field = form[name]
    if hasattr(field, "choices"):
        return next((text for value, text in field.choices if value == _text(field)), "")
    return _text(field)
