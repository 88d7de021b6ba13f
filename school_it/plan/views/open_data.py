"""What would be published, publishing and withdrawing it; and the open data themselves, for everybody."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_babel import gettext as _

from school_it import school_year
from school_it.access import May, current, needs, public
from school_it.database import db, today, transaction, whole_number
from school_it.errors import N_, BadValue, NotThere
from school_it.plan.forms.open_data import PublishForm, WithdrawForm
from school_it.plan.open_data import actions, dcat, queries, tables
from school_it.plan.open_data.models import Publication
from school_it.plan.open_data.tables import Table
from school_it.plan.report import figures
from school_it.plan.views.blueprint import bp
from school_it.settings import Settings
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of

open_data = Blueprint("open_data", __name__, url_prefix="/open-data")
AN_HOUR = 3600
FILES = {"csv": "text/csv", "json": "application/json"}
COLUMNS = {
    "pupils": N_("Schüler"), "mobile": N_("mobile Geräte"), "presentation": N_("Präsentation"),
    "access_points": N_("Accesspoints"), "teachers": N_("Geräte für Lehrkräfte"), "workplaces": N_("PC-Arbeitsplätze"),
    "pupils_per_device": N_("Schüler je Gerät"), "uplink_mbits": N_("Mbit/s"), "spent": N_("Ausgaben"),
    "funded": N_("davon gefördert"),
}  # fmt: skip
"""The figures as the page heads them; the files say what each means in full."""
FIELD_NAMES = {
    "school_year": N_("Schuljahr"), "limit": N_("kleine Zahlen bis unter"), "licence": N_("Lizenz"),
    "withdrawn_reason": N_("Grund"),
}  # fmt: skip


def _settings() -> Settings:
    found: Settings = current_app.config["SCHOOL_IT"]
    return found


def asked_year() -> int:
    """The school year of the address; the last whole one where it names none. Raises BadValue."""
    asked = request.args.get("year", "")
    return whole_number(asked) or school_year.school_year(today()) - 1


def year_choices() -> list[tuple[str, str]]:
    """This school year and the ten before."""
    now = school_year.school_year(today())
    return [(str(year), school_year.label(year)) for year in range(now, now - 11, -1)]


@bp.get("/open-data")
@needs(May.SEE_FUNDING)
def open_data_preview() -> Any:
    """Exactly what would be public, before anything is."""
    session, year = db.session(), asked_year()
    table, published = _table(year), queries.published(session, year)
    return page(
        "plan/open_data.html",
        table=table,
        report_year=school_year.label(year),
        year=year,
        years=year_choices(),
        form=PublishForm(data={"year": str(year), "seen": table.digest}),
        published=published,
        is_current=published is not None and tables.is_told_by(published.json, table),
        publications=queries.all_of_them(session),
        lacking=dcat.lacking(_settings()),
        licence=dcat.LICENCES[_settings().OPEN_DATA_LICENCE][0],
        figures=COLUMNS,
        is_running=year == school_year.school_year(today()),
    )


def _table(year: int) -> Table:
    report = figures.counts_of(db.session(), year, seen_by=current())
    return tables.made(report, _settings().OPEN_DATA_LIMIT, queries.editions(db.session(), year))


@bp.post("/open-data/publish")
@needs(May.EDIT_PLAN)
def publish_open_data() -> Any:
    form = PublishForm()
    year = whole_number(form.year.data or "")
    if year is None:
        raise BadValue(N_("Bitte ein Schuljahr angeben."))
    table = _table(year)
    with transaction() as session:
        licence = _settings().OPEN_DATA_LICENCE
        actions.publish(session, table, licence=licence, seen=form.seen.data or "", by=current())
    flash_done(_("Veröffentlicht."), (url_for("open_data.index"), str(_("Zu den offenen Daten"))))
    return redirect(url_for("plan.open_data_preview", year=year))


@bp.route("/open-data/<int:ident>/withdraw", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def withdraw_open_data(ident: int) -> Any:
    found = queries.get_publication(db.session(), ident, seen_by=current(), may=May.EDIT_PLAN)
    form = WithdrawForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            leaving = queries.get_publication(session, ident, seen_by=current(), may=May.EDIT_PLAN)
            actions.withdraw(session, leaving, form.reason.data or "", by=current())
        if not form.errors:
            flash_done(_("Zurückgezogen. Die Dateien sind nicht mehr öffentlich."))
            return redirect(url_for("plan.open_data_preview", year=found.school_year))
    return page("plan/open_data_withdraw.html", status_of(form), form=form, one=found)


# --- for everybody ---


@open_data.get("")
@public
def index() -> Any:
    """What is public, for people. Nothing is here before something was published."""
    found = queries.public(db.session())
    return page("plan/open_data_public.html", publications=found, licences=dcat.LICENCES, files=FILES)


@open_data.get("/catalog.jsonld")
@public
def catalog() -> Any:
    found = queries.public(db.session())
    made = dcat.catalogue(found, _settings(), url_for("open_data.index", _external=True), _address)
    return _for_all(json.dumps(made, ensure_ascii=False, indent=1), "application/ld+json")


@open_data.get("/<int:year>/<name>")
@public
def file(year: int, name: str) -> Any:
    """``schulen.csv`` or ``schulen.json`` of a school year, as it was frozen."""
    kind = name.removeprefix("schulen.")
    if kind not in FILES or name != f"schulen.{kind}":
        raise NotThere(N_("Diese Datei gibt es nicht."))
    found = queries.public_of(db.session(), year)
    answer = _for_all(found.csv if kind == "csv" else found.json, FILES[kind])
    called = f"schulen-{school_year.label(year).replace('/', '-')}.{kind}"
    answer.headers["Content-Disposition"] = f'inline; filename="{called}"'
    return answer


def _address(one: Publication, kind: str) -> str:
    return url_for("open_data.file", year=one.school_year, name=f"schulen.{kind}", _external=True)


def _for_all(text: str, media: str) -> Response:
    """An hour it may be kept; whoever asks again with its sign gets 304. Programs on other pages may read it."""
    answer = Response(text, content_type=f"{media}; charset=utf-8")
    answer.headers["Cache-Control"] = f"public, max-age={AN_HOUR}"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
