"""Under which names the product answers."""

from __future__ import annotations

from pathlib import Path

from app import create_app
from school_it import settings
from school_it.operations import doctor


def test_only_under_its_own_names_where_these_are_set(tmp_path: Path) -> None:
    app = create_app({"TESTING": True, "HOME": str(tmp_path), "HOSTS": "it.beispielstadt.example, localhost"})
    asked = app.test_client()
    assert asked.get("/login", base_url="http://boese.example").status_code == 400
    assert asked.get("/login", base_url="http://it.beispielstadt.example").status_code != 400


def test_the_doctor_asks_for_the_own_name_where_others_can_ask(tmp_path: Path) -> None:
    def told(**given: str) -> bool:
        known = settings.load({"HOME": str(tmp_path), **given})
        return any("SCHOOL_IT_HOSTS" in one.sentence for one in doctor.settings(known))

    assert told(HTTPS="1")
    assert not told(HTTPS="1", HOSTS="it.beispielstadt.example")
    assert not told(HTTPS="0"), "on one's own machine it does not matter"
