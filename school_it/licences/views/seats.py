"""Who has the seats of a licence, who of its groups has none, and how seats come back."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.licences import forms, groups, offering, queries, roster, rules, seat_queries, seats
from school_it.licences.models import Seat
from school_it.licences.rules import SeatFor
from school_it.licences.views.blueprint import bp
from school_it.licences.views.giving import licence_to_give
from school_it.licences.words import at_school, group_words, holder_words
from school_it.people import queries as people_queries
from school_it.people.models import Person
from school_it.people.rules import sorted_name
from school_it.web import flash_done, lists, page
from school_it.web.fields import Form


@bp.get("/<int:ident>/seats")
@needs(May.SEE_LICENCES)
def seats_of(ident: int) -> Any:
    actor, session, wanted = current(), db.session(), forms.seat_wish(request.args)
    licence = queries.get_licence(session, ident, seen_by=actor)
    rows, table = seat_queries.seats(wanted, licence, seen_by=actor), Seat.__table__.c
    found = lists.slice_of(
        session, rows, key=table.id, ident=table.id, cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args), descending=True,
    )  # fmt: skip
    return page(
        "licences/seats.html",
        licence=licence,
        seats=[row[0] for row in found.rows],
        count=lists.count(session, rows),
        **lists.neighbours(found),
        wish=wanted,
        schools=offering.schools(session, licence, seen_by=actor) if actor.may(May.EDIT_LICENCES) else [],
        states=[(state, _(name)) for state, name in forms.SEAT_STATES.items()],
        released=rules.RELEASED,
        holder_words=holder_words,
        group_words=group_words,
        at_school=at_school,
    )


@bp.get("/<int:ident>/missing")
@needs(May.SEE_LICENCES)
def missing(ident: int) -> Any:
    """Who belongs to a group and has no seat, as far as the reader sees them."""
    actor, session = current(), db.session()
    licence = queries.get_licence(session, ident, seen_by=actor)
    rows = groups.missing_people(licence).where(people_queries.visible(actor))
    found = lists.slice_of(
        session, rows, key=Person.__table__.c.sort_name, ident=Person.__table__.c.id,
        cursor=request.args.get("cursor"), size=lists.wanted_size(request.args),
    )  # fmt: skip
    return page(
        "licences/missing.html",
        licence=licence,
        people=[row[0] for row in found.rows],
        number=groups.number_missing(session, licence, rules.seat_for(licence.basis) or SeatFor.PERSON),
        **lists.neighbours(found),
        sorted_name=sorted_name,
    )


@bp.post("/<int:ident>/seats/<int:seat>/release")
@needs(May.EDIT_LICENCES)
def release(ident: int, seat: int) -> Any:
    actor = current()
    with transaction() as session:
        licence = queries.get_licence(session, ident, seen_by=actor)
        held = seat_queries.get_seat(session, licence, seat, seen_by=actor, may=May.EDIT_LICENCES)
        seats.release_seat(session, held, by=actor)
    flash_done(_("Der Platz ist frei."))
    return redirect(url_for(".seats_of", ident=ident))


@bp.route("/<int:ident>/groups/<int:rule>/end", methods=["GET", "POST"])
@needs(May.EDIT_LICENCES)
def end_group(ident: int, rule: int) -> Any:
    """Shows first how many seats will be free."""
    actor, session, form = current(), db.session(), Form()
    licence = queries.get_licence(session, ident, seen_by=actor)
    ending = seat_queries.get_rule(session, licence, rule, seen_by=actor, may=May.EDIT_LICENCES)
    if form.validate_on_submit():
        with transaction() as writing:
            licence = queries.get_licence(writing, ident, seen_by=actor)
            ending = seat_queries.get_rule(writing, licence, rule, seen_by=actor, may=May.EDIT_LICENCES)
            freed = roster.end_rule(writing, ending, by=actor)
        flash_done(ngettext("%(num)s Platz ist wieder frei.", "%(num)s Plätze sind wieder frei.", freed))
        return redirect(url_for(".licence", ident=ident))
    number = {one.id: count for one, count in seat_queries.rules_of(session, licence, seen_by=actor)}
    return page(
        "licences/end_group.html", licence=licence, form=form, group=group_words(ending), school=ending.school,
        number=number.get(ending.id, 0),
    )  # fmt: skip


@bp.post("/<int:ident>/follow")
@needs(May.EDIT_LICENCES)
def follow(ident: int) -> Any:
    """What happens at night anyway, now: for everybody who has seats, so that it takes the right at all of them."""
    with transaction() as session:
        licence = licence_to_give(session, ident, current())
        current().must(May.EDIT_LICENCES, licence.school_id)
        done = roster.match(session, by=current(), only=[licence.id])
    flash_done(
        _(
            "Nachgeführt: %(given)s vergeben, %(released)s frei geworden.",
            given=done.given,
            released=done.released,
        )
    )
    return redirect(url_for(".licence", ident=ident))
