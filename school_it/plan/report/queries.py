"""What the report asks of the tables beyond the plan: texts, money spent, ends of earmarks, devices over the years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import sum_where
from school_it.devices.models import Device
from school_it.devices.rules import State, Use, product_name
from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.money import NOTHING, to_cent
from school_it.network.uplinks.models import Uplink
from school_it.plan.queries import stock
from school_it.plan.report.models import Part, PlanText
from school_it.plan.rules.spending import Spent, funded_share, left_of_invoice
from school_it.plan.talks.models import Agreement
from school_it.procurement import rules as procurement_rules
from school_it.procurement.models import Invoice, InvoiceLine, InvoiceReceipt, OrderLine
from school_it.schools.models import School

OWN_MONEY = ""


def text_of(session: Session, year: int, part: Part, school: School | None = None) -> PlanText | None:
    wanted = select(PlanText).where(PlanText.school_year == year, PlanText.part == part)
    if school is None:
        return session.scalar(wanted.where(PlanText.school_id.is_(None)))
    return session.scalar(wanted.where(PlanText.school_id == school.id))


def texts_of(session: Session, year: int) -> Sequence[PlanText]:
    """Those that say something, the parts in the order of the report."""
    found = session.scalars(select(PlanText).where(PlanText.school_year == year, PlanText.text != "")).all()
    order = list(Part)
    return sorted(found, key=lambda one: (order.index(one.part), one.school.name if one.school else ""))


# --- money spent in a school year ---


def spent(
    session: Session, since: date, until: date, *, seen_by: Actor, school_id: int | None = None
) -> list[Spent]:
    """What was spent from `since` to `until`, each euro once; see `rules.spending` for what goes before what.

    Five statements at any number of rows; with `school_id` they read that school's rows. Only for those who see all of
    the funding.
    """
    if not seen_by.may(May.SEE_FUNDING):
        return []
    terms = _terms(session)
    return [
        *_from_receipts(session, since, until, school_id),
        *_from_invoices(session, since, until, school_id),
        *_from_devices(session, since, until, terms, school_id),
    ]


@dataclass(frozen=True)
class _Terms:
    programme: str
    rate: Decimal | None


def _terms(session: Session) -> dict[str, _Terms]:
    """By file reference and by the code of a programme, what it pays."""
    rows = session.execute(
        select(
            Decision.file_reference,
            Programme.code,
            func.coalesce(Grant.rate, Programme.rate),
            Programme.financing,
        )
        .join(Grant, Decision.grant_id == Grant.id)
        .join(Programme, Grant.programme_id == Programme.id)
    )
    found: dict[str, _Terms] = {}
    for reference, code, rate, financing in rows:
        found[reference] = _Terms(code, funded_share(financing, rate))
        found.setdefault(code, found[reference])
    return found


def _from_receipts(session: Session, since: date, until: date, school_id: int | None) -> Iterable[Spent]:
    recognised = func.coalesce(Receipt.eligible_recognised, Receipt.eligible_requested)
    rows = session.execute(
        select(
            Receipt.school_id, Programme.code, func.coalesce(Grant.rate, Programme.rate), Programme.financing,
            Programme.unit_cap, func.sum(Receipt.paid_amount), func.sum(recognised), func.sum(Receipt.quantity),
        )
        .join(Grant, Receipt.grant_id == Grant.id)
        .join(Programme, Grant.programme_id == Programme.id)
        .where(Receipt.payment_date.between(since, until), _only(Receipt.school_id, school_id))
        .group_by(
            Receipt.school_id, Programme.code, Grant.rate, Programme.rate, Programme.financing, Programme.unit_cap
        )
    )  # fmt: skip
    for school, code, rate, financing, cap, paid, eligible, quantity in rows:
        share = funded_share(financing, rate)
        funded = (
            to_cent(eligible * share) if share is not None else min(eligible, (cap or NOTHING) * quantity)
        )
        yield Spent(school, code, paid, min(paid, funded), "receipts")


def _only(column: Any, school_id: int | None) -> ColumnElement[bool]:
    """None: the whole town."""
    return true() if school_id is None else column == school_id


def _from_invoices(session: Session, since: date, until: date, school_id: int | None) -> Iterable[Spent]:
    """Of each invoice what no receipt of it has: the town's own money."""
    found: dict[int | None, Decimal] = {}
    for _ident, left in own_of_invoices(session, since, until, school_id):
        for school, amount in left.items():
            if school_id in (None, school):
                found[school] = found.get(school, NOTHING) + amount
    for school, amount in found.items():
        yield Spent(school, OWN_MONEY, amount, NOTHING, "invoices")


