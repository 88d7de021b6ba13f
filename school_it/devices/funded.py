"""What a device says of its funding: a known programme, the file reference of a grant, and how long that binds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import held, portions
from school_it.devices.models import Device
from school_it.devices.rules import GONE, State, Use
from school_it.errors import N_, Refused, Sentence
from school_it.funding import bound, queries, rules
from school_it.funding.bound import Shift, Shifts, Terms
from school_it.funding.queries import Term
from school_it.sheets import Problem, Reading

NAMES = ("programme", "file_reference")
DAYS = ("commissioned_on", "acquired_on")
UNKNOWN_PROGRAMME = N_("Das Förderprogramm »%(code)s« ist hier nicht bekannt. Bekannt sind: %(codes)s.")
NO_PROGRAMMES = N_(
    "Das Förderprogramm »%(code)s« ist hier nicht bekannt: Noch ist keines eingetragen. "
    "Das Schulverwaltungsamt trägt Programme unter »Förderung« ein."
)
UNKNOWN_REFERENCE = N_(
    "Das Aktenzeichen »%(text)s« gehört zu keiner Zuwendung. Bitte prüfen; "
    "neue Zuwendungen trägt das Schulverwaltungsamt unter »Förderung« ein."
)
OUR_SIGN = N_("»%(text)s« ist das Kennzeichen einer Zuwendung. Hier steht ihr Aktenzeichen: %(references)s.")

bound.named_in(Device.file_reference)


def _for_pupils(session: Session, school_id: int) -> int:
    here = (Device.school_id == school_id, Device.state.not_in(GONE), Device.use.in_(FOR_PUPILS))
    return session.scalar(select(func.count()).select_from(Device).where(*here)) or 0


def _first(session: Session, file_references: Collection[str]) -> date | None:
    came = func.coalesce(Device.acquired_on, Device.commissioned_on)
    return session.scalar(select(func.min(came)).where(Device.file_reference.in_(file_references)))


FOR_PUPILS = (Use.POOL, Use.LOAN)
bound.devices_by(bound.Devices(_for_pupils, _first))


class Funding:
    """What is stored of programmes and grants, read once for as many devices as there are."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.codes = queries.programme_codes(session)
        self.terms = queries.terms(session)
        self._known = frozenset(self.codes)
        self._ends: dict[tuple[Any, ...], date | None] = {}

    def knows(self, code: str | None, reference: str | None) -> bool:
        return (code is None or code in self._known) and (reference is None or reference in self.terms)

    def against(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, Sentence]]:
        """What is not known; a word that the device has already may stay."""
        code, reference = values.get("programme"), values.get("file_reference")
        if code and code not in self._known and code != before.get("programme"):
            yield "programme", self._unknown_programme(code)
        if reference and reference not in self.terms and reference != before.get("file_reference"):
            yield "file_reference", self._unknown_reference(reference)

    def _unknown_programme(self, code: str) -> Sentence:
        if not self.codes:
            return Sentence(NO_PROGRAMMES, code=code)
        return Sentence(UNKNOWN_PROGRAMME, code=code, codes=", ".join(self.codes[:20]))

    def _unknown_reference(self, text: str) -> Sentence:
        meant = self._signs.get(text)
        if meant is None:
            return Sentence(UNKNOWN_REFERENCE, text=text)
        return Sentence(OUR_SIGN, text=text, references=", ".join(meant))

    @cached_property
    def _signs(self) -> Mapping[str, Sequence[str]]:
        return queries.file_references(self.session)

    def bound_until(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> date | None:
        """F05 for a device that names a grant and no end of its own; None leaves it as it is.

        An end that was computed follows its file reference and the device's days; one that was set by hand stays
        as long as the file reference does.
        """
        reference = values.get("file_reference", before.get("file_reference"))
        if not reference or reference not in self.terms:
            return None
        stored = before.get("bound_until")
        given = values.get("bound_until", stored)
        if given is not None and (given != stored or not self._follows(reference, before)):
            return None
        return self.end(reference, *(values.get(name, before.get(name)) for name in DAYS))

    def _follows(self, reference: str, before: Mapping[str, Any]) -> bool:
        """The stored end is the computed one, or belongs to another file reference."""
        known = before.get("file_reference")
        return reference != known or before["bound_until"] == self.end(known, *map(before.get, DAYS))

    def end(
        self, reference: str, commissioned_on: date | None = None, acquired_on: date | None = None
    ) -> date | None:
        """The latest end of the grants with this file reference."""
        key = (reference, commissioned_on, acquired_on)
        if key not in self._ends:
            self._ends[key] = _end(self.terms.get(reference, ()), commissioned_on, acquired_on)
        return self._ends[key]


def _end(terms: Sequence[Term], commissioned_on: date | None, acquired_on: date | None) -> date | None:
    days = {"commissioned_on": commissioned_on, "acquired_on": acquired_on}
    ends = (
        rules.earmark_end(one.earmark, period_to=one.period_to, completed_on=one.completed_on, **days)
        for one in terms
    )
    return max(filter(None, ends), default=None)


def computed_end(session: Session, device: Device) -> date | None:
    """What the grants of the device's file reference say today; None where they say nothing."""
    reference = device.file_reference
    if not reference:
        return None
    return Funding(session).end(reference, device.commissioned_on, device.acquired_on)


def settled(session: Session, values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one device, its earmark added where they leave it open. Raises Refused for what is not known."""
    if not any(values.get(name) for name in NAMES) and not (
        before.get("file_reference") and any(name in values for name in DAYS)
    ):
        return dict(values)
    funding = Funding(session)
    faults = list(funding.against(values, before))
    if faults:
        raise Refused(faults)
    end = funding.bound_until(values, before)
    return dict(values) if end is None else {**values, "bound_until": end}


def settle(session: Session, reading: Reading) -> Iterator[Problem]:
    """The same for the rows of a file, whose values get the computed end. `reading.known` is what is stored."""
    known = reading.known or {}
    nothing: tuple[int, dict[str, Any]] = (0, {})
    rows = [row for row in reading.rows if _concerns(row.values, known.get(row.number, nothing)[1])]
    if not rows:
        return
    funding = Funding(session)
    headers = {name: reading.header_of(name) for name in NAMES}
    for row in rows:
        values, before = row.values, known.get(row.number, nothing)[1]
        reference = values.get("file_reference")
        if not funding.knows(values.get("programme"), reference):
            for name, sentence in funding.against(values, before):
                yield Problem(row.number, headers[name], values[name], sentence)
        end = funding.bound_until(values, before)
        if end is not None:
            values["bound_until"] = end


def _concerns(values: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """The row names a programme or grant, or a day from which the earmark of its device may count."""
    return bool(
        any(values.get(name) for name in NAMES)
        or (before.get("file_reference") and any(name in values for name in DAYS))
    )


def suggestions(session: Session) -> dict[str, Sequence[str]]:
    """What the fields of a form offer."""
    return {"programmes": queries.programme_codes(session), "file_references": sorted(queries.terms(session))}


# --- terms that change ---


def _shifts(session: Session, before: Terms, after: Terms, changed: Collection[str]) -> Shifts:
    """Computed ends follow, and so do those of devices that replaced one; an end set by hand stays. Disposed: past."""
    moved: list[Shift] = []
    by_hand = 0
    for some in portions(sorted(changed)):
        for row in _bound(session, Device.file_reference.in_(some)):
            old = _end(before.get(row.file_reference, ()), row.commissioned_on, row.acquired_on)
            new = _end(after.get(row.file_reference, ()), row.commissioned_on, row.acquired_on)
            if old == new:
                continue
            if row.bound_until == old:
                moved.append(Shift(row.id, row.asset_tag, row.school_id, old, new))
            else:
                by_hand += 1
    return Shifts([*moved, *_inherited(session, moved)], by_hand)


def _inherited(session: Session, moved: Sequence[Shift]) -> list[Shift]:
    """Devices that took over the remaining time of a moved one, however often it went on."""
    found: list[Shift] = []
    last, seen = {one.ident: one for one in moved}, {one.ident for one in moved}
    while last:
        following: dict[int, Shift] = {}
        for some in portions(list(last)):
            for row in _bound(session, Device.replaces_id.in_(some)):
                old = last[row.replaces_id]
                if row.id not in seen and row.bound_until == old.before:
                    following[row.id] = Shift(row.id, row.asset_tag, row.school_id, old.before, old.after)
        found += following.values()
        seen |= following.keys()
        last = following
    return found


def _bound(session: Session, which: ColumnElement[bool]) -> Sequence[Any]:
    columns: tuple[Any, ...] = (
        Device.id, Device.asset_tag, Device.school_id, Device.file_reference, Device.bound_until, Device.replaces_id,
        Device.commissioned_on, Device.acquired_on,
    )  # fmt: skip
    wanted = select(*columns).where(which, Device.state != State.DISPOSED).order_by(Device.tag_folded)
    return session.execute(held(session, wanted, Device)).all()


def _write(session: Session, moved: Sequence[Shift], by: Actor, batch: Batch) -> None:
    """One statement for each end and 500 devices, a trace for each device."""
    groups: dict[date | None, list[int]] = defaultdict(list)
    for one in moved:
        groups[one.after].append(one.ident)
    for end, idents in groups.items():
        for some in portions(idents):
            writing = update(Device).where(Device.id.in_(some))
            writing = writing.values(bound_until=end, version=Device.version + 1)
            session.execute(writing.execution_options(synchronize_session=False))
    traces = [
        {
            "action": Action.DEVICE_CHANGED,
            "object_type": Device.__tablename__,
            "object_id": one.ident,
            "object_label": one.label,
            "school_id": one.school_id,
            "changes": {"bound_until": [audit.plain(one.before), audit.plain(one.after)]},
        }
        for one in moved
    ]
    audit.record_many(session, traces, by=by, batch=batch)
    for thing in session.identity_map.values():
        if isinstance(thing, Device):
            session.expire(thing)


bound.follow(bound.Follower(_shifts, _write))
