"""Device types: the list with their ports counted, and one type."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext

from school_it import audit
from school_it.access import May, needs
from school_it.cells import show_number
from school_it.database import db
from school_it.errors import N_
from school_it.network.types import queries, rules
from school_it.network.types.models import DeviceType
from school_it.network.types.queries import Wish
from school_it.network.types.rules import DeviceKind
from school_it.network.views.blueprint import bp
from school_it.network.wiring.rules import POE_NAMES
from school_it.web import lists, page, show

TYPE_FIELDS = {
    "manufacturer": N_("Hersteller"), "model": N_("Modell"), "slug": N_("Kennung"), "part_number": N_("Artikelnummer"),
    "kind": N_("Art"), "u_height": N_("Höheneinheiten"), "full_depth": N_("volle Tiefe"),
    "max_watts": N_("Leistungsaufnahme"), "poe_budget": N_("PoE-Budget"), "ports": N_("Anschlüsse"),
}  # fmt: skip


@bp.get("/types")
@needs(May.SEE_NETWORK)
def types() -> Any:
    session, wanted = db.session(), _wish(request.args)
    rows, table = queries.device_types(wanted), DeviceType.__table__.c
    found = lists.slice_of(
        session,
        rows,
        key=table.slug,
        ident=table.id,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    return page(
        "network/types.html",
        types=[row[0] for row in found.rows],
        count=lists.count(session, rows),
        **lists.neighbours(found),
        wish=wanted,
        kinds=[(kind.value, _(name)) for kind, name in rules.DEVICE_KINDS.items()],
        makers=[(maker, maker) for maker in queries.manufacturers(session)],
        kind_names=rules.DEVICE_KINDS,
        network_ports=_network_ports,
        number_of=_number_of,
        units=_units,
    )


def _wish(args: Mapping[str, str]) -> Wish:
    kind = args.get("kind", "")
    return Wish(
        text=args.get("q", "").strip()[:200],
        kind=DeviceKind(kind) if kind in set(DeviceKind) else None,
        manufacturer=args.get("maker") or None,
    )


def _network_ports(one: DeviceType) -> list[str]:
    """»48 × 1 Gbit/s (RJ45)«, the most numerous first."""
    wanted = (rules.PortKind.INTERFACE, rules.PortKind.FRONT)
    counted: dict[str, int] = {}
    for bundle in rules.bundles(one.ports):
        if bundle.kind in wanted:
            counted[bundle.name] = counted.get(bundle.name, 0) + bundle.number
    return [f"{number} × {name}" if name else str(number) for name, number in counted.items()]


def _number_of(one: DeviceType, what: str) -> int:
    if what == "poe":
        return sum(bool(port.get("poe")) for port in one.ports)
    return sum(port["kind"] == what for port in one.ports)


def _units(one: DeviceType) -> str:
    return "" if one.u_height is None else show_number(one.u_height)


@bp.get("/types/<int:ident>")
@needs(May.SEE_NETWORK)
def device_type(ident: int) -> Any:
    session = db.session()
    found = queries.get_type(session, ident)
    return page(
        "network/type.html",
        one=found,
        bundles=rules.bundles(found.ports),
        kind_names=rules.DEVICE_KINDS,
        port_kinds=rules.PORT_KINDS,
        poe_names=POE_NAMES,
        units=_units(found),
        events=show.story(audit.story(session, found), names=TYPE_FIELDS, value=worded),
    )


def worded(field: str, stored: Any) -> str | None:
    """As people read it; a list of ports is told by how many there are."""
    if field == "ports" and isinstance(stored, list):
        return str(ngettext("%(num)s Anschluss", "%(num)s Anschlüsse", len(stored)))
    if field == "u_height" and isinstance(stored, str):
        return show_number(Decimal(stored).normalize() + 0)
    if field == "kind" and isinstance(stored, str) and stored in set(DeviceKind):
        return str(_(rules.DEVICE_KINDS[DeviceKind(stored)]))
    return None
