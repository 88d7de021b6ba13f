"""The few errors a user can meet, each a sentence. Standard library only.

A sentence is written in German where it arises and is translated where it is shown: it carries its values
beside its text, so that a page, a command or a workbook can say it in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Self


def N_(text: str) -> str:
    """Mark a German text for the translation catalogue where no request is there to translate it yet."""
    return text


class Sentence:
    """A German text with named places ``%(like)s`` and the values for them.

    ``str(sentence)`` is German; ``sentence.said_by(gettext)`` is the reader's language.
    """

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: Any) -> None:
        self.text = text
        self.values = values

    def said_by(self, gettext: Callable[[str], str]) -> str:
        return _filled(
            gettext(self.text), {name: _said(value, gettext) for name, value in self.values.items()}
        )

    def __str__(self) -> str:
        return self.said_by(lambda text: text)

    def __repr__(self) -> str:
        return f"Sentence({self.text!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence) and (self.text, self.values) == (other.text, other.values)

    def __hash__(self) -> int:
        return hash(self.text)


def _said(value: Any, gettext: Callable[[str], str]) -> Any:
    return value.said_by(gettext) if isinstance(value, Sentence) else value


def _filled(text: str, values: dict[str, Any]) -> str:
    return text % values if values else text.replace("%%", "%")


class SchoolItError(Exception):
    """Something the person at the desk has to know. Carries a `Sentence`; each kind has an exit code and a status."""

    exit_code = 1
    status = 400
    field = ""
    """The field of a form that it is about, where somebody has said so."""

    def __init__(self, text: str, /, **values: Any) -> None:
        self.sentence = Sentence(text, **values)
        super().__init__(text)

    def __str__(self) -> str:
        return str(self.sentence)

    def at(self, field: str) -> Self:
        """``raise RuleBroken(…).at("unit")``: said beside that field of a form."""
        self.field = field
        return self


class NotThere(SchoolItError):
    """What was asked for does not exist, or may not be seen: the two are not told apart."""

    status = 404


class NotAllowed(SchoolItError):
    """It can be seen, but not changed by this person."""

    exit_code = 3
    status = 403


class RuleBroken(SchoolItError):
    """A rule of the house refuses it; nothing was changed."""

    exit_code = 3
    status = 409


class Stale(RuleBroken):
    """Somebody else has changed the object in the meantime."""

    status = 412


class Busy(SchoolItError):
    """Another writer has the database for longer than anybody waits; nothing was changed."""

    status = 503


class BadValue(SchoolItError):
    """A value that cannot be read or is not allowed in its place."""

    exit_code = 2
    status = 422


class Refused(BadValue):
    """Values that a rule refuses: in `faults` the field that each sentence is about. Speaks the first of them."""

    def __init__(self, faults: Sequence[tuple[str, Sentence]]) -> None:
        super().__init__(faults[0][1].text, **faults[0][1].values)
        self.faults = faults


def refuse(faults: Collection[tuple[str, Sentence]]) -> None:
    """Raises Refused, unless no rule has anything to say."""
    if faults:
        raise Refused(list(faults))


@contextmanager
def about(field: str) -> Iterator[None]:
    """What is found wrong in here is the fault of this field; a rule that is broken stays one."""
    try:
        yield
    except Refused:
        raise
    except RuleBroken as problem:
        problem.field = problem.field or field
        raise
    except (BadValue, NotThere) as problem:
        raise Refused([(field, problem.sentence)]) from None


class CannotRead(SchoolItError):
    """A file or a server's answer that cannot be used at all."""

    status = 422


class SettingsError(SchoolItError):
    """A setting that stops the start; the sentence names it."""
