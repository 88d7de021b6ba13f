"""What goes out comes back in unchanged: 0 new, 0 changed, 0 problems, for every report that can be read back."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from exports.reports import REPORTS
from school_it.access import Actor
from school_it.database import transaction
from school_it.schools import actions
from school_it.schools.models import School
from school_it.schools.rules import RoomUse

READ_BACK = sorted(name for name, report in REPORTS.items() if report.import_kind)


@pytest.fixture
def small_town(school: School, other_school: School, house: Actor) -> None:
    with transaction() as session:
        here = session.merge(school)
        hall = actions.building(session, here.id, "Altbau", by=house)
        session.flush()
        values = {"room": "1.07", "name": "=1+1", "building_id": hall.id if hall else None, "use": RoomUse.SPECIALIST}
        actions.add_room(session, here, {**values, "seats": 28, "floor": "1. OG"}, by=house)
        actions.add_room(session, session.merge(other_school), {"room": "007", "remark": "Zeile 1\nZeile 2"}, by=house)
        figures = {"pupils": 412, "classes": 16, "teachers": 31, "rooms": 24, "key_date": date(2025, 10, 15)}
        actions.record_figures(session, here, 2025, figures, by=house)
        actions.record_figures(session, here, 2025, {"pupils": 100}, grade="01", by=house)
        changed = {"postcode": "01234", "street": "Straße 1", "support_confirmed": True, "social_index": 4}
        actions.change_school(session, here, {**changed, "use_concept_date": date(2023, 11, 14)}, by=house)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@pytest.mark.parametrize("name", READ_BACK)
@pytest.mark.usefixtures("small_town")
def test_an_export_read_back_unchanged_changes_nothing(app: Flask, tmp_path: Path, name: str) -> None:
    out = tmp_path / "bericht.xlsx"
    written = run(app, "export", name, "--out", str(out), "--json")
    assert written.exit_code == 0, written.output
    facts = json.loads(written.stdout)
    back = run(app, "import", REPORTS[name].import_kind or "", str(out), "--dry-run", "--json")
    assert back.exit_code == 0, back.output
    found = json.loads(back.stdout)
    assert (found["new"], found["changed"], found["problem"]) == (0, 0, 0), found
    assert found["same"] == facts["rows"] > 0
