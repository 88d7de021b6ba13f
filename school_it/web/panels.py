"""What later rooms know of a thing: not known where its page is made, so they draw their part of it themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it.access import Actor, current
from school_it.database import db

Panel = Callable[[Session, Any, Actor], Markup | None]
"""A part of the page of a thing, as safe HTML; None where this reader is to see none."""

_PANELS: dict[str, list[Panel]] = {}


def shown_by(table: str, panel: Panel) -> None:
    """`panel` draws a part of the page of every thing of this table."""
    panels = _PANELS.setdefault(table, [])
    if panel not in panels:
        panels.append(panel)


def prepare(app: Flask) -> None:
    app.jinja_env.globals["panels_of"] = panels_of


def panels_of(thing: Any) -> Markup:
    """``{{ panels_of(device) }}`` on the page of a thing."""
    panels = _PANELS.get(thing.__tablename__, ())
    drawn = (panel(db.session(), thing, current()) for panel in panels)
    return Markup("\n").join(part for part in drawn if part is not None)
