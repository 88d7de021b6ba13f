"""Files as an answer."""

from __future__ import annotations

from pathlib import PurePath
from typing import IO, Any

from flask import send_file

from school_it import cells

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".zip": "application/zip",
    ".json": "application/json",
    ".pdf": "application/pdf",
}


def download(content: IO[bytes], name: str) -> Any:
    """To be kept under this name, whose ending (one of `TYPES`) says what it is; read from its beginning.

    What somebody has called a thing may have line breaks; a header has none.
    """
    content.seek(0)
    kind = TYPES[PurePath(name).suffix]
    return send_file(content, mimetype=kind, as_attachment=True, download_name=cells.one_line(name))
