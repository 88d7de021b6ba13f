"""How lines of the asset ledger go back to what they were before a list."""

from __future__ import annotations

from school_it.access import May
from school_it.errors import N_
from school_it.ledger.models import LedgerLine
from school_it.ledger.sheet import ASSET_LEDGER
from school_it.undo import Undoing, headers

UNDOINGS = (
    Undoing(
        LedgerLine,
        N_("Anlage"),
        batches={"import.asset-ledger": May.IMPORT_ALL},
        names=headers(ASSET_LEDGER),
    ),
)
