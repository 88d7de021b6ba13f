"""Pages of the ledger: what everything is worth, the comparison with the finance department, disposal records."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, current_app, redirect, request, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, today, transaction, whole_number
from school_it.devices import binding
from school_it.devices import queries as device_queries
from school_it.devices import rules as device_rules
from school_it.devices.rules import DISPOSAL_REASONS, State
from school_it.errors import N_, NotThere, SchoolItError
from school_it.ledger import actions, queries
from school_it.ledger.matching import HOWS, STANDINGS, Standing
from school_it.ledger.queries import Basis
from school_it.web import flash_done, flash_problem, page

bp = Blueprint("ledger", __name__, url_prefix="/ledger")

SHOWN = 200
SHOWN_DEVICES = 200
ONLY_HERE = "only_here"


def basis() -> Basis:
    return Basis.of(current_app.config["SCHOOL_IT"])


@bp.get("")
@needs(May.SEE_FUNDING)
def index() -> Any:
    """What the devices are worth today, by category."""
    session, on = db.session(), today()
    sums = queries.worth(session, on, basis())
    return page(
        "ledger/index.html",
        sums=sums,
        on=on,
        total_cost=sum((one.cost for one in sums), Decimal("0.00")),
        total_value=sum((one.book_value for one in sums), Decimal("0.00")),
        unknown=sum(one.unknown for one in sums),
        basis=basis(),
        has_lines=queries.has_lines(session),
        years=[on.year, on.year - 1, on.year - 2],
        disposed=queries.disposals(session, on.year),
        reasons=DISPOSAL_REASONS,
    )


@bp.get("/comparison")
@needs(May.SEE_FUNDING)
def comparison() -> Any:
    """Their list and ours, both ways: what agrees, what differs by how much, what is on one side only."""
    session = db.session()
    found = queries.comparison(session, basis())
    wanted = request.args.get("show", Standing.DIFFERS.value)
    chosen = Standing(wanted) if wanted in set(Standing) else None
    groups = {one: found.of(one) for one in Standing}
    return page(
        "ledger/comparison.html",
        found=found,
        groups=groups,
        chosen=wanted,
        matches=groups[chosen][:SHOWN] if chosen else [],
        more=max(len(groups[chosen]) - SHOWN, 0) if chosen else max(len(found.only_here) - SHOWN, 0),
        only_here=found.only_here[:SHOWN] if wanted == ONLY_HERE else [],
        standings=STANDINGS,
        hows=HOWS,
        has_lines=queries.has_lines(session),
    )


@bp.get("/lines/<int:ident>")
@needs(May.SEE_FUNDING)
def line(ident: int) -> Any:
    """One line with its devices, to confirm or to put right."""
    session = db.session()
    known = queries.get_line(session, ident, seen_by=current())
    found = next(one for one in queries.comparison(session, basis()).matches if one.line.ident == known.id)
    return page(
        "ledger/line.html", match=found, hows=HOWS, standing=_(STANDINGS[found.standing]), shown=SHOWN_DEVICES
    )


@bp.post("/lines/<int:ident>/match")
@needs(May.EDIT_FUNDING)
def match(ident: int) -> Any:
    """Confirm the devices that are proposed or entered, or let go what was confirmed."""
    actor = current()
    try:
        with transaction() as session:
            meant = queries.get_line(session, ident, seen_by=actor)
            if request.form.get("step") == "dissolve":
                actions.dissolve(session, meant, by=actor)
                done = _("Die Zuordnung ist gelöst.")
            elif request.form.get("tags", "").strip():
                count = actions.confirm_tags(session, meant, request.form["tags"], by=actor)
                done = _("%(n)s Geräte sind der Anlage zugeordnet.", n=count)
            else:
                idents = [one for text in request.form.getlist("device") if (one := whole_number(text))]
                count = actions.confirm(session, meant, idents, by=actor)
                done = _("%(n)s Geräte sind der Anlage zugeordnet.", n=count)
    except NotThere:
        raise
    except SchoolItError as problem:
        flash_problem(problem)
    else:
        flash_done(done)
    return redirect(url_for(".comparison", show=request.form.get("show") or None))


@bp.get("/disposals/<path:tag>")
@needs(May.SEE_DEVICES)
def disposal(tag: str) -> Any:
    """The record of a disposal, to print and to sign."""
    session, actor = db.session(), current()
    device = device_queries.get_device(session, tag, seen_by=actor)
    if device.state is not State.DISPOSED:
        raise NotThere(N_("Dieses Gerät ist nicht ausgesondert."))
    left = device.disposed_on or device.state_since or today()
    return page(
        "ledger/disposal.html",
        device=device,
        left=left,
        value=queries.value_of(device, left, basis()) if actor.may(May.SEE_FUNDING) else None,
        bound=device_rules.is_bound(device.bound_until, left),
        reasons=DISPOSAL_REASONS,
        records=binding.records_of(session, device),
        record_names=device_rules.RECORD_KINDS,
        town=current_app.config["SCHOOL_IT"].AUTHORITY,
    )
