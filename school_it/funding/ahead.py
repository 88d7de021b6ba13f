"""What comes next for a grant: its next deadline, and the one thing to do now. Plain functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from school_it.errors import N_, Sentence
from school_it.funding.checking import Check, Severity
from school_it.funding.models import AcceptedWarning, Grant
from school_it.funding.proof import Figures, is_rounding
from school_it.funding.rules import NOTHING
from school_it.money import shown


class Ends(StrEnum):
    """What of a grant ends or is due on a day."""

    PERIOD = "period"
    DRAWDOWN = "drawdown"
    PROOF = "proof"


ENDS = {
    Ends.PERIOD: N_("Durchführung endet"),
    Ends.DRAWDOWN: N_("letzter Mittelabruf"),
    Ends.PROOF: N_("Verwendungsnachweis fällig"),
}


def deadlines(grant: Grant) -> Iterator[tuple[date, Ends]]:
    """The days that are known, also those that are over; the proof's only until it is handed in."""
    for day, what in (
        (grant.period_to, Ends.PERIOD),
        (grant.programme.last_drawdown, Ends.DRAWDOWN),
        (grant.proof_due if grant.proof_handed_in is None else None, Ends.PROOF),
    ):
        if day is not None:
            yield day, what


def next_deadline(grant: Grant, today: date) -> tuple[date, Ends] | None:
    """Today's counts still."""
    return min((one for one in deadlines(grant) if one[0] >= today), default=None)


class Do(StrEnum):
    """What there is to do."""

    DECIDE = "decide"
    CHECK = "check"
    RECEIPTS = "receipts"
    PAYOUT = "payout"
    DRAW = "draw"
    REPAY = "repay"
    PROVE = "prove"
    OVERDUE = "overdue"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Step:
    do: Do
    sentence: Sentence


def still_to_draw(grant: Grant, figures: Figures, receipts: int, today: date) -> Decimal:
    """What of a grant can still be drawn: once its implementation is over, what its `receipts` bear, till then all."""
    is_over = grant.period_to is not None and grant.period_to < today
    if is_over and receipts and figures.still_due is not None:
        return figures.still_due
    return figures.granted - figures.drawn


def unexplained(looked_at: Iterable[Check], accepted: Iterable[AcceptedWarning]) -> list[Check]:
    """The grave rules that are broken and have no reason with them."""
    explained = {one.rule for one in accepted}
    return [
        one
        for one in looked_at
        if not one.holds and one.severity is Severity.ERROR and one.rule not in explained
    ]


def step(
    grant: Grant, figures: Figures, broken: Sequence[Check], receipts: int, pending: Decimal, today: date
) -> Step:
    """The most pressing of what there is to do; of money that is waited for only after the receipts.

    `broken` as `unexplained` has it. A proof that is overdue comes before all but money that is to be paid back.
    """
    if not grant.decisions:
        return Step(Do.DECIDE, Sentence(N_("Bescheid eintragen: Erst er sagt, was bewilligt ist.")))
    if not receipts:
        return Step(Do.RECEIPTS, Sentence(N_("Belege eintragen oder einlesen: Noch ist keiner da.")))
    over = grant.period_to is not None and grant.period_to < today
    rounded = is_rounding(grant.programme.financing, len(grant.decisions), figures.repay)
    repay = NOTHING if rounded else figures.repay
    if repay and over:
        sentence = Sentence(
            N_("%(amount)s sind zurückzuzahlen, wenn keine Belege mehr folgen."), amount=shown(repay)
        )
        return Step(Do.REPAY, sentence)
    if repay:
        return Step(Do.RECEIPTS, Sentence(_AHEAD, amount=shown(repay)))
    if grant.proof_overdue(today):
        sentence = Sentence(
            N_("Der Verwendungsnachweis ist seit dem %(day)s überfällig: prüfen, abgeben und festhalten."),
            day=f"{grant.proof_due:%d.%m.%Y}",
        )
        return Step(Do.OVERDUE, sentence)
    if broken:
        return Step(Do.CHECK, Sentence(N_("Prüfung ansehen: Etwas widerspricht den Regeln.")))
    last = grant.programme.last_drawdown
    to_draw = (figures.still_due or NOTHING) - pending
    if to_draw > 0 and (last is None or today <= last):
        return Step(Do.DRAW, Sentence(N_("%(amount)s abrufen."), amount=shown(to_draw)))
    if pending:
        return Step(
            Do.PAYOUT,
            Sentence(N_("Auszahlung von %(amount)s eintragen, sobald sie da ist."), amount=shown(pending)),
        )
    if over and grant.proof_handed_in is None:
        return Step(Do.PROVE, Sentence(N_("Verwendungsnachweis herunterladen, prüfen und abgeben.")))
    if not over and figures.eligible_actual < figures.eligible_planned:
        left = shown(figures.eligible_planned - figures.eligible_actual)
        return Step(
            Do.RECEIPTS, Sentence(N_("Weitere Belege: %(amount)s sind noch nicht belegt."), amount=left)
        )
    return Step(Do.NOTHING, Sentence(N_("Zurzeit ist nichts zu tun.")))


_AHEAD = N_(
    "Belege eintragen: Abgerufen sind %(amount)s mehr, als die Zuwendung von den bisher belegten Ausgaben trägt."
)
