"""Invented people for the demo town and the tests: one seed, the same people, and nobody is real."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from school_it.people.rules import PersonRole

_GIVEN = """
Ada Alma Amir Anouk Arne Aylin Bela Carla Cem Clara Daria Emil Enno Esra Fenja Finn Frieda Gesa Hanno Ida
Ilja Ines Jannis Jette Joris Juna Kaan Kerstin Lasse Leyla Linus Liv Malik Mara Milan Mila Nele Nils Nora
Okan Ole Paul Pia Quirin Rania Ronja Samuel Selma Silas Sönke Tamme Thea Tilda Uma Veit Wanda Yara Zoë
"""
_BEGINS = """
Ahl Bär Birken Brom Buch Dorn Eich Erlen Espen Feld Föhr Gras Hain Hasel Hohl Kalt Kies Lang Lerchen Lind
Moor Mühl Nuss Ober Rausch Ried Sand Schlehen Silber Stein Tann Ulmen Unter Wald Weiden Wiesen
"""
_ENDS = "bach berger brink brock büttel feld graben hagen haus heide horn kamp loh mann meier stedt wald"
GIVEN, FAMILY_BEGINS, FAMILY_ENDS = _GIVEN.split(), _BEGINS.split(), _ENDS.split()

STAFF_PERCENT, TEACHER_PERCENT = 4, 13
"""Shares up to which of a hundred people are staff, then teachers; everybody else is a pupil."""

_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class InventedSchool:
    """A school number and its classes as that school writes them."""

    number: str
    classes: Sequence[str]


@dataclass(frozen=True, slots=True)
class InventedPerson:
    record_id: str
    role: PersonRole
    given_name: str
    family_name: str
    username: str
    email: str | None
    school_numbers: tuple[str, ...]
    school_class: str | None


def people(count: int, schools: Sequence[InventedSchool], *, seed: int = 1) -> Iterator[InventedPerson]:
    """`count` people over `schools`: mostly pupils, some teachers at two schools, some without an address."""
    chance = random.Random(seed)  # noqa: S311  repeatable, nothing secret
    for n in range(count):
        role, school = _role(n), schools[n % len(schools)]
        given, family = chance.choice(GIVEN), chance.choice(FAMILY_BEGINS) + chance.choice(FAMILY_ENDS)
        username = f"{_plain(given)}.{_plain(family)}{n}"
        has_mail = role is not PersonRole.PUPIL or chance.random() > 0.08
        yield InventedPerson(
            record_id=f"{role.value[0].upper()}-{100000 + n}",
            role=role,
            given_name=given,
            family_name=family,
            username=username,
            email=f"{username}@schulen.example" if has_mail else None,
            school_numbers=_schools(n, role, school, schools),
            school_class=chance.choice(school.classes) if role is PersonRole.PUPIL else None,
        )


def _role(n: int) -> PersonRole:
    share = n * 37 % 100
    if share < STAFF_PERCENT:
        return PersonRole.STAFF
    return PersonRole.TEACHER if share < TEACHER_PERCENT else PersonRole.PUPIL


def _schools(
    n: int, role: PersonRole, own: InventedSchool, all_of_them: Sequence[InventedSchool]
) -> tuple[str, ...]:
    second = all_of_them[(n + 1) % len(all_of_them)]
    both = role is PersonRole.TEACHER and n % 25 == 0
    return tuple(dict.fromkeys((own.number, second.number))) if both else (own.number,)


def _plain(name: str) -> str:
    written_out = name.lower().translate(_PLAIN)
    parted = unicodedata.normalize("NFKD", written_out)
    return "".join(sign for sign in parted if sign.isascii() and sign.isalnum())
