"""How orders stand, what a piece costs, and how an invoice is shared out without losing a cent. Plain functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from school_it import money
from school_it.errors import N_, BadValue

NOTHING = money.NOTHING
USUAL_VAT = Decimal("0.19")
MOST_PIECES = 10_000


class LineKind(StrEnum):
    """What a line of an order brings: devices, what belongs to their cost, or what is no device at all."""

    DEVICE = "device"
    ACCESSORY = "accessory"
    OTHER = "other"


LINE_KINDS = {
    LineKind.DEVICE: N_("Geräte"),
    LineKind.ACCESSORY: N_("Zubehör, das allein nicht zu gebrauchen ist"),
    LineKind.OTHER: N_("Sonstiges (Montage, Verbrauch, Dienstleistung)"),
}


class Standing(StrEnum):
    """How far an order is."""

    OPEN = "open"
    PARTLY = "partly"
    COMPLETE = "complete"
    CLOSED = "closed"


STANDINGS = {
    Standing.OPEN: N_("bestellt"),
    Standing.PARTLY: N_("zum Teil da"),
    Standing.COMPLETE: N_("alles da"),
    Standing.CLOSED: N_("abgeschlossen"),
}


def standing(ordered: int, received: int, *, closed: bool) -> Standing:
    """Of the pieces of an order; what was closed by hand stays closed, whatever came."""
    if closed:
        return Standing.CLOSED
    if received >= ordered > 0:
        return Standing.COMPLETE
    return Standing.PARTLY if received else Standing.OPEN


def net(gross: Decimal, vat_rate: Decimal) -> Decimal:
    """952.01 gross at 19 % -> 800.01 net (I01)."""
    return money.to_cent(gross / (1 + vat_rate))


def discounted(amounts: Sequence[Decimal], discount: Decimal) -> list[Decimal]:
    """What is paid of each line when `discount` is kept back of all: by the positive amounts, to the cent (F30).

    1,190.00 less 23.80 -> 1,166.20. Raises BadValue for a discount that is more than the invoice, or negative.
    """
    bearing = [max(amount, NOTHING) for amount in amounts]
    if discount < 0 or discount > sum(amounts, NOTHING):
        raise BadValue(N_("Abgezogen ist mehr, als die Rechnung beträgt. Bitte Skonto und Beträge prüfen."))
    if not discount:
        return list(amounts)
    off = money.split(discount, bearing)
    return [amount - less for amount, less in zip(amounts, off, strict=True)]


# --- what a piece costs ---


@dataclass(frozen=True)
class Cost:
    """What one piece costs."""

    gross: Decimal
    net: Decimal


def piece_costs(
    invoiced: Sequence[tuple[int, Decimal, Decimal]], accessories: Sequence[tuple[Decimal, Decimal]]
) -> list[Cost]:
    """The cost of each invoiced piece of an order line; all together they are the invoice lines to the cent.

    `invoiced` are (pieces, paid, VAT rate) of its invoice lines, `accessories` (paid, VAT rate) of what cannot be used
    alone and so belongs to its devices' cost (KomHVO practice; it counts before the 800 EUR test).
    """
    pieces: list[Cost] = []
    for number, paid, vat in invoiced:
        if number > 0:
            pieces += _evenly(number, paid, vat)
    if not pieces:
        return []
    for paid, vat in accessories:
        more = _evenly(len(pieces), paid, vat)
        pieces = [
            Cost(one.gross + add.gross, one.net + add.net) for one, add in zip(pieces, more, strict=True)
        ]
    return pieces


def _evenly(number: int, paid: Decimal, vat: Decimal) -> list[Cost]:
    weights = [1] * number
    gross, without = money.split(paid, weights), money.split(net(paid, vat), weights)
    return [Cost(one, less) for one, less in zip(gross, without, strict=True)]


# --- one invoice over several grants ---


class How(StrEnum):
    """How a share of an invoice line is told."""

    REST = "rest"
    QUANTITY = "quantity"
    PERCENT = "percent"
    AMOUNT = "amount"


HOWS = {
    How.REST: N_("Rest der Zeile"),
    How.QUANTITY: N_("Stück"),
    How.PERCENT: N_("Prozent"),
    How.AMOUNT: N_("Betrag in €"),
}


@dataclass(frozen=True)
class Told:
    """A share as somebody said it: pieces, a part of 1, an amount of the line, or its rest (no value)."""

    how: How
    value: Decimal | None = None


@dataclass(frozen=True)
class Piece:
    """What a share comes to: `gross` of what the line says, `paid` of what was paid on it."""

    quantity: int
    gross: Decimal
    paid: Decimal


@dataclass(frozen=True)
class Divided:
    """A line in its shares and what no share has taken; together they are the line to the cent."""

    pieces: Sequence[Piece]
    left: Piece

    @property
    def is_whole(self) -> bool:
        return self.left.gross == 0 and self.left.paid == 0


def divide(quantity: int, gross: Decimal, paid: Decimal, shares: Sequence[Told]) -> Divided:
    """Share a line out. Rests (there may be several) take evenly what the others leave.

    Raises BadValue where the shares are more than the line, or one of them is negative.
    """
    wanted = [_part(one, quantity, gross) for one in shares]
    taken = sum((part for part in wanted if part is not None), Fraction(0))
    if taken > 1 or any(part is not None and part < 0 for part in wanted):
        raise BadValue(
            N_("Verteilt ist mehr als die Zeile von %(amount)s. Bitte die Anteile verkleinern."),
            amount=money.shown(gross),
        )
    rests = wanted.count(None)
    parts = [part if part is not None else (1 - taken) / rests for part in wanted]
    parts.append(Fraction(0) if rests else 1 - taken)
    of_gross, of_paid = money.by_parts(gross, parts), money.by_parts(paid, parts)
    counts = money.whole_parts(quantity, parts)
    pieces = [Piece(*one) for one in zip(counts, of_gross, of_paid, strict=True)]
    return Divided(pieces[:-1], pieces[-1])


def _part(told: Told, quantity: int, gross: Decimal) -> Fraction | None:
    """The share as a part of the line; None for a rest."""
    if told.how is How.REST:
        return None
    value = Fraction(told.value or 0)
    if told.how is How.PERCENT:
        return value
    whole = Fraction(quantity) if told.how is How.QUANTITY else Fraction(gross)
    return value / whole if whole else Fraction(0)
