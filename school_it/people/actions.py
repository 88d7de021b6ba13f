"""What is done with people: taking over a plan of the sync, and running the sync as a whole."""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import now, today, transaction
from school_it.errors import N_, RuleBroken, SchoolItError, Sentence
from school_it.jobs.models import stored
from school_it.people import directory, holdings, profile, queries, rules, sync
from school_it.people.models import Membership, Person, SyncRun
from school_it.people.rules import PersonState, RunOutcome
from school_it.people.sync import Kind, Plan, Step, Wanted
from school_it.schools import queries as school_queries
from school_it.settings import Settings

DIRECTORY = "directory"
"""The source of people whom the directory knows."""
CHUNK = 500
STEPS_KEPT = 500
"""A run's page names so many people; the trail has all of them."""

VERBS = {
    Kind.NEW: Action.PERSON_ADDED,
    Kind.CHANGED: Action.PERSON_CHANGED,
    Kind.RETURNED: Action.PERSON_RETURNED,
    Kind.LEFT: Action.PERSON_LEFT,
}
PEOPLE: Table = Person.__table__  # type: ignore[assignment]
MEMBERSHIPS: Table = Membership.__table__  # type: ignore[assignment]


# --- writing many people with few statements ---


def write_people(
    session: Session, source: str, steps: Sequence[Step], *, by: Actor, batch: Batch
) -> list[int]:
    """Add, change, bring back or mark as left, some at a time. Returns the person's id for each step."""
    school_ids = school_queries.ids_by_number(session)
    return [
        ident
        for some in _chunks(steps)
        for ident in _write_some(session, source, some, school_ids, by=by, batch=batch)
    ]


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
    _change_known(session, [step for step in steps if step.kind is not Kind.NEW], school_ids)
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


def _change_known(session: Session, steps: Sequence[Step], school_ids: Mapping[str, int]) -> None:
    if not steps:
        return
    rows = [{**_row(step.person, school_ids), "ident": step.known_id} for step in steps]
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in rows[0] if name != "ident"}
    statement = update(PEOPLE).where(PEOPLE.c.id == bindparam("ident"))
    statement = statement.values({**values, "version": PEOPLE.c.version + 1})
    session.connection().execute(
        statement, [{name if name == "ident" else f"to_{name}": row[name] for name in row} for row in rows]
    )


def _row(person: Wanted, school_ids: Mapping[str, int]) -> dict[str, Any]:
    """The person as columns; what is only for searching and sorting is made here."""
    told = {name: getattr(person, name) for name in sync.FIELDS if name != "school_numbers"}
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
        }
        for ident, step in pairs
    ]
    audit.record_many(session, rows, by=by, batch=batch)


def _told(step: Step) -> Iterable[sync.Change]:
    if step.kind is not Kind.NEW:
        return step.changes
    values = ((name, getattr(step.person, name)) for name in sync.FIELDS)
    return [(name, None, value) for name, value in values if value not in (None, "", (), False)]


def _plain(value: Any) -> Any:
    return ", ".join(value) or None if isinstance(value, tuple) else audit.plain(value)


def _chunks(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


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
    person.given_name, person.family_name, person.state = "", rules.NOBODY, PersonState.FORGOTTEN
    person.username = person.email = person.record_id = person.school_class = person.class_raw = None
    person.stable_id, person.sort_name, person.folded = f"forgotten-{person.id}", rules.NOBODY, ""
    audit.record(session, Action.PERSON_FORGOTTEN, person, by=by)
    audit.forget(session, person.id)


def sync_directory(settings: Settings, *, dry_run: bool, force: bool, by: Actor) -> SyncRun:
    """Read the directory, plan, guard, and unless `dry_run` take over. Every run leaves a record.

    A run that a guard stops comes back with the outcome REFUSED. Raises RuleBroken where another run is
    going on, SettingsError and CannotRead where the directory cannot be read to the end.
    """
    with _only_one(settings.home):
        ident = _begin(dry_run=dry_run, force=force, by=by)
        try:
            return _run(settings, ident, dry_run=dry_run, force=force, by=by)
        except Exception as problem:
            _end_badly(ident, problem)
            raise


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """The kernel lets go of the lock when its process ends, however it ends."""
    with open(home / "directory-sync.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RuleBroken(N_("Ein Abgleich läuft gerade. Bitte warten, bis er fertig ist.")) from None
        yield


def _begin(*, dry_run: bool, force: bool, by: Actor) -> int:
    with transaction() as session:
        _tidy_earlier_runs(session)
        run = SyncRun(dry_run=dry_run, forced=force, actor_name=by.name, result={})
        session.add(run)
        session.flush()
        return run.id


def _tidy_earlier_runs(session: Session) -> None:
    """Whoever holds the lock knows that no other run is alive; and names are kept for the newest run only."""
    dead = update(SyncRun).where(SyncRun.outcome == RunOutcome.RUNNING)
    session.execute(dead.values(outcome=RunOutcome.BROKEN_OFF, ended_at=now()))
    for run in queries.runs(session, limit=2):
        run.result = {name: value for name, value in run.result.items() if name not in NAMING}


NAMING = ("steps", "problems", "remarks")


def _run(settings: Settings, ident: int, *, dry_run: bool, force: bool, by: Actor) -> SyncRun:
    layout = profile.load(settings.LDAP_PROFILE)
    answer = directory.read(directory.address(settings), layout, source=DIRECTORY, today=today())
    with transaction() as session:
        plan = sync.plan(
            queries.known_people(session, DIRECTORY),
            answer,
            queries.known_schools(session),
            today=today(),
            max_leavers_percent=settings.LDAP_MAX_LEAVERS_PERCENT,
        )
        run = queries.get_run(session, ident)
        takes_over = not dry_run and plan.may_be_applied(force=force)
        people = (
            _take_over(session, run, plan, by=by) if takes_over else [step.known_id for step in plan.steps]
        )
        run.applied = takes_over
        run.outcome = _outcome(plan, dry_run=dry_run, force=force)
        run.sentence = " ".join(map(str, plan.refused))[:500] or None
        run.result = report(plan, people, returns_due=queries.returns_due(session), seconds=answer.seconds)
        run.ended_at = now()
    return run


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
    audit.record(session, Action.DIRECTORY_SYNCED, None, by=by, batch=batch, run=run.id, counts=plan.counts())
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
        "by_school": plan.by_school(),
        "returns_due": returns_due,
        "told": [stored(sentence) for sentence in plan.refused],
        "problems": [_remark(remark) for remark in plan.problems],
        "remarks": [_remark(remark) for remark in plan.remarks],
        "seconds": seconds,
        "steps": [_step(step, ident) for step, ident in zip(plan.steps, people, strict=False)][:STEPS_KEPT],
    }


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
