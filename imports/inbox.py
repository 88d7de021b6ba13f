"""The inbox: receive a file, look at it, apply it, put it away."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from imports import outlook as outlooks
from imports import recognition, rows_kept
from imports.advice import advice
from imports.models import Upload
from imports.outlook import Outlook
from imports.taking import Told, take_over
from imports.wish import Wish
from school_it.access import Actor, May
from school_it.audit import Batch
from school_it.database import db, transaction
from school_it.errors import N_, NotAllowed, NotThere, RuleBroken, SchoolItError
from school_it.kinds import get_kind
from school_it.setwise import uncollected
from school_it.sheets import Table


def receive(home: Path, file: IO[bytes]) -> str:
    """Keep the bytes under their digest, never under a name that somebody gave them, and return it."""
    inbox = home / "inbox"
    inbox.mkdir(parents=True, exist_ok=True)
    content = file.read()
    digest = hashlib.sha256(content).hexdigest()
    if not path_of(home, digest).exists():
        fresh = inbox / f".{digest}.{os.getpid()}"
        fresh.write_bytes(content)
        fresh.replace(path_of(home, digest))
    return digest


def let_go(session: Session, home: Path, digest: str) -> None:
    """Remove the bytes, unless an upload still needs them."""
    needed = select(Upload.id).where(Upload.digest == digest, Upload.state != "discarded").limit(1)
    if session.scalar(needed) is None:
        path_of(home, digest).unlink(missing_ok=True)


def path_of(home: Path, digest: str) -> Path:
    return home / "inbox" / digest


def details_path(home: Path, upload: Upload) -> Path:
    """The folder of the rows of its preview."""
    return home / "inbox" / f"{upload.id}.rows"


def uploads(session: Session, *, seen_by: Actor, waiting: bool = False, limit: int = 100) -> Sequence[Upload]:
    """The newest first: one's own, or everybody's where the person may import everything or audits.

    `waiting`: only those that have been looked at and neither taken over nor put away.
    """
    wanted = select(Upload).where(_visible(seen_by)).order_by(Upload.id.desc()).limit(limit)
    return session.scalars(wanted.where(Upload.state == "preview") if waiting else wanted).all()


def taken_back(session: Session, uploads: Iterable[Upload]) -> set[int]:
    """Which of the acts by which these files were taken over have been taken back since."""
    acts = {upload.batch_id for upload in uploads if upload.batch_id}
    return set(filter(None, session.scalars(select(Batch.undoes_id).where(Batch.undoes_id.in_(acts)))))


def waiting(session: Session, *, seen_by: Actor) -> int:
    """How many files wait for somebody to decide."""
    wanted = select(func.count()).select_from(Upload).where(_visible(seen_by), Upload.state == "preview")
    return session.scalar(wanted) or 0


def _visible(seen_by: Actor) -> ColumnElement[bool]:
    return true() if seen_by.scope(May.SEE_IMPORTS).everywhere else Upload.user_id == seen_by.id


def get_waiting(session: Session, ident: int, *, seen_by: Actor) -> Upload:
    """An upload about which nobody has decided yet. Raises RuleBroken: what was taken over stays as it was shown."""
    upload = get_own(session, ident, seen_by=seen_by)
    if upload.state == "reading":
        raise RuleBroken(N_("Diese Datei wird gerade gelesen. Bitte warten oder abbrechen."))
    if upload.state != "preview":
        raise RuleBroken(N_("Diese Datei ist schon übernommen oder weggelegt."))
    return upload


def may_work_on(upload: Upload, actor: Actor) -> bool:
    """Whoever brought it, as long as they may bring such files, and whoever may import everything."""
    own = upload.user_id == actor.id or actor.scope(May.IMPORT_ALL).everywhere
    return own and (not upload.kind or actor.may(get_kind(upload.kind).may))


def get_own(session: Session, ident: int, *, seen_by: Actor) -> Upload:
    """An upload to work on: one's own, or any where the person may import everything. Raises NotThere, NotAllowed."""
    upload = get_upload(session, ident, seen_by=seen_by)
    if upload.kind:
        get_kind(upload.kind).must_be_brought_by(seen_by)
    if not may_work_on(upload, seen_by):
        raise NotAllowed(N_("Diese Datei hat jemand anderes hochgeladen. Sie können sie nur ansehen."))
    return upload


def get_upload(session: Session, ident: int, *, seen_by: Actor) -> Upload:
    upload = session.get(Upload, ident)
    own = upload is not None and upload.user_id == seen_by.id
    if upload is None or not (own or seen_by.scope(May.SEE_IMPORTS).everywhere):
        raise NotThere(N_("Diese Datei gibt es hier nicht."))
    return upload


def earlier(session: Session, kind: str, digest: str) -> Batch | None:
    """The act by which the same bytes were taken over before and that has not been taken back since."""
    undone = select(Batch.undoes_id).where(Batch.undoes_id.is_not(None))
    return session.scalar(
        select(Batch)
        .where(Batch.file_digest == digest, Batch.kind == f"import.{kind}", Batch.id.not_in(undone))
        .order_by(Batch.id.desc())
        .limit(1)
    )


def twins(session: Session, upload: Upload) -> Sequence[Upload]:
    """The same bytes, brought before by the same person and still waiting."""
    same = (Upload.digest == upload.digest, Upload.kind == upload.kind, Upload.user_id == upload.user_id)
    wanted = select(Upload).where(*same, Upload.id < upload.id, Upload.state == "preview")
    return session.scalars(wanted.order_by(Upload.id)).all()


