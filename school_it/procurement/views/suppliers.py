"""Pages of suppliers."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.procurement import actions, queries
from school_it.procurement.forms import SupplierForm
from school_it.procurement.views.blueprint import bp
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.get("/suppliers")
@needs(May.EDIT_PROCUREMENT)
def suppliers() -> Any:
    return page("procurement/suppliers.html", suppliers=queries.suppliers(db.session()))


@bp.route("/suppliers/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PROCUREMENT)
def edit_supplier(ident: int) -> Any:
    found = queries.get_supplier(db.session(), ident)
    form = SupplierForm(obj=found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            changing = queries.get_supplier(session, ident)
            actions.change_supplier(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".suppliers"))
    return page("procurement/supplier_edit.html", status_of(form), form=form, supplier=found)
