"""Pages of the network, one file for each subject."""

from school_it.network.views import outlets, room, types
from school_it.network.views.blueprint import bp

__all__ = ["bp", "outlets", "room", "types"]
