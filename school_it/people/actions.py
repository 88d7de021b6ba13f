"""What is done with people: taking over a plan of the sync, and running the sync as a whole."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import now, portions, table_of, today, transaction
from school_it.errors import N_, RuleBroken, SchoolItError, Sentence
from school_it.jobs.models import stored
from school_it.people import (
    class_moves,
    directory,
    forgetting,
    holdings,
    queries,
    rules,
    sources,
    sync,
    year_change,
)
from school_it.people.models import Membership, Person, SyncRun
from school_it.people.queries import FILE
from school_it.people.rules import PersonState, RunOutcome
from school_it.people.sources import Source
from school_it.people.steps import FIELDS, Change, Kind, Step, Wanted
from school_it.people.sync import Plan
from school_it.schools import queries as school_queries
from school_it.settings import Settings

log = logging.getLogger(__name__)

CHUNK = 500
STEPS_KEPT = 2000
"""A run's page names so many people; the trail has all of them."""
LOOKED_FOR = (Kind.LEFT, Kind.LINKED, Kind.RETURNED, Kind.CHANGED, Kind.NEW)

VERBS = {
    Kind.NEW: Action.PERSON_ADDED,
    Kind.CHANGED: Action.PERSON_CHANGED,
    Kind.LINKED: Action.PERSON_LINKED,
    Kind.RETURNED: Action.PERSON_RETURNED,
    Kind.LEFT: Action.PERSON_LEFT,
}
PEOPLE = table_of(Person)
MEMBERSHIPS = table_of(Membership)


# --- writing many people with few statements ---


def write_people(
    session: Session, source: str, steps: Sequence[Step], *, by: Actor, batch: Batch
) -> list[int]:
    """Add, change, bring back or mark as left, some at a time. Returns the person's id for each step."""
    school_ids = school_queries.ids_by_number(session)
    idents = [
        ident
        for some in portions(steps, CHUNK)
        for ident in _write_some(session, source, some, school_ids, by=by, batch=batch)
    ]
    for following in holdings.FOLLOWING:
        following(session, by, batch)
    return idents


def _write_some(
    session: Session,
    source: str,
    steps: Sequence[Step],
    school_ids: Mapping[str, int],
    *,
    by: Actor,
    batch: Batch,
) -> list[int]:
    idents = _add_new(session, source, [step for step in steps if step.kind is Kind.NEW], school_ids)
    _change_known(session, source, [step for step in steps if step.kind is not Kind.NEW], school_ids)
    new = iter(idents)
    persons = [next(new) if step.known_id is None else step.known_id for step in steps]
    _place(session, list(zip(persons, steps, strict=True)), school_ids)
    _leave_traces(session, list(zip(persons, steps, strict=True)), school_ids, by=by, batch=batch)
    return persons


def _add_new(
    session: Session, source: str, steps: Sequence[Step], school_ids: Mapping[str, int]
) -> list[int]:
    rows = [{**_row(step.person, school_ids), "source": source, "version": 1} for step in steps]
    statement = insert(PEOPLE).returning(PEOPLE.c.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows)) if rows else []


def _change_known(
    session: Session, source: str, steps: Sequence[Step], school_ids: Mapping[str, int]
) -> None:
    """Somebody linked comes from another source from now on."""
    if not steps:
        return
    rows = [{**_row(step.person, school_ids), "source": source, "ident": step.known_id} for step in steps]
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in rows[0] if name != "ident"}
    statement = update(PEOPLE).where(PEOPLE.c.id == bindparam("ident"))
    statement = statement.values({**values, "version": PEOPLE.c.version + 1})
    session.connection().execute(
        statement, [{name if name == "ident" else f"to_{name}": row[name] for name in row} for row in rows]
    )


def _row(person: Wanted, school_ids: Mapping[str, int]) -> dict[str, Any]:
    """The person as columns; what is only for searching and sorting is made here."""
    told = {name: getattr(person, name) for name in FIELDS if name != "school_numbers"}
    return told | {
        "school_id": school_ids[person.main_school] if person.main_school else None,
        "sort_name": rules.sort_name(person.given_name, person.family_name),
        "folded": rules.findable(person.given_name, person.family_name, person.username),
    }


def _place(session: Session, pairs: Sequence[tuple[int, Step]], school_ids: Mapping[str, int]) -> None:
    """Memberships as they are wanted, where they are other ones than before."""
    moved = [(ident, step) for ident, step in pairs if _moves(step)]
    if known := [ident for ident, step in moved if step.kind is not Kind.NEW]:
        session.execute(delete(MEMBERSHIPS).where(MEMBERSHIPS.c.person_id.in_(known)))
    rows = [
        {"person_id": ident, "school_id": school_ids[number]}
        for ident, step in moved
        for number in step.person.school_numbers
    ]
    if rows:
        session.execute(insert(MEMBERSHIPS), rows)


