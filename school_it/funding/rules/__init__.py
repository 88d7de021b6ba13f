"""The rules of funding as plain functions on plain values, each with the source of its rule and a worked example.

Amounts are euros as `Decimal`, rounded half up to the cent for each decision; rates are shares from 0 to 1; a limit
that is a day or an amount is inclusive. The numbers F01 … are those of the rules in the office's own list. What a
programme does not say is None and computes to None: it has to be entered from the decision.
"""

from school_it.funding.rules.earmark import (
    Earmark,
    earmark_end,
)
from school_it.funding.rules.grant import (
    budget_left,
    final_fixed,
    final_share,
    granted,
    largest_eligible,
    odd_in_decision,
    rounding_holds,
)
from school_it.funding.rules.programme import (
    lacking_in_programme,
    odd_in_programme,
)
from school_it.funding.rules.receipts import (
    Faults,
    Invoice,
    Part,
    Window,
    against_amounts,
    against_decision,
    against_receipt,
    against_window,
    eligible_of,
    odd_in_receipt,
)
from school_it.funding.rules.words import (
    ANCHORS,
    CAP_BASES,
    END_RULES,
    EVENT_FIELD,
    FINANCINGS,
    NOTHING,
    START_EVENTS,
    STATUSES,
    Anchor,
    CapBasis,
    EndRule,
    Financing,
    StartEvent,
    Status,
)

__all__ = [
    "ANCHORS",
    "CAP_BASES",
    "END_RULES",
    "EVENT_FIELD",
    "FINANCINGS",
    "NOTHING",
    "START_EVENTS",
    "STATUSES",
    "Anchor",
    "CapBasis",
    "Earmark",
    "EndRule",
    "Faults",
    "Financing",
    "Invoice",
    "Part",
    "StartEvent",
    "Status",
    "Window",
    "against_amounts",
    "against_decision",
    "against_receipt",
    "against_window",
    "budget_left",
    "earmark_end",
    "eligible_of",
    "final_fixed",
    "final_share",
    "granted",
    "lacking_in_programme",
    "largest_eligible",
    "odd_in_decision",
    "odd_in_programme",
    "odd_in_receipt",
    "rounding_holds",
]
