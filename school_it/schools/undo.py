"""How schools, buildings, rooms and yearly figures go back to what they were before a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import May
from school_it.errors import N_
from school_it.schools.models import Building, Room, School, YearlyFigures
from school_it.schools.sheet import FIGURES, ROOMS, SCHOOLS
from school_it.undo import Touched, Undoing, headers
from school_it.undo.trail import chunks


class _Schools(Undoing):
    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        return {thing.ident: thing.label.partition(" ")[0] for thing in things}


class _AtSchool(Undoing):
    """Known by the school's number and their own."""

    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for some in chunks([thing.ident for thing in things]):
            wanted = select(self.model, School.school_number).join(
                School, School.id == self.table.c.school_id
            )
            rows = session.execute(wanted.where(self.table.c.id.in_(some)))
            found |= {row.id: f"{number} {self.own_key(row)}".strip() for row, number in rows}
        return found

    def own_key(self, row: object) -> str:
        if isinstance(row, Room):
            return row.room
        if isinstance(row, YearlyFigures):
            return f"{school_year.label(row.school_year)} {row.grade}"
        return str(getattr(row, "name", ""))


OF_SCHOOL = {"school_id": "school_number"}
UNDOINGS = (
    _Schools(School, N_("Schule"), batches={"import.schools": May.IMPORT_ALL}, names=headers(SCHOOLS)),
    _AtSchool(Building, N_("Gebäude"), shown=OF_SCHOOL),
    _AtSchool(
        Room,
        N_("Raum"),
        batches={"import.rooms": May.IMPORT_ALL},
        shown={**OF_SCHOOL, "building_id": "building"},
        names=headers(ROOMS),
    ),
    _AtSchool(
        YearlyFigures,
        N_("Schulzahlen"),
        batches={"import.figures": May.IMPORT_ALL},
        shown=OF_SCHOOL,
        names=headers(FIGURES),
    ),
)
