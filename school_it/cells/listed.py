"""Yes and no, and words that a column lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from school_it.cells.codes import parted
from school_it.cells.raw import Fault, Raw, as_shown, entered, is_placeholder, one_line, refused
from school_it.errors import N_, BadValue

_YES = frozenset({"ja", "j", "x", "1", "wahr", "true", "yes", "✓", "✔"})
_NO = frozenset({"nein", "n", "0", "falsch", "false", "no"})


def read_yes_no(raw: Raw) -> bool | None:
    if isinstance(raw, bool):
        return raw
    text = entered(raw).casefold()
    if text in _YES or text in _NO:
        return text in _YES
    if not text:
        return None
    raise refused(N_("»%(value)s« ist weder ja noch nein. Bitte ja oder nein eintragen."), raw)


def show_yes_no(value: bool) -> str:
    return "ja" if value else "nein"


class Listed:
    """Reads and shows listed words. The first word of a value is shown for it; case does not count."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.by_word = {_folded(word): value for word, value in words.items()}
        self.by_value: dict[Any, str] = {}
        for word, value in words.items():
            self.by_value.setdefault(value, word)

    def read(self, raw: Raw) -> Any:
        text = one_line(as_shown(raw)) if not isinstance(raw, Fault) else entered(raw)
        found = self.by_word.get(_folded(text))
        if found is not None or not text or is_placeholder(text):
            return found
        raise BadValue(
            N_("»%(value)s« ist hier nicht vorgesehen. Bitte eines davon eintragen: %(words)s."),
            value=text,
            words=", ".join(self.by_value.values()),
        )

    def read_several(self, raw: Raw) -> tuple[Any, ...] | None:
        if not isinstance(raw, str):
            only = self.read(raw)
            return None if only is None else (only,)
        found = map(self.read, parted(raw))
        return tuple(dict.fromkeys(value for value in found if value is not None)) or None

    def show(self, value: Any) -> str:
        return self.by_value[value]

    def show_several(self, values: Iterable[Any]) -> str:
        return ", ".join(map(self.show, values))


def _folded(word: str) -> str:
    return " ".join(word.casefold().split())
