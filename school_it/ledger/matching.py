"""Which of our devices a line of the asset ledger means: plain values in, matches out.

One line may mean many devices (»30 Tablets«). What a person has confirmed stands first; then the numbers that the line
names; then its invoice; last, as a guess to be confirmed, day and price.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from school_it.errors import N_
from school_it.money import NOTHING, to_cent

MOST_OF_A_RANGE = 2_000


class How(StrEnum):
    HAND = "hand"
    NUMBER = "number"
    INVOICE = "invoice"
    GUESS = "guess"


HOWS = {
    How.HAND: N_("von Hand bestätigt"),
    How.NUMBER: N_("Inventarnummer"),
    How.INVOICE: N_("Rechnung"),
    How.GUESS: N_("vermutet: Tag und Preis"),
}


class Standing(StrEnum):
    AGREES = "agrees"
    DIFFERS = "differs"
    GUESSED = "guessed"
    ONLY_THERE = "only_there"


STANDINGS = {
    Standing.AGREES: N_("stimmt überein"),
    Standing.DIFFERS: N_("weicht ab"),
    Standing.GUESSED: N_("vermutet, bitte bestätigen"),
    Standing.ONLY_THERE: N_("nur bei der Kämmerei"),
}


@dataclass(frozen=True)
class Line:
    """A line of the asset ledger."""

    ident: int
    number: str
    text: str
    cost: Decimal | None
    quantity: int | None = None
    acquired_on: date | None = None
    invoice_no: str | None = None
    supplier: str | None = None
    inventory: str | None = None


@dataclass(frozen=True)
class Thing:
    """A device as the comparison needs it; `price` is what stands in the books."""

    ident: int
    tag: str
    label: str
    price: Decimal | None
    acquired_on: date | None = None
    invoice_no: str | None = None
    supplier: str | None = None


@dataclass
class Match:
    """A line with its devices. `difference` is ours minus theirs."""

    line: Line
    things: list[Thing] = field(default_factory=list)
    how: How | None = None

    @property
    def ours(self) -> Decimal:
        return sum((one.price for one in self.things if one.price is not None), NOTHING)

    @property
    def difference(self) -> Decimal:
        return self.ours - (self.line.cost or NOTHING)

    @property
    def number_fits(self) -> bool:
        return self.line.quantity is None or self.line.quantity == len(self.things)

    @property
    def standing(self) -> Standing:
        if not self.things:
            return Standing.ONLY_THERE
        if self.how is How.GUESS:
            return Standing.GUESSED
        return Standing.AGREES if not self.difference and self.number_fits else Standing.DIFFERS


@dataclass(frozen=True)
class Comparison:
    """Both sides: every line with its devices, and the devices that no line means."""

    matches: Sequence[Match]
    only_here: Sequence[Thing]

    def of(self, standing: Standing) -> list[Match]:
        return [one for one in self.matches if one.standing is standing]

    @property
    def theirs(self) -> Decimal:
        return sum((one.line.cost or NOTHING for one in self.matches), NOTHING)

    @property
    def ours(self) -> Decimal:
        matched = sum((one.ours for one in self.matches), NOTHING)
        return matched + sum((one.price or NOTHING for one in self.only_here), NOTHING)


def folded(text: str | None) -> str:
    return re.sub(r"[^0-9a-zäöüß]", "", (text or "").casefold())


def compare(lines: Sequence[Line], things: Iterable[Thing], confirmed: Mapping[int, int]) -> Comparison:
    """`confirmed`: by the id of a device that of its line."""
    open_things = {one.ident: one for one in things}
    matches = {one.ident: Match(one) for one in lines}
    _take_confirmed(matches, open_things, confirmed)
    _take_numbers(matches, open_things)
    _take_invoices(matches, open_things)
    _guess(matches, open_things)
    return Comparison(list(matches.values()), list(open_things.values()))


def _give(match: Match, things: Iterable[Thing], open_things: dict[int, Thing], how: How) -> None:
    for one in things:
        match.things.append(open_things.pop(one.ident))
    match.how = match.how or how


def _take_confirmed(
    matches: Mapping[int, Match], open_things: dict[int, Thing], confirmed: Mapping[int, int]
) -> None:
    for thing_id, line_id in confirmed.items():
        if line_id in matches and thing_id in open_things:
            _give(matches[line_id], [open_things[thing_id]], open_things, How.HAND)


def _take_numbers(matches: Mapping[int, Match], open_things: dict[int, Thing]) -> None:
    """The ledger number is the device's own, or the line names inventory numbers, singly or as a range."""
    by_tag = {folded(one.tag): one for one in open_things.values()}
    for match in matches.values():
        if match.how is How.HAND:
            continue
        wanted = [match.line.number, *numbers_in(match.line.inventory), *ranges_in(match.line.text)]
        found = {by_tag[key].ident: by_tag[key] for one in wanted if (key := folded(one)) in by_tag}
        fresh = [one for one in found.values() if one.ident in open_things]
        if fresh:
            _give(match, fresh, open_things, How.NUMBER)


