"""People whom a file brought are met again when a directory tells of them; it is shown, and nobody is there twice."""

from __future__ import annotations

import pytest

from school_it.people import sync
from school_it.people.entries import DirectoryAnswer, DirectoryPerson
from school_it.people.rules import PersonState
from school_it.people.steps import Kind, KnownPerson
from school_it.people.sync import Plan
from tests.people.test_sync_plan import SCHOOLS, TODAY, known, told


def meet(from_files: list[KnownPerson], answer: list[DirectoryPerson]) -> Plan:
    read = DirectoryAnswer("directory", tuple(answer))
    return sync.plan([], read, SCHOOLS, today=TODAY, max_leavers_percent=10, from_files=from_files)


def from_file(n: int, **changes: object) -> KnownPerson:
    return known(n, source="file", stable_id=f"S-{n}", **changes)


def test_the_key_of_the_schools_software_links_and_the_plan_says_so() -> None:
    found = meet([from_file(1, username=None)], [told(1)])
    (step,) = found.steps
    assert (step.kind, step.known_id) == (Kind.LINKED, 1)
    assert step.changes == (
        ("source", "file", "directory"),
        ("stable_id", "S-1", "id-1"),
        ("username", None, "ada.name1"),
    )
    assert (found.counts()["new"], found.counts()["changed"]) == (0, 1)


def test_a_key_whose_owner_has_another_name_links_nobody_and_is_pointed_out() -> None:
    stranger = from_file(1, given_name="Ben", family_name="Anders", username="ben.anders")
    found = meet([stranger], [told(1)])
    assert [step.kind for step in found.steps] == [Kind.NEW]
    assert "S-1" in str(found.remarks[0].sentence)


@pytest.mark.parametrize(
    "changes",
    [{"family_name": "Neuname"}, {"given_name": "Adele"}, {"family_name": "NAME1", "given_name": ""}],
)
def test_a_key_links_although_part_of_the_name_is_another(changes: dict[str, object]) -> None:
    assert [step.kind for step in meet([from_file(1, username=None, **changes)], [told(1)]).steps] == [
        Kind.LINKED
    ]


def test_sign_in_school_and_name_together_link_where_there_is_no_key() -> None:
    without_key = told(1, record_id=None, username="ADA.Name1")
    (step,) = meet([from_file(1, record_id="alt-7")], [without_key]).steps
    assert (step.kind, step.known_id) == (Kind.LINKED, 1)


@pytest.mark.parametrize(
    "changes", [{"username": "ada.anders"}, {"school_keys": ("gymmitte",)}, {"given_name": "Ida"}]
)
def test_two_of_sign_in_school_and_name_are_not_enough(changes: dict[str, object]) -> None:
    found = meet([from_file(1)], [told(1, record_id=None, **changes)])
    assert [step.kind for step in found.steps] == [Kind.NEW]


def test_a_namesake_at_the_same_school_is_pointed_out_and_not_linked() -> None:
    found = meet([from_file(1)], [told(9, family_name="Name1", username="anders", record_id=None)])
    assert [step.kind for step in found.steps] == [Kind.NEW]
    assert "gleichen Namens" in str(found.remarks[0].sentence)


def test_a_key_that_two_people_of_the_file_have_links_neither() -> None:
    twins = [from_file(1, record_id="S-x"), from_file(2, record_id="S-x", username="zwei")]
    found = meet(twins, [told(9, record_id="S-x", username="neu")])
    assert [step.kind for step in found.steps] == [Kind.NEW]


def test_nobody_is_linked_twice() -> None:
    found = meet(
        [from_file(1)], [told(1), told(2, record_id=None, username="ada.name1", family_name="Name1")]
    )
    assert [step.kind for step in found.steps] == [Kind.LINKED, Kind.NEW]


def test_somebody_of_the_file_who_had_left_is_back() -> None:
    (step,) = meet([from_file(1, state=PersonState.LEFT)], [told(1)]).steps
    assert (step.kind, step.person.state) == (Kind.LINKED, PersonState.ACTIVE)


def test_people_of_files_never_leave_because_of_a_directory() -> None:
    assert not meet([from_file(1), from_file(2)], [told(1)]).of(Kind.LEFT)
