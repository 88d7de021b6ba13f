"""Signing in through a directory: who has that name, does the password fit, and which groups give a role.

The search uses the account that reads and the very filter of the sync; the password is only ever tried on the one
entry that it finds. Nothing of it is kept. Whoever is not found costs a sign-in too, with a password nobody has.
"""

from __future__ import annotations

import logging
import secrets
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from school_it.access import Role
from school_it.errors import N_, SchoolItError, SettingsError
from school_it.people import reading, wire
from school_it.people.address import Address, check
from school_it.people.entries import DirectoryPerson, Entry
from school_it.people.profile import Profile
from school_it.people.sources import Source

log = logging.getLogger(__name__)

CONNECT_SECONDS, SILENCE_SECONDS, WHOLE_SECONDS = 3, 5, 8
"""Somebody waits at the sign-in page; a nightly read has more patience."""
GROUP_KINDS = ("group", "groupOfNames", "groupOfUniqueNames", "posixGroup", "groupOfMembers")
IN_CHAIN = "1.2.840.113556.1.4.1941"
"""Active Directory's rule for groups within groups; other servers do not know it and pass it by."""


class DirectorySilent(SchoolItError):
    """No directory could say whether the password fits."""

    status = 503


@dataclass(frozen=True, slots=True)
class Shown:
    """Somebody whose password fitted, as the directory tells them now, with the roles of their groups."""

    source: str
    person: DirectoryPerson
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class _Hit:
    source: Source
    dn: str
    person: DirectoryPerson


def check_password(
    sources: Sequence[Source], name: str, password: str, *, today: date, decoy: bool = False
) -> Shown | None:
    """Whoever has this name in exactly one place and opens it with this password; None for everybody else.

    With `decoy` the same is done and asked, with another password, and the answer is None. Raises DirectorySilent.
    """
    if not password or not name.strip():
        return None
    hits, answering = _everywhere(sources, name, today)
    if not hits and len(answering) < len(sources):
        raise _silent()
    only = hits[0] if len(hits) == 1 and not decoy else None
    try:
        if only is None:
            _pretend(hits[0].source if hits else answering[0])
            return None
        if not wire.opens(_secure(only.source.address), only.dn, password) or only.person.locked:
            return None
        return Shown(only.source.name, only.person, _roles_now(only))
    except SchoolItError as fault:
        log.warning("sign-in through the directory: %s", fault)
        raise _silent() from None


def roles_of(
    source: Source, known: Iterable[tuple[str, str | None]], *, today: date
) -> dict[str, frozenset[Role]]:
    """By stable id the roles that somebody's groups give today; none for who is locked or no longer there.

    `known` are pairs of stable id and username. Raises SettingsError, CannotRead.
    """
    profile, found = source.layout(), {}
    check(source.address)
    with wire.connected(source.address) as connection:
        groups = list(_groups(connection, source))
        for stable_id, username in known:
            wanted = _is_one_of(profile, stable_id, username)
            people = _search(connection, source, profile, wanted, today)
            same = [(entry, person) for entry, person in people if person.stable_id == stable_id]
            if len(same) == 1 and not same[0][1].locked:
                found[stable_id] = _roles(connection, groups, same[0][0].dn, same[0][1])
            else:
                found[stable_id] = frozenset()
    return found


def _silent() -> DirectorySilent:
    return DirectorySilent(
        N_(
            "Das Verzeichnis antwortet gerade nicht. Konten dieses Programms funktionieren weiter; "
            "alle anderen bitte später noch einmal versuchen."
        )
    )


# --- finding one person ---


def _everywhere(sources: Sequence[Source], name: str, today: date) -> tuple[list[_Hit], list[Source]]:
    """Everybody of that name, and the directories that answered."""
    hits: list[_Hit] = []
    answering: list[Source] = []
    for source in sources:
        try:
            hits += _look_up(source, name, today)
            answering.append(source)
        except SchoolItError as fault:
            log.warning("sign-in through the directory %s: %s", source.name, fault)
    return hits, answering


