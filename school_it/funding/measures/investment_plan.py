"""The rows of an investment plan, what they come to, and what an application still lacks.

Amounts are euros as `Decimal`, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from school_it.errors import N_, Sentence
from school_it.funding import rules
from school_it.funding.checking import Check, Checks, Severity
from school_it.funding.measures.queries import Wish, conditions
from school_it.funding.models import Grant, Measure, Programme
from school_it.funding.rules import CapBasis, Financing
from school_it.money import to_cent
from school_it.schools.models import School


@dataclass(frozen=True)
class Line:
    """A row of the investment plan; `grant` is what is asked for, None where the programme does not say."""

    measure: Row[Any]
    rate: Decimal | None
    grant: Decimal | None
    own_share: Decimal | None


AMOUNTS = ("total", "eligible", "grant", "own_share")


def plan_lines(session: Session, wish: Wish) -> list[Line]:
    """The measures by school and position with what each would be granted; one statement."""
    rows = (
        select(
            Measure.__table__, School.school_number, School.name.label("school"), School.use_concept_date,
            Programme.code.label("programme"), Programme.financing, Programme.unit_cap, Programme.cap_basis,
            Programme.rate.label("programme_rate"), Grant.reference, Grant.rate.label("grant_rate"),
        )
        .join(School, School.id == Measure.school_id)
        .join(Programme, Programme.id == Measure.programme_id)
        .outerjoin(Grant, Grant.id == Measure.grant_id)
        .where(*conditions(wish))
        .order_by(Programme.code, School.school_number, Measure.position)
    )  # fmt: skip
    return [_line(row) for row in session.execute(rows)]


def _line(row: Row[Any]) -> Line:
    rate = row.programme_rate if row.grant_rate is None else row.grant_rate
    asked = asked_for(row.financing, rate, row.unit_cap, row.cap_basis, row.eligible, row.quantity)
    return Line(row, rate, asked, None if asked is None else row.total - asked)


def asked_for(
    financing: Financing | None,
    rate: Decimal | None,
    unit_cap: Decimal | None,
    cap_basis: CapBasis | None,
    eligible: Decimal,
    quantity: int,
) -> Decimal | None:
    """F01, F12, F13: what a measure would be granted. 20 at 540.00, 0.9, cap 500 on the cost -> 9,000.00.

    None where the programme does not say how it finances, or where it pays what others leave.
    """
    most = None if unit_cap is None else unit_cap * quantity
    if financing is Financing.FIXED_AMOUNT:
        return None if most is None else to_cent(min(eligible, most))
    if financing is Financing.FULL:
        return eligible if most is None else min(eligible, most)
    if financing is Financing.DEFICIT or rate is None:
        return None
    if most is None or cap_basis is None:
        return rules.granted(eligible, rate)
    if cap_basis is CapBasis.ELIGIBLE_COST:
        return rules.granted(min(eligible, most), rate)
    return min(rules.granted(eligible, rate), to_cent(most))


def totals(lines: Sequence[Line]) -> dict[str, Decimal | None]:
    """The sums of the plan by the names of `AMOUNTS`; None where a line does not say."""
    known = [line.grant for line in lines if line.grant is not None]
    granted = sum(known, rules.NOTHING) if len(known) == len(lines) else None
    total = sum((line.measure.total for line in lines), rules.NOTHING)
    eligible = sum((line.measure.eligible for line in lines), rules.NOTHING)
    return {
        "total": total,
        "eligible": eligible,
        "grant": granted,
        "own_share": None if granted is None else total - granted,
    }


# --- what an application still lacks ---


def looked_at(lines: Iterable[Line]) -> Checks:
    """F27: each school has a use concept. F28: running, maintenance and support are confirmed for each measure."""
    found = list(lines)
    without = {one.measure.school: None for one in found if one.measure.use_concept_date is None}
    yield Check("F27", not without, Severity.ERROR, _lacking(_NO_CONCEPT, _CONCEPTS, list(without)))
    open_ones = [_called(one) for one in found if not one.measure.support_confirmed]
    yield Check("F28", not open_ones, Severity.ERROR, _lacking(_NO_SUPPORT, _SUPPORTED, open_ones))


def _called(line: Line) -> str:
    return f"{line.measure.position} ({line.measure.school})"


def _lacking(faulty: str, fine: str, names: Sequence[str]) -> Sentence:
    if not names:
        return Sentence(fine)
    more = f" … (+{len(names) - _NAMED})" if len(names) > _NAMED else ""
    return Sentence(faulty, names=", ".join(names[:_NAMED]) + more)


_NAMED = 6
_CONCEPTS = N_("Jede Schule hat ein technisch-pädagogisches Einsatzkonzept.")
_NO_CONCEPT = N_("Ohne Einsatzkonzept: %(names)s. Bitte bei der Schule eintragen, von wann es ist.")
_SUPPORTED = N_("Betrieb, Wartung und Support sind für jede Maßnahme bestätigt.")
_NO_SUPPORT = N_("Betrieb, Wartung und Support sind nicht bestätigt für Maßnahme %(names)s.")
