"""Pages of funding, one file for each subject."""

from school_it.funding.views import (
    changes,
    drawdowns,
    grants,
    measures,
    plans,
    programmes,
    receipts,
    reconcile,
    removing,
)
from school_it.funding.views.blueprint import bp

__all__ = [
    "bp",
    "changes",
    "drawdowns",
    "grants",
    "measures",
    "plans",
    "programmes",
    "receipts",
    "reconcile",
    "removing",
]
