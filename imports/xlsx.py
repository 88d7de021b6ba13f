"""What the fast reader does not tell of an .xlsx: number formats, formulas without a value, error values.

One pass of regular expressions over a sheet's part, and only where the part holds such cells at all.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from imports import number_format
from school_it.cells import Fault


@dataclass(slots=True)
class Marks:
    """By row number (from 1): formats and faults of cells as (column from 0, what); rows with sums."""

    formats: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    faults: dict[int, list[tuple[int, Fault]]] = field(default_factory=lambda: defaultdict(list))
    sum_rows: set[int] = field(default_factory=set)


def marks(file: Path, sheet_name: str, columns: Collection[int]) -> Marks:
    """The marks of one sheet; formats only of the given columns (from 0)."""
    with zipfile.ZipFile(file) as archive:
        part = _sheet_part(archive, sheet_name)
        if part is None:
            return Marks()
        formats = _formats(archive)
        content = archive.read(part)
    found = Marks()
    prefix = re.search(rb"<((?:\w+:)?)sheetData", content)
    if prefix:
        _note_formats(found, content, prefix[1], formats, columns)
        _note_formulas(found, content, prefix[1])
        _note_errors(found, content, prefix[1])
    return found


def _note_formats(
    found: Marks, content: bytes, prefix: bytes, formats: dict[int, str], columns: Collection[int]
) -> None:
    if not formats or not columns:
        return
    styles = b"|".join(str(style).encode() for style in formats)
    cell = re.compile(rb"<%bc\s(?=[^>]*\bs=[\"'](%b)[\"'])([^>]*)>" % (prefix, styles))
    for style, attributes in cell.findall(content):
        row, column = _place(attributes)
        if column in columns:
            found.formats[row].append((column, formats[int(style)]))


def _note_formulas(found: Marks, content: bytes, prefix: bytes) -> None:
    if b"<%bf" % prefix not in content:
        return
    formula = rb"<%bc\s([^>]*)>\s*<%bf(?:\s[^>]*)?(?:/>|>([^<]*)</%bf>)" % (prefix, prefix, prefix)
    nothing = rb"(\s*(?:</%bc>|<%bv\s*/>|<%bv>\s*</%bv>))?" % (prefix, prefix, prefix, prefix)
    for attributes, text, is_empty in re.findall(formula + nothing, content):
        row, column = _place(attributes)
        # A text formula may well have stored an empty text; a number cannot be empty.
        if is_empty and not re.search(rb"\bt=[\"']str", attributes):
            found.faults[row].append((column, Fault.NOT_CALCULATED))
        if re.match(rb"\s*(?:SUM|SUBTOTAL|AGGREGATE)\(", text):
            found.sum_rows.add(row)


def _note_errors(found: Marks, content: bytes, prefix: bytes) -> None:
    if not re.search(rb"\bt=[\"']e[\"']", content):
        return
    cell = rb"<%bc\s(?=[^>]*\bt=[\"']e[\"'])([^>]*)>(.*?)</%bc>" % (prefix, prefix)
    value = re.compile(rb"<%bv>([^<]*)</" % prefix)
    for attributes, inner in re.findall(cell, content, re.DOTALL):
        row, column = _place(attributes)
        said = value.search(inner)
        text = said[1].decode("ascii", "replace") if said else ""
        found.faults[row].append((column, _fault(text)))


def _fault(text: str) -> Fault:
    return next((fault for fault in Fault if fault.value == text), Fault.OTHER)


_REFERENCE = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")


def _place(attributes: bytes) -> tuple[int, int]:
    """Row from 1, column from 0. A cell that does not say where it stands is told as row 0, which is none."""
    reference = _REFERENCE.search(attributes)
    if not reference:
        return 0, 0
    column = 0
    for letter in reference[1]:
        column = column * 26 + letter - 64
    return int(reference[2]), column - 1


# --- parts and styles ---------------------------------------------------------------------------------------


def _sheet_part(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    workbook = _workbook_part(archive)
    targets = dict(_relations(archive, workbook))
    for name, attributes in _elements(archive.read(workbook)):
        if name == "sheet" and attributes.get("name") == sheet_name:
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            return targets.get(relation)
    return None


def _workbook_part(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    return "xl/workbook.xml" if "xl/workbook.xml" in names else next(n for n in names if "workbook.xml" in n)


def _relations(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    folder, name = posixpath.split(part)
    for element, attributes in _elements(archive.read(f"{folder}/_rels/{name}.rels")):
        if element == "Relationship":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
            yield attributes["Id"], target


def _formats(archive: zipfile.ZipFile) -> dict[int, str]:
    """Style of a cell -> number format, for the formats that show more than plain digits."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    codes, styles, in_cells = dict(number_format.BUILT_IN), [], False
    for name, attributes in _elements(archive.read("xl/styles.xml")):
        if name == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            in_cells = name == "cellXfs"
        elif name == "xf" and in_cells:
            styles.append(int(attributes.get("numFmtId", 0)))
    return {
        style: codes[number]
        for style, number in enumerate(styles)
        if number in codes and codes[number] != "0" and number_format.shows_a_number(codes[number])
    }


def _elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part with its attributes, names without their prefix."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parser.Parse(content, True)
    return found
