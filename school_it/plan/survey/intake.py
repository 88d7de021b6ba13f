"""The survey workbook as it comes back: whose it is, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import table_of
from school_it.errors import N_, Sentence
from school_it.plan.survey import queries, rules
from school_it.plan.survey.models import SurveyRound, SurveyWish, label
from school_it.plan.survey.rules import Decision
from school_it.plan.survey.sheet import SHOWN_ONLY
from school_it.schools.models import School
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row

_Codes = Mapping[str, tuple[SurveyRound, School]]


class SurveyIntake(Intake):
    """Rows of the sheet `survey`; what the school was only told is not read back."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        for row in reading.rows:
            for name in SHOWN_ONLY:
                row.values.pop(name, None)
            row.values["code"] = str(row.values["code"]).upper()
        yield from setwise.misfits(reading, {**SurveyWish.__table__.c})
        codes = queries.known_codes(session, _codes(reading.rows))
        lines = queries.stored(session, _codes(reading.rows))
        for row in reading.rows:
            wrong = _what_is_wrong(row, codes, lines.get(_key(row)), by)
            if wrong is not None:
                name, sentence = wrong
                value = row.values.get(name)
                yield Problem(
                    row.number, reading.header_of(name), None if value is None else str(value), sentence
                )

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        stored = queries.stored(session, _codes(rows))
        found = {}
        for row in rows:
            wish = stored.get(_key(row))
            if wish is not None:
                found[row.number] = (wish.id, _values(row, wish))
        return found

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table, codes = table_of(SurveyWish), queries.known_codes(session, _codes(new))
        rows = []
        for row in new:
            one, school = codes[row.values["code"]]
            rows.append(
                {
                    "version": 1, "round_id": one.id, "school_id": school.id, "group": row.values["group"],
                    "what": row.values.get("what") or "", "wanted": row.values.get("wanted"),
                    "reason": row.values.get("reason"), "decision": Decision.OPEN,
                }
            )  # fmt: skip
        setwise.add(
            session, table, rows, action=Action.SURVEY_WISH_ADDED, by=by, batch=batch,
            label=lambda row: label(row["group"], row["what"]),
        )  # fmt: skip
        setwise.change(session, table, changed, action=Action.SURVEY_ANSWERED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        group = values.get("group")
        return (
            f"{values.get('school_number', '')} {label(group, values.get('what')) if group else ''}".strip()
        )


def _codes(rows: Sequence[Row]) -> set[str]:
    return {row.values["code"] for row in rows}


def _key(row: Row) -> tuple[str, Any, str]:
    return row.values["code"], row.values["group"], (row.values.get("what") or "").casefold()


def _values(row: Row, wish: SurveyWish) -> dict[str, Any]:
    return {
        "code": row.values["code"], "school_number": wish.school.school_number, "group": wish.group,
        "what": row.values.get("what") if wish.what else None, "wanted": wish.wanted, "reason": wish.reason,
    }  # fmt: skip


def _what_is_wrong(
    row: Row, codes: _Codes, wish: SurveyWish | None, by: Actor
) -> tuple[str, Sentence] | None:
    code, number = row.values["code"], row.values["school_number"]
    if code not in codes:
        return "code", Sentence(
            N_("Den Code %(code)s hat keine Bedarfsabfrage vergeben. Bitte die Mappe der Schule neu laden."),
            code=code,
        )
    one, school = codes[code]
    if not by.scope(May.ANSWER_SURVEY).holds(school.id):
        return "school_number", Sentence(
            N_("Die Schule %(number)s ist hier nicht bekannt."), number=school.school_number
        )
    if number != school.school_number:
        return "school_number", Sentence(
            N_("Der Code gehört zur Schule %(number)s, hier steht eine andere Schulnummer."),
            number=school.school_number,
        )
    if not one.is_open:
        return "code", Sentence(
            N_("Der Code gehört zur Bedarfsabfrage %(year)s, und die ist abgeschlossen."), year=one.label
        )
    wrong = rules.what_is_wrong(row.values["group"], row.values.get("what"), row.values.get("wanted"))
    if wrong is not None:
        return wrong
    if wish is None and row.values.get("wanted") is None:
        return "wanted", Sentence(N_("Wie viele werden gewünscht? Ein weiterer Wunsch braucht eine Anzahl."))
    if wish is not None and wish.decision is not Decision.OPEN and _differs(row, wish):
        return "wanted", Sentence(
            N_("Darüber ist schon entschieden (%(decision)s); das ändert nur das Schulverwaltungsamt."),
            decision=rules.DECISIONS[wish.decision],
        )
    return None


def _differs(row: Row, wish: SurveyWish) -> bool:
    return any(
        name in row.values and row.values[name] != getattr(wish, name) for name in ("wanted", "reason")
    )
