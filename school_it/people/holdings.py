"""Who holds something, and what rooms keep about somebody who is to be forgotten.

Rooms that hand things out come after this one and may not be known here. They say which of their columns
names the person who has a thing; so the answer is always as true as their tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from markupsafe import Markup
from sqlalchemy import ColumnElement, ScalarSelect, false, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from school_it.access import Actor
from school_it.audit import Batch
from school_it.people.models import Person

Panel = Callable[[Session, Person, Actor], Markup]
"""What a person holds, as a part of their page: safe HTML."""
Forgetting = Callable[[Session, Sequence[int]], None]
"""Empties what a room keeps about these people, while their names still stand in the table of people."""
Following = Callable[[Session, Actor, Batch], None]
"""Makes what a room keeps follow the people, in the transaction and the batch that has just changed them."""
PersonColumn = InstrumentedAttribute[int | None]

PANELS: list[Panel] = []
FORGETTING: list[Forgetting] = []
FOLLOWING: list[Following] = []
_COLUMNS: list[PersonColumn] = []
_GIVEN_BACK: list[tuple[PersonColumn, InstrumentedAttribute[date | None]]] = []


def kept_in(column: PersonColumn) -> None:
    """`column` holds the id of the person who has the thing, or None."""
    if not any(column is known for known in _COLUMNS):
        _COLUMNS.append(column)


def given_back_on(person: PersonColumn, day: InstrumentedAttribute[date | None]) -> None:
    """`day` is when the person of `person` gave the thing back, or None."""
    if not any(day is known for _person, known in _GIVEN_BACK):
        _GIVEN_BACK.append((person, day))


def shown_by(panel: Panel) -> None:
    """`panel` draws what a person holds, on that person's page."""
    if panel not in PANELS:
        PANELS.append(panel)


def also_forget(forgetting: Forgetting) -> None:
    """`forgetting` is asked whenever people are forgotten, in the same transaction."""
    if forgetting not in FORGETTING:
        FORGETTING.append(forgetting)


def also_follow(following: Following) -> None:
    """`following` is called once after people were written: a sync, a file, due leavers."""
    if following not in FOLLOWING:
        FOLLOWING.append(following)


def holds_something() -> ColumnElement[bool]:
    """The condition for a select of people."""
    return or_(false(), *(Person.id.in_(select(column).where(column.is_not(None))) for column in _COLUMNS))


def last_given_back() -> ScalarSelect[date | None]:
    """For a select of people: the day on which somebody gave something back for the last time."""
    days = [select(person.label("person_id"), day.label("day")) for person, day in _GIVEN_BACK]
    if not days:
        return select(Person.left_on).where(false()).scalar_subquery()
    given = union_all(*days).subquery() if len(days) > 1 else days[0].subquery()
    return select(func.max(given.c.day)).where(given.c.person_id == Person.id).scalar_subquery()
