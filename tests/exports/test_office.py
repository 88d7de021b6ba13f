"""A real office program opens the exported register: as many rows as were exported, the same sums to the cent."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.live import Live

pytestmark = pytest.mark.office

SUMMED = ("Preis netto", "Preis brutto")
# Semicolons, quotes, UTF-8, from the first line on, figures as they are shown in English.
AS_CSV = "csv:Text - txt - csv (StarCalc):59,34,76,1,,1033"


@pytest.fixture(scope="module")
def register(live: Live, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "bestand.xlsx"
    done = live.command("export", "inventory", "--out", str(path))
    assert done.returncode == 0, done.stderr
    return path


def converted(file: Path, kind: str) -> Path:
    """What LibreOffice makes of the file: it opens it, reckons its formulas and saves it as `kind`."""
    return converted_all([file], kind)[f"{file.stem}.{kind.partition(':')[0]}"]


def converted_all(files: Sequence[Path], kind: str) -> dict[str, Path]:
    """By name, what LibreOffice makes of the files, which lie in one folder; it is started once."""
    assert shutil.which("soffice"), (
        "Es fehlt LibreOffice. Unter Debian und Ubuntu: apt-get install libreoffice-calc"
    )
    folder = files[0].parent
    target = folder / "converted"
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    done = subprocess.run(
        [*command, "--convert-to", kind, "--outdir", str(target), *map(str, files)],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    made = {f"{file.stem}.{kind.partition(':')[0]}" for file in files}
    assert made <= {path.name for path in target.iterdir()}, done.stderr
    return {path.name: path for path in target.iterdir()}


def table(rows: list[list[str]]) -> tuple[list[dict[str, str]], dict[str, str]]:
    """The devices and the line of sums, each cell by the title of its column."""
    head = next(place for place, row in enumerate(rows) if row[0] == "Inventarnummer")
    lines = [dict(zip(rows[head], row, strict=False)) for row in rows[head + 1 :] if row[0]]
    assert lines[-1]["Inventarnummer"] == "Summe"
    return lines[:-1], lines[-1]


def read(path: Path) -> list[list[str]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file, delimiter=";"))
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    return [
        ["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)
    ]


def euro(text: str) -> Decimal:
    """Of "1,290.00 €" as of "1290.0"."""
    return Decimal(re.sub(r"[^\d.-]", "", text)).quantize(Decimal("0.01"))


def added(devices: list[dict[str, str]], column: str) -> Decimal:
    return sum((euro(device[column]) for device in devices if device[column]), Decimal())


@pytest.mark.parametrize("kind", [AS_CSV, "xlsx"], ids=["csv", "xlsx"])
def test_libreoffice_finds_every_row_and_the_same_sums(register: Path, kind: str) -> None:
    exported, _formulas = table(read(register))
    devices, sums = table(read(converted(register, kind)))
    assert [one["Inventarnummer"] for one in devices] == [one["Inventarnummer"] for one in exported]
    for column in SUMMED:
        assert added(devices, column) == added(exported, column) > 0
        assert euro(sums[column]) == added(exported, column)
