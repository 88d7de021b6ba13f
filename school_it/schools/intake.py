"""Schools, rooms and yearly figures from a file: what is known of them, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import table_of
from school_it.errors import N_, Sentence
from school_it.schools import queries, rules
from school_it.schools.models import Building, Room, School, YearlyFigures
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Creation, Problem, Reading, Row


def unknown_schools(session: Session, reading: Reading, *, by: Actor, may: May) -> Iterator[Problem]:
    """The rows that name a school which is not there, or which this person may not write to."""
    idents, scope = queries.ids_by_number(session), by.scope(may)
    header = reading.header_of("school_number")
    within = {number for number, ident in idents.items() if scope.holds(ident)} | {None}
    for row in reading.rows:
        number = row.values.get("school_number")
        if number not in within:
            yield Problem(
                row.number,
                header,
                number,
                Sentence(N_("Die Schule %(number)s ist hier nicht bekannt."), number=number),
            )


class SchoolIntake(Intake):
    """Rows of the sheet `schools`."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        yield from setwise.misfits(reading, {**School.__table__.c})
        header, names = reading.header_of("school_number"), queries.directory_names(session)
        for row in reading.rows:
            number, name = row.values["school_number"], row.values.get("directory_name")
            other = names.setdefault(name.casefold(), number) if name else number
            if other != number:
                sentence = Sentence(rules.NAME_TAKEN, name=name, number=other)
                yield Problem(row.number, reading.header_of("directory_name"), name, sentence)
            if not rules.is_school_number(number):
                sentence = Sentence(
                    N_("»%(number)s« ist keine Schulnummer: sechs Ziffern, die erste ist 1."), number=number
                )
                yield Problem(row.number, header, number, sentence)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        for row in rows:
            hint = rules.number_hint(row.values["school_number"])
            if hint:
                yield row.number, hint

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        table = table_of(School)
        stored = {row.school_number: (row.id, dict(row._mapping)) for row in session.execute(select(table))}
        return {row.number: stored[key] for row in rows if (key := row.values["school_number"]) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(School)
        rows = [{"version": 1, **row.values} for row in new]
        setwise.add(
            session, table, rows, action=Action.SCHOOL_ADDED, by=by, batch=batch,
            label=lambda row: f"{row['school_number']} {row['name']}", school_id=lambda ident, _row: ident,
        )  # fmt: skip
        setwise.change(session, table, changed, action=Action.SCHOOL_CHANGED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('school_number', '')} {values.get('name', '')}".strip()


class _AtSchool(Intake):
    """What rows that belong to a school have in common: `school_number` in the sheet, `school_id` in the table."""

    columns: ClassVar[Mapping[str, ColumnElement[Any]]]
    may: ClassVar = May.IMPORT_ALL

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        yield from unknown_schools(session, reading, by=by, may=self.may)
        yield from setwise.misfits(reading, self.columns)


class RoomIntake(_AtSchool):
    """Rows of the sheet `rooms`; a building that the school does not have yet is made."""

    columns: ClassVar = {**Room.__table__.c, "building": Building.__table__.c.name}
    may: ClassVar = May.EDIT_ROOMS

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        stored = {
            (number, room.room): (room.id, self._values(number, room, building))
            for room, number, building in session.execute(
                select(Room, School.school_number, Building.name)
                .join(School, School.id == Room.school_id)
                .outerjoin(Building, Building.id == Room.building_id)
                .where(School.school_number.in_({row.values["school_number"] for row in rows}))
            )
        }
        return {
            row.number: stored[key]
            for row in rows
            if (key := (row.values["school_number"], row.values["room"])) in stored
        }

    def _values(self, number: str, room: Room, building: str | None) -> dict[str, Any]:
        return {
            "school_number": number, "room": room.room, "name": room.name, "building": building, "floor": room.floor,
            "use": room.use, "seats": room.seats, "remark": room.remark,
        }  # fmt: skip

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        schools = queries.ids_by_number(session)
        named: list[tuple[int | None, str | None]] = [
            (schools[row.values["school_number"]], row.values.get("building")) for row in new
        ]
        named += [
            (one.school_id, one.fields["building"].after) for one in changed if "building" in one.fields
        ]
        buildings = _buildings(session, named, by=by, batch=batch)
        table = table_of(Room)
        rows = [self._stored(schools, buildings, row.values) for row in new]
        setwise.add(
            session, table, rows, action=Action.ROOM_ADDED, by=by, batch=batch, label=lambda row: row["room"]
        )
        setwise.change(
            session, table, [self._with_building(buildings, one) for one in changed],
            action=Action.ROOM_CHANGED, by=by, batch=batch,
        )  # fmt: skip

    def creates(self, session: Session, rows: Sequence[Row], *, by: Actor) -> list[Creation]:
        """The buildings that their school does not have."""
        named = [row for row in rows if row.values.get("building")]
        stored: dict[str | None, set[str]] = {}
        if named:
            stored = {number: {*known} for number, known in queries.buildings_by_school(session).items()}
        wanted = ((row, row.values["school_number"], row.values["building"]) for row in named)
        return setwise.creations("building", wanted, stored)

    def _stored(
        self, schools: Mapping[str, int], buildings: _Buildings, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        row = {name: value for name, value in values.items() if name not in ("school_number", "building")}
        school_id = schools[values["school_number"]]
        building_id = buildings.get((school_id, values.get("building")))
        return {"version": 1, **row, "school_id": school_id, "building_id": building_id}

    def _with_building(self, buildings: _Buildings, one: Changed) -> Changed:
        if "building" not in one.fields:
            return one
        fields = dict(one.fields)
        before, after = fields.pop("building")
        fields["building_id"] = Change(
            buildings.get((one.school_id, before)), buildings.get((one.school_id, after))
        )
        return one._replace(fields=fields)

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('school_number', '')} {values.get('room', '')}".strip()


_Buildings = Mapping[tuple[int | None, str | None], int]


def _buildings(
    session: Session, named: Iterable[tuple[int | None, str | None]], *, by: Actor, batch: Batch
) -> _Buildings:
    """The ids of all buildings by school and name; those of `named` are made where their school has none yet."""
    table = table_of(Building)
    stored = select(Building.school_id, Building.name, Building.id)
    known: dict[tuple[int | None, str | None], int] = {
        (school_id, name): ident for school_id, name, ident in session.execute(stored)
    }
    missing = [key for key in dict.fromkeys(named) if key[1] and key not in known]
    made = [{"school_id": school_id, "name": name} for school_id, name in missing]
    idents = setwise.add(
        session, table, made, action=Action.BUILDING_ADDED, by=by, batch=batch,
        label=lambda row: str(row["name"]),
    )  # fmt: skip
    return known | dict(zip(missing, idents, strict=True))


class FiguresIntake(_AtSchool):
    """Rows of the sheet `figures`."""

    columns: ClassVar = {**YearlyFigures.__table__.c}

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        stored = {
            (number, one.school_year, one.grade): (one.id, self._values(number, one))
            for one, number in session.execute(
                select(YearlyFigures, School.school_number)
                .join(School, School.id == YearlyFigures.school_id)
                .where(School.school_number.in_({row.values["school_number"] for row in rows}))
            )
        }
        return {row.number: stored[key] for row in rows if (key := _figures_key(row.values)) in stored}

    def _values(self, number: str, one: YearlyFigures) -> dict[str, Any]:
        return {
            "school_number": number, "school_year": one.school_year, "grade": one.grade, "key_date": one.key_date,
            "pupils": one.pupils, "classes": one.classes, "teachers": one.teachers, "rooms": one.rooms,
        }  # fmt: skip

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        idents = queries.ids_by_number(session)
        table = table_of(YearlyFigures)
        rows = []
        for row in new:
            values = {name: value for name, value in row.values.items() if name != "school_number"}
            rows.append(
                {
                    **values,
                    "grade": values.get("grade") or "",
                    "school_id": idents[row.values["school_number"]],
                }
            )
        setwise.add(
            session,
            table,
            rows,
            action=Action.FIGURES_RECORDED,
            by=by,
            batch=batch,
            label=lambda row: str(row["school_year"]),
        )
        setwise.change(session, table, changed, action=Action.FIGURES_RECORDED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('school_number', '')} {values.get('school_year', '')} {values.get('grade') or ''}".strip()


def _figures_key(values: Mapping[str, Any]) -> tuple[str, int, str]:
    return values["school_number"], values["school_year"], values.get("grade") or ""
