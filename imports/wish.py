"""What a person says about a file, and the preview remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Wish:
    """What the person says about the file: which sheet, what a header means, where rows without a school belong.

    `only` keeps the rows whose cell under a header has that text, as in the state's list of all schools.
    """

    sheet_name: str | None = None
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    school: str | None = None
    only: Mapping[str, str] = field(default_factory=dict)
    blank_clears: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet_name": self.sheet_name, "mapping": dict(self.mapping), "school": self.school,
            "only": dict(self.only), "blank_clears": list(self.blank_clears),
        }  # fmt: skip

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Wish:
        return cls(**{**values, "blank_clears": tuple(values.get("blank_clears", ()))})
