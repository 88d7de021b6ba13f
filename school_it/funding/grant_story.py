"""The history of a grant with all that belongs to it: decisions, draw-downs, receipts, the lists that brought them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.audit import SAID, Action, Batch, Entry
from school_it.funding import story
from school_it.funding.models import Decision, Drawdown, Grant, Receipt
from school_it.web import show
from school_it.web.show import Event

MOST = 200


def of_grant(session: Session, grant: Grant) -> list[Event]:
    """The newest first, at most `MOST`; a handful of statements at any number of receipts.

    What a list changed in many receipts is one event, with the way to its act.
    """
    single = _single(session, grant)
    told = [*zip((entry.id for entry in single), story.of_entries(session, single, tell=_tell), strict=True)]
    told += _lists(session, grant)
    return [event for _order, event in sorted(told, key=lambda one: one[0], reverse=True)][:MOST]


def _single(session: Session, grant: Grant) -> list[Entry]:
    """Entries of the things one by one; where the database gave a number anew, only those since."""
    things: list[audit.Traced] = [grant, *grant.decisions]
    found = [entry for thing in things for entry in audit.story(session, thing)]
    rows = select(Entry).where(or_(_of_receipts(grant), _of_drawdowns(grant)), Entry.batch_id.is_(None))
    more = session.scalars(rows.order_by(Entry.id.desc()).limit(MOST)).all()
    return [*found, *_since_removal(session, more)]


def _since_removal(session: Session, entries: Sequence[Entry]) -> Iterator[Entry]:
    removed = audit.removals(session, entries)
    for entry in entries:
        last = removed.get((entry.object_type, entry.object_id or 0), 0)
        if entry.id > last or entry.action == Action.ROW_REMOVED:
            yield entry


def _of_receipts(grant: Grant) -> ColumnElement[bool]:
    """Those that are there, and the removal of those that were."""
    here = select(Receipt.id).where(Receipt.grant_id == grant.id)
    was_its_own = Entry.changes["grant_id", 0].as_integer() == grant.id
    return and_(
        Entry.object_type == Receipt.__tablename__,
        or_(Entry.object_id.in_(here), and_(Entry.action == Action.ROW_REMOVED, was_its_own)),
    )


def _of_drawdowns(grant: Grant) -> ColumnElement[bool]:
    here = select(Drawdown.id).join(Decision).where(Decision.grant_id == grant.id)
    return and_(Entry.object_type == Drawdown.__tablename__, Entry.object_id.in_(here))


def _lists(session: Session, grant: Grant) -> Iterator[tuple[int, Event]]:
    """The acts that added, changed or removed many of its receipts, each with the number of its newest entry."""
    rows = (
        select(func.max(Entry.id), func.count(Entry.object_id.distinct()), Batch)
        .join(Batch, Batch.id == Entry.batch_id)
        .where(_of_receipts(grant))
        .group_by(Batch.id)
        .order_by(func.max(Entry.id).desc())
        .limit(MOST)
    )
    for newest, receipts, batch in session.execute(rows):
        number = ngettext("%(num)s Beleg", "%(num)s Belege", receipts)
        yield newest, show.act(batch, f"{batch.title}: {number}")


def _tell(entry: Entry) -> str | None:
    """Which receipt, draw-down or decision it is: all of one history have the grant in common."""
    of_its_own = " · ".join(entry.object_label.split(" · ")[1:])
    if not of_its_own:
        return None
    said = _(SAID[Action(entry.action)])
    if entry.action == Action.ROW_REMOVED:
        return f"{_(story.THINGS[entry.object_type])} {of_its_own}: {said}"
    return f"{said}: {of_its_own}"
