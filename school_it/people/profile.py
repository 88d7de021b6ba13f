"""How one kind of directory is laid out: a TOML file, read once, as values. `profiles/` has ours.

A profile names every attribute that is asked for, and nothing else is asked for. What a school authority has
no use for is refused here, so that no profile can bring it in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from school_it.errors import N_, SettingsError
from school_it.people.rules import PersonRole

HOUSE_PROFILES = Path(__file__).with_name("profiles")

FIELDS = ("record_id", "given_name", "family_name", "username", "email")

_SECRETS = (
    "userPassword unicodePwd sambaNTPassword sambaLMPassword krb5Key pwhistory supplementalCredentials"
    " dBCSPwd sophomorixFirstPassword ms-Mcs-AdmPwd msLAPS-Password msLAPS-EncryptedPassword"
    " userPKCS12 userCertificate"
)
_NOBODYS_BUSINESS = (
    "sophomorixBirthdate univentionBirthday dateOfBirth schacDateOfBirth gender schacGender"
    " homePostalAddress homePhone mobile jpegPhoto thumbnailPhoto photo description info sophomorixComment"
)
_TRACES = (
    "lastLogon lastLogonTimestamp badPwdCount logonHours homeDirectory profilePath proxyAddresses"
    " objectSid uidNumber"
)
NEVER_ASKED = frozenset(f"* + {_SECRETS} {_NOBODYS_BUSINESS} {_TRACES}".lower().split())
"""Free text is among them: it can hold anything."""


@dataclass(frozen=True, slots=True)
class Match:
    """Holds where one value of the attribute is like one of the patterns, or is a number with the bit set."""

    attribute: str
    like: tuple[str, ...] = ()
    bit: int = 0

    def holds(self, values: Sequence[str]) -> bool:
        return any(self._fits(value) for value in values)

    def _fits(self, value: str) -> bool:
        if self.bit:
            return bool(re.fullmatch(r"-?[0-9]{1,20}", value)) and bool(int(value) & self.bit)
        return any(fnmatchcase(value.casefold(), pattern.casefold()) for pattern in self.like)


@dataclass(frozen=True, slots=True)
class RoleRule:
    role: PersonRole
    when: Match


@dataclass(frozen=True, slots=True)
class SchoolRule:
    """The first attribute with values tells the schools; `main_from_dn`: the DN's level for the main one.

    `split` are signs that part several schools within one value. `fixed` is the one school of everybody, for a
    directory that has only one.
    """

    attributes: tuple[str, ...]
    main_from_dn: str | None = None
    take: str | None = None
    split: str = ""
    fixed: str | None = None


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Classes as groups: members stand as DNs; `{school}` in `take` is the group's own school."""

    filter: str
    name: str
    members: str
    below: str = ""
    school_from_dn: str | None = None
    take: str | None = None


@dataclass(frozen=True, slots=True)
class ClassRule:
    """An attribute tells the class, or groups do; `{school}` in `take` is the person's main school."""

    attribute: str | None = None
    take: str | None = None
    groups: GroupRule | None = None


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    attribute: str
    unit: str
    never: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """`unset` are values that mean there is none; `leaving` marks who is about to go."""

    name: str
    title: str
    filter: str
    id_attribute: str
    id_form: str
    fields: Mapping[str, str]
    roles: tuple[RoleRule, ...]
    school: SchoolRule
    school_class: ClassRule
    locked: tuple[Match, ...] = ()
    exclude: tuple[Match, ...] = ()
    leaving: tuple[Match, ...] = ()
    unset: tuple[str, ...] = ()
    expires: ExpiryRule | None = None
    below: str = ""

    @property
    def attributes(self) -> tuple[str, ...]:
        """Everything the search for people asks for, each once; `dn` is no attribute and always there."""
        return tuple(dict.fromkeys(name for name in self._named() if name != "dn"))

    def _named(self) -> Iterator[str]:
        yield self.id_attribute
        yield from self.fields.values()
        yield from (rule.when.attribute for rule in self.roles)
        yield from (match.attribute for match in (*self.locked, *self.exclude, *self.leaving))
        yield from self.school.attributes
        if self.school_class.attribute:
            yield self.school_class.attribute
        if self.expires:
            yield self.expires.attribute


def names() -> list[str]:
    return sorted(path.stem for path in HOUSE_PROFILES.glob("*.toml"))


def load(name_or_file: str) -> Profile:
    """A profile of the house by its name, or any TOML file by its path. Raises SettingsError."""
    path = Path(name_or_file) if name_or_file.endswith(".toml") else HOUSE_PROFILES / f"{name_or_file}.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as missing:
        raise SettingsError(
            N_("SCHOOL_IT_LDAP_PROFILE: »%(name)s« gibt es nicht. Möglich: %(names)s oder eine TOML-Datei."),
            name=name_or_file,
            names=", ".join(names()),
        ) from missing
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as unreadable:
        raise SettingsError(
            N_("SCHOOL_IT_LDAP_PROFILE: »%(name)s« ist nicht lesbar: %(why)s"),
            name=name_or_file,
            why=str(unreadable),
        ) from unreadable
    return _profile(path.stem, _Table(path.name, "", told))


# --- reading the tables of the file ---


