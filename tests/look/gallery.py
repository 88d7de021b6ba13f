"""A small application that shows every macro of templates/macros/ui.html, for the tests of the look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, flash, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import (
    BooleanField,
    FileField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import DataRequired, Length

from school_it import charts
from school_it.web import POLICY

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("Lenovo ThinkPad L14 Gen 5", "Apple iPad 10. Generation, 64 GB", "HP ProBook 450 G10", "Epson EB")
ROOMS = ("B 204, Lehrerzimmer", "A 101", "", "Sporthalle")
STATES = (
    ("in_use", "in Nutzung"),
    ("on_loan", "verliehen"),
    ("in_stock", "im Lager"),
    ("in_repair", "in Reparatur"),
    ("missing", "vermisst"),
    ("disposed", "ausgesondert"),
)
HOLDERS = ("Jörg Müßig", "", "Klasse 7b", "Özlem Yılmaz")
NAVIGATION = (
    ("Start", "home"),
    ("Geräte", "devices"),
    ("Lizenzen", "workspace-premium"),
    ("Netz", "lan"),
    ("Personen", "groups"),
    ("Schulen", "school"),
    ("Förderung", "euro"),
    ("Planung", "trending-up"),
    ("Einlesen", "upload"),
    ("Berichte", "download"),
    ("Konten", "settings"),
)


def _choices(words: dict[str, str]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in words.items()]


class DeviceForm(FlaskForm):
    tag = StringField("Inventarnummer", validators=[DataRequired(message="Bitte ausfüllen.")])
    school = SelectField(
        "Schule", choices=_choices({"": "bitte wählen", "1": "Goethe-Gymnasium", "2": "Grundschule am Wall"})
    )
    price = StringField("Preis", validators=[Length(max=3, message="»viel« ist kein Betrag.")])
    acquired_on = StringField("Anschaffungsdatum")
    use = RadioField(
        "Nutzung",
        choices=_choices(
            {"teacher": "Lehrkraft", "pupil": "Schülerinnen und Schüler", "office": "Verwaltung"}
        ),
        validators=[DataRequired(message="Bitte eine Nutzung wählen.")],
    )
    accessories = SelectMultipleField(
        "Zubehör",
        choices=_choices({"case": "Tasche", "pen": "Stift", "charger": "Netzteil"}),
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    remark = TextAreaField("Bemerkung")
    receipt = FileField("Beleg")
    insured = BooleanField("Versichert")


class ReasonForm(FlaskForm):
    reason = StringField("Grund", validators=[DataRequired()])


def create_gallery() -> Flask:
    app = Flask("gallery", root_path=str(ROOT))
    app.config.update(SECRET_KEY="only for the gallery", WTF_CSRF_CHECK_DEFAULT=False)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    Babel(app, default_locale="de")
    CSRFProtect(app)
    app.context_processor(_frame)
    app.after_request(_with_policy)
    app.add_url_rule("/", view_func=gallery, methods=["GET", "POST"])
    app.add_url_rule("/empty", view_func=empty)
    app.add_url_rule("/oops", view_func=oops)
    return app


def gallery() -> str:
    if "quiet" not in request.args:
        flash("Das Gerät 4711-0815 ist gespeichert.", "success")
    return render_template("macros/gallery.html", **_content())


def empty() -> str:
    """A page of somebody who is not signed in."""
    title = "Das gibt es hier nicht"
    return render_template("errors/error.html", title=title, status_code=404, navigation=[], signed_in=None)


def oops() -> str:
    title = "Das hat nicht geklappt"
    detail = "Das war ein Fehler des Programms. Es wurde nichts geändert. Fehlernummer: 4f0c21aa"
    return render_template("errors/error.html", title=title, detail=detail, status_code=500)


def _content() -> dict[str, Any]:
    if "faulty" in request.args:
        form = DeviceForm(data={"price": "viel"}, meta={"csrf": False})
        form.validate()
    else:
        known = {"tag": "4711-0815", "use": "pupil", "accessories": ["pen"], "insured": True}
        form = DeviceForm(formdata=None, data=known)
    return {
        "form": form,
        "plain_form": ReasonForm(formdata=None),
        "devices": _devices(),
        "charts": _charts(),
        "guard": "guard" in request.args,
    }


def _devices() -> list[dict[str, str]]:
    return [
        {
            "tag": f"4711-{815 + place:04}",
            "model": MODELS[place % 4],
            "room": ROOMS[place % 4],
            "state": STATES[place % 6][0],
            "word": STATES[place % 6][1],
            "holder": HOLDERS[place % 4],
            "acquired": f"{1 + place:02}.08.2026",
            "price": f"{1 + place % 3}.{199 + 31 * place:03},00 €",
        }
        for place in range(12)
    ]


SCHOOLS = ("Goethe-Gymnasium", "Grundschule am Wall", "Gesamtschule Nord mit Oberstufe", "Förderschule Mitte")
YEARS = ("2022/23", "2023/24", "2024/25", "2025/26", "2026/27")


def _charts() -> dict[str, Any]:
    numbered = list(enumerate(SCHOOLS, start=1))
    return {
        "bars": charts.bars(
            "Geräte nach Schule",
            [charts.Bar(name, 1310 // place, 1200 // place + 90, "/") for place, name in numbered],
            column="Schule",
            value_name="Ist",
            note="Soll nach dem Medienentwicklungsplan, Stichtag 15.10.2026",
        ),
        "stacked": charts.stacked(
            "Zustände nach Schule",
            ["in Nutzung", "im Lager", "in Reparatur", "vermisst", "ausgesondert", "bestellt"],
            [charts.Stack(name, [700 // place, 180, 60, 12 * place, 90, 40]) for place, name in numbered],
            column="Schule",
        ),
        "share": charts.share(
            "Verwendung der Förderung", [("abgerufen", 410_000), ("gebunden", 250_000), ("frei", 90_000)]
        ),
        "small": charts.small_multiples(
            "Schülerzahlen",
            YEARS,
            [
                (name, [820 - 20 * place, 820, 790, 940 - 90 * place, 970 - 100 * place])
                for place, name in numbered
            ],
            column="Schule",
        ),
    }


def _frame() -> dict[str, Any]:
    return {
        "product": "Schul-IT",
        "town": "Stadt Musterhausen",
        "version": "0.1.0",
        "navigation": [
            {"title": title, "url": "/", "icon": icon, "current": title == "Geräte"}
            for title, icon in NAVIGATION
        ],
        "places": dict.fromkeys(
            ("home", "search", "profile", "sign_out", "appearance", "accessibility", "privacy", "help"), "/"
        ),
        "signed_in": {"name": "Özlem Yılmaz", "role": "Medienbeauftragte, Goethe-Gymnasium"},
        "theme": request.args.get("theme", "auto"),
        "density": request.args.get("density", "compact"),
        "shortcuts": request.args.get("shortcuts") != "off",
        "lang": "de",
    }


def _with_policy(response: Any) -> Any:
    response.headers["Content-Security-Policy"] = POLICY
    return response
