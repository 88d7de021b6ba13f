"""What a file would do: the preview as a value, the same for page, command line and the run itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from imports import mapping, progress, workbook
from imports.finder import no_table
from imports.mapping import Guess
from imports.wish import Wish
from school_it import audit, cells, changes, sheets
from school_it.access import Actor
from school_it.errors import N_, BadValue, Sentence
from school_it.kinds import Kind
from school_it.people import class_moves
from school_it.people.class_moves import Move
from school_it.schools import queries as school_queries
from school_it.setwise import Changed, Compared, Memo, uncollected
from school_it.sheets import Creation, Problem, Reading, Row, Sheet, Table
from school_it.sheets.amended import amended

WHAT = ("problem", "new", "changed", "same")


@dataclass
class Outlook:
    """What would happen, row by row. `rows` = new + changed + same + faulty.

    `table` is the table as it was meant; `file_headers` are the headers that stand in the file; `said` is what
    somebody said about it.
    """

    kind: Kind
    sheet: Sheet
    file_name: str
    table: Table
    reading: Reading
    ignored: int
    new: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Changed]] = field(default_factory=list)
    same: list[Row] = field(default_factory=list)
    hints: list[tuple[int, Sentence]] = field(default_factory=list)
    creates: Sequence[Creation] = ()
    guesses: list[Guess] = field(default_factory=list)
    file_headers: tuple[str, ...] = ()
    said: dict[str, Any] = field(default_factory=dict)
    compared: Sequence[Compared] = ()

    @property
    def counts(self) -> dict[str, int]:
        return {
            "rows": self.reading.count, "new": len(self.new), "changed": len(self.changed), "same": len(self.same),
            "problem": len(self.reading.faulty), "ignored": self.ignored,
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """Two outlooks of one file with the same digest would do the same."""
        text = json.dumps(
            [
                self.said,
                [row.number for row in self.new],
                self._words(),
                [[row.number, one.ident, _plain_changes(one)] for row, one in self.changed],
                [row.number for row in self.same],
                [[problem.row, problem.column, str(problem.sentence)] for problem in self.reading.problems],
            ],
            sort_keys=True,
        )
        return hashlib.sha256(text.encode()).hexdigest()

    def _words(self) -> list[list[str]]:
        """What listed words of new rows mean; the other cells always mean the same, as long as `said` stays."""
        listed = [column.field for column in self.sheet.columns if column.type.name in ("word", "words")]
        return [sorted({str(row.values.get(name)) for row in self.new}) for name in listed]

    def as_json(self) -> dict[str, Any]:
        """The face of ``import --json``."""
        taken = sheets.sums(self.sheet, self._taken(), self.reading.sums)
        return {
            "kind": self.kind.name,
            "file": self.file_name,
            "sheet": self.table.sheet,
            "header_row": self.table.header_row,
            "columns": [{"header": header, "field": name} for header, name in self.reading.columns],
            "joined": self.reading.joined,
            "left_out": self.reading.left_out,
            **self.counts,
            "guessed": {guess.header: guess.fields[0] for guess in self.guesses if guess.sure},
            "questions": [question._asdict() for question in self.reading.questions],
            "creates": [creation_json(creation) for creation in self.creates],
            "hidden": {"rows": self.table.hidden_rows, "sheets": list(self.table.hidden_sheets)},
            "sums": {
                name: {"file": f"{total:.2f}", "taken": f"{taken[name]:.2f}"}
                for name, total in self.reading.sums.items()
            },
            "compared": [_compared_json(one) for one in self.compared],
            "applied": False,
            "batch": None,
            "problems": [_problem_json(problem) for problem in self.reading.problems],
            "hints": [{"row": row, "sentence": str(sentence)} for row, sentence in self.hints],
            **({"classes": class_moves.as_json(self.classes())} if self.kind.classes else {}),
        }

    def classes(self) -> list[Move]:
        """How the classes of the schools go on by this file; empty where it is not about pupils."""
        if self.kind.classes is None:
            return []
        return self.kind.classes(self.reading.known or {}, self.new, self.changed, self.same)

    def _taken(self) -> Iterable[Row]:
        return [*self.new, *(row for row, _one in self.changed), *self.same]

    def details(self, what: str) -> Iterator[dict[str, Any]]:
        """The rows of one outcome (`WHAT`) for the page: number, label, changes as text, sentences."""
        told: dict[int, list[dict[str, Any]]] = {}
        for problem in self.reading.problems:
            told.setdefault(problem.row, []).append(_kept(problem.sentence, problem.column, problem.value))
        for row_number, sentence in self.hints:
            told.setdefault(row_number, []).append(_kept(sentence))
        rows: Iterable[tuple[Row, Changed | None]] = {
            "problem": ((row, None) for row in self.reading.faulty),
            "new": ((row, None) for row in self.new),
            "changed": self.changed,
            "same": ((row, None) for row in self.same),
        }[what]
        shown = {column.field: Memo(partial(_as_text, column.type.show)) for column in self.sheet.columns}
        for row, one in rows:
            if one is not None:
                fields = {
                    name: [shown[name][before], shown[name][after]]
                    for name, (before, after) in one.fields.items()
                }
            else:
                fields = {name: [None, shown[name][value]] for name, value in row.values.items()}
            yield {
                "row": row.number,
                "what": what,
                "label": self.kind.intake.label(row.values),
                "fields": fields,
                "told": told.get(row.number, []),
            }


@uncollected()
def read_file(path: Path, sheet: Sheet, wish: Wish, *, unknown: bool = False) -> Table:
    """The table of the file, narrowed to the rows wished for. Raises CannotRead, BadValue.

    With `unknown`, also a table in which no column is known, so that somebody can say what they mean.
    """
    table = workbook.read(
        path,
        sheet,
        sheet_name=wish.sheet_name,
        mapping=wish.mapping,
        unknown=True,
        headerless=wish.headerless,
    )
    if not unknown and not is_known(sheet, table, wish):
        raise no_table(sheet)
    for header, text in wish.only.items():
        table = _narrowed(table, header, text)
    return table


def is_known(sheet: Sheet, table: Table, wish: Wish) -> bool:
    """Whether at least one column means something."""
    said = mapping.present(wish.mapping, table.headers)
    return any(sheets.match(sheet, table.headers, said)) or any(
        mapping.completed(sheet, table, said)[0].values()
    )


def _narrowed(table: Table, header: str, text: str) -> Table:
    wanted = sheets.same_header(header)
    places = [place for place, one in enumerate(table.headers) if sheets.same_header(one) == wanted]
    if not places:
        raise BadValue(
            N_("Eine Spalte »%(header)s« hat die Datei nicht. Sie hat: %(headers)s."),
            header=header,
            headers=", ".join(table.headers),
        )
    kept = [row for row in table.rows if cells.as_shown(row[1][places[0]]).strip() == text.strip()]
    left = {number for number, _cells in table.rows} - {number for number, _cells in kept}
    return replace(table, rows=kept, passed_over=tuple(sorted({*table.passed_over, *left})))


@uncollected()
def look(
    session: Session, table: Table, kind: Kind, sheet: Sheet, wish: Wish, *, file_name: str, by: Actor
) -> Outlook:
    """What the table would do to what is stored now. Raises NotAllowed, BadValue."""
    kind.must_be_brought_by(by)
    file_headers, table = table.headers, amended(table, wish.corrections, wish.words)
    meant, guesses = mapping.completed(sheet, table, wish.mapping)
    reading = sheets.read(
        sheet, table, meant, given=_given(kind, sheet, table, meant, wish),
        blank_clears=wish.blank_clears, day_first=wish.day_first,
        told=lambda done: progress.tell(progress.JUDGING, done, len(table.rows)),
    )  # fmt: skip
    progress.tell(progress.COMPARING, len(table.rows), len(table.rows))
    reading.refuse(kind.intake.check(session, reading, by=by))
    outlook = Outlook(kind, sheet, file_name, table, reading, table.ignored, guesses=guesses)
    outlook.file_headers = file_headers
    outlook.said = wish.as_json()
    sort_rows(session, outlook)
    outlook.creates = kind.intake.creates(session, reading.rows, by=by)
    outlook.hints = [*reading.hints, *kind.intake.hints(outlook.new)]
    outlook.compared = kind.intake.compared(session, reading, outlook.new, outlook.changed)
    return outlook


def _given(
    kind: Kind, sheet: Sheet, table: Table, meant: Mapping[str, str | None], wish: Wish
) -> dict[str, Any]:
    """What rows mean that leave it blank: the school somebody named, and what such files never say."""
    fields = {name for name in sheets.match(sheet, table.headers, meant) if name}
    given = {**kind.usual(fields), **kind.stated(table.around)}
    if wish.school and "school_number" in sheet.fields:
        given["school_number"] = sheet.column("school_number").type.read(wish.school)
    return given


def sort_rows(session: Session, outlook: Outlook) -> None:
    """Sort the rows that are without fault into new, changed and same."""
    rows, intake = outlook.reading.rows, outlook.kind.intake
    known = outlook.reading.known
    if known is None:
        known = intake.known(session, rows) if rows else {}
    schools = school_queries.ids_by_number(session)
    for row in rows:
        if row.number not in known:
            outlook.new.append(row)
            continue
        ident, stored = known[row.number]
        found = changes.difference(stored, row.values)
        if not found:
            outlook.same.append(row)
            continue
        one = Changed(ident, found, intake.label(stored), schools.get(stored.get("school_number", "")))
        outlook.changed.append((row, one))


def _problem_json(problem: Problem) -> dict[str, Any]:
    return {
        "row": problem.row,
        "column": problem.column,
        "value": problem.value,
        "sentence": str(problem.sentence),
    }


def _compared_json(one: Compared) -> dict[str, Any]:
    return {
        "by": dict(one.by),
        "field": one.field,
        "file": f"{one.file:.2f}",
        "taken": f"{one.taken:.2f}",
        "stored": f"{one.stored:.2f}",
        "difference": f"{one.difference:.2f}",
    }


def creation_json(creation: Creation) -> dict[str, Any]:
    return {
        "field": creation.field,
        "value": creation.value,
        "school_number": creation.school_number,
        "rows": list(creation.rows),
    }


def _kept(sentence: Sentence, column: str | None = None, value: str | None = None) -> dict[str, Any]:
    """A sentence that can be kept and said later in the reader's language."""
    values = {
        name: value if isinstance(value, int) else str(value) for name, value in sentence.values.items()
    }
    return {"column": column, "value": value, "text": sentence.text, "values": values}


def _plain_changes(one: Changed) -> dict[str, Any]:
    return {
        name: [audit.plain(change.before), audit.plain(change.after)] for name, change in one.fields.items()
    }


def _as_text(show: Callable[[Any], str], value: Any) -> str | None:
    return None if value is None or value == "" else str(show(value))
