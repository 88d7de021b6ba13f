"""The parts of an .xlsx that somebody else has made: opened with care, found by relation, copied as they are."""

from __future__ import annotations

import lzma
import posixpath
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import IO, Any

from school_it.errors import N_, CannotRead
from school_it.workbooks import tags
from school_it.workbooks.damage import Damaged

MOST_BYTES, MOST_UNPACKED, MOST_PARTS, MOST_RATIO = 20 * 2**20, 120 * 2**20, 2_000, 200
LARGEST_SHEET = 48 * 2**20
_RATIO_FROM = 2**20  # small parts may be packed as tightly as they like
_HEAD = 1024
_NO_WORKBOOK = N_(
    "Das ist keine Arbeitsmappe im Format .xlsx. Bitte in Excel oder LibreOffice als .xlsx speichern."
)
_ENCRYPTED = N_("Die Datei ist mit einem Kennwort geschützt. Bitte ohne Kennwort speichern.")
_TOO_LARGE = N_("Die Datei ist ausgepackt zu groß. Bitte nur das Formular in eine neue Datei kopieren.")
_FOREIGN_ORDERS = N_(
    "In der Datei stehen Anweisungen, die in eine Arbeitsmappe nicht gehören (DOCTYPE). "
    "Bitte in Excel oder LibreOffice öffnen und neu speichern."
)
_SIGNED = N_(
    "Die Datei ist digital signiert; mit dem Ausfüllen wäre die Signatur ungültig. Bitte eine ohne nehmen."
)

_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)

Pieces = Callable[[], Iterator[bytes | memoryview]]
"""Gives a part as it is to be, piece by piece."""


@dataclass(frozen=True, slots=True)
class SheetRef:
    name: str
    part: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    kind: str  # the last word of its type: drawing, comments, table …
    target: str
    is_external: bool = False


