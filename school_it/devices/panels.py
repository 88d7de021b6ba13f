"""What later rooms know of a device: they may not be known here, so they draw their part of its page themselves."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.devices.models import Device

Panel = Callable[[Session, Device, Actor], Markup | None]
"""A part of the page of a device, as safe HTML; None where this reader is to see none."""

_PANELS: list[Panel] = []


def shown_by(panel: Panel) -> None:
    """`panel` draws a part of the page of every device."""
    if panel not in _PANELS:
        _PANELS.append(panel)


def of_device(session: Session, device: Device, *, seen_by: Actor) -> list[Markup]:
    return [drawn for panel in _PANELS if (drawn := panel(session, device, seen_by)) is not None]
