"""The charts of the start page; every row leads to the list with exactly its devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from school_it import charts
from school_it.access import Actor
from school_it.charts import Bar, Stack
from school_it.devices.rules import GONE, STATES
from school_it.overview import queries
from school_it.overview.attention import PRESENT

SHOWN_STATES = tuple(state for state in STATES if state not in GONE)
MOST_ROWS = 15


def of(session: Session, actor: Actor) -> list[Markup]:
    """Only charts that have something to show."""
    drawn = (_by_school(session, actor), _by_category(session, actor), _by_year(session, actor))
    return [chart for chart in drawn if chart is not None]


def _by_school(session: Session, actor: Actor) -> Markup | None:
    rows = [
        Stack(row.name or _("ohne Schule"), _values(row), _list(school=row.number))
        for row in queries.states_by_school(session, actor)
    ]
    if not rows:
        return None
    series = [_(STATES[state]) for state in SHOWN_STATES]
    return charts.stacked(_("Geräte je Schule nach Zustand"), series, rows, column=_("Schule"))


def _values(row: queries.SchoolStates) -> Sequence[int]:
    return [row.by_state.get(state, 0) for state in SHOWN_STATES]


def _by_category(session: Session, actor: Actor) -> Markup | None:
    found = queries.devices_by_category(session, actor)
    rows = [Bar(name, number, url=_list(category=str(ident))) for ident, name, number in found[:MOST_ROWS]]
    return charts.bars(_("Geräte nach Art"), rows, column=_("Geräteart")) if rows else None


def _by_year(session: Session, actor: Actor) -> Markup | None:
    found = queries.devices_by_year(session, actor)
    rows = [Bar(str(year), number, url=_list(year=str(year))) for year, number in found]
    if not rows:
        return None
    return charts.bars(_("Geräte nach Jahr der Anschaffung"), rows, column=_("Jahr"))


def _list(**args: Any) -> str:
    return url_for("devices.index", **args, state=PRESENT)
