"""Where each school stands: the overview, the gap as a table, one school."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from school_it import charts
from school_it.access import May, current, needs
from school_it.charts import Bar, Heat
from school_it.database import db
from school_it.devices.rules import ItemClass
from school_it.errors import N_
from school_it.plan import money, queries, standing
from school_it.plan.rules import wave
from school_it.plan.standing import SchoolStand, Town
from school_it.plan.views.blueprint import (
    CLASS_TITLES,
    bp,
    class_word,
    counted_words,
    devices_url,
    key_date,
    ratio_words,
    said_day,
    short_euro,
    tabs,
    working,
    year_label,
)
from school_it.plan.views.pictures import wave_picture
from school_it.schools import queries as school_queries
from school_it.schools.rules import TYPE_NAMES, SchoolType
from school_it.web import page

LEVELS = (
    N_("Ziel erreicht"), N_("mindestens 75 %"), N_("mindestens 50 %"), N_("mindestens 25 %"), N_("weniger als 25 %"),
)  # fmt: skip
SHOWN_STEPS = 4
SCHOOLS_ON_A_PAGE = 25


@bp.get("")
@needs(May.SEE_PLAN)
def index() -> Any:
    """One page for a newcomer: the heat map first, then ratio, money and next steps."""
    session, actor, on = db.session(), current(), key_date()
    town = standing.look(session, on, seen_by=actor)
    types = sorted({school.kind for school in town.schools}, key=lambda kind: list(SchoolType).index(kind))
    wanted = request.args.get("type", "")
    shown = (
        [school for school in town.schools if wanted in ("", school.kind.value)]
        if wanted in set(SchoolType)
        else town.schools
    )
    sees_money = actor.may(May.SEE_FUNDING)
    made = money.of(session, town, seen_by=actor) if sees_money and town.plan else None
    return page(
        "plan/index.html",
        tabs=tabs("index"),
        stand=town,
        year=year_label(on),
        on=said_day(on),
        day=on,
        map=heat_map(town, shown, on) if town.classes and town.schools else "",
        types=[(one.value, f"{_(TYPE_NAMES[one])} ({one})") for one in types],
        chosen_type=wanted,
        shown_type=_(TYPE_NAMES[SchoolType(wanted)]) if wanted in set(SchoolType) else "",
        missing=sum(town.missing(one) for one in town.classes),
        can_tell=any(school.cells[one].has_target for school in town.schools for one in town.classes),
        gap_cost=short_euro(sum(map(town.gap_cost, town.schools), Decimal(0))),
        ratio=ratio_words(town.ratio),
        counted=counted_words(town, ItemClass.MOBILE),
        due=due_next(town),
        made=made,
        per_pupil=made.per_pupil if made else None,
        total=short_euro(made.total) if made else "",
        against=against_target(town),
        pace=waves(town) if town.cohorts else "",
        steps=next_steps(town, actor.may(May.EDIT_PLAN)),
        decided=queries.decided_plans(session, town.plan)[:1] if sees_money else [],
    )


def due_next(town: Town) -> tuple[int, int, int]:
    """The next fiscal year, how many devices fall due in it, and how many of them funding still binds then: the
    budget has their replacement only after that."""
    year = town.on.year + 1
    due = [one for one in town.cohorts if one.due == year]
    return year, sum(one.count for one in due), sum(one.count for one in due if one.is_bound_when_due)


def heat_map(town: Town, schools: list[SchoolStand], on: date) -> Any:
    words = _Words(on)
    rows = [
        (
            school.label,
            f"{words.root}/plan/schools/{school.number}{words.query}",
            [
                words.field(
                    school.label, school.number, one, cell.target, min(cell.usable, cell.target), cell.gap
                )
                if (cell := school.cells[one]).has_target
                else None
                for one in town.classes
            ],
        )
        for school in schools
    ]
    foot = None
    if len(schools) > 1:
        together = _("alle Schulen") if len(schools) == len(town.schools) else _("diese Schulen")
        sums = []
        for one in town.classes:
            gap = sum(school.cells[one].gap for school in schools)
            target = sum(school.cells[one].target for school in schools)
            known = any(school.cells[one].has_target for school in schools)
            sums.append(words.field(together, "", one, target, target - gap, gap) if known else None)
        foot = (together, sums)
    return charts.heat(
        _("Wo jede Schule steht"),
        [class_word(one) for one in town.classes],
        rows,
        column=_("Schule"),
        legend=[str(_(name)) for name in LEVELS],
        foot=foot,
        nothing=str(
            _("kein Ziel, oder Schulzahlen fehlen")
            if any(cell.worked.lacking for school in schools for cell in school.cells.values())
            else _("kein Ziel")
        ),
        note=_(
            "Wie viel vom Ziel weiter nutzbar da ist, und wie viele Geräte fehlen. "
            "Jedes Feld führt zu den Geräten und zum Rechenweg."
        ),
    )


class _Words:
    """The sentences of a heat map, looked up once and not for each of its thousand fields."""

    def __init__(self, on: date) -> None:
        self.classes = {one: class_word(one) for one in ItemClass}
        self.lacking, self.enough = str(_("fehlen %(n)s")), str(_("reicht"))
        self.said = str(
            _("%(school)s, %(group)s: Ziel %(target)s, nutzbar bis dahin %(covered)s, es fehlen %(gap)s")
        )
        self.root = request.script_root
        self.query = f"?on={said_day(on)}" if said_day(on) else ""

    def field(self, where: str, number: str, one: ItemClass, target: int, covered: int, gap: int) -> Heat:
        share = 100 * covered // target if target else 100
        values = {
            "school": where, "group": self.classes[one], "target": target, "covered": covered, "gap": gap,
        }  # fmt: skip
        url = f"{self.root}/plan/schools/{number}{self.query}#{one.value}" if number else ""
        more = self.lacking % {"n": charts.number(gap)} if gap else self.enough
        level = 0 if not gap else 4 - min(3, share // 25)
        return Heat(level, f"{share}\N{NO-BREAK SPACE}%", more, url, self.said % values)


def against_target(town: Town) -> Any:
    if not town.classes:
        return ""
    return charts.bars(
        _("Nutzbar gegen Ziel"),
        [
            Bar(class_word(one), town.sum(one).usable, town.sum(one).target, _gap_url(town, one))
            for one in town.classes
        ],
        column=_("Gerätegruppe"),
        value_name=_("weiter nutzbar"),
        target_name=_("Ziel"),
    )  # fmt: skip


def _gap_url(town: Town, one: ItemClass) -> str:
    return url_for("plan.gap", on=said_day(town.on) or None, **{"class": one.value})  # type: ignore[arg-type]


def waves(town: Town) -> Any:
    """The wave as it falls due, by year and class."""
    spread = wave.as_due(town.cohorts, range(town.on.year, town.on.year + 8), replace_bound=True)
    last = max((year for year, _one in spread.by_year_and_class()), default=town.on.year)
    return wave_picture(
        _("Ersatz nach Jahr der Fälligkeit"),
        spread,
        range(town.on.year, last + 1),
        column=_("Jahr"),
        note=_("Was dann noch zweckgebunden ist, steht im Haushalt erst nach dem Ende der Bindung.")
        if any(one.is_bound_when_due for one in town.cohorts)
        else "",
    )


Step = tuple[str, str]


def next_steps(town: Town, edits: bool) -> list[Step]:
    """What to do next: a sentence and where it is done."""
    steps = [*_without_figures(town), *_worst_off(town), *_falling_due(town), *_undated(town)]
    if edits and town.record is None and town.plan:
        said = _(
            "Preise und Lebensdauern des MEP %(name)s festlegen; bis dahin gelten Vorgaben.", name=town.plan
        )
        steps.append((said, url_for("plan.new_version", name=town.plan)))
    return steps[:SHOWN_STEPS]


def _without_figures(town: Town) -> Iterator[Step]:
    lacking = [
        school for school in town.schools if any(cell.worked.lacking for cell in school.cells.values())
    ]
    if lacking:
        said = ngettext(
            "%(num)d Schule ohne Schulzahlen: Ihr Ziel lässt sich nicht ausrechnen.",
            "%(num)d Schulen ohne Schulzahlen: Ihre Ziele lassen sich nicht ausrechnen.",
            len(lacking),
        )
        yield said, url_for("schools.school", number=lacking[0].number)


def _worst_off(town: Town) -> Iterator[Step]:
    worst = max(town.schools, key=town.gap_cost, default=None)
    if worst is not None and town.gap_cost(worst):
        cost = short_euro(town.gap_cost(worst))
        said = _("Am meisten fehlt: %(school)s, %(cost)s.", school=worst.label, cost=cost)
        yield said, url_for("plan.school", number=worst.number)


def _falling_due(town: Town) -> Iterator[Step]:
    year, count, bound = due_next(town)
    if bound:
        said = _(
            "%(year)s werden %(n)s Geräte fällig, %(bound)s davon sind dann noch zweckgebunden: "
            "Ihr Ersatz steht erst nach dem Ende der Bindung im Haushalt.",
            year=year,
            n=charts.number(count),
            bound=charts.number(bound),
        )
        yield said, url_for("plan.wave")
    elif count:
        said = ngettext(
            "%(year)s wird %(num)d Gerät fällig: jetzt in den Haushalt aufnehmen.",
            "%(year)s werden %(num)d Geräte fällig: jetzt in den Haushalt aufnehmen.",
            count,
            year=year,
        )
        yield said, url_for("plan.wave")


def _undated(town: Town) -> Iterator[Step]:
    undated = sum(cell.undated for school in town.schools for cell in school.cells.values())
    if undated:
        said = ngettext(
            "%(num)d Gerät ohne Anschaffungstag: Es zählt nicht als nutzbar.",
            "%(num)d Geräte ohne Anschaffungstag: Sie zählen nicht als nutzbar.",
            undated,
        )
        yield said, url_for("devices.index", sort="acquired_on")


@bp.get("/gap")
@needs(May.SEE_PLAN)
def gap() -> Any:
    """Target, stock, usable and gap by school and class, as a table."""
    session, on = db.session(), key_date()
    town = standing.look(session, on, seen_by=current())
    wanted, kind = request.args.get("class", ""), request.args.get("type", "")
    only_gaps = request.args.get("missing") == "1"
    classes = [one for one in town.classes if wanted not in set(ItemClass) or one.value == wanted]
    number = request.args.get("school", "")
    schools = [
        school
        for school in town.schools
        if (kind not in set(SchoolType) or school.kind.value == kind) and number in ("", school.number)
    ]
    listed = [
        (school, cells)
        for school in schools
        if (
            cells := [
                school.cells[one]
                for one in classes
                if school.cells[one].has_target and (school.cells[one].gap or not only_gaps)
            ]
        )
    ]
    shown, before, after = _paged(listed)
    types = {school.kind for school in town.schools}
    return page(
        "plan/gap.html",
        tabs=tabs("gap"),
        stand=town,
        rows=[(school, cell) for school, cells in shown for cell in cells],
        sums=[standing.summed(one, (s.cells[one] for s in schools)) for one in classes],
        gaps={one: sum(s.cells[one].gap for s in schools) for one in classes},
        class_names=CLASS_TITLES,
        class_choices=[(one.value, class_word(one)) for one in town.classes],
        types=[(one.value, f"{_(TYPE_NAMES[one])} ({one})") for one in SchoolType if one in types],
        counted={one: counted_words(town, one) for one in classes},
        wanted=wanted,
        kind=kind,
        only_gaps=only_gaps,
        number=number,
        school_choices=[(one.number, one.label) for one in town.schools],
        before=before,
        after=after,
        counted_schools=len(listed),
        on=said_day(on),
        day=on,
        devices_url=lambda school, cell: devices_url(town, cell.item_class, school.number),
    )


Listed = tuple[SchoolStand, list[standing.Cell]]


def _paged(listed: list[Listed]) -> tuple[list[Listed], str, str]:
    """The schools from the one that the address names on, and where the page before and the next begin."""
    begun = request.args.get("from", "")
    place = next((at for at, (school, _cells) in enumerate(listed) if school.number == begun), 0)
    before = place - SCHOOLS_ON_A_PAGE
    after = place + SCHOOLS_ON_A_PAGE
    return (
        listed[place:after],
        _from(listed[max(before, 0)][0]) if place else "",
        _from(listed[after][0]) if after < len(listed) else "",
    )


def _from(school: SchoolStand) -> str:
    kept = {name: text for name, text in request.args.items() if text and name != "from"}
    return url_for("plan.gap", **{**kept, "from": school.number})  # type: ignore[arg-type]


@bp.get("/schools/<number>")
@needs(May.SEE_PLAN)
def school(number: str) -> Any:
    """One school: what it is to have and why, what it has, what falls due."""
    session, actor, on = db.session(), current(), key_date()
    found = school_queries.get_school(session, number, seen_by=actor, may=May.SEE_PLAN)
    town = standing.look(session, on, seen_by=actor, school_id=found.id)
    stands = town.schools[0]
    year = town.years[0]
    return page(
        "plan/school.html",
        stand=town,
        school=stands,
        year=year_label(on),
        figures_year=year_label(date(stands.figures.school_year, 8, 1)) if stands.figures else "",
        class_names=CLASS_TITLES,
        cells=[cell for one in ItemClass if (cell := stands.cells[one]).is_listed or cell.worked.lacking],
        working=working,
        shared={
            one for one, cell in stands.cells.items() if any(step.is_shared for step in cell.worked.steps)
        },
        counted={one: counted_words(town, one) for one in ItemClass},
        urls={one: devices_url(town, one, number) for one in ItemClass},
        costs={one: town.assumed.price(one, year) * stands.cells[one].gap for one in ItemClass},
        cost=town.gap_cost(stands),
        ratio=ratio_words(stands.ratio),
        due=due_next(town),
        pace=waves(town) if town.cohorts else "",
        on=said_day(on),
        day=on,
    )
