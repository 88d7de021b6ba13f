"""A whole town goes into the next school year: everything is counted, and nothing happens by accident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it import audit, settings
from school_it.access import Actor, Role
from school_it.access import house as house_of
from school_it.database import today, transaction
from school_it.errors import NotAllowed, Refused, RuleBroken
from school_it.people import actions, class_moves, year_change
from school_it.people.class_moves import Move, What
from school_it.people.entries import DirectoryAnswer, DirectoryPerson
from school_it.people.models import Person, SyncRun, YearChange
from school_it.people.rules import PersonRole, PersonState, RunOutcome, class_name
from school_it.schools.models import School
from school_it.settings import Settings

DAY = timedelta(days=1)

# --- class names ---


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("5 a", "05A"), ("05A", "05A"), ("5a", "05A"), ("Klasse 5a", "05A"), ("Kl. 5/A", "05A"), ("10-c", "10C"),
        ("EF", "EF"), ("ef a", "EFA"), ("Q1", "Q1"), ("q2", "Q2"), ("Q1b", "Q1B"),
        ("1/2 b", "1/2 b"), ("1-2", "1-2"), ("FW-8", "FW-8"), ("BK-IT 23", "BK-IT 23"), ("HBFS12a", "HBFS12a"),
        ("Eulen", "Eulen"), ("5", "05"), ("8ab", "08AB"),
    ],
)  # fmt: skip
def test_class_names_have_one_spelling_and_other_habits_stay(told: str, name: str) -> None:
    assert class_name(told) == name
    assert class_name(name) == name


@pytest.mark.parametrize(
    ("before", "after"),
    [("05A", "06B"), ("09C", "10C"), ("10A", "EF"), ("09A", "EFB"), ("EF", "Q1"), ("Q1", "Q2")],
)
def test_which_class_follows_which(before: str, after: str) -> None:
    assert class_moves.is_next(before, after)
    assert not class_moves.is_next(after, before)


@pytest.mark.parametrize("name", ["1/2 b", "Eulen", "BK-IT 23", None])
def test_mixed_and_other_classes_have_no_single_grade(name: str | None) -> None:
    assert class_moves.grade(name) is None


# --- what is odd ---


def said(*found: Move) -> list[str]:
    return [str(odd.sentence) for odd in class_moves.oddities(found)]


def move(before: str | None, after: str | None, what: What, number: int) -> Move:
    return Move("115514", before, after, what, number)


def test_an_ordinary_change_has_nothing_odd() -> None:
    assert said(
        move("03A", "04A", What.MOVED, 24), move("04A", None, What.LEFT, 25), move(None, "01A", What.NEW, 22)
    ) == []  # fmt: skip


def test_repeaters_jumps_and_steps_back_are_named() -> None:
    found = said(
        move("03A", "04A", What.MOVED, 20), move("03A", "03A", What.SAME, 2), move("03A", "03B", What.MOVED, 1),
        move("02A", "04B", What.MOVED, 1), move("04A", "03C", What.MOVED, 3), move("02B", None, What.MOVED, 4),
    )  # fmt: skip
    assert found == [
        "1 bleiben in ihrer Stufe (03A → 03B).",
        "1 überspringen eine Stufe (02A → 04B).",
        "3 gehen in eine Stufe darunter (04A → 03C).",
        "4 haben keine Klasse mehr (02B → –).",
        "2 wiederholen in derselben Klasse (03A).",
    ]


def test_a_class_without_a_successor_is_named_where_its_year_goes_on() -> None:
    ends = move("02B", None, What.LEFT, 23)
    assert said(move("02A", "03A", What.MOVED, 24), ends) == [
        "Klasse 02B: Alle 23 sind abgegangen, andere Klassen der Stufe gehen weiter."
    ]
    assert said(move("04A", None, What.LEFT, 24), replace_name(ends, "04B")) == []


def replace_name(one: Move, name: str) -> Move:
    return one._replace(before=name)


def test_two_years_in_one_class_are_seen_while_classes_are_being_renamed() -> None:
    half_way = (move("05A", "06A", What.MOVED, 28), move("06A", "06A", What.SAME, 27))
    repeaters = (move("05A", "06A", What.MOVED, 28), move("06A", "06A", What.SAME, 2))
    assert len(class_moves.two_years_in_one_class(half_way)) == 1
    assert class_moves.two_years_in_one_class(repeaters) == []


# --- a town with 1,600 pupils ---

GRADES = {"115514": range(1, 5), "167149": range(5, 11)}
LETTERS, EACH = {"115514": "ABCD", "167149": "ABCDE"}, {"115514": 25, "167149": 40}
PRIMARY, GYMNASIUM = 4 * 4 * 25, 6 * 5 * 40


def this_year() -> list[DirectoryPerson]:
    pupils = [
        pupil(school, f"{grade}{letter.lower()}", f"{school}-{grade}{letter}-{n}")
        for school, grades in GRADES.items()
        for grade in grades
        for letter in LETTERS[school]
        for n in range(EACH[school])
    ]
    assert len(pupils) == PRIMARY + GYMNASIUM == 1600
    staff = [
        replace(pupil(school, None, f"{school}-t{n}"), role=PersonRole.TEACHER)
        for school in GRADES
        for n in range(40)
    ]
    return pupils + staff


def pupil(school: str, school_class: str | None, key: str) -> DirectoryPerson:
    return DirectoryPerson(
        stable_id=key, role=PersonRole.PUPIL, family_name=f"Muster {key}", given_name="Ada", username=key,
        record_id=key, school_keys=(school,), school_class=school_class and class_name(school_class),
        class_raw=school_class,
    )  # fmt: skip


def next_year() -> list[DirectoryPerson]:
    """40 of the fourth year come to the Gymnasium, the others leave, its tenth year leaves; new ones come to both."""
    on = []
    for person in this_year():
        if person.role is not PersonRole.PUPIL:
            on.append(person)
            continue
        school, grade, letter = (
            person.school_keys[0],
            int((person.class_raw or "")[:-1]),
            (person.class_raw or "")[-1],
        )
        if grade + 1 in GRADES[school]:
            on.append(placed(person, school, f"{grade + 1}{letter}"))
        elif school == "115514" and int(person.stable_id.rpartition("-")[2]) < 10:
            on.append(placed(person, "167149", f"5{letter}"))
    new = [pupil("115514", f"1{letter}", f"neu-1{letter}-{n}") for letter in "abcd" for n in range(24)]
    return (
        on
        + new
        + [pupil("167149", f"5{letter}", f"neu-5{letter}-{n}") for letter in "abcde" for n in range(30)]
    )


def placed(person: DirectoryPerson, school: str, raw: str) -> DirectoryPerson:
    return replace(person, school_keys=(school,), school_class=class_name(raw), class_raw=raw)


@pytest.fixture
def town(session: Session, house: Actor, school: School, other_school: School, tell: Tell) -> None:
    tell(this_year())
    assert run(tell.settings, house).outcome is RunOutcome.APPLIED


class Tell:
    """What the directory would say next."""

    def __init__(self, home: Path) -> None:
        self.people: tuple[DirectoryPerson, ...] = ()
        values = {"HOME": str(home), "LDAP_URL": "ldaps://verzeichnis.example", "LDAP_BASE_DN": "dc=example"}
        self.settings = settings.load(values, environ={})

    def __call__(self, people: list[DirectoryPerson]) -> None:
        self.people = tuple(people)

    def read(self, *_args: object, **_values: object) -> DirectoryAnswer:
        return DirectoryAnswer("directory", self.people)


@pytest.fixture
def tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tell:
    told = Tell(tmp_path)
    monkeypatch.setattr(actions.directory, "read", told.read)
    return told


def run(settings: Settings, by: Actor, *, dry_run: bool = False, force: bool = False) -> SyncRun:
    return actions.sync_directory(settings, dry_run=dry_run, force=force, by=by)


def opened(by: Actor, *, since: date | None = None, until: date | None = None) -> None:
    with transaction() as session:
        year_change.open_it(
            session, since=since or today(), until=until or today() + 30 * DAY, reason="Schuljahr", by=by
        )


@pytest.mark.usefixtures("town")
def test_without_an_open_change_the_guard_stops_the_next_school_year(
    session: Session, house: Actor, tell: Tell
) -> None:
    tell(next_year())
    stopped = run(tell.settings, house)
    assert (stopped.outcome, stopped.applied) == (RunOutcome.REFUSED, False)
    assert "260 von 1680 Personen wären abgegangen" in (stopped.sentence or "")
    assert session.scalar(select(func.count()).where(Person.state == PersonState.LEFT)) == 0


@pytest.mark.usefixtures("town")
def test_a_whole_next_school_year_is_counted_exactly(session: Session, house: Actor, tell: Tell) -> None:
    opened(house)
    tell(next_year())
    plan = run(tell.settings, house, dry_run=True)
    assert (plan.outcome, plan.sentence) == (RunOutcome.TRIED, None)
    done = run(tell.settings, house)
    for found in (plan, done):
        told = {
            name: found.result[name] for name in ("new", "changed", "same", "left", "returned", "problem")
        }
        assert told == {"new": 246, "changed": 1340, "same": 80, "left": 260, "returned": 0, "problem": 0}
        moves = class_moves.from_json(found.result["classes"])
        assert class_moves.by_school(moves) == {
            "115514": sums(MOVED=300, NEW=96, LEFT=60, AWAY=40),
            "167149": sums(MOVED=1000, NEW=150, LEFT=200, ARRIVED=40),
        }
        assert Move("115514", "01A", "02A", What.MOVED, 25) in moves
        assert Move("167149", "10E", None, What.LEFT, 40) in moves
        assert class_moves.oddities(moves) == []
    classes = dict(
        session.execute(
            select(Person.school_class, func.count())
            .where(Person.state == PersonState.ACTIVE, Person.role == PersonRole.PUPIL)
            .group_by(Person.school_class)
        ).all()
    )
    assert (classes["01A"], classes["04D"], classes["05A"], classes["05E"], classes["06A"]) == (
        24,
        25,
        40,
        30,
        40,
    )
    assert session.scalar(select(Person.class_raw).where(Person.stable_id == "115514-1A-0")) == "2a"
    again = run(tell.settings, house)
    assert (again.result["same"], again.batch_id, again.result["classes"]) == (1666, None, [])


def sums(**told: int) -> dict[What, int]:
    return {what: told.get(what.name, 0) for what in What}


@pytest.mark.usefixtures("town")
def test_an_open_change_lets_no_empty_directory_and_no_missing_school_through(
    house: Actor, tell: Tell
) -> None:
    opened(house)
    tell([])
    assert run(tell.settings, house, force=True).outcome is RunOutcome.REFUSED
    tell([person for person in next_year() if person.school_keys == ("167149",)])
    missing = run(tell.settings, house)
    assert missing.outcome is RunOutcome.REFUSED
    assert "Schule 115514" in (missing.sentence or "")


@pytest.mark.usefixtures("town")
def test_classes_that_are_renamed_one_after_the_other_are_not_taken_over_half_way(
    house: Actor, tell: Tell
) -> None:
    opened(house)
    half = {person.stable_id: person for person in this_year()}
    half |= {one.stable_id: one for one in next_year() if one.school_class in ("03A", "03B", "03C", "03D")}
    tell(list(half.values()))
    stopped = run(tell.settings, house)
    assert stopped.outcome is RunOutcome.REFUSED
    assert "Klasse 03A: 25 sind noch darin und 25 kommen aus der Stufe darunter" in (stopped.sentence or "")


@pytest.mark.usefixtures("town")
def test_an_ordinary_day_needs_no_open_change(house: Actor, tell: Tell) -> None:
    gone = {f"167149-{grade}A-0" for grade in range(5, 9)}
    tell([person for person in this_year() if person.stable_id not in gone])
    assert (run(tell.settings, house).result["left"], run(tell.settings, house).result["left"]) == (4, 0)


# --- opening and closing ---


@pytest.mark.parametrize(
    ("since", "until", "is_open"),
    [(-10, -1, False), (-10, 0, True), (0, 5, True), (1, 5, False)],
)
def test_it_opens_on_its_day_and_closes_by_itself(
    session: Session, since: int, until: int, is_open: bool
) -> None:
    with transaction() as writing:
        days = {"since": today() + since * DAY, "until": today() + until * DAY}
        writing.add(YearChange(**days, reason="x", opened_by="x"))
    assert year_change.is_open(session, today()) is is_open


def test_closing_it_ends_it_at_once_and_stands_in_the_trail(session: Session, house: Actor) -> None:
    opened(house)
    with transaction() as writing:
        year_change.close_it(writing, by=house)
    assert not year_change.is_open(session, today())
    told = session.execute(select(audit.Entry.action, audit.Entry.facts).order_by(audit.Entry.id)).all()
    assert [action for action, _facts in told] == [
        "directory.year_change_opened",
        "directory.year_change_closed",
    ]
    assert told[0][1]["reason"] == "Schuljahr"


def test_only_one_is_open_at_a_time(session: Session, house: Actor) -> None:
    opened(house)
    with pytest.raises(RuleBroken):
        opened(house)


@pytest.mark.parametrize(
    ("since", "until", "reason"), [(0, -1, "x"), (-9, -1, "x"), (0, 93, "x"), (0, 5, None)]
)
def test_days_that_make_no_sense_are_refused(
    session: Session, house: Actor, since: int, until: int, reason: str | None
) -> None:
    days = {"since": today() + since * DAY, "until": today() + until * DAY}
    with pytest.raises(Refused), transaction() as writing:
        year_change.open_it(writing, **days, reason=reason, by=house)


def test_the_office_may_not_open_it(session: Session) -> None:
    office = replace(house_of("test"), grants=(replace(house_of("test").grants[0], role=Role.OFFICE),))
    with pytest.raises(NotAllowed):
        opened(office)


# --- the page ---


@pytest.mark.usefixtures("town")
def test_the_page_shows_class_by_class_how_a_school_goes_on(
    house: Actor, tell: Tell, sign_in_as: Callable[..., FlaskClient], app_directory: None
) -> None:
    stays = [person for person in this_year() if person.school_class == "06A"][:2]
    again = {person.stable_id: person for person in [*next_year(), *stays]}
    tell(list(again.values()))
    run(tell.settings, house, dry_run=True)
    browser = sign_in_as(Role.OFFICE)
    town = browser.get("/people/year").get_data(as_text=True)
    assert "260 von 1680 Personen wären abgegangen" in town
    school = browser.get("/people/year?school=167149").get_data(as_text=True)
    assert all(name in school for name in ("05A", "06A", "10E"))
    assert "2 wiederholen in derselben Klasse (06A)." in school
    assert "Muster" not in school


@pytest.fixture
def app_directory(app: object, monkeypatch: pytest.MonkeyPatch, tell: Tell) -> None:
    monkeypatch.setitem(app.config, "SCHOOL_IT", _with(app.config["SCHOOL_IT"], tell.settings))  # type: ignore[attr-defined]


def _with(product: Settings, told: Settings) -> Settings:
    names = {setting.name for setting in settings.SETTINGS if setting.name.startswith("LDAP_")}
    return Settings(product._values | {name: told[name] for name in names})


def test_an_admin_opens_and_closes_on_the_page(sign_in_as: Callable[..., FlaskClient]) -> None:
    browser, until = sign_in_as(Role.ADMIN), today() + 20 * DAY
    form = {"since": f"{today():%d.%m.%Y}", "until": f"{until:%d.%m.%Y}"}
    refused = browser.post("/people/year", data=form)
    assert refused.status_code == 422
    assert f"{until:%d.%m.%Y}" in refused.get_data(as_text=True)
    assert browser.post("/people/year", data={**form, "reason": "Schuljahr 2026/27"}).status_code == 302
    assert f"Geöffnet bis einschließlich {until:%d.%m.%Y}" in browser.get("/people/year").get_data(
        as_text=True
    )
    assert browser.post("/people/year/close").status_code == 302
    assert "kein Wechsel geöffnet" in browser.get("/people/year").get_data(as_text=True)


@pytest.mark.parametrize("role", [Role.OFFICE, Role.AUDITOR])
def test_others_look_at_it_only(sign_in_as: Callable[..., FlaskClient], role: Role) -> None:
    browser = sign_in_as(role)
    seen = browser.get("/people/year").get_data(as_text=True)
    assert "kein Wechsel geöffnet" in seen
    assert 'name="until"' not in seen
    assert browser.post("/people/year", data={"reason": "x"}).status_code == 403
    assert browser.post("/people/year/close").status_code == 403


def test_a_coordinator_has_no_such_page(sign_in_as: Callable[..., FlaskClient], school: School) -> None:
    assert sign_in_as(Role.COORDINATOR, school).get("/people/year").status_code == 404
