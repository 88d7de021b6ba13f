"""Files as an answer."""

from __future__ import annotations

from pathlib import PurePath
from typing import IO, Any

from flask import send_file

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    ".zip": "application/zip",
    ".json": "application/json",
    ".pdf": "application/pdf",
}


def download(content: IO[bytes], name: str) -> Any:
    """To be kept under this name, whose ending (one of `TYPES`) says what it is; read from its beginning."""
    content.seek(0)
    kind = TYPES[PurePath(name).suffix]
    return send_file(content, mimetype=kind, as_attachment=True, download_name=name)
