"""Pages of the door in, one file for each subject."""

from imports.views import device_types, mending, profiles, uploads
from imports.views.blueprint import bp

__all__ = ["bp", "device_types", "mending", "profiles", "uploads"]
