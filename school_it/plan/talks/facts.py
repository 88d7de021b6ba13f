"""What the dossier asks of other rooms, for one school: loans and defects, network, licences, measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices.models import Device, DeviceRecord
from school_it.devices.rules import INCIDENTS, RecordKind, State
from school_it.errors import N_
from school_it.funding.models import Measure
from school_it.licences import costs
from school_it.licences import queries as licence_queries
from school_it.licences.models import Licence
from school_it.people.models import Person
from school_it.people.rules import PersonState
from school_it.plan import coverage
from school_it.plan.standing import Town
from school_it.school_year import years_after
from school_it.schools.models import School

Line = list[Any]


def trouble(session: Session, school_id: int, on: date, *, seen_by: Actor) -> list[tuple[str, int]]:
    """What is lent out and late, broken, lost: names and numbers, those above nought. No person is named."""
    if not seen_by.scope(May.SEE_DEVICES).holds(school_id):
        return []
    is_out = or_(
        Device.person_id.is_not(None), Device.holder_room_id.is_not(None), Device.holder_name.is_not(None)
    )
    has_left = Person.state == PersonState.LEFT
    row = session.execute(
        select(
            *(
                func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
                for condition in (
                    is_out, is_out & (Device.due_on < on), has_left, Device.state == State.DEFECTIVE,
                    Device.state == State.IN_REPAIR,
                )
            )
        )
        .select_from(Device)
        .outerjoin(Person, Person.id == Device.person_id)
        .where(Device.school_id == school_id)
    ).one()  # fmt: skip
    names = (
        N_("ausgegeben"), N_("Rückgabe überfällig"), N_("noch bei Abgegangenen"), N_("defekt"), N_("in Reparatur"),
    )  # fmt: skip
    found = [(name, int(number)) for name, number in zip(names, row, strict=True)]
    found += _incidents(session, school_id, on)
    return [(name, number) for name, number in found if number]


def _incidents(session: Session, school_id: int, on: date) -> list[tuple[str, int]]:
    rows = session.execute(
        select(DeviceRecord.kind, func.count())
        .join(Device, Device.id == DeviceRecord.device_id)
        .where(
            Device.school_id == school_id, DeviceRecord.kind.in_(INCIDENTS),
            DeviceRecord.happened_on.between(years_after(on, -1), on),
        )
        .group_by(DeviceRecord.kind)
    ).all()  # fmt: skip
    counted = {kind: int(number) for kind, number in rows}
    names = {
        RecordKind.DEFECT: N_("Defekte gemeldet in 12 Monaten"),
        RecordKind.LOSS: N_("verloren in 12 Monaten"),
        RecordKind.THEFT: N_("gestohlen in 12 Monaten"),
    }
    return [(name, counted.get(kind, 0)) for kind, name in names.items()]


def network(session: Session, town: Town, *, seen_by: Actor) -> list[Line]:
    """What is there and what the plan asks for; nothing where nobody has entered it."""
    (stand,) = coverage.look(session, town, seen_by=seen_by, school_id=town.schools[0].id)
    rows = (
        (N_("Accesspoints, nutzbar"), stand.points),
        (N_("eingetragene Unterrichtsräume mit Accesspoint"), stand.rooms_with_point),
        (N_("Netzwerkdosen"), stand.outlets),
        (N_("Anschlüsse an nutzbaren Switches"), stand.switch_ports),
        (N_("Mbit/s ins Internet"), stand.mbits),
    )
    return [
        [name, share.have, share.target, share.missing if share.is_known else None]
        for name, share in rows
        if share.have is not None or share.target
    ]


def licences(session: Session, school: School, year: int, *, seen_by: Actor) -> list[Line]:
    """The school's own: product, seats, end, last day to cancel, gross euros due in the fiscal year."""
    wanted = licence_queries.licences(
        licence_queries.Wish(school_number=school.school_number), seen_by=seen_by
    )
    first = date(year, 1, 1)
    found = session.scalars(
        wanted.where(or_(Licence.valid_to.is_(None), Licence.valid_to >= first)).order_by(
            Licence.product, Licence.id
        )
    ).all()
    due = costs.by_licence(session, [year], seen_by=seen_by)
    return [
        [one.product, one.seats, one.valid_to, one.cancel_by, due.get(one.id, {}).get(year)] for one in found
    ]


def measures(session: Session, school_id: int) -> Sequence[Measure]:
    """The newest first."""
    wanted = select(Measure).where(Measure.school_id == school_id)
    return session.scalars(wanted.order_by(Measure.starts_on.desc(), Measure.id.desc())).all()
