"""Taking out what was entered by mistake, as long as nothing hangs on it. The trail keeps every column of what goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.errors import N_, RuleBroken, Sentence
from school_it.funding import bound
from school_it.funding.decisions import change_requests
from school_it.funding.drawdowns import payouts
from school_it.funding.models import (
    ChangeRequest,
    Decision,
    Drawdown,
    Grant,
    Measure,
    PlanLine,
    Programme,
    Receipt,
)

Thing = Programme | Grant | Decision | Measure | Drawdown | ChangeRequest | Receipt


def hanging(session: Session, thing: Thing) -> list[Sentence]:
    """Why a thing cannot go yet: a sentence for each kind of thing that hangs on it."""
    counted = _HANGING.get(type(thing))
    counts = counted(session, thing) if counted is not None else {}
    return [Sentence(text, number=number) for text, number in counts.items() if number]


def _of_programme(session: Session, thing: Any) -> dict[str, int]:
    return {
        N_("Zum Programm gehören Zuwendungen (%(number)s)."): _count(session, Grant.programme_id == thing.id),
        N_("Zum Programm gehören Maßnahmen (%(number)s)."): _count(session, Measure.programme_id == thing.id),
    }


def _of_grant(session: Session, thing: Any) -> dict[str, int]:
    decisions = [one.id for one in thing.decisions]
    return {
        N_("Die Zuwendung hat Belege (%(number)s)."): _count(session, Receipt.grant_id == thing.id),
        N_("Zur Zuwendung gehören Maßnahmen (%(number)s)."): _count(session, Measure.grant_id == thing.id),
        N_("Die Zuwendung hat Mittelabrufe (%(number)s)."): _count(
            session, Drawdown.decision_id.in_(decisions)
        ),
        _REQUESTS: _count(session, ChangeRequest.decision_id.in_(decisions)),
        _DEVICES: bound.counted(session, [one.file_reference for one in thing.decisions]).total(),
    }


def _of_decision(session: Session, thing: Any) -> dict[str, int]:
    is_last = len(thing.grant.decisions) == 1
    return {
        N_("Andere Bescheide ändern diesen (%(number)s)."): _count(session, Decision.amends_id == thing.id),
        N_("Auf den Bescheid wurde Geld abgerufen (%(number)s)."): _count(
            session, Drawdown.decision_id == thing.id
        ),
        _REQUESTS: _count(session, ChangeRequest.decision_id == thing.id),
        _DEVICES: bound.counted(session, [thing.file_reference]).total(),
        N_("Die Zuwendung hat Belege und sonst keinen Bescheid (%(number)s)."): _count(
            session, Receipt.grant_id == thing.grant_id
        )
        if is_last
        else 0,
    }


def _of_request(session: Session, thing: Any) -> dict[str, int]:
    return {N_("Ein Bescheid hat ihn bewilligt (%(number)s)."): int(thing.answer_id is not None)}


_HANGING: Mapping[type, Callable[[Session, Any], dict[str, int]]] = {
    Programme: _of_programme,
    Grant: _of_grant,
    Decision: _of_decision,
    ChangeRequest: _of_request,
}
_REQUESTS = N_("Dazu gibt es Änderungsanträge (%(number)s).")
_DEVICES = N_("Geräte sind aus ihr bezahlt (%(number)s).")


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(condition)) or 0


def remove(session: Session, thing: Thing, *, by: Actor) -> None:
    """With the decisions of a grant and the cost plan of a decision. Raises RuleBroken where something hangs on it."""
    by.must(May.EDIT_FUNDING, None)
    against = hanging(session, thing)
    if against:
        raise RuleBroken(against[0].text, **against[0].values)
    with bound.following(session, by=by):
        _GOING.get(type(thing), _go)(session, thing, by)
        session.flush()


def _go(session: Session, thing: Any, by: Actor) -> None:
    audit.record(session, Action.ROW_REMOVED, thing, by=by, changes=audit.whole(thing, gone=True))
    session.delete(thing)


def _go_grant(session: Session, thing: Any, by: Actor) -> None:
    for decision in sorted(thing.decisions, key=lambda one: one.id, reverse=True):
        _go_decision(session, decision, by)
    session.flush()
    session.expire(thing, ["decisions"])
    _go(session, thing, by)


def _go_decision(session: Session, thing: Any, by: Actor) -> None:
    change_requests.reopen_answered_by(session, thing, by=by)
    for line in session.scalars(select(PlanLine).where(PlanLine.decision_id == thing.id)):
        _go(session, line, by)
    session.flush()
    _go(session, thing, by)
    session.flush()


def _go_drawdown(session: Session, thing: Any, by: Actor) -> None:
    payouts.give_back(session, thing, by=by)
    _go(session, thing, by)


def _go_request(session: Session, thing: Any, by: Actor) -> None:
    change_requests.remove_lines(session, thing, by=by)
    _go(session, thing, by)


_GOING: Mapping[type, Callable[[Session, Any, Actor], None]] = {
    Grant: _go_grant,
    Decision: _go_decision,
    Drawdown: _go_drawdown,
    ChangeRequest: _go_request,
}
