"""What the intakes of funding do with a single row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from school_it.errors import Sentence
from school_it.sheets import Problem, Reading, Row


def settle_defaults(rows: Iterable[Row], defaults: Mapping[str, Any]) -> None:
    """A field that may not be empty and was cleared has its usual value again."""
    for row in rows:
        for name, usual in defaults.items():
            if name in row.values and row.values[name] is None:
                row.values[name] = usual


def problem_at(row: Row, reading: Reading, field: str, sentence: Sentence, show: Any = str) -> Problem:
    said = row.values.get(field)
    return Problem(row.number, reading.header_of(field), None if said is None else show(said), sentence)
