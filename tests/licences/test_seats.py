"""Seats are given and released, follow the roster, and are never more than were bought unless somebody says why."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from school_it import audit, undo
from school_it.access import Actor
from school_it.database import db, today, transaction
from school_it.errors import BadValue, NotAllowed, Refused, RuleBroken, SchoolItError
from school_it.licences import actions, groups, roster, seat_queries, seats
from school_it.licences.groups import Group
from school_it.licences.models import Licence, Seat, SeatRule
from school_it.licences.rules import Basis, Released, SeatFor
from school_it.licences.seats import Given, Short
from school_it.people import forgetting
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.people.steps import Kind, Step, changes_between
from school_it.schools.models import School
from tests.licences.conftest import AddClass, Buy, pupils, write


def give(licence: Licence, group: Group, by: Actor, **how: Any) -> Given:
    with transaction() as session:
        return seats.give_to_group(session, session.get_one(Licence, licence.id), group, by=by, **how)


def give_one(licence: Licence | int, person_id: int, by: Actor, **how: Any) -> int:
    ident = licence if isinstance(licence, int) else licence.id
    with transaction() as session:
        found = session.get_one(Licence, ident), session.get_one(Person, person_id)
        return seats.give_seat(session, *found, by=by, **how).id


def holders(session: Session, licence: Licence) -> set[int | None]:
    session.rollback()
    return set(
        session.scalars(select(Seat.person_id).where(Seat.licence_id == licence.id, seat_queries.OPEN))
    )


def leave(school: School, name: str, number: int, ident: int, by: Actor) -> None:
    known = pupils(school, name, number + 1)[number]
    gone = replace(known, state=PersonState.LEFT, left_on=today())
    write([Step(Kind.LEFT, gone, ident, changes_between(known, gone))], by)


def test_a_class_has_its_app(
    session: Session, school: School, add_class: AddClass, buy: Buy, coordinator: Actor
) -> None:
    people, _others = add_class(school, "07B", 3), add_class(school, "07A", 2)
    licence = buy(10, school)
    given = give(licence, Group(school.id, school_class="07B"), coordinator)
    assert (given.number, given.missing) == (3, 0)
    assert holders(session, licence) == {*people}
    with pytest.raises(RuleBroken, match="schon Plätze"):
        give(licence, Group(school.id, school_class="07B"), coordinator)


def test_a_grade_is_all_its_classes_and_a_school_everybody(
    session: Session, school: School, other_school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    seventh = add_class(school, "07A", 2) + add_class(school, "07B", 2)
    add_class(school, "08A", 3)
    add_class(other_school, "07A", 4)
    grade, whole, town = buy(20, school), buy(21, school), buy(22)
    give(grade, Group(school.id, grade="07"), house)
    assert holders(session, grade) == {*seventh}
    assert give(whole, Group(school.id), house).number == 7
    assert give(town, Group(), house).number == 11


def test_seats_follow_the_roster(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    people = add_class(school, "07B", 3)
    licence = buy(4, school)
    give(licence, Group(school.id, school_class="07B"), house)
    by_hand = add_class(school, "09A", 1)
    give_one(licence, by_hand[0], house)
    leave(school, "07B", 0, people[0], house)
    assert holders(session, licence) == {*people[1:], *by_hand}
    late = replace(pupils(school, "07B", 9)[8])
    (joined,) = write([Step(Kind.NEW, late)], house)
    assert holders(session, licence) == {*people[1:], *by_hand, joined}
    moved = replace(late, school_class="08A")
    write([Step(Kind.CHANGED, moved, joined, changes_between(late, moved))], house)
    leave(school, "09A", 0, by_hand[0], house)
    assert holders(session, licence) == {*people[1:]}
    whys = dict(
        session.execute(select(Seat.person_id, Seat.released_why).where(Seat.released_on.is_not(None))).all()
    )
    assert whys == {people[0]: Released.LEFT, joined: Released.MOVED, by_hand[0]: Released.LEFT}


def test_when_seats_run_out_nobody_is_thrown_out_and_the_missing_are_listed(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    people = add_class(school, "07B", 3)
    licence = buy(3, school)
    give(licence, Group(school.id, school_class="07B"), house)
    late = write([Step(Kind.NEW, one) for one in pupils(school, "07B", 5)[3:]], house)
    assert holders(session, licence) == {*people}
    assert groups.number_missing(session, licence, SeatFor.PERSON) == 2
    assert {one.id for one in session.scalars(groups.missing_people(licence))} == {*late}
    leave(school, "07B", 1, people[1], house)
    assert len(holders(session, licence)) == 3
    assert groups.number_missing(session, licence, SeatFor.PERSON) == 1


def test_a_group_that_is_too_large_is_refused_filled_or_overruled_with_a_reason(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    add_class(school, "07B", 5)
    group = Group(school.id, school_class="07B")
    licence, filled = buy(3, school), buy(2, school)
    with pytest.raises(seats.NotEnough, match="5 werden gebraucht, 3 von 3 sind frei"):
        give(licence, group, house)
    assert session.scalar(select(func.count()).select_from(SeatRule)) == 0
    with pytest.raises(BadValue, match="warum"):
        give(licence, group, house, short=Short.OVER, reason=" ")
    given = give(licence, group, house, short=Short.OVER, reason="Zwei sind nachbestellt")
    assert (given.number, given.missing) == (5, 0)
    reasons = session.scalars(select(Seat.over_reason).where(Seat.licence_id == licence.id)).all()
    assert sorted(reasons, key=str) == [None, None, None, "Zwei sind nachbestellt", "Zwei sind nachbestellt"]
    assert give(filled, group, house, short=Short.FILL).missing == 3


def test_a_seat_released_by_hand_is_not_given_again_by_its_group(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    people = add_class(school, "07B", 3)
    licence = buy(5, school)
    give(licence, Group(school.id, school_class="07B"), house)
    with transaction() as writing:
        seat = writing.scalars(select(Seat).where(Seat.person_id == people[0])).one()
        seats.release_seat(writing, seat, by=house)
        roster.match(writing, by=house)
    assert holders(session, licence) == {*people[1:]}
    give_one(licence, people[0], house)
    with pytest.raises(RuleBroken, match="schon ein Platz"):
        give_one(licence, people[0], house)


def test_a_group_that_ends_frees_its_seats_unless_another_wants_them(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    people, others = add_class(school, "07A", 2), add_class(school, "07B", 2)
    licence = buy(9, school)
    grade = give(licence, Group(school.id, grade="07"), house).rule
    give(licence, Group(school.id, school_class="07A"), house)
    assert grade is not None
    with transaction() as writing:
        assert roster.end_rule(writing, writing.get_one(SeatRule, grade.id), by=house) == 2
    assert holders(session, licence) == {*people}
    assert not holders(session, licence) & {*others}


@pytest.mark.parametrize("many", [6])
def test_the_last_seat_is_won_by_one_of_many_at_once(
    app: Flask, session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor, many: int
) -> None:
    people = add_class(school, "07B", many)
    licence_id = buy(1, school).id
    session.rollback()
    start, outcomes = threading.Barrier(many), []

    def grab(person_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                give_one(licence_id, person_id, house)
                outcomes.append("given")
            except seats.NotEnough:
                outcomes.append("none free")
            finally:
                db.session.remove()

    for _round in range(3):
        outcomes.clear()
        threads = [threading.Thread(target=grab, args=(ident,)) for ident in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["given"] + ["none free"] * (many - 1)
        with transaction() as writing:
            (seat,) = writing.scalars(select(Seat).where(seat_queries.OPEN))
            seats.release_seat(writing, seat, by=house)


def test_lowering_the_number_and_taking_a_seat_at_once_never_ends_with_more_used_than_bought(
    app: Flask, session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    (ident,) = add_class(school, "07B", 1)
    licence_id = buy(1, school).id
    session.rollback()
    start, failed = threading.Barrier(2), []

    def run(work: Any) -> None:
        with app.app_context():
            start.wait()
            try:
                work()
            except SchoolItError as problem:
                failed.append(problem)
            finally:
                db.session.remove()

    def lower() -> None:
        with transaction() as writing:
            actions.change_licence(writing, writing.get_one(Licence, licence_id), {"seats": 0}, by=house)

    threads = [
        threading.Thread(target=run, args=(work,))
        for work in (lower, lambda: give_one(licence_id, ident, house))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) == 1
    session.expire_all()
    stored = session.get_one(Licence, licence_id)
    assert stored.seats == len(holders(session, stored))


def test_the_number_is_not_lowered_below_what_is_in_use(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    add_class(school, "07B", 3)
    licence = buy(5, school)
    give(licence, Group(school.id, school_class="07B"), house)
    for values in ({"seats": 2}, {"basis": Basis.DEVICE}):
        with pytest.raises(Refused) as refused, transaction() as writing:
            actions.change_licence(writing, writing.get_one(Licence, licence.id), values, by=house)
        assert str(refused.value.faults[0][1]).startswith("3 Plätze sind")
    with transaction() as writing:
        actions.change_licence(writing, writing.get_one(Licence, licence.id), {"seats": 3}, by=house)
    session.expire_all()
    assert session.get_one(Licence, licence.id).seats == 3


def test_a_coordinator_gives_seats_of_the_town_to_the_own_school_only(
    session: Session, school: School, other_school: School, add_class: AddClass, buy: Buy, coordinator: Actor
) -> None:
    mine, foreign = add_class(school, "07B", 2), add_class(other_school, "07B", 2)
    town, theirs = buy(3), buy(9, other_school)
    assert give(town, Group(school.id, school_class="07B"), coordinator).number == 2
    for act in (
        lambda: give(town, Group(other_school.id, school_class="07B"), coordinator),
        lambda: give(town, Group(), coordinator),
        lambda: give_one(town, foreign[0], coordinator),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(BadValue, match="anderen Schule"):
        give_one(theirs, mine[0], coordinator)
    more = write([Step(Kind.NEW, one) for one in pupils(school, "08A", 2)], coordinator)
    give_one(town, more[0], coordinator)
    with pytest.raises(NotAllowed):
        give_one(town, more[1], coordinator, reason="dringend")


def test_a_licence_by_class_counts_classes_and_one_of_the_authority_nothing(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    add_class(school, "07A", 4), add_class(school, "07B", 4)
    by_class, for_all = buy(2, school, basis=Basis.CLASS), buy(1, basis=Basis.AUTHORITY)
    give(by_class, Group(school.id, school_class="07B"), house)
    with pytest.raises(BadValue, match="gibt es an dieser Schule nicht"):
        give(by_class, Group(school.id, school_class="07X"), house)
    assert give(by_class, Group(school.id, grade="07"), house).number == 1
    assert seat_queries.number_used(session, by_class) == 2
    with pytest.raises(RuleBroken, match="gilt für alle"):
        give(for_all, Group(school.id), house)


def test_who_is_forgotten_leaves_no_name_in_seats_or_trail(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    (ident,) = add_class(school, "07B", 1)
    licence = buy(0, school)
    give_one(licence, ident, house, reason="Für Ada Ahl000")
    leave(school, "07B", 0, ident, house)
    with transaction() as writing:
        forgetting.empty(writing, [ident])
    session.expire_all()
    told = [
        str((one.changes, one.facts, one.personal, one.object_label))
        for one in session.scalars(select(audit.Entry))
    ]
    assert not [text for text in told if "Ahl000" in text]
    assert session.scalars(select(Seat.over_reason)).all() == [None]


def test_a_sync_that_is_taken_back_gives_the_seats_back_too(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    people = add_class(school, "07B", 2)
    licence = buy(2, school)
    give(licence, Group(school.id, school_class="07B"), house)
    leave(school, "07B", 0, people[0], house)
    assert holders(session, licence) == {people[1]}
    last = session.scalars(select(audit.Batch).order_by(audit.Batch.id.desc())).first()
    assert last is not None
    done = undo.take_back(last.id, by=house)
    assert not done.conflicts, done.kept
    assert not done.kept
    assert holders(session, licence) == {*people}


def test_a_seat_is_not_given_back_to_somebody_who_has_one_again(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    (person,) = add_class(school, "07B", 1)
    licence = buy(3, school)
    given = give_one(licence, person, house)
    with transaction() as writing:
        seats.release_seat(writing, writing.get_one(Seat, given), by=house)
    released = session.scalars(select(audit.Batch.id).order_by(audit.Batch.id.desc())).first()
    give_one(licence, person, house)
    done = undo.take_back(released or 0, by=house)
    assert ["wieder vergeben" in str(one.sentence) for one in done.conflicts] == [True]
    assert holders(session, licence) == {person}


def test_matching_costs_the_same_number_of_statements_for_a_class_and_for_a_school(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    counted: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
    numbers = []
    for name, size in (("07A", 2), ("07B", 60)):
        add_class(school, name, size)
        licence = buy(size, school)
        give(licence, Group(school.id, school_class=name), house)
        counted.clear()
        with transaction() as writing:
            roster.match(writing, by=house)
        numbers.append(len(counted))
    assert numbers[0] == numbers[1] <= 15


def test_a_licence_that_is_over_gives_no_more_seats(
    session: Session, school: School, add_class: AddClass, buy: Buy, house: Actor
) -> None:
    (ident,) = add_class(school, "07B", 1)
    licence = buy(5, school, valid_to=date(2020, 7, 31))
    with pytest.raises(RuleBroken, match="abgelaufen"):
        give_one(licence, ident, house)
