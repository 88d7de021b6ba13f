"""The lists of grants and receipts: where a grant stands, and what the address of a list can ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.errors import N_
from school_it.funding import queries, rules
from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.funding.queries import PERIODS
from school_it.schools.models import School


class Stage(StrEnum):
    """Where a grant stands on a day."""

    RUNNING = "running"
    ENDING = "ending"
    PROOF = "proof"
    OVERDUE = "overdue"
    HANDED_IN = "handed-in"
    ENDED = "ended"


STAGES = {
    Stage.RUNNING: N_("läuft"),
    Stage.ENDING: N_("endet in 90 Tagen"),
    Stage.PROOF: N_("Nachweis steht an"),
    Stage.OVERDUE: N_("Nachweis überfällig"),
    Stage.HANDED_IN: N_("Nachweis eingereicht"),
    Stage.ENDED: N_("abgelaufen"),
}
SOON = timedelta(days=90)


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see of the grants."""

    text: str = ""
    programme: str = ""
    stage: Stage | None = None


def grants(wish: Wish, *, seen_by: Actor, today: date) -> Select[Grant]:
    """The grants wished for, for `web.lists.slice_of`. Raises NotThere for who may not see funding."""
    queries.must_see(seen_by)
    rows = select(Grant).join(Programme).outerjoin(PERIODS, PERIODS.c.grant_id == Grant.id)
    return rows.where(*_conditions(wish, today))


def _conditions(wish: Wish, today: date) -> Iterator[ColumnElement[bool]]:
    if wish.text:
        like = f"%{_escaped(wish.text)}%"
        texts = (Decision.file_reference, Decision.title, Decision.portal_number)
        decided = select(Decision.grant_id).where(or_(*(text.ilike(like, escape="\\") for text in texts)))
        yield or_(Grant.reference.ilike(like, escape="\\"), Grant.id.in_(decided))
    if wish.programme:
        yield Programme.code == wish.programme
    if wish.stage is Stage.RUNNING:
        yield or_(PERIODS.c.period_to.is_(None), PERIODS.c.period_to >= today)
    elif wish.stage is Stage.ENDING:
        yield PERIODS.c.period_to.between(today, today + SOON)
    elif wish.stage is Stage.PROOF:
        yield and_(PERIODS.c.period_to < today, PERIODS.c.proof_due >= today)
        yield Grant.proof_handed_in.is_(None)
    elif wish.stage is Stage.OVERDUE:
        yield and_(PERIODS.c.period_to < today, PERIODS.c.proof_due < today)
        yield Grant.proof_handed_in.is_(None)
    elif wish.stage is Stage.ENDED:
        yield PERIODS.c.period_to < today
        yield and_(PERIODS.c.proof_due.is_(None), Grant.proof_handed_in.is_(None))
    elif wish.stage is Stage.HANDED_IN:
        yield PERIODS.c.period_to < today
        yield Grant.proof_handed_in.is_not(None)


def stage_of(grant: Grant, today: date) -> Stage:
    """As the filter of the list has it; one that ends soon is among the running ones there."""
    ends, due = grant.period_to, grant.proof_due
    if ends is None or ends > today + SOON:
        return Stage.RUNNING
    if ends >= today:
        return Stage.ENDING
    if grant.proof_handed_in is not None:
        return Stage.HANDED_IN
    if due is None:
        return Stage.ENDED
    return Stage.PROOF if due >= today else Stage.OVERDUE


def numbers_at(session: Session, stages: Sequence[Stage], today: date) -> list[int]:
    """How many grants stand at each of these stages, as the list's filter counts them; one statement."""
    counts = (func.count().filter(*_conditions(Wish(stage=stage), today)) for stage in stages)
    there = select(*counts).select_from(PERIODS).join(Grant, Grant.id == PERIODS.c.grant_id)
    return list(session.execute(there).one())


@dataclass(frozen=True)
class ReceiptWish:
    """What somebody wants to see of the receipts of a grant."""

    text: str = ""
    item: str = ""
    school_id: int | None = None


def listed_receipts(grant: Grant, wish: ReceiptWish) -> Select[Receipt]:
    """The receipts of a grant, for `web.lists.slice_of`."""
    return receipts_of_all(wish).where(Receipt.grant_id == grant.id)


def receipts_of_all(wish: ReceiptWish) -> Select[Receipt]:
    """The receipts of all grants; the text in number, payee, invoice, subject or funding item."""
    rows = select(Receipt)
    if wish.text:
        like = f"%{_escaped(wish.text)}%"
        searched = (Receipt.receipt_no, Receipt.payee, Receipt.invoice_no, Receipt.subject, Receipt.category)
        rows = rows.where(or_(*(one.ilike(like, escape="\\") for one in searched)))
    if wish.item:
        rows = rows.where(Receipt.category == wish.item)
    if wish.school_id is not None:
        rows = rows.where(Receipt.school_id == wish.school_id)
    return rows


def receipt_totals(session: Session, rows: Select[Receipt]) -> tuple[Decimal, Decimal]:
    """What was paid on these receipts, and what of it is eligible."""
    sums = rows.with_only_columns(func.sum(Receipt.paid_amount), func.sum(Receipt.eligible_requested))
    paid, eligible = session.execute(sums.order_by(None)).one()
    return paid or rules.NOTHING, eligible or rules.NOTHING


def receipt_items(session: Session, grant: Grant) -> list[str]:
    """The funding items of the receipts of a grant, in their order."""
    rows = select(Receipt.category).where(Receipt.grant_id == grant.id).distinct()
    return list(session.scalars(rows.order_by(Receipt.category)))


def receipt_schools(session: Session, grant: Grant) -> list[tuple[str, str]]:
    """Number and name of the schools that receipts of a grant are for, by name."""
    there = select(Receipt.school_id).where(Receipt.grant_id == grant.id)
    rows = select(School.school_number, School.name).where(School.id.in_(there)).order_by(School.name)
    return [(number, name) for number, name in session.execute(rows)]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
