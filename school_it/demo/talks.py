"""Talks of the last year with agreements kept and not kept, one of this year, and a survey that half has answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import school_year
from school_it.access import Actor
from school_it.devices.rules import ItemClass
from school_it.plan.survey import actions as survey
from school_it.plan.survey import queries as survey_queries
from school_it.plan.survey.rules import Decision, Group
from school_it.plan.talks import actions
from school_it.plan.talks.rules import Kept
from school_it.schools.models import School

OFFICE = "Schulverwaltungsamt"
LAST = (
    (
        "WLAN in Turnhalle und Mensa ausbauen",
        {"kept": Kept.KEPT, "responsible": OFFICE, "note": "seit Ostern"},
    ),
    (
        "10 Tablets für die Lernwerkstatt",
        {"item_class": ItemClass.MOBILE, "number": 10, "responsible": OFFICE, "note": "Lieferung verschoben"},
    ),
    ("Medienkonzept fortschreiben", {"responsible": "Schulleitung", "kept": Kept.KEPT}),
    (
        "Beamer der Aula ersetzen",
        {
            "euros": Decimal(2400),
            "kept": Kept.DROPPED,
            "note": "Die Aula wird umgebaut.",
            "responsible": OFFICE,
        },
    ),
)
WISHES: tuple[tuple[dict[Group, tuple[int, str | None]], str | None], ...] = (
    ({Group.MOBILE: (30, "neue Klassen"), Group.PRESENTATION: (2, "defekt oder verloren")}, None),
    ({Group.MOBILE: (16, "Ersatz alter Geräte"), Group.ACCESS_POINT: (0, None)}, None),
    ({Group.TEACHERS: (3, "neue Kolleginnen und Kollegen")}, "Dokumentenkamera"),
)


def hold(session: Session, numbers: Sequence[str], today: date, *, by: Actor) -> None:
    """For the first schools of the town, whatever its size."""
    wanted = select(School).where(School.school_number.in_(numbers)).order_by(School.school_number)
    schools = session.scalars(wanted).all()
    year = school_year.school_year(today)
    for place, school in enumerate(schools[:4]):
        _last_year(session, school, place, year - 1, by=by)
    if schools:
        day = min(today, school_year.begins(year) + timedelta(days=90))
        review = actions.hold(session, schools[0], _minutes(day, "Fehlende Geräte gehen vor."), by=by)
        values = {
            "what": "5 Tablets für den Förderunterricht", "item_class": ItemClass.MOBILE, "number": 5,
            "due_on": date(year + 1, 6, 30), "responsible": OFFICE,
        }  # fmt: skip
        actions.agree(session, schools[0], values, review=review, by=by)
    _survey(session, schools, year, today, by=by)


def _minutes(day: date, text: str) -> dict[str, Any]:
    return {
        "held_on": day, "participants": f"Schulleitung, IT-Koordination, {OFFICE}",
        "text": f"Bestand und Ziele besprochen. {text}",
    }  # fmt: skip


def _last_year(session: Session, school: School, place: int, year: int, *, by: Actor) -> None:
    day = date(year, 11, 4 + place)
    review = actions.hold(session, school, _minutes(day, "Das WLAN hat Vorrang."), by=by)
    for what, values in LAST[: 4 - place]:
        terms = {"what": what, "due_on": date(year + 1, 7, 31), **values}
        actions.agree(session, school, terms, review=review, by=by)


def _survey(session: Session, schools: Sequence[School], year: int, today: date, *, by: Actor) -> None:
    values = {
        "school_year": year, "due_on": today + timedelta(days=21),
        "text": "Bitte nennen Sie, was Sie im kommenden Haushaltsjahr brauchen. Was ins Medienkonzept passt, geht vor.",
    }  # fmt: skip
    one = survey.open_round(session, values, by=by)
    for school, (wanted, more) in zip(schools, WISHES, strict=False):
        lines = {
            wish.group: wish for wish in survey_queries.wishes(session, one, seen_by=by, school_id=school.id)
        }
        whole = school is not schools[2] if len(schools) > 2 else True
        for group, wish in lines.items():
            if group in wanted or whole:
                number, reason = wanted.get(group, (0, None))
                survey.answer(session, wish, {"wanted": number, "reason": reason}, by=by)
        if more:
            further = {"group": Group.OTHER, "what": more, "wanted": 2, "reason": "neues Unterrichtskonzept"}
            survey.add_wish(session, one, school.id, further, by=by)
        if school is schools[0]:
            decided = {
                "decision": Decision.CUT,
                "granted": 20,
                "decision_reason": "Der Rest folgt im Jahr darauf.",
            }
            survey.decide(session, lines[Group.MOBILE], decided, by=by)
