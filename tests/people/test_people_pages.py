from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.database import transaction
from school_it.errors import N_, Sentence
from school_it.jobs.models import stored
from school_it.people import guards, holdings
from school_it.people.models import Person, SyncRun
from school_it.people.rules import PersonRole, PersonState, RunOutcome
from school_it.schools.models import School
from tests.people.conftest import AddPerson

SignIn = Callable[..., FlaskClient]


def text(browser: FlaskClient, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


# --- the list ---


def test_the_list_shows_active_people_by_surname(
    admin: FlaskClient, school: School, add_person: AddPerson
) -> None:
    for family_name in ("Zander", "Özil", "Otto"):
        add_person("Ada", family_name, school)
    add_person("Ida", "Fort", school, state=PersonState.LEFT)
    page = text(admin, "/people")
    assert page.index("Otto, Ada") < page.index("Özil, Ada") < page.index("Zander, Ada")
    assert "Fort, Ida" not in page
    assert "Fort, Ida" in text(admin, "/people?state=left")
    assert "Fort, Ida" in text(admin, "/people?state=")


@pytest.mark.parametrize(
    "query", ["q=grö", "q=groess+jür", "q=GROSS", "q=juergen", "class=05A", "role=pupil&school=115514"]
)
def test_the_list_finds_people_by_what_is_known_of_them(
    admin: FlaskClient, school: School, other_school: School, add_person: AddPerson, query: str
) -> None:
    add_person("Jürgen", "Größ", school, school_class="05A")
    add_person("Ute", "Ahl", other_school, role=PersonRole.TEACHER)
    page = text(admin, f"/people?{query}")
    assert "Größ, Jürgen" in page
    assert "Ahl, Ute" not in page


def test_the_list_goes_on_page_by_page(admin: FlaskClient, school: School, add_person: AddPerson) -> None:
    for n in range(27):
        add_person("Ada", f"Name{n:02}", school)
    first = text(admin, "/people?size=25")
    assert "Name24" in first
    assert "Name25" not in first
    cursor = first.partition("cursor=")[2].partition('"')[0]
    assert "Name25" in text(admin, f"/people?size=25&cursor={cursor}")


def test_words_that_mean_nothing_ask_for_nothing(
    admin: FlaskClient, school: School, add_person: AddPerson
) -> None:
    add_person("Ada", "Ahl", school)
    assert "Ahl, Ada" in text(admin, "/people?role=hexe&state=quark&size=x")
    assert text(admin, "/people?cursor=quark", status=422)


def test_a_coordinator_sees_the_people_of_their_school_only(
    sign_in_as: SignIn, school: School, other_school: School, add_person: AddPerson
) -> None:
    add_person("Ada", "Hier", school)
    elsewhere = add_person("Ida", "Dort", other_school)
    both = add_person("Uta", "Beide", other_school, school, role=PersonRole.TEACHER)
    nowhere = add_person("Eva", "Nirgends")
    browser = sign_in_as(Role.COORDINATOR, school)
    page = text(browser, "/people?state=")
    assert "Hier, Ada" in page
    assert "Beide, Uta" in page
    assert "Dort, Ida" not in page
    assert "Nirgends, Eva" not in page
    assert text(browser, f"/people/{both.id}")
    assert text(browser, f"/people/{elsewhere.id}", status=404)
    assert text(browser, f"/people/{nowhere.id}", status=404)


def test_teachers_see_no_list_of_people(sign_in_as: SignIn, school: School) -> None:
    assert text(sign_in_as(Role.TEACHER, school), "/people", status=404)


# --- a person ---


def test_a_persons_page_shows_schools_class_and_history(
    admin: FlaskClient, school: School, other_school: School, add_person: AddPerson
) -> None:
    ada = add_person("Ada", "Ahl", school, other_school, school_class="05A", class_raw="5 a", locked=True)
    page = text(admin, f"/people/{ada.id}")
    for words in (school.name, other_school.name, "05A", "5 a", "Person aufgenommen", "gesperrt"):
        assert words in page


def test_odd_names_are_shown_as_text(admin: FlaskClient, school: School, add_person: AddPerson) -> None:
    ada = add_person("Ada", "<script>alert(1)</script>", school)
    assert "<script>alert" not in text(admin, f"/people/{ada.id}") + text(admin, "/people")


def test_a_forgotten_person_is_not_there(admin: FlaskClient, school: School, add_person: AddPerson) -> None:
    gone = add_person("Ada", "Ahl", school, state=PersonState.FORGOTTEN)
    assert text(admin, f"/people/{gone.id}", status=404)
    assert "Ahl" not in text(admin, "/people?state=")


def test_what_a_person_holds_is_drawn_by_the_rooms_that_hand_it_out(
    admin: FlaskClient, school: School, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "PANELS", [])
    holdings.shown_by(lambda _session, person, _actor: f"Geräte von {person.given_name}")
    ada = add_person("Ada", "Ahl", school)
    assert "Geräte von Ada" in text(admin, f"/people/{ada.id}")


def test_leavers_who_hold_something_can_be_listed(
    admin: FlaskClient, school: School, add_person: AddPerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_person("Ada", "Ahl", school, state=PersonState.LEFT)
    monkeypatch.setattr(holdings, "_COLUMNS", [])
    assert "Ahl, Ada" not in text(admin, "/people?state=left&holding=1")
    holdings.kept_in(Person.id)
    assert "Ahl, Ada" in text(admin, "/people?state=left&holding=1")


# --- the directory ---


def test_the_directory_page_says_that_nothing_is_set(admin: FlaskClient) -> None:
    page = text(admin, "/people/directory")
    assert "kein Verzeichnis eingestellt" in page
    assert "Abgleichen" not in page


def test_coordinators_do_not_see_the_directory_page(sign_in_as: SignIn, school: School) -> None:
    browser = sign_in_as(Role.COORDINATOR, school)
    assert text(browser, "/people/directory", status=404)
    assert browser.post("/people/directory/test").status_code == 403
    assert browser.post("/people/directory/sync").status_code == 403


def test_an_auditor_sees_the_directory_page_and_starts_nothing(sign_in_as: SignIn) -> None:
    browser = sign_in_as(Role.AUDITOR)
    assert text(browser, "/people/directory")
    assert browser.post("/people/directory/sync").status_code == 403


def test_a_run_is_shown_with_its_counts_and_names(
    app: Flask, admin: FlaskClient, session: Session, school: School, add_person: AddPerson
) -> None:
    ada = add_person("Ada", "Ahl", school)
    step = {
        "kind": "changed", "person": ada.id, "name": "Ada Alt", "school_number": "115514", "school_class": "05A",
        "changes": {"family_name": ["Alt", "Ahl"], "state": ["left", "active"]},
    }  # fmt: skip
    result = {
        "entries": 5, "same": 3, "new": 0, "changed": 1, "left": 0, "returned": 0, "problem": 1, "steps": [step],
        "problems": [{"who": "x.y", "school_number": None, "sentence": "Der Nachname fehlt."}], "remarks": [],
        "by_school": {"115514": {"new": 0, "changed": 1, "same": 3, "left": 0, "returned": 0}},
    }  # fmt: skip
    with transaction() as writing:
        run = SyncRun(actor_name="Schul-IT", outcome=RunOutcome.APPLIED, applied=True, result=result)
        writing.add(run)
        writing.flush()
        number = run.id
    page = text(admin, f"/people/directory/runs/{number}")
    for words in ("Ada Ahl", "Nachname: Alt → Ahl", "Der Nachname fehlt.", school.name, "übernommen"):
        assert words in page
    assert f"/people/directory/runs/{number}" in text(admin, "/people/directory")
    assert text(admin, "/people/directory/runs/9999", status=404)


def test_a_run_speaks_the_readers_language(admin: FlaskClient, session: Session) -> None:
    too_many = Sentence(guards.EMPTIED["school_class"], n=20, of=20)
    nobody = Sentence(N_("Das Verzeichnis hat niemanden genannt. Bitte Wurzel, Filter und Rechte prüfen."))
    with transaction() as writing:
        result = {"told": [stored(too_many), stored(nobody)]}
        run = SyncRun(
            actor_name="Schul-IT", outcome=RunOutcome.REFUSED, sentence=str(too_many), result=result
        )
        writing.add(run)
        writing.flush()
        number = run.id
    address = f"/people/directory/runs/{number}"
    assert "20 von 20 Personen würden ihre Klasse verlieren." in text(admin, address)
    admin.post("/appearance", data={"language": "en"})
    page = text(admin, address)
    assert "20 of 20 people would lose their class." in page
    assert "niemanden" not in page
