"""What would change, as a value: new / changed / same / gone, before -> after. Standard library only.

Interface
    ``difference(known, wanted)`` -> ``{field: Change(before, after)}``
    ``compare(known, wanted)`` -> `Changes` with ``new``, ``changed``, ``same`` and ``gone``

Rows are plain mappings of field to value. A field that `wanted` does not hold is left alone; one it
holds with None is cleared (`sheets.read` puts None only where ``blank_clears`` says so). None and an
empty text are the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)


class Change(NamedTuple):
    before: Any
    after: Any


@dataclass(slots=True)
class Changes(Generic[Key]):
    """The outcome for each key, in the order of the rows; `gone` are known keys that nobody wants."""

    new: dict[Key, dict[str, Any]] = field(default_factory=dict)
    changed: dict[Key, dict[str, Change]] = field(default_factory=dict)
    same: list[Key] = field(default_factory=list)
    gone: list[Key] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.changed)


def difference(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Change]:
    """The fields of `wanted` whose value is another one than the known."""
    if wanted.items() <= known.items():
        return {}
    return {
        name: Change(before, after)
        for name, after in wanted.items()
        if (before := known.get(name)) != after and not _both_blank(before, after)
    }


def compare(
    known: Mapping[Key, Mapping[str, Any]], wanted: Iterable[tuple[Key, Mapping[str, Any]]]
) -> Changes[Key]:
    """Sort each wanted row into new, changed or same. Each key is wanted at most once."""
    changes: Changes[Key] = Changes()
    asked = set()
    for key, values in wanted:
        asked.add(key)
        _sort_in(changes, key, known.get(key), values)
    changes.gone = [key for key in known if key not in asked]
    return changes


def _sort_in(
    changes: Changes[Key], key: Key, known: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> None:
    if known is None:
        changes.new[key] = {name: value for name, value in values.items() if not _is_blank(value)}
    elif found := difference(known, values):
        changes.changed[key] = found
    else:
        changes.same.append(key)


def _both_blank(before: Any, after: Any) -> bool:
    return _is_blank(before) and _is_blank(after)


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", ())
