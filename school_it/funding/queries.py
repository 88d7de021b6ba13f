"""Finding programmes, grants, decisions and receipts. Funding is the town's affair: seen as a whole or not at all."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from school_it.access import Actor, May
from school_it.database import portions
from school_it.errors import N_, BadValue, NotThere
from school_it.funding import rules
from school_it.funding.book import DrawdownState
from school_it.funding.models import Decision, Drawdown, Grant, Programme, Receipt
from school_it.schools.models import School

PROGRAMME_FIELDS = tuple(
    column.name
    for column in Programme.__table__.columns
    if column.name not in ("id", "version", "terms", "facts")
)
"""As the sheet has them; `terms` and `facts` come beside it."""
DECISION_FIELDS = (
    "title", "file_reference", "portal_number", "decision_date", "authority", "purpose", "early_start_from",
    "period_from", "period_to", "eligible", "granted", "third_party", "drawn", "proof_due", "remark",
)  # fmt: skip
RECEIPT_FIELDS = (
    "receipt_no", "category", "order_date", "invoice_date", "payment_date", "payee", "invoice_no", "subject",
    "quantity", "invoice_gross", "paid_amount", "invoice_total", "vat_non_eligible", "other_non_eligible",
    "eligible_requested", "eligible_recognised", "ledger_ref", "remark",
)  # fmt: skip

RECEIPT_AMOUNTS = (
    "invoice_gross", "paid_amount", "vat_non_eligible", "other_non_eligible", "eligible_requested",
    "eligible_recognised",
)  # fmt: skip


def must_see(by: Actor) -> None:
    if not by.may(May.SEE_FUNDING):
        raise NotThere(N_("Das gibt es hier nicht."))


# --- programmes ---


def programmes(session: Session, *, seen_by: Actor) -> Sequence[Programme]:
    """By code; nobody who may not see funding sees any."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    return session.scalars(all_programmes().order_by(Programme.code)).all()


def all_programmes() -> Select[Programme]:
    """Not ordered: `web.lists.slice_of` does that."""
    return select(Programme)


def get_programme(session: Session, ident: int, *, seen_by: Actor) -> Programme:
    """Raises NotThere."""
    must_see(seen_by)
    found = session.get(Programme, ident)
    if found is None:
        raise NotThere(N_("Dieses Programm gibt es hier nicht."))
    return found


def find_programme(session: Session, code: str) -> Programme | None:
    return session.scalar(select(Programme).where(Programme.code == code))


def programme_rows(session: Session) -> dict[str, dict[str, Any]]:
    """Every programme by its code, as plain values with its id: a town has dozens, not thousands."""
    table = Programme.__table__
    return {row.code: dict(row._mapping) for row in session.execute(select(table).order_by(table.c.code))}


# --- grants ---


_LATER = aliased(Decision)
_AMENDED = (
    select(_LATER.id)
    .where(
        func.coalesce(_LATER.amends_id, _LATER.id) == func.coalesce(Decision.amends_id, Decision.id),
        or_(
            _LATER.decision_date > Decision.decision_date,
            and_(_LATER.decision_date == Decision.decision_date, _LATER.id > Decision.id),
        ),
    )
    .exists()
)
"""A later decision on the same matter says how long it takes, also where that is shorter."""
LAST_DAY = func.max(case((_AMENDED, None), else_=Decision.period_to))
"""Of the decisions of a grant: as `Grant.period_to` has it."""

PERIODS = (
    select(
        Decision.grant_id,
        func.min(Decision.period_from).label("period_from"),
        LAST_DAY.label("period_to"),
        func.max(Decision.proof_due).label("proof_due"),
    )
    .group_by(Decision.grant_id)
    .subquery()
)
"""By grant: when its implementation begins and ends, and when the last proof of use is due."""


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


def grant_choices(session: Session) -> list[tuple[str, str]]:
    """Short sign, and what a list to choose from says of it; the newest first."""
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


