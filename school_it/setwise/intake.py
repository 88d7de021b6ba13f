"""What a room does with the rows of a file."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import Batch
from school_it.errors import Sentence
from school_it.setwise.lots import Lots
from school_it.setwise.rows import Changed
from school_it.sheets import Creation, Problem, Reading, Row

Known = dict[int, tuple[int, dict[str, Any]]]
"""By row number: the id of the stored thing, and its values by the field names of the sheet."""


@dataclass(frozen=True)
class Compared:
    """An amount of one group of rows, such as a grant and a funding item: in the file, in its good rows, and ours.

    `by` are the fields that make the group and what they say; `stored` is what we have of it after the file.
    """

    by: Mapping[str, str]
    field: str
    file: Decimal
    taken: Decimal
    stored: Decimal

    @property
    def difference(self) -> Decimal:
        """Above zero: we have what the file does not say."""
        return self.stored - self.file


class Intake(ABC):
    """The rows of one sheet: `check` all, say what is `known` of the good ones, `write` what is new or changed."""

    @abstractmethod
    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterable[Problem]:
        """What is wrong with rows that only the database can tell; also what `by` may not write.

        Where it has to look up what is stored, it may leave that in `reading.known`.
        """

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        """By row number, what is odd but taken."""
        return iter(())

    @abstractmethod
    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        """What the rows are about, of those about something that is stored."""

    def creates(self, session: Session, rows: Sequence[Row], *, by: Actor) -> Sequence[Creation]:
        """What `by` does not see stored yet and would come to be by the way, in a few statements."""
        return ()

    def compared(
        self, session: Session, reading: Reading, new: Sequence[Row], changed: Sequence[tuple[Row, Changed]]
    ) -> Sequence[Compared]:
        """The file's sums beside ours, by what the room groups them; in a few statements."""
        return ()

    @abstractmethod
    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        """All rows have been checked; each that is written leaves an entry in the batch."""

    @abstractmethod
    def label(self, values: Mapping[str, Any]) -> str:
        """What people call the thing with these values."""


class ReadyIntake(Intake):
    """Its rows can be made ready before anything may be written."""

    @abstractmethod
    def prepare(
        self,
        session: Session,
        lots: Lots,
        new: Sequence[Row],
        changed: Sequence[Changed],
        *,
        by: Actor,
        batch_id: int,
    ) -> None:
        """Gather in `lots` all that `write` writes, as long as nothing else is written meanwhile."""

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        lots = Lots(session)
        self.prepare(session, lots, new, changed, by=by, batch_id=batch.id)
        lots.write(session)
