"""The network against the plan: a heat map of the schools, the rooms of one."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from school_it import charts
from school_it.access import May, current, needs
from school_it.cells import show_number
from school_it.charts import Heat
from school_it.database import db, today
from school_it.network import coverage as network_coverage
from school_it.network.wiring import power
from school_it.network.wiring import queries as wiring
from school_it.plan import coverage, standing
from school_it.plan.coverage import NetworkStand, Share
from school_it.plan.views.blueprint import bp, tabs
from school_it.plan.views.overview import LEVELS
from school_it.schools import queries as school_queries
from school_it.schools.rules import ROOM_USES
from school_it.web import page

STEPS = ((1, 1), (3, 4), (1, 2), (1, 4))
MOST_SWITCHES = 200


@bp.get("/coverage")
@needs(May.SEE_PLAN)
def coverage_page() -> Any:
    """Where the network of each school stands against the plan; each field leads to its rows."""
    session, actor = db.session(), current()
    town = standing.look(session, today(), seen_by=actor)
    schools = coverage.look(session, town, seen_by=actor)
    return page(
        "plan/coverage.html",
        tabs=tabs("coverage_page"),
        stand=town,
        schools=schools,
        map=_map(schools) if schools else "",
        each=coverage.each_room(town),
        each_pupil=show_number(town.assumed["network.uplink"]),
        missing={
            "points": sum(one.points.missing for one in schools),
            "outlets": sum(one.outlets.missing for one in schools),
            "switches": sum(one.switches_missing for one in schools),
        },
        untyped=sum(one.school.untyped for one in schools),
        unknown_outlets=sum(one.outlets.have is None for one in schools),
        slow=sum(one.mbits.is_known and one.mbits.missing > 0 for one in schools),
        unconnected=sum(one.uplink is None for one in schools),
        shown=charts.number,
    )


def _map(schools: list[NetworkStand]) -> Any:
    rows = []
    for one in schools:
        here = url_for(".coverage_school", number=one.school.number)
        line = url_for("network.uplinks") + f"#school-{one.school.number}"
        fields = [
            _field(one, _("Accesspoints"), one.points, f"{here}#rooms"),
            _field(one, _("Netzwerkdosen"), one.outlets, f"{here}#rooms"),
            _field(one, _("Anschlüsse an Switches"), one.switch_ports, f"{here}#switches"),
            _field(one, _("Mbit/s"), one.mbits, line),
        ]
        rows.append((one.school.label, here, fields))
    return charts.heat(
        _("Netz der Schulen gegen den Plan"),
        [_("Accesspoints"), _("Dosen"), _("Switch-Anschlüsse"), _("Internet, Mbit/s")],
        rows,
        column=_("Schule"),
        legend=[str(_(name)) for name in LEVELS],
        note=_("Vorhanden von Ziel. Ein Strich: nicht eingetragen, also nicht gewertet."),
        nothing=_("nicht eingetragen"),
    )


def _field(one: NetworkStand, what: str, share: Share, url: str) -> Heat | None:
    if not share.is_known:
        return None
    have, target = share.have or 0, share.target or 0
    return Heat(
        _level(have, target),
        _("%(have)s von %(target)s", have=charts.number(have), target=charts.number(target)),
        _("fehlen %(n)s", n=charts.number(share.missing)) if share.missing else _("reicht"),
        url,
        _(
            "%(school)s, %(what)s: %(have)s von %(target)s",
            school=one.school.label,
            what=what,
            have=have,
            target=target,
        ),
    )


def _level(have: int, target: int) -> int:
    return next((place for place, (a, b) in enumerate(STEPS) if have * b >= target * a), len(STEPS))


@bp.get("/coverage/<number>")
@needs(May.SEE_PLAN)
def coverage_school(number: str) -> Any:
    """The teaching rooms of a school with what each has, its switches with their power, its line."""
    session, actor = db.session(), current()
    found = school_queries.get_school(session, number, seen_by=actor, may=May.SEE_PLAN)
    town = standing.look(session, today(), seen_by=actor, school_id=found.id)
    [here] = town.schools
    (stand,) = coverage.look(session, town, seen_by=actor, school_id=here.id)
    devices = session.scalars(wiring.switches(seen_by=actor, school_number=number).limit(MOST_SWITCHES)).all()
    each = coverage.each_room(town)
    rooms = network_coverage.rooms_of(session, here.id)
    outlets_known = stand.covered is not None and stand.covered.outlets_known
    return page(
        "plan/coverage_school.html",
        tabs=tabs("coverage_page"),
        stand=stand,
        school=here,
        rooms=rooms,
        lacking=[one for one in rooms if not one.points or (outlets_known and one.outlets < each)],
        each=each,
        each_pupil=show_number(town.assumed["network.uplink"]),
        switches=wiring.switch_rows(session, devices) if devices else [],
        budgets=power.budgets(session, devices) if devices else {},
        uses=ROOM_USES,
        shown=charts.number,
    )
