"""An empty choice says what it is: something is still to be chosen, or nothing is known."""

from __future__ import annotations

from flask.testing import FlaskClient

from school_it.schools.models import School


def test_what_has_to_be_chosen_asks_for_it(admin: FlaskClient) -> None:
    assert "bitte wählen" in admin.get("/schools/new").get_data(as_text=True)


def test_what_may_stay_open_says_that_nothing_is_known(admin: FlaskClient, school: School) -> None:
    page = admin.get(f"/schools/{school.school_number}/rooms/new").get_data(as_text=True)
    assert "keine Angabe" in page
    assert "bitte wählen" not in page
