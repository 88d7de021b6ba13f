"""From entries to people: no server, values as a server would send them."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

import pytest

from school_it.errors import CannotRead
from school_it.people import profile, reading
from school_it.people.entries import DirectoryPerson, Entry, dn_key, nearest
from school_it.people.profile import ExpiryRule
from school_it.people.rules import PersonRole

TODAY = date(2026, 11, 25)
PLAIN = profile.load("inetorg")
UCS = profile.load("ucs")


def entry(dn: str = "uid=ada,ou=people,o=x", **values: object) -> Entry:
    usual: dict[str, object] = {"entryuuid": "AB-1", "sn": "Ahl", "employeetype": "Schueler", "uid": "ada"}
    raw = {name: _raw(value) for name, value in {**usual, **values}.items() if value is not None}
    return Entry(dn, raw)


def _raw(value: object) -> list[bytes]:
    values = value if isinstance(value, list) else [value]
    return [one if isinstance(one, bytes) else str(one).encode() for one in values]


def read(*entries: Entry, told: profile.Profile = PLAIN, groups: reading.Memberships | None = None):  # type: ignore[no-untyped-def]
    return reading.people(entries, told, "o=x", groups or {}, TODAY)


def test_a_value_that_is_no_text_leaves_out_one_person_only() -> None:
    people, left_out = read(entry(sn=b"\xff\xfe"), entry(entryuuid="AB-2"))
    assert [person.stable_id for person in people] == ["ab-2"]
    assert [(one.stable_id, one.who) for one in left_out] == [("ab-1", "ada")]
    assert "kein lesbarer Text" in str(left_out[0].sentence)


def test_who_has_no_role_or_no_surname_is_left_out() -> None:
    _, left_out = read(entry(employeetype="Raumpflegegerät"), entry(entryuuid="AB-2", sn="  "))
    assert [str(one.sentence) for one in left_out] == [
        "Der Eintrag sagt nicht, ob Schülerin oder Schüler, Lehrkraft oder Personal.",
        "Der Nachname fehlt.",
    ]


def test_umlauts_in_two_spellings_become_one() -> None:
    ((person,), _) = read(entry(sn="Mu\u0308hle"))
    assert person.family_name == "Mühle"


def test_the_first_address_that_is_one_is_taken_in_small_letters() -> None:
    ((person,), _) = read(entry(mail=["keine", "Ada.AHL@Schule.Example"]))
    assert person.email == "ada.ahl@schule.example"
    assert [str(note) for note in person.notes] == ["Keine Klasse."]


def test_a_name_that_is_too_long_is_cut_and_a_key_that_is_too_long_is_dropped() -> None:
    ((person,), _) = read(entry(sn="A" * 300, employeenumber="9" * 300))
    assert len(person.family_name) == 120
    assert person.record_id is None
    assert len(person.notes) == 3


def test_guids_are_bytes_and_never_text() -> None:
    odd = [b"0123456789abcdef", bytes(16), b" " * 16, b"\xff\xfe" * 8]
    entries = [entry(objectguid=value, uid=f"u{n}") for n, value in enumerate(odd)]
    people, _ = read(*entries, told=replace(PLAIN, id_attribute="objectGUID", id_form="guid"))
    assert [person.stable_id for person in people] == [str(uuid.UUID(bytes_le=value)) for value in odd]


@pytest.mark.parametrize("value", [None, "", b"\xff"])
def test_an_entry_without_an_id_stops_the_read(value: object) -> None:
    with pytest.raises(CannotRead, match="keine Kennung"):
        read(entry(entryuuid=value))


@pytest.mark.parametrize(
    ("unit", "value", "day"),
    [
        ("days", "20000", date(2024, 10, 4)),
        ("seconds", "1728000000", date(2024, 10, 4)),
        ("filetime", "133724736000000000", date(2024, 10, 4)),
        ("filetime", "9223372036854775807", None),
        ("days", "0", None),
        ("days", "nie", None),
        ("days", "99999999999", None),
        ("days", "²", None),
        ("days", "9" * 5000, None),
    ],
)
def test_the_last_day_of_an_account_is_read_in_every_unit(unit: str, value: str, day: date | None) -> None:
    told = replace(PLAIN, expires=ExpiryRule("shadowExpire", unit, never=(0, 9223372036854775807)))
    ((person,), _) = read(entry(shadowexpire=value), told=told)
    assert person.leaves_on == day
    assert person.locked is (day is not None)


def test_who_teaches_and_works_in_the_office_is_a_teacher() -> None:
    roles = ["staff:school:990018", "teacher:school:990018", "unbekannt:und:neu"]
    ((person,), _) = read(entry(ucsschoolrole=roles), told=UCS)
    assert person.role is PersonRole.TEACHER


def test_older_systems_tell_the_role_by_object_class_only() -> None:
    ((person,), _) = read(entry(objectclass=["top", "ucsschoolStudent"]), told=UCS)
    assert person.role is PersonRole.PUPIL


def test_the_class_at_the_main_school_is_taken_and_several_are_pointed_out() -> None:
    dn = "uid=ada,cn=schueler,cn=users,ou=gym-mitte,o=x"
    names = [("gym-mitte-6b", "gym-mitte"), ("gym-mitte-05a", "gym-mitte"), ("990018-1a", "990018")]
    groups = reading.memberships(
        [
            Entry(
                f"cn={name},cn=klassen,ou={school},o=x",
                {"cn": [name.encode()], "uniquemember": [dn.encode()]},
            )
            for name, school in names
        ],
        UCS.school_class.groups,  # type: ignore[arg-type]
        "o=x",
    )
    person = entry(dn, ucsschoolrole="student:school:gym-mitte", ucsschoolschool=["990018", "Gym-Mitte"])
    ((found,), _) = read(person, told=UCS, groups=groups)
    assert (found.school_keys, found.class_raw, found.school_class) == (("Gym-Mitte", "990018"), "05a", "05A")
    assert str(found.notes[0]) == "Mehrere Klassen: 05a, 6b. Die erste gilt."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=Ahl\\, Ada,OU=X", "cn=Ahl\\2C Ada, ou=x"),
        ("cn=Mu\u0308hle,o=x", "cn=M\\C3\\BChle,o=X"),
        ("cn=a+uid=b,o=x", "uid=b+cn=A,o=x"),
        ("cn=\\ Leer\\ ,o=x", "cn=\\20Leer\\20,o=x"),
        ("cn=a  b,o=x", "cn=A B,o=x"),
        ("cn=ende\\\\,o=x", "cn=ende\\5C,o=x"),
    ],
)
def test_one_dn_in_two_spellings_is_one(one: str, other: str) -> None:
    assert dn_key(one) == dn_key(other)


def test_different_dns_stay_different() -> None:
    assert len({dn_key(dn) for dn in ("cn=a,o=x", "cn=a\\,o=x", "cn=a\\+b,o=x", "cn=a+b=c,o=x")}) == 4


def test_the_nearest_ou_is_found_below_the_base_only() -> None:
    assert nearest("uid=a,cn=users,ou=990018,ou=bezirk,ou=stadt,o=x", "ou", "ou=stadt,o=x") == "990018"
    assert nearest("uid=a,cn=users,ou=stadt,o=x", "ou", "ou=stadt,o=x") is None


# --- how Windows and linuxmuster.net tell it ---

AD = profile.load("ad")
SOPHOMORIX = profile.load("sophomorix")
GUID = b"0123456789abcdef"


def windows(dn: str = "CN=ada,OU=Schueler,OU=990018 Schule,DC=x", **values: object) -> Entry:
    usual = {
        "entryuuid": None,
        "employeetype": None,
        "uid": None,
        "objectguid": GUID,
        "samaccountname": "ada",
    }
    return entry(dn, **{**usual, **values})


def in_windows(told: profile.Profile, *entries: Entry) -> DirectoryPerson:
    ((person,), left_out) = reading.people(entries, told, "DC=x", {}, TODAY)
    assert not left_out
    return person


@pytest.mark.parametrize(
    ("values", "schools"),
    [
        (
            {"extensionattribute1": "990030;990018", "physicaldeliveryofficename": "990018"},
            ("990030", "990018"),
        ),
        ({"physicaldeliveryofficename": "Büro 990029"}, ("990029",)),
        ({}, ("990018",)),
        ({"dn": "CN=a,OU=Schueler,OU=F\\C3\\B6rderschule (990122),DC=x"}, ("990122",)),
        ({"dn": "CN=a,OU=Schueler,OU=1234567,DC=x"}, ()),
    ],
)
def test_a_school_number_is_found_wherever_active_directory_has_it(
    values: dict[str, str], schools: tuple[str, ...]
) -> None:
    assert in_windows(AD, windows(**values)).school_keys == schools


@pytest.mark.parametrize(
    ("flags", "locked"),
    [("512", False), ("514", True), ("66048", False), ("66050", True), ("544", False), ("262658", True)],
)
def test_a_lock_is_one_bit_of_the_flags_whatever_else_is_set(flags: str, locked: bool) -> None:
    assert in_windows(AD, windows(useraccountcontrol=flags)).locked is locked


@pytest.mark.parametrize("never", ["0", "9223372036854775807"])
def test_both_ways_to_write_never_mean_never(never: str) -> None:
    person = in_windows(AD, windows(accountexpires=never))
    assert (person.leaves_on, person.locked) == (None, False)


@pytest.mark.parametrize("name", ["svc-kopierer", "SVC_Scan", "adm-mueller", "krbtgt"])
def test_service_accounts_are_nobody(name: str) -> None:
    assert reading.people([windows(samaccountname=name)], AD, "DC=x", {}, TODAY) == ((), ())


def sophomorix(**values: object) -> Entry:
    usual = {"sophomorixrole": "student", "sophomorixschoolname": "gym", "sophomorixadminclass": "gym-5a"}
    return windows(**{**usual, **values})


def test_a_class_loses_the_prefix_of_its_school_and_nothing_else() -> None:
    assert in_windows(SOPHOMORIX, sophomorix()).class_raw == "5a"
    plain = sophomorix(sophomorixschoolname="default-school", sophomorixadminclass="gym-5a")
    assert in_windows(SOPHOMORIX, plain).class_raw == "gym-5a"
    for attic in ("attic", "gym-attic"):
        assert in_windows(SOPHOMORIX, sophomorix(sophomorixadminclass=attic)).class_raw is None


def test_dashes_mean_that_there_is_no_key() -> None:
    assert in_windows(SOPHOMORIX, sophomorix(sophomorixunid="---")).record_id is None
    assert in_windows(SOPHOMORIX, sophomorix(sophomorixunid="S-7")).record_id == "S-7"


def test_who_is_only_tolerated_is_there_and_pointed_out() -> None:
    person = in_windows(SOPHOMORIX, sophomorix(sophomorixstatus="T"))
    assert not person.locked
    assert str(person.notes[0]) == "Das Verzeichnis kündigt den Abgang an."
    assert in_windows(SOPHOMORIX, sophomorix(sophomorixstatus="D")).locked


def test_a_directory_of_one_school_needs_no_attribute_for_it() -> None:
    one = replace(SOPHOMORIX, school=profile.SchoolRule((), fixed="193240"))
    assert in_windows(one, sophomorix()).school_keys == ("193240",)
