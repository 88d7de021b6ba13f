"""An invented town as LDIF, laid out like a plain directory (`inetorg`) or like UCS@school (`ucs`)."""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from school_it.people.invented import InventedPerson, InventedSchool, people
from school_it.people.rules import PersonRole

SCHOOLS = (
    InventedSchool("990018", ("1a", "2a", "3a", "4a")),
    InventedSchool("990029", ("05a", "06a", "07b", "EF", "Q1", "Q2")),
    InventedSchool("990030", ("Kl. 5/a", "Kl. 6/b", "Füchse 1/2")),
)
"""Three schools, each with its own way of writing classes."""

JOBS = {PersonRole.PUPIL: "Schueler", PersonRole.TEACHER: "Lehrer", PersonRole.STAFF: "Personal"}
UCS_WORDS = {PersonRole.PUPIL: "student", PersonRole.TEACHER: "teacher", PersonRole.STAFF: "staff"}
UCS_CLASSES = {
    PersonRole.PUPIL: "ucsschoolStudent",
    PersonRole.TEACHER: "ucsschoolTeacher",
    PersonRole.STAFF: "ucsschoolStaff",
}
UCS_PLACES = {PersonRole.PUPIL: "schueler", PersonRole.TEACHER: "lehrer", PersonRole.STAFF: "mitarbeiter"}

Line = tuple[str, str | bytes]


@dataclass(frozen=True)
class Resident:
    """A person and how the directory has them: what is not told in `InventedPerson`."""

    person: InventedPerson
    locked: bool = False
    expires: int | None = None
    rdn: str = ""
    id: str = ""

    @property
    def stable_id(self) -> str:
        """What the directory knows them by; `id` keeps it where name or sign-in have changed since."""
        return self.id or str(uuid.uuid5(uuid.NAMESPACE_DNS, self.person.record_id + self.person.username))


def residents(count: int, *, seed: int = 1) -> list[Resident]:
    """`count` ordinary people, and in front of them those with something awkward about them."""
    ordinary = [Resident(person) for person in people(count, SCHOOLS, seed=seed)]
    return [*awkward(), *ordinary]


def _odd(given: str, family: str, username: str, **changes: object) -> Resident:
    person = InventedPerson(
        record_id=f"X-{username}",
        role=PersonRole.PUPIL,
        given_name=given,
        family_name=family,
        username=username,
        email=f"{username}@schulen.example",
        school_numbers=("990018",),
        school_class="3a",
    )
    own = {name: changes.pop(name) for name in ("locked", "expires", "rdn") if name in changes}
    return Resident(replace(person, **changes), **own)  # type: ignore[arg-type]


def awkward() -> list[Resident]:
    return [
        _odd("Jürgen", "Größ-Müßig", "umlaute"),
        _odd("Bjo\u0308rn", "Mu\u0308hle", "zerlegt"),
        _odd("  Lena   Sofie ", " Grün  Wald ", "leerzeichen"),
        _odd("", "Einname", "nur.nachname"),
        _odd("Kai", "Komma, genannt Plus+Gleich=", "dn.zeichen", rdn="Komma\\, genannt Plus\\+Gleich\\="),
        _odd("Ute", 'Zitat " \\ <spitz>', "dn.andere", rdn='Zitat \\" \\\\ \\<spitz\\>'),
        _odd("Ada", "=1+1", "formel"),
        _odd("Иван", "Полев", "kyrillisch"),
        _odd("Ben", "Doppelgänger", "gleich.eins", record_id="X-doppelt"),
        _odd("Ben", "Doppelgänger", "gleich.zwei", record_id="X-doppelt"),
        _odd("Mia", "Postlos", "keine.adresse", email="das ist keine"),
        _odd("Leo", "Ohneklasse", "ohne.klasse", school_class=None),
        _odd("Eva", "Ohneschule", "ohne.schule", school_numbers=(), school_class=None),
        _odd("Tom", "Gesperrt", "gesperrt", locked=True),
        _odd("Ina", "Abgelaufen", "abgelaufen", expires=18000),
        _odd("Jan", "Läuftnoch", "laeuft.noch", expires=30000),
        _odd("Uwe", "Dreischul", "drei.schulen", role=PersonRole.TEACHER, school_class=None,
             school_numbers=("990029", "990018", "990030")),
    ]  # fmt: skip


