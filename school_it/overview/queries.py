"""What the front desk looks up: counts, charts, deadlines, search, the trail. Each narrowed to the reader."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, extract, func, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.audit import Batch, Entry
from school_it.database import TOWN_TIME, today
from school_it.devices import listing, returns
from school_it.devices.models import Category, Device
from school_it.devices.rules import GONE, State
from school_it.errors import N_, NotThere
from school_it.funding import listing as funding_listing
from school_it.funding.listing import Stage
from school_it.jobs import queries as job_queries
from school_it.jobs.models import State as JobState
from school_it.licences import queries as licence_queries
from school_it.overview import attention
from school_it.overview.attention import Answer
from school_it.people.rules import findable, folded
from school_it.schools.models import Room, School

OLDEST = 12  # years shown one by one
MANY = 20


# --- what needs attention ---


def answers(session: Session, actor: Actor) -> list[Answer]:
    """The tiles of this reader; a few statements, whatever the size of the town."""
    found = device_answers(session, actor) if actor.may(May.SEE_DEVICES) else []
    if actor.may(May.SEE_PEOPLE) and actor.may(May.SEE_DEVICES):
        found.append(Answer(attention.RETURNS, _returns(session, actor)))
    if actor.may(May.SEE_LICENCES):
        notices, over = licence_queries.numbers_in(session, ("notice", "over"), seen_by=actor)
        found += [Answer(attention.NOTICES, notices), Answer(attention.OVERUSED, over)]
    if actor.may(May.SEE_FUNDING):
        stages = (Stage.ENDING, Stage.PROOF, Stage.OVERDUE)
        ending, proofs, overdue = funding_listing.numbers_at(session, stages, today())
        found += [
            Answer(attention.GRANTS_END, ending),
            Answer(attention.PROOFS, proofs),
            Answer(attention.PROOFS_OVERDUE, overdue),
        ]
    found += attention.more_answers(session, actor)
    if actor.may(May.SEE_JOBS):
        found.append(Answer(attention.FAILED_JOBS, _failed_jobs(session, actor)))
    return found


def device_answers(session: Session, actor: Actor) -> list[Answer]:
    scope = actor.scope(May.SEE_DEVICES)
    asked = [
        question for question in attention.DEVICES if scope.everywhere or question.args.get("school") != "-"
    ]
    counts = [func.count().filter(*_conditions(question.args)) for question in asked]
    numbers = session.execute(select(*counts).select_from(Device).where(scope.where(Device.school_id))).one()
    return [Answer(question, number) for question, number in zip(asked, numbers, strict=True)]


def _conditions(args: Any) -> list[ColumnElement[bool]]:
    """Those of the list of devices itself."""
    return [listing.CONDITIONS[name](text) for name, text in args.items()]


def _returns(session: Session, actor: Actor) -> int:
    return returns.number(session, seen_by=actor)


def _failed_jobs(session: Session, actor: Actor) -> int:
    return _count(session, job_queries.jobs(seen_by=actor, state=JobState.FAILED))


def _count(session: Session, rows: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0


# --- charts ---


@dataclass(frozen=True)
class SchoolStates:
    """The devices of one school by state; `number` is "-" for those without a school."""

    number: str
    name: str | None
    by_state: dict[State, int]


def states_by_school(session: Session, actor: Actor) -> list[SchoolStates]:
    rows = session.execute(
        _present(actor, Device.school_id, Device.state, func.count()).group_by(Device.school_id, Device.state)
    )
    counted: dict[int | None, dict[State, int]] = {}
    for school_id, state, number in rows:
        counted.setdefault(school_id, {})[state] = number
    found = [
        SchoolStates(number, name, counted[ident])
        for ident, number, name in session.execute(_labels(actor))
        if ident in counted
    ]
    found.sort(key=lambda one: folded(one.name or ""))
    return [*found, *([SchoolStates("-", None, counted[None])] if None in counted else [])]


def _labels(actor: Actor) -> Select[int, str, str]:
    name = func.coalesce(School.short_name, School.name)
    reach = actor.scope(May.SEE_DEVICES).where(School.id)
    return select(School.id, School.school_number, name).where(reach)


def devices_by_category(session: Session, actor: Actor) -> Sequence[Row[int, str, int]]:
    """Id, name and number, the most frequent first."""
    number = func.count().label("number")
    return session.execute(
        _present(actor, Category.id, Category.name, number)
        .join(Category, Category.id == Device.category_id)
        .group_by(Category.id, Category.name)
        .order_by(number.desc(), Category.name)
    ).all()


def devices_by_year(session: Session, actor: Actor) -> list[tuple[int, int]]:
    """The year of acquisition and how many devices are from it, the newest first."""
    year = extract("year", Device.acquired_on)
    rows = _present(actor, year, func.count()).where(Device.acquired_on.is_not(None)).group_by(year)
    counted = {int(when): number for when, number in session.execute(rows)}
    return sorted(counted.items(), reverse=True)[:OLDEST]


def _present(actor: Actor, *columns: Any) -> Select[Any]:
    reach = actor.scope(May.SEE_DEVICES).where(Device.school_id)
    return select(*columns).select_from(Device).where(reach, Device.state.not_in(GONE))


# --- search ---


def matching_schools(session: Session, text: str, *, seen_by: Actor) -> list[School]:
    """A town has a few dozen schools: they are compared here, umlauts and marks off."""
    reach = seen_by.scope(May.SEE_SCHOOLS).where(School.id)
    known = session.scalars(select(School).where(reach).order_by(School.name))
    fits = _fits(text)
    return [one for one in known if fits(one.school_number, one.name, one.short_name, one.place)][:MANY]


def matching_rooms(session: Session, text: str, *, seen_by: Actor) -> list[Row[str, str | None, str, str]]:
    """Number and name of the rooms, number and name of their school."""
    reach = seen_by.scope(May.SEE_SCHOOLS).where(Room.school_id)
    rows = (
        select(Room.room, Room.name, School.school_number, School.name)
        .join(School, School.id == Room.school_id)
        .where(reach)
        .order_by(Room.room, School.name)
    )
    fits = _fits(text)
    return [row for row in session.execute(rows) if fits(row[0], row[1], row[3])][:MANY]


def _fits(text: str) -> Any:
    words = folded(text).removeprefix("raum ").split()

    def fits(*texts: str | None) -> bool:
        looked_into = findable(*texts)
        return bool(words) and all(word in looked_into for word in words)

    return fits


# --- the trail ---


@dataclass(frozen=True)
class TrailWish:
    """What a list of the trail is narrowed to; None leaves it open."""

    who: str | None = None
    thing: str | None = None
    since: date | None = None
    until: date | None = None
    batch: int | None = None


def trail(wish: TrailWish) -> Select[Entry]:
    """Not ordered: `web.lists.slice_of` does that, by `Entry.id`."""
    conditions: list[ColumnElement[bool]] = []
    if wish.who:
        conditions.append(Entry.actor_name.icontains(wish.who, autoescape=True))
    if wish.thing:
        conditions.append(Entry.object_label.icontains(wish.thing, autoescape=True))
    if wish.since:
        conditions.append(Entry.at >= _midnight(wish.since))
    if wish.until:
        conditions.append(Entry.at < _midnight(wish.until + timedelta(days=1)))
    if wish.batch is not None:
        conditions.append(Entry.batch_id == wish.batch)
    return select(Entry).where(*conditions)


def names_behind(
    session: Session, named: Mapping[str, Any], changes: Iterable[Mapping[str, Sequence[Any]]]
) -> dict[tuple[str, int], str]:
    """By field and id what the ids in these changes are called: a statement for each field in `named` that occurs."""
    wanted: dict[str, set[int]] = {}
    for one in changes:
        for field in named.keys() & one.keys():
            wanted.setdefault(field, set()).update(ident for ident in one[field] if ident is not None)
    found: dict[tuple[str, int], str] = {}
    for field, idents in wanted.items():
        key, name = named[field].class_.id, named[field]
        rows = session.execute(select(key, name).where(key.in_(idents))).all()
        found |= {(field, ident): text for ident, text in rows}
    return found


def _midnight(day: date) -> Any:
    return datetime.combine(day, time(), TOWN_TIME)


def get_batch(session: Session, ident: int, *, seen_by: Actor) -> Batch:
    """One's own act, or anybody's for those who may read the trail."""
    batch = session.get(Batch, ident)
    own = batch is not None and batch.actor_id is not None and batch.actor_id == seen_by.id
    if batch is None or not (own or seen_by.may(May.SEE_AUDIT)):
        raise NotThere(N_("Diesen Vorgang gibt es hier nicht."))
    return batch
