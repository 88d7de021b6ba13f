"""Ports come from what they belong to: those of a device from its type, those of a panel from its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from school_it.database import portions, table_of
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.network.models import Outlet
from school_it.network.rules import folded
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import PortKind
from school_it.network.wiring.models import ModelType, NetworkPort, Panel, Plug

PORTS = table_of(NetworkPort)
WIRED = (PortKind.INTERFACE, PortKind.FRONT)
WIRELESS = "ieee802.11"
ModelKey = tuple[str, str]


def wired(templates: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The ports of a type that a network cable goes into: no radio, no console, no power."""
    kinds = {kind.value for kind in WIRED}
    return [
        port
        for port in templates
        if port["kind"] in kinds and not str(port.get("type") or "").startswith(WIRELESS)
    ]


def key_of(manufacturer: str | None, model: str | None) -> ModelKey:
    return numbers.folded(manufacturer), numbers.folded(model)


class Types:
    """The type of a model: what was said of it goes before its own name. Each model is looked up once."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._known: dict[ModelKey, DeviceType | None] = {}

    def find(self, keys: Iterable[ModelKey]) -> dict[ModelKey, DeviceType]:
        """Those of these models that are of a known type; two statements for 500 new ones."""
        wanted = set(keys)
        for some in portions(sorted(wanted - self._known.keys())):
            self._known |= dict.fromkeys(some, None) | self._by_name(some) | self._as_said(some)
        return {key: type_ for key in wanted if (type_ := self._known[key]) is not None}

    def _by_name(self, keys: Sequence[ModelKey]) -> dict[ModelKey, DeviceType]:
        names = sorted({model for _maker, model in keys if model})
        rows = self.session.scalars(
            select(DeviceType).where(func.lower(DeviceType.model).in_(names)).order_by(DeviceType.id.desc())
        )
        found = {key_of(one.manufacturer, one.model): one for one in rows}
        return {key: found[key] for key in keys if key in found}

    def _as_said(self, keys: Sequence[ModelKey]) -> dict[ModelKey, DeviceType]:
        models = sorted({model for _maker, model in keys if model})
        said = self.session.scalars(select(ModelType).where(ModelType.model_folded.in_(models)))
        found = {(one.maker_folded, one.model_folded): one.type for one in said}
        return {key: found[key] for key in keys if key in found}


def fit_devices(session: Session, idents: Iterable[int] | None = None) -> int:
    """Give these devices, or all of a known type, the ports of their type; says how many were made.

    A port that the type does not have (any more) goes, unless something is plugged into it.
    """
    if session.scalar(select(DeviceType.id).limit(1)) is None:
        return 0
    types = Types(session)
    return sum(_fit(session, some) for some in _typed_devices(session, types, idents))


def _typed_devices(
    session: Session, types: Types, idents: Iterable[int] | None
) -> Iterable[Mapping[int, DeviceType]]:
    columns = select(Device.id, Device.maker_folded, Device.model).where(Device.model.is_not(None))
    parts = (
        [columns]
        if idents is None
        else [columns.where(Device.id.in_(some)) for some in portions(sorted(set(idents)))]
    )
    for part in parts:
        rows = [(ident, (maker, numbers.folded(model))) for ident, maker, model in session.execute(part)]
        found = types.find(key for _ident, key in rows)
        typed = [(ident, found[key]) for ident, key in rows if key in found]
        yield from (dict(some) for some in portions(typed))


def _fit(session: Session, devices: Mapping[int, DeviceType]) -> int:
    known: dict[int, dict[str, int]] = defaultdict(dict)
    columns: Any = select(NetworkPort.device_id, NetworkPort.name_folded, NetworkPort.id)
    for device_id, name, ident in session.execute(columns.where(NetworkPort.device_id.in_(devices))):
        known[device_id][name] = ident
    rows, surplus = list[dict[str, Any]](), list[int]()
    for device_id, type_ in devices.items():
        templates = {folded(port["name"]): port for port in wired(type_.ports)}
        rows += [
            _as_row(device_id, place, port)
            for place, (name, port) in enumerate(templates.items(), 1)
            if name not in known[device_id]
        ]
        surplus += [ident for name, ident in known[device_id].items() if name not in templates]
    _insert(session, rows)
    for some in portions(surplus):
        plugged = exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id))
        session.execute(delete(NetworkPort).where(NetworkPort.id.in_(some), ~plugged))
    return len(rows)


def _as_row(device_id: int, place: int, port: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "device_id": device_id, "panel_id": None, "outlet_id": None, "name": port["name"][:80],
        "name_folded": folded(port["name"])[:80], "position": place, "kind": PortKind(port["kind"]),
        "type": port.get("type") or None, "poe": port.get("poe") or None,
        "takes_poe": bool(port.get("takes_poe")),
    }  # fmt: skip


def fit_panels(session: Session, idents: Iterable[int]) -> None:
    """Panels get the ports up to their size; those beyond it go, unless something is plugged into them."""
    for some in portions(sorted(set(idents))):
        sizes = dict(session.execute(select(Panel.id, Panel.ports).where(Panel.id.in_(some))).all())
        counted = select(NetworkPort.panel_id, func.max(NetworkPort.position))
        counted = counted.where(NetworkPort.panel_id.in_(some)).group_by(NetworkPort.panel_id)
        have = dict(session.execute(counted).all())
        rows = [
            {
                "device_id": None, "panel_id": ident, "outlet_id": None, "name": str(place), "name_folded": str(place),
                "position": place, "kind": PortKind.FRONT, "type": None, "poe": None, "takes_poe": False,
            }
            for ident, size in sizes.items()
            for place in range((have.get(ident) or 0) + 1, size + 1)
        ]  # fmt: skip
        _insert(session, rows)
        _drop_beyond(session, {ident: size for ident, size in sizes.items() if (have.get(ident) or 0) > size})


def _drop_beyond(session: Session, sizes: Mapping[int, int]) -> None:
    """The ports of panels that have become smaller, by id with their size."""
    plugged = exists(select(Plug.port_id).where(Plug.port_id == NetworkPort.id))
    for ident, size in sizes.items():
        beyond = (NetworkPort.panel_id == ident) & (NetworkPort.position > size)
        session.execute(delete(NetworkPort).where(beyond, ~plugged))


def fit_outlets(session: Session, outlets: Mapping[int, str]) -> dict[int, int]:
    """Each outlet, by id with its name, has its one port: the ids of the ports by outlet."""
    found: dict[int, int] = {}
    columns: Any = select(NetworkPort.outlet_id, NetworkPort.id)
    for some in portions(sorted(outlets)):
        wanted = columns.where(NetworkPort.outlet_id.in_(some))
        found |= {row[0]: row[1] for row in session.execute(wanted)}
    missing = [ident for ident in outlets if ident not in found]
    rows = [
        {
            "device_id": None, "panel_id": None, "outlet_id": ident, "name": outlets[ident],
            "name_folded": folded(outlets[ident]), "position": 1, "kind": PortKind.FRONT, "type": None, "poe": None,
            "takes_poe": False,
        }
        for ident in missing
    ]  # fmt: skip
    _insert(session, rows)
    for some in portions(missing):
        wanted = columns.where(NetworkPort.outlet_id.in_(some))
        found |= {row[0]: row[1] for row in session.execute(wanted)}
    return found


def _insert(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    for some in portions(rows, 1000):
        session.connection().execute(insert(PORTS), list(some))


def outlets_of(session: Session, *, school_ids: Iterable[int] = (), idents: Iterable[int] = ()) -> list[Any]:
    """What the outlets of these schools, and these single ones, say of their chains."""
    columns = select(
        Outlet.id, Outlet.school_id, Outlet.outlet, Outlet.rack, Outlet.panel, Outlet.panel_port, Outlet.switch,
        Outlet.switch_port,
    ).order_by(Outlet.id)  # fmt: skip
    return [
        row
        for column, wanted in ((Outlet.school_id, school_ids), (Outlet.id, idents))
        for some in portions(sorted(set(wanted)))
        for row in session.execute(columns.where(column.in_(some)))
    ]
