"""Files that are no table, or none that may be opened; each with a piece of the sentence that says so."""

from __future__ import annotations

import gzip
import io
import random
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook

from tests.files import ods as made_ods
from tests.files.awkward import HEADERS, device
from tests.files.parts import (
    BOOK,
    FOREIGN,
    LAUGHS,
    SHEET,
    STYLES,
    good,
    parts_of,
    replaced,
    with_part,
    zipped,
)
from tests.files.xls import END, book, compound

NO_TABLE = "Die Datei ist keine Tabelle. Bitte als"
UNKNOWN = "keine Tabelle mit bekannten Spalten"
DAMAGED = "beschädigt"
PASSWORD = "mit einem Kennwort geschützt"
UNPACKED = "ausgepackt zu groß"
LIMITS = "sprengt die Grenzen"
DOCTYPE = "(DOCTYPE)"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Refused(NamedTuple):
    name: str
    content: Callable[[], bytes]
    said: str


def _zip(**parts: bytes | str) -> bytes:
    return zipped(
        {name.replace("__", "/").replace("_xml", ".xml"): content for name, content in parts.items()}
    )


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "db"
        with sqlite3.connect(file) as connection:
            connection.execute("create table geraete (nummer)")
        connection.close()
        return file.read_bytes()


def _noise(size: int) -> bytes:
    return random.Random(7).randbytes(size)


def ods_of(**asked: str) -> bytes:
    packed = Path(tempfile.mkdtemp()) / "liste.ods"
    try:
        return made_ods.ods(packed, {"A": [HEADERS, device("1")]}, **asked).read_bytes()
    finally:
        packed.unlink()
        packed.parent.rmdir()


def ods_with(content: str | bytes | None) -> bytes:
    return with_part(ods_of(), "content.xml", content)


def xls_of(rows: list[list[object]] | None = None, *, is_encrypted: bool = False) -> bytes:
    listed = {"A": rows if rows is not None else [list(HEADERS), device("1")]}
    return compound({"Workbook": book(listed, [], is_1904=False, is_encrypted=is_encrypted)})


def _locked_zip() -> bytes:
    """The flag of a member that it is encrypted, in both places where a .zip says so."""
    content = bytearray(good())
    for sign, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(sign)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(sign, at + 1)
    return bytes(content)


