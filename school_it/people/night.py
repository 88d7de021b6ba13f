"""What happens with people at night and as a job: the sync, leavers of files whose day has come, forgetting."""

from __future__ import annotations

from dataclasses import replace

from flask import current_app

from school_it import audit, jobs
from school_it.database import today, transaction
from school_it.errors import N_, RuleBroken, SchoolItError
from school_it.jobs import Facts, Work
from school_it.people import actions, queries, retention, sources
from school_it.people.models import SyncRun
from school_it.people.queries import FILE
from school_it.people.retention import Periods
from school_it.people.rules import PersonState, RunOutcome
from school_it.people.steps import Kind, Step, changes_between
from school_it.settings import Settings

SYNC = "people.sync"
COUNTED = ("entries", "new", "changed", "left", "returned", "problem")


@jobs.task(SYNC, N_("Abgleich mit dem Verzeichnis"))
def sync(
    work: Work,
    *,
    dry_run: bool,
    source: str | None = None,
    approves: int | None = None,
    reason: str | None = None,
) -> Facts | None:
    run = actions.sync_directory(
        _settings(), dry_run=dry_run, source=source, approves=approves, reason=reason, by=work.by
    )
    return _facts(run)


@jobs.nightly(
    "people.nightly_sync",
    N_("Nächtlicher Abgleich mit dem Verzeichnis"),
    order=10,
    when=lambda settings: bool(settings.directories),
)
def nightly_sync(work: Work) -> Facts | None:
    """Every directory in turn. One that fails or is stopped keeps no other from its turn."""
    faults: list[SchoolItError] = []
    facts: Facts = {}
    for source in sources.every(_settings()):
        try:
            facts = _summed(facts, _sync_by_night(work, source.name))
        except SchoolItError as fault:
            faults.append(fault)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise RuleBroken(
            N_("Mehrere Verzeichnisse ließen sich nicht abgleichen: %(why)s"), why=" ".join(map(str, faults))
        )
    return facts


def _sync_by_night(work: Work, source: str) -> SyncRun:
    run = actions.sync_directory(_settings(), dry_run=False, source=source, by=work.by)
    if run.outcome is RunOutcome.REFUSED:
        raise RuleBroken(N_("Der Abgleich wurde angehalten: %(why)s"), why=run.sentence or "")
    return run


@jobs.nightly("people.leave", N_("Fällige Abgänge vermerken"), order=20)
def leave(work: Work) -> Facts | None:
    """People of a file have told their day of leaving beforehand."""
    with transaction() as session:
        known = queries.known_people(session, FILE)
        steps = [
            Step(Kind.LEFT, gone, person.id, changes_between(person, gone))
            for person in known
            if person.state is PersonState.ACTIVE and person.leaves_on and person.leaves_on < today()
            for gone in (replace(person, state=PersonState.LEFT, left_on=person.leaves_on),)
        ]
        if steps:
            batch = audit.begin_batch(session, "people.leave", by=work.by, title=N_("Fällige Abgänge"))
            actions.write_people(session, FILE, steps, by=work.by, batch=batch)
    return {"left": len(steps)}


@jobs.nightly("people.retention", N_("Namen nach Ablauf der Frist vergessen"), order=30)
def forget(work: Work) -> Facts | None:
    outcome = retention.run(Periods.of(_settings()), dry_run=False, by=work.by)
    return {"forgotten": len(outcome.due), "place": "/people/retention"}


def _summed(facts: Facts, run: SyncRun) -> Facts:
    """The page of the newest run, and the counts of all directories together."""
    told = {name: facts.get(name, 0) + run.result.get(name, 0) for name in COUNTED}
    return told | _facts(run)


def _facts(run: SyncRun) -> Facts:
    return {"place": f"/people/directory/runs/{run.id}"}


def _settings() -> Settings:
    settings: Settings = current_app.config["SCHOOL_IT"]
    return settings
