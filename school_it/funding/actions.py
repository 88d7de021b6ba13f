"""What is done with programmes, grants, decisions and receipts, by the same rules as in a file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, Sentence, refuse
from school_it.funding import bound, queries, rules
from school_it.funding.checking import left, reasons
from school_it.funding.checking.reasons import NOT_ASKED, Reason
from school_it.funding.intake import amounts, receipts
from school_it.funding.intake.grants import LESS_DRAWN
from school_it.funding.intake.programmes import DEFAULTS as PROGRAMME_DEFAULTS
from school_it.funding.intake.programmes import against_programme
from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.funding.programmes import compare, facts
from school_it.funding.programmes.shipped import Shipped
from school_it.money import shown
from school_it.schools.models import School

Faults = Sequence[tuple[str, Sentence]]
GRANT_FIELDS = ("reference", "programme", "rate", "completed_on", "managed_from", "proof_handed_in")


def _must_edit(by: Actor) -> None:
    by.must(May.EDIT_FUNDING, None)


# --- programmes ---


def add_programme(
    session: Session, values: Mapping[str, Any], *, because: str | None = None, by: Actor
) -> Programme:
    """With `terms` and `facts` where `values` names them; `because` says whence the values are. Raises Refused."""
    _must_edit(by)
    refuse([*_against_code(session, values, None), *against_programme(values)])
    whole = _with(PROGRAMME_DEFAULTS, values, queries.PROGRAMME_FIELDS)
    whole["terms"] = values.get("terms") or None
    whole["facts"] = values.get("facts") or (facts.entered({}, {}, whole, because) if because else None)
    programme = Programme(**whole)
    session.add(programme)
    audit.record(session, Action.PROGRAMME_ADDED, programme, by=by)
    return programme


def change_programme(
    session: Session,
    programme: Programme,
    values: Mapping[str, Any],
    *,
    because: str | None = None,
    version: int | None = None,
    by: Actor,
) -> None:
    """What `values` does not name stays; `because` says whence what is new in them is. Raises Refused, Stale."""
    _must_edit(by)
    expect_version(programme, version)
    whole = {**_values_of(programme, queries.PROGRAMME_FIELDS), **values}
    refuse([*_against_code(session, whole, programme), *against_programme(whole)])
    wanted = _with(PROGRAMME_DEFAULTS, whole, queries.PROGRAMME_FIELDS)
    wanted["terms"] = (values.get("terms") or None) if "terms" in values else programme.terms
    before = {**_values_of(programme, queries.PROGRAMME_FIELDS), "terms": programme.terms}
    wanted["facts"] = values.get("facts") or facts.entered(programme.facts, before, wanted, because) or None
    with bound.following(session, by=by):
        changes = audit.assign(programme, wanted, tuple(wanted))
        if changes:
            audit.record(session, Action.PROGRAMME_CHANGED, programme, by=by, changes=changes)


def take_over(
    session: Session, shipped: Shipped, chosen: frozenset[str], *, version: int | None = None, by: Actor
) -> Programme:
    """Add a programme that comes as a file, or take the `chosen` fields of it over. Raises Refused, Stale."""
    programme = queries.find_programme(session, shipped.code)
    taken = compare.taken(shipped, programme, chosen)
    if programme is not None:
        change_programme(session, programme, taken, version=version, by=by)
        return programme
    head = {"code": shipped.code, "title": shipped.title, "status": shipped.status}
    return add_programme(session, {**taken, **head}, by=by)


def _against_code(session: Session, values: Mapping[str, Any], own: Programme | None) -> Faults:
    other = queries.find_programme(session, values["code"])
    if other is None or other is own:
        return []
    return [
        ("code", Sentence(N_("Ein Programm mit diesem Kürzel gibt es schon: %(title)s."), title=other.title))
    ]


# --- grants and their decisions ---


def add_grant(
    session: Session,
    reference: str,
    programme: Programme,
    rate: Decimal | None,
    decision: Mapping[str, Any],
    *,
    reason: Reason = NOT_ASKED,
    by: Actor,
) -> Grant:
    """A grant with its first decision; without a rate that of the programme; `reason` as in `add_receipt`.

    Raises Refused.
    """
    _must_edit(by)
    if queries.find_grant(session, reference) is not None:
        refuse([("reference", Sentence(N_("Eine Zuwendung mit diesem Kennzeichen gibt es schon.")))])
    rate = rate if rate is not None else programme.rate
    values = _granted_by_rule(decision, programme, rate)
    grant = Grant(reference=reference, programme=programme, rate=rate)
    session.add(grant)
    audit.record(session, Action.GRANT_ADDED, grant, by=by)
    _add_decision(session, grant, values, reason=reason, by=by)
    return grant


def change_grant(
    session: Session,
    grant: Grant,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Actor,
) -> None:
    """Of `GRANT_FIELDS` what `values` names; an empty rate is that of the programme, and amounts computed of the old
    rate follow the new. Raises Refused, Stale."""
    _must_edit(by)
    expect_version(grant, version)
    whole = {**_values_of(grant, GRANT_FIELDS), **values}
    if queries.find_grant(session, whole["reference"]) not in (None, grant):
        refuse([("reference", Sentence(N_("Eine Zuwendung mit diesem Kennzeichen gibt es schon.")))])
    programme: Programme = whole.pop("programme")
    rate = whole["rate"] if whole["rate"] is not None else programme.rate
    for decision in grant.decisions:
        before = {"eligible": decision.eligible, "granted": decision.granted, "rate": grant.rate}
        amount = amounts.recomputed(before, {**before, "rate": rate})
        if amount != decision.granted:
            changes = audit.assign(decision, {"granted": amount}, ("granted",))
            audit.record(session, Action.DECISION_CHANGED, decision, by=by, changes=changes)
    wanted = {"reference": whole["reference"], "programme_id": programme.id, **whole, "rate": rate}
    with bound.following(session, by=by):
        changes = audit.assign(grant, wanted, tuple(wanted))
        if changes:
            audit.record(session, Action.GRANT_CHANGED, grant, by=by, changes=changes)
            session.expire(grant, ["programme"])


def hand_in_proof(session: Session, grant: Grant, *, on: date, by: Actor) -> None:
    """The proof of use went to the authority on that day; a day that is known already stays."""
    _must_edit(by)
    if grant.proof_handed_in is None:
        changes = audit.assign(grant, {"proof_handed_in": on}, ("proof_handed_in",))
        audit.record(session, Action.GRANT_CHANGED, grant, by=by, changes=changes)


def add_decision(
    session: Session, grant: Grant, values: Mapping[str, Any], *, reason: Reason = NOT_ASKED, by: Actor
) -> Decision:
    """`reason` as in `add_receipt`. Raises Refused."""
    _must_edit(by)
    refuse(_against_file_reference(grant, values, None))
    whole = _granted_by_rule(values, grant.programme, grant.rate)
    return _add_decision(session, grant, whole, reason=reason, by=by)


def _add_decision(
    session: Session, grant: Grant, values: Mapping[str, Any], *, reason: Reason = NOT_ASKED, by: Actor
) -> Decision:
    warnings = _decision_warnings(session, grant, values, None, reason)
    with bound.following(session, by=by):
        decision = Decision(**{name: values.get(name) for name in queries.DECISION_FIELDS})
        grant.decisions.append(decision)
        audit.record(session, Action.DECISION_ADDED, decision, by=by)
    reasons.keep(session, grant, decision, warnings, reason, by=by)
    return decision


def change_decision(
    session: Session,
    decision: Decision,
    values: Mapping[str, Any],
    *,
    reason: Reason = NOT_ASKED,
    version: int | None = None,
    by: Actor,
) -> None:
    """An empty granted amount is computed; `reason` as in `add_receipt`. Raises Refused, Stale."""
    _must_edit(by)
    expect_version(decision, version)
    whole = {**_values_of(decision, queries.DECISION_FIELDS), **values}
    refuse(
        [*_against_file_reference(decision.grant, whole, decision), *_against_drawn(session, decision, whole)]
    )
    wanted = _granted_by_rule(whole, decision.grant.programme, decision.grant.rate)
    warnings = _decision_warnings(session, decision.grant, wanted, decision, reason)
    with bound.following(session, by=by):
        changes = audit.assign(decision, wanted, queries.DECISION_FIELDS)
        if changes:
            audit.record(session, Action.DECISION_CHANGED, decision, by=by, changes=changes)
    reasons.keep(session, decision.grant, decision, warnings, reason, by=by)


def _decision_warnings(
    session: Session, grant: Grant, whole: Mapping[str, Any], own: Decision | None, reason: Reason
) -> list[left.Warned]:
    """What warns of the decision as it would be stored, where somebody is asked. Raises Refused without a reason."""
    if reason is NOT_ASKED:
        return []
    room = left.of_programme(session, grant.programme, but=own)
    if own is not None and own.amends_id is not None:
        room = replace(room, minimum=None)  # an amendment says what it adds
    found = list(left.against_decision(room, whole))
    reasons.refuse_without(found, reason)
    return found


def _against_file_reference(grant: Grant, values: Mapping[str, Any], own: Decision | None) -> Faults:
    others = {one.file_reference for one in grant.decisions if one is not own}
    if values["file_reference"] not in others:
        return []
    return [
        ("file_reference", Sentence(N_("Dieses Aktenzeichen hat schon ein anderer Bescheid der Zuwendung.")))
    ]


def _against_drawn(session: Session, decision: Decision, values: Mapping[str, Any]) -> Faults:
    """What was drawn is at least what the draw-downs say that came in."""
    known = queries.paid_out(session, [decision.id]).get(decision.id, rules.NOTHING)
    if (values.get("drawn") or rules.NOTHING) >= known:
        return []
    return [("drawn", Sentence(LESS_DRAWN, amount=shown(known)))]


def _granted_by_rule(values: Mapping[str, Any], programme: Programme, rate: Decimal | None) -> dict[str, Any]:
    """The decision with its amount, computed by F01 where it is empty."""
    whole = dict(values)
    rate = rate if rate is not None else programme.rate
    if whole.get("granted") is None:
        against = amounts.without_amount(programme.financing, rate)
        refuse([against] if against else [])
        whole["granted"] = rules.granted(whole["eligible"], rate or rules.NOTHING)
    return whole


# --- receipts ---


def add_receipt(
    session: Session,
    grant: Grant,
    school: School,
    values: Mapping[str, Any],
    *,
    together: Collection[int] = (),
    reason: Reason = NOT_ASKED,
    by: Actor,
) -> Receipt:
    """`together`: receipts of the same invoice that change with it, judged by the caller (F22).

    `reason` is that of `checking.reasons`. Raises Refused.
    """
    _must_edit(by)
    whole = _judged(session, grant, school, values, None, together)
    warnings = _warnings(session, grant, school, whole, None, reason)
    receipt = Receipt(
        grant=grant, school=school, **{name: whole.get(name) for name in queries.RECEIPT_FIELDS}
    )
    session.add(receipt)
    audit.record(session, Action.RECEIPT_ADDED, receipt, by=by)
    reasons.keep(session, grant, receipt, warnings, reason, by=by)
    return receipt


def change_receipt(
    session: Session,
    receipt: Receipt,
    school: School,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    together: Collection[int] = (),
    reason: Reason = NOT_ASKED,
    by: Actor,
) -> None:
    """An empty eligible part is computed; `together` and `reason` as in `add_receipt`. Raises Refused, Stale."""
    _must_edit(by)
    expect_version(receipt, version)
    whole = _judged(
        session,
        receipt.grant,
        school,
        {**_values_of(receipt, queries.RECEIPT_FIELDS), **values},
        receipt,
        together,
    )
    warnings = _warnings(session, receipt.grant, school, whole, receipt, reason)
    wanted = {**whole, "school_id": school.id}
    changes = audit.assign(receipt, wanted, (*queries.RECEIPT_FIELDS, "school_id"))
    if changes:
        audit.record(session, Action.RECEIPT_CHANGED, receipt, by=by, changes=changes)
        session.expire(receipt, ["school"])
    reasons.keep(session, receipt.grant, receipt, warnings, reason, by=by)


def _warnings(
    session: Session,
    grant: Grant,
    school: School,
    whole: Mapping[str, Any],
    own: Receipt | None,
    reason: Reason,
) -> list[left.Warned]:
    """What warns of the receipt as it would be stored, where somebody is asked. Raises Refused without a reason."""
    if reason is NOT_ASKED:
        return []
    room = left.of_grant(session, grant, but=own)
    found = list(left.against_receipt(room, whole, school.id, school.school_type))
    reasons.refuse_without(found, reason)
    return found


def remove_receipt(session: Session, receipt: Receipt, *, by: Actor) -> None:
    """A receipt that was entered by mistake; the trail keeps what it said."""
    _must_edit(by)
    audit.record(session, Action.ROW_REMOVED, receipt, by=by, changes=audit.whole(receipt, gone=True))
    session.delete(receipt)


def _judged(
    session: Session,
    grant: Grant,
    school: School,
    values: Mapping[str, Any],
    own: Receipt | None,
    together: Collection[int] = (),
) -> dict[str, Any]:
    """The receipt as it would be stored. Raises Refused with everything that is wrong with it."""
    said = {name: value for name, value in values.items() if value is not None}
    whole = receipts.completed({**said, "grant": grant.reference, "school_number": school.school_number})
    whole["category"] = rules.item_meant(whole["category"], grant.programme.items or ())
    other = queries.find_receipt(session, grant, whole["receipt_no"])
    faults = (
        [] if other in (None, own) else [("receipt_no", Sentence(N_("Diese Beleg-Nr. gibt es hier schon.")))]
    )
    faults += receipts.against_receipt(whole, queries.grant_facts(session)[grant.reference])
    faults += _double_funding(session, whole, {*together, own.id} if own else set(together))
    refuse(faults)
    return whole


def _double_funding(session: Session, values: Mapping[str, Any], but: Collection[int]) -> Faults:
    stored = queries.receipt_rows_of_invoices(session, [values["invoice_no"]])
    others = [
        receipts.as_part(one)
        for one in stored
        if receipts.invoice_of(one) == receipts.invoice_of(values) and one["id"] not in but
    ]
    return list(rules.Invoice([receipts.as_part(values), *others]).against(0))


def _values_of(thing: Any, fields: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in fields}


def _with(defaults: Mapping[str, Any], values: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The fields, with the usual value where one is empty that may not be."""
    return {name: defaults.get(name) if values.get(name) is None else values[name] for name in fields}
