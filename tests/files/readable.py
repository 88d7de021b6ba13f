"""Odd files in which there is a table all the same; each with its rows, the problems in them and what is no data."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import xlsxwriter

from tests.files import ods as made_ods
from tests.files.awkward import HEADERS, device
from tests.files.parts import SHEET, STYLES, cell_xml, good, parts_of, replaced, with_part, zipped
from tests.files.refused import ods_with, xls_of
from tests.files.xls import Formatted

RELATIONS = "xl/_rels/workbook.xml.rels"


class Readable(NamedTuple):
    name: str
    content: Callable[[], bytes]
    rows: int = 2
    problems: int = 0
    ignored: int = 0


def _text(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\n".join(["Inventarnummer;Geräteart;Schulnummer;Bemerkung", *lines]).encode(encoding)


def _written(fill: Callable[[Any, Any], object], **options: Any) -> bytes:
    """By another program: two devices, and what `fill` adds to the sheet or the book."""
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("Geräte")
        for row, cells in enumerate([HEADERS, device("A-1"), device("A-2")]):
            sheet.write_row(row, 0, [cell or "" for cell in cells])
        fill(sheet, book)
    return packed.getvalue()


def _at_row_2(raw: object, column: int = 7) -> bytes:
    return good(change=lambda sheet: sheet.cell(2, column, raw))


def _formatted_to_the_end() -> bytes:
    """As where somebody has coloured whole columns: a million rows of which each has a cell, and nothing in it."""
    styled = "".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in range(4, 1_048_577))
    return replaced(good(), SHEET, ("</sheetData>", styled + "</sheetData>"))


def _prefixed() -> bytes:
    part = parts_of(good())[SHEET].decode()
    for name in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        for before in (f"<{name} ", f"<{name}>", f"</{name}>"):
            part = part.replace(before, before.replace(name, "x:" + name))
    return with_part(good(), SHEET, part.replace("xmlns=", "xmlns:x="))


def _moved() -> bytes:
    """The parts of a workbook may have other names than usual."""
    parts = parts_of(good())
    parts["xl/blatt/eins.xml"] = parts.pop(SHEET)
    named = parts[RELATIONS].decode().replace("/xl/worksheets/sheet1.xml", "blatt/eins.xml")
    return zipped({**parts, RELATIONS: named})


def _repeated(rows: int, columns: int) -> bytes:
    """A list, and below it one row so many times, with one cell in it so many times."""
    text = f'table:number-columns-repeated="{columns}" office:value-type="string"'
    cell = f"<table:table-cell {text}><text:p>x</text:p></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'
    listed = made_ods.content({"A": [HEADERS, device("1"), device("2")]})
    return ods_with(listed.replace("</table:table>", row + "</table:table>"))


def _ods(*rows: list[Any]) -> bytes:
    return ods_with(made_ods.content({"A": [HEADERS, *rows]}))


def _price(xml: str, problems: int = 1) -> tuple[Callable[[], bytes], int, int]:
    return (lambda: cell_xml(xml)), 2, problems


def _choice(sheet: Any, _book: Any) -> None:
    sheet.data_validation("C2:C9", {"validate": "list", "source": ["Tablet"]})


def _rule(sheet: Any, _book: Any) -> None:
    sheet.conditional_format("A1:A9", {"type": "duplicate"})


def _drawn(sheet: Any, _book: Any) -> None:
    sheet.add_table("A1:I3", {"columns": [{"header": header} for header in HEADERS]})


def _chart(_sheet: Any, book: Any) -> None:
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Geräte!$G$2:$G$3"})
    book.add_chartsheet().set_chart(chart)


def _colours(sheet: Any, book: Any) -> None:
    sheet.write_rich_string("I2", "ein ", book.add_format({"bold": True}), "Wort")


def _day(sheet: Any, book: Any) -> None:
    sheet.write_datetime("F2", date(2024, 2, 29), book.add_format({"num_format": "dd.mm.yyyy"}))


def _without_places() -> bytes:
    """Cells and rows need not say where they stand."""
    part = parts_of(good())[SHEET].decode()
    for place in [f"{letter}{row}" for letter in "ABCDEFGHI" for row in (1, 2, 3)]:
        part = part.replace(f' r="{place}"', "")
    part = part.replace(
        '<c t="inlineStr"><is><t>A-1</t></is></c>', '<c t="inlineStr"><is><t>A-1</t></is></c><c/>'
    )
    part = part.replace(
        '<c t="inlineStr"><is><t>A-2</t></is></c>', '<c t="inlineStr"><is><t>A-2</t></is></c><c/>'
    )
    part = part.replace("<t>Tablet</t></is></c>", "<t>Tablet</t></is></c><c/>")
    part = part.replace("<t>186922</t></is></c>", "<t>186922</t></is></c><c/>")
    return with_part(good(), SHEET, part)


def _styled_day(number: int) -> bytes:
    content = good(change=lambda sheet: sheet.cell(2, 6, date(2024, 1, 1)))
    return replaced(content, SHEET, ("<v>45292</v>", f"<v>{number}</v>"))


def _beside(sheet: Any) -> None:
    sheet.cell(1, 10, "Farbe")
    sheet.cell(4, 10, "rot")


def _empty(sheet: Any) -> None:
    sheet["E2"] = None


def _padded() -> str:
    cell = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = f'<table:table-row table:number-rows-repeated="1048000">{cell}</table:table-row>'
    listed = made_ods.content({"A": [HEADERS, device("1"), device("2")]})
    return listed.replace("</table:table>", rows + "</table:table>")


WORKBOOKS = [
    Readable("a clean one", good),
    Readable("with a macro", lambda: with_part(good(), "xl/vbaProject.bin", b"Sub Auto_Open()")),
    Readable(
        "with a link to another file", lambda: with_part(good(), "xl/externalLinks/externalLink1.xml", "<x/>")
    ),
    Readable(
        "with an order to run a program", lambda: cell_xml("<c r=\"G2\"><f>cmd|' /C calc'!A0</f><v>5</v></c>")
    ),
    Readable("with a formula of another file", lambda: cell_xml('<c r="G2"><f>[1]Preise!A1</f><v>5</v></c>')),
    Readable(
        "with a link", lambda: _written(lambda sheet, _book: sheet.write_url("I2", "https://schule.example"))
    ),
    Readable(
        "with a remark on a cell", lambda: _written(lambda sheet, _book: sheet.write_comment("A2", "neu"))
    ),
    Readable("with a choice in a cell", lambda: _written(_choice)),
    Readable("with colours by rule", lambda: _written(_rule)),
    Readable("with a filter", lambda: _written(lambda sheet, _book: sheet.autofilter("A1:I3"))),
    Readable("with its panes frozen", lambda: _written(lambda sheet, _book: sheet.freeze_panes(1, 1))),
    Readable(
        "with a sheet that may not be changed", lambda: _written(lambda sheet, _book: sheet.protect("geheim"))
    ),
    Readable("with a drawn table", lambda: _written(_drawn)),
    Readable("with a chart beside it", lambda: _written(_chart)),
    Readable("with words in two colours", lambda: _written(_colours)),
    Readable(
        "with its texts in its cells", lambda: _written(lambda _sheet, _book: None, constant_memory=True)
    ),
    Readable("of the 1904 calendar", lambda: _written(_day, date_1904=True)),
    Readable("with the longest text there is", lambda: _at_row_2("x" * 32_767, 9)),
    Readable("with signs of other scripts", lambda: _at_row_2("😀 \u05d0\u05d1 \u202eabc 漢字", 9)),
    Readable(
        "with signs that cannot be seen", lambda: replaced(good(), SHEET, ("A-1", "A\u200b-\u00ad1\ufeff"))
    ),
    Readable("with an escaped sign", lambda: replaced(good(), SHEET, ("A-1", "A_x000D_-1"))),
    Readable("with headers in pieces", lambda: replaced(good(), SHEET, ("Geräteart", "Gera\u0308te-\nart"))),
    Readable(
        "with the word of a size that is not so", lambda: replaced(good(), SHEET, ("A1:I3", "A1:XFD1048576"))
    ),
    Readable(
        "without the word of a size", lambda: replaced(good(), SHEET, ('<dimension ref="A1:I3" />', ""))
    ),
    Readable("without styles", lambda: with_part(good(), STYLES, None)),
    Readable("with prefixes at its elements", _prefixed),
    Readable("with its parts in another place", _moved),
    Readable("without the places of its cells", lambda: _without_places()),
    Readable("formatted to the last row", _formatted_to_the_end),
    Readable("with blanks for a row", lambda: good(change=lambda sheet: sheet.cell(9, 1, " \u00a0 "))),
    Readable(
        "with a note far below",
        lambda: good(change=lambda sheet: sheet.cell(500, 2, "Stand: heute")),
        ignored=497,
    ),
    Readable(
        "with a remark beside the table", lambda: good(change=lambda sheet: sheet.cell(2, 40, "Achtung"))
    ),
    Readable(
        "with a row of a column nobody knows", lambda: good(change=lambda sheet: _beside(sheet)), ignored=1
    ),
    Readable(
        "with a document in every cell",
        lambda: good(change=lambda sheet: sheet.cell(2, 9, "<w:p>&amp;</w:p>")),
    ),
]

CELLS = [
    Readable("a formula that nobody has calculated", *_price('<c r="G2"><f>1+1</f></c>')),
    Readable("a formula with an empty value", *_price('<c r="G2"><f>1+1</f><v></v></c>')),
    Readable("a formula that gave an empty text", *_price('<c r="G2" t="str"><f>""</f><v></v></c>', 0)),
    Readable("a shared formula without its value", *_price('<c r="G2"><f t="shared" si="0"/></c>')),
    Readable(
        "a formula of a whole range", *_price('<c r="G2"><f t="array" ref="G2:G2">SUM(1)</f><v>1</v></c>', 0)
    ),
    Readable("a reference that is gone", *_price('<c r="G2" t="e"><v>#REF!</v></c>')),
    Readable("a value that was not found", *_price('<c r="G2" t="e"><f>VLOOKUP(1,A:B,2)</f><v>#N/A</v></c>')),
    Readable("a value that is still to come", *_price('<c r="G2" t="e"><v>#GETTING_DATA</v></c>')),
    Readable("a truth for a price", *_price('<c r="G2" t="b"><v>1</v></c>')),
    Readable("no end of a number", *_price('<c r="G2"><v>1e308</v></c>')),
    Readable("a number of sixteen digits", lambda: _at_row_2(1234567890123456, 1), 2, 1),
    Readable("a serial number in powers of ten", lambda: _at_row_2("1,23457E+15", 2), 2, 1),
    Readable("a date for a number", lambda: _at_row_2(date(2024, 1, 7), 1), 2, 1),
    Readable("a day that does not exist", lambda: _at_row_2("31.02.2024", 6), 2, 1),
    Readable("a day that could be two", lambda: _at_row_2("03/04/2024", 6), 2, 1),
    Readable("a month without its day", lambda: _at_row_2("Mai 2020", 6), 2, 1),
    Readable("the number of a day", lambda: _at_row_2(45_292, 6), 2, 1),
    Readable("a day of the year nought", lambda: _styled_day(0), 2, 1),
    Readable("a day that Excel has invented", lambda: _styled_day(60), 2, 1),
    Readable("a day beyond all calendars", lambda: _styled_day(4_000_000), 2, 1),
    Readable("a day before all calendars", lambda: _styled_day(-5), 2, 1),
    Readable("two amounts in one cell", lambda: _at_row_2("12,00 / 15,00"), 2, 1),
    Readable("nothing known", lambda: _at_row_2("unbekannt")),
    Readable("a needed cell that is empty", lambda: good(change=lambda sheet: _empty(sheet)), 2, 1),
    Readable("the same number twice", lambda: _at_row_2("A-2", 1), 2, 2),
]

OTHER_FILES = [
    Readable("an .xls", lambda: xls_of([list(HEADERS), device("1"), device(Formatted(7))])),
    Readable(
        "an .xls with an error",
        lambda: xls_of([list(HEADERS), device("1", price_net="#REF!"), device("2")]),
        2,
        1,
    ),
    Readable("an .ods", lambda: _ods(device("1"), device("2"))),
    Readable("an .ods of very many equal notes", lambda: _repeated(100_000, 1), 2, 0, 100_000),
    Readable("an .ods of a billion columns", lambda: _repeated(1, 10**9), 3, 4),
    Readable("an .ods of millions of empty rows", lambda: ods_with(_padded()), 2),
    Readable(
        "an .ods with formulas without values",
        lambda: _ods(device("1", price_net=made_ods.formula("of:=1+1")), device("2")),
        2,
        1,
    ),
    Readable(
        "an .ods with an error",
        lambda: _ods(device("1", price_net=made_ods.error("Err:502")), device("2")),
        2,
        1,
    ),
    Readable("a text of DOS", lambda: _text("1;Tablet;186922;Größe", "2;Tablet;186922;ß", encoding="cp850")),
    Readable(
        "a text of a Mac",
        lambda: _text("1;Tablet;186922;Größe", "2;Tablet;186922;ß", encoding="mac_roman").replace(
            b"\n", b"\r"
        ),
    ),
    Readable(
        "a text that ends in nothing", lambda: _text("1;Tablet;186922;", "2;Tablet;186922", ";;;", ";;;")
    ),
    Readable(
        "a text with a row too many", lambda: _text("1;Tablet;186922;", ";;;", "2;Tablet;186922"), ignored=1
    ),
    Readable(
        "a text with totals", lambda: _text("1;Tablet;186922;", "2;Tablet;186922", "Gesamt: 2;;;"), ignored=1
    ),
    Readable("a text with words for nothing", lambda: _text("1;Tablet;186922;-", "2;Tablet;186922;n/a")),
    Readable("a text with errors of Excel", lambda: _text("#NV;Tablet;186922", "2;Tablet;186922"), 2, 1),
    Readable("a text with formulas", lambda: _text("1;Tablet;186922;=1+1", "2;Tablet;186922;@SUM(1)")),
    Readable(
        "a text of very many columns", lambda: _text("1;Tablet;186922" + ";x" * 3000, "2;Tablet;186922")
    ),
    Readable("a text in mixed line ends", lambda: _text("1;Tablet;186922\r", "2;Tablet;186922\r\r")),
]


EVERY = [*WORKBOOKS, *CELLS, *OTHER_FILES]
