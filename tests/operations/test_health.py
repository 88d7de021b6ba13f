"""What a monitor is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from school_it.jobs.queue import WITH_WORKER, here


def test_all_is_well(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    empty = create_app({"TESTING": True, "HOME": str(tmp_path)})
    answer = empty.test_client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json == {"status": "problem", "missing": {"database": "Die Datenbank antwortet nicht."}}


def test_a_worker_that_is_expected_and_silent_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WITH_WORKER, "1")
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 503
    assert list(answer.json["missing"]) == ["worker"]  # type: ignore[index]
    with app.app_context():
        here().beat("w")
        assert app.test_client().get("/healthz").status_code == 200
        here().end_beat("w")
