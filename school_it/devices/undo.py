"""How devices go back to what they were before a list or a bulk edit, their holders included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from school_it.access import May
from school_it.database import held, portions, today
from school_it.devices import rules, sheet
from school_it.devices.models import Category, Device, DeviceModel, Handout, folds
from school_it.devices.rules import State
from school_it.errors import N_, Sentence
from school_it.funding.models import Decision, Programme
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.undo import Against, Touched, Undoing, Values, headers
from school_it.undo.tables import typed

HOLDER = "holder"
HOLDER_UNKNOWN = N_("Wer das Gerät vorher hatte, ist nicht mehr bekannt.")
HOLDER_CHANGED = N_("Das Gerät ist inzwischen an jemand anderen ausgegeben oder zurückgenommen.")
BOUND = N_("Die Zweckbindung läuft noch bis %(day)s; so lange kann das Gerät nicht ausgesondert werden.")


class _Devices(Undoing):
    """Who had a device stands in the trail as a text; the hand-outs that the batch opened and closed stand as ids."""

    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        found: dict[int, str] = {}
        for some in portions([thing.ident for thing in things]):
            rows = session.execute(select(Device.id, Device.asset_tag).where(Device.id.in_(some)))
            found |= dict(rows.all())
        return found

    def before(self, session: Session, things: Sequence[Touched]) -> dict[int, dict[str, Any]]:
        values = super().before(session, things)
        closed = _handouts(session, [closed for thing in things if (closed := _closed(thing))])
        for thing in things:
            if HOLDER in thing.personal_before:
                values[thing.ident] |= _holding(closed.get(_closed(thing) or 0))
        return values

    def past(self, session: Session, things: Sequence[Touched]) -> dict[int, dict[str, Any]]:
        """Who had a device on that day its hand-outs say, whoever wrote them down."""
        values = super().past(session, things)
        for thing in things:
            values[thing.ident] |= _holding(None)
        columns: tuple[Any, ...] = (
            Handout.device_id, Handout.person_id, Handout.room_id, Handout.holder_name, Handout.since, Handout.due_on,
        )  # fmt: skip
        for some in portions(list(values)):
            theirs = select(*columns).where(
                Handout.device_id.in_(some),
                Handout.since <= today(),
                or_(Handout.returned_on.is_(None), Handout.returned_on > today()),
            )
            for row in session.execute(theirs.order_by(Handout.since)):
                values[row.device_id] |= _holding(row)
        return values

    def follows(self, row: Values) -> Values:
        return {name: value for name, value in folds(dict(row)).items() if value != row[name]}

    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        yield from self._against_holder(session, [one for one in things if HOLDER in one.personal_before])
        for thing in things:
            bound_until = self._bound_until(thing, now[thing.ident])
            if (
                not thing.made
                and thing.before.get("state") == State.DISPOSED
                and rules.is_bound(bound_until, today())
            ):
                yield Against(thing.ident, "state", Sentence(BOUND, day=f"{bound_until:%d.%m.%Y}"))

    def _bound_until(self, thing: Touched, now: Values) -> Any:
        """The end of the binding as it will be."""
        if "bound_until" in thing.before:
            return typed(self.table.c.bound_until, thing.before["bound_until"])
        return now["bound_until"]

    def _against_holder(self, session: Session, things: Sequence[Touched]) -> Iterator[Against]:
        """The hand-out that the batch opened is still the open one, and the one it closed still says who it was."""
        wanted = [ident for thing in things for ident in (_opened(thing), _closed(thing)) if ident]
        known, forgotten = _handouts(session, wanted), _forgotten(session, wanted)
        for thing in things:
            opened, closed = _opened(thing), _closed(thing)
            if opened and (opened not in known or known[opened].returned_on is not None):
                yield Against(thing.ident, HOLDER, Sentence(HOLDER_CHANGED))
            elif thing.made or thing.personal_before[HOLDER] is None:
                continue
            elif not closed or closed in forgotten or not _says_who(known.get(closed)):
                yield Against(thing.ident, HOLDER, Sentence(HOLDER_UNKNOWN))

    def goes_along(self, things: Sequence[Touched]) -> Mapping[str, set[int]]:
        return {Handout.__tablename__: {opened for thing in things if (opened := _opened(thing))}}

    def put_back(self, session: Session, things: Sequence[Touched], values: Mapping[int, Values]) -> None:
        for some in portions([opened for thing in things if (opened := _opened(thing))]):
            session.execute(delete(Handout).where(Handout.id.in_(some)))
        super().put_back(session, things, values)
        for some in portions([closed for thing in things if (closed := _closed(thing))]):
            reopening = update(Handout).where(Handout.id.in_(some)).values(returned_on=None, taken_by=None)
            session.execute(reopening.execution_options(synchronize_session=False))


def _opened(thing: Touched) -> int | None:
    """The hand-out that the batch left open."""
    return thing.facts[-1].get("opened") if thing.facts else None


def _closed(thing: Touched) -> int | None:
    """The hand-out that was open before the batch."""
    return thing.facts[0].get("closed") if thing.facts else None


def _handouts(session: Session, idents: Sequence[int]) -> dict[int, Any]:
    columns: tuple[Any, ...] = (
        Handout.id, Handout.person_id, Handout.room_id, Handout.holder_name, Handout.since, Handout.due_on,
        Handout.returned_on,
    )  # fmt: skip
    found: dict[int, Any] = {}
    for some in portions(idents):
        wanted = select(*columns).where(Handout.id.in_(some))
        found |= {row.id: row for row in session.execute(held(session, wanted, Handout))}
    return found


def _forgotten(session: Session, idents: Sequence[int]) -> set[int]:
    """Of these hand-outs those of people whose names are forgotten."""
    found: set[int] = set()
    for some in portions(idents):
        wanted = select(Handout.id).join(Person, Person.id == Handout.person_id)
        found |= set(
            session.scalars(wanted.where(Handout.id.in_(some), Person.state == PersonState.FORGOTTEN))
        )
    return found


def _says_who(handout: Any) -> bool:
    return handout is not None and any((handout.person_id, handout.room_id, handout.holder_name))


def _holding(handout: Any) -> dict[str, Any]:
    """The columns of a device that this hand-out means; None for nobody."""
    if handout is None:
        return dict.fromkeys(("person_id", "holder_room_id", "holder_name", "held_since", "due_on"))
    return {
        "person_id": handout.person_id,
        "holder_room_id": handout.room_id,
        "holder_name": handout.holder_name,
        "held_since": handout.since,
        "due_on": handout.due_on,
    }


SHOWN = {
    "category_id": "category",
    "school_id": "school_number",
    "room_id": "room",
    "person_id": HOLDER,
    "holder_room_id": HOLDER,
    "holder_name": HOLDER,
    "tag_folded": "asset_tag",
    "serial_folded": "serial_number",
    "maker_folded": "manufacturer",
}
UNDOINGS = (
    Undoing(Category, N_("Geräteart"), batches={"import.useful-lives": May.IMPORT_ALL}),
    Undoing(DeviceModel, N_("Modell")),
    _Devices(
        Device,
        N_("Gerät"),
        batches={
            "import.devices": May.IMPORT_DEVICES,
            "devices.bulk": May.EDIT_DEVICES,
            "devices.added": May.EDIT_DEVICES,
        },
        shown=SHOWN,
        names=headers(sheet.DEVICES),
        parts=(Handout,),
        points=((Device.programme, Programme.code), (Device.file_reference, Decision.file_reference)),
    ),
)
