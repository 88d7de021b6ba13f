"""What hangs on a file reference.

Rooms whose things are paid from a grant come after this one and may not be known here. They say which of their
columns names the file reference of the decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

_COLUMNS: list[InstrumentedAttribute[Any]] = []


def named_in(column: InstrumentedAttribute[Any]) -> None:
    """`column` holds the file reference of the decision that paid for the thing, or None."""
    if not any(column is known for known in _COLUMNS):
        _COLUMNS.append(column)


def counted(session: Session, file_references: Collection[str]) -> Counter[str]:
    """How many things each of these file references has paid for."""
    found: Counter[str] = Counter()
    for column in _COLUMNS:
        rows = select(column, func.count()).where(column.in_(file_references)).group_by(column)
        found.update(dict(session.execute(rows).all()))
    return found
