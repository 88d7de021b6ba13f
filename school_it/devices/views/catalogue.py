"""Categories and models."""

from __future__ import annotations

from typing import Any

from flask import redirect, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.devices import catalogue, queries, rules
from school_it.devices.forms import CategoryForm, ModelForm
from school_it.devices.views.blueprint import bp
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.get("/categories")
@needs(May.SEE_DEVICES)
def categories() -> Any:
    found = queries.categories(db.session()) or catalogue.offered(db.session())
    return page("devices/categories.html", categories=found, item_classes=rules.ITEM_CLASSES)


@bp.route("/categories/new", methods=["GET", "POST"])
@needs(May.EDIT_CATALOGUE)
def new_category() -> Any:
    form = CategoryForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            catalogue.add_category(writing, form.values, by=current())
        if not form.errors:
            flash_done(_("Die Geräteart ist angelegt."))
            return redirect(url_for(".categories"))
    return page("devices/category_edit.html", status_of(form), form=form, category=None)


@bp.route("/categories/<int:ident>", methods=["GET", "POST"])
@needs(May.EDIT_CATALOGUE)
def category(ident: int) -> Any:
    found = queries.get_category(db.session(), ident)
    form = CategoryForm(obj=found)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_category(writing, ident)
            catalogue.change_category(writing, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".categories"))
    return page("devices/category_edit.html", status_of(form), form=form, category=found)


@bp.get("/models")
@needs(May.SEE_DEVICES)
def models() -> Any:
    return page("devices/models.html", models=queries.models(db.session()))


@bp.route("/models/new", methods=["GET", "POST"])
@needs(May.EDIT_CATALOGUE)
def new_model() -> Any:
    form = ModelForm()
    form.offer(catalogue.offered(db.session()))
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            catalogue.add_model(writing, form.values, by=current())
        if not form.errors:
            flash_done(_("Das Modell steht im Katalog."))
            return redirect(url_for(".models"))
    return page("devices/model_edit.html", status_of(form), form=form, model=None)


@bp.route("/models/<int:ident>", methods=["GET", "POST"])
@needs(May.EDIT_CATALOGUE)
def model(ident: int) -> Any:
    session = db.session()
    found = queries.get_model(session, ident)
    form = ModelForm(obj=found)
    form.offer(queries.categories(session))
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            changing = queries.get_model(writing, ident)
            catalogue.change_model(writing, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".models"))
    return page("devices/model_edit.html", status_of(form), form=form, model=found)
