"""Signing in with the directory's password, against a real server: who gets in, with which rights, and who never."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from school_it import settings as settings_of
from school_it.access import Actor, Role
from school_it.accounts import actions, from_directory, queries
from school_it.accounts.models import DIRECTORY, RoleGrant, SignedInSession, Token, User
from school_it.accounts.night import follow_directory
from school_it.accounts.rules import FREE_TRIES
from school_it.audit import Action, Entry
from school_it.database import db, transaction
from school_it.errors import RuleBroken, SettingsError
from school_it.jobs.work import Work
from school_it.people import credentials, sources, wire
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.schools.models import School
from tests.conftest import PASSWORD, without_tokens
from tests.directory.slapd import Slapd
from tests.directory.syncing import Pointed, person, sync
from tests.directory.town import Resident, ldif

pytestmark = pytest.mark.directory

SUFFIX = "o=inetorg"
OPENS = "geheim"
"""Everybody's password in the invented town."""
WRONG = "Anmeldename oder Kennwort stimmt nicht."
GROUPS = f"ou=groups,{SUFFIX}"
Knock = Callable[..., TestResponse]


def dn_of(username: str) -> str:
    return f"uid={username},ou=people,{SUFFIX}"


@pytest.fixture
def groups(slapd: Slapd) -> Iterator[Slapd]:
    """Groups of two kinds, without anybody whom a test lets in; gone afterwards."""
    kinds = {"schul-it": "groupOfNames", "koordination": "groupOfUniqueNames", "kollegium": "posixGroup"}
    entries: list[list[tuple[str, str | bytes]]] = [[("dn", GROUPS), ("objectClass", "organizationalUnit")]]
    for name, kind in kinds.items():
        nobody = {"groupOfNames": "member", "groupOfUniqueNames": "uniqueMember"}.get(kind)
        more = [(nobody, dn_of("niemand"))] if nobody else [("gidNumber", "7000")]
        entries.append([("dn", f"cn={name},{GROUPS}"), ("objectClass", kind), ("cn", name), *more])
    slapd.add(ldif(entries), SUFFIX)
    yield slapd
    slapd.remove(GROUPS, SUFFIX)


def put_in(slapd: Slapd, group: str, username: str, verb: str = "add") -> None:
    attribute = {"schul-it": "member", "koordination": "uniqueMember", "kollegium": "memberUid"}[group]
    who = username if attribute == "memberUid" else dn_of(username)
    slapd.modify(
        f"dn: cn={group},{GROUPS}\nchangetype: modify\n{verb}: {attribute}\n{attribute}: {who}\n", SUFFIX
    )


@pytest.fixture
def town(
    app: Flask, settings: Pointed, groups: Slapd, schools: list[School], townspeople: list[Resident]
) -> Pointed:
    """The town as it was taken over, with signing in switched on."""
    roles = (("admin", f"cn=schul-it,{GROUPS}"), ("coordinator", "koordination"), ("teacher", "kollegium"))
    settings.at(SUFFIX, "inetorg", LDAP_SIGN_IN=True, LDAP_ROLES=roles)
    sync(app)
    return settings


@pytest.fixture
def knock(app: Flask) -> Knock:
    def knocked(
        name: str, password: str = OPENS, browser: FlaskClient | None = None, address: str = "10.0.0.7"
    ) -> TestResponse:
        data = {"name": name, "password": password}
        return (browser or app.test_client()).post(
            "/login", data=data, environ_overrides={"REMOTE_ADDR": address}
        )

    return knocked


def nobody_is_in(session: Session) -> bool:
    session.rollback()
    return session.scalar(select(func.count(SignedInSession.id))) == 0


def rights(session: Session, username: str) -> set[tuple[Role, str | None, str]]:
    session.rollback()
    rows = (
        select(RoleGrant.role, School.school_number, RoleGrant.source)
        .join(User)
        .outerjoin(School, School.id == RoleGrant.school_id)
        .where(User.person_id == person(session, username).id)
    )
    return {(role, number, source) for role, number, source in session.execute(rows)}


