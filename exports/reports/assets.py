"""What becomes of devices: how long they are bound."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from exports import earmark
from exports.reports.shape import Choice, Pages, Report, subtitle
from school_it.access import Actor, May
from school_it.devices.earmark import Wish
from school_it.errors import N_


def _earmark(session: Session, choice: Choice, by: Actor) -> Pages:
    """The register as its page shows it; `query` is the query of its address."""
    wish = Wish.of(choice.query)
    if choice.school:
        wish = replace(wish, school=choice.school.school_number)
    return earmark.pages(session, wish, subtitle=subtitle(choice), seen_by=by)


ASSETS = (
    Report(
        "earmark",
        N_("Zweckbindung"),
        N_("Was bis wann gebunden ist, nach Jahr, und was vorher aus eigenen Mitteln zu ersetzen ist"),
        May.SEE_DEVICES,
        _earmark,
    ),
)
