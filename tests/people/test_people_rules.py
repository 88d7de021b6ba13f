from __future__ import annotations

import pytest

from school_it.people import rules
from school_it.people.invented import InventedSchool, people


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("5a", "05A"),
        ("5 a", "05A"),
        ("05a", "05A"),
        ("10b", "10B"),
        ("Kl. 3/b", "03B"),
        ("Klasse 7-c", "07C"),
        ("7", "07"),
        ("ef", "EF"),
        ("EF a", "EFA"),
        ("Q1", "Q1"),
        ("Bären 1/2", "Bären 1/2"),
        ("FOS12-B", "FOS12-B"),
        ("  Füchse   3 ", "Füchse 3"),
        ("Klangkörper", "Klangkörper"),
        ("05A", "05A"),
    ],
)
def test_class_names_follow_the_key_of_the_statistics_where_they_can(told: str, name: str) -> None:
    assert rules.class_name(told) == name
    assert rules.class_name(name) == name


@pytest.mark.parametrize("asked", ["Größ", "groess", "GROSS", "muessig", "müßig", "mussig", "juergen"])
def test_people_are_found_with_and_without_umlauts(asked: str) -> None:
    assert rules.folded(asked) in rules.findable("Jürgen", "Größ-Müßig", "j.gm")


def test_lists_put_umlauts_where_a_telephone_book_does() -> None:
    names = ["Özil", "Otto", "Zander", "Ahl", "Ähren"]
    assert sorted(names, key=lambda name: rules.sort_name("", name)) == [
        "Ahl",
        "Ähren",
        "Otto",
        "Özil",
        "Zander",
    ]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("a@b.de", True), ("das ist keine", False), ("a@b", False), ("a b@c.de", False), ("", False)],
)
def test_an_address_is_told_from_what_is_none(text: str, is_one: bool) -> None:
    assert rules.is_mail(text) is is_one


def test_the_same_seed_invents_the_same_people() -> None:
    schools = [InventedSchool("115514", ("1a",)), InventedSchool("167149", ("5a", "EF"))]
    assert list(people(300, schools, seed=7)) == list(people(300, schools, seed=7))
    assert list(people(30, schools, seed=7)) != list(people(30, schools, seed=8))
    everybody = list(people(300, schools))
    assert (
        len({person.username for person in everybody})
        == len({person.record_id for person in everybody})
        == 300
    )
    assert all(person.school_class for person in everybody if person.role is rules.PersonRole.PUPIL)
