"""The office asks two schools for their needs by workbook, gets them back, and sees who is missing."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.windows import Window

pytestmark = pytest.mark.browser

NEXT = 2027
HEADER = 5


def opened(window: Window) -> Page:
    """The survey of the next school year, opened by the office."""
    page = window.start("/plan/survey")
    window.click(page.get_by_role("link", name="Neue Abfrage"))
    page.get_by_label("Schuljahr").select_option(str(NEXT))
    page.get_by_label("zurück bis").fill(f"31.12.{NEXT}")
    window.click(page.get_by_role("button", name="Eröffnen"))
    expect(page.get_by_text("Die Bedarfsabfrage ist eröffnet.")).to_be_visible()
    return page


def taken_along(window: Window, page: Page, number: str, folder: Path) -> Path:
    with page.expect_download() as download:
        window.click(page.locator(f'a[href$="/exports/survey/{NEXT}/{number}.xlsx"]'))
    path = folder / f"{number}.xlsx"
    download.value.save_as(path)
    return path


def filled(path: Path, wanted: int) -> Path:
    """As a school does it: every line answered, one more line, under another name."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[HEADER]}
    row = HEADER + 1
    while sheet.cell(row, places["Gerätegruppe"]).value:
        sheet.cell(row, places["gewünscht"], wanted if row == HEADER + 1 else 0)
        sheet.cell(row, places["Begründung"], "neue Klassen")
        row += 1
    sheet.cell(row, places["Gerätegruppe"], "anderes")
    sheet.cell(row, places["was genau"], "Dokumentenkamera")
    sheet.cell(row, places["gewünscht"], 1)
    back = path.with_name(f"Rückmeldung {path.name}")
    book.save(back)
    return back


def brought_back(window: Window, file: Path) -> None:
    page = window.start(f"/plan/survey?year={NEXT}")
    window.click(page.get_by_role("link", name="Mappe einlesen"))
    page.wait_for_url("**/imports?kind=survey")
    window.choose_file(file)
    window.click(window.button("Ansehen"))
    page.wait_for_url("**/imports/*")
    expect(page.get_by_text("Dokumentenkamera").first).to_be_attached()
    window.click(window.button(re.compile(r"^6 Zeilen übernehmen")))
    expect(page.get_by_text("Diese Datei ist übernommen")).to_be_visible()
    assert window.faults() == []


def test_two_workbooks_go_out_and_come_back_and_the_rest_is_missing(windows: Windows, tmp_path: Path) -> None:
    window = windows("amt")
    page = opened(window)
    expect(page.get_by_text("0 von 4")).to_be_visible()
    files = [taken_along(window, page, number, tmp_path) for number in ("199060", "199072")]
    for file in files:
        brought_back(window, filled(file, 12))
    page = window.start(f"/plan/survey?year={NEXT}")
    expect(page.get_by_text("2 von 4")).to_be_visible()
    expect(page.get_by_text("Es fehlen:")).not_to_contain_text("GS Lindenallee")
    expect(page.get_by_text("Es fehlen:")).to_contain_text("GE West")
    assert window.faults() == []
    window.click(page.get_by_role("link", name="GS Lindenallee"))
    expect(page.get_by_role("row", name=re.compile("Dokumentenkamera"))).to_contain_text("1")
