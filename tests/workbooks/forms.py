"""An authority's form with everything a spreadsheet program can put into one, below the rows to be filled too."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import xlsxwriter

SAMPLE = 6  # the row of the table that is to be filled
COLUMNS = (0, 1, 2, 3)  # number, day, subject, amount; the fifth column reckons
CUSTOM = b'<?xml version="1.0"?><foerderung xmlns="urn:beispiel"><kennung>VN-17</kennung></foerderung>'
PRINTER = b"\x01\x02 a printer's own settings"
CONTROL = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><formControlPr '
    b'xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" objectType="CheckBox" '
    b'fmlaLink="Belege!$H$20" lockText="1"/>'
)


def picture() -> io.BytesIO:
    """A PNG of one dot."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0\x33\x66\x99")
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def form(*, prepared: int = 1, office_parts: bool = True, wide: int = 0) -> bytes:
    """The form; with `prepared` empty rows in the look of the sample row, and columns up to the one numbered `wide`."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    cover, sheet = book.add_worksheet("Deckblatt"), book.add_worksheet("Belege")
    _cover(book, cover, SAMPLE + prepared)
    _receipts(book, sheet, prepared, wide)
    book.set_custom_property("Aktenzeichen", "48.03")
    book.close()
    return _with_office_parts(made.getvalue()) if office_parts else made.getvalue()


def _cover(book: xlsxwriter.Workbook, cover: xlsxwriter.worksheet.Worksheet, total: int) -> None:
    money = book.add_format({"num_format": '#,##0.00 "€"', "locked": False})
    cover.write("A1", "Verwendungsnachweis")
    cover.write("A3", "bewilligt")
    cover.write_blank("B3", None, money)
    cover.write("A4", "Ausgaben")
    cover.write_formula("B4", f"=Belege!D{total}", money, 0)
    cover.write("A5", "Rest")
    cover.write_formula("B5", "=vn_bewilligt-B4", money, 0)
    cover.write("A6", "bis")
    cover.write_blank("B6", None, book.add_format({"num_format": "dd.mm.yyyy"}))
    cover.insert_textbox("D2", "Bitte in Druckschrift")
    cover.set_header("&L&G", {"image_left": "wappen.png", "image_data_left": picture()})
    cover.insert_button("D10", {"caption": "Prüfen"})
    cover.protect("geheim")
    cover.set_background(picture())
    cover.data_validation("B8", {"validate": "list", "source": f"=Belege!$A${total + 5}:$A${total + 6}"})
    cover.add_sparkline("C4", {"range": f"Belege!$D$6:$D${total - 1}"})
    book.define_name("vn_bewilligt", "=Deckblatt!$B$3")
    book.define_name("vn_zweckbindung_bis", "=Deckblatt!$B$6")


def _receipts(
    book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet, prepared: int, wide: int
) -> None:
    money, day = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "dd.mm.yyyy"})
    plain, bold = book.add_format({"border": 1}), book.add_format({"bold": True})
    sheet.write("A1", "Belegliste")
    sheet.write("G2", 1.19)
    sheet.write_row("A5", ["Beleg-Nr.", "Zahlung am", "Gegenstand", "gezahlt", "mit Zuschlag"], bold)
    for row in range(SAMPLE - 1, SAMPLE - 1 + prepared):
        for column, look in enumerate((plain, day, plain, money)):
            sheet.write_blank(row, column, None, look)
        sheet.write_formula(row, 4, f"=D{row + 1}*$G$2", money)
        for column in range(5, wide + 1):
            sheet.write_blank(row, column, None, plain)
    last = SAMPLE + prepared - 1
    total = last + 1
    sheet.write(f"A{total}", "Summe", bold)
    sheet.write_formula(f"D{total}", f"=SUM(D{SAMPLE}:D{last})", money, 0)
    sheet.write_formula(f"E{total}", f"=SUM(E{SAMPLE}:E{last})", money, 0)
    sheet.write_formula(f"F{total}", f"=D{total}*2+LOG10(100)", money, 0)
    sheet.write_comment(f"D{total}", "Summe aller Belege")
    sheet.merge_range(f"A{total + 2}:D{total + 2}", "Es wird versichert, dass die Angaben stimmen.", plain)
    sheet.write_url(f"A{total + 3}", f"internal:'Belege'!A{total + 2}", string="nach oben")
    sheet.write_column(f"A{total + 5}", ["ja", "nein"])
    sheet.data_validation(f"C{total + 3}", {"validate": "list", "source": f"=$A${total + 5}:$A${total + 6}"})
    sheet.data_validation(f"D{SAMPLE}:D{last}", {"validate": "decimal", "criteria": ">=", "value": 0})
    sheet.conditional_format(
        f"D{SAMPLE}:D{last}", {"type": "cell", "criteria": ">", "value": 800, "format": bold}
    )
    sheet.conditional_format(
        f"E{SAMPLE}:E{last}", {"type": "data_bar", "data_bar_2010": True, "bar_solid": True}
    )
    chart = book.add_chart({"type": "column"})
    chart.add_series({
        "name": "=Belege!$D$5", "values": f"=Belege!$D${SAMPLE}:$D${last}",
        "categories": f"=Belege!$C${SAMPLE}:$C${last}",
    })  # fmt: skip
    sheet.insert_chart(f"A{total + 8}", chart)
    sheet.insert_image(f"H{total + 3}", "siegel.png", {"image_data": picture(), "description": "Siegel"})
    sheet.insert_image("J1", "wappen.png", {"image_data": picture(), "object_position": 1})
    sheet.insert_textbox(f"F{total + 3}", "gez.", {"textlink": f"=$A${total + 2}"})
    sheet.add_table(
        f"A{total + 24}:B{total + 26}", {"columns": [{"header": "Kürzel"}, {"header": "Bedeutung"}]}
    )
    sheet.write_dynamic_array_formula(f"H{total + 1}:H{total + 1}", f"=SUM(D{total}:E{total})", money, 0)
    sheet.add_sparkline(f"G{total}", {"range": f"Belege!$D${SAMPLE}:$D${last}"})
    sheet.print_area(f"A1:J{total + 30}")
    sheet.repeat_rows(4)
    sheet.freeze_panes(5, 0)
    sheet.set_h_pagebreaks([total + 10])
    sheet.autofilter(f"A5:E{last}")
    sheet.outline_settings(True, False)
    book.define_name("gesamt", f"=Belege!$D${total}")
    book.define_name("belegliste", f"=Belege!$A${SAMPLE}")
    sheet.write_formula(f"F{total + 1}", "=gesamt", money, 0)


def _with_office_parts(content: bytes) -> bytes:
    """What an office program adds and no library writes: custom XML, a printer's settings, a form control."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            target.writestr(part, _with_entries(part.filename, source.read(part)))
        target.writestr("customXml/item1.xml", CUSTOM)
        target.writestr("xl/printerSettings/printerSettings1.bin", PRINTER)
        target.writestr("xl/ctrlProps/ctrlProp1.xml", CONTROL)
    return made.getvalue()