def first_look(session: Session, home: Path, upload: Upload, *, by: Actor) -> Outlook:
    """Read a file that nobody has said anything about: by a profile that knows its layout, else by its headers.

    The upload keeps the wish that comes of it, and where it has no kind yet, the kind that its headers say.
    """
    path, said = path_of(home, upload.digest), Wish.from_json(upload.wish)
    kind, table = get_kind(upload.kind) if upload.kind else None, None
    if kind is None:
        kind, table = recognition.find_kind(session, path, by=by)
        upload.kind = kind.name
    wish, table = recognition.first_look(session, path, kind, said, table, by=by)
    upload.wish = wish.as_json()
    try:
        return look_at(session, home, upload, by=by, table=table)
    except SchoolItError:
        if wish.profile is None:
            raise
        upload.wish = said.as_json()  # a profile that no longer fits is worth no file
        return look_at(session, home, upload, by=by)


def look_at(
    session: Session, home: Path, upload: Upload, *, by: Actor, table: Table | None = None
) -> Outlook:
    """Read the file, unless its `table` is at hand, and say what it would do now."""
    kind, wish = get_kind(upload.kind), Wish.from_json(upload.wish)
    sheet = kind.sheet(session, new_categories=wish.new_categories)
    table = table or outlooks.read_file(path_of(home, upload.digest), sheet, wish, unknown=True)
    return outlooks.look(session, table, kind, sheet, wish, file_name=upload.file_name, by=by)


_TOO_LONG = ("problems", "hints")  # they stand beside their rows
_NAMED_ROWS = 20


def note(home: Path, upload: Upload, found: Outlook) -> None:
    """Keep what was found for the preview page: what grows with the rows beside the database."""
    kept = {name: value for name, value in found.as_json().items() if name not in _TOO_LONG}
    kept["creates"] = [{**one, "rows": one["rows"][:_NAMED_ROWS]} for one in kept["creates"]]
    upload.summary, upload.outlook_digest = {**kept, "advice": advice(found)}, found.digest
    with uncollected():
        rows_kept.keep(details_path(home, upload), found)


def details(
    home: Path, upload: Upload, what: str, start: int = 0, count: int | None = None
) -> Iterator[dict[str, Any]]:
    """The rows of one outcome (`outlook.WHAT`), from the one numbered `start`."""
    return rows_kept.some(details_path(home, upload), what, start, count)


def apply(home: Path, ident: int, *, partial: bool, by: Actor, told: Told = lambda _done, _of: None) -> int:
    """Read again, compare with the preview, write all or nothing. Returns the id of the batch.

    The file is read before the transaction begins, so that others are kept waiting by the writing only. Raises
    RuleBroken where it no longer is what was shown.
    """
    reading = db.session()
    upload = get_waiting(reading, ident, seen_by=by)
    kind, wish = get_kind(upload.kind), Wish.from_json(upload.wish)
    digest, expected = upload.digest, upload.outlook_digest
    sheet = kind.sheet(reading, new_categories=wish.new_categories)
    table = outlooks.read_file(path_of(home, digest), sheet, wish, unknown=True)

    def look(session: Session) -> Outlook:
        return look_at(session, home, get_waiting(session, ident, seen_by=by), by=by, table=table)

    def finish(session: Session, batch_id: int) -> None:
        upload = get_waiting(session, ident, seen_by=by)
        if upload.outlook_digest != expected:
            raise RuleBroken(N_("Die Datei wird inzwischen anders gelesen. Bitte die neue Vorschau ansehen."))
        upload.state, upload.batch_id = "applied", batch_id

    _found, batch_id = take_over(
        look, home / "inbox", by=by, file_digest=digest, partial=partial, expected=expected, told=told,
        finish=finish,
    )  # fmt: skip
    return batch_id


def put_away(home: Path, ident: int, *, by: Actor) -> None:
    """Nothing is taken over, and what the file said is not kept."""
    with transaction() as session:
        upload = get_own(session, ident, seen_by=by)
        if upload.state not in ("preview", "reading"):
            raise RuleBroken(N_("Diese Datei ist schon übernommen oder weggelegt."))
        upload.state = "discarded"
        forget_cells(upload)
    rows_kept.forget(details_path(home, upload))
    let_go(db.session(), home, upload.digest)


COUNTED = (
    "kind", "file", "sheet", "header_row", "columns", "joined", "left_out", "rows", "new", "changed", "same",
    "problem", "ignored", "sums", "compared", "job", "said",
)  # fmt: skip


def forget_cells(upload: Upload) -> None:
    """What stood in single cells goes; what was counted stays."""
    upload.summary = {name: value for name, value in upload.summary.items() if name in COUNTED}
    upload.wish = Wish(profile=upload.wish.get("profile")).as_json()


def tidy(session: Session, home: Path, *, before: datetime) -> int:
    """Remove the bytes and the rows of files that came before that moment; what was counted of them stays."""
    old = session.scalars(select(Upload).where(Upload.uploaded_at < before)).all()
    young = set(session.scalars(select(Upload.digest).where(Upload.uploaded_at >= before)))
    for upload in old:
        rows_kept.forget(details_path(home, upload))
        if upload.digest not in young:
            path_of(home, upload.digest).unlink(missing_ok=True)
        forget_cells(upload)
        if upload.state == "preview":
            upload.state = "discarded"
    return len(old)


def sweep(session: Session, home: Path, *, before: datetime) -> None:
    """Remove what lies in the inbox since before that moment and no upload needs: work that was cut off leaves it.

    Bytes whose upload was never noted, rows that were being written, rows that waited to be taken over.
    """
    rows = session.execute(select(Upload.id, Upload.digest).where(Upload.state != "discarded")).all()
    needed = {name for ident, digest in rows for name in (f"{ident}.rows", digest)}
    for left in (home / "inbox").glob("*"):
        if left.name not in needed and left.lstat().st_mtime < before.timestamp():
            rows_kept.forget(left)
            if not left.is_dir():
                left.unlink(missing_ok=True)
