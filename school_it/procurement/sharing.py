"""One invoice over several grants: shares to the cent, and the receipts that follow them.

A receipt comes of all shares of one grant, school and funding item together, once the invoice is paid. It carries what
was paid on the whole invoice as `invoice_total`, so that F22 holds over all grants. The same code tells what would
change and changes it: `outlook` is taken back by whoever asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit, money
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, BadValue, Refused, Sentence
from school_it.funding import actions as funding_actions
from school_it.funding import queries as funding_queries
from school_it.funding import rules as funding_rules
from school_it.funding.checking.reasons import NOT_ASKED, Reason
from school_it.funding.intake import receipts as funding_receipts
from school_it.funding.models import Grant, Receipt
from school_it.procurement import queries, rules
from school_it.procurement.models import Invoice, InvoiceLine, InvoiceReceipt, InvoiceShare
from school_it.procurement.rules import How, Told
from school_it.schools.models import School

Key = tuple[int, int, str]
Faults = list[tuple[str, Sentence]]


@dataclass(frozen=True)
class Wanted:
    """A share as somebody entered it; without a grant the town bears it."""

    line_id: int
    how: How
    value: Decimal | None = None
    grant_id: int | None = None
    school_id: int | None = None
    category: str | None = None
    vat_non_eligible: Decimal = rules.NOTHING
    other_non_eligible: Decimal = rules.NOTHING


@dataclass
class ReceiptChange:
    """What happens to a receipt: ``new``, ``changed``, ``same`` or ``gone``; `changes` are (before, after) by field."""

    what: str
    grant: Grant
    school: School | None
    values: Mapping[str, Any]
    receipt: Receipt | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    faults: Sequence[Sentence] = ()


@dataclass(frozen=True)
class Outlook:
    """What the shares of an invoice come to: what is left of each line, the receipts, and what stands against them."""

    left: Mapping[int, Decimal]
    receipts: Sequence[ReceiptChange]
    faults: Faults

    @property
    def is_whole(self) -> bool:
        return not any(self.left.values())


# --- the shares ---


def share(
    session: Session, invoice: Invoice, wanted: Iterable[Wanted], *, version: int | None = None, by: Actor
) -> Outlook:
    """Set the shares of an invoice, in the session only; `accept` keeps them. Raises Stale, Refused."""
    by.must(May.EDIT_PROCUREMENT, None)
    by.must(May.EDIT_FUNDING, None)
    expect_version(invoice, version)
    by_line: dict[int, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_line[one.line_id].append(one)
    for line in invoice.lines:
        line.shares = [_as_share(session, one) for one in by_line.get(line.id, ())]
    session.flush()
    left = follow(invoice)
    session.flush()
    return outlook(session, invoice, left)


def _as_share(session: Session, one: Wanted) -> InvoiceShare:
    grant = session.get(Grant, one.grant_id) if one.grant_id else None
    category = one.category
    if grant is not None and category:
        category = funding_rules.item_meant(category, grant.programme.items or ())
    return InvoiceShare(
        grant=grant,
        school=session.get(School, one.school_id) if one.school_id else None,
        category=category, how=one.how, value=one.value, gross=rules.NOTHING, paid=rules.NOTHING,
        vat_non_eligible=one.vat_non_eligible, other_non_eligible=one.other_non_eligible,
    )  # fmt: skip


def follow(invoice: Invoice) -> dict[int, Decimal]:
    """Reckon the shares anew by how they were told; what is left of each line that has shares. Raises Refused."""
    paid = rules.discounted([line.amount for line in invoice.lines], invoice.discount)
    left: dict[int, Decimal] = {}
    for line, of_line in zip(invoice.lines, paid, strict=True):
        if not line.shares:
            left[line.id] = line.amount
            continue
        told = [Told(one.how, one.value) for one in line.shares]
        try:
            done = rules.divide(line.quantity, line.amount, of_line, told)
        except BadValue as fault:
            text = N_("Zeile %(position)s: %(why)s")
            raise Refused(
                [(f"line-{line.id}", Sentence(text, position=line.position, why=fault.sentence))]
            ) from None
        for one, piece in zip(line.shares, done.pieces, strict=True):
            one.quantity, one.gross, one.paid = piece.quantity, piece.gross, piece.paid
        left[line.id] = done.left.gross
    return left


def accept(
    session: Session, invoice: Invoice, seen: Outlook, *, reason: Reason = NOT_ASKED, by: Actor
) -> list[ReceiptChange]:
    """Keep the shares and make the receipts; `reason` is that of `checking.reasons`.

    Raises Refused where something is left or a rule stands against it.
    """
    if any(line.shares for line in invoice.lines):
        refuse_left(seen.left.values())
    told = {
        f"line_{line.position}": [None, "; ".join(_said(one) for one in line.shares)]
        for line in invoice.lines
        if line.shares
    }
    audit.record(session, Action.INVOICE_SPLIT, invoice, by=by, changes=told)
    return settle(session, invoice, reason=reason, by=by)


def refuse_left(left: Iterable[Decimal]) -> None:
    """Raises Refused where something of the lines has gone to nobody."""
    amounts = [amount for amount in left if amount]
    if amounts:
        text = N_("Noch nicht verteilt: %(amount)s. Bitte alles verteilen, den Rest auf »eigene Mittel«.")
        raise Refused([("left", Sentence(text, amount=money.shown(sum(amounts, rules.NOTHING))))])


def _said(one: InvoiceShare) -> str:
    where = one.grant.reference if one.grant else "–"
    return f"{where} {one.category or ''} {one.gross:.2f} ({one.paid:.2f})"


# --- the receipts ---


def outlook(session: Session, invoice: Invoice, left: Mapping[int, Decimal] | None = None) -> Outlook:
    """What the shares, as they stand in the session, come to."""
    left = left if left is not None else {line.id: _left_of(line) for line in invoice.lines}
    faults: Faults = []
    groups = _groups(invoice, faults)
    known = {_key_of(one): one for one in queries.receipts_of(session, [invoice])}
    grants = {one.grant.id: one.grant for line in invoice.lines for one in line.shares if one.grant}
    paid_on = invoice.paid_on
    planned: list[ReceiptChange] = []
    for key, shares in groups.items():
        receipt = known.pop(key, None)
        if paid_on is not None:
            planned.append(_planned(invoice, grants[key[0]], shares, receipt))
        elif receipt is not None:
            known[key] = receipt
    gone = [ReceiptChange("gone", one.grant, one.school, {}, one) for one in known.values()]
    _judge(session, invoice, planned)
    return Outlook(left, [*planned, *gone], faults)


def _left_of(line: InvoiceLine) -> Decimal:
    return line.amount - sum((one.gross for one in line.shares), rules.NOTHING)


def _key_of(receipt: Receipt) -> Key:
    return receipt.grant_id, receipt.school_id, receipt.category


def _groups(invoice: Invoice, faults: Faults) -> dict[Key, list[InvoiceShare]]:
    """The shares of each receipt; a share that lacks a school or an item is a fault."""
    found: dict[Key, list[InvoiceShare]] = defaultdict(list)
    for line in invoice.lines:
        for one in line.shares:
            if one.grant is None:
                continue
            if one.school is None or not one.category:
                text = N_("Zeile %(position)s: Ein Beleg braucht Schule und Fördergegenstand.")
                faults.append((f"line-{line.id}", Sentence(text, position=line.position)))
            else:
                found[one.grant.id, one.school.id, one.category].append(one)
    return found


def _planned(
    invoice: Invoice, grant: Grant, shares: Sequence[InvoiceShare], receipt: Receipt | None
) -> ReceiptChange:
    first = shares[0]
    school = first.school
    subject = "; ".join(dict.fromkeys(_subject(one) for one in shares))[:300]
    values: dict[str, Any] = {
        "category": first.category,
        "order_date": invoice.order.ordered_on,
        "invoice_date": invoice.invoice_date,
        "payment_date": invoice.paid_on,
        "payee": invoice.supplier.name,
        "invoice_no": invoice.invoice_no,
        "subject": subject,
        "quantity": max(1, sum(one.quantity for one in shares if _counts(one)) or 1),
        "invoice_gross": _sum(one.gross for one in shares),
        "paid_amount": _sum(one.paid for one in shares),
        "invoice_total": invoice.paid,
        "vat_non_eligible": _sum(one.vat_non_eligible for one in shares),
        "other_non_eligible": _sum(one.other_non_eligible for one in shares),
        "ledger_ref": invoice.ledger_ref,
    }
    values["eligible_requested"] = funding_rules.eligible_of(
        values["paid_amount"], values["vat_non_eligible"], values["other_non_eligible"]
    )
    if receipt is None:
        return ReceiptChange("new", grant, school, values)
    changes = {
        name: (getattr(receipt, name), value)
        for name, value in values.items()
        if getattr(receipt, name) != value
    }
    return ReceiptChange("changed" if changes else "same", grant, school, values, receipt, changes)


def _counts(one: InvoiceShare) -> bool:
    """Pieces of devices count, or of anything where no line is a device: postage is no piece."""
    return one.line.order_line is not None and one.line.order_line.kind is rules.LineKind.DEVICE


def _subject(one: InvoiceShare) -> str:
    return f"{one.quantity} {one.line.text}" if _counts(one) else one.line.text


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, rules.NOTHING)


def _judge(session: Session, invoice: Invoice, planned: Sequence[ReceiptChange]) -> None:
    """F15, F16 and F30 of each receipt, F22 of all parts of the invoice together, those entered by hand too."""
    if not planned:
        return
    facts = funding_queries.grant_facts(session)
    own = set(queries.receipt_ids(session, invoice))
    complete = [
        {
            **one.values,
            "grant": one.grant.reference,
            "receipt_no": one.receipt.receipt_no if one.receipt else "neu",
        }
        for one in planned
    ]
    others = [
        one
        for one in funding_queries.receipt_rows_of_invoices(session, [invoice.invoice_no])
        if one["id"] not in own
        and funding_receipts.invoice_of(one) == funding_receipts.invoice_of(complete[0])
    ]
    together = funding_rules.Invoice([funding_receipts.as_part(one) for one in (*complete, *others)])
    for place, one in enumerate(planned):
        judged = funding_receipts.against_receipt(complete[place], facts[one.grant.reference])
        one.faults = [sentence for _field, sentence in (*judged, *together.against(place))]


def settle(
    session: Session, invoice: Invoice, *, reason: Reason = NOT_ASKED, by: Actor
) -> list[ReceiptChange]:
    """Make, change and remove the receipts of an invoice as its shares say. Raises Refused with all that is wrong."""
    seen = outlook(session, invoice)
    wrong: Faults = [*seen.faults, *(("receipts", one) for each in seen.receipts for one in each.faults)]
    if wrong:
        raise Refused(wrong)
    if not any(one.what != "same" for one in seen.receipts):
        return list(seen.receipts)
    by.must(May.EDIT_FUNDING, None)
    together = queries.receipt_ids(session, invoice)
    for one in seen.receipts:
        if one.what == "gone" and one.receipt is not None:
            funding_actions.remove_receipt(session, one.receipt, by=by)
    session.flush()
    odd: list[tuple[str, Sentence]] = []
    for one in seen.receipts:
        try:
            _keep(session, invoice, one, together, reason, by)
        except Refused as problem:  # nothing of this one is kept; the others are asked for their warnings too
            odd += [fault for fault in problem.faults if fault not in odd]
    if odd:
        raise Refused(odd)
    session.flush()
    return list(seen.receipts)


def _keep(
    session: Session,
    invoice: Invoice,
    one: ReceiptChange,
    together: Collection[int],
    reason: Reason,
    by: Actor,
) -> None:
    if one.what == "changed" and one.receipt is not None:
        school = one.school or one.receipt.school
        funding_actions.change_receipt(
            session, one.receipt, school, one.values, together=together, reason=reason, by=by
        )
    elif one.what == "new" and one.school is not None:
        number = funding_queries.next_receipt_no(session, one.grant)
        values = {**one.values, "receipt_no": number}
        one.receipt = funding_actions.add_receipt(
            session, one.grant, one.school, values, together=together, reason=reason, by=by
        )
        session.flush()
        session.add(InvoiceReceipt(receipt_id=one.receipt.id, invoice_id=invoice.id))


def proposal(invoice: Invoice) -> list[Wanted]:
    """What the order says of its lines; what belongs to no line of the order goes where the largest line goes."""
    lines = [line for line in invoice.lines if line.order_line is not None]
    largest = max(lines, key=lambda line: line.amount, default=None)
    found = []
    for line in invoice.lines:
        like = line.order_line or (largest.order_line if largest else None)
        bearer = like.belongs_to_id if like is not None and not like.grant_id else None
        if bearer is not None:
            like = next((one for one in invoice.order.lines if one.id == bearer), like)
        if like is None:
            found.append(Wanted(line.id, How.REST))
        else:
            found.append(Wanted(line.id, How.REST, None, like.grant_id, like.school_id, like.funding_item))
    return found
