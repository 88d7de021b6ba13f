"""How licences go back to what they were before a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import May
from school_it.database import portions
from school_it.errors import N_
from school_it.licences.models import Licence
from school_it.licences.sheet import LICENCES
from school_it.undo import Touched, Undoing, headers


class _Licences(Undoing):
    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        found = {thing.ident: thing.label.partition(" ")[0] for thing in things}
        for some in portions(list(found)):
            wanted = select(Licence.id, Licence.licence_no).where(Licence.id.in_(some))
            found |= dict(session.execute(wanted).all())
        return found


UNDOINGS = (
    _Licences(
        Licence,
        N_("Lizenz"),
        batches={"import.licences": May.IMPORT_ALL},
        shown={"school_id": "school_number"},
        names=headers(LICENCES),
    ),
)
