"""Seats are given and released: one of them, or those of a whole group. Never more than were bought, unless somebody
says why.

Whoever gives holds the row of the licence first (`seat_queries.hold`) and counts then: of many who want the last seat
at once exactly one gets it, on SQLite as on PostgreSQL, from the page, a file or a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import portions, table_of, today
from school_it.devices.models import Category, Device
from school_it.devices.rules import State
from school_it.errors import N_, BadValue, RuleBroken, Sentence
from school_it.licences import groups, rules, seat_queries
from school_it.licences.groups import Group
from school_it.licences.models import Licence, Seat, SeatRule
from school_it.licences.rules import Released, SeatFor, Standing
from school_it.people.models import Membership, Person
from school_it.people.rules import PersonRole, PersonState
from school_it.schools.models import Room

BATCH = "licences.seats"
LONGEST_REASON = 300
NOBODY = N_("In dieser Gruppe ist zurzeit niemand.")
SEATS = table_of(Seat)
OF_TARGET = ("kind", "person_id", "device_id", "school_id", "school_class", "rule_id")
RULED = (
    "licence_id", "kind", "school_id", "role", "grade", "school_class", "category_id", "room_id", "made_on", "made_by",
)  # fmt: skip

NARROWED_BY: dict[SeatFor, frozenset[str]] = {
    SeatFor.PERSON: frozenset({"role", "grade", "school_class"}),
    SeatFor.DEVICE: frozenset({"category_id", "room_id"}),
    SeatFor.CLASS: frozenset({"grade", "school_class"}),
    SeatFor.SCHOOL: frozenset(),
}
"""What a group may say of those who have such seats, beside the school. A class says nothing of devices."""


class NotEnough(RuleBroken):
    """Fewer seats are free than are needed."""

    def __init__(self, needed: int, free: int, text: str, /, **values: Any) -> None:
        super().__init__(text, **values)
        self.needed, self.free = needed, free


class Short(Enum):
    """What to do where a group is larger than what is free."""

    REFUSE = "refuse"
    FILL = "fill"
    OVER = "over"


class Target(NamedTuple):
    """Who gets a seat; `at` is the school for the trace, `rule_id` the group through which."""

    kind: SeatFor
    person_id: int | None = None
    device_id: int | None = None
    school_id: int | None = None
    school_class: str | None = None
    at: int | None = None
    rule_id: int | None = None


@dataclass(frozen=True)
class Given:
    """What came of it: how many seats were given, how many of the group have none, and the rule (None: one seat)."""

    number: int
    missing: int
    rule: SeatRule | None = None
    seats: Sequence[int] = ()


def give_seat(
    session: Session, licence: Licence, to: Person | Device | tuple[int, str | None], *, reason: str | None = None,
    by: Actor,
) -> Seat:  # fmt: skip
    """Give one seat to a person, a device, or a class (school id, name) or school (school id, None).

    `reason` gives one though none is free. Raises NotAllowed, BadValue, RuleBroken, NotEnough (409).
    """
    licence = seat_queries.hold(session, licence.id)
    target = _target(session, licence, to, by)
    _refuse_second(session, licence, target)
    over = _reason_for(
        licence, 1, free_seats(session, licence), Short.OVER if reason else Short.REFUSE, reason, by
    )
    (ident,) = write_given(session, licence, [target], over_from=0 if over else 1, reason=over, by=by)
    return session.get_one(Seat, ident)


def give_to_group(
    session: Session, licence: Licence, group: Group, *, short: Short = Short.REFUSE, reason: str | None = None,
    by: Actor,
) -> Given:  # fmt: skip
    """Give seats to everybody of a group, now and when somebody joins.

    Of a licence by class or school a single class or school has one seat and no rule. Raises NotAllowed,
    BadValue, RuleBroken, and NotEnough where more is needed than is free and `short` is REFUSE.
    """
    licence = seat_queries.hold(session, licence.id)
    kind = _kind(licence)
    _refuse_foreign(kind, group)
    if kind is SeatFor.SCHOOL or (kind is SeatFor.CLASS and group.school_class):
        if group.school_id is None:
            raise BadValue(N_("Bitte eine Schule wählen."))
        seat = give_seat(session, licence, (group.school_id, group.school_class), reason=reason, by=by)
        return Given(1, 0, None, [seat.id])
    rule = _add_rule(session, licence, kind, group, by)
    people = session.execute(groups.joiners(kind, SeatRule.id == rule.id)).all()
    needed, free = len(people), max(free_seats(session, licence), 0)
    over = _reason_for(licence, needed, free, short, reason, by)
    if over is None:
        people = people[:free]
    batch = audit.begin_batch(session, BATCH, by=by, title=licence.product[:200])
    told = {name: getattr(rule, name) for name in RULED}
    changes = {name: [None, audit.plain(value)] for name, value in told.items() if value is not None}
    audit.record(
        session, Action.SEATS_RULED, rule, by=by, batch=batch, changes=changes, needed=needed, free=free
    )
    targets = [target_of(kind, row) for row in people]
    idents = write_given(session, licence, targets, over_from=free, reason=over, by=by, batch=batch)
    batch.counts = {"given": len(idents)}
    rule.missing = needed - len(idents)
    return Given(len(idents), needed - len(idents), rule, idents)


def release_seat(session: Session, seat: Seat, *, by: Actor) -> None:
    """Take one seat back by hand. Whom a group gave it gets none of that group again. Raises NotAllowed, RuleBroken."""
    seat_queries.hold(session, seat.licence_id)
    session.refresh(seat)
    if seat.released_on is not None:
        raise RuleBroken(N_("Dieser Platz ist schon freigegeben."))
    _must_reach(by, _schools_of(session, seat.person or seat.device or (seat.school_id, None)))
    write_released(session, [(seat, Released.BY_HAND)], by=by)
    session.refresh(seat)


def free_seats(session: Session, licence: Licence) -> int:
    """How many are free; less than nothing where more were given than were bought."""
    return licence.seats - seat_queries.number_used(session, licence)


def target_of(kind: SeatFor, row: Any) -> Target:
    """A row of `groups.joiners` as somebody who gets a seat."""
    keys = {key: getattr(row, key) for key in groups.KEYS[kind]}
    return Target(kind, **keys, at=row.at, rule_id=row.rule_id)


# --- what is looked at before ---


def _kind(licence: Licence) -> SeatFor:
    kind = rules.seat_for(licence.basis)
    if kind is None:
        raise RuleBroken(N_("Diese Lizenz gilt für alle; Plätze werden nicht vergeben."))
    if rules.standing(licence.valid_from, licence.valid_to, licence.renews, today()) is Standing.ENDED:
        raise RuleBroken(N_("Diese Lizenz ist abgelaufen; Plätze werden nicht mehr vergeben."))
    return kind


def _refuse_foreign(kind: SeatFor, group: Group) -> None:
    """Otherwise a class would mean every device of its school."""
    said = {name for name, value in asdict(group).items() if value is not None and name != "school_id"}
    if said - NARROWED_BY[kind]:
        raise BadValue(N_("Ein Platz dieser Lizenz gilt für: %(kind)s."), kind=Sentence(rules.SEAT_FOR[kind]))


def _target(
    session: Session, licence: Licence, to: Person | Device | tuple[int, str | None], by: Actor
) -> Target:
    schools = _schools_of(session, to)
    _must_reach(by, schools)
    if licence.school_id is not None and licence.school_id not in schools:
        raise BadValue(N_("Diese Lizenz ist die einer anderen Schule."))
    if isinstance(to, Person):
        if to.state is not PersonState.ACTIVE:
            raise RuleBroken(
                N_("Diese Person ist nicht mehr an der Schule; ihr wird kein Platz mehr gegeben.")
            )
        target = Target(SeatFor.PERSON, person_id=to.id, at=to.school_id)
    elif isinstance(to, Device):
        if to.state is State.DISPOSED:
            raise RuleBroken(N_("Dieses Gerät ist ausgesondert; ihm wird kein Platz mehr gegeben."))
        target = Target(SeatFor.DEVICE, device_id=to.id, at=to.school_id)
    else:
        kind = SeatFor.SCHOOL if to[1] is None else SeatFor.CLASS
        target = Target(kind, school_id=to[0], school_class=to[1], at=to[0])
        if to[1] is not None and not _has_class(session, *to):
            raise BadValue(N_("Die Klasse »%(name)s« gibt es an dieser Schule nicht."), name=to[1])
    if target.kind is not _kind(licence):
        said = rules.SEAT_FOR[_kind(licence)]
        raise BadValue(N_("Ein Platz dieser Lizenz gilt für: %(kind)s."), kind=Sentence(said))
    return target


def _has_class(session: Session, school_id: int, name: str | None) -> bool:
    wanted = (Person.school_id == school_id, Person.school_class == name, Person.state == PersonState.ACTIVE)
    return session.scalar(select(Person.id).where(*wanted).limit(1)) is not None


def _schools_of(session: Session, holder: Any) -> set[int | None]:
    if isinstance(holder, Person):
        at = session.scalars(select(Membership.school_id).where(Membership.person_id == holder.id))
        return {*at} or {holder.school_id}
    return {holder.school_id} if isinstance(holder, Device) else {holder[0]}


def _must_reach(by: Actor, schools: Iterable[int | None]) -> None:
    """Raises NotAllowed where none of the schools is within reach."""
    scope, last = by.scope(May.EDIT_LICENCES), None
    for last in schools:
        if scope.holds(last):
            return
    by.must(May.EDIT_LICENCES, last)


def _refuse_second(session: Session, licence: Licence, target: Target) -> None:
    same = [
        getattr(Seat, key) == getattr(target, key)
        for key in ("person_id", "device_id", "school_id", "school_class")
    ]
    if (
        session.scalar(select(Seat.id).where(Seat.licence_id == licence.id, seat_queries.OPEN, *same))
        is not None
    ):
        raise RuleBroken(N_("Hier ist schon ein Platz dieser Lizenz vergeben."))


def _reason_for(
    licence: Licence, needed: int, free: int, short: Short, reason: str | None, by: Actor
) -> str | None:
    """The reason with which more is given than there is; None where that is not needed or not wanted."""
    if needed <= free or short is Short.FILL:
        return None
    reason = (reason or "").strip()[:LONGEST_REASON]
    if short is Short.REFUSE:
        raise NotEnough(
            needed, free,
            N_("Dafür reichen die Plätze nicht: %(needed)s werden gebraucht, %(free)s von %(seats)s sind frei."),
            needed=needed, free=max(free, 0), seats=licence.seats,
        )  # fmt: skip
    if not reason:
        raise BadValue(N_("Mehr Plätze als gekauft: Bitte sagen, warum."))
    by.must(May.EDIT_LICENCES, licence.school_id)
    return reason


def _add_rule(session: Session, licence: Licence, kind: SeatFor, group: Group, by: Actor) -> SeatRule:
    if kind is SeatFor.CLASS and group.school_id is None:
        raise BadValue(N_("Bitte eine Schule wählen."))
    school_id = group.school_id if group.school_id is not None else licence.school_id
    by.must(May.EDIT_LICENCES, school_id)
    if licence.school_id not in (None, school_id):
        raise BadValue(N_("Diese Lizenz ist die einer anderen Schule."))
    if kind is SeatFor.PERSON and (group.school_class or group.grade) and group.role is None:
        group = Group(**{**asdict(group), "role": PersonRole.PUPIL})
    if _names_nothing(session, group):
        raise BadValue(NOBODY)
    values = {**asdict(group), "school_id": school_id}
    same = [getattr(SeatRule, name).is_not_distinct_from(value) for name, value in values.items()]
    there = select(SeatRule.id).where(SeatRule.licence_id == licence.id, SeatRule.ended_on.is_(None), *same)
    if session.scalar(there.limit(1)) is not None:
        raise RuleBroken(N_("Diese Gruppe hat schon Plätze; wer dazukommt, bekommt von selbst einen."))
    rule = SeatRule(licence_id=licence.id, kind=kind, made_on=today(), made_by=by.name, **values)
    session.add(rule)
    session.flush()
    if session.execute(select(groups.wanted(kind, SeatRule.id == rule.id)).limit(1)).first() is None:
        raise BadValue(NOBODY)
    return rule


def _names_nothing(session: Session, group: Group) -> bool:
    """A kind of device or a room that is not there is answered like one that holds nobody."""
    named = ((Category, group.category_id), (Room, group.room_id))
    return any(ident is not None and session.get(of, ident) is None for of, ident in named)


# --- many at once ---


def write_given(
    session: Session, licence: Licence, targets: Sequence[Target], *, over_from: int, reason: str | None = None,
    by: Actor, batch: Batch | None = None,
) -> list[int]:  # fmt: skip
    """Write the seats with their traces; those from the place `over_from` on are given for `reason`.

    Whoever calls holds the licence and has counted what is free.
    """
    if not targets:
        return []
    batch = batch or audit.begin_batch(session, BATCH, by=by, title=licence.product[:200])
    rows = [
        {
            **{name: getattr(one, name) for name in OF_TARGET},
            "licence_id": licence.id, "given_on": today(), "given_by": by.name,
            "over_reason": reason if place >= over_from else None,
        }
        for place, one in enumerate(targets)
    ]  # fmt: skip
    statement = insert(SEATS).returning(SEATS.c.id, sort_by_parameter_order=True)
    idents = [ident for some in portions(rows) for ident in session.scalars(statement, some)]
    traces = [
        _given(licence, ident, row, one.at) for ident, row, one in zip(idents, rows, targets, strict=True)
    ]
    audit.record_many(session, traces, by=by, batch=batch)
    return idents


def _given(licence: Licence, ident: int, row: dict[str, Any], at: int | None) -> dict[str, Any]:
    """A reason may say a name: it is forgotten with the person."""
    told = {name: [None, audit.plain(value)] for name, value in row.items() if value is not None}
    of_person = row["person_id"] is not None
    personal = {name: told.pop(name) for name in ("over_reason",) if name in told} if of_person else None
    return {
        "action": Action.SEAT_GIVEN, "object_type": Seat.__tablename__, "object_id": ident,
        "object_label": f"#{licence.id}/{ident}", "school_id": at, "changes": told,
        "personal": personal, "person_id": row["person_id"],
    }  # fmt: skip


def write_released(
    session: Session, seats: Sequence[tuple[Any, Released]], *, by: Actor, batch: Batch | None = None
) -> None:
    """Release open seats (rows with id, licence_id, person_id), each for its reason, with their traces."""
    if not seats:
        return
    batch = batch or audit.begin_batch(session, BATCH, by=by, title=N_("Plätze freigegeben"))
    values = {"released_on": today(), "released_by": by.name}
    statement = update(SEATS).where(SEATS.c.id == bindparam("ident"), SEATS.c.released_on.is_(None))
    statement = statement.values(**values, released_why=bindparam("why"))
    session.flush()
    session.connection().execute(statement, [{"ident": seat.id, "why": why} for seat, why in seats])
    traces = [
        {
            "action": Action.SEAT_RELEASED, "object_type": Seat.__tablename__, "object_id": seat.id,
            "object_label": f"#{seat.licence_id}/{seat.id}", "school_id": getattr(seat, "at", None),
            "changes": {name: [None, audit.plain(value)] for name, value in {**values, "released_why": why}.items()},
            "personal": None if seat.person_id is None else {}, "person_id": seat.person_id,
        }
        for seat, why in seats
    ]  # fmt: skip
    audit.record_many(session, traces, by=by, batch=batch)
