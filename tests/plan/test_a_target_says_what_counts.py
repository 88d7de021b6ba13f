"""A target says which devices count for it: the same as every figure that is made of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices.rules import ItemClass
from school_it.plan import actions
from school_it.plan.rules import Basis
from school_it.schools.models import School
from tests.devices.conftest import categories as categories


def test_the_list_of_targets_counts_as_the_plan_does(
    admin: FlaskClient, session: Session, house: Actor, school: School, categories: dict[str, int]
) -> None:
    with transaction() as writing:
        wanted = {
            "plan": "V", "item_class": ItemClass.TEACHERS, "basis": Basis.TEACHER, "value": Decimal(1),
            "reserve": Decimal(0), "valid_from": date(2024, 8, 1), "school_types": [],
        }  # fmt: skip
        ident = actions.add_target(writing, wanted, by=house).id
    words = "Notebook, Tablet (Lehrkraft)"
    assert words in admin.get(f"/plan/schools/{school.school_number}").get_data(as_text=True)
    for address in ("/plan/targets", f"/plan/targets/{ident}"):
        page = admin.get(address).get_data(as_text=True)
        assert words in page
        assert "keine Geräteart" not in page
