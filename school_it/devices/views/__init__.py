"""Pages of devices, one file for each subject."""

from school_it.devices.views import (
    binding,
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
    "binding",
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
