"""Reading the directory. The only ldap3 in the house, and loaded only when a directory is really asked.

ldap3's own paging ends quietly, and without an error, where a server cuts the answer short (result 3, 4, 10,
a page without its control). Whoever is missing then looks like a leaver. So the loop here is our own: every
page has to say success and carry the control, or the whole read is void.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Timer
from typing import Any, TypeVar
from urllib.parse import urlsplit

from school_it.errors import N_, CannotRead, SchoolItError, SettingsError
from school_it.people import reading
from school_it.people.entries import DirectoryAnswer, DirectoryPerson, Entry, LeftOut
from school_it.people.profile import Profile
from school_it.settings import Settings

log = logging.getLogger(__name__)

Found = TypeVar("Found")

PAGED_RESULTS = "1.2.840.113556.1.4.319"
PAGE = 500
PORTS = {"ldap": 389, "ldaps": 636}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAUSES = (1.0, 4.0)
"""Seconds before the second and the third try of a read that broke off."""

SUCCESS, TIME_LIMIT, SIZE_LIMIT, NO_SUCH_OBJECT, BAD_CREDENTIALS, BUSY, UNAVAILABLE = 0, 3, 4, 32, 49, 51, 52


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


class Interrupted(CannotRead):
    """The server did not answer to the end; another try may."""


def address(settings: Settings) -> Address:
    """Where the operator says the directory is."""
    return Address(
        url=settings.LDAP_URL,
        base_dn=settings.LDAP_BASE_DN,
        bind_dn=settings.LDAP_BIND_DN,
        password=settings.LDAP_PASSWORD,
        ca_file=settings.LDAP_CA_FILE,
        starttls=settings.LDAP_STARTTLS,
        plain=settings.LDAP_PLAIN,
    )


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
            raise SettingsError(N_("Die Einstellung SCHOOL_IT_LDAP_%(name)s fehlt."), name=name)
    if address.ca_file and not Path(address.ca_file).is_file():
        raise SettingsError(
            N_("SCHOOL_IT_LDAP_CA_FILE: Die Datei %(path)s gibt es nicht."), path=address.ca_file
        )
    for url in address.urls:
        _check_url(address, url)


def _check_url(address: Address, url: str) -> None:
    parts = urlsplit(url)
    try:
        known = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise SettingsError(
            N_("SCHOOL_IT_LDAP_URL: »%(url)s« ist keine Adresse wie ldaps://verzeichnis.example:636."),
            url=url,
        )
    clear = parts.scheme == "ldap" and not address.starttls
    if clear and not address.plain and parts.hostname not in LOOPBACK:
        raise SettingsError(
            N_(
                "Das Kennwort ginge unverschlüsselt an %(host)s. Bitte ldaps:// nehmen oder "
                "SCHOOL_IT_LDAP_STARTTLS=ja setzen."
            ),
            host=parts.hostname,
        )


def read(address: Address, profile: Profile, *, source: str, today: date) -> DirectoryAnswer:
    """Everybody in the directory, in one complete read. Raises CannotRead where it is not complete."""
    started = time.monotonic()
    taken, left_out = _with_patience(address, lambda: _read_once(address, profile, today))
    return DirectoryAnswer(source, taken, left_out, seconds=round(time.monotonic() - started, 1))


def glance(address: Address, profile: Profile, *, today: date) -> Glance:
    """One page of people and one of class groups: for trying out the settings."""
    check(address)
    with _connected(address) as connection:
        groups = _memberships(connection, address, profile, pages=1)
        page = _search(
            connection, address, _below(profile.below, address), profile.filter, profile.attributes, 1
        )
        entries = list(page)
        taken, left_out = reading.people(entries, profile, address.base_dn, groups, today)
        return Glance(
            connection.server.host, _is_encrypted(connection), len(entries) >= PAGE, taken, left_out
        )


def _with_patience(address: Address, attempt: Callable[[], Found]) -> Found:
    """A read that breaks off is repeated as a whole: half of one state and half of the next is neither."""
    check(address)
    for pause in address.pauses:
        try:
            return attempt()
        except Interrupted as broken:
            log.warning("directory read broke off, next try in %s s: %s", pause, broken)
            time.sleep(pause)
    return attempt()


def _read_once(
    address: Address, profile: Profile, today: date
) -> tuple[tuple[DirectoryPerson, ...], tuple[LeftOut, ...]]:
    with _connected(address) as connection:
        groups = _memberships(connection, address, profile)
        entries = _search(
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
    entries = _search(connection, address, _below(rule.below, address), rule.filter, attributes, pages)
    return reading.memberships(entries, rule, address.base_dn)


def _below(place: str, address: Address) -> str:
    return f"{place},{address.base_dn}" if place else address.base_dn


# --- the connection ---


@contextmanager
def _connected(address: Address) -> Iterator[Any]:
    """A bound connection to the first server that answers; cut off after `read_seconds` even in a trickle."""
    connection = _first_that_answers(address)
    watchdog = Timer(address.read_seconds, _cut_off, (connection.socket,))
    watchdog.daemon = True
    watchdog.start()
    try:
        with _said_in_our_words(connection.server.host, address):
            yield connection
    finally:
        watchdog.cancel()
        _part(connection)


def _first_that_answers(address: Address) -> Any:
    *others, last = address.urls
    for url in others:
        try:
            return _connect(address, url)
        except Interrupted as silent:
            log.warning("%s", silent)
    return _connect(address, last)


def _connect(address: Address, url: str) -> Any:
    parts = urlsplit(url)
    host = parts.hostname or ""
    with _said_in_our_words(host, address):
        connection = _connection(
            address, host, parts.port or PORTS[parts.scheme], secure=parts.scheme == "ldaps"
        )
        try:
            connection.open(read_server_info=False)
            if address.starttls and not connection.server.ssl:
                connection.start_tls(read_server_info=False)
            connection.bind(read_server_info=False)
        except Exception:
            _hang_up(connection.socket)
            raise
        return connection


def _connection(address: Address, host: str, port: int, *, secure: bool) -> Any:
    import ldap3
    from ldap3.utils.config import set_config_parameter

    # Names are folded by `_entry`; ldap3's own folding costs a quarter of the time.
    set_config_parameter("CASE_INSENSITIVE_ATTRIBUTE_NAMES", False)
    server = ldap3.Server(
        host,
        port=port,
        use_ssl=secure,
        tls=_checked_tls(address.ca_file),
        get_info=ldap3.NONE,
        connect_timeout=address.connect_seconds,
    )
    connection = ldap3.Connection(
        server,
        address.bind_dn,
        address.password,
        client_strategy=ldap3.SYNC,
        read_only=True,
        raise_exceptions=True,
        receive_timeout=address.silence_seconds,
        auto_referrals=False,
        check_names=False,
        return_empty_attributes=False,
        auto_range=True,
    )
    _read_every_block(connection)
    return connection


def _read_every_block(connection: Any) -> None:
    """Some servers send the values of one attribute in several blocks, of which ldap3 keeps the last only."""
    decode = connection.strategy.decode_response_fast

    def decode_all(message: Mapping[str, Any]) -> dict[str, Any]:
        response: dict[str, Any] = decode(message)
        if response["type"] == "searchResEntry":
            response["raw_attributes"] = _blocks_joined(message["payload"][1][3])
        return response

    connection.strategy.decode_response_fast = decode_all


def _blocks_joined(blocks: Sequence[Any]) -> dict[str, list[bytes]]:
    """Each block as ldap3's decoder leaves it: (…, …, …, (name, values)), each again with its content in place 3."""
    joined: dict[str, list[bytes]] = {}
    for block in blocks:
        name, values = block[3]
        joined.setdefault(name[3].decode("utf-8", "replace"), []).extend(
            value[3] for value in values[3] or ()
        )
    return joined


