"""The child process that writes a corrected workbook: ``python -m imports.corrected.child``, request in, answer out.

The request is JSON on standard input (see `imports.corrected`); the answer is the ending of the file's name, or the
sentence of a refusal.
"""

from __future__ import annotations

import json
import sys
import zipfile
import zlib
from contextlib import suppress

from imports import container
from imports.container import Kind
from imports.corrected import FAILED, package, remade
from imports.corrected.asked import Asked
from school_it.errors import CannotRead
from school_it.workbooks.damage import DAMAGED

_LARGEST_FILE = 2**29  # one workbook, and what is laid aside while it is written


def main() -> None:
    request = json.load(sys.stdin)
    asked = Asked.from_json(request)
    asked.limits.hold(may_write=_LARGEST_FILE)
    json.dump(_answer(asked), sys.stdout)


def _answer(asked: Asked) -> dict[str, object]:
    try:
        return {"suffix": _write(asked)}
    except CannotRead as refusal:
        return {"text": refusal.sentence.text, "values": refusal.sentence.values}
    except _damage():
        return {"text": DAMAGED, "values": {}}
    except (MemoryError, OSError):
        return {"text": FAILED, "values": {}}


def _write(asked: Asked) -> str:
    kind = container.kind_of(asked.path, asked.limits)
    if kind is Kind.XLSX:
        with suppress(package.WithoutStyles):
            return package.write(asked)
    remade.write(asked, kind)
    return ".xlsx"


def _damage() -> tuple[type[Exception], ...]:
    from python_calamine import CalamineError

    return (CalamineError, zipfile.BadZipFile, zlib.error, KeyError, IndexError, ValueError, EOFError)


if __name__ == "__main__":
    main()