class _Table:
    """One TOML table that can say where something is missing or wrong, and that nothing in it went unread."""

    def __init__(self, file: str, where: str, told: Mapping[str, Any]) -> None:
        self.file, self.where, self.told = file, where, dict(told)

    def wrong(self, key: str) -> SettingsError:
        place = f"{self.where}.{key}".strip(".")
        return SettingsError(
            N_("Profil %(file)s: »%(place)s« fehlt oder ist falsch."), file=self.file, place=place
        )

    def text(self, key: str) -> str:
        value = self.told.pop(key, None)
        if not isinstance(value, str) or not value:
            raise self.wrong(key)
        return value

    def text_or(self, key: str, default: str) -> str:
        return self.text(key) if key in self.told else default

    def maybe(self, key: str) -> str | None:
        return self.text(key) if key in self.told else None

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        value = self.text_or(key, allowed[0])
        if value not in allowed:
            raise self.wrong(key)
        return value

    def attribute(self, key: str) -> str:
        return self.allowed(key, self.text(key))

    def allowed(self, key: str, name: str) -> str:
        if name.lower() in NEVER_ASKED:
            raise SettingsError(
                N_("Profil %(file)s: Das Attribut »%(name)s« wird nie abgefragt."), file=self.file, name=name
            )
        return name

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.told.pop(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
            raise self.wrong(key)
        return tuple(value)

    def number(self, key: str) -> int:
        value = self.told.pop(key, 0)
        if not isinstance(value, int):
            raise self.wrong(key)
        return value

    def numbers(self, key: str) -> tuple[int, ...]:
        value = self.told.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise self.wrong(key)
        return tuple(value)

    def pattern(self, key: str) -> str | None:
        """A regular expression with one group, whose text is taken."""
        value = self.maybe(key)
        try:
            if value is not None and re.compile(value.replace("{school}", "")).groups != 1:
                raise self.wrong(key)
        except re.error as broken:
            raise self.wrong(key) from broken
        return value

    def table(self, key: str) -> _Table:
        value = self.told.pop(key, None)
        if not isinstance(value, dict):
            raise self.wrong(key)
        return _Table(self.file, f"{self.where}.{key}".strip("."), value)

    def tables(self, key: str) -> list[_Table]:
        value = self.told.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(key)
        return [_Table(self.file, f"{key}[{place}]", item) for place, item in enumerate(value, 1)]

    def done(self) -> None:
        """A key nobody asked for is a typing error, and a rule that silently does not hold."""
        for key in self.told:
            raise self.wrong(key)


def _profile(name: str, file: _Table) -> Profile:
    people = file.table("people")
    fields = people.table("fields")
    profile = Profile(
        name=name,
        title=file.text_or("title", name),
        filter=people.text("filter"),
        id_attribute=people.attribute("id"),
        id_form=people.choice("id_form", ("text", "guid")),
        below=people.text_or("below", ""),
        fields={field: fields.attribute(field) for field in FIELDS if field in fields.told},
        roles=tuple(_role(table) for table in file.tables("role")),
        school=_school(file.table("school")),
        school_class=_class(file.table("class")) if "class" in file.told else ClassRule(),
        locked=tuple(_match(table) for table in file.tables("locked")),
        exclude=tuple(_match(table) for table in file.tables("exclude")),
        leaving=tuple(_match(table) for table in file.tables("leaving")),
        unset=people.texts("unset") if "unset" in people.told else (),
        expires=_expiry(file.table("expires")) if "expires" in file.told else None,
    )
    if "family_name" not in profile.fields:
        raise fields.wrong("family_name")
    if not profile.roles:
        raise file.wrong("role")
    for table in (fields, people, file):
        table.done()
    return profile


def _match(table: _Table) -> Match:
    attribute = table.attribute("attribute")
    match = Match(attribute, table.texts("like") if "like" in table.told else (), table.number("bit"))
    if bool(match.like) == bool(match.bit):
        raise table.wrong("like")
    table.done()
    return match


def _role(table: _Table) -> RoleRule:
    role = PersonRole(table.choice("is", tuple(PersonRole)))
    return RoleRule(role, _match(table))


def _school(table: _Table) -> SchoolRule:
    attributes = tuple(table.allowed("attributes", name) for name in table.texts("attributes"))
    rule = SchoolRule(
        attributes, table.maybe("main_from_dn"), table.pattern("take"), table.text_or("split", "")
    )
    table.done()
    return rule


def _class(table: _Table) -> ClassRule:
    attribute = table.attribute("attribute") if "attribute" in table.told else None
    groups = _groups(table.table("groups")) if "groups" in table.told else None
    rule = ClassRule(attribute, table.pattern("take"), groups)
    table.done()
    return rule


def _groups(table: _Table) -> GroupRule:
    rule = GroupRule(
        filter=table.text("filter"),
        name=table.attribute("name"),
        members=table.attribute("members"),
        below=table.text_or("below", ""),
        school_from_dn=table.maybe("school_from_dn"),
        take=table.pattern("take"),
    )
    table.done()
    return rule


def _expiry(table: _Table) -> ExpiryRule:
    unit = table.choice("unit", ("days", "seconds", "filetime"))
    rule = ExpiryRule(table.attribute("attribute"), unit, table.numbers("never"))
    table.done()
    return rule