def _checked_tls(ca_file: str) -> Any:
    """TLS as Python's own ssl does it: the chain and the host's name are checked, old versions refused.

    ldap3's own check leans on `ssl.match_hostname`, which newer Pythons no longer have.
    """
    from ldap3 import Tls

    class CheckedTls(Tls):
        def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
            context = ssl.create_default_context(cafile=self.ca_certs_file)
            connection.socket = context.wrap_socket(connection.socket, server_hostname=connection.server.host)

    return CheckedTls(validate=ssl.CERT_REQUIRED, ca_certs_file=ca_file or None)


def _is_encrypted(connection: Any) -> bool:
    return bool(connection.server.ssl or connection.tls_started)


def _cut_off(wire: socket.socket) -> None:
    """Whoever waits for this socket is woken with an error."""
    try:
        wire.shutdown(socket.SHUT_RDWR)
    except OSError:
        log.info("the directory had hung up already")


def _hang_up(wire: socket.socket | None) -> None:
    if wire is not None:
        wire.close()


def _part(connection: Any) -> None:
    from ldap3.core.exceptions import LDAPException

    try:
        connection.unbind()
    except (LDAPException, OSError):
        log.info("the directory did not wait for a farewell")
    finally:
        _hang_up(connection.socket)


# --- pages ---


