"""A directory server with faults: a port that passes LDAP on to a real one and troubles the answers on the way.

It understands as much of LDAP (RFC 4511) as its faults need, and has to see clear messages.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

BIND, BIND_RESPONSE, SEARCH_REQUEST, ENTRY, DONE, REFERENCE, EXTENDED = (
    0x60,
    0x61,
    0x63,
    0x64,
    0x65,
    0x73,
    0x78,
)
PROTOCOL_ERROR = 2
SEQUENCE, OCTETS, SET, INTEGER, ENUMERATED, CONTROLS = 0x30, 0x04, 0x31, 0x02, 0x0A, 0xA0
PAGED_RESULTS = b"1.2.840.113556.1.4.319"


@dataclass
class Faults:
    """What goes wrong. Pages count from 1 over everything that one connection is asked."""

    cut_after_entries: int | None = None
    mid_message: bool = False
    reset: bool = False
    stall_after_entries: int | None = None
    delay: float = 0
    result_at_page: tuple[int, int] | None = None
    lose_cookie_at_page: int | None = None
    drop_control_at_page: int | None = None
    repeat_page: int | None = None
    referral: str = ""
    bind_result: int | None = None
    no_starttls: bool = False
    range_of: tuple[str, int] | None = None
    healthy_after: int | None = None
    """So many connections are troubled; those after them are not."""
    connections: int = field(default=0, init=False)
    asked: list[int] = field(default_factory=list, init=False)
    """What the client has asked for, as the tags of LDAP's operations."""


