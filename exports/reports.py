"""The reports of the house: for each its name, title, what it needs, and its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from exports import device_list, drawdown, proof_of_use, returns
from exports.workbook import Cover, Page
from school_it import audit, sheets
from school_it.access import Actor, May
from school_it.database import today
from school_it.devices import listing
from school_it.devices import queries as device_queries
from school_it.devices import sheet as device_sheet
from school_it.errors import N_, BadValue
from school_it.funding import queries as funding_queries
from school_it.funding import standing
from school_it.funding.models import Grant
from school_it.funding.sheet import GRANTS, PROGRAMMES, RECEIPTS
from school_it.licences import queries as licence_queries
from school_it.licences.sheet import LICENCES
from school_it.network import queries as network_queries
from school_it.network.sheet import OUTLETS
from school_it.people import queries as people_queries
from school_it.people.intake import sheet_lines
from school_it.people.sheet import PEOPLE
from school_it.plan import queries as plan_queries
from school_it.plan.sheet import TARGETS
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.schools.sheet import FIGURES, ROOMS, SCHOOLS
from school_it.sheets import Sheet


@dataclass(frozen=True)
class Choice:
    """What the reader wants to see of a report; `known` keeps what pages, figures and checks of one workbook share."""

    school: School | None = None
    grant: Grant | None = None
    on: date | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def needed_grant(self) -> Grant:
        """Raises BadValue where none is chosen."""
        if self.grant is None:
            raise BadValue(N_("Bitte eine Zuwendung angeben: --grant mit Kennzeichen oder Aktenzeichen."))
        return self.grant

    @property
    def school_id(self) -> int | None:
        return self.school.id if self.school else None


Pages = Sequence[Page | Cover]


@dataclass(frozen=True)
class Report:
    """`import_kind` is the kind of import that reads it back; `needs` the options it cannot do without.

    `figures` are what ``export --json`` tells beside the number of rows: amounts as text, days ISO, unknown None;
    `checks` the rules that were looked at.
    """

    name: str
    title: str
    about: str
    may: May
    pages: Callable[[Session, Choice, Actor], Pages]
    import_kind: str | None = None
    needs: tuple[str, ...] = ()
    figures: Callable[[Session, Choice], dict[str, Any]] = lambda _session, _choice: {}
    checks: Callable[[Session, Choice], list[dict[str, Any]]] = lambda _session, _choice: []


def sheet_page(
    sheet: Sheet,
    rows: Iterable[Any],
    choice: Choice,
    *,
    title: str,
    sheet_name: str,
    sums: Sequence[str] = (),
    holding: str = "",
    printed_to: str | None = None,
) -> Page:
    """A page with all columns of a sheet, as the import reads them back; `holding` says what is among its rows."""
    authority, where = _subtitle(choice)
    paper = f"gedruckt bis »{sheet.column(printed_to).header}«" if printed_to else ""
    subtitle = (authority, " · ".join(filter(None, (where, holding, paper))))
    lines = sheets.lines(sheet, rows)
    return Page(title, sheet_name, sheet.columns, lines, subtitle=subtitle, sums=sums, printed_to=printed_to)


def _subtitle(choice: Choice) -> tuple[str, str]:
    """Workbooks go to German authorities: they are German whatever the reader's language."""
    where = f"{choice.school.name} ({choice.school.school_number})" if choice.school else "alle Schulen"
    authority = current_app.config["SCHOOL_IT"].AUTHORITY
    return authority, f"Stand {choice.on:%d.%m.%Y} · {where}" if choice.on else where


