"""The invented town as an Active Directory (`ad`) or as linuxmuster.net lays it out (`sophomorix`)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator

from school_it.people.rules import PersonRole
from tests.directory.town import SCHOOLS, Line, Resident, ldif

NEVER = ("0", "9223372036854775807")
"""Both mean that an account never expires; half of them are written in either way."""
FILETIME_1970, TICKS_PER_DAY = 116444736000000000, 864000000000
PLACES = {PersonRole.PUPIL: "Schueler", PersonRole.TEACHER: "Lehrkraefte", PersonRole.STAFF: "Verwaltung"}
TITLES = {PersonRole.PUPIL: "Schüler/in", PersonRole.TEACHER: "Lehrkraft", PersonRole.STAFF: "Personal"}
SOPHOMORIX_PLACES = {
    PersonRole.PUPIL: "Students",
    PersonRole.TEACHER: "Teachers",
    PersonRole.STAFF: "Management",
}
SOPHOMORIX_ROLES = {PersonRole.PUPIL: "student", PersonRole.TEACHER: "teacher", PersonRole.STAFF: "staff"}
SHORT_NAMES = dict(zip((school.number for school in SCHOOLS), ("default-school", "gym", "gem"), strict=True))
"""The first school of a linuxmuster server has no prefix before the names of its classes."""
USER = ("top", "person", "organizationalPerson", "user")


# --- an ordinary Active Directory ---


def ad(everybody: Iterable[Resident], suffix: str, *, real: bool = False) -> str:
    """`real` leaves to a real domain controller what only it may write, and what only some domains have."""
    entries: list[list[Line]] = [[("dn", f"ou=Schulen,{suffix}"), ("objectClass", "organizationalUnit")]]
    for school in SCHOOLS:
        entries += _ad_school(school.number, suffix)
    entries += [_ad_person(resident, suffix) for resident in everybody]
    entries += _nobodies(suffix)
    return ldif([_writable(entry) for entry in entries] if real else entries)


OWN_TO_THE_SERVER = ("objectGUID", "userPassword", "isCriticalSystemObject", "extensionAttribute1")


def _writable(entry: list[Line]) -> list[Line]:
    return [line for line in entry if line[0] not in OWN_TO_THE_SERVER]


def _ad_school(number: str, suffix: str) -> Iterator[list[Line]]:
    yield [("dn", f"{_ad_ou(number)},{suffix}"), ("objectClass", "organizationalUnit")]
    for place in (*PLACES.values(), "Geraete"):
        yield [("dn", f"ou={place},{_ad_ou(number)},{suffix}"), ("objectClass", "organizationalUnit")]


def _ad_ou(number: str) -> str:
    return f"ou={number} Schule,ou=Schulen"


def _ad_person(resident: Resident, suffix: str) -> list[Line]:
    person = resident.person
    numbers = person.school_numbers
    place = f"ou={PLACES[person.role]},{_ad_ou(numbers[0])}" if numbers else "ou=Schulen"
    department = person.school_class if person.role is PersonRole.PUPIL else "Kollegium"
    return [
        ("dn", f"cn={escaped(_common_name(resident))},{place},{suffix}"),
        *_account(resident, _common_name(resident)),
        ("title", TITLES[person.role]),
        ("employeeID", person.record_id),
        *((("department", department),) if department else ()),
        *((("physicalDeliveryOfficeName", numbers[0]),) if numbers else ()),
        *((("extensionAttribute1", ";".join(numbers)),) if len(numbers) > 1 else ()),
    ]


def _common_name(resident: Resident) -> str:
    """As the consoles of Windows make it: surname, comma, given name; unique by the sign-in behind it."""
    person = resident.person
    return f"{person.family_name.strip()}, {person.given_name.strip()} ({person.username})"


def _account(resident: Resident, common_name: str) -> list[Line]:
    person = resident.person
    flags = 66048 if len(person.username) % 2 else 512
    never = NEVER[len(person.username) % 2]
    expires = str(FILETIME_1970 + resident.expires * TICKS_PER_DAY) if resident.expires else never
    return [
        *(("objectClass", kind) for kind in USER),
        ("cn", common_name),
        ("sn", person.family_name),
        *((("givenName", person.given_name),) if person.given_name else ()),
        ("sAMAccountName", person.username),
        *((("mail", person.email),) if person.email else ()),
        ("userAccountControl", str(flags + 2 if resident.locked else flags)),
        ("accountExpires", expires),
        ("objectGUID", uuid.UUID(resident.stable_id).bytes_le),
        ("userPassword", "geheim"),
    ]


def _nobodies(suffix: str) -> Iterator[list[Line]]:
    """What looks like a person and is none: Windows' own account, a service, a computer."""
    for number, (name, more) in enumerate(
        {
            "Administrator": [("isCriticalSystemObject", "TRUE")],
            "svc-kopierer": [],
            "PC-01$": [("objectClass", "computer")],
        }.items()
    ):
        yield [
            ("dn", f"cn={name},{suffix}"),
            *(("objectClass", kind) for kind in USER),
            *more,
            ("cn", name),
            ("sn", name),
            ("sAMAccountName", name),
            ("userAccountControl", "512"),
            ("objectGUID", number.to_bytes(16)),
        ]


