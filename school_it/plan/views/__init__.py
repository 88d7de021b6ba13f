"""Pages of the media development plan."""

from school_it.plan.views import (
    assumptions,
    budget,
    coverage,
    open_data,
    overview,
    report,
    scenarios,
    targets,
    wave,
)
from school_it.plan.views.blueprint import bp

FIELD_NAMES = {
    **targets.FIELD_NAMES,
    **scenarios.FIELD_NAMES,
    **assumptions.FIELD_NAMES,
    **report.FIELD_NAMES,
}
worded = targets.worded

__all__ = [
    "FIELD_NAMES", "assumptions", "bp", "budget", "coverage", "open_data", "overview", "report", "scenarios", "targets",
    "wave", "worded",
]  # fmt: skip
