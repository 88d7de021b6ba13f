"""How a grant stands: its decisions and receipts from the database, its figures and the rules it was held against.

The page, the workbook and ``export --json`` all tell what stands here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from school_it.errors import Sentence
from school_it.funding import cost_plan, proof, queries, rules
from school_it.funding.checking import Check, Checks, amounts, in_order, reasons
from school_it.funding.checking import receipts as receipt_checks
from school_it.funding.checking import terms as term_checks
from school_it.funding.cost_plan import Planned
from school_it.funding.intake.receipts import as_part, invoice_of
from school_it.funding.models import AcceptedWarning, Decision, Grant, Receipt
from school_it.funding.programmes import terms as terms_of_programme
from school_it.funding.proof import Cap, Decided, Figures, Spent, Terms

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Overview:
    """How a grant stands, without its receipts: what its page tells at any number of them."""

    receipts: int
    spent: Sequence[Spent]
    planned: Mapping[str, Planned]
    figures: Figures
    checks: Sequence[Check]
    accepted: Sequence[AcceptedWarning]

    @property
    def spending(self) -> list[proof.Spending]:
        return proof.spending(self.spent, self.planned)


@dataclass(frozen=True)
class Standing:
    """`receipts` are rows of the sheet `receipts`."""

    receipts: Rows
    spent: Sequence[Spent]
    planned: Mapping[str, Planned]
    figures: Figures
    checks: Sequence[Check]
    accepted: Sequence[AcceptedWarning]


def of_grant(session: Session, grant: Grant) -> Standing:
    """As the proof of use has it."""
    receipts = list(queries.receipt_rows_of(session, [grant.id]))
    spent = [_spent(one) for one in receipts]
    planned = cost_plan.of_grant(session, grant)
    figures, looked_at = _judged(session, grant, spent, planned, receipts)
    return Standing(receipts, spent, planned, figures, looked_at, reasons.of_grant(session, grant))


def overview(session: Session, grant: Grant) -> Overview:
    """The same figures and rules, summed up by the database; a dozen statements at any number of receipts."""
    spent = spent_by(session, grant)
    planned = cost_plan.of_grant(session, grant)
    suspicious = list(queries.receipt_rows(session, Receipt.grant_id == grant.id, _suspicious(grant)))
    figures, looked_at = _judged(session, grant, spent, planned, suspicious)
    accepted = reasons.of_grant(session, grant)
    return Overview(queries.receipt_count(session, grant), spent, planned, figures, looked_at, accepted)


def _suspicious(grant: Grant) -> ColumnElement[bool]:
    """Receipts that F15, F16 or F30 might be against: the rules themselves decide of each."""
    window = _window(grant)
    day = getattr(Receipt, rules.EVENT_FIELD[window.start_event])
    left = Receipt.paid_amount - Receipt.vat_non_eligible - Receipt.other_non_eligible
    found = [
        Receipt.eligible_requested != left,
        Receipt.vat_non_eligible < rules.NOTHING,
        Receipt.other_non_eligible < rules.NOTHING,
        left < rules.NOTHING,
    ]
    for column, first, last in (
        (day, window.earliest_start, window.period_to),
        (Receipt.order_date, window.orders_from, None),
    ):
        found += [] if first is None else [column < first]
        found += [] if last is None else [column > last]
    return or_(*found)


def _judged(
    session: Session, grant: Grant, spent: Sequence[Spent], planned: Mapping[str, Planned], receipts: Rows
) -> tuple[Figures, list[Check]]:
    terms, decisions = terms_of(grant), [one.amounts for one in positions(grant)]
    figures = proof.figures(terms, decisions, spent, grant.earmark_end)
    eligible = {one.category: one.eligible for one in proof.spending(spent)}
    looked_at = [
        *amounts.of_grant(terms, decisions, figures, spent),
        *_of_programme(session, grant),
        *receipt_checks.of_grant(receipts, _window(grant), _twice(session, grant)),
        *amounts.of_plan(planned, eligible, terms_of_programme.shift_share(grant.programme.terms)),
        *term_checks.of_grant(session, grant, figures.eligible_actual),
    ]
    return figures, in_order(iter(looked_at))


def terms_of(grant: Grant) -> Terms:
    return Terms(grant.programme.financing, grant.rate, grant.programme.unit_cap)


@dataclass(frozen=True)
class Position:
    """A decision with what was changed of it since: what may be drawn is drawn on it."""

    decision: Decision
    amounts: Decided


def positions(grant: Grant) -> list[Position]:
    """The decisions that granted something, each with the amendments and revocations that name it."""
    known = {one.id for one in grant.decisions}
    heads = [one for one in grant.decisions if one.amends_id not in known]
    return [Position(head, _together(cost_plan.chain(head))) for head in heads]


def _together(decisions: Sequence[Decision]) -> Decided:
    return Decided(
        sum((one.eligible for one in decisions), rules.NOTHING),
        sum((one.granted for one in decisions), rules.NOTHING),
        sum((one.third_party or rules.NOTHING for one in decisions), rules.NOTHING),
        sum((one.drawn or rules.NOTHING for one in decisions), rules.NOTHING),
    )


def _spent(receipt: Mapping[str, Any]) -> Spent:
    return Spent(
        receipt["category"], receipt["paid_amount"], receipt["eligible_requested"], receipt["quantity"]
    )


def _window(grant: Grant) -> rules.Window:
    programme, decisions = grant.programme, grant.decisions
    return rules.Window(
        programme.start_event,
        programme.earliest_start,
        grant.period_to,
        min((one.decision_date for one in decisions), default=None),
        min((one.early_start_from for one in decisions if one.early_start_from), default=None),
    )


# --- the programme ---


def _of_programme(session: Session, grant: Grant) -> Checks:
    programme = grant.programme
    cap = Cap(programme.cap_items or (), programme.cap_share, programme.cap_school)
    eligible = _eligible_by_item(session, grant) if cap else {}
    granted = rules.NOTHING if programme.budget is None else _granted_in_all(session, grant)
    return amounts.of_programme(cap, eligible, programme.budget, granted)


def _eligible_by_item(session: Session, grant: Grant) -> dict[tuple[str, int], Decimal]:
    """By funding item and school, over all grants of the programme."""
    rows = (
        select(Receipt.category, Receipt.school_id, func.sum(Receipt.eligible_requested))
        .join(Grant, Grant.id == Receipt.grant_id)
        .where(Grant.programme_id == grant.programme_id)
        .group_by(Receipt.category, Receipt.school_id)
    )
    return {(item, school): amount for item, school, amount in session.execute(rows)}


def _granted_in_all(session: Session, grant: Grant) -> Decimal:
    rows = select(func.sum(Decision.granted)).join(Grant, Grant.id == Decision.grant_id)
    return session.scalar(rows.where(Grant.programme_id == grant.programme_id)) or rules.NOTHING


# --- invoices in several grants ---


def _twice(session: Session, grant: Grant) -> list[tuple[str, Sentence]]:
    """F22: the receipts of the grant whose invoice is asked for more than once, with the sentence."""
    parts: dict[tuple[str, str], list[tuple[int, rules.Part, str]]] = defaultdict(list)
    for one in _of_the_same_invoices(session, grant):
        parts[invoice_of(one)].append((one["grant_id"], as_part(one), one["receipt_no"]))
    found = []
    for together in parts.values():
        invoice = rules.Invoice([part for _of, part, _number in together])
        for place, (of_grant_id, _part, number) in enumerate(together):
            if of_grant_id == grant.id:
                found += [(number, sentence) for _field, sentence in invoice.against(place)]
    return found


def _of_the_same_invoices(session: Session, grant: Grant) -> list[Mapping[str, Any]]:
    """Only of those whose receipts together ask for more than the least that was paid, or differ in that: no other
    can be at fault.
    """
    own = select(Receipt.invoice_no).where(Receipt.grant_id == grant.id)
    asked = func.sum(
        case((Receipt.eligible_requested > rules.NOTHING, Receipt.eligible_requested), else_=rules.NOTHING)
    )
    numbers = (
        select(Receipt.invoice_no)
        .where(Receipt.invoice_no.in_(own))
        .group_by(Receipt.invoice_no)
        .having(
            or_(
                asked > func.min(func.coalesce(Receipt.invoice_total, Receipt.paid_amount)),
                func.count(Receipt.invoice_total.distinct()) > 1,
            )
        )
    )
    rows = (
        select(
            Receipt.grant_id, Grant.reference.label("grant"), Receipt.receipt_no, Receipt.payee, Receipt.invoice_no,
            Receipt.eligible_requested, Receipt.paid_amount, Receipt.invoice_total,
        )
        .join(Grant, Grant.id == Receipt.grant_id)
        .where(Receipt.invoice_no.in_(numbers))
        .order_by(Receipt.id)
    )  # fmt: skip
    return [dict(row._mapping) for row in session.execute(rows)]


def spent_by(
    session: Session, grant: Grant, until: date | None = None, *, after: date | None = None
) -> list[Spent]:
    """What was paid from a grant, by funding item; receipt by receipt where the programme pays for each device."""
    when = [] if until is None else [Receipt.payment_date <= until]
    when += [] if after is None else [Receipt.payment_date > after]
    if grant.programme.financing is rules.Financing.FIXED_AMOUNT:
        rows = select(Receipt.category, Receipt.paid_amount, Receipt.eligible_requested, Receipt.quantity)
    else:
        rows = select(
            Receipt.category, func.sum(Receipt.paid_amount), func.sum(Receipt.eligible_requested),
            func.sum(Receipt.quantity),
        ).group_by(Receipt.category)  # fmt: skip
    return [Spent(*row) for row in session.execute(rows.where(Receipt.grant_id == grant.id, *when))]
