"""Share one invoice over several grants: look first, then keep. Works without any script."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import cells
from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.errors import N_, BadValue, Refused, SchoolItError
from school_it.funding import queries as funding_queries
from school_it.funding.checking import reasons
from school_it.procurement import queries, rules, sharing
from school_it.procurement.forms import OWN_MONEY, share_form
from school_it.procurement.models import Invoice
from school_it.procurement.rules import How
from school_it.procurement.sharing import Outlook, Wanted
from school_it.procurement.views.blueprint import bp
from school_it.procurement.views.trying import digest, receipts_told, tried
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page, said
from school_it.web.fields import show_refusal, status_of

SPARE_ROWS, MOST_ROWS = 1, 100


@bp.route("/invoices/<int:ident>/share", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def share(ident: int) -> Any:
    session = db.session()
    found = queries.get_invoice(session, ident, seen_by=current())
    stored = _stored(found) or sharing.proposal(found)
    rows = _posted_rows(found) if request.method == "POST" else _rows(found, stored)
    schools = [(str(one.id), one.label) for one in school_queries.schools(session, seen_by=current())]
    form = share_form(found, rows, queries.grants(session), schools, data=_data(found, stored, rows))
    seen: dict[str, Any] = {}
    if form.validate_on_submit():
        try:
            wanted = _wanted(form, found, rows)

            def look(writing: Session) -> dict[str, Any]:
                invoice = queries.get_invoice(writing, ident, seen_by=current())
                come = sharing.share(writing, invoice, wanted, version=form.seen_version, by=current())
                told = _told(writing, invoice, come)
                return {**told, "warnings": _warnings(writing, invoice, come) if told["keepable"] else []}

            seen = tried(look)
            if request.form.get("step") == "keep":
                _expect_seen(form, seen)
                with transaction() as writing:
                    invoice = queries.get_invoice(writing, ident, seen_by=current())
                    come = sharing.share(writing, invoice, wanted, version=form.seen_version, by=current())
                    sharing.accept(writing, invoice, come, reason=form.reason.data, by=current())
                flash_done(_("Die Rechnung ist aufgeteilt."))
                return redirect(url_for(".invoice", ident=ident))
        except SchoolItError as problem:
            show_refusal(form, problem)
    elif request.method == "GET":
        seen = _first_look(session, found)
    if seen:
        form.seen.raw_data, form.seen.data = None, digest(seen)
    return page(
        "procurement/share.html",
        status_of(form),
        form=form,
        invoice=found,
        rows=rows,
        seen=seen,
        looked=request.method == "POST" and bool(seen),
        kinds=rules.How,
    )


def _expect_seen(form: Any, seen: dict[str, Any]) -> None:
    if form.seen.data != digest(seen):
        raise BadValue(
            N_("Seit dem letzten Rechnen hat sich etwas geändert. Bitte das Ergebnis noch einmal ansehen.")
        )


def _first_look(session: Session, found: Invoice) -> dict[str, Any]:
    return _told(session, found, sharing.outlook(session, found)) if _stored(found) else {}


def _stored(found: Invoice) -> list[Wanted]:
    return [
        Wanted(
            line.id, one.how, one.value, one.grant_id, one.school_id, one.category, one.vat_non_eligible,
            one.other_non_eligible,
        )
        for line in found.lines
        for one in line.shares
    ]  # fmt: skip


def _rows(found: Invoice, stored: list[Wanted]) -> dict[int, int]:
    """How many rows each line has: those that are there, and a spare one."""
    return {line.id: sum(one.line_id == line.id for one in stored) + SPARE_ROWS for line in found.lines}


def _posted_rows(found: Invoice) -> dict[int, int]:
    """As many as came, and one more where all of a line are in use."""
    rows = {}
    for line in found.lines:
        came = [value for name, value in request.form.items() if name.startswith(f"grant_{line.id}_")]
        rows[line.id] = min(len(came) + (1 if all(came) else 0), MOST_ROWS)
    return rows


def _data(found: Invoice, stored: list[Wanted], rows: dict[int, int]) -> dict[str, Any]:
    values: dict[str, Any] = {"version": found.version}
    for line in found.lines:
        own = [one for one in stored if one.line_id == line.id]
        usual = own[0] if own else None
        for place in range(rows[line.id]):
            key = f"{line.id}_{place}"
            one = own[place] if place < len(own) else None
            values[f"how_{key}"] = one.how if one else How.QUANTITY
            if one is not None:
                values |= {
                    f"grant_{key}": str(one.grant_id) if one.grant_id else OWN_MONEY,
                    f"value_{key}": _value_text(one),
                    f"vat_{key}": one.vat_non_eligible or None,
                    f"other_{key}": one.other_non_eligible or None,
                }
            like = one or usual
            if like is not None:
                values |= {f"school_{key}": like.school_id, f"item_{key}": like.category}
    return values


def _value_text(one: Wanted) -> str | None:
    if one.value is None:
        return None
    if one.how is How.PERCENT:
        return cells.show_percent(one.value)
    return f"{one.value.normalize():f}".replace(".", ",")


def _wanted(form: Any, found: Invoice, rows: dict[int, int]) -> list[Wanted]:
    """The rows that name who bears them. Raises Refused for a value that cannot be read."""
    wanted, faults = [], []
    for line in found.lines:
        for place in range(rows[line.id]):
            key = f"{line.id}_{place}"
            who = form[f"grant_{key}"].data
            if who is None:
                continue
            how = form[f"how_{key}"].data or How.REST
            try:
                value = _value(how, form[f"value_{key}"].data)
            except BadValue as fault:
                faults.append((f"value_{key}", fault.sentence))
                continue
            wanted.append(
                Wanted(
                    line.id, how, value, None if who == OWN_MONEY else whole_number(who),
                    form[f"school_{key}"].data, form[f"item_{key}"].data,
                    form[f"vat_{key}"].data or rules.NOTHING, form[f"other_{key}"].data or rules.NOTHING,
                )
            )  # fmt: skip
    if faults:
        raise Refused(faults)
    return wanted


_READERS: dict[How, Any] = {
    How.QUANTITY: cells.read_integer,
    How.PERCENT: cells.read_percent,
    How.AMOUNT: cells.read_euro,
}


def _value(how: How, text: str | None) -> Decimal | None:
    if how is How.REST:
        return None
    value = _READERS[how](text) if text else None
    if value is None:
        raise BadValue(N_("Bitte sagen, wie viel: Stück, Prozent oder Betrag. Oder »Rest der Zeile« wählen."))
    return Decimal(value)


def _told(session: Session, invoice: Invoice, come: Outlook) -> dict[str, Any]:
    """What the shares come to in plain values: by line, by grant, the receipts, what stands against it."""
    by_line = {
        line.id: [
            {
                "grant": one.grant.reference if one.grant else None,
                "gross": one.gross,
                "paid": one.paid,
                "n": one.quantity,
            }
            for one in line.shares
        ]
        for line in invoice.lines
    }  # fmt: skip
    own = sum((one.paid for line in invoice.lines for one in line.shares if one.grant is None), rules.NOTHING)
    left = sum(come.left.values(), rules.NOTHING)
    return {
        "lines": by_line,
        "left": {ident: amount for ident, amount in come.left.items() if amount},
        "left_in_all": left,
        "own": own,
        "receipts": receipts_told(come.receipts),
        "grants": _budgets(session, invoice, come),
        "faults": [said(sentence) for _field, sentence in come.faults],
        "unpaid": invoice.paid_on is None,
        "keepable": not left and not come.faults and not any(one.faults for one in come.receipts),
    }


def _warnings(session: Session, invoice: Invoice, come: Outlook) -> list[str]:
    """What would ask for a reason if this were kept; to be called where all is taken back afterwards."""
    try:
        sharing.accept(session, invoice, come, reason=None, by=current())
    except Refused as problem:
        return [
            said(sentence)
            for field, sentence in problem.faults
            if field == "reason" and sentence.text != reasons.PLEASE
        ]
    return []


def _budgets(session: Session, invoice: Invoice, come: Outlook) -> list[dict[str, Any]]:
    """For each grant of the invoice: decided, asked for elsewhere, by this invoice, and what is left of it."""
    asked: dict[int, Decimal] = {}
    grants = {one.grant.id: one.grant for one in come.receipts}
    for line in invoice.lines:
        for one in line.shares:
            if one.grant is not None:
                grants[one.grant.id] = one.grant
                eligible = one.paid - one.vat_non_eligible - one.other_non_eligible
                asked[one.grant.id] = asked.get(one.grant.id, rules.NOTHING) + eligible
    sums = funding_queries.receipt_sums(session, list(grants))
    own = queries.receipts_of(session, [invoice])
    told = []
    for ident, grant in sorted(grants.items()):
        here = sum((one.eligible_requested for one in own if one.grant_id == ident), rules.NOTHING)
        _n, _paid, eligible = sums.get(ident, (0, rules.NOTHING, rules.NOTHING))
        elsewhere, now = eligible - here, asked.get(ident, rules.NOTHING)
        told.append(
            {
                "grant": grant.reference, "grant_id": ident, "decided": grant.eligible, "elsewhere": elsewhere,
                "here": now, "left": grant.eligible - elsewhere - now,
            }
        )  # fmt: skip
    return told
