"""Everything that a yearly talk with a school is about, as tables: for page, workbook and print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor, May
from school_it.database import today
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_, Sentence
from school_it.funding.book import MEASURE_STATES
from school_it.licences import costs
from school_it.money import NOTHING
from school_it.plan import standing
from school_it.plan.report import queries as spending
from school_it.plan.rules import wave
from school_it.plan.standing import SchoolStand, Town
from school_it.plan.survey import queries as survey
from school_it.plan.survey.rules import DECISIONS, Decision
from school_it.plan.talks import facts, queries
from school_it.plan.talks.models import Agreement, AnnualReview
from school_it.plan.talks.rules import KEPT, STILL_TO_COME, Kept
from school_it.schools.models import School

YEARS_AHEAD, YEARS_BACK = 5, 3


@dataclass(frozen=True)
class Head:
    """A column: numbers stand right; `summed`: the last line adds them up; `is_word`: a word to be translated."""

    title: str
    is_number: bool = False
    summed: bool = False
    is_word: bool = False


@dataclass(frozen=True)
class Section:
    """A table of the dossier. `lines` are plain values: text, whole numbers, euros as Decimal, days, None.

    `place` is the endpoint behind it with its arguments; `empty` what is said where there is nothing.
    """

    key: str
    title: str
    heads: Sequence[Head]
    lines: Sequence[Sequence[Any]]
    place: tuple[str, dict[str, Any]] | None = None
    empty: str = N_("nichts")
    note: str | Sentence = ""

    @property
    def sums(self) -> list[Any]:
        """The sum of each summed column, None for the others; empty where nothing is to be summed."""
        if not self.lines or not any(head.summed for head in self.heads):
            return []
        return [
            sum((line[place] for line in self.lines if line[place] is not None), start=0)
            if head.summed
            else None
            for place, head in enumerate(self.heads)
        ]


@dataclass
class Dossier:
    """What is known of a school for the talk of a year, on a day."""

    school: School
    year: int
    on: date
    town: Town
    last: Sequence[Agreement]
    fresh: Sequence[Agreement]
    reviews: Sequence[AnnualReview]
    sections: list[Section] = field(default_factory=list)

    @property
    def stand(self) -> SchoolStand:
        return self.town.schools[0]

    @property
    def label(self) -> str:
        return school_year.label(self.year)

    @property
    def missing(self) -> int:
        return sum(self.stand.cells[one].gap for one in self.town.classes)

    @property
    def kept(self) -> tuple[int, int]:
        """Of the agreements of before that are not dropped: how many are kept, and how many there are."""
        counted = [one for one in self.last if one.kept is not Kept.DROPPED]
        return sum(one.kept is Kept.KEPT for one in counted), len(counted)

    def section(self, key: str) -> Section:
        return next(one for one in self.sections if one.key == key)


def gather(session: Session, school: School, year: int | None = None, *, seen_by: Actor) -> Dossier:
    """A fixed number of statements, however many devices the school has."""
    now = today()
    running = school_year.school_year(now)
    year = running if year is None else year
    on = now if year == running else min(now, school_year.ends(year))
    town = standing.look(session, on, seen_by=seen_by, school_id=school.id)
    begun = school_year.begins(year)
    agreements = queries.agreements_of(session, school.id)
    found = Dossier(
        school,
        year,
        on,
        town,
        [
            one
            for one in agreements
            if one.agreed_on < begun and (one.agreed_on >= school_year.begins(year - 1) or _hangs_on(one))
        ],
        [one for one in agreements if begun <= one.agreed_on <= school_year.ends(year)],
        [one for one in queries.reviews_of(session, school.id) if one.school_year <= year],
    )
    found.sections = [
        _before(found), _equipment(found), _ages(found), _due(found), _trouble(session, found, seen_by),
        *_network(session, found, seen_by), *_licences(session, found, seen_by), *_money(session, found, seen_by),
        _wishes(session, found, seen_by), _new(found),
    ]  # fmt: skip
    return found


def _hangs_on(one: Agreement) -> bool:
    return one.kept in STILL_TO_COME


AGREED_HEADS = (
    Head(N_("Vereinbart")), Head(N_("Anzahl"), True), Head(N_("Betrag"), True), Head(N_("wer")), Head(N_("bis wann")),
    Head(N_("Stand"), is_word=True), Head(N_("Anmerkung")),
)  # fmt: skip


def _agreed_lines(some: Sequence[Agreement]) -> list[list[Any]]:
    return [
        [one.what, one.number, one.euros, one.responsible, one.due_on, KEPT[one.kept], one.note]
        for one in some
    ]


def _before(found: Dossier) -> Section:
    return Section(
        "before", N_("Vereinbarungen von bisher"), AGREED_HEADS, _agreed_lines(found.last),
        empty=N_("Aus dem Vorjahr gibt es keine Vereinbarungen."),
    )  # fmt: skip


def _new(found: Dossier) -> Section:
    return Section(
        "fresh", N_("Vereinbarungen in diesem Schuljahr"), AGREED_HEADS, _agreed_lines(found.fresh),
        empty=N_("Noch nichts vereinbart."),
    )  # fmt: skip


def _equipment(found: Dossier) -> Section:
    town, stand = found.town, found.stand
    lines = []
    for one in ItemClass:
        cell = stand.cells[one]
        if cell.is_listed:
            price = town.assumed.price(one, town.on.year)
            lines.append(
                [
                    ITEM_CLASSES[one], cell.known_target, cell.stock, cell.usable, cell.known_gap,
                    None if cell.known_gap is None else cell.known_gap * price, cell.bound, cell.ordered,
                    cell.requested, cell.agreed,
                ]
            )  # fmt: skip
    return Section(
        "equipment", N_("Bestand und Ziel"),
        (
            Head(N_("Gerätegruppe"), is_word=True), Head(N_("Ziel"), True), Head(N_("Bestand"), True),
            Head(N_("nutzbar"), True), Head(N_("Fehlbedarf"), True, True), Head(N_("Kosten"), True, True),
            Head(N_("zweckgebunden"), True), Head(N_("bestellt"), True), Head(N_("geplant"), True),
            Head(N_("vereinbart"), True),
        ),
        lines, place=("plan.school", {"number": stand.number}), empty=N_("Kein Ziel und keine Geräte."),
    )  # fmt: skip


def _ages(found: Dossier) -> Section:
    """By year of beginning, how many devices of each class; the oldest first."""
    classes = [one for one in ItemClass if any(key[0] is one for key in found.town.ages)]
    years = sorted({year for _one, year in found.town.ages if year is not None})
    lines = [[str(year), *(found.town.ages.get((one, year), 0) for one in classes)] for year in years]
    undated = [found.town.ages.get((one, None), 0) for one in classes]
    if any(undated):
        lines.append(["–", *undated])
    return Section(
        "ages", N_("Alter: Geräte nach Jahr der Anschaffung"),
        (Head(N_("Jahr")), *(Head(ITEM_CLASSES[one], True, True) for one in classes)), lines,
        empty=N_("Keine Geräte."),
    )  # fmt: skip


def _due(found: Dossier) -> Section:
    town, first = found.town, found.on.year
    years = range(first, first + YEARS_AHEAD + 1)
    counts = wave.as_due(town.cohorts, years, replace_bound=True).by_year_and_class()
    lines = [
        [str(year), ITEM_CLASSES[one], count, count * town.assumed.price(one, year)]
        for year in years
        for one in ItemClass
        if (count := counts.get((year, one), 0))
    ]  # fmt: skip
    return Section(
        "due", N_("Ersatz fällig"),
        (
            Head(N_("Haushaltsjahr")), Head(N_("Gerätegruppe"), is_word=True), Head(N_("Anzahl"), True, True),
            Head(N_("Kosten"), True, True),
        ),
        lines, empty=N_("In den nächsten Jahren wird nichts fällig."),
        note=Sentence(N_("Was dann noch zweckgebunden ist, steht im Haushalt erst nach dem Ende der Bindung."))
        if any(one.is_bound_when_due for one in town.cohorts)
        else "",
    )  # fmt: skip


def _trouble(session: Session, found: Dossier, seen_by: Actor) -> Section:
    counted = facts.trouble(session, found.school.id, found.on, seen_by=seen_by)
    return Section(
        "trouble", N_("Ausgeliehen, defekt, verloren"), (Head(N_("Was"), is_word=True), Head(N_("Geräte"), True)),
        [[name, number] for name, number in counted], empty=N_("Dazu ist nichts zu sehen."),
        place=("devices.index", {"school": found.school.school_number}),
    )  # fmt: skip


def _network(session: Session, found: Dossier, seen_by: Actor) -> list[Section]:
    if not seen_by.scope(May.SEE_NETWORK).holds(found.school.id):
        return []
    lines = facts.network(session, found.town, seen_by=seen_by)
    return [
        Section(
            "network", N_("Netz"),
            (
                Head(N_("Was"), is_word=True), Head(N_("vorhanden"), True), Head(N_("nach Plan"), True),
                Head(N_("fehlt"), True),
            ),
            lines,
            place=("network.index", {"school": found.school.school_number}), empty=N_("Keine Angaben zum Netz."),
        )
    ]  # fmt: skip


def _licences(session: Session, found: Dossier, seen_by: Actor) -> list[Section]:
    if not seen_by.scope(May.SEE_LICENCES).holds(found.school.id):
        return []
    year = found.on.year
    by_school = costs.by_school(session, [year], seen_by=seen_by)
    lines = facts.licences(session, found.school, year, seen_by=seen_by)
    own = sum((line[-1] or NOTHING for line in lines), NOTHING)
    shared = by_school.get(found.school.id, {}).get(year, NOTHING) - own
    if shared > 0:
        lines.append([N_("Anteil an Lizenzen für alle Schulen"), None, None, None, shared])
    return [
        Section(
            "licences", N_("Lizenzen"),
            (
                Head(N_("Produkt"), is_word=True), Head(N_("Plätze"), True), Head(N_("gültig bis")),
                Head(N_("kündbar bis")), Head(N_("Kosten im Haushaltsjahr"), True, True),
            ),
            lines, place=("licences.index", {"school": found.school.school_number}), empty=N_("Keine Lizenzen."),
        )
    ]  # fmt: skip


def _money(session: Session, found: Dossier, seen_by: Actor) -> list[Section]:
    if not seen_by.may(May.SEE_FUNDING):
        return []
    lines = []
    for year in range(found.year - YEARS_BACK + 1, found.year + 1):
        until = min(school_year.ends(year), found.on)
        rows = spending.spent(
            session, school_year.begins(year), until, seen_by=seen_by, school_id=found.school.id
        )
        paid = sum((one.paid for one in rows), NOTHING)
        funded = sum((one.funded for one in rows), NOTHING)
        lines.append([school_year.label(year), paid, funded, paid - funded])
    measures = [
        [
            one.programme.code, one.description, one.quantity, one.total, one.eligible, MEASURE_STATES[one.state],
        ]
        for one in facts.measures(session, found.school.id)
    ]  # fmt: skip
    return [
        Section(
            "spent", N_("Ausgegeben"),
            (
                Head(N_("Schuljahr")), Head(N_("Ausgaben"), True, True), Head(N_("davon gefördert"), True, True),
                Head(N_("Eigenanteil"), True, True),
            ),
            lines,
        ),
        Section(
            "measures", N_("Maßnahmen der Förderung"),
            (
                Head(N_("Programm")), Head(N_("Maßnahme")), Head(N_("Anzahl"), True),
                Head(N_("Gesamtausgaben"), True, True), Head(N_("zuwendungsfähig"), True, True),
                Head(N_("Stand"), is_word=True),
            ),
            measures, empty=N_("Keine Maßnahmen."),
        ),
    ]  # fmt: skip


def _wishes(session: Session, found: Dossier, seen_by: Actor) -> Section:
    one = next((each for each in survey.rounds(session) if each.school_year <= found.year), None)
    wishes = survey.wishes(session, one, seen_by=seen_by, school_id=found.school.id) if one else []
    lines = [
        [
            wish.trace_label, wish.gap, wish.wanted, wish.reason,
            DECISIONS[wish.decision] if wish.wanted else None,
            wish.granted if wish.decision is not Decision.OPEN else None, wish.decision_reason,
        ]
        for wish in wishes
        if wish.wanted is not None
    ]  # fmt: skip
    return Section(
        "wishes", N_("Wünsche der Schule"),
        (
            Head(N_("Gerätegruppe"), is_word=True), Head(N_("Fehlbedarf"), True), Head(N_("gewünscht"), True),
            Head(N_("Begründung")), Head(N_("Entscheidung"), is_word=True), Head(N_("bewilligt"), True),
            Head(N_("Grund")),
        ),
        lines, empty=N_("Die Schule hat sich nicht geäußert."),
        place=("plan.survey_school", {"year": one.school_year, "number": found.school.school_number}) if one else None,
        note=Sentence(N_("Bedarfsabfrage %(year)s"), year=one.label) if one else "",
    )  # fmt: skip
