"""Good files with bytes changed at random: a table or a refusal, and never a crash, a hang or anything else."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imports import workbook
from imports.workbook import Limits
from school_it.errors import CannotRead
from school_it.sheets import Table
from tests.files.awkward import DEVICES, HEADERS, device
from tests.files.parts import SHEET, STYLES, good, parts_of, with_part, zipped
from tests.files.refused import ods_of, ods_with, xls_of

HOUSE = Path(__file__).resolve().parents[2]
TEXT = "Inventarnummer;Geräteart;Schulnummer;Bemerkung\n" + 'A-1;Tablet;186922;"Größe;\nrot"\n' * 5
EACH = 40  # mutations of a kind
OUTCOMES = {"table", "refused", "damaged", "too large"}


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A few bytes turned, cut out, doubled or put in."""
    changed = bytearray(content)
    for _turn in range(chance.choice((1, 1, 2, 5, 40))):
        at = chance.randrange(len(changed) or 1)
        length = chance.choice((1, 1, 2, 4, 60))
        what = chance.randrange(4)
        if what == 0:
            changed[at : at + length] = chance.randbytes(length)
        elif what == 1:
            del changed[at : at + length]
        elif what == 2:
            changed[at:at] = changed[at : at + length] * chance.choice((1, 3))
        else:
            changed[at : at + 1] = chance.choice((b"\0", b"<", b">", b'"', b"&", b"\xff", b"99999999", b";"))
    return bytes(changed)


def in_part(content: bytes, name: str) -> Callable[[random.Random], bytes]:
    part = parts_of(content)[name]
    return lambda chance: with_part(content, name, mutated(part, chance))


def in_whole(content: bytes) -> Callable[[random.Random], bytes]:
    return lambda chance: mutated(content, chance)


XLSX, XLS, ODS = (
    good(20),
    xls_of([list(HEADERS), *(device(str(n), price_net=n) for n in range(20))]),
    ods_of(),
)
STORED = zipped(parts_of(XLSX), compression=0)
KINDS = {
    "xlsx": in_whole(XLSX),
    "xlsx not packed": in_whole(STORED),
    "sheet": in_part(XLSX, SHEET),
    "styles": in_part(XLSX, STYLES),
    "book": in_part(XLSX, "xl/workbook.xml"),
    "relations": in_part(XLSX, "xl/_rels/workbook.xml.rels"),
    "ods": in_whole(ODS),
    "content": lambda chance: ods_with(mutated(parts_of(ODS)["content.xml"], chance)),
    "xls": in_whole(XLS),
    "csv": in_whole(TEXT.encode("cp1252")),
    "wide csv": in_whole(TEXT.encode("utf-16")),
}


def outcomes(folder: Path) -> dict[str, Any]:
    """What became of each file; of one that has ended the process, the signal."""
    names = sorted(file.name for file in folder.iterdir())
    found: dict[str, Any] = {}
    while len(found) < len(names):
        run = subprocess.run(
            [sys.executable, "-m", "tests.imports.reading_many", str(folder), str(len(found))],
            cwd=HOUSE,
            env={**os.environ, "PYTHONPATH": str(HOUSE)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        found.update(json.loads(line) for line in run.stdout.splitlines())
        if len(found) < len(names):
            found[names[len(found)]] = (run.returncode, run.stderr[-300:])
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_bytes_changed_is_read_or_refused(kind: str, tmp_path: Path) -> None:
    chance = random.Random(f"{kind} 2026")
    for number in range(EACH):
        (tmp_path / f"{number:03}.xlsx").write_bytes(KINDS[kind](chance))
    found = outcomes(tmp_path)
    # The reader's own abort ends a process of ours that was started for it, and is said to be a refusal.
    crashed = {
        name: said for name, said in found.items() if said not in OUTCOMES and said[0] != -signal.SIGABRT
    }
    assert crashed == {}
    assert len(found) == EACH
    assert len(set(map(str, found.values()))) > 1, "all alike: the changes change nothing"


@pytest.mark.parametrize("kind", KINDS)
def test_through_the_door_it_is_a_table_or_a_sentence(kind: str, tmp_path: Path) -> None:
    chance = random.Random(f"{kind} door")
    file = tmp_path / "liste.xlsx"
    for _turn in range(2):
        file.write_bytes(KINDS[kind](chance))
        try:
            came = workbook.read(file, DEVICES, unknown=True, limits=Limits(seconds=20))
        except CannotRead as refusal:
            came = refusal
        assert isinstance(came, Table) or str(came).endswith(".")


def test_no_process_is_left_behind_by_files_that_are_refused(tmp_path: Path) -> None:
    before = children()
    (tmp_path / "liste.xlsx").write_bytes(XLSX[:2000])
    for limits in (Limits(), Limits(seconds=0), Limits(memory_bytes=2**20)):
        with pytest.raises(CannotRead):
            workbook.read(tmp_path / "liste.xlsx", DEVICES, limits=limits)
    assert children() == before


def children() -> set[int]:
    """Our own, dead ones that nobody has asked after among them."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {int(number) for task in tasks for number in task.read_text().split()}
