"""Publishing the table of a school year, and withdrawing it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import now
from school_it.errors import N_, BadValue, RuleBroken, Stale
from school_it.plan.open_data import queries, tables
from school_it.plan.open_data.models import Publication
from school_it.plan.open_data.tables import Table

LONGEST_REASON = 300
REPLACED = "durch eine neue Fassung ersetzt"


def publish(
    session: Session, table: Table, *, licence: str, seen: str | None = None, by: Actor
) -> Publication:
    """Freeze the files and make them public; an earlier publication of the year is withdrawn for it.

    `seen` is the digest of the table that somebody looked at. Raises Stale where it is another by now, RuleBroken where
    there is nothing to publish or the same is public already.
    """
    by.must(May.EDIT_PLAN, None)
    if not table.lines:
        raise RuleBroken(N_("Es gibt keine Schule, zu der etwas veröffentlicht werden könnte."))
    if seen is not None and seen != table.digest:
        raise Stale(
            N_("Die Zahlen haben sich geändert, seit Sie sie angesehen haben. Bitte noch einmal ansehen.")
        )
    if tables.gives_away(table, queries.editions(session, table.year)):
        raise RuleBroken(
            N_(
                "Was in einer früheren Fassung dieses Schuljahrs zusammengefasst war, darf keine spätere nennen."
            )
        )
    before = queries.published(session, table.year)
    if before is not None:
        if before.licence == licence and tables.is_told_by(before.json, table):
            raise RuleBroken(N_("Genau das ist schon veröffentlicht."))
        _withdraw(session, before, REPLACED, by)
        session.flush()
    made = Publication(
        school_year=table.year, limit=table.limit, licence=licence, csv=tables.as_csv(table),
        json=tables.as_json(table), digest=table.digest, published_by=by.name,
    )  # fmt: skip
    session.add(made)
    fields = ("school_year", "limit", "licence", "csv", "json", "digest", "published_by")
    audit.record(session, Action.OPEN_DATA_PUBLISHED, made, by=by, changes=audit.differences(made, fields))
    return made


def withdraw(session: Session, one: Publication, reason: str, *, by: Actor) -> None:
    """It is public no more. Raises BadValue without a reason, RuleBroken where it is withdrawn already."""
    by.must(May.EDIT_PLAN, None)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadValue(N_("Bitte sagen, warum (höchstens %(most)s Zeichen)."), most=LONGEST_REASON)
    if not one.is_public:
        raise RuleBroken(N_("Das ist schon zurückgezogen."))
    _withdraw(session, one, reason, by)


def _withdraw(session: Session, one: Publication, reason: str, by: Actor) -> None:
    one.withdrawn_at, one.withdrawn_by, one.withdrawn_reason = now(), by.name, reason
    fields = ("withdrawn_at", "withdrawn_by", "withdrawn_reason")
    audit.record(session, Action.OPEN_DATA_WITHDRAWN, one, by=by, changes=audit.differences(one, fields))
