"""Pages of funding, one file for each subject."""

from school_it.funding.views import grants, programmes, receipts
from school_it.funding.views.blueprint import bp

__all__ = ["bp", "grants", "programmes", "receipts"]
