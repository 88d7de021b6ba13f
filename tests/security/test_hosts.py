"""Under which names the product answers."""

from __future__ import annotations

from pathlib import Path

from app import create_app


def test_only_under_its_own_names_where_these_are_set(tmp_path: Path) -> None:
    app = create_app({"TESTING": True, "HOME": str(tmp_path), "HOSTS": "it.beispielstadt.example, localhost"})
    asked = app.test_client()
    assert asked.get("/login", base_url="http://boese.example").status_code == 400
    assert asked.get("/login", base_url="http://it.beispielstadt.example").status_code != 400
