"""Measures of the schools: the rows of an investment plan, what they come to, and what they still lack.

A measure belongs to a programme; to a grant only from the decision on. Amounts are euros as `Decimal`, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, extract, func, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version, whole_number
from school_it.errors import N_, NotThere, Refused, Sentence
from school_it.funding import measure_rules, queries, rules
from school_it.funding.book import MeasureState
from school_it.funding.checking import Check, Checks, Severity
from school_it.funding.models import Grant, Measure, Programme
from school_it.funding.rules import CapBasis, Financing
from school_it.money import to_cent
from school_it.schools.models import School

FIELDS = (
    "position", "category", "description", "quantity", "unit_price", "total", "eligible", "starts_on", "ends_on",
    "support_confirmed", "state", "remark", "years", "trainee", "remaining_years",
)  # fmt: skip
KEEP: Any = object()
DECIDED = frozenset({MeasureState.GRANTED, MeasureState.COMPLETED})


# --- finding ---


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see of the measures; `year` is a fiscal year that a measure reaches into."""

    programme_id: int | None = None
    grant_id: int | None = None
    school_id: int | None = None
    state: MeasureState | None = None
    year: int | None = None
    ident: int | None = None


def conditions(wish: Wish) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in (
        (Measure.programme_id, wish.programme_id),
        (Measure.grant_id, wish.grant_id),
        (Measure.school_id, wish.school_id),
        (Measure.state, wish.state),
        (Measure.id, wish.ident),
    ):
        if value is not None:
            found.append(column == value)
    if wish.year is not None:
        found += [
            extract("year", Measure.starts_on) <= wish.year,
            extract("year", Measure.ends_on) >= wish.year,
        ]
    return found


def listed(wish: Wish, *, seen_by: Actor) -> Select[Measure]:
    """For `web.lists.slice_of`. Raises NotThere for who may not see funding."""
    queries.must_see(seen_by)
    return select(Measure).where(*conditions(wish))


def get_measure(session: Session, ident: int, *, seen_by: Actor) -> Measure:
    """Raises NotThere."""
    queries.must_see(seen_by)
    found = session.get(Measure, ident)
    if found is None:
        raise NotThere(N_("Diese Maßnahme gibt es hier nicht."))
    return found


def called(session: Session, text: str | None) -> Measure | None:
    """The measure that somebody calls ``DP_NRW 12``: programme and running number. Raises Refused."""
    if not text:
        return None
    code, _space, number = text.strip().rpartition(" ")
    rows = select(Measure).join(Programme, Programme.id == Measure.programme_id)
    position = whole_number(number)
    found = session.scalar(
        rows.where(func.lower(Programme.code) == code.strip(" ·").lower(), Measure.position == position)
    )
    if found is None:
        raise Refused([("linked", Sentence(_NO_SUCH, text=text))])
    return found


_NO_SUCH = N_(
    "Eine Maßnahme »%(text)s« gibt es hier nicht. Bitte Programm und lfd. Nr. nennen, etwa »DP_NRW 12«."
)


def next_position(session: Session, programme_id: int) -> int:
    highest = select(func.max(Measure.position)).where(Measure.programme_id == programme_id)
    return (session.scalar(highest) or 0) + 1


def sums(session: Session, wish: Wish) -> tuple[int, Decimal, Decimal]:
    """How many measures, what they cost, what of it is eligible."""
    rows = select(func.count(), func.sum(Measure.total), func.sum(Measure.eligible)).where(*conditions(wish))
    number, total, eligible = session.execute(rows).one()
    return number, total or rules.NOTHING, eligible or rules.NOTHING


# --- the investment plan ---


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


# --- writing ---


def completed(values: Mapping[str, Any]) -> dict[str, Any]:
    """A measure with what is computed where it says nothing: its total, and all of it eligible."""
    whole = {**values}
    whole["quantity"] = whole.get("quantity") or 1
    if whole.get("total") is None and whole.get("unit_price") is not None:
        whole["total"] = whole["unit_price"] * whole["quantity"]
    if whole.get("unit_price") is None and whole.get("total") is not None:
        whole["unit_price"] = to_cent(whole["total"] / whole["quantity"])
    if whole.get("eligible") is None:
        whole["eligible"] = whole.get("total")
    whole["state"] = whole.get("state") or MeasureState.PLANNED
    whole["support_confirmed"] = bool(whole.get("support_confirmed"))
    return whole


