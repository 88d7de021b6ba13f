"""Strategies for whatever may stand in a cell, a row or a sheet."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from school_it.cells import Fault, Raw, Shown
from tests.files.awkward import HEADERS

# What people type, and what looks like it.
_PIECES = st.sampled_from(
    [
        *"0123456789.,-+/:; €%=@#*'\"()xXeEäÄß\n\t",
        *(
            "31",
            "02",
            "2024",
            "1.299",
            "1.299,00",
            "EUR",
            "ja",
            "nein",
            "Tablet",
            "keine",
            "Summe",
            "Raum 101",
        ),
        *(
            "\u00a0",
            "\u200b",
            "\u00ad",
            "u\u0308",
            "\ufeff",
            "\u202e",
            "1E+15",
            "1,23457E+15",
            "Mai ",
            "n/a",
            "#NV",
        ),
    ]
)
TEXTS = st.one_of(st.text(max_size=30), st.lists(_PIECES, max_size=8).map("".join))
NUMBERS = st.one_of(
    st.floats(),
    st.integers(-(10**20), 10**20),
    st.sampled_from([0.0, 1.0, 0.1 + 0.2, 1e15, 1e308, 5e-324, 45292.0, -1.0, 2.5]),
)
SHOWN = st.builds(Shown, st.floats(allow_nan=False, allow_infinity=False), TEXTS)
DAYS = st.one_of(
    st.dates(), st.datetimes(), st.times(), st.timedeltas(timedelta(0), timedelta(days=9999)), st.none()
)
RAWS: st.SearchStrategy[Raw] = st.one_of(
    st.none(), TEXTS, NUMBERS, SHOWN, DAYS, st.booleans(), st.sampled_from(list(Fault))
)
HEADER_TEXTS = st.one_of(st.sampled_from(HEADERS), st.sampled_from(["Kaufdatum", "Preis", "S/N", ""]), TEXTS)
KINDS_OF_VALUE = {
    "text": str,
    "code": str,
    "codes": tuple,
    "euro": Decimal,
    "percent": Decimal,
    "date": date,
    "integer": int,
    "number": Decimal,
    "yes_no": bool,
}
