"""How programmes, grants, decisions and receipts go back to what they were before a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from school_it.access import May
from school_it.errors import N_, Sentence
from school_it.funding import queries
from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.funding.sheet import GRANTS, PROGRAMMES, RECEIPTS
from school_it.undo import Against, Touched, Undoing, Values, headers


class _Decisions(Undoing):
    """The last decision of a grant stays as long as receipts are judged by it."""

    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        going = {thing.ident: now[thing.ident]["grant_id"] for thing in things if thing.made}
        lasting = queries.grants_with_other_decisions(session, set(going.values()), but=going)
        needed = queries.receipt_sums(session, set(going.values()) - lasting)
        for ident, grant_id in going.items():
            if grant_id in needed:
                yield Against(ident, None, Sentence(_NEEDED, number=needed[grant_id][0]))


_NEEDED = N_(
    "Die Zuwendung hat inzwischen Belege (%(number)s). Bitte zuerst diese zurücknehmen oder entfernen."
)

UNDOINGS = (
    Undoing(
        Programme,
        N_("Förderprogramm"),
        batches={"import.programmes": May.IMPORT_ALL},
        names=headers(PROGRAMMES),
    ),
    Undoing(Grant, N_("Zuwendung"), shown={"programme_id": "programme"}, names=headers(GRANTS)),
    _Decisions(
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
