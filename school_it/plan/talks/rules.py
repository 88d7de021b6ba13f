"""What an agreement may be, and what it costs beyond the gap. Plain values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from school_it.devices.rules import ItemClass
from school_it.errors import N_, Sentence
from school_it.money import to_cent


class Kept(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    POSTPONED = "postponed"
    DROPPED = "dropped"


KEPT = {
    Kept.OPEN: N_("offen"),
    Kept.KEPT: N_("erfüllt"),
    Kept.POSTPONED: N_("verschoben"),
    Kept.DROPPED: N_("entfallen"),
}
STILL_TO_COME = (Kept.OPEN, Kept.POSTPONED)


@dataclass(frozen=True)
class Agreed:
    """An agreement that is still to come, as the plan counts it."""

    school_id: int
    item_class: ItemClass | None
    number: int
    euros: Decimal | None
    due_on: date


@dataclass(frozen=True)
class Beyond:
    """What of an agreement is not in the gap anyway: devices, and euros where they are not theirs times the price."""

    agreed: Agreed
    number: int
    euros: Decimal | None


def beyond(agreed: Sequence[Agreed], gap: int) -> list[Beyond]:
    """Agreements of one school and class: what the gap covers is bought with it, the earliest first.

    >>> one = Agreed(1, ItemClass.MOBILE, 30, None, date(2027, 7, 31))
    >>> [left.number for left in beyond([one], 20)]
    [10]
    """
    found = []
    for one in sorted(agreed, key=lambda each: each.due_on):
        covered = min(gap, one.number)
        gap -= covered
        left = one.number - covered
        euros = one.euros
        if euros is not None and one.number:
            euros = to_cent(euros * left / one.number)
        if left or (euros and not one.number):
            found.append(Beyond(one, left, euros))
    return found


def what_is_wrong(values: dict[str, Any]) -> tuple[str, Sentence] | None:
    """The first fault that keeps these values from being an agreement: its field and the sentence; None without."""
    if not values.get("what"):
        return "what", Sentence(N_("Was ist vereinbart? Bitte in einem Satz sagen."))
    if values.get("due_on") is None:
        return "due_on", Sentence(N_("Bis wann? Eine Vereinbarung braucht einen Tag."))
    number, euros = values.get("number"), values.get("euros")
    if (number is not None and not 0 < number <= 9999) or (euros is not None and euros < 0):
        said = Sentence(N_("Die Anzahl geht von 1 bis 9999, der Betrag ist nicht kleiner als 0."))
        return "euros" if euros is not None and euros < 0 else "number", said
    if number is not None and values.get("item_class") is None:
        return "item_class", Sentence(
            N_("Zu einer Anzahl gehört die Gerätegruppe, damit der Plan sie zählt.")
        )
    return None
