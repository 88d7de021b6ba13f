"""The sums of a file beside ours, before it is taken over: by grant, and by funding item where the rows name one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.funding.models import Grant, Receipt
from school_it.funding.rules import NOTHING
from school_it.setwise import Compared

MOST_GROUPS = 500
"""A preview tells no more; whoever has more grants than that in a file looks at them one by one."""

Group = tuple[str, ...]
Values = Mapping[str, Any]


class Sums:
    """Adds up `fields` by what rows say under `names`; what a row does not say counts as nothing."""

    def __init__(self, names: Sequence[str], fields: Sequence[str]) -> None:
        self.names, self.fields = names, fields
        self._file: dict[tuple[Group, str], Decimal] = {}
        self._taken: dict[tuple[Group, str], Decimal] = {}
        self._stored: dict[tuple[Group, str], Decimal] = {}

    def file(self, values: Values, *, good: bool) -> None:
        self._add(self._file, values)
        if good:
            self._add(self._taken, values)

    def stored(self, values: Values, *, gone: bool = False) -> None:
        self._add(self._stored, values, Decimal(-1 if gone else 1))

    def _add(
        self, sums: dict[tuple[Group, str], Decimal], values: Values, sign: Decimal = Decimal(1)
    ) -> None:
        group = tuple(str(values.get(name) or "") for name in self.names)
        for field in self.fields:
            key = (group, field)
            sums[key] = sums.get(key, NOTHING) + sign * (values.get(field) or NOTHING)

    def told(self) -> Iterator[Compared]:
        """By group and field; groups of which neither book has anything are passed over."""
        groups = sorted({group for group, _field in (*self._file, *self._stored)})
        for group in groups[:MOST_GROUPS]:
            by = dict(zip(self.names, group, strict=True))
            for field in self.fields:
                key = (group, field)
                file, stored = self._file.get(key, NOTHING), self._stored.get(key, NOTHING)
                if file or stored:
                    yield Compared(by, field, file, self._taken.get(key, NOTHING), stored)


def stored_receipts(session: Session, references: Sequence[str]) -> Iterator[Values]:
    """What is paid and eligible of these grants by item, by the names of the sheet; one statement."""
    rows = (
        select(
            Grant.reference.label("grant"), Receipt.category, func.sum(Receipt.paid_amount).label("paid_amount"),
            func.sum(Receipt.eligible_requested).label("eligible_requested"),
        )
        .join(Grant, Grant.id == Receipt.grant_id)
        .where(Grant.reference.in_(references))
        .group_by(Grant.reference, Receipt.category)
    )  # fmt: skip
    return (dict(row._mapping) for row in session.execute(rows))
