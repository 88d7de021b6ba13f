"""A list is brought, understood, mended and taken over, with the clicks it costs; choosing the file is one."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser import lists
from tests.browser.conftest import Windows
from tests.browser.windows import Window

pytestmark = pytest.mark.browser

HEAD = ["Kennz.", "Geräteart", "Marke", "Modell", "SN", "Kaufdatum", "Preis", "Raum"]


def explained(path: Path, mark: str, wrong: str = "Tablettt") -> Path:
    """A list with a header nobody knows, a price that could be two things, and a word that is nearly one."""
    rows = [
        [
            f"{mark}-{n}",
            wrong if n < 3 else "Tablet",
            "Nordlicht",
            "Slate 11",
            f"{mark}{n}",
            "1.3.24",
            "399,00",
            "9.99",
        ]
        for n in range(5)
    ]
    return lists.saved(path, ["Geräte der Schule"], [], HEAD, *rows)


def brought(window: Window, file: Path) -> Page:
    """From the start page to the page of the file: two clicks."""
    page = window.start()
    window.choose_file(file)
    window.click(window.button("Ansehen"))
    page.wait_for_url("**/imports/*")
    return page


def taken_over(window: Window, rows: int) -> None:
    window.click(window.button(re.compile(f"^{rows} Zeilen übernehmen")))
    expect(window.page.get_by_text("Diese Datei ist übernommen")).to_be_visible()


def test_an_untidy_list_goes_in_with_three_clicks(windows: Windows, tmp_path: Path) -> None:
    window = windows("koordination")
    page = brought(window, lists.untidy(tmp_path / "Inventar (neu).xlsx", "DREI"))
    expect(page.get_by_role("row", name=re.compile("^Preis brutto"))).to_contain_text("2.097,00")
    assert window.faults() == []
    taken_over(window, 3)
    assert window.clicks <= 3
    assert window.faults() == []


def test_a_list_that_has_to_be_explained_goes_in_with_five_clicks_and_then_with_three(
    windows: Windows, tmp_path: Path
) -> None:
    window = windows("koordination")
    page = brought(window, explained(tmp_path / "liste.xlsx", "FUENF"))
    window.click(page.get_by_role("button", name="Preis brutto", exact=True))
    window.click(page.get_by_role("button", name="Gemeint ist »Tablet«"))
    assert window.faults() == []
    taken_over(window, 5)
    assert window.clicks <= 5
    page.get_by_label("Diese Zuordnung als Profil merken").fill("Liste mit Kennzeichen")
    page.get_by_role("button", name="Als Profil merken").click()
    page = brought(window, explained(tmp_path / "neue liste.xlsx", "NOCH"))
    expect(page.get_by_text("Erkannt als Profil »Liste mit Kennzeichen«.")).to_be_visible()
    assert window.faults() == []
    taken_over(window, 5)
    assert window.clicks <= 3


def test_a_wrong_cell_is_put_right_on_the_page_with_one_click_more(windows: Windows, tmp_path: Path) -> None:
    window = windows("koordination")
    page = brought(window, lists.with_faults(tmp_path / "mit Fehlern.xlsx"))
    page.get_by_label("Kaufdatum").first.fill("28.02.2024")
    page.get_by_label("Preis brutto").first.fill("399,00")
    page.get_by_label("Geräteart", exact=True).select_option("Beamer")
    assert window.faults() == []
    page.get_by_label("Preis brutto").first.press("Enter")  # as the button does
    expect(window.button(re.compile("^3 Zeilen übernehmen"))).to_be_visible()
    taken_over(window, 3)
    assert window.clicks <= 4


def test_what_is_typed_stays_while_something_else_is_asked(windows: Windows, tmp_path: Path) -> None:
    window = windows("koordination")
    page = brought(window, lists.with_faults(tmp_path / "mit Fehlern.xlsx"))
    page.get_by_label("Kaufdatum").first.fill("30.02.2024")
    window.button("Berichtigen und neu ansehen").click()
    expect(page.get_by_text("Den Tag »30.02.2024« gibt es nicht").first).to_be_visible()
    expect(page.get_by_label("Kaufdatum").first).to_have_value("30.02.2024")


def test_the_corrected_workbook_is_one_click_away(windows: Windows, tmp_path: Path) -> None:
    window = windows("koordination")
    page = brought(window, lists.with_faults(tmp_path / "mit Fehlern.xlsx"))
    with page.expect_download() as download:
        window.click(page.get_by_role("link", name="Mappe mit Hinweisen herunterladen"))
    download.value.save_as(tmp_path / "zurück.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "zurück.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]][-1] == "Prüfhinweis"
    assert window.clicks <= 3


def test_a_list_without_headers_and_one_that_nobody_knows_can_be_explained(
    windows: Windows, tmp_path: Path
) -> None:
    window = windows("koordination")
    rows = [[f"OHNE-{n}", "Tablet", "Nordlicht", 399.0] for n in range(3)]
    page = brought(window, lists.saved(tmp_path / "ohne.xlsx", *rows))
    expect(page.get_by_role("heading", name="Was bedeuten die Spalten?")).to_be_visible()
    assert window.faults() == []
    page.get_by_label("Bedeutung von Spalte C").select_option("manufacturer")
    window.click(window.button("So zuordnen und ansehen"))
    taken_over(window, 3)
    assert window.clicks <= 5
    page = brought(window, lists.saved(tmp_path / "fremd.xlsx", ["Dies", "Das", "Jenes"], ["a", "b", "c"]))
    expect(page.get_by_text("Keine Überschrift dieser Datei ist bekannt.")).to_be_visible()
    assert window.faults() == []


def test_what_cannot_be_meant_is_refused_and_stays_as_it_was_chosen(windows: Windows, tmp_path: Path) -> None:
    window = windows("koordination")
    page = brought(window, lists.untidy(tmp_path / "liste.xlsx", "DOPPELT"))
    page.locator("summary", has_text="Spalten zuordnen").click()
    page.get_by_label("Bedeutung von Bemerk.").select_option("model")
    window.button("So zuordnen und ansehen").click()
    expect(page.get_by_text("können nicht beide dasselbe bedeuten")).to_be_visible()
    assert page.title().startswith("Fehler:")
    expect(page.get_by_label("Bedeutung von Bemerk.")).to_have_value("model")
    assert window.faults() == []


def test_profiles_can_be_kept_in_order(windows: Windows) -> None:
    window = windows("koordination")
    page = window.start("/imports/profiles")
    assert window.faults() == []
    if page.get_by_role("button", name="Umbenennen").count():
        page.get_by_label("Name", exact=True).first.fill(" ")
        page.get_by_role("button", name="Umbenennen").first.click()
        expect(page.get_by_text("Das Profil braucht einen Namen.")).to_be_visible()
        assert window.faults() == []
