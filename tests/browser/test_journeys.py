"""What people do all day, with the clicks it costs: taps, buttons and Enter count, typing and scanning do not."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser import lists
from tests.browser.conftest import Windows, first_tag
from tests.browser.windows import Window

pytestmark = pytest.mark.browser

FREE, HELD = "state=in_stock&holder=without", "holder=with"


def hand_out(window: Window, tag: str, name: str) -> None:
    """From the page of the device to whoever bears the name."""
    window.click(window.link("Ausgeben"))
    window.page.locator("input[name=to]").press_sequentially(name)
    window.click(window.page.locator("#receivers button").first)
    window.page.wait_for_url(f"**/devices/{tag}")


def some_pupil(window: Window) -> str:
    window.go("/people?role=pupil")
    family, given = window.page.locator("tbody th a").first.inner_text().split(", ")
    return f"{given} {family}"


def test_a_typed_number_leads_straight_to_the_device(windows: Windows) -> None:
    window = windows("koordination")
    tag = first_tag(window, HELD)
    page = window.start()
    page.locator("#search").fill(tag.lower())
    window.enter(page.locator("#search"))
    page.wait_for_url(f"**/devices/{tag}")
    assert window.clicks == 1


def test_one_device_is_added_with_two_clicks(windows: Windows) -> None:
    window = windows("koordination")
    page = window.start()
    window.click(window.link("Gerät aufnehmen"))
    page.locator("[name=serial_number]").fill("NEU-4711")
    window.click(window.button("Speichern"))
    expect(page.get_by_text("NEU-4711").first).to_be_visible()
    assert window.clicks <= 2


def test_a_tablet_is_handed_to_a_pupil_and_taken_back(windows: Windows) -> None:
    window = windows("koordination")
    tag, pupil = first_tag(window, FREE), some_pupil(window)
    page = window.start(f"/devices/{tag}")
    hand_out(window, tag, pupil)
    expect(page.locator("dd", has_text=pupil).first).to_be_visible()
    assert window.clicks <= 2
    page = window.start(f"/devices/{tag}")
    window.click(window.link("Zurücknehmen"))
    window.click(window.button("Zurücknehmen"))
    expect(page.locator("dd", has_text="niemand").first).to_be_visible()
    assert window.clicks <= 2


def test_an_untidy_list_is_taken_over_with_four_clicks(windows: Windows, tmp_path: Path) -> None:
    window = windows("koordination")
    page = window.start()
    window.click(window.link("Liste einlesen"))
    window.choose_file(lists.untidy(tmp_path / "Inventar 2026 (neu).xlsx", "KLICK"))
    window.click(window.button("Ansehen"))
    expect(page.locator(".tile", has_text="neu").locator(".tile__number")).to_have_text("3")
    expect(page.get_by_role("row", name=re.compile("^Preis brutto"))).to_contain_text("2.097,00")
    window.click(window.button(re.compile("3 Zeilen übernehmen")))
    expect(page.get_by_text("Diese Datei ist übernommen")).to_be_visible()
    assert window.clicks <= 4
    page.locator("#search").fill("klick-002")
    page.locator("#search").press("Enter")
    page.wait_for_url("**/devices/KLICK-002")


def test_the_register_is_exported_with_two_clicks_and_holds_every_device(
    windows: Windows, tmp_path: Path
) -> None:
    window = windows("koordination")
    window.go("/devices")
    shown = int(re.sub(r"\D", "", window.page.locator(".pages__count").inner_text()))
    page = window.start()
    window.click(page.get_by_role("navigation", name="Hauptmenü").get_by_role("link", name="Berichte"))
    with page.expect_download() as download:
        window.click(page.get_by_role("link", name="Bestandsverzeichnis als Excel-Datei herunterladen"))
    assert window.clicks <= 2
    download.value.save_as(tmp_path / "bestand.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "bestand.xlsx").worksheets[0]
    first = [row[0] for row in sheet.iter_rows(values_only=True)]
    tags = {tag for tag in first[first.index("Inventarnummer") + 1 :] if tag} - {"Summe"}
    assert len(tags) == shown


def test_the_list_narrows_while_one_types_without_a_reload(windows: Windows) -> None:
    window = windows("koordination")
    tag = first_tag(window, HELD)
    page = window.start("/devices")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.locator("#filter-q").press_sequentially(tag)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody th a")).to_have_text(tag)
    expect(page.locator("body")).to_have_attribute("data-same", "yes")
    assert f"q={tag}" in page.url
    assert window.clicks == 0


def test_the_second_of_two_editors_sees_both_versions_and_chooses(windows: Windows) -> None:
    first, second = windows("koordination"), windows("admin")
    tag = first_tag(first, FREE)
    for window in (first, second):
        window.go(f"/devices/{tag}/edit")
    first.page.locator("[name=remark]").fill("Kratzer am Deckel")
    first.button("Speichern").click()
    first.page.wait_for_url(f"**/devices/{tag}")
    second.page.locator("[name=remark]").fill("Netzteil fehlt")
    second.button("Speichern").click()
    expect(second.page.get_by_role("heading", level=1)).to_have_text("Jemand anderes war schneller")
    row = second.page.get_by_role("row", name="Bemerkung")
    expect(row).to_contain_text("Kratzer am Deckel")
    expect(row).to_contain_text("Netzteil fehlt")
    assert second.faults() == []
    second.page.get_by_label("Netzteil fehlt").check()
    second.button("So speichern").click()
    expect(second.page.locator("dd", has_text="Netzteil fehlt").first).to_be_visible()


def test_all_that_match_a_filter_are_changed_with_three_clicks(windows: Windows) -> None:
    window = windows("koordination")
    page = window.start("/devices?use=teacher&state=in_use")
    number = re.sub(r"\D", "", page.locator(".pages__count").inner_text())
    window.click(page.get_by_role("link", name=re.compile("dieser Liste ändern")))
    page.locator("[name=remark]").fill("Akku 2026 geprüft")
    window.click(window.button("Vorschau"))
    assert window.faults() == []
    window.click(window.button(re.compile(f"{number} Geräte? ändern")))
    assert window.clicks <= 3
    expect(page.locator(".messages")).to_contain_text(number)
    window.go(f"/devices/{first_tag(window, 'use=teacher&state=in_use')}")
    expect(page.locator("dd", has_text="Akku 2026 geprüft").first).to_be_visible()


def test_from_the_start_page_to_a_finished_proof_of_use(windows: Windows, tmp_path: Path) -> None:
    window = windows("amt")
    page = window.start()
    window.click(page.get_by_role("navigation", name="Hauptmenü").get_by_role("link", name="Förderung"))
    window.click(page.locator("tbody th a", has_text="DT-2024-05"))
    expect(page.get_by_text("abgerechnete Zuwendung")).to_be_visible()
    with page.expect_download() as download:
        window.click(window.link("Verwendungsnachweis"))
    assert window.clicks <= 4
    download.value.save_as(tmp_path / "nachweis.xlsx")
    book = openpyxl.load_workbook(tmp_path / "nachweis.xlsx", data_only=True)
    assert book["Deckblatt"]["A1"].value == "Verwendungsnachweis"


def test_a_class_has_its_learning_app_with_four_clicks(windows: Windows) -> None:
    window = windows("koordination")
    page = window.start()
    window.click(page.get_by_role("navigation").get_by_role("link", name="Lizenzen").first)
    window.click(page.locator("tbody").get_by_role("link", name="Mathelabor").first)
    window.click(window.link("Plätze geben"))
    row = page.get_by_role("row", name=re.compile("^07B"))
    pupils = re.sub(r"\D", "", row.locator("td").first.inner_text())
    window.click(row.get_by_role("button"))
    expect(page.get_by_text(f"{pupils} Plätze sind vergeben.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("^Klasse 07B"))).to_contain_text(pupils)
    assert window.clicks <= 4