def _with_entries(name: str, content: bytes) -> bytes:
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    if name == "[Content_Types].xml":
        more = (
            '<Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.'
            'printerSettings"/><Override PartName="/xl/ctrlProps/ctrlProp1.xml" '
            'ContentType="application/vnd.ms-excel.controlproperties+xml"/></Types>'
        )
        return content.replace(b"</Types>", more.encode())
    if name == "_rels/.rels":
        more = f'<Relationship Id="rId90" Type="{kinds}/customXml" Target="customXml/item1.xml"/></Relationships>'
        return content.replace(b"</Relationships>", more.encode())
    if name == "xl/worksheets/_rels/sheet2.xml.rels":
        more = (
            f'<Relationship Id="rId91" Type="{kinds}/printerSettings" '
            'Target="../printerSettings/printerSettings1.bin"/>'
            f'<Relationship Id="rId92" Type="{kinds}/ctrlProp" Target="../ctrlProps/ctrlProp1.xml"/></Relationships>'
        )
        return content.replace(b"</Relationships>", more.encode())
    return content


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {part.filename: archive.read(part) for part in archive.infolist()}


FEATURES: Mapping[str, tuple[str, bytes]] = {
    "text box": ("xl/drawings/drawing", b"Bitte in Druckschrift"),
    "text box that shows a cell": ("xl/drawings/drawing", b"textlink="),
    "picture": ("xl/drawings/drawing", b"Siegel"),
    "picture file": ("xl/media/", b"PNG"),
    "header picture": ("xl/drawings/vmlDrawing", b"LH"),
    "header picture's mark": ("xl/worksheets/sheet1", b"legacyDrawingHF"),
    "sheet background": ("xl/worksheets/sheet1", b"<picture "),
    "button": ("xl/drawings/vmlDrawing", b'ObjectType="Button"'),
    "comment": ("xl/comments", b"Summe aller Belege"),
    "comment's box": ("xl/drawings/vmlDrawing", b'ObjectType="Note"'),
    "chart": ("xl/charts/chart", b"<c:barChart>"),
    "sparkline": ("xl/worksheets/sheet1", b"x14:sparkline>"),
    "second sparkline": ("xl/worksheets/sheet2", b"x14:sparkline>"),
    "newer data bar": ("xl/worksheets/sheet2", b"x14:dataBar"),
    "older data bar": ("xl/worksheets/sheet2", b"<dataBar"),
    "conditional format": ("xl/worksheets/sheet2", b'type="cellIs"'),
    "number rule": ("xl/worksheets/sheet2", b'type="decimal"'),
    "list rule": ("xl/worksheets/sheet2", b'type="list"'),
    "list rule across sheets": ("xl/worksheets/sheet1", b"Belege!$A$"),
    "table": ("xl/tables/table", b"Bedeutung"),
    "merged cells": ("xl/worksheets/sheet2", b"<mergeCell "),
    "hyperlink": ("xl/worksheets/sheet2", b"<hyperlink "),
    "dynamic array mark": ("xl/metadata", b"XLDAPR"),
    "dynamic array": ("xl/worksheets/sheet2", b't="array"'),
    "sheet protection": ("xl/worksheets/sheet1", b"<sheetProtection "),
    "unlocked cells": ("xl/styles", b'locked="0"'),
    "print area": ("xl/workbook.xml", b"_xlnm.Print_Area"),
    "repeated rows": ("xl/workbook.xml", b"_xlnm.Print_Titles"),
    "page break": ("xl/worksheets/sheet2", b"<brk "),
    "frozen panes": ("xl/worksheets/sheet2", b"<pane "),
    "filter": ("xl/worksheets/sheet2", b"<autoFilter "),
    "defined name": ("xl/workbook.xml", b'name="gesamt"'),
    "custom property": ("docProps/custom", b"48.03"),
    "custom XML": ("customXml/item1", b"VN-17"),
    "printer settings": ("xl/printerSettings/", b"printer's own"),
    "form control": ("xl/ctrlProps/", b"CheckBox"),
}


def lost(content: bytes) -> list[str]:
    """Which of the features are not there (any more)."""
    held = parts(content)
    return [
        feature for feature, (start, mark) in FEATURES.items()
        if not any(name.startswith(start) and mark in text for name, text in held.items())
    ]  # fmt: skip
