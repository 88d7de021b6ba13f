"""Which tables an undo knows, and how the rows of each go back. Every room declares its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Enum,
    Numeric,
    String,
    TypeDecorator,
    delete,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from school_it.access import May
from school_it.audit import Batch
from school_it.database import Model, held, portions, table_of
from school_it.errors import Sentence
from school_it.setwise import Lots
from school_it.sheets import Sheet
from school_it.undo.trail import Touched

Values = Mapping[str, Any]


class Against(NamedTuple):
    """Why one row cannot go back: `field` of the sheet where it is about one."""

    ident: int
    field: str | None
    sentence: Sentence


class Undoing:
    """How the rows of one table go back to what they were before a batch.

    `title` is what people call such a thing; `batches` names the kinds of batch whose rows stand in this table, each
    with the right it takes (a batch may make rows of other tables along the way: they go back with it). `shown` gives
    the field of the sheet where a column is called otherwise, `names` the German headers by field, `parts` the tables
    whose rows belong to a row of this one and go with it, `points` the columns that name a row of another table by a
    word of that one instead of its id: ``((Device.programme, Programme.code),)``. Rows with more behind them override a
    method.
    """

    def __init__(
        self,
        model: type[Model],
        title: str,
        *,
        batches: Mapping[str, May] | None = None,
        shown: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
        parts: Sequence[type[Model]] = (),
        points: Sequence[tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]] = (),
    ) -> None:
        self.model, self.title = model, title
        self.table = table_of(model)
        self.batches, self.shown, self.names = batches or {}, shown or {}, names or {}
        self.parts: tuple[Any, ...] = tuple(part.__table__ for part in parts)
        self.points = tuple((self.table.c[one.key], other) for one, other in points)

    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        """What people know these things by; the label in the trail unless a room says it better."""
        return {thing.ident: thing.label for thing in things}

    def now(self, session: Session, idents: Sequence[int]) -> dict[int, dict[str, Any]]:
        """By id the rows as they are now, held until the transaction ends."""
        found: dict[int, dict[str, Any]] = {}
        for some in portions(idents):
            wanted = select(*self.table.c).where(self.table.c.id.in_(some)).order_by(self.table.c.id)
            found |= {
                row.id: dict(row._mapping) for row in session.execute(held(session, wanted, self.model))
            }
        return found

    def before(self, session: Session, things: Sequence[Touched]) -> dict[int, dict[str, Any]]:
        """By id the values to write back, typed. Personal ones are a matter of the rooms that leave them."""
        return {
            thing.ident: {
                name: typed(self.table.c[name], value)
                for name, value in thing.before.items()
                if name in self.table.c
            }
            for thing in things
        }

    def past(self, session: Session, things: Sequence[Touched]) -> dict[int, dict[str, Any]]:
        """By id the values of a past day (`database.today` is that day), as far as the trail or the room knows them."""
        return self.before(session, things)

    def follows(self, row: Values) -> Values:
        """The columns that follow from others, for the row as it will be."""
        return {}

    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        """Rules of the room that a return would break. `things` have passed every other check."""
        return iter(())

    def goes_along(self, things: Sequence[Touched]) -> Mapping[str, set[int]]:
        """By table the ids of further rows that will be gone."""
        return {}

    def put_back(self, session: Session, things: Sequence[Touched], values: Mapping[int, Values]) -> None:
        """Write `values`, a statement for each set of fields."""
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for thing in things:
            groups[tuple(sorted(values[thing.ident]))].append(thing.ident)
        lots = Lots(session)
        for names, idents in groups.items():
            if names:
                columns = {name: [values[ident][name] for ident in idents] for name in names}
                lots.update(self.table, idents, columns)
        lots.write(session)

    def remove(self, session: Session, things: Sequence[Touched]) -> None:
        """Take out rows that the batch made; their parts go by the database's own rule (ON DELETE CASCADE)."""
        for some in portions([thing.ident for thing in things]):
            session.execute(delete(self.table).where(self.table.c.id.in_(some)))

    def finish(self, session: Session, batch: Batch, removed: Sequence[Touched]) -> None:
        """What else knows of the batch."""


def typed(column: Column[Any], plain: Any) -> Any:
    """The value that `audit.plain` made a plain one, as the column wants it."""
    kind = column.type
    if plain is None:
        return None
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(plain)
    stored = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(stored, DateTime):
        return datetime.fromisoformat(plain)
    if isinstance(stored, Date):
        return date.fromisoformat(plain)
    if isinstance(plain, list):
        return tuple(plain) if isinstance(kind, TypeDecorator) else plain
    return Decimal(plain) if _is_amount(kind, stored, plain) else plain


def _is_amount(kind: Any, stored: Any, plain: Any) -> bool:
    if isinstance(stored, Numeric):
        return True
    return isinstance(plain, str) and isinstance(kind, TypeDecorator) and not isinstance(stored, String)


def headers(sheet: Sheet) -> dict[str, str]:
    """The German headers of a sheet by field, for `names`."""
    return {column.field: column.header for column in sheet.columns}


TABLES: dict[str, Undoing] = {}
KINDS: dict[str, Undoing] = {}


def know(*undoings: Undoing) -> None:
    """Declare them; the same one twice is fine."""
    for one in undoings:
        TABLES[one.table.name] = one
        KINDS.update(dict.fromkeys(one.batches, one))