def escaped(text: str) -> str:
    """A value as it stands in a DN (RFC 4514, section 2.4)."""
    inner = re.sub(r'([,+"\\<>;=])', r"\\\1", text).replace("\0", "\\00")
    inner = re.sub(r"^([ #])", r"\\\1", inner)
    return re.sub(r"(?<!\\) $", r"\\ ", inner)


# --- linuxmuster.net ---


def sophomorix(everybody: Iterable[Resident], suffix: str) -> str:
    """One account for each school somebody is at, with the same key of the school's software."""
    places: dict[str, None] = {f"ou=SCHOOLS,{suffix}": None}
    people: list[list[Line]] = []
    for resident in everybody:
        for number in resident.person.school_numbers or (SCHOOLS[0].number,):
            above, entry = _sophomorix_person(resident, number, suffix)
            places |= dict.fromkeys(above)
            people.append(entry)
    units: list[list[Line]] = [[("dn", dn), ("objectClass", "organizationalUnit")] for dn in places]
    return ldif([*units, *people, _exam_account(suffix)])


def _sophomorix_person(resident: Resident, number: str, suffix: str) -> tuple[list[str], list[Line]]:
    person, school = resident.person, SHORT_NAMES[number]
    own = not person.school_numbers or number == person.school_numbers[0]
    login = person.username if own else f"{person.username}-{school}"
    name = folder(person.school_class or "attic") if person.role is PersonRole.PUPIL else ""
    above = [f"ou={school},ou=SCHOOLS,{suffix}"]
    above.append(f"ou={SOPHOMORIX_PLACES[person.role]},{above[-1]}")
    if name:
        above.append(f"ou={name},{above[-1]}")
    prefix = "" if school == "default-school" else f"{school}-"
    stable_id = resident.stable_id if own else str(uuid.uuid5(uuid.UUID(resident.stable_id), school))
    account = dict(_account(resident, login))
    lines: list[Line] = [(key, value) for key, value in account.items() if key != "objectClass"]
    return above, [
        ("dn", f"cn={login},{above[-1]}"),
        *(("objectClass", kind) for kind in (*USER, "sophomorixUser")),
        *((key, login if key == "sAMAccountName" else value) for key, value in lines if key != "objectGUID"),
        ("objectGUID", uuid.UUID(stable_id).bytes_le),
        ("sophomorixRole", SOPHOMORIX_ROLES[person.role]),
        ("sophomorixStatus", "D" if resident.locked else "U"),
        ("sophomorixSchoolname", school),
        ("sophomorixAdminClass", f"{prefix}{name or 'teachers'}"),
        ("sophomorixUnid", person.record_id),
        ("sophomorixFirstPassword", "Attrappe"),
        ("sophomorixBirthdate", "17.05.2014"),
    ]


def folder(school_class: str) -> str:
    """Sophomorix takes small letters, digits and hyphens only."""
    plain = school_class.lower().replace("ü", "ue")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _exam_account(suffix: str) -> list[Line]:
    return [
        ("dn", f"cn=pruefung,ou=SCHOOLS,{suffix}"),
        *(("objectClass", kind) for kind in (*USER, "sophomorixUser")),
        ("cn", "pruefung"),
        ("sn", "pruefung"),
        ("sAMAccountName", "pruefung"),
        ("sophomorixRole", "examuser"),
        ("sophomorixStatus", "X"),
        ("objectGUID", bytes(16)),
    ]
