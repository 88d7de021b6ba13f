"""Pages of the door in, one file for each subject."""

from imports.views import mending, profiles, uploads
from imports.views.blueprint import bp

__all__ = ["bp", "mending", "profiles", "uploads"]
