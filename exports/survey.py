"""The workbook of the survey that one school fills in: prefilled, with locked cells, and known again by its code.

The code stands above the table, in a column of every line and as a name of the workbook: so it is found again when
sheets are renamed, columns moved, lines added or the table copied. The sheet is locked without a password: against
slips, not against people.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

from sqlalchemy.orm import Session

from exports import workbook
from exports.reports.shape import authority
from exports.workbook import INK, LINE, PALE, PAPER, STRONG
from school_it.access import Actor
from school_it.cells import show_date
from school_it.plan.survey import queries
from school_it.plan.survey.models import SurveyRound, SurveyWish
from school_it.plan.survey.rules import CODE_NAME, GROUPS, MOST
from school_it.plan.survey.sheet import SURVEY
from school_it.schools.models import School

NAME, HELP = "Bedarfsabfrage", "Ausfüllhilfe"
HEADER, FREE_LINES = workbook.HEADER_ROW, 8
OPEN_FIELDS = ("wanted", "reason")
WIDTHS = {"school_number": 12, "school": 26, "group": 15, "wanted": 11, "reason": 44, "what": 26, "code": 25}
REASONS = (
    "Ersatz alter Geräte", "mehr Schüler oder Klassen", "neues Unterrichtskonzept", "Förderbedarf und Inklusion",
    "Prüfungen", "defekt oder verloren",
)  # fmt: skip
_HELP = (
    "Bitte nur die hellen Felder ausfüllen: »gewünscht« und »Begründung«. Wer nichts braucht, trägt 0 ein.",
    "»Soll«, »Bestand« und »Fehlbedarf« sind die Zahlen der Stadt am Tag, an dem die Abfrage eröffnet wurde.",
    "»Fehlbedarf« zählt nur, was noch nutzbar ist: Was zu alt oder defekt ist, steht nur im Bestand.",
    "»gewünscht« ist, was die Schule im kommenden Haushaltsjahr zusätzlich oder als Ersatz braucht.",
    "Weitere Wünsche kommen in die freien Zeilen: Gerätegruppe wählen, bei »anderes« unter »was genau« sagen, was.",
    "Der Code sagt, zu welcher Schule die Mappe gehört. Bitte nicht ändern; die Datei darf anders heißen.",
    "Zurück an das Schulverwaltungsamt per E-Mail, oder ohne Mappe auf der Seite »Bedarfsabfrage« eintragen.",
    "Bitte keine Namen von Schülerinnen und Schülern eintragen.",
)


def write(
    target: IO[bytes], one: SurveyRound, school: School, code: str, wishes: Sequence[SurveyWish]
) -> None:
    """The workbook of one school; `wishes` are its lines."""
    from xlsxwriter import Workbook

    book = Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    looks = _Looks(book)
    sheet = book.add_worksheet(NAME)
    _head(sheet, looks, one, school, code)
    for place, column in enumerate(SURVEY.columns):
        style = looks.asked if column.field in OPEN_FIELDS else looks.header
        sheet.write_string(HEADER, place, column.header, style)
        sheet.set_column(place, place, WIDTHS.get(column.field, 11))
    first = HEADER + 1
    for number, wish in enumerate(wishes, start=first):
        _line(sheet, number, _values(wish, code), looks)
    last = first + len(wishes) - 1
    _free_lines(sheet, last + 1, looks)
    _rules(sheet, first, last)
    _lock(sheet)
    _help(book, one, looks)
    book.define_name(CODE_NAME, f'="{code}"')
    book.set_custom_property(CODE_NAME, code)
    book.set_properties({"title": f"{NAME} {one.label}", "subject": f"{school.school_number} {school.name}"})
    book.close()


class _Looks:
    def __init__(self, book: Any) -> None:
        line = {"border": 1, "border_color": LINE, "valign": "top", "text_wrap": True}
        head = {
            "bold": True, "font_color": PAPER, "border": 1, "border_color": LINE, "text_wrap": True,
            "valign": "vcenter",
        }  # fmt: skip
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": INK})
        self.told = book.add_format({"font_color": "#4A5260"})
        self.code = book.add_format({"bold": True, "font_color": STRONG})
        self.header = book.add_format(head | {"bg_color": INK})
        self.asked = book.add_format(head | {"bg_color": STRONG})
        self.locked = book.add_format(line | {"bg_color": PALE})
        self.open = book.add_format(line | {"locked": False})
        self.open_number = book.add_format(line | {"locked": False, "num_format": "0"})
        self.help = book.add_format({"text_wrap": True, "valign": "top"})


def _head(sheet: Any, looks: _Looks, one: SurveyRound, school: School, code: str) -> None:
    sheet.set_row(0, 24)
    sheet.write_string(
        0, 0, f"Bedarfsabfrage {one.label} – {school.name} ({school.school_number})", looks.title
    )
    sheet.write_string(1, 0, f"{authority()} · bitte zurück bis {show_date(one.due_on)}", looks.told)
    sheet.write_string(
        2, 0, "Bitte »gewünscht« und »Begründung« ausfüllen; wer nichts braucht, trägt 0 ein.", looks.told
    )
    sheet.write_string(3, 0, f"Code {code}", looks.code)
    sheet.set_row(HEADER, 32)


def _values(wish: SurveyWish, code: str) -> dict[str, Any]:
    return {
        "school_number": wish.school.school_number, "school": wish.school.label, "group": GROUPS[wish.group],
        "target": wish.target, "stock": wish.stock, "gap": wish.gap, "wanted": wish.wanted, "reason": wish.reason,
        "what": wish.what or None, "code": code,
    }  # fmt: skip


def _line(sheet: Any, number: int, values: dict[str, Any], looks: _Looks) -> None:
    for place, column in enumerate(SURVEY.columns):
        value, style = values[column.field], looks.locked
        if column.field in OPEN_FIELDS:
            style = looks.open_number if column.field == "wanted" else looks.open
        if value is None:
            sheet.write_blank(number, place, None, style)
        elif isinstance(value, int):
            sheet.write_number(number, place, value, style)
        else:
            sheet.write_string(number, place, str(value), style)


def _free_lines(sheet: Any, first: int, looks: _Looks) -> None:
    for number in range(first, first + FREE_LINES):
        for place, column in enumerate(SURVEY.columns):
            is_open = column.field in ("group", "what", *OPEN_FIELDS)
            sheet.write_blank(number, place, None, looks.open if is_open else looks.locked)


def _rules(sheet: Any, first: int, last: int) -> None:
    places = {column.field: place for place, column in enumerate(SURVEY.columns)}
    end = last + FREE_LINES
    sheet.data_validation(
        first, places["wanted"], end, places["wanted"],
        {
            "validate": "integer", "criteria": "between", "minimum": 0, "maximum": MOST,
            "input_title": "gewünscht", "input_message": "Anzahl; 0 heißt: nichts nötig.",
            "error_title": "Bitte eine Anzahl", "error_message": f"Eine ganze Zahl von 0 bis {MOST}.",
        },
    )  # fmt: skip
    sheet.data_validation(
        first, places["reason"], end, places["reason"],
        {
            "validate": "list", "source": list(REASONS), "error_type": "information", "show_error": False,
            "input_title": "Begründung", "input_message": "Auswählen oder selbst schreiben.",
        },
    )  # fmt: skip
    sheet.data_validation(
        last + 1, places["group"], end, places["group"],
        {"validate": "list", "source": list(GROUPS.values()), "error_message": "Bitte aus der Liste wählen."},
    )  # fmt: skip


def _lock(sheet: Any) -> None:
    sheet.protect(
        "",
        {
            "insert_rows": True, "delete_rows": False, "sort": True, "autofilter": True, "format_columns": True,
            "format_rows": True,
        },
    )  # fmt: skip
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER)
    sheet.freeze_panes(HEADER + 1, 3)
    sheet.hide_gridlines(2)
    first = SURVEY.fields.index("wanted")
    sheet.set_selection(HEADER + 1, first, HEADER + 1, first)


def _help(book: Any, one: SurveyRound, looks: _Looks) -> None:
    sheet = book.add_worksheet(HELP)
    sheet.set_column(0, 0, 100)
    sheet.write_string(0, 0, HELP, looks.title)
    for row, text in enumerate([*([one.text] if one.text else []), *_HELP], start=2):
        sheet.write_string(row, 0, text, looks.help)
    sheet.protect("")


def of_school(session: Session, one: SurveyRound, school: School, code: str, *, by: Actor) -> bytes:
    content = io.BytesIO()
    write(content, one, school, code, queries.wishes(session, one, seen_by=by, school_id=school.id))
    return content.getvalue()


def file_name(one: SurveyRound, school: School) -> str:
    return f"Bedarfsabfrage-{one.school_year}-{school.school_number}.xlsx"


def write_all(
    target: IO[bytes],
    session: Session,
    one: SurveyRound,
    codes: Iterable[tuple[School, str]],
    *,
    by: Actor,
) -> int:
    """A zip with the workbook of each of these schools. Returns how many."""
    lines: dict[int, list[SurveyWish]] = {}
    for wish in queries.wishes(session, one, seen_by=by):
        lines.setdefault(wish.school_id, []).append(wish)
    count = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for school, code in codes:
            content = io.BytesIO()
            write(content, one, school, code, lines.get(school.id, []))
            archive.writestr(file_name(one, school), content.getvalue())
            count += 1
    return count