def _look_up(source: Source, name: str, today: date) -> list[_Hit]:
    profile = source.layout()
    attribute = profile.fields.get("username")
    if attribute is None:
        raise SettingsError(N_("Das Profil »%(name)s« nennt keinen Benutzernamen."), name=profile.name)
    wanted = f"({attribute}={escaped(_one_spelling(name))})"
    with wire.connected(_secure(source.address)) as connection:
        people = list(_search(connection, source, profile, wanted, today))
    return [_Hit(source, entry.dn, person) for entry, person in people if _is_called(person, name)]


def _search(
    connection: Any, source: Source, profile: Profile, wanted: str, today: date
) -> Iterator[tuple[Entry, DirectoryPerson]]:
    base = source.address.base_dn
    below = f"{profile.below},{base}" if profile.below else base
    both = f"(&{profile.filter}{wanted})"
    for entry in wire.search(connection, source.address, below, both, profile.attributes):
        people, _left_out = reading.people([entry], profile, base, {}, today)
        yield from ((entry, person) for person in people)


def _is_called(person: DirectoryPerson, name: str) -> bool:
    """Servers fold more than capitals; who is only similar is somebody else."""
    return bool(person.username) and _one_spelling(person.username or "") == _one_spelling(name)


def _one_spelling(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip().lower()


def _is_one_of(profile: Profile, stable_id: str, username: str | None) -> str:
    raw = uuid.UUID(stable_id).bytes_le if profile.id_form == "guid" else stable_id.encode()
    by_name = f"({profile.fields['username']}={escaped(username)})" if username else ""
    return f"(|({profile.id_attribute}={_escaped(raw)}){by_name})"


def escaped(text: str) -> str:
    """Text as the value of a filter: every byte that is not a plain letter or digit is written as its number."""
    return _escaped(text.encode())


def _escaped(raw: bytes) -> str:
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:02x}" for byte in raw)


# --- the password ---


def _secure(address: Address) -> Address:
    """In haste. Raises SettingsError where a password would go over the wire in clear without being allowed to."""
    check(address)
    if address.is_clear and not address.plain:
        raise SettingsError(
            N_(
                "Anmelden mit dem Verzeichnis geht nur verschlüsselt. Bitte ldaps:// nehmen oder %(setting)s."
            ),
            setting=address.setting("STARTTLS"),
        )
    return replace(
        address,
        connect_seconds=CONNECT_SECONDS,
        silence_seconds=SILENCE_SECONDS,
        read_seconds=WHOLE_SECONDS,
        pauses=(),
    )


def _pretend(source: Source) -> None:
    """Takes as long as a wrong password; what somebody typed is not sent."""
    nobody = f"cn={secrets.token_hex(8)},{source.address.base_dn}"
    wire.opens(_secure(source.address), nobody, secrets.token_urlsafe(16))


# --- groups and the roles they give ---


def _roles_now(hit: _Hit) -> frozenset[Role]:
    with wire.connected(_secure(hit.source.address)) as connection:
        return _roles(connection, list(_groups(connection, hit.source)), hit.dn, hit.person)


def _groups(connection: Any, source: Source) -> Iterator[tuple[Role, str]]:
    """The role and the DN of each group. A name that several groups have gives nobody anything."""
    kinds = "".join(f"(objectClass={kind})" for kind in GROUP_KINDS)
    for role, group in source.roles:
        if "=" in group:
            yield role, group
            continue
        wanted = f"(&(|{kinds})(cn={escaped(group)}))"
        found = list(wire.search(connection, source.address, source.address.base_dn, wanted, ("cn",)))
        if len(found) == 1:
            yield role, found[0].dn
        else:
            log.warning("directory %s: %s groups are called »%s«", source.name, len(found), group)


def _roles(
    connection: Any, groups: Iterable[tuple[Role, str]], dn: str, person: DirectoryPerson
) -> frozenset[Role]:
    who, uid = escaped(dn), escaped(person.username or "")
    by_name = f"(memberUid={uid})" if uid else ""
    is_in_it = f"(|(member={who})(uniqueMember={who})(member:{IN_CHAIN}:={who}){by_name})"
    return frozenset(role for role, group in groups if wire.fits(connection, group, is_in_it))
