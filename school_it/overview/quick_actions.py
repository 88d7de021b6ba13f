"""The buttons at the top of the start page: what somebody does all day, or what comes next in a town that begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import N_
from school_it.funding.models import Grant
from school_it.licences import queries as licence_queries
from school_it.procurement import queries as procurement_queries

QuickAction = tuple[May, str, dict[str, Any], str, str]
"""Who may, where it leads, its words and its picture."""

LENDING: tuple[QuickAction, ...] = (
    (
        May.LEND_DEVICES, "devices.index", {"holder": "without", "state": "in_stock"}, N_("Gerät ausgeben"),
        "handshake",
    ),
    (May.LEND_DEVICES, "devices.index", {"holder": "with"}, N_("Gerät zurücknehmen"), "assignment-return"),
)  # fmt: skip
GRANTS: QuickAction = (May.SEE_FUNDING, "funding.index", {}, N_("Zu den Zuwendungen"), "euro")
ORDER: QuickAction = (
    May.EDIT_PROCUREMENT,
    "procurement.new_order",
    {},
    N_("Auftrag eintragen"),
    "local-shipping",
)
RECEIVE: QuickAction = (
    May.RECEIVE_DELIVERIES, "procurement.index", {}, N_("Lieferung annehmen"), "local-shipping",
)  # fmt: skip
ADD: QuickAction = (May.EDIT_DEVICES, "devices.new", {}, N_("Gerät aufnehmen"), "add")
SEATS: QuickAction = (May.EDIT_LICENCES, "licences.index", {"state": "idle"}, N_("Plätze geben"), "key")
READ_IN: QuickAction = (May.IMPORT_DEVICES, "imports.index", {}, N_("Liste einlesen"), "upload")


@dataclass(frozen=True)
class Kept:
    """What there is within the reader's reach besides devices."""

    grants: bool
    orders: bool
    licences: bool

    def __bool__(self) -> bool:
        return self.grants or self.orders or self.licences


def kept(session: Session, actor: Actor, *, begins: bool) -> Kept:
    """Grants and orders are asked for only where there is no device yet: `begins`."""
    sees_grants = begins and actor.may(May.SEE_FUNDING)
    sees_orders = begins and actor.may(May.SEE_PROCUREMENT)
    return Kept(
        grants=sees_grants and session.scalar(select(Grant.id).limit(1)) is not None,
        orders=sees_orders and procurement_queries.has_any(session, seen_by=actor),
        licences=actor.may(May.SEE_LICENCES) and licence_queries.has_any(session, seen_by=actor),
    )


def offered(there: Kept, actor: Actor, *, begins: bool) -> list[QuickAction]:
    """Of the buttons that help here, those that this reader may press."""
    return [one for one in (_first(there) if begins else _daily(there)) if actor.may(one[0])]


def _daily(there: Kept) -> Iterator[QuickAction]:
    yield from (*LENDING, ADD)
    if there.licences:
        yield SEATS
    yield READ_IN


def _first(there: Kept) -> Iterator[QuickAction]:
    """Money becomes orders, orders become devices; the list of devices has its own button on the page."""
    if there.orders:
        yield RECEIVE
    elif there.grants:
        yield ORDER
    if there.grants:
        yield GRANTS
    yield ADD
    if there.licences:
        yield SEATS
