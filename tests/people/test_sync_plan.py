"""What an answer of the directory would change: no server, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from school_it.errors import Sentence
from school_it.people import sync
from school_it.people.entries import DirectoryAnswer, DirectoryPerson, LeftOut
from school_it.people.rules import PersonRole, PersonState
from school_it.people.steps import Kind, KnownPerson, KnownSchool
from school_it.people.sync import Plan

TODAY = date(2026, 11, 25)
SCHOOLS = (KnownSchool("115514"), KnownSchool("167149", "gymmitte"))


def told(n: int, **changes: object) -> DirectoryPerson:
    usual = DirectoryPerson(
        stable_id=f"id-{n}",
        role=PersonRole.PUPIL,
        family_name=f"Name{n}",
        given_name="Ada",
        record_id=f"S-{n}",
        username=f"ada.name{n}",
        school_keys=("115514",),
        school_class="05A",
        class_raw="5a",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def known(n: int, **changes: object) -> KnownPerson:
    usual = KnownPerson(
        id=n,
        source="directory",
        stable_id=f"id-{n}",
        role=PersonRole.PUPIL,
        family_name=f"Name{n}",
        given_name="Ada",
        record_id=f"S-{n}",
        username=f"ada.name{n}",
        school_numbers=("115514",),
        school_class="05A",
        class_raw="5a",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def plan(
    people: list[KnownPerson],
    answer: list[DirectoryPerson],
    *,
    left_out: tuple[LeftOut, ...] = (),
    percent: int = 100,
) -> Plan:
    read = DirectoryAnswer("directory", tuple(answer), left_out)
    return sync.plan(people, read, SCHOOLS, today=TODAY, max_leavers_percent=percent)


# --- who is who ---


def test_nothing_changes_where_nothing_has_changed() -> None:
    found = plan([known(1), known(2)], [told(1), told(2)])
    assert not found.steps
    assert found.counts() == {"new": 0, "changed": 0, "same": 2, "left": 0, "returned": 0, "problem": 0}


def test_a_change_names_field_before_and_after() -> None:
    (step,) = plan([known(1)], [told(1, family_name="Neu", school_class="06A", class_raw="6a")]).steps
    assert step.kind is Kind.CHANGED
    assert step.changes == (
        ("family_name", "Name1", "Neu"),
        ("school_class", "05A", "06A"),
        ("class_raw", "5a", "6a"),
    )


def test_nobody_is_matched_by_name_sign_in_or_address() -> None:
    twin = told(2, family_name="Name1", username="ada.name1", record_id=None)
    found = plan([known(1)], [twin])
    assert [step.kind for step in found.steps] == [Kind.NEW, Kind.LEFT]


def test_two_people_may_swap_their_sign_ins_in_one_night() -> None:
    swapped = [told(1, username="ada.name2"), told(2, username="ada.name1")]
    assert [step.kind for step in plan([known(1), known(2)], swapped).steps] == [Kind.CHANGED, Kind.CHANGED]


def test_who_is_missing_has_left_and_keeps_school_and_class() -> None:
    (step,) = plan([known(1), known(2)], [told(2)]).steps
    assert (step.kind, step.known_id, step.person.left_on) == (Kind.LEFT, 1, TODAY)
    assert step.person.state is PersonState.LEFT
    assert (step.person.school_numbers, step.person.school_class) == (("115514",), "05A")


def test_who_had_left_before_is_not_a_leaver_again() -> None:
    gone = known(1, state=PersonState.LEFT, left_on=date(2026, 7, 1))
    assert not plan([gone, known(2)], [told(2)]).steps


def test_who_comes_back_with_the_same_id_is_the_same_person() -> None:
    gone = known(1, state=PersonState.LEFT, left_on=date(2026, 7, 1))
    (step,) = plan([gone], [told(1)]).steps
    assert (step.kind, step.known_id, step.person.state, step.person.left_on) == (
        Kind.RETURNED,
        1,
        PersonState.ACTIVE,
        None,
    )


def test_a_new_account_with_the_key_of_a_leaver_is_linked_to_the_leaver() -> None:
    gone = known(1, state=PersonState.LEFT)
    (step,) = plan([gone], [told(9, record_id="S-1")]).steps
    assert (step.kind, step.known_id) == (Kind.RETURNED, 1)
    assert ("stable_id", "id-1", "id-9") in step.changes


def test_an_account_made_anew_within_a_night_is_the_same_person() -> None:
    (step,) = plan([known(1)], [told(9, record_id="S-1")]).steps
    assert (step.kind, step.known_id) == (Kind.CHANGED, 1)


def test_a_key_that_several_people_have_links_nobody() -> None:
    leavers = [
        known(1, record_id="S-x", state=PersonState.LEFT),
        known(2, record_id="S-x", state=PersonState.LEFT),
    ]
    assert [step.kind for step in plan(leavers, [told(9, record_id="S-x")]).steps] == [Kind.NEW]
    found = plan([known(1, state=PersonState.LEFT)], [told(8, record_id="S-1"), told(9, record_id="S-1")])
    assert [step.kind for step in found.steps] == [Kind.NEW, Kind.NEW]
    assert "mehreren Personen" in str(found.remarks[0].sentence)


def test_people_of_another_source_are_none_of_its_business() -> None:
    assert not plan([known(1), known(7, source="file")], [told(1)]).steps


def test_who_could_not_be_read_has_not_left() -> None:
    unreadable = LeftOut("id-1", "ada.name1", Sentence("Der Nachname fehlt."))
    found = plan([known(1), known(2)], [told(2)], left_out=(unreadable,))
    assert not found.of(Kind.LEFT)
    assert found.counts()["problem"] == 1
    assert found.entries == 2
    assert found.problems[0].school_number == "115514"


# --- schools ---


def test_a_school_is_known_by_number_or_by_its_name_in_the_directory() -> None:
    found = plan([], [told(1), told(2, school_keys=("GymMitte",))])
    assert [step.person.school_numbers for step in found.steps] == [("115514",), ("167149",)]


def test_an_unknown_school_is_a_problem_and_nobody_leaves_for_it() -> None:
    found = plan([known(1)], [told(1, school_keys=("999999",)), told(2)])
    assert [step.kind for step in found.steps] == [Kind.NEW]
    assert "999999" in str(found.problems[0].sentence)
    assert found.counts()["problem"] == 1


def test_one_unknown_school_beside_a_known_one_is_only_a_remark() -> None:
    found = plan([], [told(1, school_keys=("115514", "999999"))])
    assert found.steps[0].person.school_numbers == ("115514",)
    assert not found.problems
    assert "999999" in str(found.remarks[0].sentence)


def test_the_main_school_stays_first_and_the_others_have_a_fixed_order() -> None:
    (step,) = plan([], [told(1, school_keys=("gymmitte", "115514"))]).steps
    assert step.person.school_numbers == ("167149", "115514")


def test_people_without_a_school_are_kept_and_pointed_out() -> None:
    found = plan([], [told(1, school_keys=())])
    assert found.steps[0].person.school_numbers == ()
    assert str(found.remarks[0].sentence) == "Keine Schule."
    assert found.by_school() == {}


def test_the_counts_by_school_add_up() -> None:
    people = [known(1), known(2), known(3, school_numbers=("167149",)), known(4, state=PersonState.LEFT)]
    answer = [told(1), told(2, username="neu"), told(4), told(5, school_keys=("gymmitte",))]
    assert plan(people, answer).by_school() == {
        "115514": {"new": 0, "changed": 1, "same": 1, "left": 0, "returned": 1},
        "167149": {"new": 1, "changed": 0, "same": 0, "left": 1, "returned": 0},
    }


# --- guards ---


def town(here: int, there: int = 0) -> list[KnownPerson]:
    return [known(n) for n in range(here)] + [
        known(1000 + n, school_numbers=("167149",)) for n in range(there)
    ]


def answer_without(people: list[KnownPerson], missing: set[int]) -> list[DirectoryPerson]:
    return [
        told(person.id, school_keys=person.school_numbers, role=person.role)
        for person in people
        if person.id not in missing
    ]


@pytest.mark.parametrize(("leavers", "stops"), [(10, False), (11, True)])
def test_more_leavers_than_allowed_stop_the_run(leavers: int, stops: bool) -> None:
    people = town(100)
    found = plan(people, answer_without(people, set(range(leavers))), percent=10)
    assert bool(found.refused) is stops
    assert found.may_be_applied(force=False) is not stops
    assert found.may_be_applied(force=True)


def test_a_school_of_its_own_may_stop_the_run() -> None:
    people = town(190, 10)
    found = plan(people, answer_without(people, {1000, 1001}), percent=10)
    assert [str(sentence) for sentence in found.refused] == [
        "Schule 167149: 2 von 10 Personen wären abgegangen, erlaubt: 10 %."
    ]


def test_a_single_leaver_never_stops_a_run() -> None:
    people = town(3)
    assert not plan(people, answer_without(people, {0}), percent=10).refused


def test_a_limit_of_nothing_lets_nobody_but_one_go() -> None:
    people = town(100)
    assert plan(people, answer_without(people, {0, 1}), percent=0).refused


def test_a_role_that_is_gone_stops_the_run_although_the_share_is_small() -> None:
    people = town(95) + [known(500 + n, role=PersonRole.TEACHER, school_class=None) for n in range(5)]
    found = plan(people, answer_without(people, {500, 501, 502}), percent=10)
    assert ["Lehrkraft" in str(sentence) for sentence in found.refused] == [True]


def test_classes_that_vanish_all_at_once_stop_the_run() -> None:
    answer = [told(n, school_class=None, class_raw=None) for n in range(20)]
    found = plan(town(20), answer, percent=10)
    assert "20 von 20 Personen würden ihre Klasse verlieren." in [str(sentence) for sentence in found.refused]


def test_a_school_that_closes_is_many_moves_and_no_leaver() -> None:
    moved = [told(n, school_keys=("gymmitte",)) for n in range(20)]
    found = plan(town(20), moved, percent=10)
    assert len(found.of(Kind.CHANGED)) == 20
    assert not found.refused


def test_a_school_of_last_time_without_anybody_stops_the_run_whatever_the_share() -> None:
    people = town(20, 2)
    found = plan(people, answer_without(people, {1000, 1001}), percent=100)
    assert [str(sentence) for sentence in found.refused] == [
        "Schule 167149: Bisher 2 Personen, jetzt nennt das Verzeichnis dort niemanden."
    ]
    some_moved = [
        told(person.id, school_keys=("115514",) if person.id == 1000 else person.school_numbers)
        for person in people
        if person.id != 1001
    ]
    assert plan(people, some_moved, percent=100).refused


def test_people_who_lose_the_only_school_they_had_are_missed_there() -> None:
    people = town(20, 3)
    answer = [
        told(person.id, school_keys=person.school_numbers if person.id < 1000 else ()) for person in people
    ]
    assert "Schule 167149" in str(plan(people, answer, percent=100).refused[0])


def test_a_school_whose_people_could_not_be_read_is_not_missing() -> None:
    people = town(20, 2)
    unreadable = tuple(LeftOut(f"id-{n}", "", Sentence("Der Nachname fehlt.")) for n in (1000, 1001))
    answer = answer_without(people, {1000, 1001})
    assert not plan(people, answer, left_out=unreadable, percent=0).refused


def test_two_plans_that_do_the_same_have_the_same_mark_and_others_have_not() -> None:
    people = town(5)
    first = plan(people, answer_without(people, {0, 1}))
    again = sync.plan(
        people,
        DirectoryAnswer("directory", tuple(reversed(answer_without(people, {0, 1})))),
        SCHOOLS,
        today=date(2026, 11, 30),
        max_leavers_percent=100,
    )
    assert first.digest() == again.digest()
    assert first.digest() != plan(people, answer_without(people, {0, 2})).digest()


def test_an_empty_answer_is_refused_and_no_force_helps() -> None:
    found = plan(town(5), [])
    assert found.refused
    assert not found.may_be_applied(force=True)
    assert not plan([], []).may_be_applied(force=True)
