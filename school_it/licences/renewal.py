"""A term that is over and renews itself gives way to the next one; what it was and cost stays on record."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version, held, today
from school_it.errors import N_, RuleBroken
from school_it.licences import rules, seat_queries
from school_it.licences.models import Licence, Term

MOVED = ("valid_from", "valid_to", "cancel_by", "invoice_no")
KEPT = ("valid_from", "valid_to", "cancel_by", "seats", "price_net", "price_gross", "invoice_no")


def next_term(licence: Licence) -> tuple[date, date, date | None] | None:
    """Of a licence that renews itself; None where it does not or its term is not known."""
    if not licence.renews or licence.valid_from is None or licence.valid_to is None:
        return None
    if licence.valid_to < licence.valid_from or licence.valid_to.year >= date.max.year - 100:
        return None
    return rules.next_term(licence.valid_from, licence.valid_to, licence.cancel_by)


def renew(session: Session, licence: Licence, *, version: int | None = None, by: Actor) -> None:
    """Begin the next term now; the invoice is that of the old one. Raises NotAllowed, RuleBroken, Stale."""
    by.must(May.EDIT_LICENCES, licence.school_id)
    licence = seat_queries.hold(session, licence.id)
    expect_version(licence, version)
    following = next_term(licence)
    if following is None:
        raise RuleBroken(
            N_(
                "Diese Lizenz verlängert sich nicht, oder Beginn und Ende der Laufzeit fehlen. Bitte beides prüfen."
            )
        )
    over = {name: getattr(licence, name) for name in KEPT}
    session.add(Term(licence_id=licence.id, rolled_on=today(), rolled_by=by.name, **over))
    values = {
        **dict(zip(("valid_from", "valid_to", "cancel_by"), following, strict=True)),
        "invoice_no": None,
    }
    changes = audit.assign(licence, values, MOVED)
    audit.record(session, Action.LICENCE_RENEWED, licence, by=by, changes=changes)


def renew_due(session: Session, *, by: Actor) -> int:
    """Every licence whose term is over and renews itself, until a term runs. Returns how many terms began."""
    rows = select(Licence).where(
        Licence.renews.is_(True), Licence.valid_to < today(), Licence.valid_from.is_not(None)
    )
    begun = 0
    for licence in session.scalars(held(session, rows.order_by(Licence.id), Licence)):
        while licence.valid_to is not None and licence.valid_to < today() and next_term(licence) is not None:
            renew(session, licence, by=by)
            begun += 1
    return begun


def terms_of(session: Session, licence: Licence) -> list[Term]:
    """The past terms, newest first."""
    rows = select(Term).where(Term.licence_id == licence.id)
    return list(session.scalars(rows.order_by(Term.valid_from.desc(), Term.id.desc())))
