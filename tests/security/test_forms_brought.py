"""A form of an authority, or a ZIP of device types, that somebody has made to break the page or to learn something."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient

from exports.sheet_grid import grid
from imports import device_types
from school_it.errors import CannotRead
from school_it.workbooks.looking import Eyes
from school_it.workbooks.package import Package
from tests.house.world import World

SHEET, PICTURE = "xl/worksheets/sheet1.xml", "xl/media/image1.png"
MERGED = b'<mergeCells count="3000">' + b'<mergeCell ref="A1:XFD1048576"/>' * 3000 + b"</mergeCells>"
ODD_NUMBERS = ("1E999999", "1E99999999999", "-1E-99999999", "NaN", "sNaN", "-Infinity")


def form(
    change: Callable[[str, bytes], bytes] = lambda _name, part: part, packed: int = zipfile.ZIP_DEFLATED
) -> bytes:
    book, made, changed = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    book.worksheets[0].append(["Inventarnummer", "Hersteller", 1])
    book.save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(changed, "w", packed) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return changed.getvalue()


def with_sheet(old: bytes, new: bytes) -> bytes:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(old, new, 1) if name == SHEET else part

    return form(change)


def spoiled(content: bytes, name: str) -> bytes:
    """The packed bytes of one part are others than they were."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        begin = archive.getinfo(name).header_offset + 30 + len(name)
    return (
        content[: begin + 10]
        + bytes(one ^ 0xA5 for one in content[begin + 10 : begin + 40])
        + content[begin + 40 :]
    )


def look(content: bytes) -> list[str]:
    eyes = Eyes(Package(io.BytesIO(content)))
    return [seen.text for _row, cells in grid(eyes, "", 1).rows() for _column, seen, _span in cells if seen]


@pytest.mark.parametrize(
    "content",
    [
        with_sheet(b'<row r="1"', b'<row r="x"'),
        with_sheet(b'<row r="1"', b'<row r="' + b"9" * 6000 + b'"'),
        with_sheet(b'<c r="A1"', b'<c s="x" r="A1"'),
        form(lambda name, part: part.replace(b"<sheet ", b"<shoot ") if name == "xl/workbook.xml" else part),
        spoiled(form(packed=zipfile.ZIP_LZMA), SHEET),
        spoiled(form(), SHEET),
    ],
)
def test_a_spoiled_form_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(CannotRead):
        look(content)


def test_a_spoiled_part_that_is_only_copied_is_refused_with_a_sentence() -> None:
    with zipfile.ZipFile(made := io.BytesIO(form()), "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PICTURE, b"".join(b"%d" % (number * 7919) for number in range(300)))
    package = Package(io.BytesIO(spoiled(made.getvalue(), PICTURE)))
    with pytest.raises(CannotRead):
        package.write(io.BytesIO(), {})


def test_a_form_of_five_kilobytes_does_not_keep_the_server_busy() -> None:
    begun = time.process_time()
    assert look(with_sheet(b"</sheetData>", b"</sheetData>" + MERGED))
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("number", ODD_NUMBERS)
def test_a_number_that_no_page_can_hold_is_shown_as_it_stands(number: str) -> None:
    content = with_sheet(b"<v>1</v>", b"<v>" + number.encode() + b"</v>")
    assert number in look(content)


def test_a_form_of_a_school_list_tells_no_coordinator_of_grants(
    admin: FlaskClient, coordinator: FlaskClient, world: World
) -> None:
    brought = {"name": "Geräteliste", "report": "schools", "file": (io.BytesIO(form()), "form.xlsx")}
    answer = admin.post("/exports/templates", data=brought, content_type="multipart/form-data")
    page, preview = coordinator.get(answer.location), coordinator.get(f"{answer.location}/preview")
    assert page.status_code == 200
    assert "ZW-1" in admin.get(answer.location).get_data(as_text=True)
    assert not any("ZW-1" in one.get_data(as_text=True) for one in (page, preview))


@pytest.mark.parametrize("packed", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_spoiled_zip_of_device_types_is_refused_with_a_sentence(tmp_path: Path, packed: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packed) as archive:
        archive.writestr("a.yaml", "".join(f"key{number}: {number * 7919}\n" for number in range(300)))
    path = tmp_path / "types.zip"
    path.write_bytes(spoiled(made.getvalue(), "a.yaml"))
    with pytest.raises(CannotRead):
        device_types.read(path)
