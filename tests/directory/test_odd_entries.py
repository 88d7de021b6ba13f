"""Entries that no administrator would think of, in a real directory (51, 52, 54).

What cannot be read leaves out one person with a sentence; what can be read is stored once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.people import directory, profile
from school_it.people.models import Person
from school_it.people.rules import tidy
from school_it.schools.models import School
from tests.directory.slapd import Slapd
from tests.directory.syncing import NUMBERS, person, run, sync
from tests.directory.test_reading_the_directory import TODAY
from tests.directory.town import Resident, awkward, inetorg, ldif, ucs
from tests.directory.windows import escaped

pytestmark = pytest.mark.directory

PRINTABLE = [f"a{chr(code)}z{code}" for code in range(0x20, 0x7F)]
OTHERS = [
    "#vorn", " vorn", "hinten ", " #", "\\ende\\", '"ganz"', "a  b", "a+b=c,d;e<f>g", "\u0001steuernd", "M\u00fchle",
    "Mu\u0308hle-zwei", "ЖЗ", "漢字", "עברית", "😀", "e\u0301\u0323", "x" * 200, "*()", "%s{0}", "' OR 1=1 --",
]  # fmt: skip


@pytest.fixture
def scratch(slapd: Slapd) -> Iterator[Slapd]:
    """An empty directory, empty again afterwards."""
    yield slapd
    for name in slapd.children("o=scratch"):
        slapd.remove(name)


def named(number: int, name: str) -> Resident:
    (plain,) = [one for one in awkward() if one.person.username == "umlaute"]
    changed = replace(plain.person, family_name=name, username=f"n{number}", record_id=f"X-{number}")
    return replace(plain, person=changed, rdn=escaped(name))


def test_every_character_that_a_dn_may_hold_finds_its_person_and_its_class(scratch: Slapd) -> None:
    everybody = [named(number, name) for number, name in enumerate([*PRINTABLE, *OTHERS])]
    scratch.add(ucs(everybody, "o=scratch", ids=False))
    answer = directory.read(
        scratch.address("o=scratch"), profile.load("ucs"), source="directory", today=TODAY
    )
    found = {one.username: one for one in answer.people}
    assert not answer.left_out
    assert len(found) == len(everybody)
    for one in everybody:
        told = found[one.person.username]
        assert told.family_name == tidy(one.person.family_name)[:120]
        assert (told.school_class, told.school_keys) == ("03A", ("990018",)), one.person.family_name


def test_such_names_are_stored_shown_and_found_as_they_are(
    app: Flask, session: Session, schools: list[School], settings: Any, scratch: Slapd, admin: Any
) -> None:
    everybody = [named(number, name) for number, name in enumerate(OTHERS)]
    scratch.add(inetorg(everybody, "o=scratch", ids=False))
    settings.at("o=scratch", "inetorg")
    assert sync(app)["new"] == len(everybody)
    assert sync(app)["same"] == len(everybody)
    page = admin.get("/people?size=100").get_data(as_text=True)
    for name in ("漢字", "😀", "&#39; OR 1=1 --", "a+b=c,d;e&lt;f&gt;g"):
        assert name in page
    assert "Mühle-zwei" in admin.get("/people?q=muehle-zwei").get_data(as_text=True)


def extra(username: str, **values: str | bytes) -> str:
    told: dict[str, str | bytes] = {"sn": "Ahl", "employeeType": "Schueler", "ou": "990018", "uid": username}
    lines = [(name, value) for name, value in {**told, **values, "cn": username}.items()]
    kinds = [("objectClass", kind) for kind in ("person", "organizationalPerson", "inetOrgPerson")]
    return ldif([[("dn", f"cn={username},ou=people,o=scratch"), *kinds, *lines]])


def test_an_entry_without_a_name_or_with_bytes_is_left_out_and_said_and_the_others_come(
    app: Flask, session: Session, schools: list[School], settings: Any, scratch: Slapd, tmp_path: Any
) -> None:
    usual = (profile.HOUSE_PROFILES / "inetorg.toml").read_text("utf-8")
    own = tmp_path / "eigenes.toml"
    own.write_text(usual.replace('given_name = "givenName"', 'given_name = "audio"'), "utf-8")
    scratch.add(inetorg([named(1, "Gut")], "o=scratch", ids=False))
    scratch.add(
        extra("leer", sn=" ") + extra("bytes", audio=b"\xff\xfe\x00\x80") + extra("nichts", ou="990018")
    )
    settings.at("o=scratch", str(own))
    told = sync(app, code=4)
    assert (told["entries"], told["new"], told["problem"]) == (4, 2, 2)
    said = {one["who"]: one["sentence"] for one in told["problems"]}
    assert said == {"leer": "Der Nachname fehlt.", "bytes": "Der Wert von audio ist kein lesbarer Text."}
    assert set(session.scalars(select(Person.username))) == {"n1", "nichts"}


def test_values_of_ten_thousand_characters_are_cut_or_left_out_and_said(
    app: Flask, session: Session, schools: list[School], settings: Any, scratch: Slapd
) -> None:
    long = "L" * 10_000
    scratch.add(inetorg([named(1, "Gut")], "o=scratch", ids=False))
    scratch.add(extra("lang", sn=long, givenName=long, employeeNumber=long, departmentNumber=long, mail=long))
    settings.at("o=scratch", "inetorg")
    told = sync(app)
    assert (told["new"], told["problem"]) == (2, 0)
    found = person(session, "lang")
    assert (len(found.family_name), len(found.given_name)) == (120, 120)
    assert (found.record_id, found.email) == (None, None)
    assert len(found.school_class or "") <= 40
    assert len([one for one in told["remarks"] if one["who"] == "lang"]) >= 4
    assert sync(app)["same"] == 2


def test_an_entry_without_any_school_known_here_is_kept_apart_and_nobody_leaves_for_it(
    app: Flask, session: Session, schools: list[School], settings: Any, scratch: Slapd
) -> None:
    scratch.add(inetorg([named(1, "Gut")], "o=scratch", ids=False))
    scratch.add(extra("fremd", ou="123456"))
    settings.at("o=scratch", "inetorg")
    assert sync(app, code=4)["problem"] == 1
    scratch.modify("dn: cn=fremd,ou=people,o=scratch\nchangetype: modify\nreplace: ou\nou: 990018\n")
    assert sync(app)["new"] == 1
    scratch.modify("dn: cn=fremd,ou=people,o=scratch\nchangetype: modify\nreplace: ou\nou: 123456\n")
    told = sync(app, code=4)
    assert (told["left"], told["problem"]) == (0, 1)
    assert person(session, "fremd").school.school_number == NUMBERS["990018"]  # type: ignore[union-attr]
    assert run(app, "test").exit_code == 0