def _moves(step: Step) -> bool:
    return step.kind is Kind.NEW or any(name == "school_numbers" for name, _, _ in step.changes)


def _leave_traces(
    session: Session,
    pairs: Iterable[tuple[int, Step]],
    school_ids: Mapping[str, int],
    *,
    by: Actor,
    batch: Batch,
) -> None:
    """What is said about a person stands in `personal`, so that it can be forgotten."""
    rows = [
        {
            "action": VERBS[step.kind],
            "object_type": PEOPLE.name,
            "object_id": ident,
            "object_label": f"#{ident}",
            "school_id": school_ids[step.school_number] if step.school_number else None,
            "personal": {name: [_plain(before), _plain(after)] for name, before, after in _told(step)},
            "person_id": ident,
            "facts": {"came_from": FILE} if step.kind is Kind.LINKED else {},
        }
        for ident, step in pairs
    ]
    audit.record_many(session, rows, by=by, batch=batch)


def _told(step: Step) -> Iterable[Change]:
    if step.kind is not Kind.NEW:
        return step.changes
    values = ((name, getattr(step.person, name)) for name in FIELDS)
    return [(name, None, value) for name, value in values if value not in (None, "", (), False)]


def _plain(value: Any) -> Any:
    return ", ".join(value) or None if isinstance(value, tuple) else audit.plain(value)


# --- one run of the sync ---


def forget(session: Session, person: Person, *, by: Actor) -> None:
    """Empty everything that says who somebody was, the trail included; the history of the devices stays.

    Only for people who have left and hold nothing (GDPR Art. 17). Raises NotAllowed, RuleBroken.
    """
    by.must(May.FORGET_PEOPLE, person.school_id)
    if person.state is not PersonState.LEFT:
        raise RuleBroken(N_("Vergessen werden nur Personen, die abgegangen sind."))
    if session.scalar(select(Person.id).where(Person.id == person.id, holdings.holds_something())):
        raise RuleBroken(N_("Die Person hat noch etwas von der Schule. Bitte zuerst zurücknehmen."))
    session.flush()
    forgetting.empty(session, [person.id])
    session.refresh(person)
    audit.record(session, Action.PERSON_FORGOTTEN, person, by=by)


def sync_directory(
    settings: Settings,
    *,
    dry_run: bool,
    by: Actor,
    source: str | None = None,
    force: bool = False,
    reason: str | None = None,
    approves: int | None = None,
) -> SyncRun:
    """Read the directory, plan, guard, and unless `dry_run` take over. Every run leaves a record.

    `source` is the directory's name and may be left out where there is only one. `force` overrules a guard, `reason`
    says why; `approves` is a run whose plan somebody has looked at: that very plan is taken over, and no other one.
    A run that a guard stops comes back with the outcome REFUSED. Raises RuleBroken where another run is
    going on, SettingsError and CannotRead where the directory cannot be read to the end.
    """
    told = sources.one(settings, source)
    wish = _Wish(dry_run=dry_run, force=force, reason=(reason or "").strip()[:300] or None, approves=approves)
    with _only_one(settings.home):
        ident = _begin(told.name, wish, by=by)
        try:
            return _run(told, ident, wish, by=by)
        except Exception as problem:
            _end_badly(ident, problem)
            raise


