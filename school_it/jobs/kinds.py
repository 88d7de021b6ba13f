"""Which kinds of work there are: every room declares its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from school_it.settings import Settings

Facts = dict[str, Any]
Task = TypeVar("Task", bound=Callable[..., Facts | None])


@dataclass(frozen=True)
class Kind:
    """One kind of work. `order` is its place in the night (None: not nightly), `when` if it is wanted."""

    name: str
    title: str
    do: Callable[..., Facts | None]
    order: int | None = None
    when: Callable[[Settings], bool] = lambda _settings: True


KINDS: dict[str, Kind] = {}


def task(name: str, title: str) -> Callable[[Task], Task]:
    """Declare the function below as what a job of this kind does: ``def apply(work, *, import_id)``."""
    return lambda do: _declared(Kind(name, title, do), do)


def nightly(
    name: str, title: str, *, order: int, when: Callable[[Settings], bool] = lambda _settings: True
) -> Callable[[Task], Task]:
    """Declare work of every night: once for each day, in this order, as long as `when(settings)` is true."""
    return lambda do: _declared(Kind(name, title, do, order, when), do)


def _declared(kind: Kind, do: Task) -> Task:
    known = KINDS.setdefault(kind.name, kind)
    if known.do is not do:
        raise RuntimeError(f"two kinds of work are called {kind.name}")
    return do


def of_the_night(settings: Settings) -> list[Kind]:
    """The nightly work that this installation wants, in its order."""
    wanted = [kind for kind in KINDS.values() if kind.order is not None and kind.when(settings)]
    return sorted(wanted, key=lambda kind: (kind.order, kind.name))


__all__ = ["KINDS", "Facts", "Kind", "nightly", "of_the_night", "task"]
