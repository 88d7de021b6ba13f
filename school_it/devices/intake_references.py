"""What the words of a file stand for: schools, people, and rooms and categories, which are made where missing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import table_of
from school_it.devices import numbers, queries, rules
from school_it.devices.models import Category
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools import queries as school_queries
from school_it.schools.models import Room
from school_it.setwise import Lots
from school_it.setwise.lots import Columns, Same

ROOMS = table_of(Room)
CATEGORIES = table_of(Category)
NO_HOLDER = {"person_id": None, "holder_room_id": None, "holder_name": None, "held_since": None}
USUAL_LIFE = 5


def same_name(one: str, other: str) -> bool:
    """»Müller, Anna« and »Anna Müller«; case does not count."""
    return _name_key(one) == _name_key(other)


def _name_key(text: str) -> tuple[str, ...]:
    return tuple(sorted(numbers.folded(text.replace(",", " ")).split()))


class References:
    """`rows` are values of the sheet, or what changes of them with the `school_id` of the device."""

    def __init__(
        self,
        session: Session,
        lots: Lots,
        rows: Sequence[Mapping[str, Any]],
        *,
        by: Actor,
        batch_id: int | None,
    ) -> None:
        self._lots, self._by, self._batch_id = lots, by, batch_id
        self.schools = school_queries.ids_by_number(session)
        self.categories = queries.category_ids(session)
        self._make_categories({row["category"]: None for row in rows if row.get("category")})
        named = {(self.school_of(row), row.get("room")): None for row in rows}
        at = {school_id for school_id, _room in named} - {None}
        self.rooms = self._rooms(session, at)
        self._make_rooms([key for key in named if key[0] and key[1] and key not in self.rooms])
        self.people = self._people(session, at) if any(row.get("holder") for row in rows) else {}

    def school_of(self, values: Mapping[str, Any]) -> int | None:
        number = values.get("school_number")
        return values.get("school_id") if number is None else self.schools[number]

    def _make_categories(self, wanted: Iterable[str]) -> None:
        """The usual ones where a new town has none; others are those that somebody has agreed to."""
        usual = {
            name: (years, item, item_class, None)
            for name, years, item, item_class in (() if self.categories else rules.CATEGORIES)
        }
        agreed = [name for name in wanted if name not in self.categories and name not in usual]
        if agreed:
            self._by.must(May.EDIT_CATALOGUE, None)
        made = usual | dict.fromkeys(agreed, (USUAL_LIFE, None, None, self._batch_id))
        if not made:
            return
        idents = self._lots.ids(CATEGORIES, len(made))
        years, items, classes, batches = zip(*made.values(), strict=True)
        self._lots.insert(
            CATEGORIES,
            {
                "id": idents, "name": list(made), "useful_life_years": years, "funding_item": items,
                "item_class": classes, "active": Same(True), "version": Same(1),
            },
            counts=False,
        )  # fmt: skip
        traced = {"object_id": idents, "object_label": list(made), "batch_id": batches}
        self._lots.entries(Action.CATEGORY_ADDED, CATEGORIES, traced, by=self._by, batch_id=None)
        self.categories |= dict(zip(made, idents, strict=True))

    def _rooms(self, session: Session, at: Iterable[int | None]) -> dict[tuple[int | None, str | None], int]:
        rows = select(Room.school_id, Room.room, Room.id).where(Room.school_id.in_(at))
        return {(school_id, room): ident for school_id, room, ident in session.execute(rows)}

    def _make_rooms(self, missing: Sequence[tuple[int | None, str | None]]) -> None:
        if not missing:
            return
        idents = self._lots.ids(ROOMS, len(missing))
        schools, rooms = zip(*missing, strict=True)
        columns: Columns = {"id": idents, "school_id": schools, "room": rooms, "version": Same(1)}
        self._lots.insert(ROOMS, columns, counts=False)
        told = [
            json.dumps({"school_id": [None, school_id], "room": [None, room], "version": [None, 1]})
            for school_id, room in missing
        ]
        traced = {"object_id": idents, "object_label": rooms, "school_id": schools, "changes": told}
        self._lots.entries(Action.ROOM_ADDED, ROOMS, traced, by=self._by, batch_id=self._batch_id)
        self.rooms |= dict(zip(missing, idents, strict=True))

    def _people(
        self, session: Session, at: Iterable[int | None]
    ) -> dict[tuple[int | None, tuple[str, ...]], set[int]]:
        wanted = select(Person.id, Person.school_id, Person.given_name, Person.family_name, Person.username)
        found: dict[tuple[int | None, tuple[str, ...]], set[int]] = {}
        for row in session.execute(
            wanted.where(Person.school_id.in_(at), Person.state == PersonState.ACTIVE)
        ):
            for name in filter(None, (f"{row.given_name} {row.family_name}", row.username)):
                found.setdefault((row.school_id, _name_key(name)), set()).add(row.id)
        return found

    def holder(self, text: str | None, school_id: int | None, since: date) -> dict[str, Any]:
        """The columns for a holder: the one person or room of that school that the text means, else the text itself."""
        if not text:
            return dict(NO_HOLDER)
        held = {**NO_HOLDER, "held_since": since}
        people = self.people.get((school_id, _name_key(text)), set())
        if len(people) == 1:
            return {**held, "person_id": next(iter(people))}
        room_id = (
            self.rooms.get((school_id, text.removeprefix("Raum ").strip()))
            if text.startswith("Raum ")
            else None
        )
        return {**held, "holder_room_id": room_id} if room_id else {**held, "holder_name": text[:160]}