# Bounded, and from the beginning of a word only: a cell of thousands of digits is looked at once, not in every way.
_RANGE = re.compile(
    r"(?<![^\s,;(])([^\s,;(]{0,40}?)([0-9]{1,15})\s{0,9}(?:-|–|bis)\s{0,9}([^\s,;]{0,40}?)([0-9]{1,15})(?=$|[\s,;)])",
    re.IGNORECASE,
)


def ranges_in(text: str | None) -> list[str]:
    """»IT-0001 bis IT-0030«, »A001-A030«: all numbers of it; a range backwards or too long is none."""
    found: list[str] = []
    for prefix, first, other, last in _RANGE.findall(text or ""):
        low, high = int(first), int(last)
        if other.casefold() not in ("", prefix.casefold()) or not low < high <= low + MOST_OF_A_RANGE:
            continue
        found += [f"{prefix}{number:0{len(first)}d}" for number in range(low, high + 1)]
    return found


def numbers_in(text: str | None) -> list[str]:
    """Single numbers and ranges, with commas, semicolons or blanks between."""
    single = [part for part in re.split(r"[,;\s]+", text or "") if part]
    return [*ranges_in(text), *single]


def _take_invoices(matches: Mapping[int, Match], open_things: dict[int, Thing]) -> None:
    """By invoice (and supplier, where both say one); of several lines of an invoice each takes those of its price."""
    by_invoice: dict[str, list[Match]] = defaultdict(list)
    for match in matches.values():
        if match.how is None and match.line.invoice_no:
            by_invoice[folded(match.line.invoice_no)].append(match)
    things: dict[str, list[Thing]] = defaultdict(list)
    for one in open_things.values():
        if (key := folded(one.invoice_no)) in by_invoice:
            things[key].append(one)
    for key, together in by_invoice.items():
        for match in together:
            fitting = [
                one for one in things[key] if one.ident in open_things and _same_supplier(match.line, one)
            ]
            if len(together) > 1:
                fitting = [one for one in fitting if _price_fits(match.line, one)]
                fitting = fitting[: match.line.quantity]
            if fitting:
                _give(match, fitting, open_things, How.INVOICE)


def _same_supplier(line: Line, thing: Thing) -> bool:
    ours, theirs = folded(thing.supplier), folded(line.supplier)
    return not ours or not theirs or ours.startswith(theirs[:8]) or theirs.startswith(ours[:8])


def _price_fits(line: Line, thing: Thing) -> bool:
    """The share of one in the line's cost, a cent up or down for the rounding."""
    if line.cost is None or thing.price is None:
        return False
    return abs(to_cent(line.cost / (line.quantity or 1)) - thing.price) <= Decimal("0.01")


def _guess(matches: Mapping[int, Match], open_things: dict[int, Thing]) -> None:
    """Bought on the same day, at the same price, and as many as the line says."""
    by_day: dict[date, list[Thing]] = defaultdict(list)
    for one in open_things.values():
        if one.acquired_on is not None:
            by_day[one.acquired_on].append(one)
    for match in matches.values():
        day = match.line.acquired_on
        if match.how is not None or day is None:
            continue
        fitting = [
            one for one in by_day.get(day, ()) if one.ident in open_things and _price_fits(match.line, one)
        ]
        count = match.line.quantity or 1
        if len(fitting) >= count:
            _give(match, fitting[:count], open_things, How.GUESS)
