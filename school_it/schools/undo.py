"""How schools, buildings, rooms and yearly figures go back to what they were before a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import May
from school_it.database import portions
from school_it.errors import N_
from school_it.schools.models import Building, Room, School, YearlyFigures
from school_it.schools.sheet import FIGURES, ROOMS, SCHOOLS
from school_it.undo import Touched, Undoing, headers


class _Schools(Undoing):
    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        return {thing.ident: thing.label.partition(" ")[0] for thing in things}


class _AtSchool(Undoing):
    """Known by the school's number and their own `key`: columns, each with how it is written."""

    key: ClassVar[Mapping[str, Callable[[Any], str]]]

    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for some in portions([thing.ident for thing in things]):
            columns = (self.table.c[name] for name in self.key)
            wanted = select(self.table.c.id, School.school_number, *columns)
            wanted = wanted.join(School, School.id == self.table.c.school_id)
            for ident, number, *own in session.execute(wanted.where(self.table.c.id.in_(some))):
                told = (write(value) for write, value in zip(self.key.values(), own, strict=True))
                found[ident] = " ".join((number, *told)).strip()
        return found


class _Buildings(_AtSchool):
    key: ClassVar = {"name": str}


class _Rooms(_AtSchool):
    key: ClassVar = {"room": str}


class _Figures(_AtSchool):
    key: ClassVar = {"school_year": school_year.label, "grade": str}


OF_SCHOOL = {"school_id": "school_number"}
UNDOINGS = (
    _Schools(School, N_("Schule"), batches={"import.schools": May.IMPORT_ALL}, names=headers(SCHOOLS)),
    _Buildings(Building, N_("Gebäude"), shown=OF_SCHOOL),
    _Rooms(
        Room,
        N_("Raum"),
        batches={"import.rooms": May.EDIT_ROOMS},
        shown={**OF_SCHOOL, "building_id": "building"},
        names=headers(ROOMS),
    ),
    _Figures(
        YearlyFigures,
        N_("Schulzahlen"),
        batches={"import.figures": May.IMPORT_ALL},
        shown=OF_SCHOOL,
        names=headers(FIGURES),
    ),
)
