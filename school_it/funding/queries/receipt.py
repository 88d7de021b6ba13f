"""Finding receipts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from school_it.access import Actor, May
from school_it.database import portions
from school_it.errors import N_, NotThere
from school_it.funding.models import Grant, Receipt
from school_it.funding.queries.grant import MANY
from school_it.funding.queries.programme import must_see
from school_it.schools.models import School

RECEIPT_FIELDS = (
    "receipt_no", "category", "order_date", "invoice_date", "payment_date", "payee", "invoice_no", "subject",
    "quantity", "invoice_gross", "paid_amount", "invoice_total", "vat_non_eligible", "other_non_eligible",
    "eligible_requested", "eligible_recognised", "ledger_ref", "remark",
)  # fmt: skip
RECEIPT_AMOUNTS = (
    "invoice_gross", "paid_amount", "vat_non_eligible", "other_non_eligible", "eligible_requested",
    "eligible_recognised",
)  # fmt: skip


def receipt_count(session: Session, grant: Grant) -> int:
    return session.scalar(select(func.count()).where(Receipt.grant_id == grant.id)) or 0


def next_receipt_no(session: Session, grant: Grant) -> str:
    """The number after the highest plain one."""
    numbers = session.scalars(select(Receipt.receipt_no).where(Receipt.grant_id == grant.id))
    return str(max((int(one) for one in numbers if re.fullmatch("[0-9]{1,9}", one)), default=0) + 1)


def get_receipt(session: Session, ident: int, *, seen_by: Actor) -> Receipt:
    """Raises NotThere."""
    must_see(seen_by)
    found = session.get(Receipt, ident)
    if found is None:
        raise NotThere(N_("Diesen Beleg gibt es hier nicht."))
    return found


def find_receipt(session: Session, grant: Grant, receipt_no: str) -> Receipt | None:
    wanted = (Receipt.grant_id == grant.id, Receipt.receipt_no == receipt_no)
    return session.scalar(select(Receipt).where(*wanted))


def receipt_sums(session: Session, grant_ids: Collection[int]) -> Mapping[int, tuple[int, Decimal, Decimal]]:
    """By id of the grant: how many receipts, what was paid, what of it is eligible."""
    rows = (
        select(
            Receipt.grant_id,
            func.count(),
            func.sum(Receipt.paid_amount),
            func.sum(Receipt.eligible_requested),
        )
        .where(Receipt.grant_id.in_(grant_ids))
        .group_by(Receipt.grant_id)
    )
    return {ident: (number, paid, eligible) for ident, number, paid, eligible in session.execute(rows)}


def receipt_rows(session: Session, *wanted: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """Receipts as the sheet has them, with their ids, in the order in which they were entered."""
    at = aliased(School)
    rows = (
        select(Receipt.__table__, Grant.reference.label("grant"), at.school_number)
        .join(Grant, Grant.id == Receipt.grant_id)
        .join(at, at.id == Receipt.school_id)
        .where(*wanted)
        .order_by(Receipt.id)
    )
    return (dict(row._mapping) for row in session.execute(rows))


def receipt_rows_of(
    session: Session, grant_ids: Collection[int], *, school_id: int | None = None
) -> Iterator[dict[str, Any]]:
    """The receipts of these grants; only those for one school where it is named."""
    at = () if school_id is None else (Receipt.school_id == school_id,)
    yield from receipt_rows(session, Receipt.grant_id.in_(grant_ids), *at)


def receipt_rows_of_invoices(session: Session, numbers: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The receipts of these invoices, over all grants."""
    ordered = sorted(numbers)
    for some in portions(ordered):
        yield from receipt_rows(session, Receipt.invoice_no.in_(some))


def receipt_rows_by_id(session: Session, idents: Sequence[int]) -> dict[int, dict[str, Any]]:
    found = {}
    for some in portions(idents):
        for one in receipt_rows(session, Receipt.id.in_(some)):
            found[one["id"]] = one
    return found


def matching_receipts(session: Session, text: str, *, seen_by: Actor) -> Sequence[Receipt]:
    """Receipts of this invoice, of this payee or for this subject; the last paid first."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    columns = (Receipt.invoice_no, Receipt.payee, Receipt.subject)
    rows = select(Receipt).where(or_(*(one.icontains(text, autoescape=True) for one in columns)))
    return session.scalars(rows.order_by(Receipt.payment_date.desc(), Receipt.id).limit(MANY)).all()
