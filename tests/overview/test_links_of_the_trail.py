"""The trail leads only where its reader may go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from school_it.access import Role


@pytest.mark.parametrize(("role", "leads"), [(Role.AUDITOR, True), (Role.OFFICE, False)])
def test_an_account_is_a_link_for_whoever_may_see_accounts(
    sign_in_as: Callable[..., FlaskClient], role: Role, leads: bool
) -> None:
    page = sign_in_as(role).get("/audit").get_data(as_text=True)
    assert role.value in page
    assert ('href="/accounts/' in page) is leads
