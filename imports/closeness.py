"""»Meinten Sie …?«: the known words that are nearly the one in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable

NEAR = 72  # of 100: »Tabletts« and »Tablet« have 86, »Beamer« and »Tablet« 33
OFFERED = 3


def close(text: str, known: Iterable[str], *, most: int = OFFERED, near: float = NEAR) -> list[str]:
    """At most `most` of the known words, the nearest first; without regard to case, none that is the text itself.

    Room 1.08 is not room 1.07 with a slip of the pen: where both have digits, they are the same, but for zeros
    before them and an O that stands for one.
    """
    from rapidfuzz import process

    digits = _digits(text)
    words = {
        word: _folded(word)
        for word in known
        if word and word != text and (not digits or not _digits(word) or _same_digits(text, word))
    }
    found = process.extract(_folded(text), words, scorer=_likeness, limit=most, score_cutoff=near)
    return [word for _folded_word, _score, word in found]


def _likeness(one: str, other: str, *, score_cutoff: float | None = None, **_more: object) -> float:
    """As whole words; where one word is the beginning of a longer one, that counts too, but less."""
    from rapidfuzz import fuzz

    whole = fuzz.ratio(one, other)
    if len(one) >= 4 and len(other) >= 4 and (one.startswith(other) or other.startswith(one)):
        whole = max(whole, 80.0)
    if (one in other.split() and _digits(one)) or (other in one.split() and _digits(other)):
        whole = max(whole, 85.0)  # »Raum 1.07«
    score = max(whole, 0.95 * fuzz.token_sort_ratio(one, other))
    return score if score_cutoff is None or score >= score_cutoff else 0.0


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _same_digits(one: str, other: str) -> bool:
    return _digits(_folded(one)) == _digits(_folded(other)) or _numbers(one) == _numbers(other)


def _numbers(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", _folded(text))]


def _folded(text: str) -> str:
    return re.sub(r"o(?=[0-9])", "0", " ".join(text.casefold().split()))
