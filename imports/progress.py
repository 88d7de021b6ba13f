"""How far the work on a long file is: told by those who do it, heard by whoever watches.

Reading, judging and keeping rows lie many calls apart; none of them should have to hand a listener on. What hears may
raise (`jobs.Cancelled`): the work ends there, before anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from school_it.errors import N_

Listener = Callable[[str, int, int | None], None]
"""Gets the step (a marked sentence with ``%(done)s``), how many rows are done, of how many where that is known."""
Item = TypeVar("Item")

READING = N_("Datei lesen: %(done)s Zeilen")
JUDGING = N_("Zeilen prüfen: %(done)s von %(of)s")
COMPARING = N_("%(of)s Zeilen mit dem Bestand vergleichen")
KEEPING = N_("Vorschau schreiben: %(done)s von %(of)s")
EVERY = 1000

_listener: ContextVar[Listener | None] = ContextVar("imports_progress", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def tell(step: str, done: int, of: int | None = None) -> None:
    listener = _listener.get()
    if listener is not None:
        listener(step, done, of)


def counted(step: str, items: Iterable[Item], of: int, done: int = 0) -> Iterator[Item]:
    """The items, with a word after each thousand; `done` of them were there before."""
    for number, item in enumerate(items, start=done):
        if number % EVERY == 0:
            tell(step, number, of)
        yield item
