"""What a licence asks for in time stands among the deadlines and on the start page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor, Role
from school_it.database import today
from school_it.schools.models import School
from tests.licences.test_licence_pages import licence, text


def test_notice_and_end_stand_among_the_deadlines(
    session: Session,
    sign_in_as: Callable[..., FlaskClient],
    house: Actor,
    school: School,
    other_school: School,
) -> None:
    soon, later = today() + timedelta(days=20), today() + timedelta(days=120)
    licence(house, "L-1", school, cancel_by=soon, valid_to=later, renews=True)
    licence(house, "L-2", valid_to=soon)
    licence(house, "L-3", valid_to=soon, renews=True)
    licence(house, "F-1", other_school, valid_to=soon)
    mine = sign_in_as(Role.COORDINATOR, school)
    page = text(mine, "/deadlines")
    for said in (
        "Lizenz kündbar bis",
        "Produkt L-1",
        "Lizenz endet",
        "Produkt L-2",
        "Lizenz verlängert sich",
        "L-3",
    ):
        assert said in page
    assert "F-1" not in page
    assert page.count(f"{soon:%d.%m.%Y}") == 3
    assert "/licences?state=notice" in text(mine, "/")
