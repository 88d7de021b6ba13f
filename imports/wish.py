"""What a person says about a file, and the preview remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True)
class Wish:
    """What the person says about the file: which sheet, what a header means, where rows without a school belong.

    `only` keeps the rows whose cell under a header has that text, as in the state's list of all schools.
    `headerless`: the table begins without headers. `day_first`: by header, whether 03.04. is the third of April.
    `corrections`: by row number and header, the text that was meant in one cell; `words`: by header, the text that
    was meant wherever a text stands (an empty text: wherever nothing stands). `new_categories` may come to be.
    `profile` is the name of the profile by which the file was recognised.
    """

    sheet_name: str | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    school: str | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    blank_clears: tuple[str, ...] = ()
    headerless: bool = False
    day_first: Mapping[str, bool] = field(default_factory=dict)
    corrections: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    new_categories: tuple[str, ...] = ()
    profile: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet_name": self.sheet_name, "mapping": dict(self.mapping), "school": self.school,
            "only": dict(self.only), "blank_clears": list(self.blank_clears), "headerless": self.headerless,
            "day_first": dict(self.day_first),
            "corrections": {str(row): dict(texts) for row, texts in self.corrections.items()},
            "words": {header: dict(texts) for header, texts in self.words.items()},
            "new_categories": list(self.new_categories), "profile": self.profile,
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Wish:
        """Also of a wish that was kept before there was as much to wish for, or when there was more."""
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in values.items() if name in known and value is not None}
        for name in ("blank_clears", "new_categories"):
            given[name] = tuple(given.get(name, ()))
        rows = given.get("corrections", {})
        return cls(**{**given, "corrections": {int(row): texts for row, texts in rows.items()}})

    @property
    def is_amended(self) -> bool:
        """Whether anything counts other than it stands in the file."""
        return bool(self.corrections or self.words)
