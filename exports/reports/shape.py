"""What a report is, and the shape its pages share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy.orm import Session

from exports.offered import Figure
from exports.workbook import Cover, Page
from school_it import sheets
from school_it.access import Actor, May
from school_it.database import today
from school_it.errors import N_, BadValue
from school_it.funding import queries as funding_queries
from school_it.funding.models import Grant
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.sheets import Column, Sheet

T = TypeVar("T")


class Unsaid(BadValue):
    """A report cannot do without what nobody has named. `need` is its name in `Report.needs`."""

    def __init__(self, need: str, text: str, /) -> None:
        self.need = need
        super().__init__(text)


@dataclass(frozen=True)
class Choice:
    """What the reader wants to see of a report.

    `year` is the year that the report goes by: a fiscal year, or the one in which a school year begins.
    """

    school: School | None = None
    grant: Grant | None = None
    on: date = field(default_factory=today)
    year: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """What pages, figures and checks of one workbook share, under its name: made when it is first asked for."""
        if name not in self._known:
            self._known[name] = make()
        found: T = self._known[name]
        return found

    @property
    def needed_grant(self) -> Grant:
        """Raises Unsaid where none is chosen."""
        if self.grant is None:
            raise Unsaid("grant", N_("Bitte eine Zuwendung angeben, mit Kennzeichen oder Aktenzeichen."))
        return self.grant

    @property
    def school_id(self) -> int | None:
        return self.school.id if self.school else None


@dataclass(frozen=True)
class Asked:
    """What somebody names in an address or on the command line: a school by its number, a grant by its sign."""

    school: str | None = None
    grant: str | None = None
    year: int | None = None
    query: Mapping[str, str] = field(default_factory=dict)

    def choice(self, session: Session, *, on: date, seen_by: Actor) -> Choice:
        """Raises NotThere, and BadValue for an Aktenzeichen that several grants have."""
        number, name = self.school, self.grant
        school = school_queries.get_school(session, number, seen_by=seen_by) if number else None
        grant = funding_queries.get_grant_called(session, name, seen_by=seen_by) if name else None
        return Choice(school=school, grant=grant, on=on, year=self.year, query=self.query)


Pages = Sequence[Page | Cover]


@dataclass(frozen=True)
class Report:
    """`import_kind` is the kind of import that reads it back; `needs` the options it cannot do without.

    `figures` are what ``export --json`` tells beside the number of rows: amounts as text, days ISO, unknown None;
    `figure_columns` say what people call them and of which type they are; `checks` are the rules that were looked at.
    `beside` is what a form of somebody else may ask for and no page of ours tells by itself.
    """

    name: str
    title: str
    about: str
    may: May
    pages: Callable[[Session, Choice, Actor], Pages]
    import_kind: str | None = None
    needs: tuple[str, ...] = ()
    figures: Callable[[Session, Choice, Actor], dict[str, Any]] = lambda _session, _choice, _by: {}
    figure_columns: Sequence[Column] = ()
    checks: Callable[[Session, Choice, Actor], list[dict[str, Any]]] = lambda _session, _choice, _by: []
    beside: Callable[[Session, Choice, Actor], Iterable[Figure]] = lambda _session, _choice, _by: ()


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
    whose, where = subtitle(choice)
    paper = f"gedruckt bis »{sheet.column(printed_to).header}«" if printed_to else ""
    below = (whose, " · ".join(filter(None, (where, holding, paper))))
    lines = sheets.lines(sheet, rows)
    return Page(title, sheet_name, sheet.columns, lines, subtitle=below, sums=sums, printed_to=printed_to)


def subtitle(choice: Choice) -> tuple[str, str]:
    """Workbooks go to German authorities: they are German whatever the reader's language."""
    return authority(), f"Stand {choice.on:%d.%m.%Y} · {place(choice)}"


def authority() -> str:
    """Whose workbook it is, by the settings."""
    name: str = current_app.config["SCHOOL_IT"].AUTHORITY
    return name


def place(choice: Choice) -> str:
    return f"{choice.school.name} ({choice.school.school_number})" if choice.school else "alle Schulen"
