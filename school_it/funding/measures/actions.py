"""Entering and changing measures, by the same rules for both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, Refused, Sentence
from school_it.funding.book import MeasureState
from school_it.funding.measures import terms
from school_it.funding.measures.queries import next_position
from school_it.funding.models import Grant, Measure, Programme
from school_it.money import to_cent
from school_it.schools.models import School

FIELDS = (
    "position", "category", "description", "quantity", "unit_price", "total", "eligible", "starts_on", "ends_on",
    "support_confirmed", "state", "remark", "years", "trainee", "remaining_years",
)  # fmt: skip
KEEP: Any = object()
DECIDED = frozenset({MeasureState.GRANTED, MeasureState.COMPLETED})


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
        faults += terms.against(session, programme, school, whole, linked, own)
    other = session.scalar(select(Measure).where(*same))
    if other not in (None, own):
        faults.append(("position", Sentence(N_("Diese laufende Nummer hat im Programm schon eine andere."))))
    if faults:
        raise Refused(faults)
    return whole
