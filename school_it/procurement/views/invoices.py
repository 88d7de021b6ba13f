"""Pages of invoices. A change that reaches receipts is shown before it happens."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.errors import N_, Refused, RuleBroken, Sentence
from school_it.procurement import borne, invoicing, pricing, queries, rules, sharing, story
from school_it.procurement.forms import ConfirmForm, invoice_form, line_keys
from school_it.procurement.invoicing import Line
from school_it.procurement.models import Invoice, Order
from school_it.procurement.views.blueprint import bp
from school_it.procurement.views.trying import digest, receipts_told, tried
from school_it.web import flash_done, page, said
from school_it.web.fields import refusals_in, status_of


@bp.get("/invoices/<int:ident>")
@needs(May.SEE_PROCUREMENT)
def invoice(ident: int) -> Any:
    session = db.session()
    found = queries.get_invoice(session, ident, seen_by=current())
    seen = sharing.outlook(session, found)
    bearing = borne.bearing(session, found)
    return page(
        "procurement/invoice.html",
        invoice=found,
        paid=pricing.paid_by_line(found),
        left=sum(seen.left.values(), rules.NOTHING),
        shared=any(line.shares for line in found.lines),
        receipts=queries.receipts_of(session, [found]),
        elsewhere=[said(one) for one in bearing.told()],
        to_move=[
            (grant_id, len(devices), bearing.grants[grant_id].reference if grant_id else _("eigene Mittel"))
            for grant_id, devices in bearing.to_move().items()
        ],
        events=story.of_things(session, [found]),
    )


@bp.route("/orders/<int:ident>/invoice", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def new_invoice(ident: int) -> Any:
    session = db.session()
    order = queries.get_order(session, ident, seen_by=current())
    form = invoice_form(order, None, data=_proposed(session, order))
    if form.validate_on_submit():
        made_id = 0
        with refusals_in(form):
            lines = _lines_of(form, order, None)
            with transaction() as writing:
                changing = queries.get_order(writing, ident, seen_by=current())
                made = invoicing.add_invoice(writing, changing, _header(form), lines, by=current())
                writing.flush()
                made_id = made.id
        if not form.errors:
            flash_done(_("Die Rechnung ist eingetragen. Als Nächstes: auf Zuwendungen aufteilen."))
            return redirect(url_for(".invoice", ident=made_id))
    return _edit_page(form, order, None)


@bp.route("/invoices/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def edit_invoice(ident: int) -> Any:
    session = db.session()
    found = queries.get_invoice(session, ident, seen_by=current())
    order = found.order
    form = invoice_form(order, found, data=_stored(found))
    outcome: list[dict[str, Any]] = []
    if form.validate_on_submit():
        with refusals_in(form):
            lines = _lines_of(form, order, found)

            def change(writing: Session) -> list[dict[str, Any]]:
                changing = queries.get_invoice(writing, ident, seen_by=current())
                done = invoicing.change_invoice(
                    writing, changing, _header(form), lines, version=form.seen_version, by=current()
                )
                return receipts_told([one for one in done if one.what != "same"])

            outcome = tried(change)
            if not outcome or form.seen.data == digest(outcome):
                with transaction() as writing:
                    change(writing)
                flash_done(_("Gespeichert."))
                return redirect(url_for(".invoice", ident=ident))
            form.seen.raw_data, form.seen.data = None, digest(outcome)
    return _edit_page(form, order, found, outcome)


def _edit_page(form: Any, order: Order, found: Invoice | None, outcome: Any = ()) -> Any:
    return page(
        "procurement/invoice_edit.html",
        status_of(form),
        form=form,
        order=order,
        invoice=found,
        keys=line_keys(order, found),
        lines={f"o{line.id}": line for line in order.lines},
        outcome=outcome,
    )


@bp.route("/invoices/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def remove_invoice(ident: int) -> Any:
    session = db.session()
    found = queries.get_invoice(session, ident, seen_by=current())
    form, order_id = ConfirmForm(), found.order_id
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            going = queries.get_invoice(writing, ident, seen_by=current())
            invoicing.remove_invoice(writing, going, by=current())
        if not form.errors:
            flash_done(_("Die Rechnung ist entfernt. Der Verlauf behält, was sie sagte."))
            return redirect(url_for(".order", ident=order_id))
    receipts = len(queries.receipt_ids(session, found))
    if receipts and not form.errors:
        raise RuleBroken(
            N_("Aus dieser Rechnung sind Belege entstanden. Bitte zuerst die Aufteilung leeren.")
        )
    return page(
        "procurement/confirm.html",
        status_of(form),
        form=form,
        title=_("Rechnung entfernen"),
        sentence=_("Die Rechnung %(number)s wird entfernt.", number=found.invoice_no),
        consequences=[_("Die Preise, die Geräte aus ihr haben, werden leer.")],
        word=_("Entfernen"),
        order=found.order,
        back=url_for(".invoice", ident=ident),
    )


def _header(form: Any) -> dict[str, Any]:
    return {name: form[name].data or None for name in invoicing.FIELDS if name != "discount"} | {
        "discount": form.discount.data
    }


def _lines_of(form: Any, order: Order, found: Invoice | None) -> list[Line]:
    """The rows that were filled in. Raises Refused for one that is half filled."""
    of_order = {f"o{line.id}": line for line in order.lines}
    stored = {line.order_line_id: line.id for line in found.lines if line.order_line_id} if found else {}
    lines, faults = [], []
    for key in line_keys(order, found):
        known = of_order.get(key)
        gross, number = form[f"gross_{key}"].data, form[f"quantity_{key}"].data
        text = form[f"text_{key}"].data or (known.text if known else None)
        if gross is None and not number:
            continue
        if gross is None or not text or (known and not number):
            faults.append(
                (f"gross_{key}", Sentence(N_("Zu einer Zeile gehören Bezeichnung, Anzahl und Betrag.")))
            )
            continue
        vat = form[f"vat_{key}"].data
        ident = stored.get(known.id) if known else int(key[1:]) if key[0] == "i" else None
        lines.append(
            Line(
                text, number or 1, gross, form[f"rebate_{key}"].data or rules.NOTHING,
                rules.USUAL_VAT if vat is None else vat, known.id if known else None, ident,
            )
        )  # fmt: skip
    if faults:
        raise Refused(faults)
    return lines


def _proposed(session: Session, order: Order) -> dict[str, Any]:
    """What came and is not invoiced yet, at the price of the order."""
    came, billed = queries.received(session, order), queries.invoiced(session, order)
    values: dict[str, Any] = {}
    for line in order.lines:
        number = max(0, came.get(line.id, 0) - billed.get(line.id, 0))
        values |= {f"text_o{line.id}": line.text, f"vat_o{line.id}": line.vat_rate}
        if number:
            values |= {f"quantity_o{line.id}": number, f"gross_o{line.id}": number * line.unit_gross}
    return values


def _stored(found: Invoice) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(found, name) for name in ("version", *invoicing.FIELDS)}
    values["discount"] = found.discount or None
    for line in found.order.lines:
        values |= {f"text_o{line.id}": line.text, f"vat_o{line.id}": line.vat_rate}
    for part in found.lines:
        key = f"o{part.order_line_id}" if part.order_line_id else f"i{part.id}"
        values |= {
            f"text_{key}": part.text,
            f"quantity_{key}": part.quantity,
            f"gross_{key}": part.gross,
            f"rebate_{key}": part.rebate or None,
            f"vat_{key}": part.vat_rate,
        }
    return values
