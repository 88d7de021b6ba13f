"""The change request of a grant, the newest one."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from exports import change_request
from exports.reports.funding import of_grant
from exports.reports.shape import Choice, Pages, Report, authority
from school_it import audit
from school_it.access import Actor, May
from school_it.errors import N_, BadValue
from school_it.funding.decisions import change_requests
from school_it.funding.models import ChangeRequest


def _newest(session: Session, choice: Choice) -> ChangeRequest:
    """Raises BadValue where nothing was asked to be changed."""
    grant = choice.needed_grant
    asked = choice.once("change requests", lambda: change_requests.of_grant(session, grant))
    if not asked:
        raise BadValue(
            N_("Zur Zuwendung %(reference)s gibt es keinen Änderungsantrag."), reference=grant.reference
        )
    return asked[0]


def _pages(session: Session, choice: Choice, _by: Actor) -> Pages:
    request = _newest(session, choice)
    about = f"Zuwendung {choice.needed_grant.reference} · Antrag {request.number} vom {request.requested_on:%d.%m.%Y}"
    return change_request.pages(request, (authority(), about), authority=authority())


def _figures(session: Session, choice: Choice, _by: Actor) -> dict[str, Any]:
    figures = change_request.figures(_newest(session, choice))
    return {name: audit.plain(value) for name, value in figures.items()}


CHANGES = (
    Report(
        "change-request",
        N_("Änderungsantrag"),
        N_("Der jüngste Änderungsantrag einer Zuwendung mit altem und neuem Finanzierungsplan"),
        May.SEE_FUNDING,
        _pages,
        needs=("grant",),
        figures=_figures,
        figure_columns=change_request.FIGURES,
        beside=of_grant,
    ),
)
