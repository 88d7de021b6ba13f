"""Small numbers are merged before totals are published, so that no difference gives one away. Plain values only.

A number from 1 to below the limit may point to single persons: the two loaned devices of a small school. Such fields
are left empty and told as one sum with the next larger ones of the column, as many as it takes: whoever subtracts what
is published from the total learns the sum of the group and no more. Even who knows this rule and which schools are the
small ones cannot tell one of them, since each may be anything from 1 to below the limit. A column that has nothing
large enough to add tells no total either.

What was published once cannot be called back, so a later edition of the same figures is made with the earlier ones in
view: else the two could be subtracted. What one of them left empty stays empty, and the sums are told only where
exactly the same fields are empty in all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Merged:
    """One column ready to be published: None in `values` is part of the group. `merged` is the sum of the group;
    `total` and `merged` are None where not even the sum may be told."""

    values: tuple[int | None, ...]
    total: int | None
    merged: int | None = None

    @property
    def hidden(self) -> int:
        return sum(value is None for value in self.values)


def merged(values: Sequence[int], limit: int) -> Merged:
    """The column with its small numbers merged; 0 is no number of anybody and stays. `limit` 1: nothing is small."""
    total = sum(values)
    small = [place for place, value in enumerate(values) if 0 < value < limit]
    if not small:
        return Merged(tuple(values), total)
    larger = sorted((value, place) for place, value in enumerate(values) if value >= limit)
    group = list(small)
    for count, (_value, place) in enumerate(larger, start=1):
        group.append(place)
        hidden = sum(values[one] for one in group)
        if hidden >= limit - 1 + len(small) - 1 + count * limit:
            shown = [None if one in group else value for one, value in enumerate(values)]
            return Merged(tuple(shown), total, hidden)
    return Merged(tuple(None if value else 0 for value in values), None)


def merged_again(
    values: Sequence[int], limit: int, keys: Sequence[str], earlier: Sequence[Collection[str]]
) -> Merged:
    """The column of a further edition. `keys` name the rows; `earlier`: those that each edition before left empty.

    >>> merged_again([6, 9, 30], 5, ["a", "b", "c"], [{"a", "b"}]).values
    (None, None, 30)
    """
    if not earlier:
        return merged(values, limit)
    small = {key for key, value in zip(keys, values, strict=True) if 0 < value < limit}
    group = small.union(*earlier)
    shown = tuple(None if key in group else value for key, value in zip(keys, values, strict=True))
    hidden = sum(value for key, value in zip(keys, values, strict=True) if key in group)
    larger = sum(value >= limit for key, value in zip(keys, values, strict=True) if key in group)
    is_safe = larger > 0 and len(group) > 1 and hidden >= limit - 1 + len(small) - 1 + larger * limit
    if (group and not (is_safe and group.issubset(keys))) or any(set(one) != group for one in earlier):
        return Merged(shown, None)
    return Merged(shown, sum(values), hidden if group else None)
