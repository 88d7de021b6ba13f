"""A small town whose lists come in through the command line, and a look at everything that is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import db, transaction
from school_it.devices import catalogue
from tests.conftest import add_school

Picture = dict[str, list[dict[str, Any]]]

NOT_KEPT = frozenset(
    {"batches", "audit_entries", "sync_runs", "jobs", "number_series", "import_profiles", "uploads"}
)
"""What tells of the work itself; an undo does not pretend that nothing has happened."""


@dataclass(frozen=True)
class Undone:
    """What ``undo --json`` said, and its exit code."""

    code: int
    facts: dict[str, Any]

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.facts["rows"], self.facts["undone"], self.facts["conflict"]

    @property
    def keys(self) -> list[tuple[str, str | None]]:
        return [(one["key"], one["field"]) for one in self.facts["conflicts"]]


@pytest.fixture
def bring(app: Flask, tmp_path: Path) -> Callable[..., int]:
    """``bring("rooms", "Schulnummer;Raum\\n115514;1.07\\n")`` reads a list in and returns its batch."""

    def brought(kind: str, text: str, *options: str) -> int:
        file = tmp_path / f"{kind}.csv"
        file.write_text(text, "utf-8")
        answer = run(app, "import", kind, str(file), "--json", *options)
        assert answer.exit_code in (0, 4), answer.output
        batch: int = json.loads(answer.stdout)["batch"]
        return batch

    return brought


@pytest.fixture
def take_back(app: Flask) -> Callable[..., Undone]:
    """``take_back(7, "--dry-run")``: the undo as scripts see it."""

    def taken(batch: int, *options: str) -> Undone:
        answer = run(app, "undo", str(batch), "--json", *options)
        assert answer.stdout, answer.output
        return Undone(answer.exit_code, json.loads(answer.stdout))

    return taken


def run(app: Flask, *words: str) -> Any:
    answer = app.test_cli_runner().invoke(args=list(words))
    with app.app_context():
        db.session.remove()
    return answer


def picture(session: Session) -> Picture:
    """All rows of all tables, without the counters of their changes and without the trail."""
    session.rollback()
    return {
        table.name: sorted(
            (
                {name: value for name, value in row._mapping.items() if name != "version"}
                for row in session.execute(select(*table.c))
            ),
            key=str,
        )
        for table in db.metadata.sorted_tables
        if table.name not in NOT_KEPT
    }


@pytest.fixture
def town(session: Session, house: Actor) -> None:
    """Two schools and the usual categories."""
    add_school(house, "115514", "Grundschule Am Beispielweg")
    add_school(house, "167149", "Gymnasium Beispielstadt")
    with transaction() as writing:
        catalogue.ensure_categories(writing, by=house)
