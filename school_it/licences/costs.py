"""What licences cost, by school and fiscal year: past terms as they were, the next ones as they would be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import money
from school_it.access import Actor, May, house
from school_it.licences import queries, rules
from school_it.licences.models import Licence, Term
from school_it.schools import queries as school_queries
from school_it.schools.models import School

ByYear = dict[int, Decimal]


class Shared(StrEnum):
    """How a licence for all schools is shared among them: by their pupils, or equally."""

    PUPILS = "pupils"
    EQUALLY = "equally"


def by_licence(session: Session, years: Sequence[int], *, seen_by: Actor) -> dict[int, ByYear]:
    """``{licence id: {fiscal year: gross euros}}``: what falls due in `years` when a term begins, with past terms.

    A licence without a price or a beginning is missing. Three statements, however many licences.
    """
    rows = select(Licence.id, Licence.valid_from, Licence.valid_to, Licence.renews, Licence.price_gross)
    found: dict[int, ByYear] = {}
    for ident, begins, ends, renews, price in session.execute(rows.where(queries.within(seen_by))):
        _add(found, ident, years, rules.costs_by_year(begins, ends, renews, price, max(years)))
    past = select(Term.licence_id, Term.valid_from, Term.price_gross).join(
        Licence, Licence.id == Term.licence_id
    )
    for ident, begun, price in session.execute(
        past.where(queries.within(seen_by), Term.price_gross.is_not(None))
    ):
        _add(found, ident, years, {begun.year: price or Decimal(0)})
    return found


def of_licence(session: Session, licence: Licence, years: Sequence[int]) -> ByYear | None:
    """``{fiscal year: gross euros}`` of one licence; None where its price or its beginning is missing."""
    if licence.valid_from is None or licence.price_gross is None:
        return None
    terms = licence.valid_from, licence.valid_to, licence.renews, licence.price_gross
    found: dict[int, ByYear] = {licence.id: dict.fromkeys(years, Decimal(0))}
    _add(found, licence.id, years, rules.costs_by_year(*terms, max(years)))
    past = select(Term.valid_from, Term.price_gross).where(Term.licence_id == licence.id)
    for begun, price in session.execute(past.where(Term.price_gross.is_not(None))):
        _add(found, licence.id, years, {begun.year: price or Decimal(0)})
    return found[licence.id]


def _add(found: dict[Any, ByYear], key: Any, years: Sequence[int], due: Mapping[int, Decimal]) -> None:
    for year, amount in due.items():
        if year in years:
            of_year = found.setdefault(key, dict.fromkeys(years, Decimal(0)))
            of_year[year] += amount


def by_school(
    session: Session, years: Sequence[int], *, seen_by: Actor, shared: Shared = Shared.PUPILS
) -> dict[int | None, ByYear]:
    """``{school id: {fiscal year: gross euros}}`` of all licences, for the budget of the plan.

    The fiscal year is the calendar year in which a term begins: it is paid then. `years` are whole calendar years;
    each school of the reader has all of them. A licence for all schools is shared to the cent by the pupils of the
    newest figures, or equally where no school has figures or `shared` says so; in a town without schools it stands
    under None. The parts of one licence add up to its price.
    """
    weights = _weights(session, shared)
    found: dict[int | None, ByYear] = {school: dict.fromkeys(years, Decimal(0)) for school in weights}
    everything = house("licences")
    at = dict(session.execute(select(Licence.id, Licence.school_id)).all())
    for ident, due in by_licence(session, years, seen_by=everything).items():
        school_id = at[ident]
        if school_id is not None or not weights:
            _add(found, school_id, years, due)
            continue
        for year, amount in due.items():
            parts = money.split(amount, list(weights.values()))
            for school, part in zip(weights, parts, strict=True):
                found[school][year] += part
    scope = seen_by.scope(May.SEE_LICENCES)
    return {school: due for school, due in found.items() if scope.holds(school)}


def _weights(session: Session, shared: Shared) -> dict[int, int]:
    schools: Iterable[int] = session.scalars(select(School.id).order_by(School.id)).all()
    if shared is Shared.PUPILS:
        figures = school_queries.latest_figures(session, seen_by=house("licences"))
        pupils = {school: figures[school].pupils or 0 if school in figures else 0 for school in schools}
        if any(pupils.values()):
            return pupils
    return dict.fromkeys(schools, 1)
