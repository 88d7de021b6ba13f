"""The log of the nights: what each did against what is usual, and what has failed or did not happen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.audit import Entry
from school_it.errors import N_, Sentence
from school_it.jobs import kinds
from school_it.jobs.models import Job, State
from school_it.settings import Settings

SILENCE = timedelta(hours=36)
"""A night that is late by half a day is no fault yet; one that is missing is."""
COMPARED = 10
"""So many earlier nights say what is usual."""
FEW = 20
"""Below it, more or fewer say nothing."""

COUNT_NAMES = {
    "entries": N_("Personen im Verzeichnis"),
    "new": N_("neu"),
    "changed": N_("geändert"),
    "left": N_("abgegangen"),
    "returned": N_("zurückgekehrt"),
    "problem": N_("ausgelassen"),
    "accounts": N_("Konten geprüft"),
    "forgotten": N_("vergessen"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """A figure of one night beside the median of the nights before; `usual` is None for the first."""

    name: str
    number: int
    usual: int | None

    @property
    def is_unusual(self) -> bool:
        """Three times what is usual or a third of it, where that is more than a few."""
        if self.usual is None or max(self.number, self.usual) < FEW:
            return False
        return self.number > 3 * self.usual or 3 * self.number < self.usual


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of work: its newest night, its figures, and the seconds it took and usually takes."""

    kind: kinds.Kind
    job: Job | None
    counts: tuple[Count, ...] = ()
    seconds: int | None = None
    usual_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """`key` is the same as long as it is the same fault. The sentence names neither people nor places."""

    key: str
    sentence: Sentence


def log(session: Session, settings: Settings) -> list[Row]:
    """Every kind of nightly work that this installation wants, in its order."""
    return [_row(session, kind) for kind in kinds.of_the_night(settings)]


def _row(session: Session, kind: kinds.Kind) -> Row:
    nights = _newest(session, kind.name)
    if not nights:
        return Row(kind, None)
    newest = nights[0]
    done = [job for job in nights[1:] if job.state is State.DONE][:COMPARED]
    seconds = [spent for job in done if (spent := seconds_of(job)) is not None]
    counts = compared(newest.result, [job.result for job in done])
    return Row(kind, newest, counts, seconds_of(newest), round(median(seconds)) if seconds else None)


def _newest(session: Session, kind: str) -> Sequence[Job]:
    rows = select(Job).where(Job.kind == kind, Job.night.is_not(None)).order_by(Job.night.desc())
    return session.scalars(rows.limit(2 * COMPARED)).all()


def seconds_of(job: Job) -> int | None:
    return round((job.ended_at - job.begun_at).total_seconds()) if job.ended_at and job.begun_at else None


def compared(result: Mapping[str, object], before: Iterable[Mapping[str, object]]) -> tuple[Count, ...]:
    """The figures of one night that have a name, each beside the median of the nights before."""
    earlier = list(before)
    counts = []
    for name in COUNT_NAMES:
        number = result.get(name)
        if isinstance(number, int):
            known = [value for one in earlier if isinstance(value := one.get(name), int)]
            counts.append(Count(name, number, round(median(known)) if known else None))
    return tuple(counts)


# --- what is wrong ---


def faults(session: Session, settings: Settings, at: datetime) -> list[Fault]:
    """What failed last night or did not happen for `SILENCE`; empty where all is well."""
    wanted = {kind.name: kind for kind in kinds.of_the_night(settings)}
    newest, last = _newest_of_each(session, wanted)
    begun = last or session.scalar(select(func.min(Entry.at)))
    if begun is None:
        return []
    if at - begun > SILENCE:
        return [_did_not_happen(last)]
    return [fault for job in newest if (fault := _fault_of(wanted[job.kind], job, at))]


def _newest_of_each(session: Session, names: Iterable[str]) -> tuple[list[Job], datetime | None]:
    """The newest night of each kind, and when any night ended last: one statement, as the start page asks it."""
    ended = select(func.max(Job.ended_at)).where(Job.night.is_not(None)).scalar_subquery()
    nights = (
        select(Job.kind, func.max(Job.night).label("night"))
        .where(Job.kind.in_(list(names)), Job.night.is_not(None))
        .group_by(Job.kind)
        .subquery()
    )
    rows = select(Job, ended).join(nights, (Job.kind == nights.c.kind) & (Job.night == nights.c.night))
    found = session.execute(rows.order_by(Job.id)).all()
    return [job for job, _ended in found], found[0][1] if found else None


def _did_not_happen(last: datetime | None) -> Fault:
    if last is None:
        return Fault("never", Sentence(N_("Die nächtlichen Arbeiten sind noch nie gelaufen.")))
    said = N_("Seit dem %(day)s sind keine nächtlichen Arbeiten gelaufen. Läuft der Dienst für Aufträge?")
    return Fault("silent", Sentence(said, day=f"{last:%d.%m.%Y}"))


def _fault_of(kind: kinds.Kind, newest: Job, at: datetime) -> Fault | None:
    title, night = Sentence(kind.title), f"{newest.night:%d.%m.%Y}"
    if newest.state in (State.FAILED, State.CANCELLED):
        said = Sentence(N_("%(what)s: am %(night)s gescheitert."), what=title, night=night)
        return Fault(f"{kind.name}:failed", said)
    if newest.is_open and at - newest.put_at > SILENCE:
        said = Sentence(N_("%(what)s: seit dem %(night)s nicht fertig."), what=title, night=night)
        return Fault(f"{kind.name}:open", said)
    return None
