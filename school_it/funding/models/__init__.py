"""Tables of programmes, grants with their decisions and cost plans, measures, receipts and draw-downs."""

from school_it.funding.models.grants import Decision, Grant, PlanLine
from school_it.funding.models.measures import Measure
from school_it.funding.models.programmes import Programme
from school_it.funding.models.receipts import Receipt
from school_it.funding.models.requests import ChangeLine, ChangeRequest, Drawdown
from school_it.funding.models.warnings import AcceptedWarning

__all__ = [
    "AcceptedWarning", "ChangeLine", "ChangeRequest", "Decision", "Drawdown", "Grant", "Measure", "PlanLine",
    "Programme", "Receipt",
]  # fmt: skip
