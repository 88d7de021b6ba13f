"""The only reader of workbooks: a file from outside becomes one `Table`, or one sentence why it cannot.

Interface
    ``read(path, sheet, sheet_name=…, mapping=…, unknown=…, headerless=…, limits=…)`` -> `school_it.sheets.Table`

Reads .xlsx, .xlsm, .xls, .ods and .csv by what the file holds, not by its name. Every byte of it is read
in a child process with limits on time and memory: a bomb or a crash ends the child, never the caller.
Raises CannotRead with a sentence for what is no table: encrypted, damaged, too large, empty, something else.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from imports import progress
from school_it.errors import N_, CannotRead
from school_it.sheets import Sheet, Table
from school_it.workbooks.damage import DAMAGED


@dataclass(frozen=True, slots=True)
class Limits:
    file_bytes: int = 64 * 2**20
    unpacked_bytes: int = 512 * 2**20
    packed_ratio: int = 200
    members: int = 2_000
    cells: int = 30_000_000
    rows: int = 200_000
    memory_bytes: int = 3 * 2**29
    seconds: int = 60

    def hold(self, *, may_write: int = 0) -> None:
        """This process keeps within them from now on; the files it writes within so many bytes."""
        resource.setrlimit(resource.RLIMIT_AS, (self.memory_bytes, self.memory_bytes))
        resource.setrlimit(resource.RLIMIT_CPU, (self.seconds, self.seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (may_write, may_write))


LIMITS = Limits()
_BEYOND_LIMITS = N_(
    "Die Datei sprengt die Grenzen für Zeit und Speicher. Bitte nur die Tabelle in eine neue Datei kopieren."
)


def read(
    path: str | os.PathLike[str],
    sheet: Sheet,
    *,
    sheet_name: str | None = None,
    mapping: Mapping[str, str | None] | None = None,
    unknown: bool = False,
    headerless: bool = False,
    limits: Limits = LIMITS,
) -> Table:
    """The table of a file that fits the `sheet` best, or the one on the sheet named.

    `mapping` is what ``--map`` or a profile says; its headers help to find the table. With `unknown`, a
    table will do in which no header is known, so that somebody can say what they mean; one that begins with data
    is read as if `headerless` were said: its columns are »Spalte A«, »Spalte B«. Raises CannotRead.
    """
    file = Path(path)
    _check_size(file, limits)
    request = {
        "path": str(file.resolve()),
        "sheet": described(sheet),
        "sheet_name": sheet_name,
        "mapping": dict(mapping or {}),
        "unknown": unknown,
        "headerless": headerless,
        "limits": asdict(limits),
    }
    return _from_child(request, limits.seconds)


def described(sheet: Sheet) -> dict[str, Any]:
    """What the child has to know of a sheet, as plain values."""
    return {
        "kind": sheet.kind,
        "title": sheet.title,
        "columns": [
            [column.field, column.header, column.type.name, column.needed, list(column.other_headers)]
            for column in sheet.columns
        ],
        "keys": [list(key) for key in sheet.keys],
    }


def _check_size(file: Path, limits: Limits) -> None:
    try:
        size = file.stat().st_size
    except OSError:
        raise CannotRead(N_("Die Datei %(name)s ist nicht zu finden."), name=file.name) from None
    if not file.is_file():
        raise CannotRead(N_("%(name)s ist keine Datei."), name=file.name)
    if size == 0:
        raise CannotRead(N_("Die Datei ist leer. Bitte eine andere wählen."))
    if size > limits.file_bytes:
        raise CannotRead(
            N_("Die Datei ist zu groß: %(size)s MB. Erlaubt sind %(limit)s MB."),
            size=size // 2**20,
            limit=limits.file_bytes // 2**20,
        )


def _from_child(request: Mapping[str, Any], seconds: int) -> Table:
    with _started() as child:
        # The child limits its own processor time; one that waits for twice as long is ended from here.
        watch = threading.Timer(2 * seconds, child.kill)
        watch.start()
        try:
            return _answer(child, request)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise CannotRead(DAMAGED if child.wait() > 0 else _BEYOND_LIMITS) from None
        finally:
            watch.cancel()
            child.kill()


def _started() -> subprocess.Popen[bytes]:
    """Our own interpreter with our own module, whatever the working directory holds."""
    house = str(Path(__file__).resolve().parent.parent)
    paths = [house, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "imports.reading"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )


def _answer(child: subprocess.Popen[bytes], request: Mapping[str, Any]) -> Table:
    if child.stdin is None or child.stdout is None:
        raise OSError("no pipes to the reading process")
    child.stdin.write(json.dumps(request).encode())
    child.stdin.close()
    return _table(child.stdout)


def _table(answer: IO[bytes]) -> Table:
    """Raises CannotRead where the child says so at any point, EOFError where it ends too early."""
    head: dict[str, Any] = {}
    rows: list[Any] = []
    while True:
        said, content = _PlainUnpickler(answer).load()
        if said == "refused":
            raise CannotRead(content["text"], **content["values"])
        if said == "head":
            head = content
        elif said == "rows":
            rows += content
            progress.tell(progress.READING, len(rows))
        else:
            return Table(**head, rows=rows, **content)


class _PlainUnpickler(pickle.Unpickler):
    """Takes plain values only: the child has read a stranger's file."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _PLAIN:
            raise pickle.UnpicklingError(f"{module}.{name} is no plain value")
        return super().find_class(module, name)


_PLAIN = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("school_it.cells.raw", "Fault"),
    ("school_it.cells.raw", "Shown"),
}
