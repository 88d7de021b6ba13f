"""What is done with uplinks: entered, changed, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import about, refuse
from school_it.network import own_devices
from school_it.network import queries as network_queries
from school_it.network.uplinks import rules
from school_it.network.uplinks.models import Uplink
from school_it.schools.models import School

FIELDS = (
    "provider", "contract_no", "down", "up", "fibre", "is_backup", "ends_on", "notice_on", "monthly_cost", "router_id",
    "remark",
)  # fmt: skip


def add_uplink(session: Session, school: School, values: Mapping[str, Any], *, by: Actor) -> Uplink:
    """`values` as `FIELDS`, with `router`, an inventory number, for `router_id`. Raises BadValue."""
    by.must(May.EDIT_NETWORK, school.id)
    network_queries.lock_schools(session, [school.id])
    wanted = _checked(session, school.id, values, by=by)
    made = Uplink(school_id=school.id, **{name: wanted[name] for name in FIELDS if name in wanted})
    session.add(made)
    session.flush()
    audit.record(session, Action.UPLINK_ADDED, made, by=by, changes=audit.whole(made))
    return made


def change_uplink(
    session: Session, uplink: Uplink, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_NETWORK, uplink.school_id)
    expect_version(uplink, version)
    changes = audit.assign(uplink, _checked(session, uplink.school_id, values, by=by), FIELDS)
    if changes:
        audit.record(session, Action.UPLINK_CHANGED, uplink, by=by, changes=changes)


def remove_uplink(session: Session, uplink: Uplink, *, by: Actor) -> None:
    by.must(May.EDIT_NETWORK, uplink.school_id)
    audit.record(session, Action.UPLINK_REMOVED, uplink, by=by, changes=audit.whole(uplink, gone=True))
    session.delete(uplink)


def _checked(session: Session, school_id: int, values: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    wrong = rules.what_is_wrong(values)
    refuse([wrong] if wrong else [])
    wanted = {name: value for name, value in values.items() if name != "router"}
    if "router" in values:
        with about("router"):
            router = own_devices.at_school(session, school_id, values["router"], by=by)
        wanted["router_id"] = router.ident if router else None
    return wanted
