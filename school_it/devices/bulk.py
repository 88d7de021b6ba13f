"""Many devices at once: what would change and what is left out, then the same with a few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import held, portions, table_of, today
from school_it.devices import actions, binding, followers, funded, numbers, queries, rules, search, tags
from school_it.devices.models import FOLDED_FROM, Device, DeviceRecord, folds
from school_it.devices.rules import RecordKind, State
from school_it.errors import N_, BadValue, Sentence

EDITABLE = (
    "category_id", "manufacturer", "model", "school_id", "room_id", "use", "state", "acquired_on", "commissioned_on",
    "price_net", "price_gross", "supplier", "invoice_no", "order_no", "programme", "file_reference", "bound_until",
    "warranty_until", "remark",
)  # fmt: skip
NEVER_EMPTY = frozenset({"category_id", "school_id", "state"})
MOST = 20_000

Which = Sequence[int] | ColumnElement[bool]
"""Devices by their ids, or by a condition on `Device`."""


@dataclass(frozen=True)
class Edit:
    """What becomes of one device."""

    ident: int
    asset_tag: str
    school_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    state_since: date | None = None
    bound_until: date | None = None


@dataclass
class Plan:
    """What an edit would do: the changed ones, how many stay the same, and those left out, each with the reason."""

    edits: list[Edit] = field(default_factory=list)
    same: int = 0
    skipped: list[tuple[str, Sentence]] = field(default_factory=list)
    batch: Batch | None = None

    @property
    def reasons(self) -> dict[Sentence, int]:
        """How many are left out for each reason."""
        counted: dict[Sentence, int] = defaultdict(int)
        for _tag, reason in self.skipped:
            counted[reason] += 1
        return dict(counted)


def plan(
    session: Session,
    which: Which,
    values: Mapping[str, Any],
    clear: Collection[str] = (),
    *,
    move_reason: str | None = None,
    by: Actor,
) -> Plan:
    """What `edit_many` would do now. Raises BadValue for a field that cannot be set or emptied together.

    Bound devices go to another school only with a `move_reason`.
    """
    wanted = _wanted(values, clear)
    actions.checked_place(session, *_place(wanted))
    judge = _Judge(session, wanted, by, move_reason)
    made = Plan()
    for row in _rows(session, which, by):
        judge.sort_in(made, row)
    return made


def edit_many(
    session: Session,
    which: Which,
    values: Mapping[str, Any],
    clear: Collection[str] = (),
    *,
    title: str = "",
    move_reason: str | None = None,
    by: Actor,
) -> Plan:
    """Set `values` and empty `clear` on many devices, in one batch.

    Statements grow by batches of 500, not by devices.
    """
    made = plan(session, which, values, clear, move_reason=move_reason, by=by)
    if not made.edits:
        return made
    made.batch = audit.begin_batch(session, "devices.bulk", by=by, title=title)
    made.batch.counts = {"changed": len(made.edits), "same": made.same, "skipped": len(made.skipped)}
    if {"manufacturer", "model"} & {name for edit in made.edits for name in edit.after}:
        with search.in_bulk(session, [edit.ident for edit in made.edits]):
            _write(session, made.edits)
            refold(session, [edit.ident for edit in made.edits])
        followers.tell(session, [edit.ident for edit in made.edits])
    else:
        _write(session, made.edits)
    audit.record_many(session, list(map(_trace, made.edits)), by=by, batch=made.batch)
    _keep_moves(session, made.edits, move_reason, by)
    session.expire_all()
    return made


def refold(session: Session, idents: Sequence[int]) -> None:
    """Bring the columns that follow from others up to date after a write that went around the ORM."""
    known = select(Device.id, *(getattr(Device, name) for name in FOLDED_FROM))
    for some in portions(idents):
        rows = [
            {"ident": row.id, **_prefixed(folds(dict(row._mapping)))}
            for row in session.execute(known.where(Device.id.in_(some)))
        ]
        session.connection().execute(_REFOLDING, rows)


_TABLE = table_of(Device)
_FOLDS: dict[str, Any] = {name: bindparam(f"to_{name}") for name in folds(dict.fromkeys(FOLDED_FROM))}
_REFOLDING = update(_TABLE).where(_TABLE.c.id == bindparam("ident")).values(_FOLDS)


def _prefixed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"to_{name}": value for name, value in values.items()}


def _wanted(values: Mapping[str, Any], clear: Collection[str]) -> dict[str, Any]:
    for name in (*values, *clear):
        if name not in EDITABLE or (name in clear and name in NEVER_EMPTY):
            raise BadValue(N_("Dieses Feld lässt sich nicht für viele Geräte ändern: %(field)s."), field=name)
    if values.get("state") is State.DISPOSED:
        raise BadValue(N_("Ausgesondert wird jedes Gerät für sich: mit Grund und Genehmigung."))
    return {**dict.fromkeys(clear), **values}


def _place(wanted: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """School and room, where both are set together."""
    together = wanted.get("school_id") is not None and wanted.get("room_id") is not None
    return (wanted["school_id"], wanted["room_id"]) if together else (None, None)


def _rows(session: Session, which: Which, by: Actor) -> Iterator[Row[Any]]:
    """The devices that may be seen, with all that a bulk edit can change."""
    shown = (
        Device.id,
        Device.asset_tag,
        Device.serial_number,
        Device.person_id,
        Device.holder_room_id,
        Device.holder_name,
        Device.state_since,
    )
    wanted = select(*shown, *(getattr(Device, name) for name in EDITABLE))
    wanted = wanted.where(by.scope(May.SEE_DEVICES).where(Device.school_id)).order_by(Device.tag_folded)
    wanted = held(session, wanted, Device)
    if isinstance(which, ColumnElement):
        yield from session.execute(wanted.where(which).limit(MOST)).all()
        return
    for some in portions(which[:MOST]):
        yield from session.execute(wanted.where(Device.id.in_(some))).all()


class _Judge:
    """Decides for each device: it changes, it is so already, or it is left out and why."""

    def __init__(
        self, session: Session, wanted: Mapping[str, Any], by: Actor, move_reason: str | None = None
    ) -> None:
        self.session, self.wanted, self.scope = session, wanted, by.scope(May.EDIT_DEVICES)
        self.approving, self.move_reason = by.scope(May.APPROVE_DISPOSAL), move_reason
        self.approved_for_use = binding.all_approved_for_use(session) if "use" in wanted else frozenset()
        if "school_id" in wanted:
            by.must(May.EDIT_DEVICES, wanted["school_id"])
        self.room_school = self._school_of_room()
        self.serials: dict[str, set[str]] = {}
        funded.settled(session, wanted, {})
        follows = "bound_until" not in wanted and {"file_reference", *funded.DAYS} & wanted.keys()
        self.funding = funded.Funding(session) if follows else None

    def _school_of_room(self) -> int | None:
        room_id = self.wanted.get("room_id")
        return None if room_id is None else queries.get_room_by_id(self.session, room_id).school_id

    def sort_in(self, made: Plan, row: Row[Any]) -> None:
        against = self.against(row)
        if against is not None:
            made.skipped.append((row.asset_tag, against))
            return
        after = self.after(row)
        if not after:
            made.same += 1
            return
        against = self._against_binding(row, after)
        if against is not None:
            made.skipped.append((row.asset_tag, against))
            return
        before = {name: getattr(row, name) for name in after}
        school_id = after.get("school_id", row.school_id)
        made.edits.append(
            Edit(row.id, row.asset_tag, school_id, before, after, row.state_since, row.bound_until)
        )

    def after(self, row: Row[Any]) -> dict[str, Any]:
        after = {name: value for name, value in self.wanted.items() if getattr(row, name) != value}
        if "school_id" in after and "room_id" not in self.wanted and row.room_id is not None:
            after["room_id"] = None
        if self.funding is not None and after:
            stored = {name: getattr(row, name) for name in ("file_reference", "bound_until", *funded.DAYS)}
            end = self.funding.bound_until(after, stored)
            if end is not None and end != row.bound_until:
                after["bound_until"] = end
        return after

    def against(self, row: Row[Any]) -> Sentence | None:
        if not self.scope.holds(row.school_id):
            return Sentence(N_("dort dürfen Sie nichts ändern"))
        if row.state is State.DISPOSED:
            return Sentence(N_("schon ausgesondert"))
        if self.room_school is not None and self.wanted.get("school_id", row.school_id) != self.room_school:
            return Sentence(N_("der Raum gehört zu einer anderen Schule"))
        return self._against_state(row) or self._against_serial(row)

    def _against_binding(self, row: Row[Any], after: Mapping[str, Any]) -> Sentence | None:
        if row.bound_until is None:
            return None
        before = {name: getattr(row, name) for name in binding.WATCHED}
        faults = binding.against(
            row.asset_tag,
            before,
            {**before, **{name: after[name] for name in binding.WATCHED if name in after}},
            may_shorten=self.approving.holds(row.school_id),
            use_approved=row.id in self.approved_for_use,
            move_reason=self.move_reason,
        )
        field = next((name for name, _sentence in faults), None)
        return Sentence(_BOUND[field]) if field else None

    def _against_state(self, row: Row[Any]) -> Sentence | None:
        to = self.wanted.get("state")
        if to is None or to is row.state:
            return None
        if to is State.IN_STOCK and (row.person_id or row.holder_room_id or row.holder_name):
            return Sentence(N_("noch ausgegeben"))
        if rules.may_move(row.state, to):
            return None
        return Sentence(
            N_("dieser Wechsel ist von »%(state)s« aus nicht vorgesehen"),
            state=Sentence(rules.STATES[row.state]),
        )

    def _against_serial(self, row: Row[Any]) -> Sentence | None:
        """With another manufacturer the serial number may be that of another device."""
        if (
            "manufacturer" not in self.wanted
            or not row.serial_number
            or row.manufacturer == self.wanted["manufacturer"]
        ):
            return None
        serial = numbers.folded(row.serial_number)
        others = set(tags.taken_serials(self.session, [serial], self.wanted["manufacturer"]).values()) - {
            row.asset_tag
        }
        taken = others | self.serials.get(serial, set())
        self.serials.setdefault(serial, set()).add(row.asset_tag)
        return Sentence(N_("die Seriennummer gibt es bei diesem Hersteller schon")) if taken else None


_BOUND = {
    "bound_until": N_("die Zweckbindung kürzt nur das Schulverwaltungsamt"),
    "use": N_("zweckgebunden: für die Verwaltung fehlt eine Genehmigung am Gerät"),
    "move_reason": N_("zweckgebunden: für eine andere Schule fehlt der Grund"),
}


def _keep_moves(session: Session, edits: Sequence[Edit], reason: str | None, by: Actor) -> None:
    """Bound devices that went to another school, each with the reason."""
    if not reason:
        return
    rows = [
        {
            "device_id": edit.ident, "kind": RecordKind.MOVE, "happened_on": today(), "reason": reason,
            "from_school_id": edit.before["school_id"], "to_school_id": edit.after["school_id"],
            "recorded_by": by.name,
        }
        for edit in edits
        if "school_id" in edit.after and rules.is_bound(edit.bound_until, today())
    ]  # fmt: skip
    if rows:
        session.execute(insert(DeviceRecord), rows)


def _write(session: Session, edits: Sequence[Edit]) -> None:
    """One statement for each set of fields and 500 devices; only the end of the earmark may differ among them."""
    groups: dict[tuple[Any, ...], list[Edit]] = defaultdict(list)
    for edit in edits:
        groups[*sorted(edit.after), edit.after.get("bound_until")].append(edit)
    for together in groups.values():
        values = {**together[0].after, "version": Device.version + 1}
        if "state" in values:
            values["state_since"] = today()
        for some in portions([edit.ident for edit in together]):
            writing = update(Device).where(Device.id.in_(some)).values(values)
            session.execute(writing.execution_options(synchronize_session=False))


def _trace(edit: Edit) -> dict[str, Any]:
    changes = {
        name: [audit.plain(edit.before[name]), audit.plain(value)] for name, value in edit.after.items()
    }
    if "state" in edit.after and edit.state_since != today():
        changes["state_since"] = [audit.plain(edit.state_since), audit.plain(today())]
    return {
        "action": Action.DEVICE_CHANGED,
        "object_type": Device.__tablename__,
        "object_id": edit.ident,
        "object_label": edit.asset_tag,
        "school_id": edit.school_id,
        "changes": changes,
    }
