"""What can carry documents: later rooms may not be known here, so they say it themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, event
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.database import Model, table_of
from school_it.documents.models import Link
from school_it.documents.rules import DocumentKind
from school_it.errors import N_, NotThere

Question = Callable[[Session, Any, Actor], bool]


@dataclass(frozen=True)
class Bearer:
    """Things of one table that carry documents.

    `see` and `edit` are the rights at the thing's school (`trace_school_id`); `visible` and `editable` take their
    place where that is not enough, `removable` narrows further whose documents may be removed. `address` is the page of
    a thing, `kinds` are offered first when uploading.
    """

    model: type[Model]
    see: May
    edit: May
    address: Callable[[Any], str]
    kinds: Sequence[DocumentKind] = ()
    visible: Question | None = None
    editable: Question | None = None
    removable: Question | None = None

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    def shows(self, session: Session, thing: Any, actor: Actor) -> bool:
        if self.visible is not None:
            return self.visible(session, thing, actor)
        return actor.scope(self.see).holds(thing.trace_school_id)

    def changes(self, session: Session, thing: Any, actor: Actor) -> bool:
        if not self.shows(session, thing, actor):
            return False
        if self.editable is not None:
            return self.editable(session, thing, actor)
        return actor.scope(self.edit).holds(thing.trace_school_id)

    def lets_go(self, session: Session, thing: Any, actor: Actor) -> bool:
        """Whether this person may take documents from the thing."""
        may = self.changes(session, thing, actor)
        return may and (self.removable is None or self.removable(session, thing, actor))


BEARERS: dict[str, Bearer] = {}


def carried_by(bearer: Bearer) -> None:
    """Things of this table carry documents from now on; who removes one takes its links along."""
    if bearer.table not in BEARERS:
        event.listen(bearer.model, "after_delete", _forget_links)
    BEARERS[bearer.table] = bearer


def _forget_links(_mapper: Any, connection: Connection, thing: Any) -> None:
    links = table_of(Link)
    of_it = (links.c.target_table == thing.__tablename__, links.c.target_id == thing.id)
    connection.execute(delete(links).where(*of_it))


def bearer_of(thing: Any) -> Bearer:
    return BEARERS[thing.__tablename__]


def get_thing(session: Session, table: str, ident: int, *, seen_by: Actor) -> tuple[Bearer, Any]:
    """The thing and what is known of its kind. Raises NotThere where there is none, or none for this reader."""
    bearer = BEARERS.get(table)
    thing = session.get(bearer.model, ident) if bearer else None
    if bearer is None or thing is None or not bearer.shows(session, thing, seen_by):
        raise NotThere(N_("Das, wozu die Unterlagen gehören, gibt es hier nicht."))
    return bearer, thing
