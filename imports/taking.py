"""Taking a file over: all that can be found out is found out first, then one short transaction does all or nothing.

On SQLite a writer keeps all others out. So the file is looked at and its rows are made ready beside the database; the
writing transaction asks only whether anything has been written since, and copies. Where somebody was faster, the file
is looked at again, the last time inside the transaction. PostgreSQL locks rows, so there it all happens inside.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from imports.outlook import Outlook
from school_it import audit
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import db, is_sqlite, now, table_of, transaction
from school_it.errors import N_, RuleBroken
from school_it.setwise import Lots, ReadyIntake, uncollected
from school_it.setwise.lots import Same

ATTEMPTS = 3
STRIDE = 2000
STAGED = ".staged-"
BATCHES = table_of(Batch)

Look = Callable[[Session], Outlook]
Told = Callable[[int, int], None]
Finish = Callable[[Session, int], None]


class HasProblems(RuleBroken):
    """Some rows have problems and nobody said that the others should be taken; `outlook` tells them."""

    def __init__(self, outlook: Outlook) -> None:
        self.outlook = outlook
        faulty = len(outlook.reading.faulty)
        super().__init__(N_("Die Datei hat %(n)s Zeilen mit Fehlern. Es wurde nichts übernommen."), n=faulty)


class _Moved(Exception):
    """Somebody has written meanwhile."""


def take_over(
    look: Look,
    folder: Path,
    *,
    by: Actor,
    file_digest: str,
    partial: bool = False,
    expected: str | None = None,
    told: Told = lambda _done, _of: None,
    finish: Finish = lambda _session, _batch_id: None,
) -> tuple[Outlook, int]:
    """Do what `look` says the file would do now; returns that, and the id of the batch.

    `folder` is where rows may wait; `expected` is the digest of the preview that the person saw; `told` hears how
    many rows are done, of how many; `finish` gets the batch in the same transaction. Raises RuleBroken where the
    outlook is no longer the expected one, HasProblems; nothing is written then.
    """

    def looked(session: Session) -> Outlook:
        outlook = look(session)
        if expected is not None and outlook.digest != expected:
            raise RuleBroken(
                N_("Seit der Vorschau haben sich die Daten geändert. Bitte die neue Vorschau ansehen.")
            )
        if outlook.reading.faulty and not partial:
            raise HasProblems(outlook)
        return outlook

    act = _Act(looked, folder, by, file_digest, told, finish)
    with uncollected():
        return act.beforehand() if is_sqlite(db.session()) else act.inside()


@dataclass(frozen=True)
class _Act:
    looked: Look
    folder: Path
    by: Actor
    file_digest: str
    told: Told
    finish: Finish

    def beforehand(self) -> tuple[Outlook, int]:
        """Everything but the copying before the writing transaction; inside it where others keep writing."""
        for _attempt in range(ATTEMPTS):
            try:
                return self._staged()
            except _Moved:
                continue
        return self.inside()

    def _staged(self) -> tuple[Outlook, int]:
        reading = db.session()
        reading.rollback()
        newest = audit.newest(reading)
        outlook = self.looked(reading)
        self.folder.mkdir(parents=True, exist_ok=True)
        with (
            TemporaryDirectory(prefix=STAGED, dir=self.folder) as staged,
            Lots(reading, Path(staged)) as lots,
        ):
            ready = _Ready(reading, lots, outlook, self.by, self.file_digest)
            lots.staged()
            self.told(0, ready.rows)
            with transaction() as session:
                if audit.newest(session) != newest or not lots.hold(session):
                    raise _Moved
                return self._written(session, ready, outlook)

    def inside(self) -> tuple[Outlook, int]:
        with transaction() as session:
            outlook = self.looked(session)
            ready = _Ready(session, Lots(session), outlook, self.by, self.file_digest)
            return self._written(session, ready, outlook)

    def _written(self, session: Session, ready: _Ready, outlook: Outlook) -> tuple[Outlook, int]:
        ready.write(session, self.told)
        self.finish(session, ready.batch_id)
        return outlook, ready.batch_id


class _Ready:
    """The rows of an outlook, ready to be written as one batch."""

    def __init__(self, session: Session, lots: Lots, outlook: Outlook, by: Actor, file_digest: str) -> None:
        self.lots = lots
        new, changed = outlook.new, [one for _row, one in outlook.changed]
        self.rows, self.done = len(new) + len(changed), 0
        (self.batch_id,) = self.lots.ids(BATCHES, 1)
        self._begin(outlook, by, file_digest)
        intake = outlook.kind.intake
        if isinstance(intake, ReadyIntake):
            intake.prepare(session, self.lots, new, changed, by=by, batch_id=self.batch_id)
        else:
            self.lots.then(lambda writing: self._write_now(writing, outlook, by))
        self.lots.then(lambda writing: self._end(writing, outlook, by))

    def write(self, session: Session, told: Told) -> None:
        self.told = told
        self.lots.write(session, self._count)

    def _count(self, more: int) -> None:
        self.done += more
        self.told(self.done, self.rows)

    def _begin(self, outlook: Outlook, by: Actor, file_digest: str) -> None:
        kept = {
            "id": self.batch_id, "kind": f"import.{outlook.kind.name}", "title": outlook.file_name[:200], "at": now(),
            "actor_id": by.id, "actor_name": by.name, "file_name": outlook.file_name[:255], "file_digest": file_digest,
        }  # fmt: skip
        columns = {name: Same(value) for name, value in kept.items()}
        self.lots.insert(BATCHES, {**columns, "counts": [json.dumps(outlook.counts)]}, counts=False)

    def _write_now(self, session: Session, outlook: Outlook, by: Actor) -> None:
        """Some rows at a time, so that progress can be seen."""
        batch = session.get_one(Batch, self.batch_id)
        new, changed = outlook.new, [one for _row, one in outlook.changed]
        for start in range(0, max(len(new), len(changed)), STRIDE):
            part = slice(start, start + STRIDE)
            outlook.kind.intake.write(session, new[part], changed[part], by=by, batch=batch)
            self._count(len(new[part]) + len(changed[part]))

    def _end(self, session: Session, outlook: Outlook, by: Actor) -> None:
        batch = session.get_one(Batch, self.batch_id)
        kind, counts = outlook.kind.name, outlook.counts
        audit.record(session, Action.FILE_IMPORTED, None, by=by, batch=batch, kind=kind, counts=counts)
