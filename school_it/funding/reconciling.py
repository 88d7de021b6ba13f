"""An old table's sums beside ours, by funding item, to the cent: what was pasted from it, and the differences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from school_it import cells
from school_it.errors import N_, BadValue, Sentence
from school_it.funding.proof import Spent, spending
from school_it.funding.rules import NOTHING, item_meant

MOST_LINES = 500
_SUM = re.compile(r"(?i)(summe|gesamt|insgesamt|total)\b")


@dataclass(frozen=True)
class Old:
    """What an old table says of a funding item; None where it does not say."""

    paid: Decimal | None
    eligible: Decimal | None


@dataclass(frozen=True)
class Beside:
    """A funding item in both books; a difference is ours less theirs, None where the old table does not say."""

    item: str
    paid: Decimal
    eligible: Decimal
    old: Old

    @property
    def paid_off(self) -> Decimal | None:
        return None if self.old.paid is None else self.paid - self.old.paid

    @property
    def eligible_off(self) -> Decimal | None:
        return None if self.old.eligible is None else self.eligible - self.old.eligible

    @property
    def agrees(self) -> bool:
        return not self.paid_off and not self.eligible_off


def read(text: str, items: Iterable[str] = ()) -> dict[str, Old]:
    """Lines as a spreadsheet puts them on the clipboard: item, paid, eligible; with one amount it is what is eligible.

    `items` are those of the programme: an old table may write them with blanks or capital letters.

    Lines of one item are added up; headings and sums are passed over. Raises BadValue with the line that says nothing.
    """
    found: dict[str, Old] = {}
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise BadValue(
            N_("Das sind mehr als %(most)s Zeilen. Bitte nur die Summen je Fördergegenstand einfügen."),
            most=MOST_LINES,
        )
    for number, line in enumerate(lines, 1):
        parts = [cells.clean(part) for part in re.split(r"\t|;| {2,}", line)]
        if _SUM.match(parts[0]):
            continue
        amounts = _amounts(parts[1:], is_first=number == 1, line=line)
        if amounts is None:
            continue
        item, old = item_meant(parts[0], items), _old(amounts)
        known = found.get(item)
        found[item] = (
            old if known is None else Old(_add(known.paid, old.paid), _add(known.eligible, old.eligible))
        )
    return found


def _amounts(texts: Sequence[str], *, is_first: bool, line: str) -> list[Decimal] | None:
    """None for the line of headings. Raises BadValue."""
    try:
        read = [cells.read_euro(text) for text in texts if text]
    except BadValue:
        if is_first:
            return None
        raise BadValue(_UNREADABLE, line=line.strip()) from None
    amounts = [amount for amount in read if amount is not None]
    if not amounts:
        if is_first:
            return None
        raise BadValue(_UNREADABLE, line=line.strip())
    return amounts


_UNREADABLE = N_(
    "In der Zeile »%(line)s« steht kein Betrag. Bitte je Zeile Fördergegenstand, gezahlt und zuwendungsfähig einfügen."
)


def _old(amounts: Sequence[Decimal]) -> Old:
    return Old(None, amounts[0]) if len(amounts) == 1 else Old(amounts[0], amounts[1])


def _add(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None else one if other is None else one + other


def beside(old: Mapping[str, Old], spent: Iterable[Spent]) -> list[Beside]:
    """Every item of either book, in the order of their codes; what ours does not have at all is nothing."""
    ours = {one.category: one for one in spending(spent)}
    return [
        Beside(
            item,
            ours[item].paid if item in ours else NOTHING,
            ours[item].eligible if item in ours else NOTHING,
            old.get(item, Old(NOTHING, NOTHING)),
        )
        for item in sorted(ours.keys() | old.keys())
    ]


def verdict(rows: Sequence[Beside]) -> Sentence:
    """Whether the books agree, in a sentence."""
    off = [row.item for row in rows if not row.agrees]
    if not off:
        return Sentence(N_("Beide Tabellen stimmen auf den Cent überein."))
    return Sentence(N_("Unterschiede gibt es bei: %(items)s."), items=", ".join(off))