def _flipped(content: bytes, part: str) -> bytes:
    """A bit of a packed part has turned on the way."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        place = archive.getinfo(part).header_offset + 30 + len(part) + 40
    changed = bytearray(content)
    changed[place] ^= 0x55
    return bytes(changed)


def _linked() -> bytes:
    entry = zipfile.ZipInfo("xl/media/bild.png")
    entry.external_attr = 0o120777 << 16
    packed = io.BytesIO(good())
    with zipfile.ZipFile(packed, "a") as archive:
        archive.writestr(entry, "/etc/passwd")
    return packed.getvalue()


def _corner() -> bytes:
    return good(change=lambda sheet: sheet.cell(1_048_576, 16_384, "x"))


def _hidden_only() -> bytes:
    empty = Workbook()
    sheet = empty.create_sheet("Geräte")
    sheet.append(HEADERS)
    sheet.append(device("1"))
    sheet.sheet_state = "hidden"
    packed = io.BytesIO()
    empty.save(packed)
    return packed.getvalue()


def _empty_workbook() -> bytes:
    packed = io.BytesIO()
    Workbook().save(packed)
    return packed.getvalue()


def _deep(start: str, depth: int = 200_000) -> str:
    return start.replace("…", "<a>" * depth)


FOREIGN_FORMATS = [
    Refused("a PDF", lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + _noise(900), NO_TABLE),
    Refused("a PNG", lambda: b"\x89PNG\r\n\x1a\n" + _noise(900), NO_TABLE),
    Refused("a JPEG", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + _noise(900), NO_TABLE),
    Refused("a GIF", lambda: b"GIF89a" + _noise(900), NO_TABLE),
    Refused("a bitmap", lambda: b"BM" + (bytes(4) + b"\x10\0\0\0") * 30 + _noise(900), NO_TABLE),
    Refused("a TIFF", lambda: b"II*\0" + _noise(900), NO_TABLE),
    Refused("a WebP", lambda: b"RIFF\0\1\0\0WEBPVP8 " + _noise(900), NO_TABLE),
    Refused("a sound", lambda: b"ID3\3\0\0\0\0\0\0" + _noise(900), NO_TABLE),
    Refused("a film", lambda: b"\0\0\0\x18ftypmp42" + _noise(900), NO_TABLE),
    Refused("a program", lambda: b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff" + bytes(100) + _noise(900), NO_TABLE),
    Refused("another program", lambda: b"\x7fELF\2\1\1" + bytes(100), NO_TABLE),
    Refused("packed by gzip", lambda: gzip.compress(b"Inventarnummer;\n" * 900), NO_TABLE),
    Refused("packed by 7-Zip", lambda: b"7z\xbc\xaf\x27\x1c\0\4" + _noise(900), NO_TABLE),
    Refused("packed by RAR", lambda: b"Rar!\x1a\7\1\0" + _noise(900), NO_TABLE),
    Refused("rich text", lambda: b"{\\rtf1\\ansi Inventarnummer}", NO_TABLE),
    Refused("a database", _sqlite, NO_TABLE),
    Refused("nothing but noughts", lambda: bytes(5000), NO_TABLE),
    Refused("noise", lambda: b"\0" + _noise(5000), NO_TABLE),
    Refused("text of four bytes a sign", lambda: "Inventarnummer;Geräteart".encode("utf-32"), NO_TABLE),
    Refused("a .zip with a list in it", lambda: zipped({"liste.csv": "Inventarnummer"}), NO_TABLE),
    Refused("an empty .zip", lambda: zipped({}), NO_TABLE),
    Refused("a letter of Word", lambda: _zip(word__document_xml="<w/>"), NO_TABLE),
    Refused("slides", lambda: _zip(ppt__presentation_xml="<p/>"), NO_TABLE),
    Refused(
        "a letter of LibreOffice",
        lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        NO_TABLE,
    ),
    Refused("a book", lambda: zipped({"mimetype": "application/epub+zip"}), NO_TABLE),
    Refused("a program of Java", lambda: zipped({"META-INF/MANIFEST.MF": "x"}), NO_TABLE),
    Refused("a table of Apple", lambda: zipped({"Index/Document.iwa": "x"}), NO_TABLE),
    Refused("a binary workbook", lambda: zipped({"xl/workbook.bin": "x"}), ".xlsb"),
    Refused("a page", lambda: b"<html><body><table><tr><td>1", "Webseite"),
    Refused("a page with a mark", lambda: b"\xef\xbb\xbf\n <!DOCTYPE HTML><html>", "Webseite"),
    Refused("half a page", lambda: b"<table border=1><tr>", "Webseite"),
    Refused("XML", lambda: b'<?xml version="1.0"?><geraete/>', "XML-Datei"),
    Refused("a flat .ods", lambda: b'<?xml version="1.0"?><office:document/>', "XML-Datei"),
    Refused("a bomb of XML alone", lambda: (LAUGHS + "<lolz>&d;</lolz>").encode(), "XML-Datei"),
]

TEXTS_WITHOUT_TABLE = [
    Refused("nothing at all", lambda: b"", "Die Datei ist leer"),
    Refused("blank lines", lambda: b"\r\n\r\n \r\n", UNKNOWN),
    Refused("only a mark", lambda: b"\xef\xbb\xbf", UNKNOWN),
    Refused("only a line that says the delimiter", lambda: b"sep=;\r\n", UNKNOWN),
    Refused("only delimiters", lambda: b";;;;\n" * 500, UNKNOWN),
    Refused("a letter", lambda: "Sehr geehrte Damen und Herren,\nanbei die Liste.".encode("cp1252"), UNKNOWN),
    Refused("JSON", lambda: b'{"geraete": [{"nummer": 1}]}', UNKNOWN),
    Refused("an address card", lambda: b"BEGIN:VCARD\nN:Muster;Mia\nEND:VCARD", UNKNOWN),
    Refused("one endless line", lambda: b"x" * 3_000_000, "nimmt kein Ende"),
    Refused("one endless line of commas", lambda: b"a," * 1_000_000, UNKNOWN),
    Refused("quotation marks without end", lambda: b'"' * 100_001, "nimmt kein Ende"),
    Refused(
        "a mark that swallows the table",
        lambda: 'Inventarnummer;Geräteart\n"1;Tablet\n2;Tablet\n'.encode(),
        "nimmt kein Ende",
    ),
]

DAMAGED_WORKBOOKS = [
    Refused("only the first bytes of a .zip", lambda: b"PK\x03\x04", DAMAGED),
    Refused("a workbook without its end", lambda: good(300)[:-30], DAMAGED),
    Refused("half a workbook", lambda: good(300)[:4000], DAMAGED),
    Refused("a workbook without its beginning", lambda: b"PK" + good()[200:], DAMAGED),
    Refused("a bit turned in the sheet", lambda: _flipped(good(300), SHEET), DAMAGED),
    Refused("a bit turned in the book", lambda: _flipped(good(300), BOOK), DAMAGED),
    Refused("no relations", lambda: with_part(good(), "xl/_rels/workbook.xml.rels", None), DAMAGED),
    Refused("relations of nothing", lambda: with_part(good(), "xl/_rels/workbook.xml.rels", ""), DAMAGED),
    Refused("no sheet", lambda: with_part(good(), SHEET, None), DAMAGED),
    Refused("an empty sheet part", lambda: with_part(good(), SHEET, ""), DAMAGED),
    Refused("a sheet of text", lambda: with_part(good(), SHEET, "Inventarnummer;Geräteart"), DAMAGED),
    Refused(
        "a sheet cut in the middle", lambda: with_part(good(), SHEET, parts_of(good())[SHEET][:900]), DAMAGED
    ),
    Refused(
        "a picture for a sheet", lambda: with_part(good(), SHEET, b"\x89PNG\r\n\x1a\n" + _noise(99)), DAMAGED
    ),
    Refused("a book of nothing", lambda: with_part(good(), BOOK, ""), DAMAGED),
    Refused("an unknown entity", lambda: replaced(good(), SHEET, ("A-1", "&gibtsnicht;")), DAMAGED),
    Refused("a shared text that is not there", lambda: _no_shared_text(), DAMAGED),
    Refused("an .ods without content", lambda: ods_with(None), DAMAGED),
    Refused("an .ods of nothing", lambda: ods_with(""), DAMAGED),
    Refused("an .ods cut in the middle", lambda: ods_with(parts_of(ods_of())["content.xml"][:1600]), DAMAGED),
    Refused("an .ods in which a cell never ends", lambda: ods_with(_unended()), DAMAGED),
    Refused("an .xls with a table of sectors without end", lambda: _endless_table(), DAMAGED),
    Refused("an .ods without its end", lambda: ods_of()[:-25], DAMAGED),
    Refused("an .xls of one sector", lambda: OLE + "Workbook".encode("utf-16-le") + bytes(488), DAMAGED),
    Refused("half an .xls", lambda: xls_of()[:1500], DAMAGED),
    Refused("an .xls that bites its tail", lambda: _circle(), DAMAGED),
    Refused("an .xls with no records", lambda: compound({"Workbook": _noise(5000)}), DAMAGED),
    Refused("a letter of old Word", lambda: compound({"WordDocument": _noise(5000)}), NO_TABLE),
]

LOCKED = [
    Refused("an .xlsx behind a password", lambda: compound({"EncryptedPackage": _noise(5000)}), PASSWORD),
    Refused("an .xls behind a password", lambda: xls_of(is_encrypted=True), PASSWORD),
    Refused("a .zip behind a password", _locked_zip, PASSWORD),
    Refused(
        "an .ods behind a password",
        lambda: ods_of(manifest='<m:manifest><m:encryption-data m:checksum="x"/></m:manifest>'),
        PASSWORD,
    ),
]

HOSTILE = [
    Refused("a sheet packed a thousandfold", lambda: with_part(good(), SHEET, bytes(20_000_000)), UNPACKED),
    Refused(
        "a picture packed a thousandfold",
        lambda: with_part(good(), "xl/media/a.bmp", bytes(9_000_000)),
        UNPACKED,
    ),
    Refused(
        "thousands of parts",
        lambda: zipped({**parts_of(good()), **{f"xl/{n}": "" for n in range(2100)}}),
        UNPACKED,
    ),
    Refused("a path out of the file", lambda: with_part(good(), "../../../tmp/x", "x"), DAMAGED),
    Refused("a link out of the file", _linked, DAMAGED),
    Refused(
        "laughs in the sheet",
        lambda: with_part(good(), SHEET, LAUGHS + "<worksheet>&d;</worksheet>"),
        DOCTYPE,
    ),
    Refused(
        "laughs in the texts",
        lambda: with_part(good(), "xl/sharedStrings.xml", LAUGHS + "<sst>&d;</sst>"),
        DOCTYPE,
    ),
    Refused("laughs in the styles", lambda: with_part(good(), STYLES, LAUGHS + "<x>&d;</x>"), DOCTYPE),
    Refused(
        "a foreign entity in the sheet",
        lambda: with_part(good(), SHEET, FOREIGN + "<worksheet>&a;</worksheet>"),
        DOCTYPE,
    ),
    Refused("a foreign entity in an .ods", lambda: ods_with(FOREIGN + "<x>&a;</x>"), DOCTYPE),
    Refused("laughs in an .ods", lambda: ods_of(before=LAUGHS.partition("?>")[2]), DOCTYPE),
    Refused("laughs behind a long remark", lambda: _behind_a_remark(), DOCTYPE),
    Refused("a lone cell in the last corner", _corner, LIMITS),
    Refused(
        "elements in elements without end",
        lambda: with_part(good(), SHEET, _deep("<worksheet><sheetData>…")),
        DAMAGED,
    ),
    Refused("the same in an .ods", lambda: ods_with(_deep("<x>…")), DAMAGED),
    Refused("only a hidden sheet holds the table", _hidden_only, "Ausgeblendet sind: Geräte"),
    Refused("an empty workbook", _empty_workbook, UNKNOWN),
    Refused("only one cell", lambda: _one_cell(), UNKNOWN),
    Refused("headers below the first hundred rows", lambda: _late_header(), UNKNOWN),
]


def _no_shared_text() -> bytes:
    return replaced(
        good(), SHEET, ('<c r="A2" t="inlineStr"><is><t>A-1</t></is></c>', '<c r="A2" t="s"><v>99</v></c>')
    )


def _circle() -> bytes:
    content = bytearray(xls_of([list(HEADERS)] + [device(str(number)) for number in range(120)]))
    last = content.find(END.to_bytes(4, "little"), 512 + 8)
    content[last : last + 4] = (2).to_bytes(4, "little")
    return bytes(content)


def _endless_table() -> bytes:
    """The chain of the sectors that hold the table leads back to its own beginning."""
    content = bytearray(xls_of())
    content[68:76] = (1).to_bytes(4, "little") + (0xFFFFFFFF).to_bytes(4, "little")
    content[512 * 2 + 508 : 512 * 3] = (1).to_bytes(4, "little")
    return bytes(content)


def _unended() -> bytes:
    return parts_of(ods_of())["content.xml"].replace(b"</text:p></table:table-cell>", b"</t", 1)


def _behind_a_remark() -> bytes:
    part = parts_of(good())[BOOK].decode()
    definition = LAUGHS.partition("?>")[2]
    return with_part(good(), BOOK, f"<!-- {'lang ' * 2000} -->{definition}{part.partition('?>')[2] or part}")


def _one_cell() -> bytes:
    book_ = Workbook()
    assert book_.active is not None
    book_.active["C7"] = "x"
    packed = io.BytesIO()
    book_.save(packed)
    return packed.getvalue()


def _late_header() -> bytes:
    book_ = Workbook()
    assert book_.active is not None
    for number in range(150):
        book_.active.append([f"Zeile {number}"])
    book_.active.append(HEADERS)
    packed = io.BytesIO()
    book_.save(packed)
    return packed.getvalue()


EVERY = [*FOREIGN_FORMATS, *TEXTS_WITHOUT_TABLE, *DAMAGED_WORKBOOKS, *LOCKED, *HOSTILE]


def written(one: Refused, folder: Path) -> Path:
    """All under the name that a school would choose."""
    file = folder / "liste.xlsx"
    file.write_bytes(one.content())
    return file
