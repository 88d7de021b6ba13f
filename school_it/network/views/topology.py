"""The network of a school drawn from its lines down to its rooms, with the same as a table."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db
from school_it.network.topology import picture, queries
from school_it.network.views.blueprint import bp
from school_it.network.wiring import points
from school_it.schools import queries as school_queries
from school_it.web import lists, page


@bp.get("/schools/<number>/topology")
@needs(May.SEE_NETWORK)
def topology(number: str) -> Any:
    session = db.session()
    school = school_queries.get_school(session, number, seen_by=current(), may=May.SEE_NETWORK)
    whole = queries.of_school(session, school)
    to_switch = lists.addresses(".switch", "tag")
    drawn = picture.draw(
        _("Netzplan %(school)s", school=school.label),
        whole,
        of_node=lambda node: to_switch(node.tag),
        of_line=lambda line: url_for(".uplink", ident=line.id),
    )
    tags = {one.node.id: one.node.tag for one in whole.tree.placed}
    return page(
        "network/topology.html", school=school, whole=whole, picture=drawn, tags=tags, words=picture.words,
        rings=[(tags[a], tags[b]) for a, b in whole.tree.extra],
        points=points.count_open_at(session, number, current()) if whole.outlets else 0,
    )  # fmt: skip
