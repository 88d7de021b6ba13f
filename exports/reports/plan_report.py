"""The committee's yearly workbook: the sheets of the contract first, then what explains and draws them."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from exports.reports.plan import BUDGET_COLUMNS, STOCK_FIGURES
from exports.reports.shape import Choice, Pages, Report, authority, place
from exports.workbook import SUM, Cover, Entry, Page, Picture
from school_it import deadlines, school_year
from school_it.access import Actor, May
from school_it.audit import plain
from school_it.cells import CODE, DATE, EURO, INTEGER, NUMBER, TEXT
from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_
from school_it.plan.report import figures
from school_it.plan.report.figures import SEEN, YearReport
from school_it.plan.report.models import PARTS
from school_it.plan.rules import spending
from school_it.plan.rules.budget import Part
from school_it.plan.rules.spending import Sum
from school_it.plan.standing import age_said
from school_it.plan.talks.rules import KEPT
from school_it.schools.rules import TYPE_NAMES
from school_it.sheets import Column

MONEY = (
    Column("spent", "Ausgaben im Jahr", EURO),
    Column("funded", "davon gefördert", EURO),
    Column("own", "Eigenanteil", EURO),
)
OVERVIEW = (
    Column("school_number", "Schulnummer", CODE),
    Column("school", "Schule", TEXT),
    Column("school_type", "Schulform", TEXT),
    Column("pupils", "Schülerzahl", INTEGER),
    Column("teachers", "Lehrkräfte", INTEGER),
    Column("rooms", "Unterrichtsräume", INTEGER),
    Column("ratio", "Schüler je Gerät", NUMBER),
    *MONEY,
)
EQUIPMENT = (
    Column("school_number", "Schulnummer", CODE),
    Column("school", "Schule", TEXT),
    Column("item_class", "Gerätegruppe", TEXT),
    Column("target", "Soll", INTEGER),
    Column("stock", "Bestand", INTEGER),
    Column("usable", "davon nutzbar", INTEGER),
    Column("gap", "Fehlbedarf", INTEGER),
)
REPLACEMENT = (
    Column("year", "Jahr", CODE),
    Column("item_class", "Gerätegruppe", TEXT),
    Column("count", "Anzahl", INTEGER),
    Column("cost", "Kosten", EURO),
)
CLASSES = tuple(Column(one.value, name, INTEGER) for one, name in ITEM_CLASSES.items())
GRANTS = (
    Column("reference", "Zuwendung", CODE),
    Column("title", "Bezeichnung", TEXT),
    Column("programme", "Programm", CODE),
    Column("granted", "bewilligt", EURO),
    Column("drawn", "abgerufen", EURO),
    Column("left", "noch abzurufen", EURO),
    Column("period_to", "Zeitraum bis", DATE),
    Column("proof_due", "Nachweis bis", DATE),
)
DEADLINES = (
    Column("day", "Tag", DATE),
    Column("kind", "Frist", TEXT),
    Column("what", "worum es geht", TEXT),
    Column("school", "Schule", TEXT),
)
LICENCES = (
    Column("product", "Produkt", TEXT),
    Column("owned", "vorhanden", INTEGER),
    Column("used", "genutzt", INTEGER),
    Column("this_year", "Kosten im Kalenderjahr", EURO),
    Column("next_year", "Kosten im nächsten", EURO),
)
RATIOS = (
    Column("year", "Schuljahr", CODE),
    Column("pupils", "Schülerzahl", INTEGER),
    Column("devices", "mobile Geräte", INTEGER),
    Column("ratio", "Schüler je Gerät", NUMBER),
)
SOURCES = (Column("source", "Quelle", TEXT), *MONEY)
PROGRAMMES = (Column("programme", "Programm", TEXT), Column("funded", "gefördert", EURO), MONEY[2])
ENDS = (Column("year", "Jahr", CODE), Column("count", "Geräte", INTEGER))
AGREEMENTS = (
    Column("school_number", "Schulnummer", CODE),
    Column("school", "Schule", TEXT),
    Column("what", "Vereinbarung", TEXT),
    Column("agreed_on", "vom", DATE),
    Column("due_on", "bis", DATE),
    Column("kept", "Stand", TEXT),
)
FIGURES = (
    *STOCK_FIGURES,
    Column("school_year", "Schuljahr", TEXT),
    Column("stock_from", "Bestand aus", TEXT),
    Column("counted", "als Gerät zählen", TEXT),
    *MONEY,
    Column("due", "zu ersetzende Geräte", INTEGER),
    Column("due_cost", "Kosten des Ersatzes", EURO),
)
TEXTS = (Column("part", "Abschnitt", TEXT), Column("school", "Schule", TEXT), Column("text", "Text", TEXT))


def _report(session: Session, choice: Choice, by: Actor) -> YearReport:
    """That of `choice.year`, the school year that begins in it; without one that of the day. Raises BadValue."""
    year = choice.year or school_year.school_year(choice.on)
    return choice.once(
        "report", lambda: figures.of_year(session, year, seen_by=by, school_id=choice.school_id)
    )


def _pages(session: Session, choice: Choice, by: Actor) -> Pages:
    made = _report(session, choice, by)
    below = _below(made, choice)
    mobile = ", ".join(made.town.counted_words(ItemClass.MOBILE))
    money = ("spent", "funded", "own")
    return [
        Page(
            f"Jahresbericht {school_year.label(made.year)}: Übersicht", "Übersicht", OVERVIEW, list(_overview(made)),
            subtitle=(below[0], f"{below[1]} · als Gerät zählen: {mobile or 'keine'}"),
            sums=("pupils", "teachers", "rooms", *money),
            names={"mb_ausgaben": (SUM, "spent"), "mb_gefoerdert": (SUM, "funded"), "mb_eigenanteil": (SUM, "own")},
        ),
        Page(
            "Ausstattung", "Ausstattung", EQUIPMENT, list(_equipment(made)), subtitle=below,
            sums=("target", "stock", "usable", "gap"),
        ),
        Page(
            "Ersatzbedarf nach Haushaltsjahr", "Ersatzbedarf", REPLACEMENT, list(_replacement(made)), subtitle=below,
            sums=("count", "cost"),
        ),
        _summary(made, below),
        *_finance(made, below),
        *_drawn(made, below),
        *_behind(made, below),
    ]  # fmt: skip


def _below(made: YearReport, choice: Choice) -> tuple[str, str]:
    said = (f"Stand {made.on:%d.%m.%Y}", place(choice), f"MEP {made.town.plan or '–'}", SEEN[made.seen])
    return authority(), " · ".join(said)


def _overview(made: YearReport) -> Iterator[tuple[Any, ...]]:
    spent = made.by_school
    for school in made.town.schools:
        money, told = spent.pop(school.id, Sum()), school.figures
        yield (
            school.number, school.name, TYPE_NAMES[school.kind], school.pupils, told.teachers if told else None,
            told.rooms if told else None, _tenths(school.ratio), money.paid, money.funded, money.own,
        )  # fmt: skip
    rest = spent.get(None)
    if rest is not None:
        name = "keiner einzelnen Schule zugeordnet"
        yield (None, name, None, None, None, None, None, rest.paid, rest.funded, rest.own)


def _tenths(ratio: Decimal | None) -> Decimal | None:
    return None if ratio is None else round(ratio, 1)


def _equipment(made: YearReport) -> Iterator[tuple[Any, ...]]:
    for school in made.town.schools:
        for one in ItemClass:
            cell = school.cells[one]
            if cell.is_listed:
                yield (
                    school.number, school.name, ITEM_CLASSES[one], cell.known_target, cell.stock, cell.usable,
                    cell.known_gap,
                )  # fmt: skip


def _replacement(made: YearReport) -> Iterator[tuple[Any, ...]]:
    for (year, one), count in sorted(made.due.by_year_and_class().items()):
        yield (str(year), ITEM_CLASSES[one], count, made.town.assumed.price(one, year) * count)


def _summary(made: YearReport, below: tuple[str, str]) -> Cover:
    town, total = made.town, made.total
    missing = sum(town.missing(one) for one in town.classes)
    entries = [
        Entry("Das Jahr in Zahlen", heading=True),
        Entry("Schuljahr", school_year.label(made.year), name="mb_schuljahr"),
        Entry("Stand", made.on, DATE, name="mb_stand"),
        Entry("Schülerzahl", town.pupils, INTEGER, name="mb_schueler"),
        Entry("Schüler je mobilem Gerät", _tenths(town.ratio), NUMBER, name="mb_schueler_je_geraet"),
        Entry("als Gerät zählen", ", ".join(town.counted_words(ItemClass.MOBILE)) or None),
        Entry("fehlende Geräte", missing, INTEGER, name="mb_fehlbedarf"),
        Entry("Ausgaben im Schuljahr", total.paid, EURO),
        Entry("davon gefördert", total.funded, EURO),
        Entry("Eigenanteil", total.own, EURO),
    ]
    if made.budget is not None:
        entries += [
            Entry("Betreuung", heading=True),
            Entry("Computer und Tablets", town.computers, INTEGER, name="mb_betreute_geraete"),
            Entry("Geräte je Stelle", town.assumed["support.devices"], NUMBER),
            Entry("genau gerechnet", made.budget.posts_exact, NUMBER),
            Entry("nötige Stellen", made.budget.posts, NUMBER, name="mb_stellen"),
            Entry(f"nötige Stellen {town.years[-1]}", made.budget.posts_at_the_end, NUMBER),
        ]
    entries += [
        Entry("So ist gerechnet", heading=True),
        Entry("Bestand", SEEN[made.seen]),
        Entry("Ausgaben", RULE),
        Entry("Ersatzbedarf", "Was nutzbar ist und im Jahr das Ende seiner Lebensdauer erreicht, zum Preis dann."),
    ]  # fmt: skip
    for one in made.texts:
        if one.school is None:
            entries += [Entry(PARTS[one.part], heading=True), Entry("", one.text)]
    return Cover(f"Jahresbericht {school_year.label(made.year)}", "Zusammenfassung", entries, subtitle=below)


RULE = (
    "Schuljahr vom 1. August bis zum Stand, brutto. Jeder Euro zählt einmal: zuerst die Belege der Zuwendungen nach "
    "dem Tag der Zahlung; von Rechnungen nur, was kein Beleg hat; von der Geräteliste nur Geräte, deren Rechnung in "
    "keinem von beiden steht, nach dem Tag der Anschaffung. Dort ist die Förderung nach dem Fördersatz gerechnet."
)


def _finance(made: YearReport, below: tuple[str, str]) -> list[Page]:
    """What the next years cost, as the page of the running year has it."""
    if made.budget is None or made.seen != "now":
        return []
    rows = [
        (
            str(one.year), *(one.parts[part] for part in Part), one.total, one.investive, one.consumptive, one.grant,
            one.own, made.budget.posts_by_year[one.year],
        )
        for one in made.budget.years
    ]  # fmt: skip
    columns = BUDGET_COLUMNS[1:]
    sums = tuple(column.field for column in columns[1:-1])
    return [Page("Was die nächsten Jahre kosten", "Finanzplan", columns, rows, subtitle=below, sums=sums)]


def _drawn(made: YearReport, below: tuple[str, str]) -> list[Page]:
    """The sheets with a chart of the program below their table."""
    return [draw(made, below) for draw in (_goals, _ratios, _wave, _pyramid, _by_programme)]


def _goals(made: YearReport, below: tuple[str, str]) -> Page:
    town = made.town
    columns = (
        Column("item_class", "Gerätegruppe", TEXT), EQUIPMENT[3], EQUIPMENT[5], EQUIPMENT[4], EQUIPMENT[6],
    )  # fmt: skip
    rows = [
        (
            ITEM_CLASSES[one], total.known_target, total.usable, total.stock,
            town.missing(one) if total.has_target else None,
        )
        for one in town.classes
        for total in (town.sum(one),)
    ]  # fmt: skip
    picture = Picture("Soll und nutzbarer Bestand", "item_class", ("target", "usable"), stacked=False)
    return Page("Ziel und Bestand", "Ziel und Bestand", columns, rows, subtitle=below, picture=picture)


def _ratios(made: YearReport, below: tuple[str, str]) -> Page:
    rows = [(school_year.label(one.year), one.pupils, one.devices, _tenths(one.value)) for one in made.ratios]
    picture = Picture("Schüler je mobilem Gerät", "year", ("ratio",), kind="line")
    title = "Schüler je Gerät über die Jahre"
    return Page(title, "Schüler je Gerät", RATIOS, rows, subtitle=below, picture=picture)


_CLASS_NAMES = tuple(column.field for column in CLASSES)


def _wave(made: YearReport, below: tuple[str, str]) -> Page:
    columns = (Column("year", "Haushaltsjahr", CODE), *CLASSES)
    counts = made.due.by_year_and_class()
    rows = [(str(year), *(counts.get((year, one), 0) for one in ItemClass)) for year in made.town.years]
    picture = Picture("Fällige Geräte nach Haushaltsjahr", "year", _CLASS_NAMES)
    return Page(
        "Ersatzwelle", "Ersatzwelle", columns, rows, subtitle=below, sums=_CLASS_NAMES, picture=picture
    )


def _pyramid(made: YearReport, below: tuple[str, str]) -> Page:
    columns = (Column("age", "Alter", TEXT), *CLASSES)
    ages = made.town.by_age()
    rows = [
        (str(age_said(age)), *(ages.get(age, {}).get(one, 0) for one in ItemClass))
        for age in range(max(ages, default=-1) + 1)
    ]
    picture = Picture("Alter der Geräte", "age", _CLASS_NAMES, kind="bar")
    return Page(
        "Altersaufbau", "Altersaufbau", columns, rows, subtitle=below, sums=_CLASS_NAMES, picture=picture
    )


def _by_programme(made: YearReport, below: tuple[str, str]) -> Page:
    rows = [
        (code or "ohne Programm", one.funded, one.own)
        for code, one in spending.by_programme(made.spent).items()
    ]
    sums = ("funded", "own")
    picture = Picture("Ausgaben nach Programm", "programme", sums)
    title = "Geld nach Quelle"
    return Page(title, title, PROGRAMMES, rows, subtitle=below, sums=sums, picture=picture)


def _behind(made: YearReport, below: tuple[str, str]) -> list[Page]:
    sources = [
        (spending.SOURCES[name], one.paid, one.funded, one.own)
        for name, one in spending.by_source(made.spent).items()
    ]
    grants = [
        (
            one.reference, one.title, one.programme.code, one.granted, one.drawn, one.granted - one.drawn,
            one.period_to, one.proof_due,
        )
        for one in made.grants
    ]  # fmt: skip
    ends = {kind: title for one in deadlines.watches() for kind, title in one.kinds.items()}
    due = [(one.day, ends.get(one.kind), str(one.what), one.school) for one in made.deadlines]
    licences = [(one.product, one.owned, one.used, one.this_year, one.next_year) for one in made.licences]
    agreed = [
        (one.school.school_number, one.school.name, one.what, one.agreed_on, one.due_on, KEPT[one.kept])
        for one in made.agreements
    ]
    texts = [(PARTS[one.part], one.school.name if one.school else None, one.text) for one in made.texts]
    return [
        Page(
            "Woher die Ausgaben bekannt sind", "Quellen", SOURCES, sources, subtitle=below,
            sums=("spent", "funded", "own"),
        ),
        Page("Offene Fördermittel", "Fördermittel", GRANTS, grants, subtitle=below, sums=("granted", "drawn", "left")),
        Page("Nächste Fristen", "Fristen", DEADLINES, due, subtitle=below),
        Page(
            "Wann Zweckbindungen enden", "Zweckbindung", ENDS,
            [(str(year), count) for year, count in made.earmark_ends], subtitle=below, sums=("count",),
        ),
        Page("Lizenzen", "Lizenzen", LICENCES, licences, subtitle=below, sums=("this_year", "next_year")),
        Page("Vereinbarungen mit den Schulen", "Vereinbarungen", AGREEMENTS, agreed, subtitle=below),
        Page("Texte", "Texte", TEXTS, texts, subtitle=below, widest=90),
    ]  # fmt: skip


def _figures(session: Session, choice: Choice, by: Actor) -> dict[str, Any]:
    made = _report(session, choice, by)
    town, total = made.town, made.total
    return {
        "school_year": school_year.label(made.year), "on": plain(made.on), "stock_from": made.seen, "plan": town.plan,
        "pupils": town.pupils, "pupils_per_device": None if town.ratio is None else plain(round(town.ratio, 2)),
        "counted": town.counted_words(ItemClass.MOBILE),
        "gap": sum(town.missing(one) for one in town.classes), "spent": plain(total.paid),
        "funded": plain(total.funded), "own": plain(total.own), "due": sum(made.due.counts().values()),
        "due_cost": plain(sum(made.due.cost(town.assumed.price).values(), Decimal(0))),
    }  # fmt: skip


PLAN_REPORT = (
    Report(
        "plan-report",
        N_("MEP-Jahresbericht"),
        N_(
            "Die Arbeitsmappe für den Schulausschuss: je Schule, Ausstattung, Ersatzbedarf, Geld, mit Diagrammen"
        ),
        May.SEE_FUNDING,
        _pages,
        figures=_figures,
        figure_columns=FIGURES,
    ),
)
