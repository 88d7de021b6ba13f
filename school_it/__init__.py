"""What a city's schools have, know and plan.

Read the house from the ground up: plain values first, then the ground that touches the world, then the rooms. A
module knows only what stands before it in `HOUSE`; the doors `imports` and `exports` know the rooms, never the other
way round; `app.py` alone knows everybody. `tests/house/` checks it.
"""

HOUSE = (
    # plain values: standard library only
    "errors",
    "money",
    "school_year",
    "cells",
    "sheets",
    "changes",
    # the ground: settings, database, rights, trace, pages, long work, running the product
    "settings",
    "database",
    "foundation",
    "access",
    "audit",
    "setwise",
    "cli",
    "charts",
    "workbooks",
    "web",
    "jobs",
    "deadlines",
    "undo",
    "as_of",
    "serving",
    "operations",
    "kept_files",
    # the rooms
    "schools",
    "people",
    "accounts",
    "documents",
    "funding",
    "devices",
    "procurement",
    "ledger",
    "licences",
    "network",
    "plan",
    "kinds",
    "overview",
    "demo",
)
