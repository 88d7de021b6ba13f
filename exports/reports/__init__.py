"""The reports of the house: a module for each subject, put together here."""

from __future__ import annotations

from exports.reports.assets import ASSETS
from exports.reports.changes import CHANGES
from exports.reports.dossier import DOSSIER
from exports.reports.funding import FUNDING
from exports.reports.investment import INVESTMENT
from exports.reports.lists import LISTS
from exports.reports.network import NETWORK
from exports.reports.plan import PLAN
from exports.reports.plan_report import PLAN_REPORT
from exports.reports.procurement import PROCUREMENT
from exports.reports.shape import Asked, Choice, Report, Unsaid
from exports.reports.survey import SURVEYS
from school_it.errors import N_, BadValue

__all__ = ["REPORTS", "Asked", "Choice", "Report", "Unsaid", "get_report"]

REPORTS = {
    report.name: report
    for report in (
        *LISTS,
        *FUNDING,
        *CHANGES,
        *INVESTMENT,
        *ASSETS,
        *NETWORK,
        *PLAN,
        *SURVEYS,
        *DOSSIER,
        *PLAN_REPORT,
        *PROCUREMENT,
    )
}


def get_report(name: str) -> Report:
    """Raises BadValue for a report that there is not."""
    report = REPORTS.get(name)
    if report is None:
        raise BadValue(
            N_("Den Bericht »%(name)s« gibt es nicht. Möglich sind: %(names)s."),
            name=name,
            names=", ".join(REPORTS),
        )
    return report
