"""The register of earmarks, and the question before a changed grant moves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it import charts
from school_it.access import Actor, May, current, needs
from school_it.charts import Bar
from school_it.database import db
from school_it.devices import earmark, queries
from school_it.devices.earmark import Sum, Wish
from school_it.devices.models import Device
from school_it.devices.rules import STATES, outlives_use
from school_it.funding import bound
from school_it.schools import queries as school_queries
from school_it.web import lists, page

bp = Blueprint("earmark", __name__)

NOT_AGAIN = frozenset({"earmarks_seen"})
SHOWN = 50


@bp.get("/funding/bound")
@needs(May.SEE_DEVICES)
def register() -> Any:
    actor, session, wanted = current(), db.session(), Wish.of(request.args)
    rows = earmark.bound(wanted, seen_by=actor)
    found = lists.slice_of(
        session,
        rows,
        key=Device.bound_until.expression,
        ident=Device.id.expression,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    years = earmark.by_year(session, wanted, seen_by=actor)
    return page(
        "devices/earmark.html",
        rows=found.rows,
        **lists.neighbours(found),
        wish=wanted,
        total=earmark.total(years),
        chart=_chart(years),
        references=earmark.by_reference(session, wanted, seen_by=actor),
        schools=earmark.by_school(session, wanted, seen_by=actor),
        worn=earmark.to_replace(session, wanted, seen_by=actor),
        life_ends=earmark.life_ends,
        outlives_use=outlives_use,
        states=STATES,
        here=lists.here_with,
        offered=_offered(session, actor),
        asked={name: text for name, text in request.args.items() if text},
    )


def _chart(years: Sequence[Sum]) -> Markup | None:
    if not years:
        return None
    rows = [Bar(one.label, one.number, url=lists.here_with(year=one.key, cursor=None)) for one in years]
    return charts.bars(_("Geräte nach dem Jahr, in dem die Zweckbindung endet"), rows, column=_("Ende"))


def _offered(session: Session, actor: Actor) -> dict[str, Any]:
    """What the filters offer, whatever is chosen."""
    everything = Wish()
    schools = school_queries.choices(session, seen_by=actor, may=May.SEE_DEVICES)
    references = earmark.by_reference(session, everything, seen_by=actor)
    return {
        "schools": schools,
        "categories": [(str(ident), name) for name, ident in sorted(queries.category_ids(session).items())],
        "references": [(one.key, one.label or _("ohne Aktenzeichen")) for one in references],
        "years": [(one.label, one.label) for one in earmark.by_year(session, everything, seen_by=actor)],
    }


# --- before a changed grant moves earmarks ---


@bp.before_app_request
def note_what_was_seen() -> None:
    bound.note_seen(request.form.get("earmarks_seen") if request.method == "POST" else None)


@bp.app_errorhandler(bound.Unseen)
def ask_first(asked: bound.Unseen) -> Any:
    """Nothing was written; the same form comes again, with what the person has seen now."""
    carried = [
        (name, text) for name, texts in request.form.lists() if name not in NOT_AGAIN for text in texts
    ]
    shifts = asked.shifts
    return page(
        "devices/earmark_moves.html",
        409,
        shifts=shifts,
        some=shifts.moved[:SHOWN],
        carried=carried,
        action=request.full_path.removesuffix("?"),
        back=url_for("funding.index"),
    )
