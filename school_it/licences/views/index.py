"""The list of licences, the page of one, and its form."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import audit, money
from school_it.access import Actor, May, current, needs
from school_it.database import db, today, transaction
from school_it.licences import actions, costs, forms, keys, queries, renewal, rules, seat_queries
from school_it.licences.forms import STATES, LicenceForm
from school_it.licences.models import Licence
from school_it.licences.views.blueprint import bp
from school_it.licences.words import FIELD_NAMES, group_words
from school_it.schools import queries as school_queries
from school_it.web import flash_done, flash_hint, lists, page, said, show
from school_it.web.fields import refusals_in, status_of


@bp.get("")
@needs(May.SEE_LICENCES)
def index() -> Any:
    actor, session, wanted = current(), db.session(), forms.wish(request.args)
    rows, table = queries.licences(wanted, seen_by=actor), Licence.__table__.c
    found = lists.slice_of(
        session,
        rows,
        key=table.product,
        ident=table.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    schools = school_queries.choices(session, seen_by=actor, may=May.SEE_LICENCES)
    return page(
        "licences/index.html",
        licences=[row[0] for row in found.rows],
        count=lists.count(session, rows),
        **lists.neighbours(found),
        wish=wanted,
        has_any=queries.has_any(session, seen_by=actor),
        costs=queries.yearly_costs(session, wanted, _years(), seen_by=actor),
        seats=queries.seats_bought(session, wanted, seen_by=actor),
        used=seat_queries.used(session, [row[0].id for row in found.rows]),
        schools=[(queries.FOR_ALL, _("für alle Schulen")), *schools],
        bases=[(basis.value, _(name)) for basis, name in rules.BASES.items()],
        states=[(state, _(name)) for state, name in STATES.items()],
        **_looks(),
    )


def _years() -> list[int]:
    """Last year's, this one's, and the two that the budget plans."""
    return [today().year + offset for offset in (-1, 0, 1, 2)]


def _looks() -> dict[str, Any]:
    on = today()

    def standing(one: Licence) -> rules.Standing:
        return rules.standing(one.valid_from, one.valid_to, one.renews, on)

    def near(day: Any) -> bool:
        return day is not None and on <= day <= on + rules.AHEAD

    return {
        "standing": standing,
        "near": near,
        "standing_names": rules.STANDINGS,
        "standing_badges": BADGES,
        "basis_names": rules.BASES,
    }


BADGES = {
    rules.Standing.RUNNING: "active",
    rules.Standing.PLANNED: "new",
    rules.Standing.ENDED: "closed",
}


@bp.route("/new", methods=["GET", "POST"])
@needs(May.EDIT_LICENCES)
def new() -> Any:
    form = _offered(LicenceForm())
    if form.validate_on_submit():
        with refusals_in(form, "licence_no"), transaction() as session:
            made = actions.add_licence(session, _values(session, form), by=current())
            ident = made.id
        if not form.errors:
            _hint_at(form)
            flash_done(_("Die Lizenz ist eingetragen."))
            return redirect(url_for(".licence", ident=ident))
    return page("licences/edit.html", status_of(form), form=form, licence=None)


@bp.get("/<int:ident>")
@needs(May.SEE_LICENCES)
def licence(ident: int) -> Any:
    session = db.session()
    found, actor = queries.get_licence(session, ident, seen_by=current()), current()
    kind = rules.seat_for(found.basis)
    editable = actor.may_at(May.EDIT_LICENCES, found.school_id)
    ruled = seat_queries.rules_of(session, found, seen_by=actor)
    return page(
        "licences/licence.html",
        licence=found,
        costs=costs.of_licence(session, found, _years()),
        editable=editable,
        giving=kind is not None and queries.gives_seats(found, actor),
        events=_story(session, found, actor),
        seat_kind=kind,
        used=seat_queries.number_used(session, found),
        missing=sum(one.missing for one, _number in ruled),
        rules=ruled,
        group_words=group_words,
        keys=keys.keys_of(session, found) if editable else [],
        next_term=renewal.next_term(found),
        terms=renewal.terms_of(session, found),
        **_looks(),
    )


@bp.route("/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_LICENCES)
def edit(ident: int) -> Any:
    found = queries.get_licence(db.session(), ident, seen_by=current(), may=May.EDIT_LICENCES)
    known = {name: getattr(found, name) for name in ("version", *actions.FIELDS) if name != "school_id"}
    renews = {True: "yes", False: "no"}.get(found.renews) if found.renews is not None else None
    form = _offered(
        LicenceForm(
            data={**known, "renews": renews, "school": found.school.school_number if found.school else ""}
        )
    )
    if form.validate_on_submit():
        with refusals_in(form, "licence_no"), transaction() as session:
            changing = queries.get_licence(session, ident, seen_by=current(), may=May.EDIT_LICENCES)
            values = _values(session, form)
            actions.change_licence(session, changing, values, version=form.seen_version, by=current())
        if not form.errors:
            _hint_at(form)
            flash_done(_("Gespeichert."))
            return redirect(url_for(".licence", ident=ident))
    return page("licences/edit.html", status_of(form), form=form, licence=found)


def _offered(form: LicenceForm) -> LicenceForm:
    actor = current()
    schools = school_queries.choices(db.session(), seen_by=actor, may=May.EDIT_LICENCES)
    form.offer(schools, for_all=actor.scope(May.EDIT_LICENCES).everywhere)
    return form


def _values(session: Session, form: LicenceForm) -> dict[str, Any]:
    values = form.values
    number = values.pop("school")
    school = (
        school_queries.get_school(session, number, seen_by=current(), may=May.EDIT_LICENCES)
        if number
        else None
    )
    return {**values, "school_id": school.id if school else None}


def _hint_at(form: LicenceForm) -> None:
    odd = rules.what_is_odd(form.values)
    if odd is not None:
        flash_hint(said(odd))


def _story(session: Session, licence: Licence, seen_by: Actor) -> list[show.Event]:
    schools = {
        one.id: one.name for one in school_queries.schools(session, seen_by=seen_by, may=May.SEE_LICENCES)
    }

    def value(field: str, stored: Any) -> str | None:
        if field == "basis" and stored:
            return str(_(rules.BASES[rules.Basis(stored)]))
        if field == "school_id":
            return (
                str(_("alle Schulen"))
                if stored is None
                else schools.get(stored, str(_("eine andere Schule")))
            )
        if field in ("price_net", "price_gross") and stored:
            return money.shown(Decimal(stored))
        return None

    own = show.story(audit.story(session, licence), names=FIELD_NAMES, value=value)
    return sorted(
        [*own, *_groups_story(session, licence, seen_by)], key=lambda event: event.iso, reverse=True
    )


def _groups_story(session: Session, licence: Licence, seen_by: Actor) -> list[show.Event]:
    """A line for each group that got seats or lost them; who has them is on their own page."""
    told = seat_queries.told_of_rules(session, licence, seen_by=seen_by)
    group_of = {entry.id: group_words(rule) for entry, rule in told}
    events = show.story(
        [entry for entry, _rule in told],
        names=FIELD_NAMES,
        tell=lambda entry: f"{_(audit.SAID[audit.Action(entry.action)])}: {group_of[entry.id]}",
    )
    return [replace(event, changes=[]) for event in events]
