"""What a directory says, as plain values: entries as read, and the people made of them. No ldap3 here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from school_it.errors import Sentence
from school_it.people.rules import PersonRole, tidy

DnKey = tuple[str, tuple[str, ...]]
"""The leaf of a DN and the levels above it; equal where the directory means the same entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as read: its DN and the raw values by attribute name in small letters."""

    dn: str
    raw: Mapping[str, Sequence[bytes]]

    def texts(self, attribute: str) -> tuple[str, ...]:
        """The values as tidy text, without empty ones. Raises UnicodeDecodeError where one is no UTF-8."""
        if attribute == "dn":
            return (self.dn,)
        told = (tidy(value.decode("utf-8")) for value in self.raw.get(attribute.lower(), ()))
        return tuple(text for text in told if text)


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """One person as the directory tells it; schools by the directory's own names, main school first."""

    stable_id: str
    role: PersonRole
    family_name: str
    given_name: str = ""
    record_id: str | None = None
    username: str | None = None
    email: str | None = None
    school_keys: tuple[str, ...] = ()
    school_class: str | None = None
    class_raw: str | None = None
    leaves_on: date | None = None
    locked: bool = False
    notes: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An entry that cannot be taken. Whoever it is stays as known: unreadable is not gone."""

    stable_id: str
    who: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class DirectoryAnswer:
    """One complete read. An incomplete one never becomes a value: it is an error."""

    source: str
    people: tuple[DirectoryPerson, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    seconds: float = field(default=0.0, compare=False)

    @property
    def entries(self) -> int:
        return len(self.people) + len(self.left_out)


# --- distinguished names ---

_ESCAPED = re.compile(r"((?:\\[0-9a-fA-F]{2})+)|\\(.)", re.DOTALL)
CONTAINERS = 4096
"""So many places people lie in are remembered: a town has thousands of people in each of a few."""
_LEVELS = re.compile(r"(?:\\.|[^,\\])+", re.DOTALL)
_PARTS = re.compile(r"(?:\\.|[^+\\])+", re.DOTALL)


def _unescaped(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        if found[1]:
            return bytes.fromhex(found[1].replace("\\", "")).decode("utf-8", "replace")
        return found[2]

    return _ESCAPED.sub(plain, text)


def _rdn_pairs(level: str) -> list[tuple[str, str]]:
    pairs = (part.partition("=") for part in _PARTS.findall(level))
    return [(name.strip().lower(), tidy(_unescaped(_trimmed(value)))) for name, _, value in pairs]


def _trimmed(value: str) -> str:
    """Blanks around a value are layout unless the last one is escaped."""
    value = value.lstrip(" ")
    bare = value.rstrip(" ")
    return f"{bare} " if bare.endswith("\\") and not bare.endswith("\\\\") and bare != value else bare


def dn_key(dn: str) -> DnKey:
    """Servers spell one DN in many ways (`\\,` or `\\2C`, `CN` or `cn`): fold them all."""
    leaf, above = _parted(dn)
    return _level_key(leaf), _level_keys(above)


def _parted(dn: str) -> tuple[str, str]:
    found = _LEVELS.match(dn)
    end = found.end() if found else 0
    return dn[:end], dn[end + 1 :]


@lru_cache(maxsize=CONTAINERS)
def _level_keys(dn: str) -> tuple[str, ...]:
    return tuple(_level_key(level) for level in _LEVELS.findall(dn))


def _level_key(level: str) -> str:
    if level.isascii() and "\\" not in level and "+" not in level:
        name, _, value = level.partition("=")
        return f"{name.strip()}={' '.join(value.split())}".lower()
    pairs = (f"{name}={unicodedata.normalize('NFKC', value).casefold()}" for name, value in _rdn_pairs(level))
    return "+".join(sorted(pairs))


def nearest(dn: str, attribute: str, base: str) -> str | None:
    """The value of the first level below `base` that is named by `attribute`: the OU a person lies in."""
    return _nearest(_parted(dn)[1], attribute.lower(), base)


@lru_cache(maxsize=CONTAINERS)
def _nearest(above: str, attribute: str, base: str) -> str | None:
    levels = _LEVELS.findall(above)
    for level in levels[: max(0, len(levels) - len(_LEVELS.findall(base)))]:
        for name, value in _rdn_pairs(level):
            if name == attribute:
                return value
    return None
