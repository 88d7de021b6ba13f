"""The pages' blueprint, the way between them, and how figures read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from school_it import cells, school_year
from school_it.access import May, current
from school_it.cells import show_number, show_percent
from school_it.database import today
from school_it.devices.models import Category
from school_it.devices.rules import USES, ItemClass, State, Use
from school_it.errors import N_, BadValue
from school_it.plan.rules import need
from school_it.plan.rules.need import Step
from school_it.plan.rules.targets import Basis
from school_it.plan.standing import Town
from school_it.web import flash_hint

Figures = TypeVar("Figures")

bp = Blueprint("plan", __name__, url_prefix="/plan")

CLASS_TITLES = {
    ItemClass.MOBILE: N_("mobile Geräte"),
    ItemClass.PRESENTATION: N_("Präsentation"),
    ItemClass.ACCESS_POINT: N_("Accesspoints"),
    ItemClass.TEACHERS: N_("Geräte für Lehrkräfte"),
    ItemClass.WORKPLACE: N_("PC-Arbeitsplätze"),
}
HERE = (State.IN_USE, State.IN_STOCK, State.IN_REPAIR, State.DEFECTIVE)
PLACES = (
    ("index", N_("Überblick"), May.SEE_PLAN),
    ("gap", N_("Fehlbedarf"), May.SEE_PLAN),
    ("coverage_page", N_("Netzabdeckung"), May.SEE_PLAN),
    ("wave", N_("Ersatzwelle"), May.SEE_PLAN),
    ("budget", N_("Haushalt"), May.SEE_FUNDING),
    ("scenarios", N_("Szenarien"), May.SEE_FUNDING),
    ("report", N_("Jahresbericht"), May.SEE_FUNDING),
    ("survey", N_("Bedarfsabfrage"), May.SEE_PLAN),
    ("talks", N_("Jahresgespräche"), May.SEE_PLAN),
    ("targets", N_("Ziele"), May.SEE_PLAN),
    ("versions", N_("Annahmen"), May.SEE_PLAN),
)


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """The pages of the plan that the reader may see."""
    return [
        (_(name), url_for(f"plan.{place}"), place == here)
        for place, name, may in PLACES
        if current().may(may)
    ]


def key_date() -> date:
    """The day that the address asks for; what is no day, or still to come, is today."""
    text = request.args.get("on", "").strip()
    if not text:
        return today()
    try:
        day = cells.parse_date(text)
    except BadValue:
        day = None
    if day is None or not date(2000, 1, 1) <= day <= today():
        flash_hint(_("Der Stichtag »%(text)s« geht nicht. Gezeigt wird heute.", text=text[:40]))
        return today()
    return day


def said_day(day: date) -> str:
    """For the address: empty for today."""
    return "" if day == today() else f"{day:%d.%m.%Y}"


def in_order(by_class: Mapping[str, Figures]) -> list[tuple[ItemClass, Figures]]:
    """What was kept by the word of a class, in the order in which every table has the classes."""
    return [(one, by_class[one.value]) for one in ItemClass if one.value in by_class]


def said_posts(posts: Decimal) -> str:
    """``7`` or ``7,5``."""
    return show_number(posts)


def class_word(item_class: ItemClass) -> str:
    """What stands in a picture or a heading, where »Lehrkräfte« alone would be people."""
    return str(_(CLASS_TITLES[item_class]))


def working(step: Step) -> str:
    """»412 Schüler ÷ 2 + 5 % = 217«, in the reader's language."""
    aim, n = step.aim, step.base
    value = show_number(aim.value)
    words = {
        Basis.PUPILS: _("%(n)s Schüler ÷ %(value)s", n=n, value=value),
        Basis.ROOM: _("%(n)s Unterrichtsräume × %(value)s", n=n, value=value),
        Basis.TEACHER: _("%(n)s Lehrkräfte × %(value)s", n=n, value=value),
        Basis.SCHOOL: _("%(value)s je Schule", value=value),
    }[aim.basis]
    more = f" + {show_percent(aim.reserve)}" if aim.reserve else ""
    where = ""
    if aim.is_bounded:
        where = (
            _("Jahrgang %(first)s–%(last)s", first=aim.grade_from or "01", last=aim.grade_to or "13") + ": "
        )
    return f"{where}{words}{more} = {step.count}"


def ratio_words(value: Decimal | None) -> str:
    """``1 : 2,3``; a dash where nothing can be told."""
    return "–" if value is None else f"1 : {show_number(round(value, 1))}"


def whole_euro(amount: Decimal) -> str:
    """Without cents, half a euro rounded up as in every account: ``1.234 €``."""
    whole = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{whole:,}".replace(",", ".") + "\N{NO-BREAK SPACE}€"


def short_euro(amount: Any) -> str:
    """For pictures and tiles: ``1,2 Mio. €``, ``85 Tsd. €``."""
    value = Decimal(amount)
    if value >= 1_000_000:
        return _unbroken(_("%(n)s Mio. €", n=show_number(round(value / 1_000_000, 2))))
    if value >= 10_000:
        return _unbroken(_("%(n)s Tsd. €", n=show_number(Decimal(round(value / 1000)))))
    return whole_euro(value)


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def devices_url(town: Town, item_class: ItemClass, number: str | None = None, **more: str) -> str:
    """The list of the devices that count for a class."""
    pairs = town.counting[item_class].pairs
    categories = sorted({category for category, _use in pairs})
    uses = {use for _category, use in pairs}
    wanted: dict[str, str] = {
        "category": ",".join(map(str, categories)) or "0",
        "state": ",".join(state.value for state in HERE),
        **more,
    }
    if number is not None:
        wanted["school"] = number
    if uses and uses != need.ALL_USES:
        wanted["use"] = ",".join(sorted("-" if use is None else use.value for use in uses))
    return url_for("devices.index", **wanted)  # type: ignore[arg-type]


def year_label(day: date) -> str:
    return school_year.label(school_year.school_year(day))


def counted_words(town: Town, item_class: ItemClass) -> str:
    """»Notebook, Tablet (Pool, Leihe)«: what counts is part of every figure."""
    return count_words(town.counting[item_class], town.categories)


def count_words(counting: need.Counting, categories: Mapping[int, Category]) -> str:
    names = [categories[one].name for one in categories if one in counting.all_categories]
    uses = {use for _category, use in counting.pairs}
    if not names:
        return str(_("keine Geräteart"))
    return ", ".join(names) + (f" ({use_words(uses)})" if uses != need.ALL_USES else "")


def use_words(uses: Collection[Use | None]) -> str:
    words = [str(_(name)) for one, name in USES.items() if one in uses]
    return ", ".join([*words, *([str(_("ohne Angabe"))] if None in uses else [])])