Faults = Sequence[tuple[str, Sentence]]


def against(
    values: Mapping[str, Any], programme: Programme, grant: Grant | None
) -> list[tuple[str, Sentence]]:
    """What keeps these values from being a measure."""
    faults: list[tuple[str, Sentence]] = []
    if values["unit_price"] is None:
        faults.append(("unit_price", Sentence(_NO_PRICE)))
    elif values["eligible"] > values["total"]:
        faults.append(("eligible", Sentence(_MORE_ELIGIBLE)))
    if values["ends_on"] < values["starts_on"]:
        faults.append(("ends_on", Sentence(_ENDS_BEFORE)))
    if programme.items and values["category"] not in programme.items:
        faults.append(("category", Sentence(_NO_ITEM, items=", ".join(programme.items))))
    if grant is not None and grant.programme_id != programme.id:
        faults.append(("grant", Sentence(_OTHER_PROGRAMME, code=grant.programme.code)))
    if grant is None and values["state"] in DECIDED:
        faults.append(("grant", Sentence(_NO_GRANT)))
    return faults


_NO_PRICE = N_("Bitte den Einzelpreis oder die Gesamtausgaben eintragen.")
_MORE_ELIGIBLE = N_("Zuwendungsfähig kann nicht mehr sein, als die Maßnahme kostet.")
_ENDS_BEFORE = N_("Das Ende liegt vor dem Beginn.")
_NO_ITEM = N_("Diesen Fördergegenstand hat das Programm nicht. Es hat: %(items)s.")
_OTHER_PROGRAMME = N_("Diese Zuwendung gehört zum Programm %(code)s.")
_NO_GRANT = N_("Was bewilligt ist, gehört zu einer Zuwendung. Bitte die Zuwendung wählen.")


def add_measure(
    session: Session,
    programme: Programme,
    school: School,
    values: Mapping[str, Any],
    *,
    grant: Grant | None = None,
    linked: Measure | None = None,
    by: Actor,
) -> Measure:
    """The next number of the programme where none is named; `linked` is the measure that it is done for (F25).

    Raises Refused.
    """
    by.must(May.EDIT_FUNDING, None)
    whole = _judged(session, programme, school, grant, values, linked, None)
    measure = Measure(
        programme=programme,
        school=school,
        grant=grant,
        linked=linked,
        **{name: whole.get(name) for name in FIELDS},
    )
    session.add(measure)
    audit.record(session, Action.MEASURE_ADDED, measure, by=by, changes=audit.whole(measure))
    return measure


def change_measure(
    session: Session,
    measure: Measure,
    school: School,
    values: Mapping[str, Any],
    *,
    grant: Grant | None,
    linked: Measure | None = KEEP,
    version: int | None = None,
    by: Actor,
) -> None:
    """Raises Refused, Stale."""
    by.must(May.EDIT_FUNDING, None)
    expect_version(measure, version)
    linked = measure.linked if linked is KEEP else linked
    before = {name: getattr(measure, name) for name in FIELDS}
    whole = _judged(session, measure.programme, school, grant, {**before, **values}, linked, measure)
    wanted = {
        **whole, "school_id": school.id, "grant_id": grant.id if grant else None,
        "linked_id": linked.id if linked else None,
    }  # fmt: skip
    changes = audit.assign(measure, wanted, (*FIELDS, "school_id", "grant_id", "linked_id"))
    if changes:
        audit.record(session, Action.MEASURE_CHANGED, measure, by=by, changes=changes)
        session.expire(measure, ["school", "grant", "linked"])


def _judged(
    session: Session,
    programme: Programme,
    school: School,
    grant: Grant | None,
    values: Mapping[str, Any],
    linked: Measure | None,
    own: Measure | None,
) -> dict[str, Any]:
    whole = completed(values)
    if whole.get("position") is None:
        whole["position"] = next_position(session, programme.id)
    faults = against(whole, programme, grant)
    same = (Measure.programme_id == programme.id, Measure.position == whole["position"])
    if not faults:
        faults += measure_rules.against(session, programme, school, whole, linked, own)
    other = session.scalar(select(Measure).where(*same))
    if other not in (None, own):
        faults.append(("position", Sentence(N_("Diese laufende Nummer hat im Programm schon eine andere."))))
    if faults:
        raise Refused(faults)
    return whole
