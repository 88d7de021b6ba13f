"""What the operation itself does at night: a backup that is kept for a while, and tidying the list of jobs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import delete

from school_it import audit, jobs
from school_it.database import now, today, transaction
from school_it.errors import N_, Sentence
from school_it.jobs import Facts, Job, Work
from school_it.jobs.models import OPEN
from school_it.settings import Settings
from school_it.web import once

NAME = re.compile(r"^school-it-(\d{4}-\d{2}-\d{2})\.tar$")
JOBS_KEPT_DAYS = 180


@jobs.nightly("operations.backup", N_("Nächtliche Sicherung"), order=90)
def back_up(work: Work) -> Facts | None:
    from school_it.operations import backup

    settings: Settings = current_app.config["SCHOOL_IT"]
    target = folder(settings) / f"school-it-{today()}.tar"
    if not target.exists():
        manifest = backup.create(settings, target)
        with transaction() as session:
            audit.record(
                session, audit.Action.BACKUP_MADE, None, by=work.by, file=target.name, rows=manifest.rows
            )
    removed = thin_out(settings)
    work.progress(1, 1, Sentence(N_("%(file)s liegt bereit."), file=target.name))
    return {"file": str(target), "removed": removed}


@jobs.nightly("operations.tidy", N_("Alte Aufträge aus der Liste nehmen"), order=95)
def tidy(work: Work) -> Facts | None:
    """The list of jobs, and what programs were answered long ago: it may name people."""
    before = now() - timedelta(days=JOBS_KEPT_DAYS)
    with transaction() as session:
        once.forget_old(session)
        gone = session.execute(delete(Job).where(Job.put_at < before, Job.state.not_in(OPEN)))
        return {"removed": gone.rowcount}  # type: ignore[attr-defined]


def folder(settings: Settings) -> Path:
    """Where the nightly backups lie; made for the owner only."""
    found = Path(settings.BACKUP_FOLDER) if settings.BACKUP_FOLDER else settings.home / "backups"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def dated(settings: Settings) -> dict[date, Path]:
    """The nightly backups by their day, newest first."""
    found = {
        date.fromisoformat(match[1]): path
        for path in folder(settings).iterdir()
        if (match := NAME.match(path.name))
    }
    return dict(sorted(found.items(), reverse=True))


def thin_out(settings: Settings) -> list[str]:
    """Remove what need not be kept any longer; only files that bear a nightly backup's name are touched."""
    found = dated(settings)
    stay = worth_keeping(found, settings.BACKUP_DAYS, settings.BACKUP_WEEKS, settings.BACKUP_MONTHS)
    removed = [path for day, path in found.items() if day not in stay]
    for path in removed:
        path.unlink(missing_ok=True)
    return [path.name for path in removed]


def worth_keeping(found: Iterable[date], days: int, weeks: int, months: int) -> set[date]:
    """The newest of so many days, weeks and months."""
    newest_first = sorted(found, reverse=True)
    by_week: dict[tuple[int, int], date] = {}
    by_month: dict[tuple[int, int], date] = {}
    for day in newest_first:
        by_week.setdefault(day.isocalendar()[:2], day)
        by_month.setdefault((day.year, day.month), day)
    return {*newest_first[:days], *list(by_week.values())[:weeks], *list(by_month.values())[:months]}