# --- the plain layout ---


def inetorg(everybody: Iterable[Resident], suffix: str, *, ids: bool = True) -> str:
    """`ids` writes entryUUID, which only an offline load may do."""
    entries = [[("dn", f"ou={name},{suffix}"), *_container()] for name in ("people", "services")]
    entries += [_inetorg_person(resident, suffix, ids) for resident in everybody]
    entries.append(_service_account(suffix))
    return ldif(entries)


def _container() -> list[Line]:
    return [("objectClass", "organizationalUnit")]


def _service_account(suffix: str) -> list[Line]:
    return [("dn", f"uid=kopierer,ou=services,{suffix}"), ("objectClass", "account"), ("uid", "kopierer")]


def _inetorg_person(resident: Resident, suffix: str, ids: bool) -> list[Line]:
    person = resident.person
    return [
        ("dn", f"{_rdn(resident)},ou=people,{suffix}"),
        *_common(resident, ids),
        ("employeeType", JOBS[person.role]),
        ("employeeNumber", person.record_id),
        *((("mail", person.email),) if person.email else ()),
        *(("ou", number) for number in person.school_numbers),
        *((("departmentNumber", person.school_class),) if person.school_class else ()),
        *((("shadowExpire", "1"),) if resident.locked else ()),
    ]


def _rdn(resident: Resident) -> str:
    return f"cn={resident.rdn}" if resident.rdn else f"uid={resident.person.username}"


def _common(resident: Resident, ids: bool) -> list[Line]:
    person = resident.person
    kinds = ("person", "organizationalPerson", "inetOrgPerson", "posixAccount", "shadowAccount")
    return [
        *(("objectClass", kind) for kind in kinds),
        ("uid", person.username),
        ("cn", _plain_rdn(resident) or f"{person.given_name} {person.family_name}".strip()),
        ("sn", person.family_name),
        *((("givenName", person.given_name),) if person.given_name else ()),
        ("uidNumber", "20000"),
        ("gidNumber", "5000"),
        ("homeDirectory", f"/home/{person.username}"),
        ("userPassword", "geheim"),
        *((("shadowExpire", str(resident.expires)),) if resident.expires else ()),
        *((("entryUUID", resident.stable_id),) if ids else ()),
    ]


def _plain_rdn(resident: Resident) -> str:
    return resident.person.family_name if resident.rdn else ""


# --- like UCS@school ---


def ucs(everybody: Sequence[Resident], suffix: str, *, ids: bool = True) -> str:
    entries = [[("dn", f"cn=users,{suffix}"), *_place("users")]]
    for school in SCHOOLS:
        entries += _ucs_tree(school.number, suffix)
    dns = {id(resident): _ucs_dn(resident, suffix) for resident in everybody}
    entries += [_ucs_person(resident, dns[id(resident)], ids) for resident in everybody]
    entries += _ucs_groups(everybody, dns, suffix, in_blocks=ids)
    entries.append(_exam_copy(suffix, ids))
    return ldif(entries)


def _place(name: str) -> list[Line]:
    return [("objectClass", "organizationalRole"), ("cn", name)]


def _ucs_tree(number: str, suffix: str) -> Iterator[list[Line]]:
    yield [("dn", f"ou={number},{suffix}"), *_container()]
    for path in ("users", "groups", "examusers", *(f"{name},cn=users" for name in UCS_PLACES.values())):
        yield [("dn", f"cn={path},ou={number},{suffix}"), *_place(path.partition(",")[0])]
    for path in ("schueler,cn=groups", "klassen,cn=schueler,cn=groups"):
        yield [("dn", f"cn={path},ou={number},{suffix}"), *_place(path.partition(",")[0])]


def _ucs_dn(resident: Resident, suffix: str) -> str:
    person = resident.person
    if not person.school_numbers:
        return f"{_rdn(resident)},cn=users,{suffix}"
    return f"{_rdn(resident)},cn={UCS_PLACES[person.role]},cn=users,ou={person.school_numbers[0]},{suffix}"


