"""The lists of the house: what the schools have and know, as it is read back."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from exports import device_list, returns
from exports.reports.shape import Choice, Pages, Report, sheet_page, subtitle
from school_it.access import Actor, May
from school_it.devices import listing
from school_it.devices import queries as device_queries
from school_it.devices import sheet as device_sheet
from school_it.errors import N_
from school_it.licences import queries as licence_queries
from school_it.licences import seat_queries
from school_it.licences.seat_sheet import SEATS, seat_lines
from school_it.licences.sheet import LICENCES
from school_it.network import queries as network_queries
from school_it.network.sheet import OUTLETS
from school_it.people import queries as people_queries
from school_it.people.intake import sheet_lines
from school_it.people.sheet import PEOPLE
from school_it.plan import queries as plan_queries
from school_it.plan.sheet import TARGETS
from school_it.schools import queries as school_queries
from school_it.schools.sheet import FIGURES, ROOMS, SCHOOLS


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
    return [device_list.page(session, wanted, subtitle=subtitle(choice), seen_by=by)]


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
    return [returns.page(session, choice.query, school_number=number, subtitle=subtitle(choice), seen_by=by)]


def _licences(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = licence_queries.rows_for_sheet(session, seen_by=by, school_id=choice.school_id)
    return [
        sheet_page(LICENCES, rows, choice, title=LICENCES.title, sheet_name="Lizenzen", sums=("price_gross",))
    ]


def _licence_seats(session: Session, choice: Choice, by: Actor) -> Pages:
    """Who has a seat of what: only people, devices and classes of schools whose people the reader may see."""
    found = seat_queries.rows_for_report(session, seen_by=by, school_id=choice.school_id)
    return [sheet_page(SEATS, seat_lines(found), choice, title=SEATS.title, sheet_name="Plätze")]


def _network(session: Session, choice: Choice, by: Actor) -> Pages:
    rows = network_queries.rows_for_sheet(session, seen_by=by, school_id=choice.school_id)
    return [sheet_page(OUTLETS, rows, choice, title=OUTLETS.title, sheet_name="Netzwerkdosen")]


def _targets(session: Session, choice: Choice, _by: Actor) -> Pages:
    """The plan is the town's: a school narrows nothing."""
    everywhere = replace(choice, school=None)
    rows = plan_queries.rows_for_sheet(session)
    return [sheet_page(TARGETS, rows, everywhere, title=TARGETS.title, sheet_name="Ausstattungsziele")]


LISTS = (
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
        "licence-seats",
        N_("Plätze der Lizenzen"),
        N_("Wer welchen Platz hat: Personen, Geräte, Klassen, mit Schule und Tag"),
        May.SEE_PEOPLE,
        _licence_seats,
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
)
