"""The electrician's list of outlets, with its gaps and clashes, through the command line."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.network.models import Outlet
from tests.network.conftest import ONE, TWO, Bring


def stored(session: Session) -> dict[str, tuple[str | None, str | None]]:
    """By outlet its panel port and its switch port."""
    session.rollback()
    return {one.outlet: (one.panel_port, one.switch_port) for one in session.scalars(select(Outlet))}


def test_an_electricians_list_comes_in_with_its_own_headers(session: Session, bring: Bring) -> None:
    code, facts = bring(ONE, TWO)
    assert (code, facts["new"], facts["left_out"]) == (0, 2, [])
    session.rollback()
    one, two = session.scalars(select(Outlet).order_by(Outlet.outlet))
    assert (one.room.room, one.school.school_number, one.rack, one.panel) == ("1.07", "115514", "EV2", "PF1")
    assert (one.switch, one.switch_port, one.vlan, one.measured_on) == (
        "SW-1",
        "Gi1/0/13",
        "20",
        date(2024, 7, 12),
    )
    assert (two.panel_port, two.switch, two.connected) == ("14", None, None)


def test_read_again_with_an_outlet_moved_only_that_changes(session: Session, bring: Bring) -> None:
    bring(ONE, TWO)
    _code, facts = bring(ONE, TWO.replace("1.07;1.07-D2", "1.08;1.07-D2"))
    assert (facts["same"], facts["changed"]) == (1, 1)
    session.rollback()
    assert {one.outlet: one.room.room for one in session.scalars(select(Outlet))} == {
        "1.07-D1": "1.07", "1.07-D2": "1.08",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (ONE.replace("1.07;", "9.99;", 1), "Raum-Nr.", "Den Raum 9.99 hat die Schule 115514 nicht"),
        (ONE.replace("1.07;", "A1;", 1), "Raum-Nr.", "Den Raum A1 hat die Schule 115514 nicht"),
        (ONE.replace("1.07;", ";", 1), "Raum-Nr.", "fehlt"),
        (ONE.replace("115514", "199999"), "SNR", "nicht bekannt"),
        (ONE.replace("SW-1", "t-1"), "Switch", "T-1 ist kein Switch, sondern: Tablet"),
        (ONE.replace("12.07.2024", "31.02.2024"), "Messdatum", "31.02.2024"),
        (ONE.replace("Gi1/0/13", "x" * 41), "Port Switch", "Höchstens 40 Zeichen"),
    ],
)
def test_what_will_not_do_is_said_in_its_cell_and_nothing_is_taken(
    session: Session, bring: Bring, row: str, column: str, said: str
) -> None:
    code, facts = bring(row, TWO)
    assert code == 3
    ((where, sentence),) = [(one["column"], one["sentence"]) for one in facts["problems"]]
    assert where == column
    assert said in sentence
    assert session.scalar(select(func.count()).select_from(Outlet)) == 0
    code, facts = bring(row, TWO, options=("--partial",))
    assert (code, facts["new"]) == (4, 1)


@pytest.mark.parametrize("written", ["107", "R 1.07", "Raum 1-07", "1 / 07"])
def test_a_room_spelt_otherwise_is_guessed_but_never_taken_for_it(bring: Bring, written: str) -> None:
    code, facts = bring(ONE.replace("1.07;", f"{written};", 1))
    assert code == 3
    assert "Meinten Sie 1.07?" in facts["problems"][0]["sentence"]


@pytest.mark.parametrize(
    ("row", "column", "port"),
    [
        (TWO.replace(";14;", ";13;"), "Port Patchfeld", "EV2/PF1/13"),
        (TWO.replace(";14;;;", ";14;sw-1;gi1/0/13;"), "Port Switch", "SW-1/gi1/0/13"),
    ],
)
def test_a_port_that_two_rows_want_is_given_to_neither(
    bring: Bring, row: str, column: str, port: str
) -> None:
    code, facts = bring(ONE, row)
    assert (code, facts["problem"]) == (3, 2)
    first, second = facts["problems"]
    assert (first["column"], second["column"]) == (column, column)
    assert f"{port} ist schon mit der Dose 1.07-D1 (Zeile 2) belegt" in second["sentence"]
    assert "1.07-D2 (Zeile 3)" in first["sentence"]


def test_a_port_that_a_stored_outlet_has_is_refused_with_its_name(bring: Bring) -> None:
    bring(ONE)
    code, facts = bring(TWO.replace(";14;", ";13;"))
    assert code == 3
    assert "EV2/PF1/13 ist schon mit der Dose 1.07-D1 belegt" in facts["problems"][0]["sentence"]


def test_the_same_panel_name_at_another_school_is_another_panel(bring: Bring) -> None:
    code, facts = bring(ONE, "167149;A1;A1-D1;EV2;PF1;13;;;;;")
    assert (code, facts["new"]) == (0, 2)


def test_a_switch_serves_one_port_once_even_for_two_schools(bring: Bring) -> None:
    bring(ONE)
    code, facts = bring("167149;A1;A1-D1;;;;SW-1;Gi1/0/13;;;")
    assert code == 3
    assert "1.07-D1 der Schule 115514" in facts["problems"][0]["sentence"]


def test_two_outlets_may_swap_their_ports_in_one_list(session: Session, bring: Bring) -> None:
    bring(ONE, TWO)
    swapped = (ONE.replace("PF1;13", "PF1;14"), TWO.replace("PF1;14", "PF1;13"))
    code, facts = bring(*swapped)
    assert (code, facts["changed"]) == (0, 2)
    assert {name: port for name, (port, _switch) in stored(session).items()} == {
        "1.07-D1": "14",
        "1.07-D2": "13",
    }


def test_a_port_is_not_free_as_long_as_its_outlet_could_not_be_moved(session: Session, bring: Bring) -> None:
    """The row that was to free the port is refused: with --partial the other one may not have it."""
    bring(ONE, TWO)
    before = stored(session)
    moved = ONE.replace("1.07;", "9.99;", 1).replace("PF1;13", "PF1;20")
    code, facts = bring(moved, TWO.replace("PF1;14", "PF1;13"), options=("--partial",))
    assert (code, facts["problem"]) == (4, 2)
    assert stored(session) == before


def test_a_refused_outlet_stays_in_the_way_of_the_third(session: Session, bring: Bring) -> None:
    third = "115514;1.08;1.08-D1;EV2;PF1;15;;;;;"
    bring(ONE, TWO, third)
    before = stored(session)
    rows = (TWO.replace("PF1;14", "PF1;13"), third.replace("PF1;15", "PF1;14"))
    code, facts = bring(*rows, options=("--partial",))
    assert (code, facts["problem"]) == (4, 2), "13 is taken, so D2 stays on 14, so 1.08-D1 cannot have it"
    assert stored(session) == before


def test_a_switch_not_taken_in_yet_is_kept_and_a_known_one_spelt_as_the_device(
    session: Session, bring: Bring
) -> None:
    code, facts = bring(ONE.replace("SW-1", "sw-1"), TWO.replace(";14;;;", ";14;SW-NEU;1;"))
    assert (code, facts["new"]) == (0, 2)
    session.rollback()
    assert set(session.scalars(select(Outlet.switch))) == {"SW-1", "SW-NEU"}
    _code, facts = bring(ONE.replace("SW-1", "sw-1"))
    assert facts["same"] == 1


def test_an_outlet_that_stands_twice_is_taken_from_neither_row(bring: Bring) -> None:
    code, facts = bring(ONE, ONE.replace(";13;", ";15;"))
    assert (code, facts["problem"]) == (3, 2)


def test_what_goes_out_comes_back_unchanged(app: Flask, bring: Bring, tmp_path: Path) -> None:
    bring(ONE, TWO, "167149;A1;=1+1;;;;SW-1;1;007;-;", "167149;A1;000123;;;;;;;'=x;")
    out = tmp_path / "netz.xlsx"
    written = app.test_cli_runner().invoke(args=["export", "network", "--out", str(out), "--json"])
    assert json.loads(written.stdout)["sheets"] == ["Netzwerkdosen"]
    back = app.test_cli_runner().invoke(args=["import", "outlets", str(out), "--json"])
    facts = json.loads(back.stdout)
    assert (facts["same"], facts["new"], facts["changed"], facts["problem"]) == (4, 0, 0, 0), facts


def undo(app: Flask, batch: int) -> tuple[int, dict[str, object]]:
    result = app.test_cli_runner().invoke(args=["undo", str(batch), "--json"])
    return result.exit_code, json.loads(result.stdout)


def test_a_list_is_taken_back_even_where_it_swapped_ports(app: Flask, session: Session, bring: Bring) -> None:
    bring(ONE, TWO)
    before = stored(session)
    _code, facts = bring(
        ONE.replace("PF1;13", "PF1;14"),
        TWO.replace("PF1;14", "PF1;13"),
        ONE.replace("D1", "D9").replace(";13;", ";30;").replace("/13", "/30"),
    )
    code, undone = undo(app, facts["batch"])
    assert (code, undone["undone"], undone["conflict"]) == (0, 3, 0), undone
    assert stored(session) == before


def test_a_port_that_somebody_else_has_by_now_is_not_given_back(
    app: Flask, session: Session, bring: Bring
) -> None:
    bring(ONE)
    _code, moved = bring(ONE.replace("PF1;13", "PF1;20"))
    bring(TWO.replace(";14;", ";13;"))
    now = stored(session)
    code, undone = undo(app, moved["batch"])
    assert (code, undone["conflict"]) == (3, 1)
    (conflict,) = undone["conflicts"]  # type: ignore[misc]
    assert conflict["key"] == "115514 1.07-D1"
    assert "1.07-D2" in conflict["sentence"]
    assert stored(session) == now
