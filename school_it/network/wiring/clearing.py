"""Racks and panels under another name, and away with them; devices out of a rack. No outlet loses its chain by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit, setwise
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.changes import Change
from school_it.database import expect_version, table_of
from school_it.errors import N_, BadValue, RuleBroken
from school_it.network import queries as outlet_queries
from school_it.network.models import Outlet
from school_it.network.rules import folded
from school_it.network.wiring import joining, queries
from school_it.network.wiring.models import Mount, Panel, Rack
from school_it.network.wiring.rules import place_of
from school_it.setwise import Changed


def rename_rack(session: Session, rack: Rack, name: str, *, version: int | None = None, by: Actor) -> int:
    """Also in the outlets that name it; says how many. Raises BadValue, RuleBroken where the name is taken."""
    by.must(May.EDIT_NETWORK, rack.school_id)
    expect_version(rack, version)
    wanted = _wanted(name, N_("Ein Verteiler braucht einen Namen, etwa EV2."))
    if wanted == rack.name:
        return 0
    other = queries.find_rack(session, rack.school_id, wanted)
    if other is not None and other.id != rack.id:
        raise RuleBroken(N_("Den Verteiler %(name)s gibt es an dieser Schule schon."), name=wanted).at("name")
    outlets = _outlets_of(session, rack)
    return _rename(session, rack, "rack", wanted, outlets, Action.RACK_CHANGED, by)


def rename_panel(session: Session, panel: Panel, name: str, *, version: int | None = None, by: Actor) -> int:
    """As `rename_rack`."""
    by.must(May.EDIT_NETWORK, panel.rack.school_id)
    expect_version(panel, version)
    wanted = _wanted(name, N_("Ein Patchfeld braucht einen Namen, etwa PF1."))
    if wanted == panel.name:
        return 0
    other = queries.find_panel(session, panel.rack_id, wanted)
    if other is not None and other.id != panel.id:
        raise RuleBroken(N_("Das Patchfeld %(name)s gibt es in diesem Verteiler schon."), name=wanted).at(
            "name"
        )
    outlets = _outlets_of(session, panel.rack, panel)
    return _rename(session, panel, "panel", wanted, outlets, Action.PANEL_CHANGED, by)


def _wanted(name: str, missing: str) -> str:
    wanted = name.strip()
    if not folded(wanted):
        raise BadValue(missing).at("name")
    return wanted


def _outlets_of(session: Session, rack: Rack, panel: Panel | None = None) -> list[Outlet]:
    """The outlets whose list names the rack, and the panel where one is given, however they spell it."""
    outlet_queries.lock_schools(session, [rack.school_id])
    rows = select(Outlet).where(Outlet.school_id == rack.school_id, Outlet.rack.is_not(None))
    return [
        one
        for one in session.scalars(rows)
        if folded(one.rack) == rack.name_folded and (panel is None or folded(one.panel) == panel.name_folded)
    ]


def _rename(
    session: Session, thing: Rack | Panel, column: str, name: str, outlets: list[Outlet], action: Action, by: Actor
) -> int:  # fmt: skip
    batch = audit.begin_batch(session, "network", by=by, title=f"{thing.name} → {name}")
    rows = [
        Changed(one.id, {column: Change(getattr(one, column), name)}, one.outlet, one.school_id)
        for one in outlets
    ]
    changes = audit.assign(thing, {"name": name, "name_folded": folded(name)}, ("name", "name_folded"))
    session.flush()
    if rows:
        setwise.change(session, table_of(Outlet), rows, action=Action.OUTLET_CHANGED, by=by, batch=batch)
        for one in outlets:
            session.expire(one)
    audit.record(session, action, thing, by=by, changes=changes, batch=batch)
    joining.join(session, [thing.trace_school_id])
    return len(rows)


def what_holds_panel(session: Session, panel: Panel) -> RuleBroken | None:
    """Why it cannot go, or None."""
    number = len(_outlets_of(session, panel.rack, panel))
    if number:
        return RuleBroken(
            N_("Auf dem Patchfeld %(name)s liegen noch Dosen: %(number)s. Bitte dort zuerst ein anderes eintragen."),
            name=panel.name, number=number,
        )  # fmt: skip
    if queries.highest_plugged(session, panel.id):
        return RuleBroken(N_("Im Patchfeld %(name)s stecken noch Kabel."), name=panel.name)
    return None


def what_holds_rack(session: Session, rack: Rack) -> RuleBroken | None:
    """Why it cannot go, or None."""
    counted: tuple[tuple[Callable[[], int], str], ...] = (
        (
            lambda: _number(session, Panel, rack),
            N_("Im Verteiler %(name)s sind noch Patchfelder: %(number)s."),
        ),
        (lambda: _number(session, Mount, rack), N_("Im Verteiler %(name)s sind noch Geräte: %(number)s.")),
        (
            lambda: len(_outlets_of(session, rack)),
            N_(
                "Den Verteiler %(name)s nennen noch Dosen: %(number)s. Bitte dort zuerst einen anderen eintragen."
            ),
        ),
    )
    for count, sentence in counted:
        if number := count():
            return RuleBroken(sentence, name=rack.name, number=number)
    return None


def _number(session: Session, model: Any, rack: Rack) -> int:
    return session.scalar(select(func.count()).where(model.rack_id == rack.id)) or 0


def remove_panel(session: Session, panel: Panel, *, by: Actor) -> None:
    """With its ports. Raises RuleBroken as long as an outlet names it."""
    by.must(May.EDIT_NETWORK, panel.rack.school_id)
    if (held := what_holds_panel(session, panel)) is not None:
        raise held
    audit.record(session, Action.PANEL_REMOVED, panel, by=by, changes=audit.whole(panel, gone=True))
    session.delete(panel)


def remove_rack(session: Session, rack: Rack, *, by: Actor) -> None:
    """An empty one. Raises RuleBroken as long as something is in it or names it."""
    by.must(May.EDIT_NETWORK, rack.school_id)
    if (held := what_holds_rack(session, rack)) is not None:
        raise held
    audit.record(session, Action.RACK_REMOVED, rack, by=by, changes=audit.whole(rack, gone=True))
    session.delete(rack)


def unmount(session: Session, mount: Mount, *, by: Actor) -> None:
    """Take a device out of its rack; its cables stay plugged, as they do on a table."""
    by.must(May.EDIT_NETWORK, mount.rack.school_id)
    told = place_of(mount.rack.name, mount.unit, mount.face)
    audit.record(session, Action.DEVICE_UNMOUNTED, mount.device, by=by, changes={"mount": [told, None]})
    session.delete(mount)
