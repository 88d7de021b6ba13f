"""Seats follow the roster: released when somebody leaves a group, given to who joins. Called nightly, after every sync
and file of people, and by hand. When seats run out nobody is thrown out: those without one are listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, bindparam, case, func, or_, select, union, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import held, portions, table_of, today
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.errors import N_, RuleBroken
from school_it.licences import groups, seat_queries, seats
from school_it.licences.models import Licence, Seat, SeatRule
from school_it.licences.rules import Released, SeatFor
from school_it.people import holdings
from school_it.people.models import Person
from school_it.people.rules import PersonState

RULES = table_of(SeatRule)


@dataclass
class Matched:
    """How many seats were given and released, and by licence id how many of the groups have none."""

    given: int = 0
    released: int = 0
    missing: dict[int, int] = field(default_factory=dict)


def match(
    session: Session, *, by: Actor, batch: Batch | None = None, only: Collection[int] | None = None
) -> Matched:
    """Release and give what the groups say, for all licences or `only` those; a fixed number of statements.

    Each licence is held before its seats are counted, always in the order of the ids.
    """
    done, idents = Matched(), _concerned(session, only)
    if not idents:
        return done
    licences = {one.id: one for one in _held(session, idents)}
    leaving = [row for kind in groups.KEYS for row in _leaving(session, kind, idents)]
    if leaving:
        batch = batch or _begin(session, by)
        seats.write_released(session, [(row, Released(row.why)) for row in leaving], by=by, batch=batch)
    done.released = len(leaving)
    lasting = set(session.scalars(select(Licence.id).where(Licence.id.in_(idents), groups.lasting())))
    free = {one.id: one.seats for one in licences.values()}
    for ident, number in seat_queries.used(session, idents).items():
        free[ident] -= number
    short: Counter[int] = Counter()
    for kind in groups.KEYS:
        for ident, wanting in _joining(session, kind, sorted(lasting)).items():
            taken = wanting[: max(free[ident], 0)]
            if taken:
                batch = batch or _begin(session, by)
                targets = [seats.target_of(kind, row) for row in taken]
                seats.write_given(
                    session, licences[ident], targets, over_from=len(targets), by=by, batch=batch
                )
            done.given += len(taken)
            if len(wanting) > len(taken):
                done.missing[ident] = len(wanting) - len(taken)
                short.update(row.rule_id for row in wanting[len(taken) :])
    _keep_count(session, idents, short)
    return done


def follow_people(session: Session, by: Actor, batch: Batch) -> None:
    match(session, by=by, batch=batch)


def end_rule(session: Session, rule: SeatRule, *, by: Actor) -> int:
    """A group has no seats any more, unless another group wants them. Returns how many were released.

    Raises NotAllowed, RuleBroken.
    """
    by.must(May.EDIT_LICENCES, rule.school_id)
    seat_queries.hold(session, rule.licence_id)
    session.refresh(rule)
    if rule.ended_on is not None:
        raise RuleBroken(N_("Diese Zuteilung ist schon beendet."))
    rule.ended_on, rule.ended_by = today(), by.name
    batch = _begin(session, by)
    changes = audit.differences(rule, ("ended_on", "ended_by"))
    audit.record(session, Action.SEATS_RULE_ENDED, rule, by=by, batch=batch, changes=changes)
    return match(session, by=by, batch=batch, only=[rule.licence_id]).released


def _begin(session: Session, by: Actor) -> Batch:
    return audit.begin_batch(session, seats.BATCH, by=by, title=N_("Plätze folgen den Gruppen"))


def _concerned(session: Session, only: Collection[int] | None) -> list[int]:
    """The licences with groups, and those of which somebody who has left has a seat."""
    ruled = select(SeatRule.licence_id).where(SeatRule.ended_on.is_(None))
    by_rule = select(Seat.licence_id).join(SeatRule, SeatRule.id == Seat.rule_id)
    by_rule = by_rule.where(seat_queries.OPEN, SeatRule.ended_on.is_not(None))
    left = select(Seat.licence_id).join(Person, Person.id == Seat.person_id)
    left = left.where(seat_queries.OPEN, Person.state != PersonState.ACTIVE)
    gone = select(Seat.licence_id).join(Device, Device.id == Seat.device_id)
    gone = gone.where(seat_queries.OPEN, Device.state == State.DISPOSED)
    found = set(session.scalars(union(ruled, by_rule, left, gone)))
    return sorted(found if only is None else found.intersection(only))


def _held(session: Session, idents: Collection[int]) -> list[Licence]:
    found: list[Licence] = []
    for some in portions(sorted(idents)):
        rows = held(session, select(Licence).where(Licence.id.in_(some)).order_by(Licence.id), Licence)
        found += session.scalars(rows.execution_options(populate_existing=True))
    return found


def _leaving(session: Session, kind: SeatFor, idents: Collection[int]) -> list[Row[Any]]:
    """Open seats of people who have left, of devices that are gone, and those that no group wants any more."""
    group = groups.wanted(kind, SeatRule.licence_id.in_(idents))
    outside = Seat.rule_id.is_not(None) & ~groups.is_wanted(kind, group)
    left, gone = Person.state != PersonState.ACTIVE, Device.state == State.DISPOSED
    why = case(
        (left, Released.LEFT.value), (gone, Released.GONE.value),
        (SeatRule.ended_on.is_not(None), Released.GROUP_ENDED.value), else_=Released.MOVED.value,
    )  # fmt: skip
    at = func.coalesce(Person.school_id, Device.school_id, Seat.school_id).label("at")
    rows = (
        select(Seat.id, Seat.licence_id, Seat.person_id, at, why.label("why"))
        .outerjoin(Person, Person.id == Seat.person_id)
        .outerjoin(Device, Device.id == Seat.device_id)
        .outerjoin(SeatRule, SeatRule.id == Seat.rule_id)
        .where(Seat.licence_id.in_(idents), Seat.kind == kind, seat_queries.OPEN, or_(left, gone, outside))
    )
    return list(session.execute(rows.order_by(Seat.id)))


def _keep_count(session: Session, idents: Collection[int], short: Counter[int]) -> None:
    """What a page tells without looking at everybody again."""
    none = update(SeatRule).where(SeatRule.licence_id.in_(idents), SeatRule.missing != 0).values(missing=0)
    session.execute(none.execution_options(synchronize_session=False))
    if short:
        rows = update(RULES).where(RULES.c.id == bindparam("ident")).values(missing=bindparam("number"))
        session.connection().execute(
            rows, [{"ident": ident, "number": number} for ident, number in short.items()]
        )


def _joining(session: Session, kind: SeatFor, idents: Collection[int]) -> dict[int, list[Row[Any]]]:
    found: dict[int, list[Row[Any]]] = {}
    for row in session.execute(groups.joiners(kind, SeatRule.licence_id.in_(idents), waiting_first=True)):
        found.setdefault(row.licence_id, []).append(row)
    return found


holdings.also_follow(follow_people)
