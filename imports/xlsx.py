"""What the fast reader does not tell of an .xlsx: number formats, formulas without a value, errors, hidden rows.

One pass of regular expressions over a sheet's part, some rows at a time, and only where such cells are.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat

from imports import number_format
from imports.container import refuse_definition
from imports.marks import Marks, Part, RowMarks
from school_it.cells import Fault

_STEP = 2**20


def marks(file: Path, sheet_name: str, columns: Collection[int]) -> Marks:
    """The marks of one sheet; formats only of the given columns (from 0)."""
    return Marks(_parts(file, sheet_name, columns))


def _parts(file: Path, sheet_name: str, columns: Collection[int]) -> Iterator[Part]:
    with zipfile.ZipFile(file) as archive:
        part = sheet_part(archive, sheet_name)
        if part is None:
            return
        formats = _formats(archive) if columns else {}
        with archive.open(part) as opened:
            yield from _marked(opened, formats, columns)


def _marked(opened: IO[bytes], formats: Mapping[int, str], columns: Collection[int]) -> Iterator[Part]:
    content, found = b"", None
    while not found:
        step = opened.read(_STEP)
        if not step:
            return
        content += step
        found = re.search(rb"<((?:\w+:)?)sheetData\b", content)
    patterns = _Patterns.of(found[1], formats)
    for rows in _whole_rows(opened, content[found.start() :], b"</%brow>" % found[1]):
        yield _marks_of(rows, patterns, formats, columns)


def _whole_rows(opened: IO[bytes], content: bytes, end: bytes) -> Iterator[bytes]:
    while True:
        cut = content.rfind(end)
        if cut >= 0:
            yield content[: cut + len(end)]
            content = content[cut + len(end) :]
        step = opened.read(_STEP)
        if not step:
            yield content
            return
        content += step


@dataclass(frozen=True, slots=True)
class _Patterns:
    formatted: re.Pattern[bytes] | None
    formula_sign: bytes
    formula: re.Pattern[bytes]
    error: re.Pattern[bytes]
    value: re.Pattern[bytes]
    row: re.Pattern[bytes]
    hidden: re.Pattern[bytes]

    @classmethod
    def of(cls, prefix: bytes, formats: Mapping[int, str]) -> _Patterns:
        styles = b"|".join(str(style).encode() for style in formats)
        formatted = rb"<%bc\s(?=[^>]*\bs=[\"'](%b)[\"'])([^>]*[^/>])>" % (prefix, styles)
        formula = rb"<%bc\s([^>]*)>\s*<%bf(?:\s[^>]*)?(?:/>|>([^<]*)</%bf>)" % (prefix, prefix, prefix)
        nothing = rb"(\s*(?:</%bc>|<%bv\s*/>|<%bv>\s*</%bv>))?" % (prefix, prefix, prefix, prefix)
        error = rb"<%bc\s(?=[^>]*\bt=[\"']e[\"'])([^>]*)>(.*?)</%bc>" % (prefix, prefix)
        return cls(
            re.compile(formatted) if formats else None,
            b"<%bf" % prefix,
            re.compile(formula + nothing),
            re.compile(error, re.DOTALL),
            re.compile(rb"<%bv>([^<]*)</" % prefix),
            re.compile(rb"<%brow\s[^>]*?\br=[\"'](\d+)[\"']" % prefix),
            re.compile(rb"<%brow\s(?=[^>]*\bhidden=[\"'](?:1|true)[\"'])[^>]*?\br=[\"'](\d+)[\"']" % prefix),
        )


def _marks_of(
    content: bytes, patterns: _Patterns, formats: Mapping[int, str], columns: Collection[int]
) -> Part:
    found: dict[int, RowMarks] = defaultdict(RowMarks)
    _note_formats(found, content, patterns, formats, columns)
    _note_formulas(found, content, patterns)
    _note_errors(found, content, patterns)
    if b"hidden=" in content:
        for row in patterns.hidden.findall(content):
            found[int(row)].is_hidden = True
    return max(map(int, patterns.row.findall(content)), default=0), dict(found)


def _note_formats(
    found: dict[int, RowMarks],
    content: bytes,
    patterns: _Patterns,
    formats: Mapping[int, str],
    columns: Collection[int],
) -> None:
    if patterns.formatted is None:
        return
    for style, attributes in patterns.formatted.findall(content):
        row, column = _place(attributes)
        if column in columns and row:
            found[row].formats.append((column, formats[int(style)]))


def _note_formulas(found: dict[int, RowMarks], content: bytes, patterns: _Patterns) -> None:
    if patterns.formula_sign not in content:
        return
    for attributes, text, is_empty in patterns.formula.findall(content):
        row, column = _place(attributes)
        if not row:
            continue
        # A text formula may well have stored an empty text; a number cannot be empty.
        if is_empty and not re.search(rb"\bt=[\"']str", attributes):
            found[row].faults.append((column, Fault.NOT_CALCULATED))
        if re.match(rb"\s*(?:SUM|SUBTOTAL|AGGREGATE)\(", text):
            found[row].has_sum = True


def _note_errors(found: dict[int, RowMarks], content: bytes, patterns: _Patterns) -> None:
    if b't="e"' not in content and b"t='e'" not in content:
        return
    for attributes, inner in patterns.error.findall(content):
        row, column = _place(attributes)
        said = patterns.value.search(inner)
        text = said[1].decode("ascii", "replace") if said else ""
        if row:
            found[row].faults.append((column, _fault(text)))


def _fault(text: str) -> Fault:
    return next((fault for fault in Fault if fault.value == text), Fault.OTHER)


_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")


def _place(attributes: bytes) -> tuple[int, int]:
    """Row from 1, column from 0. A cell that does not say where it stands is told as row 0, which is none."""
    reference = _REFERENCE.search(attributes)
    if not reference:
        return 0, 0
    column = 0
    for letter in reference[1]:
        column = column * 26 + letter - 64
    return int(reference[2]), column - 1


_ERROR_CELL = re.compile(
    rb"(<(?:\w+:)?c\s(?=[^>]*\bt=[\"']e[\"'])(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>)[^<]*", re.DOTALL
)


def with_usual_errors(file: Path) -> bytes:
    """The same workbook, in which every cell with an error has one and the same; the marks tell which it was."""
    packed = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(packed, "w") as target:
        for part in source.infolist():
            content = source.read(part)
            if b"sheetData" in content:
                content = _ERROR_CELL.sub(rb"\1#VALUE!", content)
            target.writestr(part.filename, content)
    return packed.getvalue()


# --- parts and styles ---------------------------------------------------------------------------------------


def sheet_part(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    """The part that holds a sheet."""
    workbook = workbook_part(archive)
    targets = dict(_relations(archive, workbook))
    for name, attributes in _elements(archive.read(workbook)):
        if name == "sheet" and attributes.get("name") == sheet_name:
            relation = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            return targets.get(relation)
    return None


def workbook_part(archive: zipfile.ZipFile) -> str:
    """The part that names the sheets."""
    names = archive.namelist()
    return "xl/workbook.xml" if "xl/workbook.xml" in names else next(n for n in names if "workbook.xml" in n)


_NAMED_TEXT = re.compile(r"<(?:\w+:)?definedName\b[^>]*>\s*(?:\"|&quot;)([^<\"&]{1,300})(?:\"|&quot;)\s*<")


def named_texts(file: Path) -> tuple[str, ...]:
    """The texts that names of the workbook stand for, of those that name no cells."""
    with zipfile.ZipFile(file) as archive:
        content = archive.read(workbook_part(archive)).decode("utf-8", "replace")
    return tuple(_NAMED_TEXT.findall(content)[:40])


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
    parser.StartDoctypeDeclHandler = refuse_definition
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parser.Parse(content, True)
    return found
