"""How the classes of the schools go on by a list of pupils, on the page of the file."""

from __future__ import annotations

from dataclasses import dataclass

from imports.models import Upload
from school_it.people import class_moves
from school_it.people.class_moves import Move, What
from school_it.web import said


@dataclass(frozen=True)
class Classes:
    """Counts only. `odd` are sentences by school, for somebody to look at."""

    moves: list[Move]
    by_school: dict[str, dict[What, int]]
    odd: list[tuple[str, str]]


def classes_of(upload: Upload) -> Classes | None:
    """None where nobody changes the class, comes or goes."""
    moves = class_moves.from_json(upload.summary.get("classes", ()))
    if not moves:
        return None
    odd = [(one.school, said(one.sentence)) for one in class_moves.oddities(moves)]
    return Classes(moves, class_moves.by_school(moves), odd)
