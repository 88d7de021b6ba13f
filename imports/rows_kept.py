"""The rows of a preview in files of their own: one for each outcome, a row a line, read a page at a time.

A long file has a hundred thousand of them; the page of the file shows a hundred.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from imports import progress
from imports.outlook import WHAT, Outlook

EVERY = 100
INDEX = "index.json"


def keep(folder: Path, outlook: Outlook) -> None:
    """Write what happens to each row; what the folder held before is gone afterwards."""
    fresh = _fresh(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        _write(fresh, outlook)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _fresh(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.new")


def _write(folder: Path, outlook: Outlook) -> None:
    counts, starts, done = outlook.counts, {}, 0
    for what in WHAT:
        rows = progress.counted(progress.KEEPING, outlook.details(what), counts["rows"], done)
        starts[what] = _written(folder / _name(what), rows)
        done += counts[what]
    (folder / INDEX).write_text(json.dumps(starts), "utf-8")


def _name(what: str) -> str:
    return f"{what}.jsonl"


def _written(file: Path, rows: Iterator[dict[str, Any]]) -> list[int]:
    """Returns at which byte each hundredth row begins."""
    starts, place = [], 0
    encoded = json.JSONEncoder(ensure_ascii=False).encode
    with file.open("wb") as out:
        for number, row in enumerate(rows):
            if number % EVERY == 0:
                starts.append(place)
            place += out.write(encoded(row).encode() + b"\n")
    return starts


def some(folder: Path, what: str, start: int = 0, count: int | None = None) -> Iterator[dict[str, Any]]:
    """The rows of one outcome from the one numbered `start`, from 0; none where nothing is kept any more."""
    if not (folder / INDEX).exists():
        return
    starts = json.loads((folder / INDEX).read_text("utf-8")).get(what, [])
    hundred, behind = divmod(start, EVERY)
    if hundred >= len(starts):
        return
    with (folder / _name(what)).open("rb") as rows:
        rows.seek(starts[hundred])
        yield from map(json.loads, islice(rows, behind, None if count is None else behind + count))


def forget(folder: Path) -> None:
    """Also what was being written when somebody pulled the plug."""
    for one in (folder, _fresh(folder)):
        shutil.rmtree(one, ignore_errors=True)
