"""One directory for each school, side by side: each has its own people, its own guard and its own runs (63, 64)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import settings as settings_of
from school_it.access import Actor
from school_it.errors import RuleBroken, SettingsError
from school_it.jobs.work import Work
from school_it.people import night
from school_it.people.models import Person, PersonState, SyncRun
from school_it.schools.models import School
from tests.directory.slapd import READER_PASSWORD, Slapd
from tests.directory.syncing import person, run, sync
from tests.directory.town import Resident

pytestmark = pytest.mark.directory


@pytest.fixture
def two(app: Flask, slapd: Slapd, schools: list[School]) -> Iterator[dict[str, dict[str, Any]]]:
    """The tables as the operator writes them; `put` them in place after a change."""
    before = app.config["SCHOOL_IT"]
    tables = {
        name: {
            "name": name,
            "url": slapd.secure_url,
            "base_dn": f"o={layout}",
            "bind_dn": f"cn=leser,o={layout}",
            "password": READER_PASSWORD,
            "ca_file": str(slapd.folder / "ca.pem"),
            "profile": layout,
        }
        for name, layout in (("stadt", "inetorg"), ("ikg", "ucs"))
    }
    put(app, tables)
    yield tables
    app.config["SCHOOL_IT"] = before


def put(app: Flask, tables: dict[str, dict[str, Any]]) -> None:
    values = {**app.config["SCHOOL_IT"]._values, "DIRECTORIES": list(tables.values())}
    app.config["SCHOOL_IT"] = settings_of.load(values, environ={})


def both(app: Flask, *options: str, code: int = 0) -> list[dict[str, Any]]:
    return list(sync(app, *options, code=code)["directories"])


def test_each_directory_brings_its_own_people_although_their_ids_are_alike(
    app: Flask, session: Session, two: Any, townspeople: list[Resident]
) -> None:
    first, second = both(app)
    assert (first["directory"], second["directory"]) == ("stadt", "ikg")
    assert first["new"] == second["new"] == len(townspeople)
    assert [one["same"] for one in both(app)] == [len(townspeople)] * 2
    found = session.scalars(select(Person).where(Person.username == "umlaute").order_by(Person.source)).all()
    assert [one.source for one in found] == ["ikg", "stadt"]


def test_one_directory_may_be_asked_by_its_name(
    app: Flask, session: Session, two: Any, townspeople: list[Resident]
) -> None:
    told = sync(app, "--directory", "ikg")
    assert (told["directory"], told["new"]) == ("ikg", len(townspeople))
    assert set(session.scalars(select(Person.source))) == {"ikg"}
    unknown = run(app, "sync", "--directory", "lessing", "--json")
    assert unknown.exit_code == 3
    assert "stadt, ikg" in json.loads(unknown.stdout)["error"]


def test_one_that_fails_keeps_no_other_from_its_turn_and_touches_nobody(
    app: Flask, session: Session, two: Any, townspeople: list[Resident]
) -> None:
    both(app)
    two["stadt"]["password"] = "falsch"
    put(app, two)
    first, second = both(app, code=1)
    assert "stadt: password" in first["error"]
    assert second["same"] == len(townspeople)
    assert not session.scalars(select(Person).where(Person.state == PersonState.LEFT)).all()


def test_the_night_goes_on_to_the_next_and_tells_what_failed(
    app: Flask, session: Session, two: Any, house: Actor
) -> None:
    two["stadt"]["url"] = "ldaps://127.0.0.1:1"
    two["stadt"]["base_dn"] = ""
    put(app, two)
    with pytest.raises(SettingsError, match="stadt: base_dn"):
        night.nightly_sync(_Alone(house))
    session.rollback()
    assert set(session.scalars(select(Person.source))) == {"ikg"}


class _Alone(Work):
    def __init__(self, by: Actor) -> None:
        self.by = by


def test_a_guard_looks_at_one_directory_alone(app: Flask, session: Session, two: Any) -> None:
    both(app)
    two["ikg"]["base_dn"] = "o=ucs-year"
    two["ikg"]["bind_dn"] = "cn=leser,o=ucs-year"
    put(app, two)
    first, second = both(app, code=3)
    assert (first["applied"], second["applied"]) == (True, False)
    assert "erlaubt" in second["refused"]


def test_people_of_a_directory_that_is_no_longer_entered_stay(app: Flask, session: Session, two: Any) -> None:
    both(app)
    put(app, {"ikg": two["ikg"]})
    assert sync(app)["left"] == 0
    assert not session.scalars(select(Person).where(Person.state == PersonState.LEFT)).all()


def test_names_of_a_run_are_kept_until_the_next_run_of_the_same_directory(
    app: Flask, session: Session, two: Any
) -> None:
    both(app)
    sync(app, "--directory", "ikg")
    kept = {one.id: "steps" in one.result for one in session.scalars(select(SyncRun).order_by(SyncRun.id))}
    assert list(kept.values()) == [True, False, True]


def test_everybody_in_the_directory_of_one_school_is_at_that_school(
    app: Flask, session: Session, two: Any
) -> None:
    two["ikg"]["school"] = "193240"
    put(app, {"ikg": two["ikg"]})
    sync(app)
    for username in ("umlaute", "drei.schulen", "ohne.schule"):
        assert [place.school.school_number for place in person(session, username).memberships] == ["193240"]


# --- as the operator writes them ---


def written(folder: Path, text: str, **environ: str) -> settings_of.Settings:
    (folder / "settings.toml").write_text(text, "utf-8")
    return settings_of.load(environ={"SCHOOL_IT_HOME": str(folder), **environ})


def test_a_table_takes_what_is_shared_and_never_where_and_who(tmp_path: Path) -> None:
    told = written(
        tmp_path,
        """
        LDAP_URL = "ldaps://eins.example"
        LDAP_BASE_DN = "dc=eins"
        LDAP_PASSWORD = "eins"
        LDAP_CA_FILE = "ca.pem"
        LDAP_MAX_LEAVERS_PERCENT = 7
        [[directories]]
        name = "ikg"
        url = "ldaps://zwei.example"
        max_leavers_percent = 20
        """,
    )
    first, second = told.directories
    assert (first.NAME, first.LDAP_PASSWORD, first.LDAP_MAX_LEAVERS_PERCENT) == ("directory", "eins", 7)
    assert (second.NAME, second.LDAP_CA_FILE, second.LDAP_MAX_LEAVERS_PERCENT) == ("ikg", "ca.pem", 20)
    assert (second.LDAP_BASE_DN, second.LDAP_PASSWORD) == ("", "")


def test_its_password_may_come_from_a_file_or_the_environment_and_shows_nowhere(tmp_path: Path) -> None:
    (tmp_path / "kennwort").write_text("aus-der-datei\n", "utf-8")
    text = (
        f'[[directories]]\nname = "ikg-nord"\nurl = "ldaps://x"\npassword_file = "{tmp_path / "kennwort"}"\n'
    )
    told = written(tmp_path, text)
    assert told.directories[0].LDAP_PASSWORD == "aus-der-datei"
    assert "aus-der-datei" not in repr(told) + repr(told.directories[0])
    from_environment = written(tmp_path, text, SCHOOL_IT_LDAP_PASSWORD_IKG_NORD="aus-der-umgebung")
    assert from_environment.directories[0].LDAP_PASSWORD == "aus-der-umgebung"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[directories]]\nurl = "ldaps://x"\n', "Name"),
        ('[[directories]]\nname = "file"\n', "file"),
        ('[[directories]]\nname = "IKG"\n', "IKG"),
        ('[[directories]]\nname = "ikg"\n[[directories]]\nname = "ikg"\n', "zweimal"),
        ('[[directories]]\nname = "ikg"\nuri = "ldaps://x"\n', "uri"),
        ('[[directories]]\nname = "ikg"\nstarttls = "vielleicht"\n', "ikg: starttls"),
        ('directories = "ikg"\n', "directories"),
    ],
)
def test_a_fault_in_a_table_stops_the_start_and_names_itself(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        written(tmp_path, text)


def test_an_unnamed_directory_of_several_is_asked_for(app: Flask, two: Any) -> None:
    from school_it.people import sources

    with pytest.raises(RuleBroken, match="stadt, ikg"):
        sources.one(app.config["SCHOOL_IT"])
