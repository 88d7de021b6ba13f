"""The API of outlets: the list, one, and where its cable goes."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from marshmallow import fields
from sqlalchemy.orm import Session

from school_it.access import May, current, needs
from school_it.database import db
from school_it.devices import numbers
from school_it.network import queries, rules
from school_it.network.models import Outlet
from school_it.network.queries import STATES, Wish
from school_it.network.wiring import tracing
from school_it.network.wiring.tracing import ChainStep, Step
from school_it.schools import queries as school_queries
from school_it.web import lists
from school_it.web.api import Blueprint, cursor_of, page_of
from school_it.web.shapes import Day, Listing, Shape, filter_text, list_of, one_of

api = Blueprint("network")

CHAIN = ("panel", "panel_port", "switch", "switch_port", "vlan")


class OutletShape(Shape):
    school_number = fields.String(required=True)
    room = fields.String(required=True)
    outlet = fields.String(required=True)
    rack = fields.String(required=True, allow_none=True)
    panel = fields.String(required=True, allow_none=True)
    panel_port = fields.String(required=True, allow_none=True)
    switch = fields.String(
        required=True, allow_none=True, metadata={"description": "Inventory number of the switch."}
    )
    switch_port = fields.String(required=True, allow_none=True)
    vlan = fields.String(required=True, allow_none=True)
    connected = fields.String(required=True, allow_none=True)
    measured_on = Day(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class StepShape(Shape):
    """One step of a chain; what a step does not have is null."""

    kind = fields.String(
        required=True,
        metadata={"enum": [step.value for step in Step], "description": "From the room to the VLAN."},
    )
    name = fields.String(required=True, metadata={"description": "As people say it."})
    room = fields.String(required=True, allow_none=True)
    rack = fields.String(required=True, allow_none=True)
    panel = fields.String(required=True, allow_none=True)
    device = fields.String(required=True, allow_none=True, metadata={"description": "Inventory number."})
    port = fields.String(required=True, allow_none=True)
    known = fields.Boolean(
        required=True,
        metadata={"description": "False where the list of outlets says it and nothing here has that name."},
    )


class TraceShape(Shape):
    school_number = fields.String(required=True)
    outlet = fields.String(required=True)
    complete = fields.Boolean(
        required=True, metadata={"description": "Panel port, switch, switch port and VLAN are all known."}
    )
    steps = fields.List(fields.Nested(StepShape), required=True)
    gaps = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Where the chain breaks off, in words; empty where it is complete."},
    )


class OutletListing(Listing):
    """The filters of the page."""

    q = filter_text("Words of outlet, room, rack, panel, switch, VLAN or what is connected.")
    school = filter_text("School number.")
    room = filter_text("Room number.")
    rack = filter_text("Name of the rack.")
    switch = filter_text("Inventory number of the switch.")
    state = one_of(STATES, "How much of the chain is known.")


@api.get("/outlets")
@needs(May.SEE_NETWORK)
@api.asks(OutletListing)
@api.answers(list_of(OutletShape, "OutletList"))
def outlets(asked: dict[str, Any]) -> Any:
    """The network outlets within reach, by name."""
    wanted = Wish(
        text=asked["q"] or "", school_number=asked["school"], room=asked["room"], rack=asked["rack"],
        switch=asked["switch"], state=asked["state"],
    )  # fmt: skip
    table = Outlet.__table__.c
    found = lists.slice_of(
        db.session(),
        queries.outlets(wanted, seen_by=current()),
        key=table.outlet,
        ident=table.id,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    return page_of(found, lambda row: _told(row[0]))


@api.get("/outlets/<school_number>/<path:outlet>")
@needs(May.SEE_NETWORK)
@api.answers(OutletShape, versioned=True)
def outlet(school_number: str, outlet: str) -> Any:
    """One outlet."""
    return _told(_outlet(db.session(), school_number, outlet))


@api.get("/outlets/<school_number>/<path:outlet>/trace")
@needs(May.SEE_NETWORK)
@api.answers(TraceShape)
def trace(school_number: str, outlet: str) -> Any:
    """Where its cable goes: what is plugged in, the outlet, panel port, switch port, VLAN, as far as that is known."""
    session = db.session()
    found = _outlet(session, school_number, outlet)
    steps = tracing.of_outlets(session, [found], seen_by=current())[found.id]
    known = numbers.folded(found.switch) in queries.switches(session, [found.switch])
    gaps = rules.gaps({name: getattr(found, name) for name in CHAIN}, switch_known=known)
    return {
        "school_number": school_number,
        "outlet": found.outlet,
        "complete": not gaps,
        "steps": [_step(step, switch_known=known) for step in steps],
        "gaps": [_(rules.GAPS[gap]) for gap in gaps],
    }


def _outlet(session: Session, school_number: str, name: str) -> Outlet:
    school = school_queries.get_school(session, school_number, seen_by=current(), may=May.SEE_NETWORK)
    return queries.get_outlet_named(session, school.id, name)


def _told(outlet: Outlet) -> dict[str, Any]:
    names = [name for name in OutletShape._declared_fields if name not in ("school_number", "room")]
    said = {name: getattr(outlet, name) for name in names}
    return {"school_number": outlet.school.school_number, "room": outlet.room.room, **said}


def _step(step: ChainStep, *, switch_known: bool) -> dict[str, Any]:
    known = step.port_id is not None or step.kind in (Step.OUTLET, Step.VLAN)
    known = known or (step.kind is Step.SWITCH_PORT and switch_known)
    return {
        "kind": step.kind.value, "name": step.name, "room": step.room, "rack": step.rack, "panel": step.panel,
        "device": step.tag, "port": step.port, "known": known,
    }  # fmt: skip
