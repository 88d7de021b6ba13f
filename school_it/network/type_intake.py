"""Device types from files: what is known of them, what is wrong with one, and writing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import held, portions, table_of
from school_it.errors import N_, Sentence
from school_it.network.types.layouts import FIELDS
from school_it.network.types.models import DeviceType
from school_it.network.wiring import joining, ports
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row


class DeviceTypeIntake(Intake):
    """Each row is one described type; `imports.device_types` makes the rows."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        """One maker has one type of a name: a second slug for it would be the same thing twice."""
        reading.known = self.known(session, reading.rows)
        slugs = _stored_slugs(session, {row.values["manufacturer"] for row in reading.rows})
        for row in reading.rows:
            slug = row.values["slug"]
            other = slugs.setdefault(_name(row.values["manufacturer"], row.values["model"]), slug)
            if other != slug:
                sentence = N_("Den Typ %(model)s von %(maker)s gibt es schon als »%(slug)s«.")
                said = Sentence(
                    sentence, model=row.values["model"], maker=row.values["manufacturer"], slug=other
                )
                yield Problem(row.number, reading.header_of("model"), row.values["model"], said)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        for row in rows:
            if not row.values.get("ports"):
                yield row.number, Sentence(N_("Der Typ hat keine Anschlüsse."))

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        slugs = sorted({row.values["slug"] for row in rows})
        columns: tuple[Any, ...] = tuple(getattr(DeviceType, name) for name in FIELDS)
        stored = {}
        for some in portions(slugs):
            wanted = select(DeviceType.id, *columns).where(DeviceType.slug.in_(some))
            for one in session.execute(held(session, wanted, DeviceType)).mappings():
                values = dict(one)
                stored[one["slug"]] = (values.pop("id"), values)
        return {row.number: stored[key] for row in rows if (key := row.values["slug"]) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(DeviceType)
        setwise.add(
            session, table, [{"version": 1, **row.values} for row in new], action=Action.DEVICE_TYPE_ADDED, by=by,
            batch=batch, label=self.label,
        )  # fmt: skip
        setwise.change(session, table, changed, action=Action.DEVICE_TYPE_CHANGED, by=by, batch=batch)
        session.expire_all()
        if ports.fit_devices(session):
            joining.join(session, joining.all_schools(session))

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('manufacturer', '')} {values.get('model', '')}".strip()[:200]


def _name(manufacturer: str, model: str) -> tuple[str, str]:
    return manufacturer.casefold(), model.casefold()


def _stored_slugs(session: Session, manufacturers: set[str]) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    ordered = sorted(manufacturers)
    columns = select(DeviceType.manufacturer, DeviceType.model, DeviceType.slug)
    for some in portions(ordered):
        wanted = columns.where(DeviceType.manufacturer.in_(some))
        found |= {_name(maker, model): slug for maker, model, slug in session.execute(wanted)}
    return found