def own_of_invoices(
    session: Session, since: date, until: date, school_id: int | None = None
) -> Iterable[tuple[int, dict[int | None, Decimal]]]:
    """By id of each invoice and school, what no receipt of it has; by the day it was paid, else its own.

    With `school_id` the invoices that have a line of that school, each whole: its receipts may be of others.
    """
    within = and_(
        func.coalesce(Invoice.paid_on, Invoice.invoice_date).between(since, until), _names(school_id)
    )
    rows = session.execute(
        select(
            InvoiceLine.invoice_id, InvoiceLine.gross, InvoiceLine.rebate, OrderLine.school_id, Invoice.discount
        )
        .join(Invoice, InvoiceLine.invoice_id == Invoice.id)
        .outerjoin(OrderLine, InvoiceLine.order_line_id == OrderLine.id)
        .where(within)
        .order_by(InvoiceLine.invoice_id, InvoiceLine.position)
    )  # fmt: skip
    invoices: dict[int, list[Any]] = {}
    for row in rows:
        invoices.setdefault(row.invoice_id, []).append(row)
    granted = _paid_by_receipts(session, within)
    for ident, lines in invoices.items():
        by_school: dict[int | None, Decimal] = {}
        paid = procurement_rules.discounted([line.gross - line.rebate for line in lines], lines[0].discount)
        for line, amount in zip(lines, paid, strict=True):
            by_school[line.school_id] = by_school.get(line.school_id, NOTHING) + amount
        left = left_of_invoice(by_school, granted.get(ident, {}))
        if left:
            yield ident, left


def _names(school_id: int | None) -> ColumnElement[bool]:
    lines = select(InvoiceLine.invoice_id).join(OrderLine, InvoiceLine.order_line_id == OrderLine.id)
    return true() if school_id is None else Invoice.id.in_(lines.where(OrderLine.school_id == school_id))


def _paid_by_receipts(session: Session, within: ColumnElement[bool]) -> dict[int, dict[int | None, Decimal]]:
    rows = session.execute(
        select(InvoiceReceipt.invoice_id, Receipt.school_id, func.sum(Receipt.paid_amount))
        .join(Receipt, InvoiceReceipt.receipt_id == Receipt.id)
        .join(Invoice, InvoiceReceipt.invoice_id == Invoice.id)
        .where(within)
        .group_by(InvoiceReceipt.invoice_id, Receipt.school_id)
    )
    found: dict[int, dict[int | None, Decimal]] = {}
    for invoice, school, paid in rows:
        found.setdefault(invoice, {})[school] = paid
    return found


def _from_devices(
    session: Session, since: date, until: date, terms: Mapping[str, _Terms], school_id: int | None
) -> Iterable[Spent]:
    """Prices of devices whose invoice stands neither among the receipts nor among the invoices."""
    rows = session.execute(
        select(Device.school_id, Device.programme, Device.file_reference, func.sum(Device.price_gross))
        .where(_bought_without_paper(since, until), _only(Device.school_id, school_id))
        .group_by(Device.school_id, Device.programme, Device.file_reference)
    )
    found: dict[tuple[int | None, str], tuple[Decimal, Decimal]] = {}
    for school, programme, reference, summed in rows:
        price = summed or NOTHING
        of = terms.get(reference or "") or terms.get(programme or "")
        code = of.programme if of else (programme or OWN_MONEY)
        funded = to_cent(price * of.rate) if of and of.rate is not None else NOTHING
        before = found.get((school, code), (NOTHING, NOTHING))
        found[school, code] = (before[0] + price, before[1] + funded)
    for (school, code), (paid, funded) in found.items():
        yield Spent(school, code, paid, funded, "devices")


def _bought_without_paper(since: date, until: date) -> ColumnElement[bool]:
    known = select(Receipt.invoice_no).union(select(Invoice.invoice_no)).subquery()
    return and_(
        Device.acquired_on.between(since, until),
        Device.price_gross.is_not(None),
        Device.state != State.ORDERED,
        Device.invoice_no.is_(None) | Device.invoice_no.not_in(select(known.c.invoice_no)),
    )


@dataclass(frozen=True)
class Behind:
    """One row behind the money of a school: a receipt or an invoice by its id, a device by its tag."""

    source: str
    key: int | str
    day: date
    text: str
    amount: Decimal


MOST_BEHIND = 500


