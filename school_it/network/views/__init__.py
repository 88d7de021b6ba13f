"""Pages of the network, one file for each subject."""

from school_it.network.views import (
    addresses,
    names,
    outlets,
    points,
    ports,
    racks,
    room,
    sheet,
    topology,
    types,
    uplinks,
)
from school_it.network.views.blueprint import bp

__all__ = [
    "addresses",
    "bp",
    "names",
    "outlets",
    "points",
    "ports",
    "racks",
    "room",
    "sheet",
    "topology",
    "types",
    "uplinks",
]
