"""Passwords, throttling, names of accounts: plain functions on plain values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from school_it.errors import N_, BadValue

SHORTEST, LONGEST = 12, 128
LONG = 16
FEWEST_LETTERS = 5  # different ones, besides well-known words
FREE_TRIES = 5
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(minutes=15)
RESERVED = frozenset({"new", "rights"})  # addresses under /accounts
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,62}")

COMMON = frozenset({
    "passwort", "password", "kennwort", "geheim", "hallo", "schatz", "qwertz", "qwertzuiop", "qwerty",
    "asdfgh", "sommer", "winter", "fruehling", "herbst", "schule", "lehrer", "schueler", "klasse",
    "hausmeister", "sekretariat", "admin", "administrator", "welcome", "willkommen", "start",
    "computer", "internet", "laptop", "tablet", "beamer", "schulit", "ichliebedich", "liebe",
    "sonnenschein", "fussball", "bundesliga", "deutschland", "koeln", "berlin", "hamburg", "muenchen",
    "hennef", "abcdef", "letmein", "master", "dragon", "monkey", "football", "princess", "login",
    "changeme", "default", "test", "demo",
})  # fmt: skip
NUMBER_ROW = "12345678901234567890"


def folded_name(name: str) -> str:
    """One spelling for all ways to type an account name: what is stored, looked up and counted."""
    return unicodedata.normalize("NFC", name).strip().lower()


def checked_name(name: str) -> str:
    """The account name in small letters. Raises BadValue."""
    name = folded_name(name)
    if not NAME.fullmatch(name) or name in RESERVED:
        raise BadValue(
            N_(
                "»%(name)s« ist kein möglicher Anmeldename. Erlaubt sind Kleinbuchstaben, Ziffern und . _ - @."
            ),
            name=name,
        )
    return name


def checked_password(password: str, *, name: str, place_words: Iterable[str] = ()) -> str:
    """The password as it will be hashed (NFC). Raises BadValue.

    Length instead of composition rules, and no well-known word with a few digits behind it
    (OWASP ASVS 5.0, 6.2).
    """
    password = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadValue(
            N_("Das Kennwort braucht %(shortest)s bis %(longest)s Zeichen; ein kurzer Satz ist gut."),
            shortest=SHORTEST,
            longest=LONGEST,
        )
    if _is_easily_guessed(password, {name, *place_words}):
        raise BadValue(
            N_("Dieses Kennwort ist leicht zu erraten. Bitte ein anderes wählen, etwa vier Wörter.")
        )
    return password


def _is_easily_guessed(password: str, own_words: set[str]) -> bool:
    """What is left without the well-known words decides; two different ones in a long password are enough."""
    rest, words = _folded(password), 0
    easy = COMMON | {_folded(word) for word in own_words if len(word) > 3}
    for word in sorted(easy, key=len, reverse=True):
        words += word in rest
        rest = rest.replace(word, "")
    if words > 1 and len(password) >= LONG:
        return False
    rest = re.sub(r"\d{3,}", lambda run: "" if _is_obvious(run[0]) else run[0], rest)
    return len(set(filter(str.isalnum, rest))) < FEWEST_LETTERS


def _is_obvious(digits: str) -> bool:
    """A piece of the number row, forwards or backwards, or a year."""
    return (
        digits in NUMBER_ROW or digits in NUMBER_ROW[::-1] or re.fullmatch(r"(19|20)\d\d", digits) is not None
    )


def _folded(text: str) -> str:
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        text = text.lower().replace(umlaut, plain)
    return text


def delay_after(failures: int) -> timedelta:
    """How long the next try has to wait: nothing at first, then doubling up to a quarter of an hour."""
    if failures < FREE_TRIES:
        return timedelta(0)
    doublings: int = 2 ** min(failures - FREE_TRIES, 12)
    return min(FIRST_DELAY * doublings, LONGEST_DELAY)


def may_try(failures: int, last_failure: datetime | None, at: datetime) -> bool:
    return last_failure is None or at >= last_failure + delay_after(failures)
