"""The electrician's list through the browser: laid before the product, looked at, taken over, found in the network."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from school_it.access import Role
from tests.network.conftest import HEADERS, ONE, TWO


@pytest.mark.usefixtures("rooms")
def test_the_office_sees_the_clashes_before_anything_is_written(
    sign_in_as: Callable[..., FlaskClient],
) -> None:
    office = sign_in_as(Role.OFFICE)
    text = "\n".join((HEADERS, ONE, TWO.replace(";14;", ";13;")))
    file = (BytesIO(text.encode()), "dosen.csv")
    laid = office.post("/imports", data={"kind": "outlets", "file": file}, content_type="multipart/form-data")
    assert laid.status_code == 302, laid.get_data(as_text=True)
    page = office.get(laid.location).get_data(as_text=True)
    assert "EV2/PF1/13 ist schon mit der Dose 1.07-D2 (Zeile 3) belegt" in page
    assert "Noch ist keine Netzwerkdose" in office.get("/network").get_data(as_text=True)
    assert "Bitte klären" not in page, "no single answer can be right for both"
    good = (BytesIO("\n".join((HEADERS, ONE, TWO)).encode()), "dosen.csv")
    laid = office.post("/imports", data={"kind": "outlets", "file": good}, content_type="multipart/form-data")
    assert office.post(f"{laid.location}/apply").status_code == 302
    assert "1.07-D2" in office.get("/network?school=115514").get_data(as_text=True)
