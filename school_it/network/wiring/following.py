"""Devices that come or change bring their ports, and outlets that named them before are joined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from school_it.database import portions
from school_it.devices import followers
from school_it.devices.models import Device
from school_it.network.models import Outlet
from school_it.network.wiring import joining, ports


def follow(session: Session, idents: Sequence[int], renamed: Mapping[str, str]) -> None:
    """An outlet knows its switch by inventory number: where that changes, the outlet says the new one."""
    if session.scalar(select(Outlet.id).limit(1)) is None:
        ports.fit_devices(session, idents)
        return
    for old, new in renamed.items():
        session.execute(update(Outlet).where(Outlet.switch == old).values(switch=new))
    made = ports.fit_devices(session, idents)
    if made or renamed:
        joining.join(session, joining.schools_naming(session, _tags(session, idents)))


def _tags(session: Session, idents: Sequence[int]) -> list[str]:
    return [
        tag
        for some in portions(sorted(idents))
        for tag in session.scalars(select(Device.asset_tag).where(Device.id.in_(some)))
    ]


followers.followed_by(follow)
