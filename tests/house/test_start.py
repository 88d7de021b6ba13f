"""What a web process does not load before somebody needs it: each of these costs a part of every start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LATER = (
    "openpyxl", "xlsxwriter", "python_calamine", "ldap3", "reportlab", "segno", "rapidfuzz", "huey", "psycopg",
    "alembic", "flask_migrate", "granian",
)  # fmt: skip
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
