"""All access points of a school into the outlets of their rooms, where room and list leave only one."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.network.forms import SureForm
from school_it.network.views.blueprint import bp
from school_it.network.wiring import matching, points, tracing
from school_it.network.wiring.matching import Pair
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.route("/schools/<number>/points", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def plug_points(number: str) -> Any:
    """Which access point goes into which outlet and what stays open and why; the ticked ones are plugged in one act."""
    session, actor, form = db.session(), current(), SureForm()
    school = school_queries.get_school(session, number, seen_by=actor, may=May.EDIT_NETWORK)
    ticked = set(request.form.getlist("pair"))
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            here = school_queries.get_school(writing, number, seen_by=actor, may=May.EDIT_NETWORK)
            batch = points.plug_points(writing, here, list(map(_ids, ticked)), by=actor)
            act, done = url_for("overview.batch", ident=batch.id), batch.counts["rows"]
        if not form.errors:
            told = ngettext("%(num)s Accesspoint ist gesteckt.", "%(num)s Accesspoints sind gesteckt.", done)
            flash_done(told, (act, _("Vorgang ansehen oder zurücknehmen")))
            return redirect(url_for(".plug_points", number=number))
    found = points.look(db.session(), school.id)
    pairs = found.pairs[: points.MOST]
    return page(
        "network/points.html",
        status_of(form),
        form=form,
        school=school,
        pairs=[(pair, _key(pair), not request.form or _key(pair) in ticked) for pair in pairs],
        more=len(found.pairs) - len(pairs),
        chains=tracing.of_outlets(session, points.outlets_of(session, pairs), seen_by=actor) if pairs else {},
        open=found.open[: points.MOST],
        open_more=max(0, len(found.open) - points.MOST),
        whys=matching.WHYS,
    )


def _key(pair: Pair) -> str:
    return f"{pair.point.ident}-{pair.socket.ident}"


def _ids(key: str) -> tuple[int, int]:
    """What a box says; one that nobody was shown fits nothing."""
    point, _sign, socket = key.partition("-")
    shown = point.isascii() and socket.isascii() and point.isdigit() and socket.isdigit() and len(key) < 40
    return (int(point), int(socket)) if shown else (0, 0)
