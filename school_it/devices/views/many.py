"""Thirty devices from one form."""

from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _

from school_it.access import May, current, needs
from school_it.database import db, transaction
from school_it.devices import many
from school_it.devices.forms import ManyForm
from school_it.devices.views.blueprint import bp
from school_it.devices.views.editing import first_values, helps, offer, values_of
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of


@bp.route("/many", methods=["GET", "POST"])
@needs(May.EDIT_DEVICES)
def add_many() -> Any:
    actor, session = current(), db.session()
    form = ManyForm()
    offer(session, form, actor)
    if request.method == "GET":
        form.process(data=first_values(session, actor))
    if form.validate_on_submit():
        made: list[str] = []
        with refusals_in(form), transaction() as writing:
            values = values_of(writing, form)
            lists = {"tags": form.tags.listed, "serials": form.serials.listed, "count": values.pop("count")}
            made = many.add_many(writing, values, **lists, by=actor)
        if made:
            flash_done(
                _(
                    "%(n)s Geräte sind aufgenommen: %(first)s bis %(last)s.",
                    n=len(made),
                    first=made[0],
                    last=made[-1],
                )
            )
            return redirect(url_for(".index"))
    return page("devices/many.html", status_of(form), form=form, **helps(session, form))
