"""Where each school stands: target, stock, usable, gap, and what falls due, from a fixed number of statements."""

from school_it.plan.standing.looking import look, look_under
from school_it.plan.standing.social_index import by_social_index
from school_it.plan.standing.town import (
    COMPUTERS,
    Cell,
    SchoolStand,
    Town,
    age_said,
    as_due,
    steady_need,
    summed,
)

__all__ = [
    "COMPUTERS", "Cell", "SchoolStand", "Town", "age_said", "as_due", "by_social_index", "look", "look_under",
    "steady_need", "summed",
]  # fmt: skip
