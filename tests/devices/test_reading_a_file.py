"""Devices from a file: keys, references, holders, what is refused, and that the search finds them afterwards."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit, sheets
from school_it.access import Actor
from school_it.audit import Entry
from school_it.changes import difference
from school_it.database import today, transaction
from school_it.devices import loans, queries, sheet
from school_it.devices.intake import DeviceIntake
from school_it.devices.models import Device, Handout
from school_it.devices.rules import State, Use
from school_it.people.models import Person
from school_it.schools.models import Room, School
from school_it.setwise import Changed
from school_it.sheets import Reading, Table
from tests.devices.conftest import AddDevice
from tests.devices.test_pages import statements

INTAKE = DeviceIntake()


def reading_of(*rows: dict[str, Any]) -> Reading:
    """A file with these fields as its columns, read by the sheet of devices."""
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    headers = tuple(sheet.DEVICES.column(name).header for name in names)
    cells = [(number, [row.get(name) for name in names]) for number, row in enumerate(rows, start=2)]
    return sheets.read(sheet.DEVICES, Table("Geräte", 1, headers, tuple(range(len(names))), cells))


def problems_of(session: Session, by: Actor, *rows: dict[str, Any]) -> list[str]:
    reading = reading_of(*rows)
    assert not reading.problems
    return [f"{one.row} {one.column}: {one.sentence}" for one in INTAKE.check(session, reading, by=by)]


def take(by: Actor, *rows: dict[str, Any]) -> tuple[int, int, int]:
    """Read, compare and write; returns how many were new, changed and the same."""
    reading = reading_of(*rows)
    assert not reading.problems
    with transaction() as session:
        assert not list(INTAKE.check(session, reading, by=by))
        known = INTAKE.known(session, reading.rows)
        new = [row for row in reading.rows if row.number not in known]
        changed = []
        for row in reading.rows:
            if row.number in known:
                ident, values = known[row.number]
                fields = difference(values, row.values)
                school_id = session.get_one(Device, ident).school_id
                if fields:
                    changed.append(Changed(ident, fields, INTAKE.label(row.values), school_id))
        batch = audit.begin_batch(session, "import", by=by)
        INTAKE.write(session, new, changed, by=by, batch=batch)
    return len(new), len(changed), len(reading.rows) - len(new) - len(changed)


ROW = {"asset_tag": "A1", "category": "iPad", "school_number": "115514"}


@pytest.fixture(autouse=True)
def _ready(school: School, categories: dict[str, int]) -> None:
    """A school and the categories are there."""


def test_every_column_arrives(session: Session, house: Actor, pupil: Person, funded: None) -> None:
    full = {
        **ROW, "serial_number": "S1", "manufacturer": "Beispiel", "model": "Pad 9", "room": "1.07", "use": "Leihe",
        "state": "in Betrieb", "acquired_on": "01.02.2024", "commissioned_on": "2024-02-03", "price_net": "419,33",
        "price_gross": "499,00 €", "supplier": "Muster GmbH", "invoice_no": "R1", "order_no": "O1", "programme": "DP",
        "file_reference": "48/1", "bound_until": "31.12.2029", "warranty_until": "01.02.2027",
        "mac_address": "aa-bb-cc-dd-ee-0f", "holder": "Müller, Anna", "remark": "neu",
    }  # fmt: skip
    assert take(house, full) == (1, 0, 0)
    device = session.scalars(select(Device)).one()
    assert (device.category.name, device.room and device.room.room, device.use) == (
        "Tablet",
        "1.07",
        Use.LOAN,
    )
    assert (device.price_net, device.mac_address) == (Decimal("419.33"), "AA:BB:CC:DD:EE:0F")
    assert device.person_id == pupil.id
    assert take(house, full) == (0, 0, 1)


def test_an_export_read_again_changes_nothing(
    session: Session, house: Actor, add_device: AddDevice, room: Room
) -> None:
    device = add_device(
        "A1", serial_number="S1", manufacturer="Beispiel", room_id=room.id, price_gross=Decimal("1.5")
    )
    with transaction() as writing:
        loans.hand_out(writing, writing.merge(device), to=writing.merge(room), by=house)
    (row,) = session.execute(queries.rows_for_sheet())
    (line,) = sheets.lines(sheet.DEVICES, [queries.with_holder(row)])
    cells = [float(value) if isinstance(value, Decimal) else value for value in line]
    again = {name: cell for name, cell in zip(sheet.FIELDS, cells, strict=True) if cell is not None}
    assert take(house, again) == (0, 0, 1)


def test_a_row_is_known_by_its_number_else_by_its_serial_number(
    session: Session, house: Actor, add_device: AddDevice
) -> None:
    add_device("A1", serial_number="S1", manufacturer="Beispiel")
    base = {"category": "Tablet", "school_number": "115514"}
    assert take(house, {**base, "asset_tag": "a1", "remark": "x"}) == (0, 1, 0)
    assert take(house, {**base, "serial_number": "s1", "manufacturer": "BEISPIEL", "remark": "y"}) == (
        0,
        1,
        0,
    )
    assert session.scalars(select(Device.remark)).all() == ["y"]
    assert session.scalars(select(Device.asset_tag)).all() == ["A1"]


def test_rows_without_a_number_get_the_next_ones(session: Session, house: Actor) -> None:
    rows = [
        {"category": "PC", "school_number": "115514", "serial_number": f"S{n}", "manufacturer": "B"}
        for n in range(3)
    ]
    assert take(house, *rows) == (3, 0, 0)
    assert session.scalars(select(Device.asset_tag)).all() == ["IT-000001", "IT-000002", "IT-000003"]


def test_keys_that_fit_two_devices_are_a_problem(
    session: Session, house: Actor, add_device: AddDevice
) -> None:
    add_device("A1", serial_number="S1", manufacturer="B")
    add_device("A2", serial_number="S2", manufacturer="B")
    both = {**ROW, "serial_number": "S2", "manufacturer": "B"}
    (problem,) = problems_of(session, house, both)
    assert problem.startswith("2 Seriennummer: ")
    assert "A2" in problem
    assert "A1" in problem
    (problem,) = problems_of(session, house, {**both, "asset_tag": "NEU"})
    assert "A2" in problem


def test_the_same_number_in_other_letters_twice_is_a_problem(session: Session, house: Actor) -> None:
    assert len(problems_of(session, house, ROW, {**ROW, "asset_tag": "a1"})) == 2


BASE = {"category": "Tablet", "school_number": "115514"}
MAC = "AA:BB:CC:DD:EE:0F"


def test_a_row_without_another_key_is_known_by_its_mac_address(
    session: Session, house: Actor, add_device: AddDevice
) -> None:
    add_device("A1", mac_address=MAC)
    assert take(house, {**BASE, "mac_address": "aa-bb-cc-dd-ee-0f", "remark": "x"}) == (0, 1, 0)
    assert take(house, {**BASE, "mac_address": "AA:BB:CC:DD:EE:10"}) == (1, 0, 0)
    assert session.scalars(select(Device.asset_tag).order_by(Device.id)).all() == ["A1", "IT-000001"]


def test_a_list_of_rooms_says_of_known_devices_no_more_than_their_numbers(
    session: Session, house: Actor, add_device: AddDevice
) -> None:
    add_device("A1", category="Notebook")
    (problem,) = problems_of(
        session, house, {"asset_tag": "A1"}, {**BASE, "asset_tag": "A2", "category": None}
    )
    assert problem == "3 Geräteart: Geräteart fehlt. Bitte eintragen."
    assert len(problems_of(session, house, {"asset_tag": "A3"})) == 2
    assert take(house, {"asset_tag": "a1", "room": "2.01"}) == (0, 1, 0)
    device = session.scalars(select(Device)).one()
    assert (device.category.name, device.room and device.room.room) == ("Notebook", "2.01")


def test_a_list_of_rooms_tells_nobody_what_a_device_of_another_school_is(
    session: Session, coordinator: Actor, add_device: AddDevice, other_school: School
) -> None:
    add_device("A1", category="Notebook", school_id=other_school.id)
    reading = reading_of({"asset_tag": "A1"})
    (problem,) = INTAKE.check(session, reading, by=coordinator)
    assert "Schule, an der Sie nichts ändern dürfen" in str(problem.sentence)
    assert reading.rows[0].values == {"asset_tag": "A1"}


def test_a_mac_address_that_two_devices_have_is_a_problem_that_names_them(
    session: Session, house: Actor, coordinator: Actor, add_device: AddDevice, other_school: School
) -> None:
    add_device("A1", mac_address=MAC)
    add_device("A2", mac_address=MAC, school_id=other_school.id)
    (problem,) = problems_of(session, house, {**BASE, "mac_address": MAC})
    assert "A1, A2" in problem
    (problem,) = problems_of(session, coordinator, {**BASE, "mac_address": MAC})
    assert "A1" in problem
    assert "A2" not in problem


def test_devices_with_numbers_of_their_own_may_share_a_mac_address(session: Session, house: Actor) -> None:
    rows = [{**ROW, "asset_tag": tag, "mac_address": MAC} for tag in ("A1", "A2")]
    assert take(house, *rows) == (2, 0, 0)
    twice = reading_of({**BASE, "mac_address": MAC}, {**BASE, "mac_address": MAC})
    assert [problem.row for problem in twice.problems] == [2, 3]


def test_two_rows_that_mean_one_device_by_different_keys_are_problems(
    session: Session, house: Actor, add_device: AddDevice
) -> None:
    add_device("A1", serial_number="S1", manufacturer="B")
    by_serial = {**BASE, "serial_number": "S1", "manufacturer": "B", "remark": "x"}
    told = problems_of(session, house, {**ROW, "remark": "y"}, by_serial)
    assert told == [
        f"{row} None: Die Zeilen 2, 3 meinen dasselbe Gerät. Bitte nur eine davon stehen lassen."
        for row in (2, 3)
    ]


def test_a_serial_number_twice_in_other_letters_is_a_problem(session: Session, house: Actor) -> None:
    serial = {"serial_number": "S1", "manufacturer": "Beispiel"}
    other = {"serial_number": "s1", "manufacturer": "BEISPIEL"}
    told = problems_of(session, house, {**ROW, **serial}, {**ROW, "asset_tag": "A2", **other})
    assert all("Zeilen 2, 3" in sentence for sentence in told)
    assert len(told) == 2


def test_what_would_come_to_be_by_the_way_is_told(
    session: Session, house: Actor, add_device: AddDevice, room: Room
) -> None:
    add_device("A1", manufacturer="Beispiel", model="Pad 9", supplier="Muster GmbH")
    rows = reading_of(
        {**ROW, "manufacturer": "Beispiel", "model": "Pad 10", "supplier": "Muster GmbH", "room": room.room},
        {**ROW, "asset_tag": "A2", "manufacturer": "Beispiel", "model": "Pad 10", "room": "1.8"},
    ).rows
    found = {(one.field, one.value): one for one in INTAKE.creates(session, rows, by=house)}
    assert set(found) == {("room", "1.8"), ("model", "Pad 10")}
    assert (found["room", "1.8"].school_number, found["room", "1.8"].known) == ("115514", ("1.07",))
    assert (found["model", "Pad 10"].rows, found["model", "Pad 10"].known) == ((2, 3), ("Pad 9",))


def test_what_would_come_to_be_costs_the_same_few_statements_for_any_number_of_rows(
    session: Session, house: Actor
) -> None:
    rows = [
        {**ROW, "asset_tag": f"A{n}", "room": f"R{n}", "model": f"M{n}", "supplier": f"L{n}"}
        for n in range(300)
    ]
    counts = []
    for some in (rows[:2], rows):
        reading = reading_of(*some)
        with statements() as seen:
            INTAKE.creates(session, reading.rows, by=house)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 3


def test_a_new_category_is_made_only_where_somebody_agreed_and_may(
    session: Session, house: Actor, coordinator: Actor, categories: dict[str, int]
) -> None:
    agreed = INTAKE.sheet(session, ["Brille"])
    header = ("Inventarnummer", "Geräteart", "Schulnummer")
    table = Table("Geräte", 1, header, (0, 1, 2), [(2, ["A1", "Brille", "115514"])])
    assert sheets.read(sheet.DEVICES, table).problems
    reading = sheets.read(agreed, table)
    (refused,) = INTAKE.check(session, reading, by=coordinator)
    assert "Schulverwaltungsamt" in str(refused.sentence)
    assert not list(INTAKE.check(session, reading, by=house))
    with transaction() as writing:
        batch = audit.begin_batch(writing, "import", by=house)
        INTAKE.write(writing, reading.rows, [], by=house, batch=batch)
        number = batch.id
    assert session.scalars(select(Device)).one().category.name == "Brille"
    assert "Brille" not in categories
    made = session.scalars(select(Entry).where(Entry.object_label == "Brille")).one()
    assert (made.action, made.batch_id) == ("category.added", number)


def test_what_is_out_of_reach_is_a_problem(
    session: Session, coordinator: Actor, add_device: AddDevice, other_school: School
) -> None:
    add_device("A1", school_id=other_school.id)
    assert "gehört zu einer Schule" in problems_of(session, coordinator, ROW)[0]
    assert (
        "167149" in problems_of(session, coordinator, {**ROW, "asset_tag": "N", "school_number": "167149"})[0]
    )


def test_a_school_that_is_not_there_is_a_problem_for_the_office_too(
    session: Session, office: Actor, categories: dict[str, int]
) -> None:
    (problem,) = problems_of(session, office, {**ROW, "school_number": "999999"})
    assert problem == "2 Schulnummer: Die Schule 999999 ist hier nicht bekannt."


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("model", "x" * 121, "Höchstens 120 Zeichen."),
        ("room", "x" * 41, "Höchstens 40 Zeichen."),
        ("price_gross", 30_000_000, "Diese Zahl ist zu groß. Bitte eine kleinere eintragen."),
        ("asset_tag", "new", "»new« ist als Inventarnummer nicht möglich."),
        ("asset_tag", "A1/edit", "»A1/edit« ist als Inventarnummer nicht möglich."),
    ],
)
def test_what_a_device_cannot_have_is_a_problem(
    session: Session, house: Actor, field: str, value: object, said: str
) -> None:
    (problem,) = problems_of(session, house, {**ROW, field: value})
    assert said in problem


def test_a_bound_device_is_not_disposed_of_by_a_file(
    session: Session, office: Actor, coordinator: Actor, add_device: AddDevice
) -> None:
    add_device("A1", bound_until=today() + timedelta(days=1))
    add_device("A2")
    gone = {**ROW, "state": "ausgesondert"}
    assert "Zweckbindung" in problems_of(session, office, gone)[0]
    assert problems_of(session, office, {**gone, "asset_tag": "A2"}) == []
    assert "Schulverwaltungsamt" in problems_of(session, coordinator, {**gone, "asset_tag": "A2"})[0]
    assert take(office, {**gone, "asset_tag": "A2"}) == (0, 1, 0)
    device = session.scalars(select(Device).where(Device.asset_tag == "A2")).one()
    assert (device.state, device.approved_by, device.disposed_on) == (State.DISPOSED, "schulamt", today())


def test_a_disposed_device_comes_back_only_through_the_office(
    session: Session, office: Actor, coordinator: Actor, add_device: AddDevice
) -> None:
    add_device("A1")
    take(office, {**ROW, "state": "ausgesondert"})
    assert "Schulverwaltungsamt" in problems_of(session, coordinator, {**ROW, "state": "Lager"})[0]
    assert take(office, {**ROW, "state": "Lager"}) == (0, 1, 0)
    device = session.scalars(select(Device)).one()
    assert (device.approved_on, device.disposed_on) == (None, None)


def test_a_name_that_fits_nobody_stays_as_text(session: Session, house: Actor) -> None:
    assert take(house, {**ROW, "holder": "Frau Niemand"}) == (1, 0, 0)
    device = session.scalars(select(Device)).one()
    assert (device.person_id, device.holder_name, device.state) == (None, "Frau Niemand", State.IN_USE)


def test_a_new_holder_closes_the_old_hand_out_and_opens_another(
    session: Session, house: Actor, pupil: Person
) -> None:
    take(house, {**ROW, "holder": "Frau Niemand"})
    assert take(house, {**ROW, "holder": "Anna Müller"}) == (0, 1, 0)
    given = session.scalars(select(Handout).order_by(Handout.id)).all()
    assert [(one.holder_name, one.person_id, one.returned_on) for one in given] == [
        ("Frau Niemand", None, today()),
        (None, pupil.id, None),
    ]
    entries = session.scalars(select(Entry).where(Entry.personal.is_not(None)).order_by(Entry.id)).all()
    told = [(entry.personal, entry.person_id) for entry in entries[-2:]]
    assert told == [
        ({"holder": ["Frau Niemand", None]}, None),
        ({"holder": [None, "Anna Müller"]}, pupil.id),
    ]
    assert all("Anna" not in str(entry.changes) for entry in session.scalars(select(Entry)))


def test_the_trail_tells_every_change_in_one_batch(
    session: Session, house: Actor, add_device: AddDevice
) -> None:
    add_device("A1")
    take(house, {**ROW, "room": "2.01", "category": "Notebook"})
    entry = session.scalars(select(Entry).where(Entry.action == "device.changed")).one()
    assert set(entry.changes) == {"category_id", "room_id"}
    assert entry.batch_id is not None


def test_a_device_that_changes_school_leaves_its_room_behind(
    session: Session, house: Actor, add_device: AddDevice, room: Room, other_school: School
) -> None:
    add_device("A1", room_id=room.id)
    take(house, {**ROW, "school_number": "167149"})
    device = session.scalars(select(Device)).one()
    assert (device.school_id, device.room_id) == (other_school.id, None)


def test_what_came_from_a_file_is_found(session: Session, house: Actor) -> None:
    take(house, {**ROW, "model": "Größer Pad"}, {**ROW, "asset_tag": "A2", "model": "Kleiner"})
    take(house, {**ROW, "asset_tag": "A2", "model": "Winziger"})
    tags = lambda text: [row.asset_tag for row in queries.matching_devices(session, text, seen_by=house)]  # noqa: E731
    assert tags("groesser") == ["A1"]
    assert tags("kleiner") == []
    assert tags("inzig") == ["A2"]
    assert session.scalar(select(func.count()).select_from(Device)) == 2
