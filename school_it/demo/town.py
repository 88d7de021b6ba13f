"""The town is made: schools, rooms, people, purchases, hand-outs and accounts, each with the action of its room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Role
from school_it.accounts import actions as account_actions
from school_it.accounts.models import User
from school_it.database import today, transaction
from school_it.demo import addresses as demo_addresses
from school_it.demo import equipment, funding, funding_book, places, purchases
from school_it.demo import ledger as demo_ledger
from school_it.demo import licences as demo_licences
from school_it.demo import network as demo_network
from school_it.demo import plan as demo_plan
from school_it.demo import plan_report as demo_plan_report
from school_it.demo import procurement as demo_procurement
from school_it.demo import talks as demo_talks
from school_it.demo.places import DemoSchool
from school_it.devices import catalogue, loans
from school_it.devices.intake import DeviceIntake
from school_it.devices.models import Category, Device
from school_it.devices.rules import State, Use
from school_it.errors import N_, RuleBroken
from school_it.licences.intake import LicenceIntake
from school_it.network.intake import OutletIntake
from school_it.network.type_intake import DeviceTypeIntake
from school_it.people import actions as people_actions
from school_it.people import invented
from school_it.people.models import Person
from school_it.people.rules import PersonRole, PersonState
from school_it.people.steps import Kind, Step, Wanted
from school_it.plan.intake import TargetIntake
from school_it.schools import queries as school_queries
from school_it.schools.intake import FiguresIntake, RoomIntake, SchoolIntake
from school_it.schools.models import School

PASSWORD = "Beispielstadt lernt digital"  # noqa: S105  an invented town may have a password that everybody knows
SOURCE = "directory"
TEACHERS_OF_THOUSAND, STAFF_OF_THOUSAND = 81, 10


@dataclass(frozen=True)
class Size:
    """How large the town is; `people` are all of them, `devices` the computers and tablets."""

    schools: int = 11
    devices: int = 2700
    people: int = 6160
    seed: int = 1


def build(size: Size, *, by: Actor, tell: Callable[[str], None] = lambda _text: None) -> dict[str, Any]:
    """Make the town. Raises RuleBroken where the database is not empty."""
    chance = Random(size.seed)  # noqa: S311  repeatable, nothing secret
    schools = places.chosen(size.schools)
    with transaction() as session:
        _refuse_full(session)
        tell("Schulen und Räume")
        batch = audit.begin_batch(session, "demo", by=by, title=N_("Beispielstadt"))
        rooms = _settle(session, schools, size, chance, by=by, batch=batch)
    with transaction() as session:
        tell("Personen")
        _move_in(session, schools, size, by=by, batch=session.merge(batch))
    with transaction() as session:
        tell("Geräte")
        _deliver(session, schools, rooms, size, chance, by=by, batch=session.merge(batch))
    with transaction() as session:
        tell("Lizenzen, Netz und Plan")
        _equip(session, schools, rooms, size, by=by, batch=session.merge(batch))
    with transaction() as session:
        tell("Aufträge")
        demo_procurement.buy(session, schools, current_app.config["SCHOOL_IT"].home, by=by)
    with transaction() as session:
        tell("Ausgaben")
        _hand_out(session, chance, by=by)
        _leave(session, by=by, batch=session.merge(batch))
    with transaction() as session:
        tell("Anlagen")
        demo_ledger.keep(session, by=by, batch=session.merge(batch))
    with transaction() as session:
        tell("Jahresbericht")
        demo_plan_report.write(session, by=by)
        demo_talks.hold(session, [school.number for school in schools], today(), by=by)
    with transaction() as session:
        tell("Konten")
        accounts = _open_accounts(session, schools, by=by)
    return {**_counts(), "accounts": accounts, "password": PASSWORD}


def _refuse_full(session: Session) -> None:
    if any(
        session.scalar(select(func.count()).select_from(table)) for table in (School, Device, Person, User)
    ):
        raise RuleBroken(N_("Die Datenbank ist nicht leer. Die Beispielstadt kommt nur in eine leere."))


def _settle(
    session: Session,
    schools: Sequence[DemoSchool],
    size: Size,
    chance: Random,
    *,
    by: Actor,
    batch: audit.Batch,
) -> list[Any]:
    numbers = {school.number for school in schools}
    rows = [row for row in places.school_rows() if row.values["school_number"] in numbers]
    SchoolIntake().write(session, rows, [], by=by, batch=batch)
    rooms = places.room_rows(tuple(schools))
    RoomIntake().write(session, rooms, [], by=by, batch=batch)
    pupils = size.people * (1000 - TEACHERS_OF_THOUSAND - STAFF_OF_THOUSAND) // 1000
    teachers = size.people * TEACHERS_OF_THOUSAND // 1000
    figures = places.figure_rows(tuple(schools), pupils, teachers, today(), chance)
    FiguresIntake().write(session, figures, [], by=by, batch=batch)
    return rooms


def _move_in(
    session: Session, schools: Sequence[DemoSchool], size: Size, *, by: Actor, batch: audit.Batch
) -> None:
    by_size = [
        invented.InventedSchool(school.number, school.classes)
        for school in schools
        for _n in range(school.size)
    ]
    steps = [Step(Kind.NEW, _as_wanted(person)) for person in _by_quota(by_size, size)]
    people_actions.write_people(session, SOURCE, steps, by=by, batch=batch)


def _by_quota(schools: Sequence[invented.InventedSchool], size: Size) -> list[invented.InventedPerson]:
    """As many pupils, teachers and staff as the town has, from as many invented people as that takes."""
    teachers, staff = size.people * TEACHERS_OF_THOUSAND // 1000, size.people * STAFF_OF_THOUSAND // 1000
    left = {
        PersonRole.PUPIL: size.people - teachers - staff,
        PersonRole.TEACHER: teachers,
        PersonRole.STAFF: staff,
    }
    found = []
    for person in invented.people(size.people * 2, schools, seed=size.seed):
        if left[person.role] > 0:
            left[person.role] -= 1
            found.append(person)
    return found


def _as_wanted(person: invented.InventedPerson) -> Wanted:
    return Wanted(
        stable_id=f"demo-{person.record_id}",
        role=person.role,
        family_name=person.family_name,
        given_name=person.given_name,
        record_id=person.record_id,
        username=person.username,
        email=person.email,
        school_numbers=person.school_numbers,
        school_class=person.school_class,
        class_raw=person.school_class,
    )


def _deliver(
    session: Session, schools: Sequence[DemoSchool], rooms: list[Any], size: Size, chance: Random, *, by: Actor,
    batch: audit.Batch,
) -> None:  # fmt: skip
    categories = catalogue.ensure_categories(session, by=by)
    for one in purchases.PURCHASES:
        values = {
            "category_id": categories[one.category],
            "manufacturer": one.manufacturer,
            "name": one.model,
        }
        catalogue.add_model(session, {**values, "warranty_months": one.warranty_months}, by=by)
    rows = purchases.device_rows(schools, rooms, size.devices, chance)
    funding.settle(session, rows, by=by, batch=batch)
    funding_book.write(session, by=by)
    DeviceIntake().write(session, rows, [], by=by, batch=batch)


def _equip(
    session: Session,
    schools: Sequence[DemoSchool],
    rooms: list[Any],
    size: Size,
    *,
    by: Actor,
    batch: audit.Batch,
) -> None:
    """Its chance is its own, so that the devices and hand-outs of a seed stay what they are."""
    chance = Random(size.seed)  # noqa: S311  repeatable, nothing secret
    pupils = size.people * (1000 - TEACHERS_OF_THOUSAND - STAFF_OF_THOUSAND) // 1000
    switches: dict[str, list[str]] = {}
    tags = select(School.school_number, Device.asset_tag).join(School, School.id == Device.school_id)
    tags = tags.join(Category, Category.id == Device.category_id).where(Category.name == "Switch")
    for number, tag in session.execute(tags.order_by(Device.id)):
        switches.setdefault(number, []).append(tag)
    licences = equipment.licence_rows(schools, pupils, today(), chance)
    LicenceIntake().write(session, licences, [], by=by, batch=batch)
    demo_licences.give_seats(session, today(), by=by)
    outlets = equipment.outlet_rows(schools, rooms, switches)
    DeviceTypeIntake().write(session, equipment.type_rows(), [], by=by, batch=batch)
    OutletIntake().write(session, outlets, [], by=by, batch=batch)
    demo_network.settle(session, by=by)
    towns = session.scalars(select(School).order_by(School.id)).all()
    demo_addresses.settle(session, towns, today(), by=by)
    TargetIntake().write(session, equipment.target_rows(today()), [], by=by, batch=batch)
    demo_plan.settle(session, schools, today(), by=by, batch=batch)


def _hand_out(session: Session, chance: Random, *, by: Actor) -> None:
    """A notebook for most teachers, a tablet for some pupils; some were to come back last summer and did not."""
    for use, role, due in (
        (Use.TEACHER, PersonRole.TEACHER, None),
        (Use.LOAN, PersonRole.PUPIL, _last_summer()),
    ):
        free = session.scalars(
            select(Device)
            .where(Device.use == use, Device.state.in_((State.IN_STOCK, State.IN_USE)))
            .order_by(Device.id)
        ).all()
        people = _by_school(session, role)
        for device in free:
            waiting = people.get(device.school_id or 0)
            if waiting and chance.random() < 0.9:
                overdue = due if chance.random() < 0.06 else None
                given = (overdue or today()) - timedelta(days=chance.randrange(60, 700))
                loans.hand_out(session, device, to=waiting.pop(), on=given, due_on=overdue, by=by)


def _by_school(session: Session, role: PersonRole) -> dict[int, list[Person]]:
    people: dict[int, list[Person]] = {}
    for person in session.scalars(select(Person).where(Person.role == role).order_by(Person.id.desc())):
        people.setdefault(person.school_id or 0, []).append(person)
    return people


def _last_summer() -> date:
    day = today()
    return date(day.year if day.month > 7 else day.year - 1, 7, 3)


def _leave(session: Session, *, by: Actor, batch: audit.Batch) -> None:
    """Some people have gone with a device in their bag: the return list is never empty in a real town."""
    holders = session.scalars(
        select(Person).join(Device, Device.person_id == Person.id).order_by(Person.id)
    ).all()
    steps = []
    for person in holders[::45]:
        schools = school_queries.numbers_of(session, [m.school_id for m in person.memberships])
        gone = Wanted(
            stable_id=person.stable_id, role=person.role, family_name=person.family_name, given_name=person.given_name,
            record_id=person.record_id, username=person.username, email=person.email, school_numbers=schools,
            school_class=person.school_class, state=PersonState.LEFT, left_on=_last_summer(),
        )  # fmt: skip
        changed = (
            ("state", PersonState.ACTIVE, PersonState.LEFT),
            ("left_on", None, gone.left_on),
        )
        steps.append(Step(Kind.LEFT, gone, person.id, changed))
    people_actions.write_people(session, SOURCE, steps, by=by, batch=batch)


def _open_accounts(session: Session, schools: Sequence[DemoSchool], *, by: Actor) -> list[dict[str, Any]]:
    first = school_queries.get_school(session, schools[-1].number, seen_by=by)
    small = school_queries.get_school(session, schools[0].number, seen_by=by)
    wanted: tuple[tuple[str, str, Role, list[School]], ...] = (
        ("admin", "Alex Admin", Role.ADMIN, []),
        ("amt", "Frau Sommerfeld (Schulverwaltungsamt)", Role.OFFICE, []),
        ("koordination", f"Herr Beispiel ({first.label})", Role.COORDINATOR, [first]),
        ("grundschule", f"Frau Muster ({small.label})", Role.COORDINATOR, [small]),
        ("lehrkraft", f"Frau Winter ({first.label})", Role.TEACHER, [first]),
        ("pruefung", "Rechnungsprüfung", Role.AUDITOR, []),
    )
    for name, shown, role, at in wanted:
        user = account_actions.add_user(session, name, display_name=shown, password=PASSWORD, by=by)
        account_actions.grant_role(session, user, role, schools=at, by=by)
        if role is Role.TEACHER:
            user.person_id = session.scalar(
                select(Person.id)
                .join(Device, Device.person_id == Person.id)
                .where(Person.school_id == first.id, Person.role == PersonRole.TEACHER)
                .order_by(Person.id)
                .limit(1)
            )
    return [
        {"name": name, "role": role.value, "schools": [one.school_number for one in at]}
        for name, _s, role, at in wanted
    ]


def _counts() -> dict[str, int]:
    with transaction() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in (("schools", School), ("people", Person), ("devices", Device))
        }
