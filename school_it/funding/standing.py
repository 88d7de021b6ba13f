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

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from school_it.errors import N_, Sentence
from school_it.funding import checks, drawdown, proof, queries, rules
from school_it.funding.checks import Check, Severity
from school_it.funding.models import Decision, Grant, Receipt
from school_it.funding.proof import Cap, Decided, Figures, Spent, Terms
from school_it.funding.receipts import as_part, invoice_of
from school_it.school_year import months_after

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Standing:
    """`receipts` are rows of the sheet `receipts`."""

    receipts: Rows
    spent: Sequence[Spent]
    figures: Figures
    checks: Sequence[Check]


def of_grant(session: Session, grant: Grant) -> Standing:
    """As the proof of use has it."""
    receipts = list(queries.receipt_rows_of(session, [grant.id]))
    spent = [_spent(one) for one in receipts]
    terms, decisions = terms_of(grant), decided(grant)
    figures = proof.figures(terms, decisions, spent, grant.earmark_end)
    looked_at = [
        *checks.of_amounts(terms, decisions, figures, spent),
        *_of_programme(session, grant),
        *checks.of_receipts(receipts, _window(session, grant), _twice(session, grant)),
    ]
    return Standing(receipts, spent, figures, checks.in_order(iter(looked_at)))


def terms_of(grant: Grant) -> Terms:
    return Terms(grant.programme.financing, grant.rate, grant.programme.unit_cap)


def decided(grant: Grant) -> list[Decided]:
    return [
        Decided(one.eligible, one.granted, one.third_party or rules.NOTHING, one.drawn or rules.NOTHING)
        for one in grant.decisions
    ]


def _spent(receipt: Mapping[str, Any]) -> Spent:
    return Spent(
        receipt["category"], receipt["paid_amount"], receipt["eligible_requested"], receipt["quantity"]
    )


def _window(session: Session, grant: Grant) -> rules.Window:
    return queries.grant_facts(session)[grant.reference].window


# --- the programme ---


def _of_programme(session: Session, grant: Grant) -> checks.Checks:
    programme = grant.programme
    cap = Cap(programme.cap_items or (), programme.cap_share, programme.cap_school)
    eligible = _eligible_by_item(session, grant) if cap else {}
    granted = rules.NOTHING if programme.budget is None else _granted_in_all(session, grant)
    return checks.of_programme(cap, eligible, programme.budget, granted)


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
    """Only of those that stand in several receipts, or say what was paid on them in all: no other can be at fault."""
    own = select(Receipt.invoice_no).where(Receipt.grant_id == grant.id)
    numbers = (
        select(Receipt.invoice_no)
        .where(Receipt.invoice_no.in_(own))
        .group_by(Receipt.invoice_no)
        .having(or_(func.count() > 1, func.max(Receipt.invoice_total).is_not(None)))
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


# --- the draw-down ---


@dataclass(frozen=True)
class Call:
    """What may be drawn of a grant on a day."""

    lines: Sequence[drawdown.Line]
    checks: Sequence[Check]

    @property
    def figures(self) -> dict[str, Decimal | None]:
        return drawdown.totals(self.lines)


def call_of(session: Session, grant: Grant, on: date) -> Call:
    """Receipts paid by `on` count as paid, those to be paid in the two months after it as falling due."""
    until = months_after(on, drawdown.MONTHS_AHEAD)
    paid, due = [], []
    for receipt in queries.receipt_rows_of(session, [grant.id]):
        if receipt["payment_date"] <= on:
            paid.append(_spent(receipt))
        elif receipt["payment_date"] <= until:
            due.append(_spent(receipt))
    terms, decisions = terms_of(grant), decided(grant)
    looked_at = [*_last_day(grant, on), *drawdown.looked_at(terms, decisions, paid)]
    return Call(drawdown.lines(terms, decisions, paid, due), checks.in_order(iter(looked_at)))


def _last_day(grant: Grant, on: date) -> checks.Checks:
    """F17: the last day on which the programme pays."""
    last = grant.programme.last_drawdown
    if last is not None:
        text = _STILL_OPEN if on <= last else _TOO_LATE
        yield Check("F17", on <= last, Severity.ERROR, Sentence(text, day=f"{last:%d.%m.%Y}"))


_STILL_OPEN = N_("Abgerufen werden kann bis zum %(day)s.")
_TOO_LATE = N_("Der letzte Tag für einen Abruf war der %(day)s.")
