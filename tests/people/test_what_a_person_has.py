"""The page of a person shows what they have from the school, as far as the reader may see it."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.demo.town import Size
from school_it.devices.models import Device
from school_it.people.models import Person
from tests import demo_town


def test_a_device_that_is_out_stands_on_the_page_of_its_holder(
    session: Session, house: Actor, sign_in_as: Callable[..., FlaskClient]
) -> None:
    demo_town.build(Size(schools=2, devices=60, people=120), by=house)
    device = session.scalars(
        select(Device).join(Person, Person.id == Device.person_id).order_by(Device.id)
    ).first()
    assert device is not None
    page = sign_in_as(Role.OFFICE).get(f"/people/{device.person_id}").get_data(as_text=True)
    assert device.asset_tag in page
    assert "Zurücknehmen" in page
