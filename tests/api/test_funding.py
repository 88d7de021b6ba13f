"""Programs read the funding book: the same rights, names and figures as the pages."""

from __future__ import annotations

from collections.abc import Callable

from school_it.access import Role
from school_it.schools.models import School
from tests.api.conftest import Program


def test_a_grant_tells_its_decisions_figures_and_rules(program: Callable[..., Program], book: int) -> None:
    asking = program(Role.AUDITOR, scope="read")
    answer = asking.get("/grants/DT/24-1").get_json()
    assert (answer["programme"], answer["granted"], answer["rate"]) == ("DP_TEST", "40000.00", "0.8")
    assert answer["decisions"][0]["file_reference"] == "48.03-17/24"
    assert (answer["figures"]["grant_final"], answer["figures"]["still_due"]) == ("7683.20", "7683.20")
    assert {one["rule"]: one["holds"] for one in answer["checks"]}["F04"] is True
    (listed,) = asking.get("/grants?programme=DP_TEST").get_json()["items"]
    assert listed["reference"] == "DT/24-1"
    assert asking.get("/grants?stage=ended&programme=X").get_json()["items"] == []
    assert asking.get("/grants/NICHTS").status_code == 404


def test_a_grant_tells_what_was_asked_to_be_changed_of_it(program: Callable[..., Program], book: int) -> None:
    asking = program(Role.AUDITOR, scope="read")
    (change,) = asking.get("/grants/DT/24-1").get_json()["change_requests"]
    assert change == {
        "file_reference": "48.03-17/24", "number": 1, "state": "beantragt", "requested_on": "2024-05-06",
        "reason": "Mehr Tablets, weniger Tafeln.", "period_to": None, "drawn": "0.00", "answered_on": None,
        "answered_by": None, "remark": None,
        "lines": [{"category": "2.3", "old_total": "0.00", "old_eligible": "0.00", "new_total": "52000.00",
                   "new_eligible": "50000.00"}],
    }  # fmt: skip
    assert "change_requests" not in asking.get("/grants").get_json()["items"][0]


def test_receipts_are_filtered_and_read_one_by_one(
    program: Callable[..., Program], book: int, school: School
) -> None:
    asking = program(Role.OFFICE, scope="read")
    (one,) = asking.get(f"/receipts?grant=DT/24-1&category=2.3&school={school.school_number}").get_json()[
        "items"
    ]
    assert (one["paid_amount"], one["payment_date"], one["grant"]) == ("9604.00", "2024-05-06", "DT/24-1")
    assert asking.get(f"/receipts/{book}").get_json() == one
    assert asking.get("/receipts?category=2.1a").get_json()["items"] == []
    assert asking.get("/programmes/DP_TEST").get_json()["items"] == ["2.3"]


def test_whoever_sees_no_funding_page_reads_none_here(
    program: Callable[..., Program], book: int, school: School
) -> None:
    asking = program(Role.COORDINATOR, school, scope="read")
    for path in ("/programmes", "/grants", "/grants/DT/24-1", "/receipts", f"/receipts/{book}"):
        assert asking.get(path).status_code in (403, 404), path
