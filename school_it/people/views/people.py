"""Pages of people."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction
from school_it.people import actions, holdings, queries
from school_it.people.forms import ForgetForm, wish
from school_it.people.models import Person
from school_it.people.queries import Wish
from school_it.people.rules import (
    PERSON_ROLES,
    PERSON_STATES,
    PersonState,
    sorted_name,
)
from school_it.people.views.blueprint import FIELD_NAMES, bp, worded
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page, show
from school_it.web.fields import refusals_in, status_of


@bp.get("")
@needs(May.SEE_PEOPLE)
def index() -> Any:
    actor, session, wanted = current(), db.session(), wish(request.args)
    rows = queries.people(wanted, seen_by=actor)
    found = lists.slice_of(
        session,
        rows,
        key=Person.__table__.c.sort_name,
        ident=Person.__table__.c.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    return page(
        "people/index.html",
        people=[row[0] for row in found.rows],
        count=lists.count(session, rows),
        **lists.neighbours(found),
        wish=wanted,
        state=request.args.get("state", PersonState.ACTIVE.value),
        schools=school_queries.choices(session, seen_by=actor, may=May.SEE_PEOPLE),
        classes=[(name, name) for name in _classes(session, actor, wanted)],
        roles=[(role.value, _(name)) for role, name in PERSON_ROLES.items()],
        states=[(state.value, _(PERSON_STATES[state])) for state in (PersonState.ACTIVE, PersonState.LEFT)],
        role_names=PERSON_ROLES,
        state_names=PERSON_STATES,
        sorted_name=sorted_name,
        numbers=queries.numbers_by_state(session, seen_by=actor),
        State=PersonState,
    )


def _classes(session: Session, actor: Actor, wanted: Wish) -> list[str]:
    return queries.classes(session, seen_by=actor, school_number=wanted.school_number)


@bp.get("/<int:ident>")
@needs(May.SEE_PEOPLE)
def person(ident: int) -> Any:
    session = db.session()
    found, within = queries.get_person(session, ident, seen_by=current()), current().scope(May.SEE_PEOPLE)
    return page(
        "people/person.html",
        person=found,
        schools=[school for school in queries.schools_of(session, found) if within.holds(school.id)],
        panels=[panel(session, found, current()) for panel in holdings.PANELS],
        events=show.story(audit.story(session, found), names=FIELD_NAMES, value=worded),
        role_names=PERSON_ROLES,
        state_names=PERSON_STATES,
    )


@bp.route("/<int:ident>/forget", methods=["GET", "POST"])
@needs(May.FORGET_PEOPLE)
def forget(ident: int) -> Any:
    found = queries.get_person(db.session(), ident, seen_by=current(), may=May.FORGET_PEOPLE)
    form = ForgetForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            actions.forget(
                session,
                queries.get_person(session, ident, seen_by=current(), may=May.FORGET_PEOPLE),
                by=current(),
            )
        if not form.errors:
            flash_done(_("Der Name ist vergessen."))
            return redirect(url_for(".person", ident=ident))
    return page("people/forget.html", status_of(form), form=form, person=found)
