"""What becomes of devices: how long they are bound, what they are worth, how they leave."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from exports import earmark, ledger
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


def _depreciation(session: Session, choice: Choice, _by: Actor) -> Pages:
    """The town's own list: a school narrows nothing."""
    return ledger.depreciation(session, choice.year or choice.on.year, subtitle=_of_the_town(choice))


def _disposals(session: Session, choice: Choice, _by: Actor) -> Pages:
    return ledger.disposals(session, choice.year, subtitle=_of_the_town(choice))


def _comparison(session: Session, choice: Choice, _by: Actor) -> Pages:
    return ledger.comparison(session, subtitle=_of_the_town(choice))


def _of_the_town(choice: Choice) -> tuple[str, str]:
    return subtitle(replace(choice, school=None))


ASSETS = (
    Report(
        "depreciation",
        N_("Abschreibungen"),
        N_("Anschaffung, Abschreibung und Buchwert jedes Geräts in einem Jahr"),
        May.SEE_FUNDING,
        _depreciation,
    ),
    Report(
        "disposals",
        N_("Aussonderungen"),
        N_(
            "Was ausgesondert wurde, mit Grund, Restbuchwert, Erlös, Löschung und Genehmigung, "
            "alle oder die eines Jahres"
        ),
        May.SEE_FUNDING,
        _disposals,
    ),
    Report(
        "ledger-comparison",
        N_("Abgleich mit der Anlagenbuchhaltung"),
        N_("Was übereinstimmt, was abweicht und um wie viel, was nur auf einer Seite steht"),
        May.SEE_FUNDING,
        _comparison,
    ),
    Report(
        "earmark",
        N_("Zweckbindung"),
        N_("Was bis wann gebunden ist, nach Jahr, und was vorher aus eigenen Mitteln zu ersetzen ist"),
        May.SEE_DEVICES,
        _earmark,
    ),
)
