"""Pages of people, and of the directories they come from."""

from school_it.people.views import directory, people, retention, year
from school_it.people.views.blueprint import FIELD_NAMES, bp

__all__ = ["FIELD_NAMES", "bp", "directory", "people", "retention", "year"]
