"""Finding publications. What is public is everybody's; the rest is for those who see all of the plan's money."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import N_, NotThere
from school_it.plan.open_data.models import Publication
from school_it.plan.open_data.tables import Withheld, withheld


def public(session: Session) -> Sequence[Publication]:
    """What everybody may read, the newest school year first. Raises NotThere where nothing is published."""
    wanted = select(Publication).where(Publication.withdrawn_at.is_(None))
    found = session.scalars(wanted.order_by(Publication.school_year.desc())).all()
    if not found:
        raise NotThere(N_("Diese Seite gibt es nicht."))
    return found


def public_of(session: Session, year: int) -> Publication:
    found = published(session, year)
    if found is None:
        raise NotThere(N_("Diese Datei gibt es nicht."))
    return found


def published(session: Session, year: int) -> Publication | None:
    return session.scalar(
        select(Publication).where(Publication.school_year == year, Publication.withdrawn_at.is_(None))
    )


def editions(session: Session, year: int) -> list[Withheld]:
    """What each edition of the school year left empty, also those that are public no more: somebody may have them."""
    wanted = select(Publication.json).where(Publication.school_year == year).order_by(Publication.id)
    return [withheld(one) for one in session.scalars(wanted)]


def all_of_them(session: Session) -> Sequence[Publication]:
    """With what was withdrawn, the newest first."""
    return session.scalars(select(Publication).order_by(Publication.id.desc())).all()


def get_publication(
    session: Session, ident: int, *, seen_by: Actor, may: May = May.SEE_FUNDING
) -> Publication:
    found = session.get(Publication, ident)
    if found is None or not seen_by.may(may):
        raise NotThere(N_("Diese Veröffentlichung gibt es hier nicht."))
    return found
