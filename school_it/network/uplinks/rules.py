"""What a line gives to each pupil, when its contract ends, and which one a list means. Plain values only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from school_it.errors import N_, Sentence

HUNDREDTH = Decimal("0.01")
FASTEST = 1_000_000  # Mbit/s


def per_pupil(mbits: int | None, pupils: int | None) -> Decimal | None:
    """Mbit/s for each pupil, to two places; None where either is not known."""
    if mbits is None or not pupils:
        return None
    return (Decimal(mbits) / pupils).quantize(HUNDREDTH, ROUND_HALF_UP)


def in_sum(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [one for one in values if one is not None]
    return sum(known) if known else None


def any_of(values: Iterable[bool | None]) -> bool | None:
    """True where one is; False where all say no; else None: not known."""
    known = list(values)
    if True in known:
        return True
    return None if None in known or not known else False


def what_is_wrong(values: Mapping[str, Any]) -> tuple[str, Sentence] | None:
    """The field and the sentence, where such a line cannot be."""
    for name in ("down", "up"):
        if (mbits := values.get(name)) is not None and not 0 <= mbits <= FASTEST:
            return name, Sentence(NO_SPEED, most=FASTEST)
    ends, notice = values.get("ends_on"), values.get("notice_on")
    if ends and notice and notice > ends:
        return "notice_on", Sentence(NOTICE_TOO_LATE)
    if (cost := values.get("monthly_cost")) is not None and cost < 0:
        return "monthly_cost", Sentence(COST_BELOW_ZERO)
    return None


NO_SPEED = N_("Mbit/s sind eine Zahl von 0 bis %(most)s.")
NOTICE_TOO_LATE = N_("Gekündigt werden muss vor dem Ende des Vertrags, nicht danach.")
COST_BELOW_ZERO = N_("Die Kosten im Monat sind kein Minusbetrag.")


class Line(NamedTuple):
    """A line of a school as a list or the house knows it; `ident` is the number of its row, or of what is stored."""

    ident: int
    provider: str
    contract_no: str | None


def paired(rows: Sequence[Line], stored: Sequence[Line]) -> tuple[dict[int, int], set[int]]:
    """By row of a list the stored line of the same school that it means, and the rows that could mean several.

    A line is the same by provider and contract number; else by the contract number alone (the provider has got another
    name), else by the provider where one side has no number (the number comes later, or the list is without). What fits
    more than once is never guessed.
    """
    found: dict[int, int] = {}
    unclear: set[int] = set()
    for same in (_both, _number, _provider):
        free = [one for one in stored if one.ident not in found.values()]
        left = [row for row in rows if row.ident not in found and row.ident not in unclear]
        meant = {row.ident: [one.ident for one in free if same(row, one)] for row in left}
        wanted = Counter(ident for idents in meant.values() for ident in idents)
        for ident, idents in meant.items():
            if len(idents) > 1 or any(wanted[one] > 1 for one in idents):
                unclear.add(ident)
            elif idents:
                found[ident] = idents[0]
    return found, unclear


def _both(row: Line, one: Line) -> bool:
    return (row.provider, row.contract_no) == (one.provider, one.contract_no)


def _number(row: Line, one: Line) -> bool:
    return row.contract_no is not None and row.contract_no == one.contract_no


def _provider(row: Line, one: Line) -> bool:
    alike = row.provider.casefold() == one.provider.casefold()
    return alike and (row.contract_no is None or one.contract_no is None)
