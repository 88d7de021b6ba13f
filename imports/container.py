"""What kind of file it is, by what it holds; and whether it may be opened at all."""

from __future__ import annotations

import io
import stat
import zipfile
from enum import Enum
from pathlib import Path
from typing import Any
from xml.parsers import expat

from imports import xls
from imports.csv_text import wide_encoding
from imports.workbook import Limits
from school_it.errors import N_, CannotRead
from school_it.workbooks.damage import DAMAGED

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RATIO_FROM = 2**20  # small parts may be packed as tightly as they like
_HEAD = 1024


class Kind(Enum):
    XLSX = "xlsx"
    ODS = "ods"
    XLS = "xls"
    TEXT = "csv"


ENCRYPTED = N_("Die Datei ist mit einem Kennwort geschützt. Bitte ohne Kennwort speichern.")
TOO_LARGE = N_("Die Datei ist ausgepackt zu groß. Bitte nur die Tabelle in eine neue Datei kopieren.")
FOREIGN_ORDERS = N_(
    "In der Datei stehen Anweisungen, die in eine Arbeitsmappe nicht gehören (DOCTYPE). "
    "Bitte in Excel oder LibreOffice öffnen und neu speichern."
)
_OTHER = N_("Die Datei ist keine Tabelle. Bitte als .xlsx, .ods, .xls oder .csv speichern.")
_WEB_PAGE = N_("Die Datei ist eine Webseite und keine Arbeitsmappe. Bitte als .xlsx speichern.")
_XML = N_("Die Datei ist eine XML-Datei und keine Arbeitsmappe. Bitte als .xlsx speichern.")
_BINARY = N_("Die Datei ist eine binäre Arbeitsmappe (.xlsb). Bitte als .xlsx speichern.")


def kind_of(file: Path, limits: Limits) -> Kind:
    """Raises CannotRead where the file is none of them, is encrypted, or would not fit when unpacked."""
    with file.open("rb") as opened:
        head = opened.read(_HEAD)
    if head.startswith(b"PK"):
        return _kind_of_zip(file, limits)
    if head.startswith(_OLE):
        return _kind_of_ole(file)
    _refuse_foreign(head)
    return Kind.TEXT


_SUFFIXES = {
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xlam"), Kind.XLSX),
    **dict.fromkeys((".xls", ".xla"), Kind.XLS),
    ".ods": Kind.ODS,
}


def open_workbook(file: Path, kind: Kind) -> Any:
    """The workbook as the fast reader has it, which goes by the name of a file. Raises CannotRead, CalamineError."""
    from python_calamine import CalamineWorkbook, PasswordError

    try:
        if _SUFFIXES.get(file.suffix.lower(), kind) is kind:
            return CalamineWorkbook.from_path(str(file))
        return CalamineWorkbook.from_filelike(io.BytesIO(file.read_bytes()))
    except PasswordError:
        raise CannotRead(ENCRYPTED) from None


def _refuse_foreign(head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta")):
        raise CannotRead(_WEB_PAGE)
    if start.startswith(b"<?xml"):
        raise CannotRead(_XML)
    if start.startswith((b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"{\\rtf")):
        raise CannotRead(_OTHER)
    is_utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or wide_encoding(head) is not None
    if b"\0" in head and not is_utf16:
        raise CannotRead(_OTHER)


def _kind_of_ole(file: Path) -> Kind:
    """An encrypted .xlsx and an old .xls look alike; the names of their streams tell them apart."""
    content = file.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise CannotRead(ENCRYPTED)
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        if xls.is_locked(content):
            raise CannotRead(ENCRYPTED)
        return Kind.XLS
    raise CannotRead(_OTHER)


def _kind_of_zip(file: Path, limits: Limits) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive, limits)
            return _kind_by_parts(archive)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError):
        raise CannotRead(DAMAGED) from None


def _check(archive: zipfile.ZipFile, limits: Limits) -> None:
    parts = archive.infolist()
    if len(parts) > limits.members or sum(part.file_size for part in parts) > limits.unpacked_bytes:
        raise CannotRead(TOO_LARGE)
    for part in parts:
        if part.file_size > _RATIO_FROM and part.file_size > limits.packed_ratio * part.compress_size:
            raise CannotRead(TOO_LARGE)
        if ".." in part.filename or stat.S_ISLNK(part.external_attr >> 16):
            raise CannotRead(DAMAGED)
        if part.flag_bits & 1:
            raise CannotRead(ENCRYPTED)


def _kind_by_parts(archive: zipfile.ZipFile) -> Kind:
    names = set(archive.namelist())
    if "mimetype" in names and archive.read("mimetype").startswith(b"application/vnd.oasis.opendocument.sp"):
        if b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise CannotRead(ENCRYPTED)
        kind = Kind.ODS
    elif any(name.startswith("xl/") and name.endswith("workbook.xml") for name in names):
        kind = Kind.XLSX
    else:
        raise CannotRead(_BINARY if "xl/workbook.bin" in names else _OTHER)
    _refuse_definitions(archive)
    if kind is Kind.ODS:
        _refuse_unended(archive)
    return kind


def _refuse_definitions(archive: zipfile.ZipFile) -> None:
    """A workbook has no use for a document type definition; an XML bomb has."""
    for part in archive.infolist():
        if part.filename.endswith((".xml", ".rels")):
            with archive.open(part) as opened:
                if b"<!DOCTYPE" in opened.read(_HEAD).replace(b"\0", b"").upper():
                    raise CannotRead(FOREIGN_ORDERS)


def _refuse_unended(archive: zipfile.ZipFile) -> None:
    """The fast reader waits for the end of an element for ever."""
    for name in ("META-INF/manifest.xml", "content.xml"):
        if name not in archive.namelist():
            raise CannotRead(DAMAGED)
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = refuse_definition
        try:
            with archive.open(name) as opened:
                parser.ParseFile(opened)
        except expat.ExpatError:
            raise CannotRead(DAMAGED) from None


def refuse_definition(*_said: object) -> None:
    """For the parser's `StartDoctypeDeclHandler`. Raises CannotRead."""
    raise CannotRead(FOREIGN_ORDERS)
