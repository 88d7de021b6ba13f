"""Giving seats: every class, grade and school stands there with its button; too few seats are told before anything."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction
from school_it.devices import queries as device_queries
from school_it.errors import N_, BadValue, NotThere, RuleBroken
from school_it.licences import forms, offering, queries, rules, seat_queries, seats
from school_it.licences.forms import ReasonForm
from school_it.licences.models import Licence
from school_it.licences.rules import SeatFor
from school_it.licences.seats import Given, NotEnough, Short
from school_it.licences.views.blueprint import bp
from school_it.licences.words import group_words
from school_it.people import queries as people_queries
from school_it.people.rules import sorted_name
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.web import flash_done, flash_hint, page, said
from school_it.web.fields import status_of

GROUP_ARGS = ("school", "role", "grade", "class", "category", "room")
FOUND_AT_MOST = 20


def licence_to_give(session: Session, ident: int, actor: Actor) -> Licence:
    """One that the reader sees and may give seats of. Raises NotThere."""
    found = queries.get_licence(session, ident, seen_by=actor)
    if not queries.gives_seats(found, actor):
        raise NotThere(N_("Diese Lizenz gibt es hier nicht."))
    return found


@bp.get("/<int:ident>/give")
@needs(May.EDIT_LICENCES)
def give(ident: int) -> Any:
    return _offered(ident)


def _offered(ident: int, *, device: str = "", fault: str = "") -> Any:
    """Who may get a seat; `fault`: what is wrong with the number of the `device` that was typed."""
    session, actor = db.session(), current()
    licence = licence_to_give(session, ident, actor)
    schools = offering.schools(session, licence, seen_by=actor)
    school = _chosen(session, schools, actor)
    kind = rules.seat_for(licence.basis)
    q = request.args.get("q", "").strip()[:200]
    return page(
        "licences/give.html",
        422 if fault else 200,
        device=device,
        fault=fault,
        licence=licence,
        kind=kind,
        free=seats.free_seats(session, licence),
        schools=schools,
        school=school,
        offers=offering.offers(
            session, licence, school, everywhere=actor.scope(May.EDIT_LICENCES).everywhere
        ),
        q=q,
        people=_people(session, licence, q, actor) if kind is SeatFor.PERSON and q else [],
        sorted_name=sorted_name,
    )


def _chosen(session: Session, schools: list[tuple[str, str]], actor: Actor) -> School | None:
    number = request.args.get("school") or (schools[0][0] if len(schools) == 1 else "")
    if number not in dict(schools):
        return None
    return school_queries.get_school(session, number, seen_by=actor, may=May.EDIT_LICENCES)


def _people(session: Session, licence: Licence, q: str, actor: Actor) -> list[Any]:
    """Who bears the name, and whether they have a seat."""
    may = May.EDIT_LICENCES
    found = people_queries.matching_people(session, q, seen_by=actor, may=may, limit=FOUND_AT_MOST)
    seated = seat_queries.seated(session, licence, [one.id for one in found])
    return [(one, one.id in seated) for one in found]


@bp.post("/<int:ident>/give")
@needs(May.EDIT_LICENCES)
def give_to(ident: int) -> Any:
    """To a group, a person or a device. Where the seats do not suffice the page asks what to do."""
    form = ReasonForm()
    short = (
        Short(step)
        if (step := request.form.get("short", "")) in {one.value for one in Short}
        else Short.REFUSE
    )
    if short is Short.OVER and not form.validate_on_submit():
        return _ask(ident, form)
    reason = form.reason.data if short is Short.OVER else None
    device = request.form.get("device", "").strip()[:200]
    if "device" in request.form and not (device or request.form.get("person")):
        return _offered(ident, fault=_("Bitte ausfüllen."))
    try:
        with transaction() as session:
            given = _give(session, licence_to_give(session, ident, current()), short, reason)
    except NotEnough as problem:
        return _ask(ident, form, problem)
    except (BadValue, NotThere, RuleBroken) as problem:
        if not device:
            raise
        return _offered(ident, device=device, fault=said(problem))
    _tell(given)
    return redirect(url_for(".licence", ident=ident))


def _give(session: Session, licence: Licence, short: Short, reason: str | None) -> Given:
    actor, told = current(), request.form
    if told.get("person") or told.get("device"):
        to = (
            people_queries.get_person(session, _number(told["person"]), seen_by=actor)
            if told.get("person")
            else device_queries.get_device(session, told["device"].strip(), seen_by=actor)
        )
        return Given(1, 0, None, [seats.give_seat(session, licence, to, reason=reason, by=actor).id])
    school_id = None
    if told.get("school"):
        school = school_queries.get_school(session, told["school"], seen_by=actor, may=May.EDIT_LICENCES)
        school_id = school.id
    group = forms.group(told, school_id)
    return seats.give_to_group(session, licence, group, short=short, reason=reason, by=actor)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadValue(N_("Diese Person gibt es hier nicht."))
    return int(text)


def _tell(given: Given) -> None:
    sentence = ngettext("%(num)s Platz ist vergeben.", "%(num)s Plätze sind vergeben.", given.number)
    if given.rule is not None:
        sentence += " " + _("Wer dazukommt, bekommt von selbst einen.")
    flash_done(sentence)
    if given.missing:
        flash_hint(ngettext("%(num)s Platz fehlt noch.", "%(num)s Plätze fehlen noch.", given.missing))


def _ask(ident: int, form: ReasonForm, problem: NotEnough | None = None) -> Any:
    """Too few are free: as far as they go, or more with a reason. Nothing has happened yet."""
    session, actor = db.session(), current()
    licence = licence_to_give(session, ident, actor)
    needed = problem.needed if problem else None
    kept = {name: request.form.get(name, "") for name in (*GROUP_ARGS, "person", "device")}
    single = bool(kept["person"] or kept["device"])
    group = forms.group(request.form, None)
    if request.form.get("short") != Short.OVER.value:
        form = ReasonForm(formdata=None)
    return page(
        "licences/short.html",
        status_of(form) if problem is None else 409,
        licence=licence,
        form=form,
        needed=needed,
        free=max(seats.free_seats(session, licence), 0),
        kept={name: value for name, value in kept.items() if value},
        single=single,
        whom="" if single else group_words(group, rules.seat_for(licence.basis) or SeatFor.PERSON),
        may_overrule=actor.may_at(May.EDIT_LICENCES, licence.school_id),
    )