def _ucs_person(resident: Resident, dn: str, ids: bool) -> list[Line]:
    person = resident.person
    return [
        ("dn", dn),
        *_common(resident, ids),
        ("objectClass", "univentionObject"),
        ("objectClass", UCS_CLASSES[person.role]),
        ("univentionObjectType", "users/user"),
        ("univentionBirthday", "2014-05-17"),
        ("sambaNTPassword", "0123456789ABCDEF0123456789ABCDEF"),
        ("ucsschoolRecordUID", person.record_id),
        ("krb5KDCFlags", "254" if resident.locked else "126"),
        *((("mailPrimaryAddress", person.email),) if person.email else ()),
        # Further schools first: the main one is told by the DN, not by the order.
        *(("ucsschoolSchool", number) for number in reversed(person.school_numbers)),
        *(("ucsschoolRole", f"{UCS_WORDS[person.role]}:school:{number}") for number in person.school_numbers),
    ]


def _ucs_groups(
    everybody: Iterable[Resident], dns: dict[int, str], suffix: str, *, in_blocks: bool
) -> Iterator[list[Line]]:
    members: dict[tuple[str, str], list[str]] = {}
    for resident in everybody:
        person = resident.person
        if person.school_class:
            key = (person.school_numbers[0], person.school_class)
            members.setdefault(key, []).append(_as_others_write_it(dns[id(resident)]))
        elif person.role is PersonRole.TEACHER:
            members.setdefault((person.school_numbers[0], "5a"), []).append(dns[id(resident)])
    for (number, name), dns_of_members in members.items():
        gone = f"uid=laengst.weg,cn=schueler,cn=users,ou={number},{suffix}"
        yield [
            ("dn", f"cn={number}-{name},cn=klassen,cn=schueler,cn=groups,ou={number},{suffix}"),
            ("objectClass", "groupOfUniqueNames"),
            ("objectClass", "ucsschoolGroup"),
            ("cn", f"{number}-{name}"),
            ("ucsschoolRole", f"school_class:school:{number}"),
            *_members([*dns_of_members, gone], in_blocks),
        ]


def _members(dns: Iterable[str], in_blocks: bool) -> Iterator[Line]:
    """`in_blocks` parts the values from each other: loaded offline, the server sends them in as many blocks."""
    for n, dn in enumerate(dns):
        yield "uniqueMember", dn
        if in_blocks:
            yield "description", f"Platz {n}"


def _as_others_write_it(dn: str) -> str:
    spelled = re.sub(r"\\(.)", lambda found: r"\2C" if found[1] == "," else found[0], dn)
    return spelled.replace("cn=schueler,cn=users", "CN=Schueler,CN=Users")


def _exam_copy(suffix: str, ids: bool) -> list[Line]:
    number = SCHOOLS[0].number
    person = _odd("Jürgen", "Größ-Müßig", "exam-umlaute")
    copy = _ucs_person(person, f"uid=exam-umlaute,cn=examusers,ou={number},{suffix}", ids)
    return [*copy, ("objectClass", "ucsschoolExam"), ("ucsschoolRole", f"exam_user:exam:mathe-{number}")]


# --- writing LDIF ---


def ldif(entries: Iterable[Sequence[Line]]) -> str:
    return "".join("".join(map(_line, _together(entry))) + "\n" for entry in entries)


def _together(entry: Sequence[Line]) -> list[Line]:
    """The values of one attribute one after the other, as slapadd wants them; but see `_members`."""
    order = list(dict.fromkeys(_block(name) for name, _ in entry))
    return sorted(entry, key=lambda line: order.index(_block(line[0])))


def _block(name: str) -> str:
    return "uniqueMember" if name == "description" else name


def _line(line: Line) -> str:
    name, value = line
    if isinstance(value, bytes):
        return f"{name}:: {base64.b64encode(value).decode()}\n"
    safe = value.isascii() and value.isprintable() and value == value.strip() and value[:1] not in ":<"
    if safe:
        return f"{name}: {value}\n"
    return f"{name}:: {base64.b64encode(value.encode()).decode()}\n"