def _schools(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = [one for one in school_queries.schools(session, seen_by=by) if choice.school_id in (None, one.id)]
    return [sheet_page(SCHOOLS, rows, choice, title=SCHOOLS.title, sheet_name="Schulen")]


def _rooms(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = school_queries.rooms_for_sheet(session, seen_by=by, school_id=choice.school_id)
    return [sheet_page(ROOMS, rows, choice, title=ROOMS.title, sheet_name="Räume")]


def _figures(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = school_queries.figures_for_sheet(session, seen_by=by, school_id=choice.school_id)
    return [sheet_page(FIGURES, rows, choice, title=FIGURES.title, sheet_name="Schulzahlen")]


def _inventory(session: Session, choice: Choice, by: Actor) -> Pages:
    """The asset register: every device that is or was there, disposed ones too, as the audit of a town asks for it."""
    sheet = device_sheet.sheet_with(device_queries.category_names(session))
    rows = device_queries.register(session, seen_by=by, school_id=choice.school_id)
    return [
        sheet_page(
            sheet, rows, choice, title="Bestandsverzeichnis", sheet_name="Bestandsverzeichnis",
            sums=("price_net", "price_gross"), holding="auch ausgesonderte Geräte",
            printed_to="price_gross",
        )
    ]  # fmt: skip


def _devices(session: Session, choice: Choice, by: Actor) -> Pages:
    """The list of devices as the page shows it; `query` is the query of its address."""
    query = dict(choice.query) | ({"school": choice.school.school_number} if choice.school else {})
    wanted = listing.wish(query)
    return [device_list.page(session, wanted, subtitle=_subtitle(choice), seen_by=by)]


def _people(session: Session, choice: Choice, by: Actor) -> Pages:
    """Those of the directory and those from files, as far as the reader may see their schools."""
    scope = by.scope(May.SEE_PEOPLE)
    wanted = school_queries.numbers_within(session, scope, choice.school_id)
    sources = people_queries.sources(session)
    known = (person for source in sources for person in people_queries.known_people(session, source))
    everybody = scope.everywhere and choice.school is None
    seen = [person for person in known if everybody or wanted.intersection(person.school_numbers)]
    if not scope.everywhere:
        within = school_queries.numbers_within(session, scope)
        seen = [
            replace(person, school_numbers=tuple(n for n in person.school_numbers if n in within))
            for person in seen
        ]
    return [sheet_page(PEOPLE, sheet_lines(seen), choice, title=PEOPLE.title, sheet_name="Personen")]


def _returns(session: Session, choice: Choice, by: Actor) -> Pages:
    """The list of returns as the page shows it; `query` is the query of its address."""
    number = choice.school.school_number if choice.school else None
    return [returns.page(session, choice.query, school_number=number, subtitle=_subtitle(choice), seen_by=by)]


def _licences(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = licence_queries.rows_for_sheet(session, seen_by=by, school_id=choice.school_id)
    return [
        sheet_page(LICENCES, rows, choice, title=LICENCES.title, sheet_name="Lizenzen", sums=("price_gross",))
    ]


def _programmes(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = funding_queries.programmes(session, seen_by=by)
    everywhere = replace(choice, school=None)
    return [sheet_page(PROGRAMMES, rows, everywhere, title=PROGRAMMES.title, sheet_name="Förderprogramme")]


def _grants(session: Session, choice: Choice, by: Actor) -> Pages:
    """One row for each decision, as the import takes them."""
    only = {choice.grant.reference} if choice.grant else None
    rows, everywhere = funding_queries.decision_rows(session, only), replace(choice, school=None)
    sums = ("eligible", "granted", "third_party", "drawn")
    return [sheet_page(GRANTS, rows, everywhere, title=GRANTS.title, sheet_name="Zuwendungen", sums=sums)]


def _receipts(session: Session, choice: Choice, by: Actor) -> Pages:
    """The list of receipts of one grant; of one school where that is chosen too."""
    grant = choice.needed_grant
    rows = funding_queries.receipt_rows_of(session, [grant.id], school_id=choice.school_id)
    return [_receipt_page(rows, choice)]


def _receipt_page(rows: Iterable[Any], choice: Choice) -> Page:
    return sheet_page(
        RECEIPTS, rows, choice, title="Belegliste", sheet_name="Belegliste", sums=funding_queries.RECEIPT_AMOUNTS,
        holding=_called(choice.needed_grant),
    )  # fmt: skip


def _called(grant: Grant) -> str:
    return " · ".join(filter(None, (f"Zuwendung {grant.reference}", grant.title)))


def _grant_figures(session: Session, choice: Choice) -> dict[str, Any]:
    """A grant is proven as a whole: a school narrows its receipts, never its figures."""
    return {name: audit.plain(value) for name, value in _stands(session, choice).figures.by_name().items()}


def _grant_checks(session: Session, choice: Choice) -> list[dict[str, Any]]:
    return proof_of_use.as_json(_stands(session, choice).checks)


def _stands(session: Session, choice: Choice) -> standing.Standing:
    found: standing.Standing | None = choice.known.get("standing")
    if found is None:
        found = choice.known["standing"] = standing.of_grant(session, choice.needed_grant)
    return found


def _proof(session: Session, choice: Choice, by: Actor) -> Pages:
    """A grant is proven as a whole: a school narrows nothing. Who has a device is no concern of the authority's."""
    grant, whole = choice.needed_grant, replace(choice, school=None)
    stands = _stands(session, choice)
    subtitle = _of_grant(choice)
    sheet = device_sheet.sheet_with(device_queries.category_names(session))
    paid_from = [one.file_reference for one in grant.decisions]
    devices = (
        {**device, "holder": None}
        for device in device_queries.register(session, seen_by=by, file_references=paid_from)
    )
    return [
        *proof_of_use.front(grant, stands, subtitle, authority=subtitle[0]),
        _receipt_page(stands.receipts, whole),
        sheet_page(
            sheet, devices, whole, title="Geräte", sheet_name="Geräte", sums=("price_net", "price_gross"),
            holding=_called(grant), printed_to="price_gross",
        ),
        proof_of_use.checks_page(stands.checks, subtitle),
    ]  # fmt: skip


def _drawdown(session: Session, choice: Choice, _by: Actor) -> Pages:
    grant = choice.needed_grant
    return [drawdown.page(grant, _call(session, choice), _of_grant(choice))]


def _of_grant(choice: Choice) -> tuple[str, str]:
    """The lines below the title of what belongs to a grant as a whole."""
    return _subtitle(choice)[0], f"Stand {choice.on or today():%d.%m.%Y} · {_called(choice.needed_grant)}"


def _call(session: Session, choice: Choice) -> standing.Call:
    found: standing.Call | None = choice.known.get("call")
    if found is None:
        found = choice.known["call"] = standing.call_of(session, choice.needed_grant, choice.on or today())
    return found


def _drawdown_figures(session: Session, choice: Choice) -> dict[str, Any]:
    return {name: audit.plain(value) for name, value in _call(session, choice).figures.items()}


def _drawdown_checks(session: Session, choice: Choice) -> list[dict[str, Any]]:
    return proof_of_use.as_json(_call(session, choice).checks)


def _network(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = network_queries.rows_for_sheet(session, seen_by=by, school_id=choice.school_id)
    return [sheet_page(OUTLETS, rows, choice, title=OUTLETS.title, sheet_name="Netzwerkdosen")]


def _targets(session: Session, choice: Choice, _by: Actor) -> Pages:
    """The plan is the town's: a school narrows nothing."""
    everywhere = replace(choice, school=None)
    rows = plan_queries.rows_for_sheet(session)
    return [sheet_page(TARGETS, rows, everywhere, title=TARGETS.title, sheet_name="Ausstattungsziele")]


REPORTS = {
    report.name: report
    for report in (
        Report(
            "inventory",
            N_("Bestandsverzeichnis"),
            N_("Alle Geräte mit allen Spalten, Preisen und Summen, auch die ausgesonderten"),
            May.SEE_DEVICES,
            _inventory,
            "devices",
        ),
        Report(
            "devices",
            N_("Geräteliste"),
            N_("Die wichtigsten acht Spalten, gut lesbar auf A4; mit eigenen Spalten aus der Geräteliste"),
            May.SEE_DEVICES,
            _devices,
        ),
        Report("schools", N_("Schulen"), N_("Stammdaten der Schulen"), May.SEE_SCHOOLS, _schools, "schools"),
        Report(
            "rooms",
            N_("Räume"),
            N_("Räume mit Gebäude, Raumart und Plätzen"),
            May.SEE_SCHOOLS,
            _rooms,
            "rooms",
        ),
        Report(
            "figures",
            N_("Schulzahlen"),
            N_("Schülerzahl, Klassen, Lehrkräfte am Stichtag"),
            May.SEE_SCHOOLS,
            _figures,
            "figures",
        ),
        Report(
            "people",
            N_("Personen"),
            N_("Personen mit Rolle, Schule und Klasse"),
            May.SEE_PEOPLE,
            _people,
            "people",
        ),
        Report(
            "returns",
            N_("Rückgaben"),
            N_("Was Abgegangene noch haben, nach Schule und Klasse, mit Frist"),
            May.SEE_PEOPLE,
            _returns,
        ),
        Report(
            "licences",
            N_("Lizenzen"),
            N_("Produkte mit Laufzeit, Kündigungsfrist, Anzahl und Preis"),
            May.SEE_LICENCES,
            _licences,
            "licences",
        ),
        Report(
            "network",
            N_("Netzwerkdosen"),
            N_("Dosen mit Raum, Verteiler, Patchfeld, Switch und VLAN"),
            May.SEE_NETWORK,
            _network,
            "outlets",
        ),
        Report(
            "targets",
            N_("Ausstattungsziele"),
            N_("Was jede Schule nach dem Medienentwicklungsplan haben soll"),
            May.SEE_PLAN,
            _targets,
            "targets",
        ),
        Report(
            "programmes",
            N_("Förderprogramme"),
            N_("Fördersatz, Fristen, Zweckbindung und Grenzen der Programme"),
            May.SEE_FUNDING,
            _programmes,
            "programmes",
        ),
        Report(
            "grants",
            N_("Zuwendungen"),
            N_("Bescheide mit bewilligten und abgerufenen Beträgen, Zeiträumen und Fristen"),
            May.SEE_FUNDING,
            _grants,
            "grants",
        ),
        Report(
            "receipts",
            N_("Belegliste"),
            N_("Die Belege einer Zuwendung mit Summen, wie der Verwendungsnachweis sie verlangt"),
            May.SEE_FUNDING,
            _receipts,
            "receipts",
            needs=("grant",),
            figures=_grant_figures,
        ),
        Report(
            "proof-of-use",
            N_("Verwendungsnachweis"),
            N_("Deckblatt, Einnahmen, Ausgaben, Belege, Geräte und die geprüften Regeln einer Zuwendung"),
            May.SEE_FUNDING,
            _proof,
            needs=("grant",),
            figures=_grant_figures,
            checks=_grant_checks,
        ),
        Report(
            "drawdown",
            N_("Mittelabruf"),
            N_("Was für eine Zuwendung jetzt abgerufen werden kann, je Bescheid"),
            May.SEE_FUNDING,
            _drawdown,
            needs=("grant",),
            figures=_drawdown_figures,
            checks=_drawdown_checks,
        ),
    )
}


def get_report(name: str) -> Report:
    """Raises BadValue for a report that there is not."""
    report = REPORTS.get(name)
    if report is None:
        raise BadValue(
            N_("Den Bericht »%(name)s« gibt es nicht. Möglich sind: %(names)s."),
            name=name,
            names=", ".join(REPORTS),
        )
    return report
