"""How programmes, grants, decisions and receipts go back to what they were before a batch."""

from __future__ import annotations

from school_it.access import May
from school_it.errors import N_
from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.funding.sheet import GRANTS, PROGRAMMES, RECEIPTS
from school_it.undo import Undoing, headers

UNDOINGS = (
    Undoing(
        Programme,
        N_("Förderprogramm"),
        batches={"import.programmes": May.IMPORT_ALL},
        names=headers(PROGRAMMES),
    ),
    Undoing(Grant, N_("Zuwendung"), shown={"programme_id": "programme"}, names=headers(GRANTS)),
    Undoing(
        Decision,
        N_("Bescheid"),
        batches={"import.grants": May.IMPORT_ALL},
        shown={"grant_id": "reference"},
        names=headers(GRANTS),
    ),
    Undoing(
        Receipt,
        N_("Beleg"),
        batches={"import.receipts": May.IMPORT_ALL},
        shown={"grant_id": "grant", "school_id": "school_number"},
        names=headers(RECEIPTS),
    ),
)
