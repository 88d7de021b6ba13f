"""Pages of licences, one file for each subject."""

from school_it.licences.views import giving, holders, index, keys, overview, seats, terms
from school_it.licences.views.blueprint import bp

__all__ = ["bp", "giving", "holders", "index", "keys", "overview", "seats", "terms"]
