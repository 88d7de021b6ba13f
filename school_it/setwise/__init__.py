"""Many rows with few statements: insert, change, and leave the trace, for imports and syncs.

Interface
    ``add(session, table, rows, …)`` and ``change(session, table, rows, …)``, each with its trace, at once
    ``Lots(session)`` gathers thousands of rows ready for the driver, before the writing transaction begins
    ``with uncollected():`` around the making of thousands of rows
    ``class DeviceIntake(Intake)``: how a room takes the rows of a file
    ``misfits(reading, columns)``, ``creations(…)``: what is wrong with rows, what they would bring about

A row through the ORM costs ten to forty times as much. Rows are plain mappings with the columns of the table.
"""

from school_it.setwise.intake import Compared, Intake, Known, ReadyIntake
from school_it.setwise.lots import Lots, Memo
from school_it.setwise.rows import (
    LONGEST_TEXT,
    TOO_LARGE,
    Changed,
    add,
    change,
    creations,
    misfits,
)
from school_it.setwise.uncollected import uncollected

__all__ = [
    "LONGEST_TEXT",
    "TOO_LARGE",
    "Changed",
    "Compared",
    "Intake",
    "Known",
    "Lots",
    "Memo",
    "ReadyIntake",
    "add",
    "change",
    "creations",
    "misfits",
    "uncollected",
]