def _search(
    connection: Any,
    address: Address,
    base: str,
    filter: str,
    attributes: Sequence[str],
    pages: int | None = None,
) -> Iterator[Entry]:
    """The entries page by page, `pages` of them or all. Raises CannotRead where one page is not whole."""
    cookie: bytes | None = None
    while pages is None or pages > 0:
        connection.search(
            base,
            filter,
            attributes=list(attributes),
            paged_size=PAGE,
            paged_criticality=True,
            paged_cookie=cookie,
        )
        following = _next_cookie(connection.result, connection.server.host)
        yield from map(_entry, _entries_only(connection.response))
        if not following:
            return
        if following == cookie:
            raise _incomplete(connection.server.host, "cookie")
        cookie, pages = following, None if pages is None else pages - 1


def _entries_only(response: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """References to other servers stand between the entries; they are not followed and not counted."""
    return (found for found in response if found["type"] == "searchResEntry")


def _entry(found: Mapping[str, Any]) -> Entry:
    return Entry(str(found["dn"]), {name.lower(): values for name, values in found["raw_attributes"].items()})


def _next_cookie(result: Mapping[str, Any], host: str) -> bytes:
    code = result.get("result")
    control = (result.get("controls") or {}).get(PAGED_RESULTS)
    if code == SIZE_LIMIT:
        raise CannotRead(
            N_(
                "%(host)s hat die Antwort an seiner Obergrenze abgebrochen. Es wurde nichts übernommen. "
                "Bitte am Verzeichnis die Grenze für dieses Konto anheben."
            ),
            host=host,
        )
    if code != SUCCESS:
        raise _incomplete(host, f"{code} {result.get('description', '')}".strip())
    if control is None:
        raise _incomplete(host, N_("Seitenangabe fehlt"))
    return bytes(control["value"]["cookie"] or b"")


def _incomplete(host: str, why: str) -> Interrupted:
    return Interrupted(
        N_("Die Antwort von %(host)s ist unvollständig (%(why)s). Es wurde nichts übernommen."),
        host=host,
        why=why,
    )


# --- errors ---


@contextmanager
def _said_in_our_words(host: str, address: Address) -> Iterator[None]:
    from ldap3.core.exceptions import LDAPException

    try:
        yield
    except SchoolItError:
        raise
    except (LDAPException, OSError) as problem:
        # Without its cause: a traceback through ldap3 can show the password in a frame's variables.
        raise _in_our_words(problem, host, address) from None


def _in_our_words(problem: Exception, host: str, address: Address) -> SchoolItError:
    code, text = getattr(problem, "result", None), str(problem)
    if code == BAD_CREDENTIALS:
        return CannotRead(
            N_(
                "%(host)s hat die Anmeldung als %(dn)s abgelehnt. Bitte SCHOOL_IT_LDAP_BIND_DN und "
                "SCHOOL_IT_LDAP_PASSWORD prüfen."
            ),
            host=host,
            dn=address.bind_dn,
        )
    if code == NO_SUCH_OBJECT:
        return CannotRead(
            N_("%(host)s kennt die Wurzel %(base)s nicht. Bitte SCHOOL_IT_LDAP_BASE_DN prüfen."),
            host=host,
            base=address.base_dn,
        )
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return CannotRead(
            N_(
                "Das Zertifikat von %(host)s gilt nicht (%(why)s). Bitte SCHOOL_IT_LDAP_CA_FILE und "
                "den Namen des Servers prüfen."
            ),
            host=host,
            why=text.partition("certificate verify failed:")[2].partition(" (_ssl")[0].strip(),
        )
    if "startTLS" in text:
        return CannotRead(
            N_("%(host)s bietet kein StartTLS an. Das Kennwort wurde nicht gesendet."), host=host
        )
    if isinstance(code, int) and code not in (BUSY, UNAVAILABLE):
        return CannotRead(N_("%(host)s hat die Anfrage abgelehnt (%(why)s)."), host=host, why=_short(text))
    return Interrupted(
        N_(
            "%(host)s ist nicht erreichbar oder hat die Verbindung abgebrochen (%(why)s). "
            "Es wurde nichts übernommen."
        ),
        host=host,
        why=_short(text),
    )


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:200] + "…"
