"""Inventory numbers, serial numbers, MAC addresses: compared, continued, listed. Plain values only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from school_it.errors import N_, BadValue

DIGITS = 6
MOST_AT_ONCE = 500
LONGEST_SERIAL = 120
LONGEST_FOLDED = 120
LONGEST_RANGE = 130  # two numbers and what stands between: a longer text is none, and is not searched for one
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_RANGE = re.compile(r"^(\S*?)(\d+)\s*(?:\s-\s|–|—|bis|\.\.\.?|…)\s*(\S*?)(\d+)$")
_HYPHEN = re.compile(r"^(\S*?)(\d+)-(\S*?)(\d+)$")
_COUNTED = re.compile(r"^(\S*?)(\d+)\s*(?:…|\.\.\.?)?\s*\+\s*(\d+)$")


def folded(text: str | None) -> str:
    """Small letters, umlauts written out, accents off: what a search compares.

    One letter may become several (ü two, some ligatures eighteen): cut, so that it has room in its column.
    """
    if not text:
        return ""
    if text.isascii():
        return " ".join(text.lower().split())[:LONGEST_FOLDED].rstrip()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(bare.split())[:LONGEST_FOLDED].rstrip()


def search_text(*parts: str | None, mac: str | None = None) -> str:
    """The short identifying texts of a device as one, for the search; the MAC address also without its colons."""
    return joined_for_search(*map(folded, parts), folded(mac))


def joined_for_search(*parts: str) -> str:
    """The same of folded texts, the MAC address last."""
    return " ".join(filter(None, (*parts, parts[-1].replace(":", ""))))


_MAC = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){5}")


def read_mac(text: str) -> str | None:
    """``AA:BB:CC:DD:EE:FF`` from any usual spelling; None for an empty text. Raises BadValue."""
    if _MAC.fullmatch(text):
        return text
    digits = re.sub(r"[\s:.\-–]", "", text).upper()
    if not digits:
        return None
    if re.fullmatch(r"[0-9A-F]{12}", digits) is None:
        raise BadValue(
            N_("»%(value)s« ist keine MAC-Adresse: zwölf Ziffern und Buchstaben A bis F."), value=text
        )
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def numbered(prefix: str, number: int, width: int = DIGITS) -> str:
    return f"{prefix}{number:0{width}d}"


def number_in(tag: str, prefix: str) -> int | None:
    """The running number of a tag that begins with `prefix` and ends in digits."""
    rest = tag[len(prefix) :]
    return (
        int(rest) if tag.startswith(prefix) and rest.isascii() and rest.isdigit() and len(rest) < 16 else None
    )


def listed(text: str, *, most: int = MOST_AT_ONCE) -> list[str]:
    """The numbers that a text names, in order: one per line, ranges ``A001-A030``, or ``IT-0001 … +30``.

    What is pasted from a spreadsheet works too: only the first column of each line counts. Raises BadValue for a range
    that runs backwards, is too long or where a number stands twice.
    """
    found: list[str] = []
    for line in re.split(r"[\n;,]", text):
        entry = " ".join(line.split("\t")[0].split())
        if entry:
            found += _expanded(entry, most)
        if len(found) > most:
            raise BadValue(N_("Mehr als %(most)s Nummern auf einmal gehen nicht."), most=most)
    _refuse_doubles(found)
    return found


def _expanded(entry: str, most: int) -> list[str]:
    if len(entry) > LONGEST_RANGE:
        return [entry]
    if counted := _COUNTED.match(entry):
        start = int(counted[2])
        return _run(counted[1], start, start + int(counted[3]) - 1, len(counted[2]), entry, most)
    between = _RANGE.match(entry) or _hyphened(entry)
    if between and between[3] in ("", between[1]) and len(between[4]) <= len(between[2]):
        return _run(between[1], int(between[2]), _end(between[2], between[4]), len(between[2]), entry, most)
    return [entry]


def _hyphened(entry: str) -> re.Match[str] | None:
    """``A001-A030`` is a range, the serial number ``5CG1234-12`` is none: both ends have to look alike."""
    found = _HYPHEN.match(entry)
    alike = found is not None and found[1] == found[3] and len(found[2]) == len(found[4])
    return found if alike else None


def _end(start: str, end: str) -> int:
    """``0101-30`` means up to 0130: missing leading digits are those of the start."""
    return int(start[: len(start) - len(end)] + end)


def _run(prefix: str, first: int, last: int, width: int, entry: str, most: int) -> list[str]:
    if last < first:
        raise BadValue(N_("»%(range)s« läuft rückwärts. Bitte wie A001-A030 schreiben."), range=entry)
    if last - first >= most:
        raise BadValue(N_("Mehr als %(most)s Nummern auf einmal gehen nicht."), most=most)
    return [numbered(prefix, number, width) for number in range(first, last + 1)]


def _refuse_doubles(found: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in found:
        if folded(one) in seen:
            raise BadValue(
                N_("»%(number)s« steht zweimal in der Liste. Bitte nur einmal eintragen."), number=one
            )
        seen.add(folded(one))


# What follows /devices in an address, and what ends one below a device: a device of that name could not be opened.
RESERVED = frozenset({"new", "many", "bulk", "columns", "views", "categories", "models", "receivers", "own"})
VERBS = frozenset({"state", "edit", "dispose", "hand-out", "return"})
LONGEST = 60


_PLAIN_TAG = re.compile(r"[a-z0-9][a-z0-9._-]{0,58}[a-z0-9]")


def is_plain_tag(folded_tag: str) -> bool:
    """Surely no number that `checked_tag` would refuse, by its folded form."""
    return _PLAIN_TAG.fullmatch(folded_tag) is not None and folded_tag not in RESERVED


def checked_tag(tag: str) -> str:
    """Raises BadValue for an inventory number that cannot stand in an address, or has no room in its column."""
    key = folded(tag)
    first, *more = key.split("/")
    odd = tag in (".", "..") or tag != tag.strip("/ ") or "//" in tag or "/../" in f"/{tag}/"
    taken = first in RESERVED or (more and more[-1] in VERBS)
    if odd or taken or not 0 < len(key) <= LONGEST:
        raise BadValue(
            N_("»%(tag)s« ist als Inventarnummer nicht möglich. Bitte eine andere wählen."), tag=tag
        )
    return tag
