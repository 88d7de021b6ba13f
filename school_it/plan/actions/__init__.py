"""What is done with the plan: targets, the figures it assumes, what counts, scenarios, decisions."""

from school_it.plan.actions.plans import add_plan, change_plan, lay_down_counting
from school_it.plan.actions.scenarios import add_scenario, change_scenario, freeze, remove_scenario
from school_it.plan.actions.targets import add_target, add_usual, as_stored, change_target

__all__ = [
    "add_plan", "add_scenario", "add_target", "add_usual", "as_stored", "change_plan", "change_scenario",
    "change_target", "freeze", "lay_down_counting", "remove_scenario",
]  # fmt: skip
