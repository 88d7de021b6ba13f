"""Finding grants and their decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import N_, BadValue, NotThere
from school_it.funding import rules
from school_it.funding.book import DrawdownState
from school_it.funding.models import Decision, Drawdown, Grant, Programme
from school_it.funding.queries.programme import must_see

DECISION_FIELDS = (
    "title", "file_reference", "portal_number", "decision_date", "authority", "purpose", "early_start_from",
    "period_from", "period_to", "eligible", "granted", "third_party", "drawn", "proof_due", "remark",
)  # fmt: skip


def get_grant(session: Session, ident: int, *, seen_by: Actor) -> Grant:
    """Raises NotThere."""
    must_see(seen_by)
    found = session.get(Grant, ident)
    if found is None:
        raise NotThere(N_("Diese Zuwendung gibt es hier nicht."))
    return found


def find_grant(session: Session, reference: str) -> Grant | None:
    return session.scalar(select(Grant).where(Grant.reference == reference))


SHARED = N_(
    "Das Aktenzeichen %(name)s haben mehrere Zuwendungen: %(references)s. Bitte das Kennzeichen angeben."
)


def get_grant_called(session: Session, name: str, *, seen_by: Actor) -> Grant:
    """By its short sign, or by an Aktenzeichen that is unique. Raises NotThere, BadValue."""
    must_see(seen_by)
    found = find_grant(session, name)
    if found is not None:
        return found
    called = session.scalars(
        select(Grant).join(Decision).where(Decision.file_reference == name).order_by(Grant.reference)
    ).unique()
    meant = called.all()
    if len(meant) > 1:
        raise BadValue(SHARED, name=name, references=", ".join(grant.reference for grant in meant))
    if not meant:
        raise NotThere(N_("Eine Zuwendung %(name)s gibt es hier nicht."), name=name)
    return meant[0]


def bare_grants(session: Session) -> Sequence[Any]:
    """Short sign, id and rate of every grant."""
    return session.execute(select(Grant.reference, Grant.id, Grant.rate)).all()


def grant_choices(session: Session, *, seen_by: Actor) -> list[tuple[str, str]]:
    """Short sign, and what a list to choose from says of it; the newest first. None for who may see no funding."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    known: dict[str, str] = {}
    rows = select(Grant.reference, Decision.title).join(Decision, isouter=True)
    for reference, title in session.execute(rows.order_by(Grant.id.desc(), Decision.id)):
        known[reference] = known.get(reference) or title or ""
    return [(reference, f"{reference} {title}".strip()) for reference, title in known.items()]


def grants_of(session: Session, programme: Programme) -> Sequence[Grant]:
    return session.scalars(
        select(Grant).where(Grant.programme_id == programme.id).order_by(Grant.reference)
    ).all()


def grant_counts(session: Session) -> dict[int, int]:
    """By id of the programme, how many grants it has."""
    rows = select(Grant.programme_id, func.count()).group_by(Grant.programme_id)
    return dict(session.execute(rows).all())


def get_decision(session: Session, ident: int, *, seen_by: Actor) -> Decision:
    """Raises NotThere."""
    must_see(seen_by)
    found = session.get(Decision, ident)
    if found is None:
        raise NotThere(N_("Diesen Bescheid gibt es hier nicht."))
    return found


def decision_rows(session: Session, references: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Every decision as the sheet `grants` has it, with its id and its grant's; of some grants, or of all."""
    rows = (
        select(
            Decision.__table__,
            Grant.reference,
            Grant.rate,
            Grant.completed_on,
            Grant.proof_handed_in,
            Programme.code.label("programme"),
        )
        .join(Grant, Grant.id == Decision.grant_id)
        .join(Programme, Programme.id == Grant.programme_id)
        .order_by(Grant.reference, Decision.decision_date, Decision.id)
    )
    if references is not None:
        rows = rows.where(Grant.reference.in_(references))
    return [dict(row._mapping) for row in session.execute(rows)]


def paid_out(session: Session, decision_ids: Collection[int]) -> dict[int, Decimal]:
    """By id of the decision, what the draw-downs that are entered here have brought."""
    rows = (
        select(Drawdown.decision_id, func.sum(Drawdown.paid))
        .where(Drawdown.decision_id.in_(decision_ids), Drawdown.state == DrawdownState.PAID)
        .group_by(Drawdown.decision_id)
    )
    return {ident: paid or rules.NOTHING for ident, paid in session.execute(rows)}


def decision_names(session: Session) -> dict[int, str]:
    """By id the file reference of every decision: a town has hundreds."""
    return dict(session.execute(select(Decision.id, Decision.file_reference)).all())


def grants_with_other_decisions(
    session: Session, grant_ids: Collection[int], *, but: Collection[int]
) -> set[int]:
    """Which of these grants have a decision that is not among `but`."""
    rows = select(Decision.grant_id, Decision.id).where(Decision.grant_id.in_(grant_ids))
    return {grant_id for grant_id, ident in session.execute(rows) if ident not in but}


def file_references(session: Session) -> dict[str, list[str]]:
    """By our short sign of a grant the file references of its decisions."""
    rows = select(Grant.reference, Decision.file_reference).join(Decision, Decision.grant_id == Grant.id)
    found: dict[str, list[str]] = defaultdict(list)
    for reference, file_reference in session.execute(rows.order_by(Decision.file_reference)):
        found[reference].append(file_reference)
    return dict(found)


MANY = 20


def matching_grants(session: Session, text: str, *, seen_by: Actor) -> Sequence[Grant]:
    """Grants whose short sign, file reference, title or portal number holds the text; the newest signs first."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    columns = (Decision.file_reference, Decision.title, Decision.portal_number)
    decided = select(Decision.grant_id).where(or_(*(one.icontains(text, autoescape=True) for one in columns)))
    rows = select(Grant).where(or_(Grant.reference.icontains(text, autoescape=True), Grant.id.in_(decided)))
    return session.scalars(rows.order_by(Grant.reference.desc()).limit(MANY)).unique().all()
