"""The columns of the report of seats. It is not read back: seats are given by page or program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from school_it import cells
from school_it.cells import CODE, DATE, TEXT
from school_it.errors import N_
from school_it.licences.models import Seat
from school_it.licences.rules import SEAT_FOR
from school_it.people.rules import full_name
from school_it.sheets import Column, Sheet

SEATS = Sheet(
    "licence-seats",
    N_("Plätze der Lizenzen"),
    (
        Column("licence_no", "Lizenz-Nr.", CODE),
        Column("product", "Produkt", TEXT),
        Column("kind", "Platz für", cells.one_of({name: kind for kind, name in SEAT_FOR.items()})),
        Column("holder", "Wer", TEXT),
        Column("school_class", "Klasse", TEXT),
        Column("school_number", "Schulnummer", CODE),
        Column("given_on", "seit", DATE),
        Column("given_by", "vergeben von", TEXT),
        Column("over_reason", "Grund, warum mehr als gekauft", TEXT),
    ),
    keys=(),
)


def seat_lines(seats: Iterable[Seat]) -> Iterator[dict[str, Any]]:
    """Seats by the field names of the sheet; `seats` bring their licence, person, device and school along."""
    for one in seats:
        holder = one.person or one.device or one
        name = full_name(one.person.given_name, one.person.family_name) if one.person else None
        yield {
            "licence_no": one.licence.licence_no,
            "product": one.licence.product,
            "kind": one.kind,
            "holder": name or (one.device.asset_tag if one.device else None),
            "school_class": one.person.school_class if one.person else one.school_class,
            "school_number": holder.school.school_number if holder.school else None,
            "given_on": one.given_on,
            "given_by": one.given_by,
            "over_reason": one.over_reason,
        }
