"""The parts of an .xlsx: copied as they are but for one sheet, the styles and, where a formula gave way, its order."""

from __future__ import annotations

import posixpath
import re
import shutil
import zipfile
from collections.abc import Collection, Iterable, Mapping

from imports import xlsx
from imports.container import Kind, open_workbook
from imports.corrected.asked import Asked
from imports.corrected.splice import Splice
from imports.corrected.styles import Styles
from school_it.sheets import HINT_HEADER, same_header
from school_it.workbooks import tags
from school_it.workbooks.damage import Damaged

Pieces = Iterable[bytes | memoryview]


class WithoutStyles(Exception):
    """A workbook in which nothing can be coloured; it has no look to keep."""


def write(asked: Asked) -> str:
    """Returns the ending that the file's name has to have. Raises CannotRead, WithoutStyles."""
    with zipfile.ZipFile(asked.path) as source:
        changed = _changed(source, asked)
        with zipfile.ZipFile(asked.out, "w") as target:
            for part in source.infolist():
                _copy(source, part, target, changed.get(part.filename))
        has_macros = b"macroEnabled" in source.read("[Content_Types].xml")
    return ".xlsm" if has_macros else ".xlsx"


def _changed(source: zipfile.ZipFile, asked: Asked) -> Mapping[str, Pieces]:
    """The few parts that change, by name. Raises CannotRead, WithoutStyles."""
    workbook = xlsx.workbook_part(source)
    sheet = xlsx.sheet_part(source, asked.sheet_name or "")
    look = _related(source, workbook, "/styles")
    if sheet is None:
        raise Damaged
    if look is None:
        raise WithoutStyles
    styles = Styles(source.read(look))
    splice = Splice(source.read(sheet), asked, styles, _old_column(asked))
    changed: dict[str, Pieces] = {sheet: splice.pieces()}
    changed[look] = [styles.edited()]
    order = _related(source, workbook, "/calcChain")
    if splice.freed and order:
        number = _sheet_id(source, workbook, asked.sheet_name or "")
        changed[order] = [_without(source.read(order), number, splice.freed)]
    return changed


def _copy(
    source: zipfile.ZipFile, part: zipfile.ZipInfo, target: zipfile.ZipFile, pieces: Pieces | None
) -> None:
    entry = zipfile.ZipInfo(part.filename, part.date_time)
    entry.compress_type, entry.external_attr = part.compress_type, part.external_attr
    entry.create_system, entry.comment = part.create_system, part.comment
    if part.is_dir():
        target.writestr(entry, b"")
        return
    with target.open(entry, "w", force_zip64=part.file_size > 2**30) as written:
        if pieces is None:
            with source.open(part) as opened:
                shutil.copyfileobj(opened, written, 2**20)
        else:
            for piece in pieces:
                written.write(piece)


# --- where things stand -------------------------------------------------------------------------------------


def _related(source: zipfile.ZipFile, part: str, kind: str) -> str | None:
    folder, name = posixpath.split(part)
    found: list[str] = []

    def start(name: str, attributes: dict[str, str], _at: int) -> None:
        if tags.local(name) == "Relationship" and attributes.get("Type", "").endswith(kind):
            found.append(posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/"))

    tags.parse(source.read(f"{folder}/_rels/{name}.rels"), start)
    return next((one for one in found if one in source.namelist()), None)


def _sheet_id(source: zipfile.ZipFile, workbook: str, sheet_name: str) -> str:
    found: list[str] = []

    def start(name: str, attributes: dict[str, str], _at: int) -> None:
        if tags.local(name) == "sheet" and attributes.get("name") == sheet_name:
            found.append(attributes.get("sheetId", ""))

    tags.parse(source.read(workbook), start)
    return found[0]


def _old_column(asked: Asked) -> int | None:
    """The column of reasons from last time: its header says so."""
    sheet = open_workbook(asked.path, Kind.XLSX).get_sheet_by_name(asked.sheet_name or "")
    if not asked.header_row or sheet.start is None:
        return None
    _first_row, first_column = sheet.start
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number == asked.header_row:
            texts = [same_header(raw) if isinstance(raw, str) else "" for raw in row]
            hint = same_header(HINT_HEADER)
            return first_column + texts.index(hint) if hint in texts else None
    return None


# --- the order in which formulas are calculated -------------------------------------------------------------


def _without(chain: bytes, sheet_id: str, cells: Collection[str]) -> bytes:
    """The chain without cells that hold no formula any more; what an entry hands on to the next is kept."""
    gone, current, owed = set(cells), "", ""

    def kept(found: re.Match[bytes]) -> bytes:
        nonlocal current, owed
        tag = found[0]
        current = tags.attribute(tag, "i") or current
        if current == sheet_id and tags.attribute(tag, "r") in gone:
            owed = current
            return b""
        if owed and not tags.attribute(tag, "i"):
            tag = tags.with_attributes(tag, {"i": current})
        owed = ""
        return tag

    return re.sub(rb"<(?:\w+:)?c\s[^>]*>", kept, chain)
