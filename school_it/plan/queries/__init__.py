"""Every select of the plan: targets, what a plan assumes and counts, and the counts of the schools."""

from school_it.plan.queries.plans import (
    counting_on,
    counting_rules,
    decided_plans,
    get_decided,
    get_plan,
    get_scenario,
    plan_called,
    plan_records,
    scenarios,
)
from school_it.plan.queries.targets import (
    Ruled,
    Wish,
    aims_on,
    as_text,
    get_target,
    key_of,
    plans,
    rows_for_sheet,
    ruled,
    stored,
    values_of,
)

__all__ = [
    "Ruled", "Wish", "aims_on", "as_text", "counting_on", "counting_rules", "decided_plans", "get_decided",
    "get_plan", "get_scenario", "get_target", "key_of", "plan_called", "plan_records", "plans", "rows_for_sheet",
    "ruled", "scenarios", "stored", "values_of",
]  # fmt: skip