class Package:
    """An opened workbook. Raises CannotRead for what is none, is locked, signed, or would not fit when unpacked."""

    def __init__(self, file: IO[bytes]) -> None:
        head = file.read(8)
        file.seek(0, 2)
        size = file.tell()
        file.seek(0)
        if head.startswith(b"\xd0\xcf\x11\xe0"):
            content = file.read(MOST_BYTES)
            raise CannotRead(
                _ENCRYPTED if "EncryptedPackage".encode("utf-16-le") in content else _NO_WORKBOOK
            )
        if not head.startswith(b"PK"):
            raise CannotRead(_NO_WORKBOOK)
        if size > MOST_BYTES:
            raise CannotRead(_TOO_LARGE)
        try:
            self.archive = zipfile.ZipFile(file)
            self._check()
        except (*_BROKEN, OSError, ValueError):
            raise Damaged from None

    def _check(self) -> None:
        parts = self.archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
            raise CannotRead(_TOO_LARGE)
        for part in parts:
            if part.file_size > _RATIO_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1):
                raise CannotRead(_TOO_LARGE)
            if ".." in part.filename or stat.S_ISLNK(part.external_attr >> 16):
                raise Damaged
            if part.flag_bits & 1:
                raise CannotRead(_ENCRYPTED)
        names = [part.filename for part in parts]
        if len(set(names)) != len(names) or "[Content_Types].xml" not in names:
            raise Damaged
        if any(name.startswith("_xmlsignatures/") for name in names):
            raise CannotRead(_SIGNED)
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with self.archive.open(part) as opened:
                    if b"<!DOCTYPE" in opened.read(_HEAD).replace(b"\0", b"").upper():
                        raise CannotRead(_FOREIGN_ORDERS)

    def read(self, part: str) -> bytes:
        try:
            return self.archive.read(part)
        except (*_BROKEN, KeyError):
            raise Damaged from None

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(self.archive.namelist())

    @cached_property
    def types(self) -> dict[str, str]:
        """Part -> its content type, in small letters."""
        own: dict[str, str] = {}
        by_ending: dict[str, str] = {}
        for name, attributes in elements(self.read("[Content_Types].xml")):
            if name == "Override":
                own[attributes.get("PartName", "").lstrip("/")] = attributes.get("ContentType", "").lower()
            elif name == "Default":
                by_ending[attributes.get("Extension", "").lower()] = attributes.get("ContentType", "").lower()
        endings = {part: by_ending.get(part.rpartition(".")[2].lower(), "") for part in self.names}
        return endings | {part: kind for part, kind in own.items() if part in self.names}

    @cached_property
    def workbook(self) -> str:
        found = [
            part
            for part, kind in self.types.items()
            if kind.endswith("sheet.main+xml") or ("ms-excel" in kind and kind.endswith("main+xml"))
        ]
        if not found:
            raise CannotRead(_NO_WORKBOOK)
        return found[0]

    @property
    def has_macros(self) -> bool:
        return "macroenabled" in self.types[self.workbook]

    def relations(self, part: str) -> dict[str, Relation]:
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        found: dict[str, Relation] = {}
        if rels not in self.names:
            return found
        for element, attributes in elements(self.read(rels)):
            if element == "Relationship":
                target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip(
                    "/"
                )
                kind = attributes.get("Type", "").rpartition("/")[2]
                external = attributes.get("TargetMode") == "External"
                found[attributes.get("Id", "")] = Relation(kind, target, external)
        return found

    def related(self, part: str, kind: str) -> list[str]:
        found = self.relations(part).values()
        return [one.target for one in found if one.kind.lower() == kind.lower() and one.target in self.names]

    @cached_property
    def sheets(self) -> list[SheetRef]:
        """The worksheets in their order; sheets that are one chart are left out."""
        targets = self.relations(self.workbook)
        found = []
        for name, attributes in elements(self.read(self.workbook)):
            if name == "sheet":
                ident = next((value for key, value in attributes.items() if key.endswith(":id")), "")
                one = targets.get(ident)
                if one and one.kind == "worksheet" and one.target in self.names:
                    hidden = attributes.get("state", "visible") != "visible"
                    found.append(SheetRef(attributes.get("name", ""), one.target, hidden))
        if not found:
            raise Damaged
        return found

    @cached_property
    def defined(self) -> dict[str, str]:
        """The names in the workbook -> what they stand for, e.g. ``Deckblatt!$B$5``; one for all sheets goes first."""
        content = self.read(self.workbook)
        found: dict[str, str] = {}
        local: dict[str, str] = {}
        begun: list[tuple[str, int, bool]] = []

        def start(name: str, attributes: dict[str, str], at: int) -> None:
            if tags.local(name) == "definedName":
                tag, _whole = tags.start_tag(content, at)
                begun.append((attributes.get("name", ""), at + len(tag), "localSheetId" in attributes))

        def end(name: str, at: int) -> None:
            if tags.local(name) == "definedName" and begun:
                called, begin, is_local = begun.pop()
                (local if is_local else found)[called] = tags.plain(content[begin:at])

        tags.parse(content, start, end)
        return local | found

    @cached_property
    def from_1904(self) -> bool:
        return any(
            name == "workbookPr" and attributes.get("date1904") in ("1", "true")
            for name, attributes in elements(self.read(self.workbook))
        )

    def place(self, reference: str) -> tuple[SheetRef, str] | None:
        """The sheet and cells of ``'Blatt 1'!$B$5``; None where it is no place on a worksheet of this workbook."""
        sheet, mark, cells = reference.strip().lstrip("=").rpartition("!")
        name = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
        found = next((one for one in self.sheets if one.name.casefold() == name.casefold()), None)
        return (found, cells) if mark and found else None

    def write(
        self, target: IO[bytes], changed: Mapping[str, Pieces], gone: frozenset[str] = frozenset()
    ) -> None:
        with zipfile.ZipFile(target, "w") as out:
            for part in self.archive.infolist():
                if part.filename not in gone:
                    try:
                        copy_part(self.archive, part, out, changed.get(part.filename))
                    except _BROKEN:
                        raise Damaged from None


def copy_part(
    source: zipfile.ZipFile, part: zipfile.ZipInfo, target: zipfile.ZipFile, pieces: Pieces | None
) -> None:
    entry = zipfile.ZipInfo(part.filename, part.date_time)
    entry.compress_type, entry.external_attr = part.compress_type, part.external_attr
    entry.create_system, entry.comment, entry.extra = part.create_system, part.comment, b""
    if part.is_dir():
        target.writestr(entry, b"")
        return
    with target.open(entry, "w", force_zip64=pieces is not None) as written:
        if pieces is None:
            with source.open(part) as opened:
                shutil.copyfileobj(opened, written, 2**20)
        else:
            for piece in pieces():
                written.write(piece)


def elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Every element of a small part with its attributes, names without their prefix. Raises Damaged."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, Any], _at: int) -> None:
        found.append((tags.local(name), attributes))

    tags.parse(content, start)
    return found