def rows_behind(session: Session, since: date, until: date, school_id: int | None) -> list[Behind]:
    """The rows that `spent` sums up for one school (None: for no single one), by source and day; at most
    `MOST_BEHIND` of each source."""
    receipts = session.execute(
        select(Receipt.id, Receipt.payment_date, Receipt.payee, Receipt.subject, Receipt.paid_amount)
        .where(Receipt.payment_date.between(since, until), Receipt.school_id == school_id)
        .order_by(Receipt.payment_date, Receipt.id)
        .limit(MOST_BEHIND)
    )
    found = [
        Behind("receipts", row.id, row.payment_date, f"{row.payee}: {row.subject}", row.paid_amount)
        for row in receipts
    ]
    own = {
        ident: left[school_id]
        for ident, left in own_of_invoices(session, since, until, school_id)
        if left.get(school_id)
    }
    invoices = select(Invoice).where(Invoice.id.in_(sorted(own)[:MOST_BEHIND])).order_by(Invoice.invoice_date)
    found += [
        Behind(
            "invoices", one.id, one.paid_on or one.invoice_date, f"{one.supplier.name}: {one.invoice_no}", own[one.id]
        )
        for one in session.scalars(invoices)
    ]  # fmt: skip
    devices = session.execute(
        select(Device.asset_tag, Device.acquired_on, Device.manufacturer, Device.model, Device.price_gross)
        .where(_bought_without_paper(since, until), Device.school_id == school_id)
        .order_by(Device.acquired_on, Device.id)
        .limit(MOST_BEHIND)
    )
    found += [
        Behind(
            "devices",
            row.asset_tag,
            row.acquired_on or since,
            product_name(row.manufacturer, row.model),
            row.price_gross or NOTHING,
        )
        for row in devices
    ]
    return found


# --- over the years ---


def counted_on_days(
    session: Session, days: Sequence[date], pairs: Iterable[tuple[int, Use | None]], *, seen_by: Actor
) -> list[int]:
    """How many devices of these categories and uses were there on each day, by their dates; one statement."""
    wanted = set(pairs)
    within = seen_by.scope(May.SEE_PLAN).where(Device.school_id)
    rows = session.execute(
        select(Device.category_id, Device.use, *(sum_where(stock.here_on(day)) for day in days))
        .where(within, Device.school_id.is_not(None), Device.state != State.ORDERED)
        .group_by(Device.category_id, Device.use)
    )
    found = [0] * len(days)
    for category, use, *counts in rows:
        if (category, use) in wanted:
            found = [known + int(count) for known, count in zip(found, counts, strict=True)]
    return found


def earmark_ends(session: Session, on: date, *, seen_by: Actor) -> list[tuple[int, int]]:
    """By year, for how many devices the earmark ends."""
    year = stock.year_of(Device.bound_until)
    within = seen_by.scope(May.SEE_PLAN).where(Device.school_id)
    rows = session.execute(
        select(year, func.count())
        .where(within, stock.here_on(on), Device.bound_until >= on, Device.state != State.ORDERED)
        .group_by(year)
        .order_by(year)
    )
    return [(int(one), count) for one, count in rows]


def megabits(session: Session, *, seen_by: Actor) -> dict[int, int]:
    """By school, what its lines bring together in Mbit/s, those for the emergency left out."""
    within = seen_by.scope(May.SEE_PLAN).where(Uplink.school_id)
    rows = select(Uplink.school_id, func.sum(Uplink.down)).where(within, Uplink.is_backup.is_(False))
    found = session.execute(rows.group_by(Uplink.school_id))
    return {school: int(down) for school, down in found if down is not None}


def agreements(session: Session, since: date, until: date, *, seen_by: Actor) -> Sequence[Agreement]:
    """What was agreed with the schools from `since` to `until`, by school and day."""
    within = seen_by.scope(May.SEE_PLAN).where(Agreement.school_id)
    rows = select(Agreement).join(School, Agreement.school_id == School.id)
    rows = rows.where(within, Agreement.agreed_on.between(since, until))
    return session.scalars(rows.order_by(School.name, Agreement.agreed_on, Agreement.id)).all()


def open_grants(session: Session, on: date) -> Sequence[Grant]:
    """Whose period runs on that day and of which not all has been drawn by now; the earliest end first."""
    left = [
        one
        for one in session.scalars(select(Grant))
        if one.granted > one.drawn and one.completed_on is None and (one.period_to or on) >= on
    ]
    return sorted(left, key=lambda one: (one.period_to or date.max, one.reference))
