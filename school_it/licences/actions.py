"""What is done with licences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version
from school_it.errors import N_, BadValue, Refused, RuleBroken, refuse
from school_it.licences import queries, rules, seat_queries
from school_it.licences.models import Licence

NUMBER_TAKEN = N_("Eine Lizenz mit der Nummer %(number)s gibt es schon.")
FIELDS = (
    "licence_no", "product", "vendor", "basis", "seats", "school_id", "valid_from", "valid_to", "cancel_by", "renews",
    "price_net", "price_gross", "supplier", "invoice_no", "remark",
)  # fmt: skip


def add_licence(session: Session, values: Mapping[str, Any], *, by: Actor) -> Licence:
    """Raises BadValue for what cannot be, RuleBroken where the number is taken."""
    by.must(May.EDIT_LICENCES, values.get("school_id"))
    _check(values)
    _refuse_known_number(session, values["licence_no"])
    licence = Licence(**{name: values.get(name) for name in FIELDS})
    session.add(licence)
    audit.record(session, Action.LICENCE_ADDED, licence, by=by, changes=audit.differences(licence, FIELDS))
    return licence


def change_licence(
    session: Session, licence: Licence, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """At the school it was for as well as at the one it will be for."""
    by.must(May.EDIT_LICENCES, licence.school_id)
    by.must(May.EDIT_LICENCES, values.get("school_id", licence.school_id))
    expect_version(licence, version)
    seat_queries.hold(session, licence.id)
    expect_version(licence, version)
    _check({**{name: getattr(licence, name) for name in FIELDS}, **values})
    _refuse_against_seats(session, licence, values)
    if values.get("licence_no", licence.licence_no) != licence.licence_no:
        _refuse_known_number(session, values["licence_no"])
    changes = audit.assign(licence, values, FIELDS)
    if changes:
        audit.record(session, Action.LICENCE_CHANGED, licence, by=by, changes=changes)


def _check(values: Mapping[str, Any]) -> None:
    if not values.get("licence_no") or not values.get("product") or values.get("seats") is None:
        raise BadValue(N_("Eine Lizenz braucht eine Lizenz-Nr., ein Produkt und eine Anzahl."))
    wrong = rules.what_is_wrong(values)
    refuse([wrong] if wrong else [])


def _refuse_against_seats(session: Session, licence: Licence, values: Mapping[str, Any]) -> None:
    stored = {"seats": licence.seats, "basis": licence.basis}
    wrong = rules.what_is_in_use(stored, values, seat_queries.number_used(session, licence))
    if wrong is not None:
        raise Refused([wrong])


def _refuse_known_number(session: Session, number: str) -> None:
    if queries.find_licence(session, number) is not None:
        raise RuleBroken(NUMBER_TAKEN, number=number)