@dataclass(frozen=True)
class GrantFacts:
    """What a receipt or a device has to know of its grant."""

    id: int
    reference: str
    programme: str
    window: rules.Window


def grant_facts(session: Session) -> dict[str, GrantFacts]:
    """By short sign; one statement for programmes and decisions together."""
    rows = (
        select(
            Grant.id, Grant.reference, Programme.code, Programme.start_event, Programme.earliest_start,
            LAST_DAY.label("period_to"),
            func.min(Decision.decision_date).label("decided_on"),
            func.min(Decision.early_start_from).label("early_start_from"),
        )
        .join(Programme, Programme.id == Grant.programme_id)
        .outerjoin(Decision, Decision.grant_id == Grant.id)
        .group_by(Grant.id, Grant.reference, Programme.code, Programme.start_event, Programme.earliest_start)
    )  # fmt: skip
    return {
        row.reference: GrantFacts(
            row.id,
            row.reference,
            row.code,
            rules.Window(
                row.start_event, row.earliest_start, row.period_to, row.decided_on, row.early_start_from
            ),
        )
        for row in session.execute(rows)
    }


@dataclass(frozen=True)
class Term:
    """How long the grant of a file reference binds what is paid from it."""

    earmark: rules.Earmark
    period_to: date | None
    completed_on: date | None = None


def terms(session: Session) -> dict[str, list[Term]]:
    """By file reference the terms of its grants; one statement."""
    last = PERIODS.c.period_to
    rows = (
        select(
            Decision.file_reference,
            last,
            Grant.completed_on,
            Programme.earmark_years,
            Programme.earmark_anchor,
            Programme.earmark_end_rule,
        )
        .join(Grant, Grant.id == Decision.grant_id)
        .join(Programme, Programme.id == Grant.programme_id)
        .join(PERIODS, PERIODS.c.grant_id == Grant.id)
    )
    found: dict[str, list[Term]] = defaultdict(list)
    for reference, period_to, completed_on, *said in session.execute(rows):
        found[reference].append(Term(rules.Earmark(*said), period_to, completed_on))
    return found


def programme_codes(session: Session) -> list[str]:
    return list(session.scalars(select(Programme.code).order_by(Programme.code)))


def file_references(session: Session) -> dict[str, list[str]]:
    """By our short sign of a grant the file references of its decisions."""
    rows = select(Grant.reference, Decision.file_reference).join(Decision, Decision.grant_id == Grant.id)
    found: dict[str, list[str]] = defaultdict(list)
    for reference, file_reference in session.execute(rows.order_by(Decision.file_reference)):
        found[reference].append(file_reference)
    return dict(found)


# --- the search ---

MANY = 20


def matching_grants(session: Session, text: str, *, seen_by: Actor) -> Sequence[Grant]:
    """Grants whose short sign, file reference, title or portal number holds the text; the newest signs first."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    columns = (Decision.file_reference, Decision.title, Decision.portal_number)
    decided = select(Decision.grant_id).where(or_(*(one.icontains(text, autoescape=True) for one in columns)))
    rows = select(Grant).where(or_(Grant.reference.icontains(text, autoescape=True), Grant.id.in_(decided)))
    return session.scalars(rows.order_by(Grant.reference.desc()).limit(MANY)).unique().all()


def matching_receipts(session: Session, text: str, *, seen_by: Actor) -> Sequence[Receipt]:
    """Receipts of this invoice, of this payee or for this subject; the last paid first."""
    if not seen_by.may(May.SEE_FUNDING):
        return []
    columns = (Receipt.invoice_no, Receipt.payee, Receipt.subject)
    rows = select(Receipt).where(or_(*(one.icontains(text, autoescape=True) for one in columns)))
    return session.scalars(rows.order_by(Receipt.payment_date.desc(), Receipt.id).limit(MANY)).all()


# --- receipts ---


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
