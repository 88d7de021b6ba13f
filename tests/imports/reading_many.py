"""Reads many files in one limited process, as the one that reads a single file does: ``python -m …`` FOLDER.

For each file of the folder, in their order, a line of JSON: its name, and what became of it. A file that takes the
process down is the first without a line; the caller starts again behind it.
"""

from __future__ import annotations

import io
import json
import pickle
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from imports import container, data_rows, reading
from imports.workbook import DAMAGED, Limits, described
from tests.files.awkward import DEVICES

LIMITS = Limits(seconds=100, memory_bytes=2**30)
LONGEST = 5  # seconds for one file


def main(folder: str, first: int) -> None:
    LIMITS.hold()
    for file in sorted(Path(folder).iterdir())[first:]:
        signal.alarm(LONGEST)
        print(json.dumps([file.name, outcome(file)]), flush=True)


def outcome(file: Path) -> str:
    request = data_rows.request(
        {
            "path": str(file),
            "sheet": described(DEVICES),
            "sheet_name": None,
            "mapping": {},
            "unknown": True,
            "headerless": False,
            "limits": asdict(LIMITS),
        }
    )
    answer = io.BytesIO()
    reading.answer(request, answer)
    what, content = _last(answer)
    if what != "refused":
        return "table"
    return {DAMAGED: "damaged", container.TOO_LARGE: "too large"}.get(content["text"], "refused")


def _last(answer: io.BytesIO) -> tuple[str, Any]:
    answer.seek(0)
    said = []
    while answer.tell() < len(answer.getbuffer()):
        said.append(pickle.load(answer))
    return said[-1]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
