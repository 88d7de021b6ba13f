"""The schools of the town: eleven that look like those of a real one, their rooms and their figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from school_it import school_year
from school_it.schools.rules import RoomUse, SchoolType
from school_it.sheets import Row

PLACE, POSTCODE, AUTHORITY = "Beispielstadt", "53999", "99001"


@dataclass(frozen=True)
class DemoSchool:
    """A school of the town; `size` is its share of the pupils, `streams` how many classes a year has."""

    number: str
    name: str
    short_name: str
    kind: SchoolType
    street: str
    size: int
    streams: int

    @property
    def grades(self) -> tuple[str, ...]:
        if self.kind is SchoolType.G:
            return ("01", "02", "03", "04")
        if self.kind is SchoolType.S:
            return tuple(f"{grade:02d}" for grade in range(1, 11))
        return (*(f"{grade:02d}" for grade in range(5, 11)), "EF", "Q1", "Q2")

    @property
    def classes(self) -> list[str]:
        """As the school writes them: ``05A`` … and one group for each year of the upper level."""
        return [
            f"{grade}{letter}" if grade.isdigit() else grade
            for grade in self.grades
            for letter in ("ABCDEFGH"[: self.streams] if grade.isdigit() else " ")
        ]


G, S, GE, GY = SchoolType.G, SchoolType.S, SchoolType.GE, SchoolType.GY
SCHOOLS = (
    DemoSchool("199060", "Grundschule Am Mühlenbach", "GS Mühlenbach", G, "Mühlenweg 4", 5, 3),
    DemoSchool("199072", "Grundschule Lindenallee", "GS Lindenallee", G, "Lindenallee 17", 5, 3),
    DemoSchool("199126", "Grundschule Auf der Höhe", "GS Auf der Höhe", G, "Höhenstraße 2", 4, 2),
    DemoSchool("199151", "Grundschule Kastanienhof", "GS Kastanienhof", G, "Kastanienhof 1", 4, 2),
    DemoSchool("199382", "Grundschule Siegaue", "GS Siegaue", G, "Auenweg 11", 3, 2),
    DemoSchool("199394", "Regenbogen-Grundschule", "GS Regenbogen", G, "Schulgasse 8", 4, 2),
    DemoSchool("199424", "Katholische Grundschule St. Martin", "KGS St. Martin", G, "Kirchplatz 3", 3, 2),
    DemoSchool("199448", "Schule am Waldrand (Förderschule)", "FS Waldrand", S, "Am Waldrand 20", 2, 1),
    DemoSchool("199473", "Gymnasium Beispielstadt", "Gymnasium", GY, "Schillerstraße 15", 19, 4),
    DemoSchool("199485", "Gesamtschule Beispielstadt-Ost", "GE Ost", GE, "Ostring 40", 27, 6),
    DemoSchool("199618", "Gesamtschule Beispielstadt-West", "GE West", GE, "Weststraße 7", 24, 5),
)


def school_rows() -> list[Row]:
    return [
        Row(
            number,
            {
                "school_number": one.number, "name": one.name, "short_name": one.short_name, "school_type": one.kind,
                "street": one.street, "postcode": POSTCODE, "place": PLACE, "email": f"{one.number}@schule.example",
                "phone": f"02999 {one.number[2:]}", "social_index": number * 7 % 9 + 1, "authority_number": AUTHORITY,
                "use_concept_date": date(2023, 11, 14) if number % 4 else None, "support_confirmed": number % 5 != 0,
            },
        )
        for number, one in enumerate(SCHOOLS, 1)
    ]  # fmt: skip


def chosen(count: int) -> tuple[DemoSchool, ...]:
    """The first `count` schools of a mixed order, so that a small town has a large school too."""
    mixed = (*SCHOOLS[::5], *(one for one in SCHOOLS if one not in SCHOOLS[::5]))
    return tuple(one for one in SCHOOLS if one in mixed[:count])


def room_rows(schools: tuple[DemoSchool, ...]) -> list[Row]:
    values = [room for school in schools for room in _rooms(school)]
    return [Row(number, room) for number, room in enumerate(values, 1)]


def _rooms(school: DemoSchool) -> Iterator[dict[str, Any]]:
    building, floors = ("Hauptgebäude", "Neubau"), ("EG", "1. OG", "2. OG")
    for place, name in enumerate(school.classes):
        floor, door = place // 12 % 3, place % 12 + 1
        yield {
            "school_number": school.number, "room": f"{floor}.{door:02d}{'N' if place >= 36 else ''}",
            "name": f"Klasse {name.lstrip('0').lower()}", "building": building[place >= 36], "floor": floors[floor],
            "use": RoomUse.CLASSROOM, "seats": 24 + place % 7,
        }  # fmt: skip
    special = ["Musik", "Kunst", "Informatik", "Sachkunde"] if school.kind in (G, S) else SPECIAL
    for place, name in enumerate(special, 1):
        yield {
            "school_number": school.number, "room": f"F{place:02d}", "name": name, "building": building[0],
            "floor": floors[place % 3], "use": RoomUse.SPECIALIST, "seats": 30,
        }  # fmt: skip
    others = (("L01", "Lehrerzimmer", RoomUse.STAFF_ROOM), ("V01", "Sekretariat", RoomUse.OFFICE))
    for number, name, use in (
        *others,
        ("V02", "Schulleitung", RoomUse.OFFICE),
        ("T01", "Serverraum", RoomUse.TECHNICAL),
    ):
        yield {
            "school_number": school.number,
            "room": number,
            "name": name,
            "building": building[0],
            "use": use,
        }


SPECIAL = [
    "Physik 1", "Physik 2", "Chemie 1", "Chemie 2", "Biologie 1", "Biologie 2", "Informatik 1", "Informatik 2", "Musik 1",
    "Musik 2", "Kunst 1", "Kunst 2", "Technik", "Selbstlernzentrum", "Bibliothek", "Aula",
]  # fmt: skip


def figure_rows(
    schools: tuple[DemoSchool, ...], pupils: int, teachers: int, today: date, chance: Random
) -> list[Row]:
    """Five school years for each school, the running one with the numbers of people that the town has."""
    total, rows = sum(one.size for one in schools), []
    this_year = school_year.school_year(today)
    for school in schools:
        for back in range(5):
            shrunk = 1 - back * 0.02 + chance.uniform(-0.01, 0.01)
            rows.append(
                {
                    "school_number": school.number, "school_year": this_year - back, "key_date": school_year.key_date(this_year - back),
                    "pupils": round(pupils * school.size / total * shrunk), "classes": len(school.classes),
                    "teachers": round(teachers * school.size / total * shrunk), "rooms": len(school.classes) + 4,
                }
            )  # fmt: skip
    return [Row(number, values) for number, values in enumerate(rows, 1)]
