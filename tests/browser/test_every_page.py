"""Every kind of page can be used by everybody, at the desk and on the phone, and loads nothing from elsewhere."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser

PAGES = {
    "the start page": "/",
    "the list of devices": "/devices?size=25",
    "a list that nothing fits": "/devices?q=gibtesnicht",
    "more filters": "/devices?bound=bound&year=2022&size=25",
    "a device in stock": "/devices/{free}",
    "a device that somebody has": "/devices/{held}",
    "a new device": "/devices/new",
    "many new devices": "/devices/many",
    "a device to edit": "/devices/{free}/edit",
    "a device to hand out": "/devices/{free}/hand-out",
    "a device to take back": "/devices/{held}/return",
    "a device to dispose of": "/devices/{free}/dispose",
    "many devices to change": "/devices/bulk?all=1&state=in_stock",
    "the columns of the list": "/devices/columns",
    "saved views": "/devices/views",
    "kinds of devices": "/devices/categories",
    "a new kind of device": "/devices/categories/new",
    "models": "/devices/models",
    "a new model": "/devices/models/new",
    "schools": "/schools",
    "a school": "{school}",
    "the history of a school": "{school}/history",
    "a school to edit": "{school}/edit",
    "the figures of a school": "{school}/figures",
    "a room": "{room}",
    "a room to edit": "{room}/edit",
    "a new room": "{school}/rooms/new",
    "people": "/people?size=25",
    "no people": "/people?q=gibtesnicht",
    "a person": "{person}",
    "the directory": "/people/directory",
    "returns of leavers": "/people/returns",
    "no returns": "/people/returns?q=gibtesnicht",
    "letters to leavers": "/people/returns/letters",
    "names to forget": "/people/retention",
    "who is kept": "/people/retention?what=holds",
    "the change of the school year": "/people/year",
    "grants": "/funding",
    "no grants": "/funding?q=gibtesnicht",
    "a grant": "/funding/grants/2",
    "the receipts of a grant": "/funding/grants/2/receipts",
    "the history of a grant": "/funding/grants/2/history",
    "a receipt": "/funding/receipts/1",
    "a receipt to remove": "/funding/receipts/1/remove",
    "a new receipt": "/funding/grants/2/receipts/new",
    "a grant to edit": "/funding/grants/2/edit",
    "a new grant": "/funding/grants/new",
    "a new decision": "/funding/grants/2/decisions/new",
    "the draw-downs of a grant": "/funding/grants/8/drawdowns",
    "a draw-down": "/funding/drawdowns/1",
    "a new draw-down": "/funding/decisions/8/drawdowns/new",
    "a payout": "/funding/drawdowns/1/paid",
    "a cost plan": "/funding/decisions/8/plan",
    "an amendment": "/funding/decisions/8/amend",
    "an old table beside ours": "/funding/grants/2/reconcile",
    "a grant to remove": "/funding/grants/8/remove",
    "measures": "/funding/measures",
    "a measure": "/funding/measures/1",
    "a new measure": "/funding/measures/new",
    "a measure to edit": "/funding/measures/1/edit",
    "funding programmes": "/funding/programmes",
    "a funding programme": "/funding/programmes/1",
    "a funding programme to edit": "/funding/programmes/1/edit",
    "the versions of a funding programme": "/funding/programmes/1/versions",
    "own shares of a funding programme": "/funding/programmes/1/what-if?amount=1.800.000",
    "shipped funding programmes": "/funding/programmes/shipped",
    "a shipped funding programme": "/funding/programmes/shipped/DP_NRW",
    "the rules of funding": "/funding/rules",
    "orders": "/procurement?standing=",
    "no orders": "/procurement?q=gibtesnicht",
    "an order": "/procurement/orders/2",
    "a new order": "/procurement/orders/new",
    "a line of an order": "/procurement/lines/3/edit",
    "a delivery to receive": "/procurement/orders/1/receive",
    "an order to close": "/procurement/orders/2/close",
    "an invoice": "/procurement/invoices/2",
    "an invoice to edit": "/procurement/invoices/1/edit",
    "a new invoice": "/procurement/orders/1/invoice",
    "an invoice to share out": "/procurement/invoices/2/share",
    "suppliers": "/procurement/suppliers",
    "a supplier": "/procurement/suppliers/1/edit",
    "a document to add": "/documents/new?at=orders:1",
    "a document to remove": "/documents/1/remove",
    "licences": "/licences",
    "no licences": "/licences?q=gibtesnicht",
    "a licence": "/licences/1",
    "a licence to edit": "/licences/1/edit",
    "a new licence": "/licences/new",
    "use and costs of licences": "/licences/overview",
    "seats of a licence": "/licences/1/seats",
    "seats that were released": "/licences/1/seats?state=released",
    "whom to give seats": "/licences/1/give",
    "whom to give seats at a school": "/licences/1/give?school=199485&q=Ada",
    "who has no seat": "/licences/1/missing",
    "the next term of a licence": "/licences/1/renew",
    "a new key of a licence": "/licences/1/keys/new",
    "the network of the schools": "/network",
    "the outlets of a school": "/network?school=199618&size=25",
    "no outlets": "/network?q=gibtesnicht",
    "an outlet": "/network/outlets/1",
    "an outlet to edit": "/network/outlets/1/edit",
    "a new outlet": "/network/outlets/new",
    "the racks of a school": "/network/racks?school={number}",
    "a rack": "/network/racks/1",
    "a rack to edit": "/network/racks/1/edit",
    "a new rack": "/network/racks/new",
    "a new panel": "/network/racks/1/panels/new",
    "a device to mount": "/network/racks/1/mount",
    "switches": "/network/switches?size=25",
    "a port": "/network/ports/1",
    "an outlet to patch": "/network/outlets/1/patch",
    "a cable to plug": "/network/ports/1/plug",
    "names of outlets": "/network/rules",
    "models without ports": "/network/models",
    "types to bring in": "/imports/device-types",
    "types before they are taken": "/imports/device-types/start",
    "the sheet of a room": "/network/rooms/{number}/0.01/sheet",
    "types of devices": "/network/types",
    "a type of device": "/network/types/1",
    "the plan": "/plan",
    "the plan of primary schools on a past day": "/plan?type=G&on=01.03.2026",
    "what is missing": "/plan/gap",
    "the plan of a school": "/plan/schools/199485",
    "the replacement wave under a ceiling": "/plan/wave?ceiling=300000",
    "the budget": "/plan/budget",
    "the budget of a scenario": "/plan/budget?scenario=1",
    "the scenarios": "/plan/scenarios",
    "a scenario": "/plan/scenarios/1",
    "a scenario to edit": "/plan/scenarios/1/edit",
    "a scenario to remove": "/plan/scenarios/1/remove",
    "a decision of the council": "/plan/decided/1",
    "a new decision of the council": "/plan/decided/new",
    "what the plan assumes": "/plan/versions",
    "what a plan assumes": "/plan/versions/1",
    "what a plan assumes to edit": "/plan/versions/1/edit",
    "a new version of the plan": "/plan/versions/new",
    "what counts": "/plan/counting/new?class=presentation",
    "the report of the plan's year": "/plan/report",
    "the report of a past year": "/plan/report?year=2025",
    "the money behind a school": "/plan/report/spending?school=199485",
    "the texts of the report": "/plan/report/texts",
    "a text of the report": "/plan/report/2026/texts/introduction",
    "open data before they are": "/plan/open-data",
    "open data to withdraw": "/plan/open-data/1/withdraw",
    "open data": "/open-data",
    "the survey": "/plan/survey",
    "a new survey": "/plan/survey/new",
    "a survey to change": "/plan/survey/2026/edit",
    "what a school wishes": "/plan/survey/2026/199060",
    "a survey to answer": "/plan/survey/2026/199618/answer",
    "a wish to decide": "/plan/survey/wishes/1/decide",
    "the talks": "/plan/talks",
    "the dossier of a school": "/plan/schools/199060/dossier",
    "a talk": "/plan/talks/1",
    "a talk to change": "/plan/talks/1/edit",
    "a new talk": "/plan/schools/199072/talks/new",
    "a new agreement": "/plan/talks/1/agreements/new",
    "an agreement to settle": "/plan/agreements/1/edit",
    "the targets": "/plan/targets",
    "the targets with what was replaced": "/plan/targets?old=1",
    "a target": "/plan/targets/1",
    "a target to edit": "/plan/targets/1/edit",
    "a new target": "/plan/targets/new",
    "files to read in": "/imports",
    "a preview with faults": "{upload}",
    "the good rows of a preview": "{upload}?show=new",
    "profiles of files": "/imports/profiles",
    "reports": "/exports",
    "forms of authorities": "/exports/templates",
    "jobs": "/jobs",
    "jobs that failed": "/jobs?state=failed",
    "the nights": "/jobs/nights",
    "deadlines": "/deadlines",
    "deadlines of a year": "/deadlines?days=365",
    "the own calendar": "/deadlines/mine",
    "the register of earmarks": "/funding/bound",
    "no earmarks": "/funding/bound?year=1999",
    "the books": "/ledger",
    "the comparison with the ledger": "/ledger/comparison",
    "a line of the ledger": "/ledger/lines/1",
    "what only we have": "/ledger/comparison?show=only_here",
    "an incident": "/devices/{free}/incident",
    "a replacement": "/devices/{free}/replacement",
    "another use": "/devices/{free}/other-use",
    "a search": "/search?q=slate",
    "a search without a hit": "/search?q=gibtesnicht",
    "the trail": "/audit?size=25",
    "an act of the trail": "/batches/1?size=25",
    "accounts": "/accounts",
    "an account": "/accounts/koordination",
    "a new account": "/accounts/new",
    "the rights of the roles": "/accounts/rights",
    "the own profile": "/profile",
    "help": "/help",
    "the statement on accessibility": "/accessibility",
    "the statement on privacy": "/privacy",
    "a page that is not there": "/gibtesnicht",
}
# What is typed into a form so that it is refused; nothing typed: sent as it is.
REFUSED = {
    "/procurement/orders/new": {"ordered_on": "31.02.2024"},
    "/procurement/orders/1/receive": {"delivered_on": "morgen"},
    "/devices/new": {"price_gross": "viel", "acquired_on": "31.02.2024"},
    "/devices/many": {"count": "viele"},
    "/devices/{free}/edit": {"price_net": "1,2,3"},
    "/devices/{free}/hand-out": {},
    "/devices/{free}/dispose": {},
    "/devices/{free}/incident": {"happened_on": "31.02.2026"},
    "/devices/{free}/replacement": {"tag": "GIBTESNICHT"},
    "/devices/{free}/other-use": {},
    "/devices/views": {"name": " "},
    "/people/year": {"until": "31.02.2027", "reason": " "},
    "/devices/categories/new": {},
    "/schools/new": {"school_number": "12"},
    "{school}/figures": {"pupils": "viele"},
    "{school}/rooms/new": {},
    "/funding/programmes/new": {"rate": "viel"},
    "/funding/grants/new": {},
    "/funding/measures/new": {"starts_on": "31.02.2024"},
    "/funding/decisions/8/drawdowns/new": {"requested": "viel"},
    "/funding/grants/2/receipts/new": {"payment_date": "31.02.2024"},
    "/licences/new": {"seats": "viele", "valid_to": "31.02.2026"},
    "/licences/1/keys/new": {},
    "/network/outlets/new": {"measured_on": "31.02.2024"},
    "/plan/targets/new": {"value": "viel", "grade_from": "VK"},
    "/plan/scenarios/new": {"life": "viele", "own_share": "120"},
    "/plan/decided/new": {"decided_on": "31.02.2026"},
    "/plan/versions/2/edit": {"value_life_mobile": "5,5"},
    "/plan/versions/new": {"first_year": "bald"},
    "/plan/counting/new": {},
    "/plan/survey/new": {"due_on": "31.02.2027"},
    "/plan/survey/2026/edit": {"due_on": "bald"},
    "/plan/survey/wishes/1/decide": {"granted": "viele"},
    "/plan/schools/199072/talks/new": {"held_on": "31.02.2026"},
    "/plan/talks/1/agreements/new": {"number": "viele"},
    "/plan/agreements/1/edit": {"due_on": "31.02.2027"},
    "/accounts/new": {},
    "/imports": {},
}
DARK = ("the list of devices", "a device that somebody has", "a preview with faults", "the start page")
SEND = "document.querySelector('main form[method=post]').requestSubmit()"


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use(windows: Windows, town: dict[str, str], name: str) -> None:
    window = windows("admin")
    answer = window.go(PAGES[name].format(**town))
    assert answer.status == (404 if name == "a page that is not there" else 200)
    assert window.page.locator("html").get_attribute("lang") == "de"
    assert window.faults() == []


@pytest.mark.parametrize("address", REFUSED)
def test_a_form_that_is_refused_says_why_to_everybody(
    windows: Windows, town: dict[str, str], address: str
) -> None:
    window = windows("admin")
    window.go(address.format(**town))
    for field, text in REFUSED[address].items():
        window.page.locator(f"main [name={field}]").fill(text)
    with window.page.expect_navigation() as navigation:
        window.page.evaluate(SEND)
    assert navigation.value.status == 422
    assert window.page.title().startswith("Fehler:")
    assert window.page.evaluate("document.activeElement.matches('[data-focus]')")
    assert window.faults() == []


@pytest.mark.parametrize("name", DARK)
def test_everybody_can_use_it_in_the_dark(windows: Windows, town: dict[str, str], name: str) -> None:
    window = windows("admin")
    window.page.emulate_media(color_scheme="dark")
    try:
        window.go(PAGES[name].format(**town))
        assert window.faults() == []
    finally:
        window.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("name", ["lehrkraft", "koordination", "pruefung", ""])
def test_everybody_can_use_what_each_role_sees_first(windows: Windows, name: str) -> None:
    window = windows(name)
    window.go("/" if name else "/login")
    assert window.faults() == []
