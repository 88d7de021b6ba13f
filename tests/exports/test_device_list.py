"""The list of devices leaves the house exactly as it is shown: filtered, in its order, with its columns."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.demo.town import Size
from school_it.devices.models import Category, Device
from school_it.schools.models import School
from tests import demo_town


@pytest.fixture(autouse=True)
def _town(session: Session, house: Actor) -> None:
    demo_town.build(Size(schools=2, devices=60, people=120), by=house)


@pytest.fixture
def browser(sign_in_as: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in_as(Role.ADMIN, name="verwaltung")


def test_only_what_the_filter_shows_in_the_order_of_the_page(browser: FlaskClient, session: Session) -> None:
    tablets = select(Device.asset_tag).join(Category).where(Category.name == "Tablet")
    wanted = sorted(session.scalars(tablets), reverse=True)
    ident = session.scalar(select(Category.id).where(Category.name == "Tablet"))
    answer = browser.get(
        f"/exports/devices.xlsx?category={ident}&order=desc&cols=asset_tag,price_gross,state"
    )
    rows = list(openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(min_row=5, values_only=True))  # type: ignore[union-attr]
    assert rows[0][:3] == ("Inventarnummer", "Preis brutto", "Zustand")
    assert [row[0] for row in rows[1:-1]] == wanted
    assert str(rows[-1][0]).startswith("Summe")


def test_the_page_leads_to_it(browser: FlaskClient) -> None:
    page = browser.get("/devices?state=in_stock").get_data(as_text=True)
    assert "/exports/devices.xlsx?state=in_stock" in page


def test_its_filters_are_told_in_words(browser: FlaskClient, session: Session) -> None:
    ident = session.scalar(select(Category.id).where(Category.name == "Tablet"))
    answer = browser.get(
        f"/exports/devices.xlsx?category={ident}&state=in_stock,in_use&holder=without&room=-"
    )
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    told = "Geräteart: Tablet · Zustand: Lager oder in Betrieb · Raum: ohne · Ausgabe: nicht ausgegeben"
    assert str(sheet["A3"].value).endswith(told)


def test_a_chosen_school_is_told_once(browser: FlaskClient, session: Session) -> None:
    number = session.scalar(select(School.school_number))
    sheet = openpyxl.load_workbook(BytesIO(browser.get(f"/exports/devices.xlsx?school={number}").data)).active
    assert sheet is not None
    assert str(sheet["A3"].value).count(str(number)) == 1
