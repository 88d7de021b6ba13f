"""The list of returns as a workbook: a row for each device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from exports.workbook import Page
from school_it import cells
from school_it.access import Actor, May
from school_it.devices import returns
from school_it.devices.returns import WHICH, Which, Wish
from school_it.sheets import Column

COLUMNS = (
    Column("school", "Schule", cells.TEXT),
    Column("school_class", "Klasse", cells.TEXT),
    Column("name", "Name", cells.TEXT),
    Column("left_on", "abgegangen am", cells.DATE),
    Column("due_on", "fällig am", cells.DATE),
    Column("asset_tag", "Inventarnummer", cells.CODE),
    Column("device", "Gerät", cells.TEXT),
    Column("serial_number", "Seriennummer", cells.CODE),
)


def page(
    session: Session,
    query: Mapping[str, str],
    *,
    school_number: str | None,
    subtitle: Sequence[str],
    seen_by: Actor,
) -> Page:
    which = query.get("which", "")
    wanted = Wish(
        days=current_app.config["SCHOOL_IT"].RETURN_DAYS,
        which=Which(which) if which in set(Which) else Which.LEFT,
        school_number=school_number or query.get("school") or None,
        school_class=query.get("class") or None,
        text=query.get("q") or None,
    )
    said = " · ".join(filter(None, (*subtitle[1:], WHICH[wanted.which], wanted.school_class)))
    rows = _rows(session, wanted, seen_by)
    return Page("Rückgaben", "Rückgaben", COLUMNS, rows, subtitle=[*subtitle[:1], said])


def _rows(session: Session, wanted: Wish, seen_by: Actor) -> Iterator[Sequence[Any]]:
    within = seen_by.scope(May.SEE_SCHOOLS)
    for task in returns.for_paper(session, wanted, seen_by=seen_by):
        person = task.person
        school = person.school.label if person.school and within.holds(person.school_id) else None
        about = (school, person.school_class, person.name, person.left_on or person.leaves_on, task.due_on)
        for device in task.devices:
            yield (*about, device.asset_tag, device.label, device.serial_number)
