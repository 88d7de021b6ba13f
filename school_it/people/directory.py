"""Reading a directory: where it is, whether that can work, and everybody in it in one complete read."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from school_it.errors import N_, SettingsError
from school_it.people import reading, wire
from school_it.people.entries import DirectoryAnswer, DirectoryPerson, LeftOut
from school_it.people.profile import Profile

log = logging.getLogger(__name__)

Found = TypeVar("Found")

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAUSES = (1.0, 4.0)
"""Seconds before the second and the third try of a read that broke off."""


@dataclass(frozen=True)
class Address:
    """Where the directory is and how to get in. The password never shows in a repr."""

    url: str
    base_dn: str
    bind_dn: str
    password: str = field(repr=False)
    ca_file: str = ""
    starttls: bool = True
    plain: bool = False
    connect_seconds: int = 10
    silence_seconds: int = 60
    read_seconds: int = 900
    pauses: tuple[float, ...] = PAUSES
    called: str = ""

    def setting(self, name: str) -> str:
        """How the operator writes a setting of this directory."""
        if self.called:
            return f"{self.called}: {name.lower()}"
        return f"SCHOOL_IT_LDAP_{name}"

    @property
    def is_clear(self) -> bool:
        """Whether the password goes over the wire as it is."""
        return not self.starttls and any(url.startswith("ldap://") for url in self.urls)

    @property
    def urls(self) -> tuple[str, ...]:
        """One server, or several with the same content, parted by blanks: the first that answers is taken."""
        return tuple(self.url.split())


@dataclass(frozen=True)
class Glance:
    """What one page of the directory shows: enough to see whether the settings fit."""

    host: str
    encrypted: bool
    more: bool
    people: tuple[DirectoryPerson, ...]
    left_out: tuple[LeftOut, ...]


def check(address: Address) -> None:
    """Raises SettingsError for what cannot work, before anything is sent."""
    for name, value in (
        ("URL", address.url.strip()),
        ("BASE_DN", address.base_dn),
        ("BIND_DN", address.bind_dn),
        ("PASSWORD", address.password),
    ):
        # An empty password would be an anonymous sign-in that succeeds and sees nobody.
        if not value:
            raise SettingsError(N_("Die Einstellung %(setting)s fehlt."), setting=address.setting(name))
    if address.ca_file and not Path(address.ca_file).is_file():
        raise SettingsError(
            N_("%(setting)s: Die Datei %(path)s gibt es nicht."),
            setting=address.setting("CA_FILE"),
            path=address.ca_file,
        )
    for url in address.urls:
        _check_url(address, url)


def _check_url(address: Address, url: str) -> None:
    parts = urlsplit(url)
    try:
        known = parts.scheme in wire.PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise SettingsError(
            N_("%(setting)s: »%(url)s« ist keine Adresse wie ldaps://verzeichnis.example:636."),
            setting=address.setting("URL"),
            url=url,
        )
    clear = parts.scheme == "ldap" and not address.starttls
    if clear and not address.plain and parts.hostname not in LOOPBACK:
        raise SettingsError(
            N_(
                "Das Kennwort ginge unverschlüsselt an %(host)s. Bitte ldaps:// nehmen oder "
                "%(setting)s=ja setzen."
            ),
            host=parts.hostname,
            setting=address.setting("STARTTLS"),
        )


def read(address: Address, profile: Profile, *, source: str, today: date) -> DirectoryAnswer:
    """Everybody in the directory, in one complete read. Raises CannotRead where it is not complete."""
    started = time.monotonic()
    taken, left_out = _with_patience(address, lambda: _read_once(address, profile, today))
    return DirectoryAnswer(source, taken, left_out, seconds=round(time.monotonic() - started, 1))


def glance(address: Address, profile: Profile, *, today: date) -> Glance:
    """One page of people and one of class groups: for trying out the settings."""
    check(address)
    with wire.connected(address) as connection:
        groups = _memberships(connection, address, profile, pages=1)
        page = wire.search(
            connection, address, _below(profile.below, address), profile.filter, profile.attributes, 1
        )
        entries = list(page)
        taken, left_out = reading.people(entries, profile, address.base_dn, groups, today)
        return Glance(
            connection.server.host, wire.is_encrypted(connection), len(entries) >= wire.PAGE, taken, left_out
        )


def _with_patience(address: Address, attempt: Callable[[], Found]) -> Found:
    """A read that breaks off is repeated as a whole: half of one state and half of the next is neither."""
    check(address)
    for pause in address.pauses:
        try:
            return attempt()
        except wire.Interrupted as broken:
            log.warning("directory read broke off, next try in %s s: %s", pause, broken)
            time.sleep(pause)
    return attempt()


def _read_once(
    address: Address, profile: Profile, today: date
) -> tuple[tuple[DirectoryPerson, ...], tuple[LeftOut, ...]]:
    with wire.connected(address) as connection:
        groups = _memberships(connection, address, profile)
        entries = wire.search(
            connection, address, _below(profile.below, address), profile.filter, profile.attributes
        )
        return reading.people(entries, profile, address.base_dn, groups, today)


def _memberships(
    connection: Any, address: Address, profile: Profile, pages: int | None = None
) -> reading.Memberships:
    rule = profile.school_class.groups
    if rule is None:
        return {}
    attributes = (rule.name, rule.members)
    entries = wire.search(connection, address, _below(rule.below, address), rule.filter, attributes, pages)
    return reading.memberships(entries, rule, address.base_dn)


def _below(place: str, address: Address) -> str:
    return f"{place},{address.base_dn}" if place else address.base_dn
