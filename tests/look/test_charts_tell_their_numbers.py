from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from school_it import charts, money
from tests.look.gallery import create_gallery


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    with create_gallery().test_request_context():
        yield


def test_a_bar_says_its_school_and_its_number() -> None:
    drawn = charts.bars("Geräte", [charts.Bar("Goethe-Gymnasium", 1310, 1400)], value_name="Ist")
    assert 'aria-label="Goethe-Gymnasium: Ist 1.310, Soll 1.400"' in drawn
    assert "<title>Goethe-Gymnasium: Ist 1.310, Soll 1.400</title>" in drawn
    assert 'width="93.57%"' in drawn


def test_the_numbers_stand_in_a_table_behind() -> None:
    drawn = charts.stacked("Zustände", ["neu", "alt"], [charts.Stack("A", [1, 3])], column="Schule")
    assert '<th scope="col">Schule</th>' in drawn
    assert '<tr><th scope="row">A</th><td>1</td><td>3</td><td>4</td></tr>' in drawn


def test_rows_of_a_hundred_percent_all_have_the_same_length() -> None:
    drawn = charts.stacked(
        "Anteile", ["a", "b"], [charts.Stack("A", [1, 3]), charts.Stack("B", [10, 10])], shares=True
    )
    assert 'x="25%" width="75%"' in drawn
    assert 'x="50%" width="50%"' in drawn


def test_amounts_are_shown_as_euros() -> None:
    drawn = charts.share(
        "Förderung", [("frei", Decimal("1234.5")), ("gebunden", Decimal(0))], shown=money.shown
    )
    assert "frei: 1.234,50\N{NO-BREAK SPACE}€ (100\N{NO-BREAK SPACE}%)" in drawn


def test_a_chart_without_anything_to_show_still_stands() -> None:
    assert "<figure" in charts.bars("Leer", [])
    assert "<figure" in charts.stacked("Leer", ["a"], [charts.Stack("A", [0])])
    assert "–" in charts.share("Leer", [("a", 0)])
    assert "<figure" in charts.small_multiples("Leer", [], [("A", [])])


def test_names_from_outside_stay_text() -> None:
    drawn = charts.bars("<b>", [charts.Bar('"><script>', 1, url='"><i>')], column="<u>")
    for tag in ("<b>", "<script>", "<i>", "<u>"):
        assert tag not in drawn


def test_series_differ_by_pattern_and_there_are_only_so_many() -> None:
    drawn = charts.share("Teile", [(f"Teil {n}", 1) for n in range(6)])
    assert drawn.count("<pattern ") == 6
    with pytest.raises(ValueError, match="not more than 6"):
        charts.share("Zu viele", [(f"Teil {n}", 1) for n in range(7)])


def test_no_chart_needs_a_style_attribute() -> None:
    assert "style=" not in charts.small_multiples("Verlauf", ["2025/26", "2026/27"], [("A", [1, 2])])


@pytest.mark.parametrize(
    ("value", "shown"), [(0, "0"), (1234567, "1.234.567"), (Decimal("1234.5"), "1.234,5"), (-1000, "-1.000")]
)
def test_numbers_are_written_the_german_way(value: charts.Number, shown: str) -> None:
    assert charts.number(value) == shown
