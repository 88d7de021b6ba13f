"""The network of a school with 40 rooms, 3 racks and 300 outlets from a list of devices and one of outlets."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.network import queries
from school_it.network.models import Outlet
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import DeviceKind
from school_it.network.wiring import queries as wired
from school_it.network.wiring import tracing
from school_it.network.wiring.models import Panel, Plug, Rack
from school_it.schools import actions as school_actions
from school_it.schools.models import School
from tests.network.test_the_chain_is_plugged import a_type

ROOMS, OUTLETS, OF_A_PANEL, OF_A_SWITCH, OF_A_RACK = 40, 300, 24, 48, 120


def workbook(path: Path, headers: list[str], rows: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(headers)  # type: ignore[union-attr]
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(path)
    return path


def device_list(folder: Path) -> Path:
    headers = ["Inventarnummer", "Geräteart", "Hersteller", "Modell", "Schulnummer", "Raum"]
    rows: list[list[object]] = [
        [f"SW-{place}", "Switch", "Knotenpunkt", "S48 PoE", "115514", "R1"] for place in range(1, 8)
    ]
    rows += [
        [f"AP-{place}", "Accesspoint", "Knotenpunkt", "Funk 6", "115514", f"R{place}"]
        for place in range(1, 41)
    ]
    return workbook(folder / "geraete.xlsx", headers, rows)


def outlet_list(folder: Path) -> Path:
    """With the electrician's headers, and every tenth outlet not patched."""
    headers = [
        "SNR",
        "Raum-Nr.",
        "Dosen-Nr.",
        "Schrank",
        "Patchpanel",
        "Port Patchfeld",
        "Switch",
        "Port Switch",
        "VLAN-ID",
    ]
    rows: list[list[object]] = []
    for place in range(OUTLETS):
        room, rack = place % ROOMS + 1, place // OF_A_RACK + 1
        panel, port = divmod(place % OF_A_RACK, OF_A_PANEL)
        switch, at = divmod(place, OF_A_SWITCH)
        known: list[object] = [f"SW-{switch + 1}", f"Gi1/0/{at + 1}", 20] if place % 10 else ["", "", ""]
        rows.append(
            [
                "115514",
                f"R{room}",
                f"R{room}-D{place // ROOMS + 1}",
                f"EV{rack}",
                f"PF{panel + 1}",
                port + 1,
                *known,
            ]
        )
    return workbook(folder / "dosen.xlsx", headers, rows)  # fmt: skip


def test_two_lists_and_the_network_stands(
    app: Flask, session: Session, house: Actor, school: School, tmp_path: Path
) -> None:
    with transaction() as writing:
        writing.add(a_type("S48 PoE", DeviceKind.SWITCH, 48))
        writing.add(a_type("Funk 6", DeviceKind.ACCESS_POINT, 1, "eth"))
        here = writing.merge(school)
        for room in range(1, ROOMS + 1):
            school_actions.add_room(writing, here, {"room": f"R{room}"}, by=house)
    run = app.test_cli_runner()
    for kind, file in (("devices", device_list(tmp_path)), ("outlets", outlet_list(tmp_path))):
        done = run.invoke(args=["import", kind, str(file), "--json"])
        assert done.exit_code == 0, done.output
    session.rollback()
    counted = {one: session.scalar(select(func.count()).select_from(one)) for one in (Rack, Panel, Outlet)}
    assert counted == {Rack: 3, Panel: 13, Outlet: 300}
    assert session.scalar(select(func.count()).select_from(Plug)) == 2 * (300 + 270), (
        "one in the wall, one patched"
    )
    whole = queries.by_school(session, seen_by=house)[0].whole
    assert whole == 270
    outlet = queries.get_outlet_named(session, school.id, "R2-D1")
    (steps,) = tracing.of_outlets(session, [outlet], seen_by=house).values()
    assert [step.name for step in steps] == ["R2-D1", "EV1/PF1/2", "SW-1 · GigabitEthernet1/0/2", "20"]
    free = {row.asset_tag: row.ports - row.used for row in wired.switch_rows(
        session, session.scalars(wired.switches(seen_by=house)).all()
    )}  # fmt: skip
    assert free["SW-1"] == 48 - 43
    again = run.invoke(args=["import", "outlets", str(tmp_path / "dosen.xlsx"), "--json"])
    assert json.loads(again.stdout)["same"] == 300
    out = tmp_path / "netz.xlsx"
    run.invoke(args=["export", "network", "--out", str(out), "--json"])
    back = json.loads(run.invoke(args=["import", "outlets", str(out), "--json"]).stdout)
    assert (back["same"], back["changed"], back["new"]) == (300, 0, 0)
    assert session.scalar(select(func.count()).select_from(DeviceType)) == 2
