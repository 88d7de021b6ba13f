"""Start page, search, deadlines, the trail, help, the statements the law asks for, health."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import cells, undo
from school_it import deadlines as known_deadlines
from school_it.access import MAY_NAMES, ROLE_NAMES, Actor, May, current, needs, public
from school_it.audit import Entry
from school_it.database import db, whole_number
from school_it.devices import queries as device_queries
from school_it.devices.rules import STATES
from school_it.errors import BadValue
from school_it.funding import queries as funding_queries
from school_it.funding.book import CHANGE_STATES
from school_it.funding.decisions import change_requests
from school_it.licences import queries as licence_queries
from school_it.network import queries as network_queries
from school_it.network import searching as network_searching
from school_it.operations import health
from school_it.overview import batches, pictures, queries, quick_actions, trail, words
from school_it.overview.attention import PRESENT, Answer
from school_it.overview.deadlines import views as deadline_views
from school_it.overview.queries import TrailWish
from school_it.people import queries as people_queries
from school_it.people.rules import PERSON_ROLES
from school_it.procurement import queries as procurement_queries
from school_it.schools import queries as school_queries
from school_it.web import flash_problem, lists, page

bp = Blueprint("overview", __name__)


@bp.get("/")
@needs(May.SEE_HOME)
def home() -> Any:
    actor, session = current(), db.session()
    sees_devices = actor.may(May.SEE_DEVICES)
    charts = pictures.of(session, actor) if sees_devices else []
    begins = sees_devices and not charts
    there = quick_actions.kept(session, actor, begins=begins)
    return page(
        "overview/home.html",
        answers=queries.answers(session, actor),
        list_address=_list_address,
        actions=[
            (_(title), url_for(endpoint, **args), icon)
            for _may, endpoint, args, title, icon in quick_actions.offered(there, actor, begins=begins)
        ],
        schools=_own_schools(session, actor),
        own=device_queries.devices_of_person(session, actor.person_id) if actor.person_id else [],
        state_names=STATES,
        charts=charts,
        begins=begins,
        goes_on=begins and bool(there),
        without_schools=begins and not school_queries.choices(session, seen_by=actor),
        deadlines=deadline_views.next_ones(session, actor),
        titles=known_deadlines.titles(actor),
        **deadline_views.looks(),
        sees_devices=sees_devices,
    )


def _list_address(answer: Answer) -> str:
    return url_for(answer.question.endpoint, **answer.question.args)


def _own_schools(session: Session, actor: Actor) -> Sequence[Any]:
    """For somebody at a school their schools; a whole town needs no list here."""
    scope = actor.scope(May.SEE_SCHOOLS)
    return [] if scope.everywhere else school_queries.schools(session, seen_by=actor)


# --- search ---

NOTHING = network_searching.Found()


@dataclass(frozen=True)
class Hits:
    """What a search found, by kind; None where the reader has no such room."""

    devices: Sequence[Any]
    people: Sequence[Any]
    rooms: Sequence[Any]
    schools: Sequence[Any]
    grants: Sequence[Any] = ()
    receipts: Sequence[Any] = ()
    orders: Sequence[Any] = ()
    licences: Sequence[Any] = ()
    outlets: Sequence[Any] = ()
    changes: Sequence[Any] = ()
    network: network_searching.Found = NOTHING

    def __bool__(self) -> bool:
        bought = (self.grants, self.changes, self.receipts, self.orders, self.licences)
        return any((self.devices, self.people, self.rooms, self.schools, self.outlets, self.network, *bought))


@bp.get("/search")
@needs(May.SEE_HOME)
def search() -> Any:
    """An exact number leads straight to its device."""
    q, actor, session = request.args.get("q", "").strip()[:200], current(), db.session()
    device = device_queries.find_exact(session, q, seen_by=actor) if actor.may(May.SEE_DEVICES) else None
    if device is not None:
        return redirect(url_for("devices.device", tag=device.asset_tag))
    hits = _hits(session, q, actor) if q else None
    return page(
        "overview/search.html",
        q=q,
        hits=hits,
        state_names=STATES,
        role_names=PERSON_ROLES,
        change_names=CHANGE_STATES,
    )


def _hits(session: Session, q: str, actor: Actor) -> Hits:
    devices = device_queries.matching_devices(session, q, seen_by=actor) if actor.may(May.SEE_DEVICES) else []
    people = people_queries.matching_people(session, q, seen_by=actor) if actor.may(May.SEE_PEOPLE) else []
    rooms = queries.matching_rooms(session, q, seen_by=actor)
    return Hits(
        devices,
        people,
        rooms,
        queries.matching_schools(session, q, seen_by=actor),
        funding_queries.matching_grants(session, q, seen_by=actor),
        funding_queries.matching_receipts(session, q, seen_by=actor),
        procurement_queries.matching(session, q, seen_by=actor),
        licence_queries.matching(session, q, seen_by=actor),
        network_queries.matching(session, q, seen_by=actor),
        change_requests.matching(session, q, seen_by=actor),
        network_searching.found(session, q, seen_by=actor),
    )


# --- the trail ---


@bp.get("/audit")
@needs(May.SEE_AUDIT)
def audit() -> Any:
    return _trail_page("overview/audit.html", _trail_wish())


def _trail_page(template: str, wish: TrailWish, **values: Any) -> Any:
    session, ident = db.session(), Entry.__table__.c.id
    found = lists.slice_of(
        session,
        queries.trail(wish),
        key=ident,
        ident=ident,
        descending=True,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    return page(
        template,
        rows=trail.lines(session, [row[0] for row in found.rows]),
        count=lists.count(session, queries.trail(wish)),
        **lists.neighbours(found),
        wish=wish,
        **values,
    )


def _trail_wish() -> TrailWish:
    asked = request.args
    return TrailWish(
        who=asked.get("who", "").strip() or None,
        thing=asked.get("q", "").strip() or None,
        since=_day("from"),
        until=_day("to"),
        batch=whole_number(asked.get("batch", "")),
    )


def _day(name: str) -> Any:
    """A day of the address; one that cannot be read is said and left out."""
    try:
        return cells.parse_date(request.args[name]) if request.args.get(name) else None
    except BadValue as problem:
        flash_problem(problem)
        return None


@bp.get("/batches/<int:ident>")
@needs(May.SEE_AUDIT, May.SEE_IMPORTS)
def batch(ident: int) -> Any:
    """One act with everything it did."""
    session = db.session()
    found = queries.get_batch(session, ident, seen_by=current())
    return _trail_page(
        "overview/batch.html",
        TrailWish(batch=found.id),
        batch=found,
        words=batches.in_words(found),
        counts=batches.counted(found),
        undone_by=undo.taken_back_by(session, found.id),
        may_undo=undo.why_not(session, found, by=current()) is None,
    )


# --- help and statements ---


@bp.get("/help")
@needs(May.SEE_HOME)
def help() -> Any:
    roles = [role for role in ROLE_NAMES if role in current().roles]
    return page(
        "overview/help.html",
        shortcuts_list=words.SHORTCUTS,
        glossary=sorted(words.GLOSSARY, key=lambda entry: _(entry[0]).casefold()),
        steps=[(ROLE_NAMES[role], words.FIRST_STEPS[role]) for role in roles],
        permissions=[_(name) for may, name in MAY_NAMES.items() if current().may(may)],
        present=PRESENT,
    )


@bp.get("/accessibility")
@public
def accessibility() -> Any:
    return page("overview/accessibility.html", contact=current_app.config["SCHOOL_IT"].CONTACT)


@bp.get("/privacy")
@public
def privacy() -> Any:
    return page(
        "overview/privacy.html",
        contact=current_app.config["SCHOOL_IT"].CONTACT,
        kept=words.KEPT,
        not_kept=words.NOT_KEPT,
    )


@bp.get("/healthz")
@public
def healthz() -> Any:
    """For a monitor: 503 and what is missing, in German and without secrets. Nights that failed are told with 200."""
    if missing := health.troubles():
        return jsonify({"status": "problem", "missing": missing}), 503
    warnings = health.warnings(current_app.config["SCHOOL_IT"])
    return jsonify({"status": "ok"} | ({"warnings": warnings} if warnings else {}))
