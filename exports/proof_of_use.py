"""The proof of use of a grant: the cover with its figures, income, spending, and the rules that were looked at.

Lists of receipts and devices stand beside them as everywhere else. Figures lead to their rows: sums are formulas over
the list of receipts, with their values stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from exports.workbook import FIRST_ROW, HEADER_ROW, Cover, Entry, Formula, Page, Picture
from school_it import cells
from school_it.cells import DATE, EURO, TEXT, show_date, show_percent
from school_it.database import TOWN_TIME
from school_it.funding import proof, rules
from school_it.funding.checking import Check, Severity
from school_it.funding.models import AcceptedWarning, Grant
from school_it.funding.sheet import RECEIPTS
from school_it.funding.standing import Standing
from school_it.jobs import restored
from school_it.money import shown
from school_it.sheets import Column

COVER, RECEIPT_SHEET, DEVICE_SHEET = "Deckblatt", "Belegliste", "Geräte"
PER_HUNDRED = cells.Type("per_hundred", cells.read_number, cells.show_number)
INCOME = (
    Column("source", "Einnahme", TEXT),
    Column("planned", "Bescheid EUR", EURO),
    Column("planned_share", "Bescheid v.H.", PER_HUNDRED),
    Column("actual", "Abrechnung EUR", EURO),
    Column("actual_share", "Abrechnung v.H.", PER_HUNDRED),
)
SPENDING = (
    Column("category", "Fördergegenstand", cells.CODE),
    Column("planned", "Bescheid gesamt", EURO),
    Column("planned_eligible", "Bescheid zuwendungsfähig", EURO),
    Column("paid", "Abrechnung gesamt", EURO),
    Column("eligible", "Abrechnung zuwendungsfähig", EURO),
    Column("title", "Bezeichnung", TEXT),
)
CHECKS = (
    Column("rule", "Regel", cells.CODE),
    Column("result", "Ergebnis", TEXT),
    Column("severity", "Gewicht", TEXT),
    Column("hint", "Hinweis", TEXT),
)
WEIGHTS = {Severity.ERROR: "sperrt", Severity.WARN: "warnt", Severity.INFO: "Hinweis"}
"""What a rule does that is broken; one that holds weighs nothing."""
HOLDS, BROKEN, ACCEPTED = "erfüllt", "verletzt", "begründet"
NAMES = {
    "eligible_planned": ("vn_zuwendungsfaehig_plan", "zuwendungsfähige Ausgaben nach Bescheid"),
    "granted": ("vn_bewilligt", "bewilligte Zuwendung"),
    "own_share_planned": ("vn_eigenanteil_plan", "Eigenanteil nach Bescheid"),
    "paid_total": ("vn_ausgaben_ist", "geleistete Ausgaben"),
    "eligible_actual": ("vn_zuwendungsfaehig_ist", "davon zuwendungsfähig"),
    "grant_final": ("vn_zuwendung_ist", "abgerechnete Zuwendung"),
    "third_party": ("vn_drittmittel_ist", "Leistungen Dritter"),
    "own_share_actual": ("vn_eigenanteil_ist", "Eigenanteil nach Abrechnung"),
    "drawn": ("vn_abgerufen", "abgerufen"),
    "still_due": ("vn_noch_offen", "noch auszuzahlen"),
    "repay": ("vn_rueckzahlung", "zurückzuzahlen"),
    "earmark_end": ("vn_zweckbindung_bis", "Zweckbindung bis"),
}
"""By figure, the named cell and what people call it."""
FIGURES = tuple(
    Column(name, label, DATE if name == "earmark_end" else EURO) for name, (_cell, label) in NAMES.items()
)
_REST = {
    "own_share_planned": "ROUND(vn_zuwendungsfaehig_plan-vn_bewilligt-vn_drittmittel_ist,2)",
    "own_share_actual": "ROUND(vn_ausgaben_ist-vn_zuwendung_ist-vn_drittmittel_ist,2)",
    "still_due": "ROUND(MAX(0,vn_zuwendung_ist-vn_abgerufen),2)",
    "repay": "ROUND(MAX(0,vn_abgerufen-vn_zuwendung_ist),2)",
}
_DECIDED = frozenset({"eligible_planned", "granted", "drawn", "still_due", "repay"})
_INCOME_LINES = {"own_share_planned": 0, "own_share_actual": 0, "third_party": 1, "grant_final": 3}
_SUMMED = {"paid_total": "paid_amount", "eligible_actual": "eligible_requested"}


def front(
    grant: Grant, standing: Standing, subtitle: Sequence[str], *, authority: str, titles: Mapping[str, str]
) -> list[Page | Cover]:
    """The sheets before the lists; `titles` says by funding item what it is about."""
    return [
        _cover(grant, standing, subtitle, authority),
        _income(standing, subtitle),
        _spending(standing, subtitle, titles),
    ]


def checks_page(
    looked_at: Sequence[Check], subtitle: Sequence[str], accepted: Sequence[AcceptedWarning] = ()
) -> Page:
    """The rules, and below them the warnings that were taken with a reason."""
    rows: list[tuple[str, str, str | None, str]] = [
        (one.rule, HOLDS, None, str(one.sentence))
        if one.holds
        else (one.rule, BROKEN, WEIGHTS[one.severity], str(one.sentence))
        for one in looked_at
    ]
    rows += [(one.rule, ACCEPTED, WEIGHTS[Severity.WARN], _with_reason(one)) for one in accepted]
    return Page("Prüfung", "Prüfung", CHECKS, rows, subtitle=subtitle, widest=80)


def _with_reason(one: AcceptedWarning) -> str:
    about = f"Beleg {one.receipt.receipt_no}: " if one.receipt else ""
    about = f"Az. {one.decision.file_reference}: " if one.decision else about
    about = f"Mittelabruf {one.drawdown.number}: " if one.drawdown else about
    said = restored(one.sentence)
    return f"{about}{said} Begründung: {one.reason} ({one.who}, {show_date(one.at.astimezone(TOWN_TIME).date())})"


def as_json(looked_at: Sequence[Check]) -> list[dict[str, Any]]:
    """The `checks` of ``export --json``."""
    return [
        {"rule": one.rule, "holds": one.holds, "severity": one.severity.value, "sentence": str(one.sentence)}
        for one in looked_at
    ]


# --- the cover ---


def _cover(grant: Grant, standing: Standing, subtitle: Sequence[str], authority: str) -> Cover:
    above = [*_about(grant, authority), *_decisions(grant)]
    last = HEADER_ROW + len(above)
    figures = _figures(standing, (last - len(grant.decisions) + 1, last))
    return Cover("Verwendungsnachweis", COVER, [*above, *figures, *_to_sign()], subtitle=subtitle)


def _about(grant: Grant, authority: str) -> Iterator[Entry]:
    programme = grant.programme
    yield Entry("Zuwendung", heading=True)
    yield Entry("Zuwendungsempfänger", authority)
    yield Entry("Bewilligungsbehörde", _first(grant, "authority"))
    yield Entry("Maßnahme", grant.title)
    yield Entry("Zuwendungszweck", _first(grant, "purpose"))
    yield Entry("Aktenzeichen", ", ".join(one.file_reference for one in grant.decisions))
    yield Entry("Kennzeichen", grant.reference)
    yield Entry("Förderprogramm", f"{programme.code} {programme.title}")
    yield Entry("Richtlinie", programme.directive)
    yield Entry("Finanzierung", _financing(grant))
    yield Entry(
        "Durchführung", " bis ".join(show_date(day) for day in (grant.period_from, grant.period_to) if day)
    )
    yield Entry("Verwendungsnachweis fällig am", grant.proof_due, DATE)


def _first(grant: Grant, name: str) -> Any:
    return next((value for one in grant.decisions if (value := getattr(one, name))), None)


def _financing(grant: Grant) -> str | None:
    way = grant.programme.financing
    parts = (
        rules.FINANCINGS_IN_FULL[way] if way else None,
        show_percent(grant.rate) if grant.rate is not None else None,
    )
    return ", ".join(filter(None, parts)) or None


def _decisions(grant: Grant) -> Iterator[Entry]:
    yield Entry("Bescheide", heading=True)
    for one in grant.decisions:
        said = f"{shown(one.granted)} von {shown(one.eligible)} zuwendungsfähigen Ausgaben"
        yield Entry(f"{show_date(one.decision_date)}, Az. {one.file_reference}", said)


def _figures(standing: Standing, decisions: tuple[int, int]) -> Iterator[Entry]:
    """Each leads to what is behind it; `decisions` are the first and last of their lines on the cover."""
    yield Entry("Zahlenmäßiger Nachweis", heading=True)
    values = standing.figures.by_name()
    for column in FIGURES:
        figure, name = column.field, NAMES[column.field][0]
        value = _as_formula(figure, values[figure], len(standing.receipts))
        leads_to = _behind(figure, decisions, len(standing.receipts))
        yield Entry(column.header, value, column.type, name, leads_to=leads_to)


def _behind(figure: str, decisions: tuple[int, int], receipts: int) -> str | None:
    """Where the rows of a figure stand: its receipts, its decisions, its line of the income, its devices."""
    if figure in _SUMMED:
        return _receipts(_SUMMED[figure], receipts) if receipts else None
    if figure in _DECIDED:
        first, last = decisions
        return f"{COVER}!A{first}:B{last}" if last >= first else None
    if figure in _INCOME_LINES:
        return f"Einnahmen!A{FIRST_ROW + 1 + _INCOME_LINES[figure]}"
    return f"{DEVICE_SHEET}!A{FIRST_ROW + 1}"


def _as_formula(figure: str, value: Decimal | date | None, receipts: int) -> Any:
    """What follows from other cells is a formula; what was entered, or takes a rule, is a number."""
    if not isinstance(value, Decimal):
        return value
    if figure in _SUMMED and receipts:
        return Formula(f"SUM({_receipts(_SUMMED[figure], receipts)})", value)
    return Formula(_REST[figure], value) if figure in _REST else value


def _receipts(field: str, number: int) -> str:
    """The cells of a column of the list of receipts."""
    from xlsxwriter.utility import xl_range_abs

    place = RECEIPTS.fields.index(field)
    return f"{RECEIPT_SHEET}!{xl_range_abs(FIRST_ROW, place, FIRST_ROW + number - 1, place)}"


def _to_sign() -> Iterator[Entry]:
    yield Entry("Bestätigung", heading=True)
    yield Entry("Die Ausgaben waren notwendig, es wurde wirtschaftlich und sparsam verfahren.", "ja / nein")
    yield Entry("Die Angaben stimmen mit den Büchern und Belegen überein.", "ja / nein")
    yield Entry("Ort, Datum", lines=2)
    yield Entry("Unterschrift", lines=3)


# --- income and spending ---

_CELLS = (
    ("vn_eigenanteil_plan", "vn_eigenanteil_ist"), ("vn_drittmittel_ist", "vn_drittmittel_ist"), (None, None),
    ("vn_bewilligt", "vn_zuwendung_ist"),
)  # fmt: skip
"""Where the amounts of the income stand on the cover, in the order of its lines."""


def _income(standing: Standing, subtitle: Sequence[str]) -> Page:
    rows = [
        (
            line.label, _named(names[0], line.planned), line.planned_share, _named(names[1], line.actual),
            line.actual_share,
        )
        for line, names in zip(proof.income(standing.figures), _CELLS, strict=True)
    ]  # fmt: skip
    sums = [column.field for column in INCOME[1:]]
    return Page("Einnahmen", "Einnahmen", INCOME, rows, subtitle=subtitle, sums=sums)


def _named(name: str | None, value: Decimal | None) -> Decimal | Formula | None:
    return value if name is None or value is None else Formula(name, value)


def _spending(standing: Standing, subtitle: Sequence[str], titles: Mapping[str, str]) -> Page:
    """With a cost plan its columns are sums too; what it does not share out of the decisions is a line of its own."""
    number, planned = len(standing.receipts), standing.figures.eligible_planned
    spent = proof.spending(standing.spent, standing.planned)
    rows: list[tuple[Any, ...]] = [
        (
            one.category, one.planned, one.planned_eligible, _of_category("paid_amount", number, place, one.paid),
            _of_category("eligible_requested", number, place, one.eligible), titles.get(one.category),
        )
        for place, one in enumerate(spent)
    ]  # fmt: skip
    if not standing.planned:
        whole = Formula(NAMES["eligible_planned"][0], planned)
        return Page(
            "Ausgaben", "Ausgaben", SPENDING, rows, subtitle=subtitle, sums=("paid", "eligible"),
            totals={"planned": whole, "planned_eligible": whole},
        )  # fmt: skip
    open_ = planned - sum((one.planned_eligible or rules.NOTHING for one in spent), rules.NOTHING)
    if open_:
        rows.append((NOT_SHARED_OUT, open_, open_, None, None, None))
    sums = ("planned", "planned_eligible", "paid", "eligible")
    seen = Picture(
        "Zuwendungsfähige Ausgaben: Bescheid und Abrechnung", "category", sums[1::2], stacked=False
    )
    return Page("Ausgaben", "Ausgaben", SPENDING, rows, subtitle=subtitle, sums=sums, picture=seen)


NOT_SHARED_OUT = "nicht aufgeteilt"


def _of_category(field: str, number: int, place: int, value: Decimal) -> Formula:
    """Compared letter by letter: to SUMIF the items »2.1« and »2.10« would be one number."""
    if not number:
        return Formula("0", value)
    same = f"EXACT({_receipts('category', number)},$A${FIRST_ROW + place + 1})"
    return Formula(f"SUMPRODUCT({same}*{_receipts(field, number)})", value)
