"""Talking to a directory server. The only ldap3 in the house, and loaded only when a directory is really asked.

ldap3's own paging ends quietly, and without an error, where a server cuts the answer short (result 3, 4, 10,
a page without its control). Whoever is missing then looks like a leaver. So the loop here is our own: every
page has to say success and carry the control, or the whole read is void. The same holds for the values of
one attribute that come in ranges.
"""

from __future__ import annotations

import logging
import re
import socket
import ssl
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from school_it.errors import N_, CannotRead, SchoolItError
from school_it.people.address import PORTS, Address
from school_it.people.entries import Entry

log = logging.getLogger(__name__)

PAGED_RESULTS = "1.2.840.113556.1.4.319"
PAGE = 500
BLOCK = 16384
"""Bytes read at once: what one TLS record holds."""
SEARCH_RESULT_ENTRY = 4

SUCCESS, TIME_LIMIT, SIZE_LIMIT, NO_SUCH_OBJECT, BAD_CREDENTIALS, BUSY, UNAVAILABLE = 0, 3, 4, 32, 49, 51, 52


DECLINES = frozenset({19, 48, 50, 53})
"""How servers say, besides 49, that an account will not do: locked, expired, without a password."""


class Interrupted(CannotRead):
    """The server did not answer to the end; another try may."""


class Declined(CannotRead):
    """The server does not let this account in."""


# --- the connection ---


@contextmanager
def connected(address: Address) -> Iterator[Any]:
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
                _start_tls(connection, host)
            connection.bind(read_server_info=False)
        except Exception:
            _hang_up(connection.socket)
            raise
        return connection


def opens(address: Address, dn: str, password: str) -> bool:
    """Whether the server lets this one in. An empty name or password, or one that some read as empty, is not sent."""
    if not dn or not password or "\0" in password:
        return False
    try:
        with connected(replace(address, bind_dn=dn, password=unicodedata.normalize("NFC", password))):
            return True
    except Declined:
        return False


def _start_tls(connection: Any, host: str) -> None:
    from ldap3.core.exceptions import LDAPOperationResult

    try:
        connection.start_tls(read_server_info=False)
    except LDAPOperationResult:
        raise CannotRead(
            N_("%(host)s bietet kein StartTLS an. Das Kennwort wurde nicht gesendet."), host=host
        ) from None


def _connection(address: Address, host: str, port: int, *, secure: bool) -> Any:
    import ldap3
    from ldap3.utils.config import set_config_parameter

    # Names are folded by `_decoded_entry`; ldap3's own folding costs a quarter of the time.
    set_config_parameter("CASE_INSENSITIVE_ATTRIBUTE_NAMES", False)
    set_config_parameter("SOCKET_SIZE", BLOCK)
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
        # As bytes: ldap3 drops signs nobody sees from a text, and an empty password opens some servers.
        address.password.encode(),  # type: ignore[arg-type]
        client_strategy=ldap3.SYNC,
        read_only=True,
        raise_exceptions=True,
        receive_timeout=address.silence_seconds,
        auto_referrals=False,
        check_names=False,
        return_empty_attributes=False,
        auto_range=False,
    )
    _decode_entries_ourselves(connection)
    return connection


def _decode_entries_ourselves(connection: Any) -> None:
    """ldap3 decodes every value three times and keeps the last block only where a server sends several."""
    decode = connection.strategy.decode_response_fast

    def decode_all(message: Mapping[str, Any]) -> dict[str, Any]:
        if message["protocolOp"] == SEARCH_RESULT_ENTRY and not message["controls"]:
            return _decoded_entry(message["payload"])
        response: dict[str, Any] = decode(message)
        return response

    connection.strategy.decode_response_fast = decode_all


