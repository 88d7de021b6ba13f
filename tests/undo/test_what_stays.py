"""What has been done since stays, and each row that stays is named with the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Entry
from school_it.database import today, transaction
from school_it.devices import actions as device_actions
from school_it.devices import bulk, loans, many
from school_it.devices import queries as device_queries
from school_it.devices.models import Device, Handout
from school_it.devices.rules import State
from school_it.people import actions as people_actions
from school_it.people.models import Person
from school_it.schools import queries as school_queries
from school_it.schools.models import Room
from tests.undo.conftest import Undone, picture

Bring = Callable[..., int]
TakeBack = Callable[..., Undone]

THREE = "Inventarnummer;Seriennummer;Geräteart;Hersteller;Schulnummer;Raum\n"
THREE += "A-1;S1;Tablet;Acme;115514;1.07\nA-2;S2;Tablet;Acme;115514;1.07\nA-3;S3;Tablet;Acme;115514;1.08\n"
OTHERWISE = "Inventarnummer;Geräteart;Schulnummer;Raum;Bemerkung\n"
OTHERWISE += "A-1;Notebook;115514;2.01;neu\nA-2;Notebook;115514;2.01;neu\nA-3;Notebook;115514;2.01;neu\n"
PEOPLE = "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse\n"
PEOPLE += "p1;Schüler;Müller;Anna;115514;3b\np2;Schüler;Berger;Ben;115514;3b\n"


def change(tag: str, by: Actor, **values: object) -> None:
    with transaction() as session:
        device = device_queries.get_device(session, tag, seen_by=by)
        device_actions.change_device(session, device, values, by=by)


def lend(tag: str, family_name: str, by: Actor) -> None:
    with transaction() as session:
        person = session.scalars(select(Person).where(Person.family_name == family_name)).one()
        loans.hand_out(session, device_queries.get_device(session, tag, seen_by=by), to=person, by=by)


def stored(session: Session, tag: str) -> Device:
    session.rollback()
    return session.scalars(select(Device).where(Device.asset_tag == tag)).one()


@pytest.mark.usefixtures("town")
def test_a_row_changed_by_hand_since_stays_and_the_others_go_back(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("devices", THREE)
    batch = bring("devices", OTHERWISE)
    change("A-2", house, remark="von Hand")
    done = take_back(batch)
    assert (done.code, done.counts) == (4, (3, 2, 1))
    assert done.keys == [("A-2", "remark")]
    sentence = done.facts["conflicts"][0]["sentence"]
    assert "Bemerkung" in sentence
    assert house.name in sentence
    assert "Gerät geändert" in sentence
    device = stored(session, "A-2")
    assert (device.remark, device.room and device.room.room, device.category.name) == (
        "von Hand",
        "2.01",
        "Notebook",
    )
    assert [stored(session, tag).category.name for tag in ("A-1", "A-3")] == ["Tablet", "Tablet"]


@pytest.mark.usefixtures("town")
def test_a_later_change_of_something_else_on_the_row_is_a_conflict_too(
    bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("devices", THREE)
    batch = bring("devices", OTHERWISE)
    change("A-1", house, supplier="Händler")
    assert take_back(batch).keys == [("A-1", "supplier")]


@pytest.mark.usefixtures("town")
def test_a_row_changed_by_a_later_batch_stays(session: Session, bring: Bring, take_back: TakeBack) -> None:
    first = bring("devices", THREE)
    bring("devices", "Inventarnummer;Geräteart;Schulnummer;Raum\nA-3;Tablet;115514;3.01\n")
    done = take_back(first)
    assert (done.counts, done.keys) == ((3, 2, 1), [("A-3", "room")])
    assert session.scalars(select(Device.asset_tag)).all() == ["A-3"]


@pytest.mark.usefixtures("town")
def test_a_new_device_that_somebody_has_got_stays(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("people", PEOPLE)
    batch = bring("devices", THREE)
    lend("A-1", "Müller", house)
    done = take_back(batch)
    assert (done.counts, done.keys) == ((3, 2, 1), [("A-1", "holder")])
    assert session.scalar(select(func.count()).select_from(Handout)) == 1
    assert stored(session, "A-1").room is not None


@pytest.mark.usefixtures("town")
def test_a_new_person_who_has_something_stays_and_one_who_has_given_it_back_too(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("devices", THREE)
    batch = bring("people", PEOPLE + "p3;Schüler;Cem;Cem;115514;3b\n")
    lend("A-1", "Müller", house)
    lend("A-2", "Berger", house)
    with transaction() as writing:
        loans.take_back(writing, device_queries.get_device(writing, "A-2", seen_by=house), by=house)
    done = take_back(batch)
    assert (done.code, done.counts, done.keys) == (4, (3, 1, 2), [("p1", None), ("p2", None)])
    assert "gebraucht" in done.facts["conflicts"][0]["sentence"]
    assert sorted(session.scalars(select(Person.stable_id))) == ["p1", "p2"]


@pytest.mark.usefixtures("town")
def test_a_new_room_in_which_devices_stand_stays(session: Session, bring: Bring, take_back: TakeBack) -> None:
    batch = bring("rooms", "Schulnummer;Raum;Gebäude\n115514;1.07;Altbau\n115514;1.10;Altbau\n")
    bring("devices", THREE)
    done = take_back(batch)
    assert (done.counts, done.keys) == ((2, 1, 1), [("115514 1.07", None)])
    assert "Gerät" in done.facts["conflicts"][0]["sentence"]
    room = session.scalars(select(Room).where(Room.room == "1.07")).one()
    assert room.building is not None


@pytest.mark.usefixtures("town")
def test_a_room_made_along_the_way_stays_silently_where_others_use_it(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    batch = bring("devices", THREE)
    bring("devices", "Inventarnummer;Geräteart;Schulnummer;Raum\nB-1;Tablet;115514;1.07\n")
    done = take_back(batch)
    assert (done.code, done.counts, done.facts["conflicts"]) == (0, (3, 3, 0), [])
    assert session.scalars(select(Room.room)).all() == ["1.07"]


@pytest.mark.usefixtures("town")
def test_a_new_school_with_a_room_of_its_own_stays(bring: Bring, take_back: TakeBack) -> None:
    batch = bring("schools", "Schulnummer;Schule;Schulform\n193240;Gesamtschule Anderswo;GE\n")
    bring("rooms", "Schulnummer;Raum\n193240;1.01\n")
    done = take_back(batch)
    assert (done.code, done.facts["applied"], done.keys) == (3, False, [("193240", None)])


@pytest.mark.usefixtures("town")
def test_where_nothing_can_go_back_the_batch_may_be_tried_again_later(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    before = picture(session)
    batch = bring("schools", "Schulnummer;Schule;Schulform\n193240;Gesamtschule Anderswo;GE\n")
    rooms = bring("rooms", "Schulnummer;Raum\n193240;1.01\n")
    assert take_back(batch).code == 3
    assert take_back(rooms).code == 0
    assert take_back(batch).code == 0
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_a_batch_is_taken_back_once(session: Session, bring: Bring, take_back: TakeBack) -> None:
    batch = bring("rooms", "Schulnummer;Raum\n115514;1.01\n")
    assert take_back(batch).code == 0
    again = take_back(batch)
    assert again.code == 3
    assert "schon zurückgenommen" in again.facts["error"]


@pytest.mark.usefixtures("town")
def test_an_undo_is_not_taken_back_and_says_what_to_do_instead(bring: Bring, take_back: TakeBack) -> None:
    batch = bring("rooms", "Schulnummer;Raum\n115514;1.01\n")
    take_back(batch)
    refused = take_back(batch + 1)
    assert refused.code == 3
    assert "noch einmal einlesen" in refused.facts["error"]


def test_a_batch_that_is_not_there_is_a_sentence(take_back: TakeBack) -> None:
    assert take_back(4711).code == 1
    assert "4711" in take_back(4711).facts["error"]


@pytest.mark.usefixtures("town")
def test_a_batch_under_a_later_one_goes_back_once_that_one_has(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    bring("devices", THREE)
    before = picture(session)
    first, second = bring("devices", OTHERWISE), bring("devices", THREE)
    assert take_back(first, "--dry-run").counts == (3, 0, 3)
    assert take_back(second).code == 0
    assert take_back(first).code == 0
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_a_row_that_the_later_undo_has_left_keeps_standing_in_the_way(
    bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("devices", THREE)
    first, second = bring("devices", OTHERWISE), bring("devices", THREE)
    change("A-1", house, remark="von Hand")
    assert take_back(second).keys == [("A-1", "remark")]
    done = take_back(first)
    assert (done.counts, [key for key, _field in done.keys]) == ((3, 2, 1), ["A-1"])


@pytest.mark.usefixtures("town")
def test_a_number_that_somebody_else_has_got_since_is_not_given_twice(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("devices", THREE)
    batch = bring(
        "devices", "Inventarnummer;Seriennummer;Geräteart;Hersteller;Schulnummer\nA-1;S9;Tablet;Acme;115514\n"
    )
    bring(
        "devices", "Inventarnummer;Seriennummer;Geräteart;Hersteller;Schulnummer\nB-1;S1;Tablet;Acme;115514\n"
    )
    done = take_back(batch)
    assert (done.code, done.keys) == (3, [("A-1", "serial_number")])
    assert stored(session, "A-1").serial_number == "S9"


@pytest.mark.usefixtures("town")
def test_a_bound_device_does_not_end_by_an_undo(session: Session, bring: Bring, take_back: TakeBack) -> None:
    later = f"{today() + timedelta(days=90):%d.%m.%Y}"
    head = "Inventarnummer;Geräteart;Schulnummer;Zustand;Zweckbindung bis\n"
    bring("devices", f"{head}A-1;Tablet;115514;ausgesondert;{later}\n")
    batch = bring("devices", f"{head}A-1;Tablet;115514;Lager;{later}\n")
    done = take_back(batch)
    assert (done.code, done.keys) == (3, [("A-1", "state")])
    assert stored(session, "A-1").state is State.IN_STOCK


@pytest.mark.usefixtures("town")
def test_a_room_that_is_gone_cannot_be_gone_back_to(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    rooms = bring("rooms", "Schulnummer;Raum\n115514;1.01\n")
    bring("devices", "Inventarnummer;Geräteart;Schulnummer;Raum\nA-1;Tablet;115514;1.01\n")
    moved = bring("devices", "Inventarnummer;Geräteart;Schulnummer;Raum\nA-1;Tablet;115514;1.02\n")
    assert take_back(rooms).code == 0
    done = take_back(moved)
    assert (done.code, done.keys) == (3, [("A-1", "room")])
    assert "Raum" in done.facts["conflicts"][0]["sentence"]


@pytest.mark.usefixtures("town")
def test_a_value_that_nobody_has_accounted_for_stays(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    bring("devices", THREE)
    batch = bring("devices", OTHERWISE)
    with transaction() as writing:
        writing.execute(update(Device).where(Device.asset_tag == "A-1").values(remark="am Verlauf vorbei"))
    assert take_back(batch).keys == [("A-1", "remark")]


@pytest.mark.usefixtures("town")
def test_somebody_whose_name_is_forgotten_stays_forgotten(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("people", PEOPLE)
    batch = bring("people", "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse;Abgang am\n"
                  "p1;Schüler;Müller;Anna;115514;4a;01.02.2024\np2;Schüler;Berger;Ben;115514;4a;\n")  # fmt: skip
    with transaction() as writing:
        gone = writing.scalars(select(Person).where(Person.family_name == "Müller")).one()
        people_actions.forget(writing, gone, by=house)
    done = take_back(batch)
    assert done.counts == (2, 1, 1)
    assert "vergessen" in done.facts["conflicts"][0]["sentence"]
    names = {person.family_name: person.school_class for person in session.scalars(select(Person))}
    assert names == {"–": None, "Berger": "03B"}


@pytest.mark.usefixtures("town")
def test_who_had_a_device_before_the_list_has_it_again(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("people", PEOPLE)
    bring("devices", THREE)
    with transaction() as writing:
        anna = writing.scalars(select(Person).where(Person.family_name == "Müller")).one()
        device = device_queries.get_device(writing, "A-1", seen_by=house)
        loans.hand_out(writing, device, to=anna, on=date(2024, 2, 1), due_on=date(2030, 7, 31), by=house)
    lend("A-2", "Müller", house)
    before = picture(session)
    batch = bring("devices", "Inventarnummer;Geräteart;Schulnummer;Entleiher\nA-1;Tablet;115514;Ben Berger\n"
                  "A-2;Tablet;115514;\nA-3;Tablet;115514;Anna Müller\n", "--blank-clears", "holder")  # fmt: skip
    assert stored(session, "A-2").person is None
    assert take_back(batch).code == 0
    assert picture(session) == before
    device = stored(session, "A-1")
    assert (device.person and device.person.name, device.due_on) == ("Anna Müller", date(2030, 7, 31))


@pytest.mark.usefixtures("town")
def test_a_device_given_to_somebody_forgotten_since_is_not_given_back_to_a_nobody(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("people", PEOPLE)
    bring("devices", THREE)
    lend("A-1", "Müller", house)
    batch = bring("devices", "Inventarnummer;Geräteart;Schulnummer;Entleiher\nA-1;Tablet;115514;Ben Berger\n")
    bring(
        "people",
        "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Abgang am\np1;Schüler;Müller;Anna;115514;01.02.2024\n",
    )
    with transaction() as writing:
        gone = writing.scalars(select(Person).where(Person.family_name == "Müller")).one()
        people_actions.forget(writing, gone, by=house)
    done = take_back(batch)
    assert (done.code, done.keys) == (3, [("A-1", None)])
    assert "vergessen" in done.facts["conflicts"][0]["sentence"]
    holder = stored(session, "A-1").person
    assert holder is not None
    assert holder.name == "Ben Berger"


@pytest.mark.usefixtures("town")
def test_a_bulk_edit_goes_back_with_the_day_of_each_state(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    bring("devices", THREE)
    with transaction() as writing:
        writing.execute(update(Device).values(state_since=date(2024, 2, 1)))
    before = picture(session)
    with transaction() as writing:
        other = school_queries.get_school(writing, "167149", seen_by=house)
        idents = list(writing.scalars(select(Device.id)))
        values = {"school_id": other.id, "state": State.IN_REPAIR, "manufacturer": "Bolt"}
        made = bulk.edit_many(writing, idents, values, ["remark"], by=house)
        assert made.batch is not None
        batch = made.batch.id
    assert stored(session, "A-1").room is None
    done = take_back(batch)
    assert (done.code, done.counts, done.facts["kind"]) == (0, (3, 3, 0), "devices.bulk")
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_devices_taken_in_together_go_together(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    before = picture(session)
    with transaction() as writing:
        here = school_queries.get_school(writing, "115514", seen_by=house)
        known = device_queries.category_ids(writing)
        many.add_many(writing, {"school_id": here.id, "category_id": known["Tablet"]}, count=3, by=house)
    assert take_back(1).counts == (3, 3, 0)
    assert picture(session) == before


@pytest.mark.usefixtures("town")
def test_a_number_used_again_has_a_story_of_its_own(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    """SQLite gives the number of a removed row to the next one."""
    take_back(bring("rooms", "Schulnummer;Raum\n115514;1.01\n"))
    bring("rooms", "Schulnummer;Raum\n115514;2.02\n")
    room = session.scalars(select(Room)).one()
    assert [entry.object_label for entry in audit.story(session, room)] == ["2.02"]


@pytest.mark.usefixtures("town")
def test_nothing_is_said_any_more_about_people_who_went_by_an_undo(
    session: Session, bring: Bring, take_back: TakeBack
) -> None:
    take_back(bring("people", PEOPLE))
    session.rollback()
    told = session.scalars(select(Entry).where(Entry.object_type == "people")).all()
    assert len(told) == 4
    assert not any(entry.personal or entry.changes for entry in told)


PROGRAMME = (
    "Kürzel;Titel;Finanzierungsart;Fördersatz\nDP;Digitale Schule;Anteil;90 %\nDQ;Zweites;Anteil;80 %\n"
)
GRANTS = "Kennzeichen;Programm;Aktenzeichen;Bescheid vom;Durchführung bis;zuwendungsfähige Ausgaben\n"
GRANTS += "G-1;DP;48.03-1;15.02.2024;30.09.2025;10.000,00\nG-2;DP;48.03-2;15.02.2024;30.09.2025;10.000,00\n"


@pytest.mark.usefixtures("town")
def test_a_programme_and_a_grant_that_a_device_names_stay(bring: Bring, take_back: TakeBack) -> None:
    programmes, grants = bring("programmes", PROGRAMME), bring("grants", GRANTS)
    devices = bring(
        "devices",
        "Inventarnummer;Geräteart;Schulnummer;Aktenzeichen;Förderprogramm\nA-1;Tablet;115514;48.03-1;DQ\n",
    )
    assert take_back(programmes, "--dry-run").keys == [("DP", None), ("DQ", None)]
    tried = take_back(grants, "--dry-run")
    assert (tried.counts, len(tried.keys)) == ((2, 1, 1), 1)
    for batch in (devices, grants, programmes):
        assert take_back(batch).code == 0


@pytest.mark.usefixtures("town")
def test_what_the_trail_says_of_one_holder_goes_with_that_one_only(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor
) -> None:
    """From Anna to Ben by a list, and back by an undo: forgetting Ben leaves nothing of Ben, and Anna's name stays."""
    bring("people", PEOPLE)
    bring("devices", THREE)
    lend("A-1", "Müller", house)
    take_back(
        bring("devices", "Inventarnummer;Geräteart;Schulnummer;Entleiher\nA-1;Tablet;115514;Ben Berger\n")
    )
    with transaction() as writing:
        ben = writing.scalars(select(Person).where(Person.family_name == "Berger")).one()
        audit.forget(writing, ben.id)
    session.rollback()
    told = [entry.personal for entry in session.scalars(select(Entry).where(Entry.object_type == "devices"))]
    assert "Ben Berger" not in str(told)
    assert str(told).count("Anna Müller") == 3
