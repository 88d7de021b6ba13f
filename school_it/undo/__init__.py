"""Taking back what was done in one go: an import, a bulk edit, a sync, also days later.

The trail of a batch says what each row was before. A row goes back unless something has happened to it since: then it
stays as it is and is told as a conflict. What the batch made goes, unless it has gained a history or something points
at it. Rooms that a list of devices made along the way go back with it, silently as long as nobody else uses them.

How a room declares a table, in its ``undo.py``, which ``app.py`` puts into `UNDOINGS`::

    LICENCES = Undoing(
        Licence, N_("Lizenz"),
        batches={"import.licences": May.IMPORT_ALL},      # kinds of batch whose rows stand here, with their right
        shown={"school_id": "school_number"},             # column -> field of the sheet, where they differ
        names=headers(sheet.LICENCES),                    # field -> German header
        parts=(LicenceSeat,),                             # rows that belong to one of these and go with it
    )

What it relies on: every row that the batch writes leaves an entry in the batch, with `object_type` the name of the
table, `object_id`, and `changes` holding every written column as `[before, after]` through `audit.plain`
(`setwise.add` and `setwise.change` do all of that). What made a row is a verb that ends in ``.added``, or
changes a column that is never empty from None. Unique columns, foreign keys and whether something points at a row
are read from the tables themselves; a table of a later room whose rows go with those of another one says so itself:
``{"info": {"part_of": ("devices",)}}``. What happened to one thing and is told in the story of a second one too (a
cable) has the fact ``{"beside": [table, id of the first]}`` there, after the entry of the first: it goes back with
that one and is no row of its own. Rows with more behind them override a method of `Undoing`.
"""

from school_it.undo.actions import KIND, take_back, undo
from school_it.undo.planning import Conflict, UndoPlan, get_batch, plan, why_not
from school_it.undo.tables import Against, Undoing, Values, headers, know
from school_it.undo.trail import Touched, count_entries, taken_back_by

__all__ = [
    "KIND",
    "Against",
    "Conflict",
    "Touched",
    "UndoPlan",
    "Undoing",
    "Values",
    "count_entries",
    "get_batch",
    "headers",
    "know",
    "plan",
    "take_back",
    "taken_back_by",
    "undo",
    "why_not",
]
