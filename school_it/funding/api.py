"""The API of funding: programmes, grants with their decisions and figures, and receipts; to be read only."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import fields

from school_it.access import May, current, needs
from school_it.database import HIGHEST_ID, db, today
from school_it.errors import N_, NotThere
from school_it.funding import checking, listing, queries, rules, standing
from school_it.funding.book import CHANGE_STATES, DECISION_KINDS
from school_it.funding.decisions import change_requests
from school_it.funding.models import ChangeRequest, Decision, Grant, Programme, Receipt
from school_it.schools import queries as school_queries
from school_it.web import lists, said
from school_it.web.api import Blueprint, cursor_of, page_of
from school_it.web.shapes import Day, Listing, Money, Shape, Word, filter_text, list_of, one_of

api = Blueprint("funding")
SHARE = "A share from 0 to 1, exact, as text."


class Share(fields.Field[Decimal]):
    """A share as text, such as ``"0.9"``."""

    def _serialize(self, value: Decimal | None, attr: Any, obj: Any, **_more: Any) -> str | None:
        return None if value is None else f"{value.normalize():f}"


def _share() -> Share:
    return Share(required=True, allow_none=True, dump_only=True, metadata={"description": SHARE})


def _money(*, known: bool = False) -> Money:
    return Money(required=True, allow_none=not known, dump_only=True)


def _codes() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)


class ProgrammeShape(Shape):
    code = fields.String(required=True)
    title = fields.String(required=True)
    directive = fields.String(required=True, allow_none=True)
    status = Word(rules.STATUSES, required=True)
    valid_from = Day(required=True, allow_none=True)
    valid_to = Day(required=True, allow_none=True)
    financing = Word(rules.FINANCINGS, required=True, allow_none=True)
    rate = _share()
    unit_cap = _money()
    cap_basis = Word(rules.CAP_BASES, required=True, allow_none=True)
    budget = _money()
    earliest_start = Day(required=True, allow_none=True)
    start_event = Word(rules.START_EVENTS, required=True)
    application_deadline = Day(required=True, allow_none=True)
    implementation_end = Day(required=True, allow_none=True)
    last_drawdown = Day(required=True, allow_none=True)
    final_settlement = Day(required=True, allow_none=True)
    earmark_years = fields.Integer(required=True, allow_none=True)
    earmark_anchor = Word(rules.ANCHORS, required=True, allow_none=True)
    earmark_end_rule = Word(rules.END_RULES, required=True, allow_none=True)
    items = _codes()
    cap_items = _codes()
    cap_share = _share()
    cap_school = _money()
    excluded = _codes()
    proof_months = fields.Integer(required=True, allow_none=True)
    retention_years = fields.Integer(required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class DecisionShape(Shape):
    """A decision; the amounts of one that changes another are what it adds, or takes away."""

    file_reference = fields.String(required=True)
    kind = Word(DECISION_KINDS, required=True)
    amends = fields.String(
        required=True, allow_none=True, metadata={"description": "The file reference it changes."}
    )
    title = fields.String(required=True, allow_none=True)
    portal_number = fields.String(required=True, allow_none=True)
    decision_date = Day(required=True)
    authority = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True, allow_none=True)
    early_start_from = Day(required=True, allow_none=True)
    period_from = Day(required=True, allow_none=True)
    period_to = Day(required=True)
    eligible = _money(known=True)
    granted = _money(known=True)
    third_party = _money()
    drawn = _money()
    proof_due = Day(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)


class GrantShape(Shape):
    reference = fields.String(required=True)
    programme = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    rate = _share()
    stage = Word(listing.STAGES, required=True)
    eligible = _money(known=True)
    granted = _money(known=True)
    third_party = _money(known=True)
    drawn = _money(known=True)
    period_from = Day(required=True, allow_none=True)
    period_to = Day(required=True, allow_none=True)
    proof_due = Day(required=True, allow_none=True)
    proof_handed_in = Day(required=True, allow_none=True)
    earmark_end = Day(required=True, allow_none=True)
    decisions = fields.List(fields.Nested(DecisionShape), required=True)
    version = fields.Integer(required=True)


class FiguresShape(Shape):
    """Those of the proof of use; null where a figure cannot be computed."""

    eligible_planned = _money(known=True)
    granted = _money(known=True)
    own_share_planned = _money(known=True)
    paid_total = _money(known=True)
    eligible_actual = _money(known=True)
    grant_final = _money()
    third_party = _money(known=True)
    own_share_actual = _money()
    drawn = _money(known=True)
    still_due = _money()
    repay = _money()
    earmark_end = Day(required=True, allow_none=True)


class CheckShape(Shape):
    rule = fields.String(required=True)
    holds = fields.Boolean(required=True)
    severity = fields.String(required=True, metadata={"enum": [one.value for one in checking.Severity]})
    sentence = fields.String(required=True)


class ChangeLineShape(Shape):
    """A funding item: the plan as it was on that day, and as it was asked for."""

    category = fields.String(required=True)
    old_total = _money(known=True)
    old_eligible = _money(known=True)
    new_total = _money(known=True)
    new_eligible = _money(known=True)


class ChangeRequestShape(Shape):
    """What the town asked to have changed of a decision, and what came of it."""

    file_reference = fields.String(required=True, metadata={"description": "Of the decision."})
    number = fields.Integer(
        required=True, metadata={"description": "The first, the second of that decision."}
    )
    state = Word(CHANGE_STATES, required=True)
    requested_on = Day(required=True)
    reason = fields.String(required=True)
    period_to = Day(
        required=True, allow_none=True, metadata={"description": "The end that is asked for; null: as it is."}
    )
    drawn = Money(required=True, dump_only=True, metadata={"description": "What was drawn by that day."})
    lines = fields.List(fields.Nested(ChangeLineShape), required=True)
    answered_on = Day(required=True, allow_none=True)
    answered_by = fields.String(
        required=True, allow_none=True, metadata={"description": "The decision that granted it."}
    )
    remark = fields.String(required=True, allow_none=True)


class GrantWithFiguresShape(GrantShape):
    receipts = fields.Integer(required=True, metadata={"description": "How many receipts it has."})
    change_requests = fields.List(
        fields.Nested(ChangeRequestShape), required=True, metadata={"description": "The newest first."}
    )
    figures = fields.Nested(FiguresShape, required=True)
    checks = fields.List(fields.Nested(CheckShape), required=True)


class ReceiptShape(Shape):
    id = fields.Integer(required=True)
    receipt_no = fields.String(required=True)
    grant = fields.String(required=True)
    category = fields.String(required=True)
    school_number = fields.String(required=True)
    order_date = Day(required=True)
    invoice_date = Day(required=True)
    payment_date = Day(required=True)
    payee = fields.String(required=True)
    invoice_no = fields.String(required=True)
    subject = fields.String(required=True)
    quantity = fields.Integer(required=True)
    invoice_gross = _money(known=True)
    paid_amount = _money(known=True)
    invoice_total = _money()
    vat_non_eligible = _money(known=True)
    other_non_eligible = _money(known=True)
    eligible_requested = _money(known=True)
    eligible_recognised = _money()
    ledger_ref = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True)


class GrantListing(Listing):
    q = filter_text("In the short sign, a file reference or a title.")
    programme = filter_text("The code of the programme.")
    stage = one_of(listing.Stage, "Where the grant stands.")


class ReceiptListing(Listing):
    grant = filter_text("The short sign of the grant.")
    category = filter_text("The funding item.")
    school = filter_text("School number.")
    q = filter_text("In number, payee, invoice, subject or funding item.")


# --- programmes ---


@api.get("/programmes")
@needs(May.SEE_FUNDING)
@api.asks(Listing)
@api.answers(list_of(ProgrammeShape, "ProgrammeList"))
def programmes(asked: dict[str, Any]) -> Any:
    """The funding programmes, by code."""
    queries.must_see(current())
    table = Programme.__table__.c
    found = lists.slice_of(
        db.session(),
        queries.all_programmes(),
        key=table.code,
        ident=table.id,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    return page_of(found, lambda row: _programme(row[0]))


@api.get("/programmes/<path:code>")
@needs(May.SEE_FUNDING)
@api.answers(ProgrammeShape, versioned=True)
def programme(code: str) -> Any:
    """One programme."""
    queries.must_see(current())
    found = queries.find_programme(db.session(), code)
    if found is None:
        raise NotThere(N_("Dieses Programm gibt es hier nicht."))
    return _programme(found)


def _programme(found: Programme) -> Mapping[str, Any]:
    told = {name: getattr(found, name) for name in ("version", *ProgrammeShape().fields)}
    return {**told, **{name: list(told[name] or ()) for name in ("items", "cap_items", "excluded")}}


# --- grants ---


@api.get("/grants")
@needs(May.SEE_FUNDING)
@api.asks(GrantListing)
@api.answers(list_of(GrantShape, "GrantList"))
def grants(asked: dict[str, Any]) -> Any:
    """The grants with their decisions, by short sign."""
    stage, table = asked["stage"], Grant.__table__.c
    wish = listing.Wish(asked["q"] or "", asked["programme"] or "", listing.Stage(stage) if stage else None)
    found = lists.slice_of(
        db.session(),
        listing.grants(wish, seen_by=current(), today=today()),
        key=table.reference,
        ident=table.id,
        cursor=cursor_of(asked),
        size=asked["limit"],
    )
    return page_of(found, lambda row: _grant(row[0]))


@api.get("/grants/<path:reference>")
@needs(May.SEE_FUNDING)
@api.answers(GrantWithFiguresShape, versioned=True)
def grant(reference: str) -> Any:
    """One grant with the figures of its proof of use and the rules that it was held against."""
    session = db.session()
    found = queries.get_grant_called(session, reference, seen_by=current())
    stands = standing.overview(session, found)
    looked_at = [
        {"rule": one.rule, "holds": one.holds, "severity": one.severity.value, "sentence": said(one.sentence)}
        for one in stands.checks
    ]
    return {
        **_grant(found),
        "receipts": stands.receipts,
        "change_requests": [_change(one) for one in change_requests.of_grant(session, found)],
        "figures": stands.figures.by_name(),
        "checks": looked_at,
    }


def _grant(found: Grant) -> dict[str, Any]:
    computed = [name for name in GrantShape().fields if name not in ("programme", "stage", "decisions")]
    return {
        **{name: getattr(found, name) for name in computed},
        "programme": found.programme.code,
        "stage": listing.stage_of(found, today()),
        "decisions": [_decision(found, one) for one in found.decisions],
    }


def _decision(grant: Grant, found: Decision) -> dict[str, Any]:
    amends = next((one.file_reference for one in grant.decisions if one.id == found.amends_id), None)
    return {
        **{name: getattr(found, name) for name in DecisionShape().fields if name != "amends"},
        "amends": amends,
    }


def _change(found: ChangeRequest) -> dict[str, Any]:
    own = [name for name in ChangeRequestShape().fields if name not in ("file_reference", "answered_by")]
    return {
        **{name: getattr(found, name) for name in own},
        "file_reference": found.decision.file_reference,
        "answered_by": found.answer.file_reference if found.answer else None,
    }


# --- receipts ---


@api.get("/receipts")
@needs(May.SEE_FUNDING)
@api.asks(ReceiptListing)
@api.answers(list_of(ReceiptShape, "ReceiptList"))
def receipts(asked: dict[str, Any]) -> Any:
    """The receipts, in the order in which they were entered."""
    session = db.session()
    queries.must_see(current())
    wish = listing.ReceiptWish(
        text=asked["q"] or "", item=asked["category"] or "", school_id=_school_id(asked["school"])
    )
    rows = listing.receipts_of_all(wish)
    if asked["grant"]:
        rows = rows.where(
            Receipt.grant_id == queries.get_grant_called(session, asked["grant"], seen_by=current()).id
        )
    ident = Receipt.__table__.c.id
    found = lists.slice_of(
        session, rows, key=ident, ident=ident, cursor=cursor_of(asked), size=asked["limit"]
    )
    return page_of(found, lambda row: _receipt(row[0]))


@api.get(f"/receipts/<int(max={HIGHEST_ID}):ident>")
@needs(May.SEE_FUNDING)
@api.answers(ReceiptShape, versioned=True)
def receipt(ident: int) -> Any:
    """One receipt."""
    return _receipt(queries.get_receipt(db.session(), ident, seen_by=current()))


def _school_id(number: str | None) -> int | None:
    if not number:
        return None
    return school_queries.get_school(db.session(), number, seen_by=current()).id


def _receipt(found: Receipt) -> dict[str, Any]:
    own = [name for name in ReceiptShape().fields if name not in ("grant", "school_number")]
    return {
        **{name: getattr(found, name) for name in own},
        "grant": found.grant.reference,
        "school_number": found.school.school_number,
    }