@dataclass(frozen=True, slots=True)
class _Wish:
    dry_run: bool
    force: bool
    reason: str | None
    approves: int | None


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """The kernel lets go of the lock when its process ends, however it ends."""
    with open(home / "directory-sync.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuleBroken(N_("Ein Abgleich läuft gerade. Bitte warten, bis er fertig ist.")) from None
        yield


def _begin(source: str, wish: _Wish, *, by: Actor) -> int:
    with transaction() as session:
        approved = _approved_plan(session, source, wish.approves)
        _tidy_earlier_runs(session, source)
        run = SyncRun(
            source=source,
            dry_run=wish.dry_run,
            forced=wish.force or approved is not None,
            reason=wish.reason,
            actor_name=by.name,
            result={"approved": approved} if approved else {},
        )
        session.add(run)
        session.flush()
        return run.id


def _approved_plan(session: Session, source: str, approves: int | None) -> str | None:
    if approves is None:
        return None
    run = queries.get_run(session, approves)
    if run.source != source or run.applied or "digest" not in run.result:
        raise RuleBroken(
            N_("Dieser Plan lässt sich nicht mehr übernehmen. Bitte einen neuen Probelauf ansehen.")
        )
    return str(run.result["digest"])


def _tidy_earlier_runs(session: Session, source: str) -> None:
    """Whoever holds the lock knows that no other run is alive; and names are kept for the newest run only."""
    dead = update(SyncRun).where(SyncRun.outcome == RunOutcome.RUNNING)
    session.execute(dead.values(outcome=RunOutcome.BROKEN_OFF, ended_at=now()))
    for run in queries.runs(session, limit=2, source=source):
        run.result = {name: value for name, value in run.result.items() if name not in NAMING}


NAMING = ("steps", "problems", "remarks")


def _run(source: Source, ident: int, wish: _Wish, *, by: Actor) -> SyncRun:
    if source.address.is_clear:
        log.warning("directory %s: the connection is not encrypted", source.name)
    answer = directory.read(source.address, source.layout(), source=source.name, today=today())
    with transaction() as session:
        plan = sync.plan(
            queries.known_people(session, source.name),
            answer,
            queries.known_schools(session),
            today=today(),
            max_leavers_percent=source.max_leavers_percent,
            from_files=queries.known_people(session, FILE),
            year_change=year_change.is_open(session, today()),
        )
        run = queries.get_run(session, ident)
        plan = _as_approved(plan, run)
        takes_over = not wish.dry_run and plan.may_be_applied(force=run.forced)
        people = (
            _take_over(session, run, plan, by=by) if takes_over else [step.known_id for step in plan.steps]
        )
        run.applied = takes_over
        run.outcome = _outcome(plan, dry_run=wish.dry_run, force=run.forced)
        run.sentence = " ".join(map(str, plan.refused))[:500] or None
        run.result = report(plan, people, returns_due=queries.returns_due(session), seconds=answer.seconds)
        run.ended_at = now()
    return run


def _as_approved(plan: Plan, run: SyncRun) -> Plan:
    """What was approved was one plan; where the directory has changed since, somebody has to look again."""
    approved = run.result.get("approved")
    if approved in (None, plan.digest()):
        return plan
    changed = N_("Das Verzeichnis hat sich seit dem gezeigten Plan geändert. Bitte den neuen ansehen.")
    run.forced = False
    return replace(plan, refused=(Sentence(changed), *plan.refused))


def _outcome(plan: Plan, *, dry_run: bool, force: bool) -> RunOutcome:
    if not plan.may_be_applied(force=force):
        return RunOutcome.REFUSED
    return RunOutcome.TRIED if dry_run else RunOutcome.APPLIED


def _take_over(session: Session, run: SyncRun, plan: Plan, *, by: Actor) -> list[int]:
    if not plan.steps:
        return []
    batch = audit.begin_batch(session, "directory", by=by, title=N_("Abgleich mit dem Verzeichnis"))
    batch.counts = plan.counts()
    run.batch_id = batch.id
    people = write_people(session, plan.source, plan.steps, by=by, batch=batch)
    facts: dict[str, Any] = {"run": run.id, "directory": plan.source, "counts": plan.counts()}
    if run.forced and plan.refused:
        facts |= {"forced": True, "reason": run.reason}
    audit.record(session, Action.DIRECTORY_SYNCED, None, by=by, batch=batch, **facts)
    return people


def _end_badly(ident: int, problem: Exception) -> None:
    told = problem.sentence if isinstance(problem, SchoolItError) else Sentence(N_("Fehler des Programms."))
    with transaction() as session:
        run = queries.get_run(session, ident)
        run.outcome, run.sentence, run.ended_at = RunOutcome.FAILED, str(told)[:500], now()
        run.result = {"told": [stored(told)]}


# --- a run as plain values ---


def report(plan: Plan, people: Sequence[int | None], *, returns_due: int, seconds: float) -> dict[str, Any]:
    """What ``ldap sync --json`` says, and the first steps with their names."""
    return {
        "complete": True,
        "entries": plan.entries,
        **plan.counts(),
        "linked": len(plan.of(Kind.LINKED)),
        "by_school": plan.by_school(),
        "returns_due": returns_due,
        "told": [stored(sentence) for sentence in plan.refused],
        "problems": [_remark(remark) for remark in plan.problems],
        "remarks": [_remark(remark) for remark in plan.remarks],
        "seconds": seconds,
        "digest": plan.digest(),
        "classes": class_moves.as_json(plan.moves),
        "steps": [_step(step, ident) for step, ident in _worth_naming(plan, people)],
    }


def _worth_naming(plan: Plan, people: Sequence[int | None]) -> list[tuple[Step, int | None]]:
    """Those who leave first: whoever looks at a plan looks for them."""
    pairs = [*zip(plan.steps, people, strict=False)]
    return sorted(pairs, key=lambda pair: LOOKED_FOR.index(pair[0].kind))[:STEPS_KEPT]


def _remark(remark: sync.Remark) -> dict[str, Any]:
    """In German for programs and commands; `told` is for a page in the reader's language."""
    said = {"sentence": str(remark.sentence), "told": stored(remark.sentence)}
    return {"who": remark.who, "school_number": remark.school_number, **said}


def _step(step: Step, ident: int | None) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "person": ident,
        "name": step.person.name,
        "school_number": step.school_number,
        "school_class": step.person.school_class,
        "changes": {name: [_plain(before), _plain(after)] for name, before, after in step.changes},
    }