def _decoded_entry(payload: Sequence[Any]) -> dict[str, Any]:
    """An entry out of ldap3's parts, each (…, …, …, content); a value block is the pair of name and values."""
    raw: dict[str, list[bytes]] = {}
    for block in payload[1][3]:
        name, values = block[3]
        told = [value[3] for value in values[3] or ()]
        key = name[3].decode("utf-8", "replace").lower()
        if key in raw:
            raw[key] += told
        else:
            raw[key] = told
    dn = payload[0][3].decode("utf-8", "replace")
    return {"type": "searchResEntry", "dn": dn, "raw_attributes": raw, "attributes": raw}


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


def is_encrypted(connection: Any) -> bool:
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


def search(
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
        yield from _whole_entries(connection)
        if not following:
            return
        if following == cookie:
            raise _incomplete(connection.server.host, "cookie")
        cookie, pages = following, None if pages is None else pages - 1


def fits(connection: Any, dn: str, filter: str) -> bool:
    """Whether the entry of this very DN is there and fits the filter."""
    from ldap3.core.exceptions import LDAPNoSuchObjectResult

    try:
        connection.search(dn, filter, search_scope="BASE", attributes=["1.1"])
    except LDAPNoSuchObjectResult:
        return False
    code = connection.result.get("result")
    if code not in (SUCCESS, NO_SUCH_OBJECT):
        raise _incomplete(connection.server.host, str(code))
    return any(one["type"] == "searchResEntry" for one in connection.response)


def _whole_entries(connection: Any) -> Iterator[Entry]:
    """The page's entries. References to other servers stand between them; they are neither followed nor counted."""
    found = [one for one in connection.response if one["type"] == "searchResEntry"]
    for one in found:
        ranges = [name for name in one["raw_attributes"] if ";range=" in name]
        for name in ranges:
            _fetch_the_rest(connection, one, name)
        yield Entry(one["dn"], one["raw_attributes"])


def _fetch_the_rest(connection: Any, found: Mapping[str, Any], name: str) -> None:
    """Active Directory sends 1,500 values at a time, as `member;range=0-1499` beside an empty `member`."""
    raw, attribute = found["raw_attributes"], name.partition(";")[0]
    values: list[bytes] = raw.pop(name)
    last = _last_of_range(name)
    while last is not None:
        wanted = f"{attribute};range={last + 1}-*"
        connection.search(found["dn"], "(objectClass=*)", search_scope="BASE", attributes=[wanted])
        host, code = connection.server.host, connection.result.get("result")
        answers = [one for one in connection.response if one["type"] == "searchResEntry"]
        parts = [part for one in answers for part in one["raw_attributes"].items() if ";range=" in part[0]]
        if code != SUCCESS or len(parts) != 1 or not parts[0][1]:
            raise _incomplete(host, f"{attribute} ab {last + 1}: {code}")
        name, more = parts[0]
        values += more
        last = _last_of_range(name)
    raw[attribute] = values


def _last_of_range(name: str) -> int | None:
    """The number of the last value in it, or None where no more follow."""
    found = re.search(r";range=\d+-(\d+)$", name)
    return int(found[1]) if found else None


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
        return Declined(
            N_("%(host)s hat die Anmeldung als %(dn)s abgelehnt. Bitte %(account)s und %(password)s prüfen."),
            host=host,
            dn=address.bind_dn,
            account=address.setting("BIND_DN"),
            password=address.setting("PASSWORD"),
        )
    if code == NO_SUCH_OBJECT:
        return CannotRead(
            N_("%(host)s kennt die Wurzel %(base)s nicht. Bitte %(setting)s prüfen."),
            host=host,
            base=address.base_dn,
            setting=address.setting("BASE_DN"),
        )
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return CannotRead(
            N_(
                "Das Zertifikat von %(host)s gilt nicht (%(why)s). Bitte %(setting)s und "
                "den Namen des Servers prüfen."
            ),
            host=host,
            setting=address.setting("CA_FILE"),
            why=text.partition("certificate verify failed:")[2].partition(" (_ssl")[0].strip(),
        )
    if isinstance(code, int) and code not in (BUSY, UNAVAILABLE):
        kind = Declined if code in DECLINES else CannotRead
        return kind(N_("%(host)s hat die Anfrage abgelehnt (%(why)s)."), host=host, why=_short(text))
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
