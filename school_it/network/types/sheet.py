"""The fields of a device type. They come from files of their own layout, not from a spreadsheet: the headers are the
keys of the public library, so that a problem points at the key that is wrong."""

from __future__ import annotations

from typing import Any

from school_it import cells
from school_it.cells import CODE, INTEGER, NUMBER, TEXT, YES_NO
from school_it.errors import N_
from school_it.network.types.rules import DEVICE_KINDS
from school_it.sheets import Column, Sheet


def _no_cell(raw: Any) -> Any:
    return raw


def _show_ports(ports: list[dict[str, Any]]) -> str:
    return str(len(ports))


PORTS = cells.Type("ports", _no_cell, _show_ports)
DEVICE_TYPES = Sheet(
    "device-types",
    N_("Gerätetypen"),
    (
        Column("manufacturer", "manufacturer", TEXT, True),
        Column("model", "model", TEXT, True),
        Column("slug", "slug", CODE, True),
        Column("part_number", "part_number", TEXT),
        Column("kind", "kind", cells.one_of({name: kind for kind, name in DEVICE_KINDS.items()})),
        Column("u_height", "u_height", NUMBER),
        Column("full_depth", "is_full_depth", YES_NO),
        Column("max_watts", "maximum_draw", INTEGER),
        Column("poe_budget", "poe_budget", INTEGER),
        Column("ports", "interfaces", PORTS),
    ),
    keys=(("slug",),),
)