class _Alone(Work):
    def __init__(self, by: Actor) -> None:
        self.by = by


def by_night(house: Actor) -> None:
    db.session.rollback()
    follow_directory(_Alone(house))
    db.session.rollback()


# --- who gets in ---


def test_the_first_sign_in_makes_an_account_of_the_person_without_a_password(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "schul-it", "umlaute")
    assert (knock("umlaute").status_code, knock("umlaute").location) == (302, "/")
    session.rollback()
    user = queries.get_user(session, "umlaute")
    assert (user.person_id, user.password_hash) == (person(session, "umlaute").id, None)
    assert user.display_name == "Jürgen Größ-Müßig"
    assert rights(session, "umlaute") == {(Role.ADMIN, None, DIRECTORY)}
    told = session.scalars(select(Entry.action).where(Entry.object_type == "users").order_by(Entry.id)).all()
    assert told == [Action.ACCOUNT_ADDED, Action.ROLE_GRANTED]


def test_the_name_is_read_as_people_type_it(town: Pointed, groups: Slapd, knock: Knock) -> None:
    put_in(groups, "schul-it", "umlaute")
    assert knock(" Umlaute ").status_code == 302


@pytest.mark.parametrize("username", ["dn.zeichen", "dn.andere"])
def test_signs_that_part_the_levels_of_a_dn_keep_nobody_out(
    town: Pointed, slapd: Slapd, knock: Knock, username: str
) -> None:
    put_in(slapd, "kollegium", username)
    assert knock(username).status_code == 302


def test_a_role_of_a_school_holds_at_the_schools_of_the_person_only(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "koordination", "drei.schulen")
    put_in(groups, "kollegium", "drei.schulen")
    assert knock("drei.schulen").status_code == 302
    numbers = {"115514", "167149", "193240"}
    assert rights(session, "drei.schulen") == {
        (role, number, DIRECTORY) for role in (Role.COORDINATOR, Role.TEACHER) for number in numbers
    }


