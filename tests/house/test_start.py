"""What a process does not load before somebody needs it: each of these costs a part of every start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from school_it import HOUSE
from start import COMMANDS, command_line
from tests import live

LATER = (
    "openpyxl", "xlsxwriter", "python_calamine", "ldap3", "reportlab", "segno", "rapidfuzz", "huey", "psycopg",
    "alembic", "flask_migrate", "granian",
)  # fmt: skip
ROOMS = {f"school_it.{name}" for name in HOUSE[HOUSE.index("schools") :]}
PROGRAM = """
import json, sys
from app import create_app
create_app({"HOME": sys.argv[1], "DATABASE_URL": f"sqlite:///{sys.argv[1]}/x.db", "SECRET_KEY": "x" * 40})
from babel import localedata
print(json.dumps([sorted(sys.modules), sorted(localedata._cache)]))
"""


def test_a_process_starts_without_what_only_some_pages_need(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], check=True, capture_output=True, text=True
    )
    loaded, locales = json.loads(told.stdout)
    assert set(LATER) & set(loaded) == set()
    assert locales == [], "the data of a language is read when the first page needs it"


LOADED = """
import json, sys
from start import main
sys.argv = ["school-it", *json.loads(sys.argv[1])]
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def loaded_by(home: Path, *words: str) -> set[str]:
    told = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(words)],
        check=True,
        capture_output=True,
        text=True,
        cwd=live.ROOT,
        env=live.environment(home),
    )
    return set(json.loads(told.stderr.splitlines()[-1]))


def test_the_list_of_commands_loads_none_of_them(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, "--help")
    assert not loaded & {"app", "flask", "sqlalchemy", "wtforms", "school_it.cli"}


def test_the_tables_are_looked_after_without_the_rooms(tmp_path: Path) -> None:
    loaded = loaded_by(tmp_path, "db", "upgrade")
    assert "school_it.operations.schema" in loaded
    assert not loaded & {"app", *ROOMS}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_list_is_there_and_its_line_fits(name: str) -> None:
    assert COMMANDS[name].does.endswith(".")
    assert len(COMMANDS[name].does) <= 80 - 2 - max(map(len, COMMANDS)) - 2
    command = command_line.commands[name]
    assert command.name == name
    assert command.help
    assert isinstance(command, click.Group) or command.callback
