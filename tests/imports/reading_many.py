"""Reads many files in one limited process, as the one that reads a single file does: ``python -m …`` FOLDER.

For each file of the folder, in their order, a line of JSON: its name, and what became of it. A file that takes the
process down is the first without a line; the caller starts again behind it.
"""

from __future__ import annotations

import io
import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from imports import data_rows
from imports.reading import _damage, _find, _limit, _send, is_panic
from imports.workbook import Limits, described
from school_it.errors import CannotRead
from tests.files.awkward import DEVICES

LIMITS = Limits(seconds=100, memory_bytes=2**30)
LONGEST = 5  # seconds for one file


def main(folder: str, first: int) -> None:
    _limit(LIMITS)
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
    try:
        _send(io.BytesIO(), request, _find(request))
    except CannotRead:
        return "refused"
    except MemoryError:
        return "too large"
    except _damage():
        return "damaged"
    except BaseException as error:
        if not is_panic(error):
            raise
        return "damaged"
    return "table"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
