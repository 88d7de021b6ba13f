"""Finding evidence, and what its rows are called in the house today."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from exports.evidence.models import Evidence
from exports.reports import REPORTS
from school_it.access import Actor, May
from school_it.audit import Action, Entry
from school_it.database import portions
from school_it.errors import N_, NotThere
from school_it.funding.models import Grant, Receipt


def must_see(by: Actor) -> None:
    """Raises NotThere: what was handed in tells of the whole town."""
    if not by.scope(May.SEE_FUNDING).everywhere:
        raise NotThere(N_("Diesen Nachweis gibt es hier nicht."))


def listed(*, report: str = "", grant: str = "") -> Select[Evidence]:
    """Not ordered: `web.lists.slice_of` does that, by `Evidence.id`."""
    rows = select(Evidence)
    if report:
        rows = rows.where(Evidence.report == report)
    if grant:
        rows = rows.where(Evidence.grant_reference == grant)
    return rows


def latest(session: Session, *, report: str, grant_id: int | None) -> Evidence | None:
    """What was handed in last of a report about this grant, or about none."""
    about = Evidence.grant_id.is_(None) if grant_id is None else Evidence.grant_id == grant_id
    return session.scalar(listed(report=report).where(about).order_by(Evidence.id.desc()).limit(1))


def get(session: Session, ident: int, *, seen_by: Actor) -> Evidence:
    """Raises NotThere."""
    must_see(seen_by)
    found = session.get(Evidence, ident)
    if found is None:
        raise NotThere(N_("Diesen Nachweis gibt es hier nicht."))
    return found


def reports(session: Session) -> list[tuple[str, str]]:
    """The reports of which there is evidence, for a filter."""
    found = session.scalars(select(Evidence.report).distinct())
    return sorted((name, REPORTS[name].title if name in REPORTS else name) for name in found)


def grants(session: Session) -> list[tuple[str, str]]:
    found = session.scalars(
        select(Evidence.grant_reference).where(Evidence.grant_reference.is_not(None)).distinct().limit(500)
    )
    return [(one, one) for one in sorted(filter(None, found))]


def kept(session: Session) -> list[tuple[int, str, int, str]]:
    """id, digest, size, data_digest of everything, without the data."""
    columns = (Evidence.id, Evidence.digest, Evidence.size, Evidence.data_digest)
    return [tuple(row) for row in session.execute(select(*columns).order_by(Evidence.id))]  # type: ignore[misc]


def data_of(session: Session, ident: int) -> str:
    """One at a time: all of them together may be large."""
    return session.scalars(select(Evidence.data).where(Evidence.id == ident)).one()


def told(session: Session, idents: Collection[int]) -> dict[int, tuple[str, str]]:
    """By id, the digests that the trail has of it: file, data."""
    found: dict[int, tuple[str, str]] = {}
    for some in portions(list(idents)):
        rows = select(Entry.object_id, Entry.facts).where(
            Entry.object_type == Evidence.__tablename__,
            Entry.action == Action.EVIDENCE_KEPT,
            Entry.object_id.in_(some),
        )
        for ident, facts in session.execute(rows):
            if ident is not None:
                found[ident] = (facts.get("digest", ""), facts.get("data_digest", ""))
    return found


def receipts_called(session: Session, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """By grant and number, the id of the receipt that is there today."""
    found: dict[tuple[str, str], int] = {}
    for some in portions(keys):
        rows = (
            select(Grant.reference, Receipt.receipt_no, Receipt.id)
            .join(Grant, Grant.id == Receipt.grant_id)
            .where(tuple_(Grant.reference, Receipt.receipt_no).in_(some))
        )
        found |= {(reference, number): ident for reference, number, ident in session.execute(rows)}
    return found
