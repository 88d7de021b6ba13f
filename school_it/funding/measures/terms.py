"""What a programme wants of a measure: F23 to F25, F33, and its caps for a measure or a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.errors import N_, Sentence
from school_it.funding import bound, rules
from school_it.funding.book import MeasureState
from school_it.funding.measures.years import against_years
from school_it.funding.models import Measure, Programme
from school_it.funding.programmes import terms
from school_it.funding.programmes.terms import Limit
from school_it.funding.rules import Faults, Scope
from school_it.money import shown
from school_it.schools.models import School, YearlyFigures


def against(
    session: Session,
    programme: Programme,
    school: School,
    values: Mapping[str, Any],
    linked: Measure | None,
    own: Measure | None,
) -> Faults:
    """`values` complete. At most four statements."""
    yield from against_years(values)
    further = terms.of(programme.terms)
    yield from _used(programme, values)
    yield from _linked(further.get("linked_programmes") or (), linked)
    for limit in further.get("limits") or ():
        if values["category"] in limit.items:
            yield from _limited(session, programme, limit, values, own)
    if further.get("full_equipment"):
        yield from _equipped(session, programme, school, values, own)


def _used(programme: Programme, values: Mapping[str, Any]) -> Faults:
    """F33."""
    left, years = values.get("remaining_years"), programme.earmark_years
    if left is not None and years is not None and not rules.lasts(left, years):
        yield "remaining_years", Sentence(_WORN_OUT, left=left, years=years)


_WORN_OUT = N_(
    "Gebrauchtes muss so lange halten, wie es gebunden ist: %(years)s Jahre. Erwartet werden nur noch %(left)s."
)


def _linked(codes: Sequence[str], linked: Measure | None) -> Faults:
    """F25."""
    if not codes:
        return
    own = [linked.trace_label] if linked is not None and linked.programme.code in codes else []
    if not rules.is_linked(linked.trace_label if linked else None, own):
        yield "linked", Sentence(_NOT_LINKED, codes=", ".join(codes))


_NOT_LINKED = N_(
    "Gefördert wird das nur neben einer Maßnahme aus %(codes)s. Bitte Programm und lfd. Nr. nennen, etwa »%(codes)s 3«."
)


def _limited(
    session: Session, programme: Programme, limit: Limit, values: Mapping[str, Any], own: Measure | None
) -> Faults:
    """F09 for one measure, F24 for one person; caps for schools, devices and the whole are judged by the receipts."""
    if limit.amount is None:
        return
    if limit.scope is Scope.MEASURE and values["eligible"] > limit.amount:
        yield "eligible", Sentence(_TOO_DEAR, most=shown(limit.amount))
    if limit.scope is Scope.PERSON:
        yield from _of_person(session, programme, limit, limit.amount, values, own)


_TOO_DEAR = N_("Zuwendungsfähig sind je Maßnahme höchstens %(most)s.")


def _of_person(
    session: Session, programme: Programme, limit: Limit, most: Decimal, values: Mapping[str, Any],
    own: Measure | None,
) -> Faults:  # fmt: skip
    if not values.get("trainee"):
        yield "trainee", Sentence(_WHO)
        return
    who = str(values["trainee"]).casefold()
    rows = select(Measure.trainee, Measure.eligible, Measure.position).where(
        Measure.programme_id == programme.id, Measure.category.in_(limit.items), Measure.trainee.is_not(None)
    )
    if own is not None:
        rows = rows.where(Measure.id != own.id)
    others = [row for row in session.execute(rows) if row.trainee.casefold() == who]
    if rules.trained_twice([who, *(who for _other in others)]):
        yield "trainee", Sentence(_TWICE, number=others[0].position)
    over = rules.over_training_cap([(who, values["eligible"])], most)
    if over:
        yield "eligible", Sentence(_ABOVE, most=shown(most), over=shown(over[who]))


_WHO = N_("Bitte ein Kürzel für die Fachkraft eintragen (keinen Namen): Gefördert wird einmal je Person.")
_TWICE = N_("Für diese Fachkraft gibt es schon die Maßnahme %(number)s; gefördert wird einmal je Person.")
_ABOVE = N_("Je Person sind höchstens %(most)s zuwendungsfähig; %(over)s sind zu viel.")


def _equipped(
    session: Session, programme: Programme, school: School, values: Mapping[str, Any], own: Measure | None
) -> Faults:
    """F23, where the number of pupils is known: what is there, what else is planned, and this."""
    pupils = session.scalar(
        select(YearlyFigures.pupils)
        .where(YearlyFigures.school_id == school.id, YearlyFigures.grade == "")
        .order_by(YearlyFigures.school_year.desc())
        .limit(1)
    )
    if pupils is None:
        return
    there = bound.equipment(session, school.id)
    planned = select(func.sum(Measure.quantity)).where(
        Measure.programme_id == programme.id,
        Measure.school_id == school.id,
        Measure.state != MeasureState.COMPLETED,
    )
    if own is not None:
        planned = planned.where(Measure.id != own.id)
    coming = session.scalar(planned) or 0
    many = rules.above_pupils(there + coming + values["quantity"], pupils)
    if many:
        numbers = {"pupils": pupils, "there": there, "coming": coming, "many": many}
        yield "quantity", Sentence(_TOO_MANY, **numbers)


_TOO_MANY = N_(
    "Höchstens ein Gerät je Kopf: Auf %(pupils)s Schülerinnen und Schüler kommen hier schon %(there)s Geräte und "
    "%(coming)s geplante; %(many)s sind zu viel."
)