@contextmanager
def troubled(target: int, faults: Faults) -> Iterator[str]:
    """The address of a port in front of `target` with these faults."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            faults.connections += 1
            well = faults.healthy_after is not None and faults.connections > faults.healthy_after
            pair = _Pair(client, target, Faults() if well else faults)
            threading.Thread(target=pair.run, daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"ldap://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


class _End(Exception):
    """This connection is over."""


class _Pair:
    """One client and the server behind it."""

    def __init__(self, client: socket.socket, target: int, faults: Faults) -> None:
        self.client, self.faults = client, faults
        self.server = socket.create_connection(("127.0.0.1", target))
        self.entries, self.page = 0, 1
        self.this_page: list[bytes] = []
        self.ranges: dict[bytes, int] = {}
        self.silent = threading.Event()

    def run(self) -> None:
        asking = threading.Thread(target=self._upwards, daemon=True)
        asking.start()
        try:
            for message in _messages(self.server):
                self._downwards(message)
        except (_End, OSError):
            pass
        finally:
            # Whoever still waits for the client holds its socket open.
            with suppress(OSError):
                self.client.shutdown(socket.SHUT_RD)
            asking.join(5)
            self.client.close()
            self.server.close()

    def _upwards(self) -> None:
        try:
            for message in _messages(self.client):
                self.server.sendall(self._asked(message))
        except OSError:
            return
        finally:
            self.silent.set()

    def _asked(self, message: bytes) -> bytes:
        """OpenLDAP knows no ranges: it is asked for all the values."""
        self.faults.asked.append(_parts(message)[1][0])
        found = re.search(rb";range=(\d+)-\*", message)
        if not found or not self.faults.range_of:
            return message
        ident, operation, rest = _parts(message)
        self.ranges[ident] = int(found[1])
        _, body, _ = _tlv(operation)
        *kept, wanted = _all(body)
        name = self.faults.range_of[0].encode()
        wanted = _build(SEQUENCE, _build(OCTETS, name))
        return _build(SEQUENCE, ident + _build(SEARCH_REQUEST, b"".join(kept) + wanted) + rest)

    def _downwards(self, message: bytes) -> None:
        time.sleep(self.faults.delay)
        ident, operation, rest = _parts(message)
        kind = operation[0]
        if kind == ENTRY:
            self._count_entry(message)
            message = self._ranged(ident, operation, rest)
            self.this_page.append(message)
        elif kind == DONE:
            message = self._finished(ident, operation, rest)
        elif kind == BIND_RESPONSE and self.faults.bind_result is not None:
            message = _answer(ident, BIND_RESPONSE, self.faults.bind_result)
        elif kind == EXTENDED and self.faults.no_starttls:
            message = _answer(ident, EXTENDED, PROTOCOL_ERROR)
        self.client.sendall(message)

    def _count_entry(self, message: bytes) -> None:
        self.entries += 1
        if self.entries == self.faults.stall_after_entries:
            self.silent.wait(20)
            raise _End
        if self.entries == self.faults.cut_after_entries:
            if self.faults.mid_message:
                self.client.sendall(message[: len(message) // 2])
            if self.faults.reset:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _End

    def _finished(self, ident: bytes, operation: bytes, rest: bytes) -> bytes:
        page, faults = self.page, self.faults
        self.page += 1
        again, self.this_page = b"".join(self.this_page), []
        before = again if faults.repeat_page == page else b""
        if faults.referral:
            where = _build(OCTETS, faults.referral.encode())
            before += _build(SEQUENCE, ident + _build(REFERENCE, where))
        if faults.result_at_page and faults.result_at_page[0] == page:
            return before + _answer(ident, DONE, faults.result_at_page[1])
        if faults.drop_control_at_page == page:
            return before + _build(SEQUENCE, ident + operation)
        if faults.lose_cookie_at_page == page:
            return before + _build(SEQUENCE, ident + operation + _last_page())
        return before + _build(SEQUENCE, ident + operation + rest)

    def _ranged(self, ident: bytes, operation: bytes, rest: bytes) -> bytes:
        """Values in portions as Active Directory sends them, beside the bare name without any."""
        if not self.faults.range_of:
            return _build(SEQUENCE, ident + operation + rest)
        name, size = self.faults.range_of
        start = self.ranges.get(ident, 0)
        _, body, _ = _tlv(operation)
        dn, attributes = _all(body)
        made = b"".join(
            _portion(one, name, start, size, asked=ident in self.ranges) for one in _all(_tlv(attributes)[1])
        )
        return _build(SEQUENCE, ident + _build(ENTRY, dn + _build(SEQUENCE, made)) + rest)


def _portion(attribute: bytes, name: str, start: int, size: int, *, asked: bool) -> bytes:
    told, values = _all(_tlv(attribute)[1])
    each = _all(_tlv(values)[1])
    if _tlv(told)[1].decode().lower() != name.lower() or (len(each) <= size and not asked):
        return attribute
    some = each[start : start + size]
    end = "*" if start + size >= len(each) else str(start + size - 1)
    ranged = _build(OCTETS, f"{name};range={start}-{end}".encode()) + _build(SET, b"".join(some))
    bare = _build(SEQUENCE, told + _build(SET, b""))
    return bare + _build(SEQUENCE, ranged)


# --- LDAP's encoding (BER), as far as it is needed ---


def _messages(side: socket.socket) -> Iterator[bytes]:
    waiting = b""
    while told := side.recv(65536):
        waiting += told
        while (end := _end_of(waiting)) and end <= len(waiting):
            yield waiting[:end]
            waiting = waiting[end:]


def _end_of(data: bytes) -> int:
    """Where the first value ends, or 0 where that cannot be told yet."""
    if len(data) < 2:
        return 0
    more = data[1] & 0x7F if data[1] & 0x80 else 0
    if len(data) < 2 + more:
        return 0
    return 2 + more + (int.from_bytes(data[2 : 2 + more]) if more else data[1])


def _tlv(data: bytes) -> tuple[int, bytes, bytes]:
    """The tag and the content of the first value, and what follows it."""
    end = _end_of(data)
    head = 2 + (data[1] & 0x7F if data[1] & 0x80 else 0)
    return data[0], data[head:end], data[end:]


def _all(data: bytes) -> list[bytes]:
    found = []
    while data:
        end = _end_of(data)
        found.append(data[:end])
        data = data[end:]
    return found


def _parts(message: bytes) -> tuple[bytes, bytes, bytes]:
    """Number, operation and controls, each still encoded."""
    ident, operation, *controls = _all(_tlv(message)[1])
    return ident, operation, b"".join(controls)


def _build(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes((tag, 0x80 | len(length))) + length + content


def _answer(ident: bytes, kind: int, code: int) -> bytes:
    body = _build(ENUMERATED, bytes((code,))) + _build(OCTETS, b"") * 2
    return _build(SEQUENCE, ident + _build(kind, body))


def _last_page() -> bytes:
    """A control that says no more pages follow."""
    value = _build(SEQUENCE, _build(INTEGER, b"\0") + _build(OCTETS, b""))
    return _build(CONTROLS, _build(SEQUENCE, _build(OCTETS, PAGED_RESULTS) + _build(OCTETS, value)))
