"""Pages of devices, one file for each subject."""

from school_it.devices.views import (
    bulk,
    catalogue,
    device,
    disposal,
    editing,
    held,
    index,
    loans,
    many,
    own,
    saved,
)
from school_it.devices.views.blueprint import bp

__all__ = [
    "bp",
    "bulk",
    "catalogue",
    "device",
    "disposal",
    "editing",
    "held",
    "index",
    "loans",
    "many",
    "own",
    "saved",
]
