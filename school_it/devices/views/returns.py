"""The list of returns, and their letters."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, today
from school_it.devices import return_letters, returns
from school_it.devices.returns import WHICH, Which, Wish
from school_it.people.models import Person
from school_it.people.rules import sorted_name
from school_it.schools import queries as school_queries
from school_it.web import lists, page

bp = Blueprint("returns", __name__, url_prefix="/people/returns")

MOST_LETTERS = 300


@bp.get("")
@needs(May.SEE_PEOPLE)
def index() -> Any:
    actor, session, wanted = current(), db.session(), wish(request.args)
    rows = returns.people(wanted, seen_by=actor)
    found = lists.slice_of(
        session,
        rows,
        key=returns.ORDER,
        ident=Person.__table__.c.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    return page(
        "devices/returns.html",
        tasks=returns.tasks(session, [row[0] for row in found.rows], wanted, seen_by=actor),
        count=lists.count(session, rows),
        **lists.neighbours(found),
        wish=wanted,
        filters=_filters(),
        schools=school_queries.choices(session, seen_by=actor, may=May.SEE_PEOPLE),
        classes=[(name, name) for name in returns.classes(session, wanted, seen_by=actor)],
        which=[(which.value, _(name)) for which, name in WHICH.items()],
        sorted_name=sorted_name,
        days=wanted.days,
        Which=Which,
    )


@bp.get("/letters")
@needs(May.SEE_PEOPLE)
def letters() -> Any:
    """A letter for each person of the list, class by class, each on its own sheet of paper."""
    wanted = wish(request.args)
    found = returns.for_paper(db.session(), wanted, seen_by=current(), limit=MOST_LETTERS + 1)
    town = current_app.config["SCHOOL_IT"].AUTHORITY
    return page(
        "devices/return_letters.html",
        letters=[return_letters.letter(task, town=town, on=today()) for task in found[:MOST_LETTERS]],
        more=len(found) > MOST_LETTERS,
        most=MOST_LETTERS,
        filters=_filters(),
        text=return_letters,
    )


def wish(args: Any) -> Wish:
    which = args.get("which", "")
    return Wish(
        days=current_app.config["SCHOOL_IT"].RETURN_DAYS,
        which=Which(which) if which in set(Which) else Which.LEFT,
        school_number=args.get("school") or None,
        school_class=args.get("class") or None,
        text=args.get("q", "").strip() or None,
    )


def _filters() -> dict[str, str]:
    """The filters of this address, for the links to letters and table."""
    names = ("q", "school", "class", "which")
    return {name: value for name in names if (value := request.args.get(name))}
