"""The profile `ad` against Samba's domain controller: real GUIDs, flags, names that move, and Windows' own accounts."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from school_it.access import Role
from school_it.errors import CannotRead
from school_it.people import credentials, directory, profile
from school_it.people.models import Person, PersonState
from school_it.people.rules import PersonRole
from school_it.people.sources import Source
from school_it.schools.models import School
from school_it.settings import Settings
from tests.directory.samba import ADMIN, PASSWORD, SUFFIX, Samba, free_address
from tests.directory.syncing import NUMBERS, person, sync
from tests.directory.test_reading_the_directory import TODAY
from tests.directory.town import Resident, residents
from tests.directory.windows import ad, escaped

pytestmark = pytest.mark.samba

IN_TOWN = 120


@pytest.fixture(scope="module")
def people() -> list[Resident]:
    return residents(IN_TOWN)


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory, people: list[Resident]) -> Iterator[Samba]:
    server = Samba(Path(tmp_path_factory.mktemp("samba")), free_address())
    server.prepare(ad(people, SUFFIX, real=True))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def pointed(app: Flask, samba: Samba, schools: list[School]) -> Iterator[None]:
    before = app.config["SCHOOL_IT"]
    told = {
        "LDAP_URL": samba.secure_url, "LDAP_BASE_DN": SUFFIX, "LDAP_BIND_DN": ADMIN, "LDAP_PASSWORD": PASSWORD,
        "LDAP_CA_FILE": str(samba.folder / "ca.pem"), "LDAP_PROFILE": "ad",
    }  # fmt: skip
    app.config["SCHOOL_IT"] = Settings({**before._values, **told})
    yield
    app.config["SCHOOL_IT"] = before


@pytest.mark.parametrize("secure", [True, False])
def test_everybody_is_read_and_nobody_who_is_no_person(
    samba: Samba, people: list[Resident], secure: bool
) -> None:
    address = samba.where(url=samba.secure_url if secure else samba.url)
    answer = directory.read(address, profile.load("ad"), source="directory", today=TODAY)
    found = {one.username: one for one in answer.people}
    assert not answer.left_out
    assert set(found) == {one.person.username for one in people}
    for one in people:
        told = found[one.person.username]
        assert (told.role, told.record_id) == (one.person.role, one.person.record_id)
        assert told.school_keys == one.person.school_numbers[:1]
        assert told.class_raw == (one.person.school_class if told.role is PersonRole.PUPIL else None)
    assert found["gesperrt"].locked
    assert found["abgelaufen"].locked
    assert not found["laeuft.noch"].locked


def test_a_wrong_password_and_a_strangers_certificate_are_refused(samba: Samba) -> None:
    for changes, said in (
        ({"password": "falsch"}, "abgelehnt"),
        ({"ca_file": str(samba.folder / "stranger.pem")}, "Zertifikat"),
    ):
        with pytest.raises(CannotRead, match=said):
            directory.read(samba.where(**changes), profile.load("ad"), source="directory", today=TODAY)


def test_a_marriage_a_move_a_lock_and_a_leaver_are_followed(
    app: Flask, session: Session, pointed: Any, samba: Samba, people: list[Resident]
) -> None:
    assert sync(app)["new"] == len(people)
    assert sync(app)["same"] == len(people)
    pupils = [one for one in people if one.person.role is PersonRole.PUPIL and one.person.record_id[0] == "P"]
    ids = [person(session, one.person.username).id for one in pupils[:4]]
    married, moved, locked, leaver = (dn(one) for one in pupils[:4])
    samba.modify(
        f"dn: {married}\nchangetype: modify\nreplace: sn\nsn: Neuhaus\n-\n"
        "replace: sAMAccountName\nsAMAccountName: neu.haus\n\n"
        f"dn: {married}\nchangetype: modrdn\nnewrdn: CN=Neuhaus\ndeleteoldrdn: 1\n\n"
        f"dn: {moved}\nchangetype: modrdn\nnewrdn: CN=Umgezogen\ndeleteoldrdn: 1\n"
        f"newsuperior: OU=Schueler,OU=990030 Schule,OU=Schulen,{SUFFIX}\n\n"
        f"dn: CN=Umgezogen,OU=Schueler,OU=990030 Schule,OU=Schulen,{SUFFIX}\nchangetype: modify\n"
        "replace: physicalDeliveryOfficeName\nphysicalDeliveryOfficeName: 990030\n-\n"
        "replace: department\ndepartment: Kl. 5/a\n\n"
        f"dn: {locked}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: 66050\n"
    )
    samba.remove(leaver)
    told = sync(app)
    assert (told["changed"], told["left"], told["new"]) == (3, 1, 0)
    found = [session.get_one(Person, ident) for ident in ids]
    assert (found[0].family_name, found[0].username) == ("Neuhaus", "neu.haus")
    assert found[1].school_class == "05A"
    assert [place.school.school_number for place in found[1].memberships] == [NUMBERS["990030"]]
    assert (found[2].locked, found[2].state) == (True, PersonState.ACTIVE)
    assert found[3].state is PersonState.LEFT


def test_signing_in_opens_with_the_right_password_and_groups_within_groups_give_the_role(
    samba: Samba, people: list[Resident]
) -> None:
    one = [
        found
        for found in people
        if found.person.role is PersonRole.PUPIL and found.person.record_id[0] == "P"
    ][5]
    opens = "Ein Satz mit Horn 7"
    inner, outer = (f"CN={name},CN=Users,{SUFFIX}" for name in ("innen", "aussen"))
    secret = base64.b64encode(f'"{opens}"'.encode("utf-16-le")).decode()
    samba.modify(
        f"dn: {inner}\nchangetype: add\nobjectClass: group\nsAMAccountName: innen\nmember: {dn(one)}\n\n"
        f"dn: {outer}\nchangetype: add\nobjectClass: group\nsAMAccountName: aussen\nmember: {inner}\n\n"
        f"dn: {dn(one)}\nchangetype: modify\nreplace: unicodePwd\nunicodePwd:: {secret}\n-\n"
        "replace: userAccountControl\nuserAccountControl: 512\n"
    )
    source = Source(
        "directory",
        samba.where(),
        "ad",
        10,
        signs_in=True,
        roles=((Role.ADMIN, outer), (Role.TEACHER, "gibt-es-nicht")),
    )
    told = credentials.check_password([source], one.person.username.upper(), opens, today=TODAY)
    assert told is not None
    assert told.roles == {Role.ADMIN}
    assert credentials.check_password([source], one.person.username, "falsch", today=TODAY) is None
    assert credentials.check_password([source], "niemand", opens, today=TODAY) is None
    known = [(told.person.stable_id, "ein-alter-name")]
    assert credentials.roles_of(source, known, today=TODAY) == {told.person.stable_id: {Role.ADMIN}}
    samba.modify(f"dn: {inner}\nchangetype: modify\ndelete: member\nmember: {dn(one)}\n")
    assert credentials.roles_of(source, known, today=TODAY) == {told.person.stable_id: frozenset()}


def dn(one: Resident) -> str:
    told = one.person
    name = escaped(f"{told.family_name}, {told.given_name} ({told.username})")
    return f"CN={name},OU=Schueler,OU={told.school_numbers[0]} Schule,OU=Schulen,{SUFFIX}"