def test_a_role_of_a_school_is_none_for_who_is_at_no_school(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    """Without a school it would hold at all of them."""
    put_in(groups, "koordination", "ohne.schule")
    assert knock("ohne.schule").status_code == 403
    assert nobody_is_in(session)
    assert not session.scalars(select(RoleGrant)).all()


def test_nobody_gets_in_without_a_role(town: Pointed, knock: Knock, session: Session) -> None:
    answer = knock("umlaute")
    assert answer.status_code == 403
    assert "hat hier keine Rolle" in answer.get_data(as_text=True)
    assert nobody_is_in(session)
    assert session.scalar(select(func.count(User.id))) == 0


def test_two_groups_of_one_name_give_nobody_anything(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    """Who may make groups somewhere in the directory must not make administrators here."""
    put_in(groups, "koordination", "umlaute")
    forged = [("dn", f"cn=koordination,ou=people,{SUFFIX}"), ("objectClass", "groupOfNames"),
              ("cn", "koordination"), ("member", dn_of("umlaute"))]  # fmt: skip
    groups.add(ldif([forged]), SUFFIX)
    try:
        assert knock("umlaute").status_code == 403
    finally:
        groups.remove(f"cn=koordination,ou=people,{SUFFIX}", SUFFIX)
    assert nobody_is_in(session)
    assert knock("umlaute").status_code == 302


def test_switched_off_the_directory_is_not_asked(
    town: Pointed, groups: Slapd, knock: Knock, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in(groups, "schul-it", "umlaute")
    town.at(SUFFIX, "inetorg", LDAP_SIGN_IN=False)
    monkeypatch.setattr(wire, "connected", None)
    assert knock("umlaute").status_code == 422
    assert nobody_is_in(session)


def test_the_account_that_reads_and_other_services_are_no_people(town: Pointed, knock: Knock) -> None:
    assert knock("leser", "darf-nur-lesen").status_code == 422
    assert knock("kopierer").status_code == 422


# --- who never does ---


@pytest.mark.parametrize("password", ["", " ", "\u00ad", "\u200b", "\u2060\u00ad", "\0", "\t", "x" * 999])
def test_an_empty_or_invisible_password_signs_nobody_in(
    town: Pointed, groups: Slapd, knock: Knock, session: Session, password: str
) -> None:
    """The server of the tests lets in whoever shows no password at all, as some do."""
    put_in(groups, "schul-it", "umlaute")
    assert knock("umlaute", password).status_code in (400, 422)
    assert nobody_is_in(session)


def test_an_empty_password_is_never_sent(town: Pointed, app: Flask, slapd: Slapd) -> None:
    asked = sources.signing_in(app.config["SCHOOL_IT"])
    before = len(slapd.log)
    assert credentials.check_password(asked, "umlaute", "", today=from_directory.today()) is None
    assert wire.opens(asked[0].address, dn_of("umlaute"), "") is False
    assert wire.opens(asked[0].address, "", OPENS) is False
    assert slapd.log[before:] == ""


@pytest.mark.parametrize(
    "name",
    ["*", "uml*", ")(uid=*", "umlaute)(objectClass=*", "\\", "\\2a", "umlaute\\00", "x" * 119, "ümlaute"],
)
def test_a_strange_name_finds_nobody(
    town: Pointed, groups: Slapd, knock: Knock, session: Session, name: str
) -> None:
    put_in(groups, "schul-it", "umlaute")
    assert knock(name).status_code == 422
    assert nobody_is_in(session)


def test_unknown_wrong_locked_expired_and_left_are_answered_alike(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "schul-it", "umlaute")
    for username in ("gesperrt", "abgelaufen", "keine.adresse"):
        put_in(groups, "kollegium", username)
    with transaction() as writing:
        left = update(Person).where(Person.username == "keine.adresse").values(state=PersonState.LEFT)
        writing.execute(left)
    tries = {
        "umlaute": "falsch",
        "niemand": OPENS,
        "gesperrt": OPENS,
        "abgelaufen": OPENS,
        "keine.adresse": OPENS,
    }
    answers = [(name, knock(name, password)) for name, password in tries.items()]
    assert {answer.status_code for _name, answer in answers} == {422}
    texts = {without_tokens(answer).replace(f'"{name}"', '"…"') for name, answer in answers}
    assert len(texts) == 1
    assert WRONG in texts.pop()
    assert nobody_is_in(session)


def test_an_unknown_name_costs_a_try_at_the_server_too(
    town: Pointed, app: Flask, slapd: Slapd, session: Session
) -> None:
    """What was typed is not sent for a name that nobody has."""
    asked = sources.signing_in(app.config["SCHOOL_IT"])

    def ask(name: str) -> object:
        return credentials.check_password(asked, name, "falsch", today=from_directory.today())

    seen = [binds(slapd, partial(ask, name)) for name in ("umlaute", "niemand")]
    assert seen == [2, 2]


def binds(slapd: Slapd, act: Callable[[], object]) -> int:
    before = slapd.log.count(" method=128")
    act()
    time.sleep(0.1)
    return slapd.log.count(" method=128") - before


def test_a_local_account_opens_with_its_own_password_only(
    town: Pointed, groups: Slapd, knock: Knock, session: Session, house: Actor
) -> None:
    put_in(groups, "schul-it", "umlaute")
    with transaction() as writing:
        local = actions.add_user(writing, "umlaute", password=PASSWORD, by=house)
        actions.grant_role(writing, local, Role.OFFICE, by=house)
    answer = knock("umlaute", OPENS)
    assert (answer.status_code, WRONG in answer.get_data(as_text=True)) == (422, True)
    assert nobody_is_in(session)
    assert knock("umlaute", PASSWORD).status_code == 302
    session.rollback()
    user = queries.get_user(session, "umlaute")
    assert (user.person_id, [grant.role for grant in user.roles]) == (None, [Role.OFFICE])


def test_a_name_given_again_is_another_account(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "schul-it", "umlaute")
    assert knock("umlaute").status_code == 302
    with transaction() as writing:
        other = person(writing, "leerzeichen")
        writing.execute(update(User).where(User.name == "umlaute").values(person_id=other.id))
    assert knock("umlaute").status_code == 302
    session.rollback()
    assert queries.get_user(session, "umlaute-2").person_id == person(session, "umlaute").id


def test_who_is_not_taken_over_yet_is_told_so(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "schul-it", "umlaute")
    with transaction() as writing:
        writing.execute(update(Person).where(Person.username == "umlaute").values(stable_id="eine-andere"))
    answer = knock("umlaute")
    assert answer.status_code == 403
    assert "noch nicht bekannt" in answer.get_data(as_text=True)


def test_after_five_wrong_passwords_one_has_to_wait_and_the_server_is_not_asked(
    town: Pointed, groups: Slapd, knock: Knock, slapd: Slapd
) -> None:
    put_in(groups, "schul-it", "umlaute")
    assert [knock("umlaute", "falsch").status_code for _try in range(FREE_TRIES)] == [422] * FREE_TRIES
    assert binds(slapd, lambda: knock("umlaute")) == 0
    assert knock("umlaute").status_code == 429


def test_a_closed_account_stays_closed(
    town: Pointed, groups: Slapd, knock: Knock, session: Session, house: Actor
) -> None:
    put_in(groups, "schul-it", "umlaute")
    assert knock("umlaute").status_code == 302
    with transaction() as writing:
        actions.close_user(writing, queries.get_user(writing, "umlaute"), by=house)
    assert WRONG in knock("umlaute").get_data(as_text=True)
    assert nobody_is_in(session)


# --- rights that end ---


@pytest.fixture
def inside(app: Flask, town: Pointed, groups: Slapd, knock: Knock) -> FlaskClient:
    """Somebody who is in, as an administrator and as a teacher of three schools."""
    put_in(groups, "schul-it", "drei.schulen")
    put_in(groups, "kollegium", "drei.schulen")
    browser = app.test_client()
    assert knock("drei.schulen", browser=browser).status_code == 302
    assert browser.get("/accounts").status_code == 200
    return browser


def test_out_of_a_group_the_right_ends_in_the_night_and_the_session_with_it(
    inside: FlaskClient, groups: Slapd, session: Session, house: Actor, knock: Knock
) -> None:
    by_night(house)
    assert inside.get("/profile").status_code == 200
    put_in(groups, "schul-it", "drei.schulen", "delete")
    by_night(house)
    assert inside.get("/profile").status_code == 302
    assert {role for role, _number, _source in rights(session, "drei.schulen")} == {Role.TEACHER}
    assert knock("drei.schulen", browser=inside).status_code == 302
    assert inside.get("/accounts").status_code == 404


def test_out_of_a_group_the_right_ends_at_the_next_sign_in_and_other_sessions_with_it(
    inside: FlaskClient, groups: Slapd, session: Session, knock: Knock
) -> None:
    put_in(groups, "schul-it", "drei.schulen", "delete")
    assert knock("drei.schulen").status_code == 302
    assert inside.get("/profile").status_code == 302
    assert {role for role, _number, _source in rights(session, "drei.schulen")} == {Role.TEACHER}


def test_out_of_every_group_nothing_stays_open_not_even_a_token(
    inside: FlaskClient, groups: Slapd, session: Session, knock: Knock, house: Actor
) -> None:
    with transaction() as writing:
        user = queries.get_user(writing, "drei.schulen")
        actions.grant_role(writing, user, Role.OFFICE, by=house)
        actions.make_token(writing, user, scope="write", days=90, by=house)
    put_in(groups, "schul-it", "drei.schulen", "delete")
    put_in(groups, "kollegium", "drei.schulen", "delete")
    by_night(house)
    assert nobody_is_in(session)
    assert not session.scalars(select(Token)).all()
    assert rights(session, "drei.schulen") == {(Role.OFFICE, None, "local")}
    assert knock("drei.schulen").status_code == 403


def test_switched_off_the_rights_of_the_directory_end_in_the_night(
    inside: FlaskClient, town: Pointed, session: Session, house: Actor
) -> None:
    town.at(SUFFIX, "inetorg", LDAP_SIGN_IN=False)
    by_night(house)
    assert nobody_is_in(session)
    assert rights(session, "drei.schulen") == set()


def test_a_locked_person_loses_the_session_in_the_night(
    inside: FlaskClient, groups: Slapd, session: Session, house: Actor
) -> None:
    lock = f"dn: {dn_of('drei.schulen')}\nchangetype: modify\n"
    groups.modify(f"{lock}add: shadowExpire\nshadowExpire: 1\n", SUFFIX)
    try:
        by_night(house)
        assert nobody_is_in(session)
    finally:
        groups.modify(f"{lock}delete: shadowExpire\n", SUFFIX)


def test_who_is_marked_as_left_is_out_at_once(inside: FlaskClient, session: Session, knock: Knock) -> None:
    with transaction() as writing:
        person(writing, "drei.schulen").state = PersonState.LEFT
    assert inside.get("/profile").status_code == 302
    assert knock("drei.schulen").status_code == 422


def test_whose_person_is_no_longer_here_has_no_right_of_the_directory(
    inside: FlaskClient, session: Session
) -> None:
    """The sync that brought the person may be taken back."""
    with transaction() as writing:
        writing.execute(update(User).where(User.name == "drei.schulen").values(person_id=None))
    assert inside.get("/accounts").status_code == 403
    assert inside.get("/profile").status_code == 403


def test_a_night_in_which_the_directory_is_silent_takes_nothing_from_anybody(
    inside: FlaskClient, town: Pointed, session: Session, house: Actor
) -> None:
    town.at(SUFFIX, "inetorg", LDAP_URL="ldaps://127.0.0.1:1")
    with pytest.raises(RuleBroken, match="ließen sich nicht prüfen"):
        by_night(house)
    assert inside.get("/accounts").status_code == 200


def test_a_right_of_the_directory_is_ended_in_the_directory(
    inside: FlaskClient, session: Session, house: Actor
) -> None:
    with transaction() as writing:
        user = queries.get_user(writing, "drei.schulen")
        with pytest.raises(RuleBroken, match="Gruppe des Verzeichnisses"):
            actions.end_role(writing, user, user.roles[0], by=house)
    with pytest.raises(RuleBroken, match="gehört dem Verzeichnis"), transaction() as writing:
        actions.set_password(writing, queries.get_user(writing, "drei.schulen"), PASSWORD, by=house)


def test_the_last_local_administrator_stays_whoever_the_directory_makes_one(
    inside: FlaskClient, session: Session, house: Actor
) -> None:
    """Groups may end in any night; somebody has to be able to open the house without them."""
    with transaction() as writing:
        local = actions.add_user(writing, "notfall", password=PASSWORD, by=house)
        actions.grant_role(writing, local, Role.ADMIN, by=house)
    with pytest.raises(RuleBroken, match="das letzte Konto"), transaction() as writing:
        actions.close_user(writing, queries.get_user(writing, "notfall"), by=house)


# --- the wire ---


def test_an_unreachable_directory_leaves_the_local_accounts(
    town: Pointed, knock: Knock, session: Session, house: Actor
) -> None:
    with transaction() as writing:
        local = actions.add_user(writing, "notfall", password=PASSWORD, by=house)
        actions.grant_role(writing, local, Role.ADMIN, by=house)
    town.at(SUFFIX, "inetorg", LDAP_URL="ldaps://127.0.0.1:1")
    begun = time.monotonic()
    answers = [knock(name, "falsch") for name in ("umlaute", "niemand", "notfall")]
    assert time.monotonic() - begun < 10
    assert {answer.status_code for answer in answers} == {503}
    assert all(
        "Konten dieses Programms funktionieren weiter" in one.get_data(as_text=True) for one in answers
    )
    assert knock("notfall", PASSWORD).status_code == 302


def test_a_password_goes_over_tls_unless_clear_text_is_allowed_in_so_many_words(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "schul-it", "umlaute")
    town.at(SUFFIX, "inetorg", LDAP_URL=groups.url, LDAP_STARTTLS=False)
    assert binds(groups, lambda: knock("umlaute")) == 0
    assert nobody_is_in(session)
    town.at(SUFFIX, "inetorg", LDAP_PLAIN=True)
    assert knock("umlaute").status_code == 302
    town.at(SUFFIX, "inetorg", LDAP_PLAIN=False, LDAP_STARTTLS=True)
    assert knock("umlaute").status_code == 302


def test_a_server_whose_certificate_does_not_hold_gets_no_password(
    town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "schul-it", "umlaute")
    town.at(SUFFIX, "inetorg", LDAP_CA_FILE=str(groups.folder / "stranger.pem"))
    assert binds(groups, lambda: knock("umlaute")) == 0
    assert nobody_is_in(session)


def test_the_password_stands_in_no_log_and_no_table(
    town: Pointed, groups: Slapd, knock: Knock, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    put_in(groups, "schul-it", "umlaute")
    caplog.set_level(logging.DEBUG)
    wrong = "ein-falsches-kennwort-mit-tuba"
    for name, password in (("umlaute", wrong), ("niemand", wrong), ("umlaute", OPENS)):
        knock(name, password)
    town.at(SUFFIX, "inetorg", LDAP_URL="ldaps://127.0.0.1:1")
    knock("umlaute", wrong)
    assert wrong not in caplog.text
    assert not re.search(rf"\b{OPENS}\b", caplog.text)
    session.rollback()
    rows = [row for table in db.metadata.sorted_tables for row in session.execute(select(table)).all()]
    assert rows
    assert wrong not in repr(rows)
    assert not re.search(rf"\b{OPENS}\b", repr(rows))


# --- several directories ---


def test_one_name_in_two_directories_is_nobodys(
    app: Flask, town: Pointed, groups: Slapd, knock: Knock, session: Session
) -> None:
    put_in(groups, "schul-it", "umlaute")
    two = list(sources.signing_in(app.config["SCHOOL_IT"])) * 2
    assert credentials.check_password(two, "umlaute", OPENS, today=from_directory.today()) is None
    assert credentials.check_password(two[:1], "umlaute", OPENS, today=from_directory.today()) is not None


# --- as the operator writes it ---


@pytest.mark.parametrize("text", ["hausmeister: x", "admin", "admin:", "admin: a; chef: b"])
def test_a_rule_that_names_no_role_or_no_group_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="SCHOOL_IT_LDAP_ROLES"):
        settings_of.load(environ={"SCHOOL_IT_HOME": str(tmp_path), "SCHOOL_IT_LDAP_ROLES": text})


def test_rules_stand_in_one_line_of_the_environment_or_as_a_list_in_the_file(tmp_path: Path) -> None:
    wanted = (("admin", "cn=schul-it,ou=gruppen,dc=example"), ("teacher", "lehrer; alle"))
    (tmp_path / "settings.toml").write_text(
        """
        [[directories]]
        name = "ikg"
        url = "ldaps://x"
        sign_in = true
        roles = ["admin: cn=schul-it,ou=gruppen,dc=example", "teacher: lehrer; alle"]
        """,
        "utf-8",
    )
    line = "admin: cn=schul-it,ou=gruppen,dc=example; teacher: lehrer"
    told = settings_of.load(environ={"SCHOOL_IT_HOME": str(tmp_path), "SCHOOL_IT_LDAP_ROLES": line})
    (ikg,) = told.directories
    in_one_line, as_a_list = told.LDAP_ROLES, ikg.LDAP_ROLES
    assert in_one_line == (wanted[0], ("teacher", "lehrer"))
    assert as_a_list == wanted
    assert ikg.LDAP_SIGN_IN


def test_the_words_for_roles_are_those_of_the_house() -> None:
    assert set(settings_of.ROLE_WORDS) == set(Role)
