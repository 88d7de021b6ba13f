"""Pages of the media development plan."""

from school_it.plan.views import assumptions, budget, overview, scenarios, targets, wave
from school_it.plan.views.blueprint import bp

FIELD_NAMES = {**targets.FIELD_NAMES, **scenarios.FIELD_NAMES, **assumptions.FIELD_NAMES}
worded = targets.worded

__all__ = ["FIELD_NAMES", "assumptions", "bp", "budget", "overview", "scenarios", "targets", "wave", "worded"]
