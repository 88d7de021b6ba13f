"""Who holds something.

Rooms that hand things out come after this one and may not be known here. They say which of their columns
names the person who has a thing; so the answer is always as true as their tables.
"""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from school_it.access import Actor
from school_it.people.models import Person

Panel = Callable[[Session, Person, Actor], Markup]
"""What a person holds, as a part of their page: safe HTML."""

PANELS: list[Panel] = []
_COLUMNS: list[InstrumentedAttribute[int | None]] = []


def kept_in(column: InstrumentedAttribute[int | None]) -> None:
    """`column` holds the id of the person who has the thing, or None."""
    if not any(column is known for known in _COLUMNS):
        _COLUMNS.append(column)


def shown_by(panel: Panel) -> None:
    """`panel` draws what a person holds, on that person's page."""
    if panel not in PANELS:
        PANELS.append(panel)


def holds_something() -> ColumnElement[bool]:
    """The condition for a select of people."""
    return or_(false(), *(Person.id.in_(select(column).where(column.is_not(None))) for column in _COLUMNS))
