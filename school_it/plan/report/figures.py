"""What the report of a school year tells: one look at the town, what was spent, and the years before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from school_it import as_of, deadlines, school_year
from school_it.access import Actor, May
from school_it.database import today
from school_it.deadlines import Deadline
from school_it.devices.rules import ItemClass
from school_it.errors import N_, BadValue
from school_it.funding.models import Grant
from school_it.licences import usage
from school_it.plan import money, queries, standing
from school_it.plan.models import DecidedPlan
from school_it.plan.money import Budget
from school_it.plan.queries import stock
from school_it.plan.report import queries as report_queries
from school_it.plan.report.models import Part, PlanText
from school_it.plan.rules import need, spending
from school_it.plan.rules.spending import Spent, Sum
from school_it.plan.rules.wave import Spread
from school_it.plan.standing import Town
from school_it.plan.talks.models import Agreement

YEARS_BACK = 5
DAYS_AHEAD = 200
FIRST_YEAR = 2000
SEEN = {
    "now": N_("Bestand von heute"),
    "trail": N_("Bestand dieses Tages, aus der Aufzeichnung zurückgelesen"),
    "dates": N_(
        "Bestand dieses Tages nach Anschaffung, Inbetriebnahme und Aussonderung; Schule und Nutzung wie heute, "
        "denn so weit reicht die Aufzeichnung nicht zurück"
    ),
}


@dataclass(frozen=True)
class Ratio:
    """The mobile devices and pupils of a school year at its key day, by the dates of the devices."""

    year: int
    pupils: int
    devices: int

    @property
    def value(self) -> Decimal | None:
        return need.ratio(self.pupils, self.devices)


@dataclass
class YearReport:
    """`seen` says how the stock of the key day was found, one of `SEEN`. Money is that of the school year, up to
    the key day: what was paid from 1 August on."""

    year: int
    on: date
    seen: str
    town: Town
    budget: Budget | None
    due: Spread
    spent: list[Spent] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    grants: Sequence[Grant] = ()
    deadlines: Sequence[Deadline] = ()
    earmark_ends: list[tuple[int, int]] = field(default_factory=list)
    licences: Sequence[usage.Use] = ()
    texts: Sequence[PlanText] = ()
    decided: DecidedPlan | None = None
    agreements: Sequence[Agreement] = ()
    megabits: dict[int, int] = field(default_factory=dict)

    @property
    def by_school(self) -> dict[int | None, Sum]:
        return spending.by_school(self.spent)

    @property
    def total(self) -> Sum:
        return sum_of(self.spent)

    def text(self, part: Part, school_id: int | None = None) -> str:
        return next((one.text for one in self.texts if (one.part, one.school_id) == (part, school_id)), "")


def sum_of(spent: Sequence[Spent]) -> Sum:
    total = Sum()
    for one in spent:
        total = total.plus(one)
    return total


def day_of(year: int) -> date:
    """The key day: today in the running school year, the last day of an earlier one. Raises BadValue."""
    now = today()
    if not FIRST_YEAR <= year <= school_year.school_year(now):
        raise BadValue(
            N_("Einen Jahresbericht gibt es für die Schuljahre von %(first)s bis %(last)s."),
            first=school_year.label(FIRST_YEAR),
            last=school_year.label(school_year.school_year(now)),
        )
    return min(now, school_year.ends(year))


def stands(
    session: Session, on: date, *, seen_by: Actor, school_id: int | None = None
) -> tuple[Town, str, dict[int, int]]:
    """Where the schools stood when `on` ended, how that is known, and their Mbit/s, which have no dates of theirs."""
    if on >= today():
        found = standing.look(session, on, seen_by=seen_by, school_id=school_id)
        return found, "now", report_queries.megabits(session, seen_by=seen_by)
    try:
        with as_of.end_of(on) as past:
            found = standing.look(past, on, seen_by=seen_by, school_id=school_id)
            return found, "trail", report_queries.megabits(past, seen_by=seen_by)
    except BadValue:
        return standing.look(session, on, seen_by=seen_by, school_id=school_id), "dates", {}


def counts_of(session: Session, year: int, *, seen_by: Actor, school_id: int | None = None) -> YearReport:
    """Stock and money of a school year, without what stands around them. Raises BadValue."""
    on = day_of(year)
    town, seen, lines = stands(session, on, seen_by=seen_by, school_id=school_id)
    spent = report_queries.spent(session, school_year.begins(year), on, seen_by=seen_by, school_id=school_id)
    return YearReport(
        year, on, seen, town, None, standing.as_due(town), spent=spent, megabits=lines,
    )  # fmt: skip


def of_year(session: Session, year: int, *, seen_by: Actor, school_id: int | None = None) -> YearReport:
    """The whole report; what the reader may not see of money and licences stays out. Raises BadValue."""
    made = counts_of(session, year, seen_by=seen_by, school_id=school_id)
    town, on = made.town, made.on
    made.ratios = ratios(session, year, town, seen_by=seen_by)
    made.earmark_ends = report_queries.earmark_ends(session, on, seen_by=seen_by)
    made.agreements = report_queries.agreements(session, school_year.begins(year), on, seen_by=seen_by)
    made.texts = report_queries.texts_of(session, year)
    if seen_by.may(May.SEE_FUNDING):
        if town.plan:
            made.budget = money.of(session, town, seen_by=seen_by)
        decided = queries.decided_plans(session, town.plan)
        made.decided = next((one for one in decided if one.decided_on <= on), None)
        made.grants = report_queries.open_grants(session, on)
        made.deadlines = deadlines.within(session, seen_by, today(), _ahead(today()))
    if seen_by.may(May.SEE_LICENCES):
        made.licences = usage.by_product(session, seen_by=seen_by)
    return made


def _ahead(day: date) -> date:
    return date.fromordinal(day.toordinal() + DAYS_AHEAD)


def ratios(session: Session, year: int, town: Town, *, seen_by: Actor) -> list[Ratio]:
    """Pupils for each mobile device in this school year and the five before; what counts is as in `town`.

    Years before the first figures of pupils are left out.
    """
    years = list(range(year - YEARS_BACK, year + 1))
    days = [min(town.on, school_year.ends(one)) for one in years]
    counts = report_queries.counted_on_days(
        session, days, town.counting[ItemClass.MOBILE].pairs, seen_by=seen_by
    )
    counts[-1] = town.sum(ItemClass.MOBILE).stock
    found = []
    for one, count in zip(years, counts, strict=True):
        by_school = stock.figures(session, one, seen_by=seen_by)
        pupils = sum(figures.all_pupils or 0 for figures in by_school.values())
        if pupils:
            found.append(Ratio(one, pupils, count))
    return found


def before(session: Session, report: YearReport, *, seen_by: Actor) -> tuple[Town, list[Spent], str] | None:
    """Town and money of the year before at its end, for comparison; None before the first year with figures."""
    year = report.year - 1
    if year < FIRST_YEAR or report.year - 1 not in {one.year for one in report.ratios}:
        return None
    on = day_of(year)
    town, seen, _lines = stands(session, on, seen_by=seen_by)
    return town, report_queries.spent(session, school_year.begins(year), on, seen_by=seen_by), seen
