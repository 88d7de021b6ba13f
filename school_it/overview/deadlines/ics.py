"""Deadlines as a calendar file (RFC 5545): whole days, lines folded at 75 octets, every text escaped."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

PRODUCT = "-//Schul-IT//Fristen//DE"
TYPE = "text/calendar; charset=utf-8"
MOST_OCTETS = 75


@dataclass(frozen=True)
class Event:
    """A whole day. `key` stays the same when the day moves, so that the event moves in the calendar too."""

    key: str
    day: date
    summary: str
    description: str = ""
    category: str = ""
    url: str = ""


def calendar(name: str, events: Iterable[Event], *, host: str, made_at: datetime) -> bytes:
    """The file as a program reads it. `host` makes the identifiers unique in the world; `made_at` is an instant."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
        "X-PUBLISHED-TTL:PT12H",
    ]
    stamp = f"{made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    for event in events:
        lines += _event(event, host, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in _folded(line))


def _event(event: Event, host: str, stamp: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{uid(event.key, host)}"
    yield f"DTSTAMP:{stamp}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    if event.day < date.max:
        yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    if event.description:
        yield f"DESCRIPTION:{escaped(event.description)}"
    if event.category:
        yield f"CATEGORIES:{escaped(event.category)}"
    if event.url:
        yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def uid(key: str, host: str) -> str:
    """The same for the same deadline, whoever asks and whenever."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}"


def escaped(text: str) -> str:
    """A value of type TEXT: section 3.3.11."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """Pieces of at most 75 octets, none of which splits a letter; all but the first begin with a blank."""
    piece = b""
    for letter in line:
        octets = letter.encode()
        if len(piece) + len(octets) > MOST_OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece
