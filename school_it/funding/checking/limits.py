"""The further caps of a programme (F09), held against the receipts of all its grants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.cells import show_percent
from school_it.errors import N_, Sentence
from school_it.funding.checking import Check, Checks, Severity
from school_it.funding.models import Decision, Grant, Measure, Receipt
from school_it.funding.programmes.terms import Limit
from school_it.funding.rules import NOTHING, SCOPES, Scope
from school_it.money import shown
from school_it.schools.models import School


def of_grant(session: Session, grant: Grant, limits: tuple[Limit, ...]) -> Checks:
    """One statement for each cap, two where it is a share."""
    for limit in limits:
        used = _USED[limit.scope](session, grant, limit)
        if not used:
            continue
        name, most = max(used.items(), key=lambda one: (one[1], one[0]))
        allowed = _allowed(session, grant, limit)
        values = {
            "items": ", ".join(limit.items), "name": name, "most": shown(most), "limit": shown(allowed),
            "share": show_percent(limit.share) if limit.share is not None else "",
        }  # fmt: skip
        holds = most <= allowed
        yield Check("F09", holds, Severity.ERROR, Sentence(_WITHIN if holds else _OVER, **values))


_WITHIN = N_("%(items)s: höchstens %(most)s (%(name)s), erlaubt sind %(limit)s.")
_OVER = N_(
    "%(items)s: %(name)s kommt auf %(most)s, erlaubt sind %(limit)s. Was darüber liegt, trägt die Stadt."
)


def _allowed(session: Session, grant: Grant, limit: Limit) -> Decimal:
    if limit.amount is not None:
        return limit.amount
    rows = select(func.sum(Decision.eligible)).join(Grant, Grant.id == Decision.grant_id)
    whole = session.scalar(rows.where(Grant.programme_id == grant.programme_id)) or NOTHING
    return Decimal(whole * (limit.share or NOTHING))


Used = Mapping[str, Decimal]


def _at_schools(session: Session, grant: Grant, limit: Limit) -> dict[str, Decimal]:
    rows = (
        select(School.school_number, func.sum(Receipt.eligible_requested))
        .join(Receipt, Receipt.school_id == School.id)
        .join(Grant, Grant.id == Receipt.grant_id)
        .where(Grant.programme_id == grant.programme_id, Receipt.category.in_(limit.items))
        .group_by(School.school_number)
    )
    return dict(session.execute(rows).all())


def _in_all(session: Session, grant: Grant, limit: Limit) -> Used:
    at_schools = _at_schools(session, grant, limit)
    return {SCOPES[Scope.AUTHORITY]: sum(at_schools.values(), NOTHING)} if at_schools else {}


def _for_devices(session: Session, grant: Grant, limit: Limit) -> Used:
    """Of the receipts of this grant the dearest piece."""
    rows = select(Receipt.receipt_no, Receipt.eligible_requested, Receipt.quantity).where(
        Receipt.grant_id == grant.id, Receipt.category.in_(limit.items), Receipt.quantity > 0,
        Receipt.eligible_requested > NOTHING,
    )  # fmt: skip
    return {f"Beleg {number}": amount / quantity for number, amount, quantity in session.execute(rows)}


def _for_measures(session: Session, grant: Grant, limit: Limit) -> Used:
    rows = select(Measure.position, Measure.eligible).where(
        Measure.programme_id == grant.programme_id, Measure.category.in_(limit.items)
    )
    return {f"Nr. {position}": amount for position, amount in session.execute(rows)}


def _for_persons(session: Session, grant: Grant, limit: Limit) -> Used:
    """F24: by the town's own sign for who is trained."""
    rows = (
        select(Measure.trainee, func.sum(Measure.eligible))
        .where(Measure.programme_id == grant.programme_id, Measure.category.in_(limit.items))
        .where(Measure.trainee.is_not(None))
        .group_by(Measure.trainee)
    )
    return {str(who): amount for who, amount in session.execute(rows)}


_USED: Mapping[Scope, Callable[[Session, Grant, Limit], Used]] = {
    Scope.AUTHORITY: _in_all,
    Scope.SCHOOL: _at_schools,
    Scope.MEASURE: _for_measures,
    Scope.DEVICE: _for_devices,
    Scope.PERSON: _for_persons,
}
