"""Charts as HTML and SVG made here: figures of bars and columns, and heat maps."""

from school_it.charts.figures import (
    Bar,
    Number,
    Shown,
    Stack,
    bars,
    number,
    percent,
    share,
    small_multiples,
    stacked,
)
from school_it.charts.heat import Heat, heat

__all__ = [
    "Bar", "Heat", "Number", "Shown", "Stack", "bars", "heat", "number", "percent", "share", "small_multiples",
    "stacked",
]  # fmt: skip
