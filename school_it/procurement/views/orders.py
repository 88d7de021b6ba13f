"""Pages of orders and their lines."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import money
from school_it.access import May, current, needs
from school_it.database import db, today, transaction
from school_it.devices import catalogue
from school_it.devices import queries as device_queries
from school_it.errors import N_, Refused, Sentence
from school_it.funding import queries as funding_queries
from school_it.procurement import actions, forms, queries, rules, story
from school_it.procurement.forms import CloseForm, ConfirmForm, LineForm, OrderForm
from school_it.procurement.models import Order, OrderLine
from school_it.procurement.rules import LineKind, Standing
from school_it.procurement.views.blueprint import bp
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page
from school_it.web.fields import refusals_in, status_of

BADGES = {
    Standing.OPEN: "ordered",
    Standing.PARTLY: "due",
    Standing.COMPLETE: "done",
    Standing.CLOSED: "closed",
}


@bp.get("")
@needs(May.SEE_PROCUREMENT)
def index() -> Any:
    actor, session, wanted = current(), db.session(), forms.wish(request.args)
    rows, table = queries.orders(wanted, seen_by=actor), Order.__table__.c
    found = lists.slice_of(
        session,
        rows,
        key=table.ordered_on,
        ident=table.id,
        descending=True,
        cursor=request.args.get("cursor"),
        size=lists.wanted_size(request.args),
    )
    awaited, amount = queries.open_amount(session, seen_by=actor)
    return page(
        "procurement/index.html",
        rows=found.rows,
        count=lists.count(session, rows),
        **lists.neighbours(found),
        wish=wanted,
        awaited=awaited,
        amount=amount,
        has_any=queries.has_any(session, seen_by=actor),
        schools=school_queries.choices(session, seen_by=actor, may=May.SEE_PROCUREMENT),
        standings=[
            (queries.AWAITED, _("noch nicht alles da")),
            *((one.value, _(name)) for one, name in rules.STANDINGS.items()),
        ],
        query={name: value for name, value in request.args.items() if name != "cursor"},
        today=today(),
        **looks(),
    )


def looks() -> dict[str, Any]:
    return {
        "standing_of": lambda order, ordered, received: rules.standing(
            ordered, received, closed=order.closed_on is not None
        ),
        "standing_names": rules.STANDINGS,
        "badges": BADGES,
        "line_kinds": rules.LINE_KINDS,
    }


@bp.get("/orders/<int:ident>")
@needs(May.SEE_PROCUREMENT)
def order(ident: int) -> Any:
    actor, session = current(), db.session()
    found = queries.get_order(session, ident, seen_by=actor)
    lines, received = queries.lines_within(found, actor), queries.received(session, found)
    everywhere = actor.scope(May.SEE_PROCUREMENT).everywhere
    seen = {line.id for line in lines}
    deliveries = [
        one
        for one in queries.deliveries(session, found)
        if everywhere or seen & {line.order_line_id for line in one.lines}
    ]
    invoices = queries.invoices_of(session, found) if everywhere else []
    receipts = queries.receipts_of(session, invoices) if actor.may(May.SEE_FUNDING) else []
    return page(
        "procurement/order.html",
        order=found,
        lines=lines,
        received=received,
        invoiced=queries.invoiced(session, found),
        ordered=sum(line.quantity for line in lines),
        came=sum(received.get(line.id, 0) for line in lines),
        amount=sum((line.total for line in lines), rules.NOTHING),
        deliveries=deliveries,
        seen=seen,
        invoices=invoices,
        receipts=receipts,
        devices=queries.devices_of_order(session, found, seen_by=actor),
        papers=[found, *deliveries, *invoices],
        receivable=receivable(found, received),
        events=story.of_things(session, [found, *found.lines, *deliveries]) if everywhere else [],
        **looks(),
    )


def receivable(found: Order, received: dict[int, int]) -> list[OrderLine]:
    """The lines of which something is still to come and that this reader may receive."""
    if found.closed_on is not None:
        return []
    within = queries.lines_within(found, current(), May.RECEIVE_DELIVERIES)
    return [line for line in within if received.get(line.id, 0) < line.quantity]


@bp.route("/orders/new", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def new_order() -> Any:
    form = OrderForm(data={"ordered_on": today()})
    if form.validate_on_submit():
        ident = 0
        with refusals_in(form), transaction() as session:
            made = actions.add_order(session, form.values, by=current())
            session.flush()
            ident = made.id
        if not form.errors:
            flash_done(_("Der Auftrag ist angelegt. Jetzt fehlen noch seine Positionen."))
            return redirect(url_for(".new_line", ident=ident))
    return page(
        "procurement/order_edit.html",
        status_of(form),
        form=form,
        order=None,
        names=_supplier_names(db.session()),
    )


@bp.route("/orders/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def edit_order(ident: int) -> Any:
    found = queries.get_order(db.session(), ident, seen_by=current())
    known = {
        name: getattr(found, name) for name in ("version", "order_no", "ordered_on", "expected_on", "remark")
    }
    form = OrderForm(data={**known, "supplier": found.supplier.name})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_order(session, ident, seen_by=current())
            actions.change_order(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".order", ident=ident))
    return page(
        "procurement/order_edit.html",
        status_of(form),
        form=form,
        order=found,
        names=_supplier_names(db.session()),
    )


def _supplier_names(session: Session) -> list[str]:
    known = {one.name for one, _number in queries.suppliers(session)}
    return sorted(known | device_queries.names_in_use(session, seen_by=current())["supplier"])


@bp.route("/orders/<int:ident>/close", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def close_order(ident: int) -> Any:
    found = queries.get_order(db.session(), ident, seen_by=current())
    received = queries.received(db.session(), found)
    form = CloseForm(data={"version": found.version})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_order(session, ident, seen_by=current())
            seen = form.seen_version
            if changing.closed_on is None:
                actions.close_order(session, changing, reason=form.reason.data, version=seen, by=current())
            else:
                actions.reopen_order(session, changing, version=seen, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".order", ident=ident))
    missing = [
        _("%(n)s von %(all)s fehlen: %(what)s", n=line.quantity - came, all=line.quantity, what=line.text)
        for line in found.lines
        if (came := received.get(line.id, 0)) < line.quantity
    ]
    return page("procurement/close.html", status_of(form), form=form, order=found, missing=missing)


@bp.route("/orders/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def remove_order(ident: int) -> Any:
    found = queries.get_order(db.session(), ident, seen_by=current())
    form = ConfirmForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            actions.remove_order(session, queries.get_order(session, ident, seen_by=current()), by=current())
        if not form.errors:
            flash_done(_("Der Auftrag ist entfernt. Der Verlauf behält, was er sagte."))
            return redirect(url_for(".index"))
    return page(
        "procurement/confirm.html",
        status_of(form),
        form=form,
        title=_("Auftrag entfernen"),
        sentence=_("Der Auftrag %(number)s wird entfernt.", number=found.order_no),
        consequences=[f"{line.quantity} {line.text}" for line in found.lines],
        word=_("Entfernen"),
        order=found,
        back=url_for(".order", ident=ident),
    )


# --- lines ---


@bp.route("/orders/<int:ident>/lines/new", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def new_line(ident: int) -> Any:
    session = db.session()
    found = queries.get_order(session, ident, seen_by=current())
    last = found.lines[-1] if found.lines else None
    usual = {"kind": LineKind.DEVICE, "vat_rate": rules.USUAL_VAT}
    if last is not None:
        usual |= {"school": last.school.school_number if last.school else "", "grant": last.grant_id}
    form = _offered(session, LineForm(data=usual), found, None)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_order(writing, ident, seen_by=current())
            actions.add_line(writing, changing, _line_values(writing, form), by=current())
        if not form.errors:
            flash_done(_("Die Position ist eingetragen."))
            again = request.form.get("step") == "more"
            return redirect(url_for(".new_line" if again else ".order", ident=ident))
    return page(
        "procurement/line_edit.html",
        status_of(form),
        form=form,
        order=found,
        line=None,
        items=funding_queries.programme_items(session),
    )


@bp.route("/lines/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def edit_line(ident: int) -> Any:
    session = db.session()
    found = queries.get_line(session, ident, seen_by=current())
    known = {
        name: getattr(found, name)
        for name in ("version", "kind", "text", "manufacturer", "model", "quantity", "unit_gross", "vat_rate")
    }
    known |= {
        "funding_item": found.funding_item,
        "category": found.category_id,
        "belongs_to": found.belongs_to_id,
        "grant": found.grant_id,
        "school": found.school.school_number if found.school else "",
    }
    form = _offered(session, LineForm(data=known), found.order, found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_line(writing, ident, seen_by=current())
            values = _line_values(writing, form)
            actions.change_line(writing, changing, values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".order", ident=found.order_id))
    return page(
        "procurement/line_edit.html",
        status_of(form),
        form=form,
        order=found.order,
        line=found,
        items=funding_queries.programme_items(session),
    )


def _offered(session: Session, form: LineForm, found: Order, own: OrderLine | None) -> LineForm:
    return form.offer(
        device_queries.categories(session) if own else catalogue.offered(session),
        school_queries.choices(session, seen_by=current()),
        queries.grants(session),
        [line for line in found.lines if line.kind is LineKind.DEVICE and line is not own],
    )


def _line_values(session: Session, form: LineForm) -> dict[str, Any]:
    """Raises Refused where neither price is given."""
    values = form.values
    number, net = values.pop("school"), values.pop("unit_net")
    gross = values.pop("unit_gross")
    if gross is None and net is not None:
        gross = money.to_cent(net * (1 + values["vat_rate"]))
    if gross is None or gross < 0:
        raise Refused([("unit_gross", Sentence(N_("Bitte den Preis eines Stücks eintragen.")))])
    school = school_queries.get_school(session, number, seen_by=current()) if number else None
    return {
        **values,
        "unit_gross": gross,
        "school_id": school.id if school else None,
        "category_id": values.pop("category"),
        "belongs_to_id": values.pop("belongs_to"),
        "grant_id": values.pop("grant"),
    }


@bp.route("/lines/<int:ident>/remove", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def remove_line(ident: int) -> Any:
    found = queries.get_line(db.session(), ident, seen_by=current())
    form, order_id = ConfirmForm(), found.order_id
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            actions.remove_line(session, queries.get_line(session, ident, seen_by=current()), by=current())
        if not form.errors:
            flash_done(_("Die Position ist entfernt."))
            return redirect(url_for(".order", ident=order_id))
    return page(
        "procurement/confirm.html",
        status_of(form),
        form=form,
        title=_("Position entfernen"),
        sentence=_("Position %(position)s wird entfernt.", position=found.position),
        consequences=[f"{found.quantity} {found.text}"],
        word=_("Entfernen"),
        order=found.order,
        back=url_for(".order", ident=order_id),
    )
