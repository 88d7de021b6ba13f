"""What may be asked for now: the draw-down of a grant, a line for each of its decisions. Plain functions.

Amounts are euros as `Decimal`, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal

from school_it.errors import N_, Sentence
from school_it.funding import proof
from school_it.funding.checks import Check, Checks, Severity
from school_it.funding.proof import Decided, Spent, Terms
from school_it.funding.rules import NOTHING
from school_it.money import shown, split

MONTHS_AHEAD = 2


@dataclass(frozen=True)
class Line:
    """The draw-down for one decision. `requested` is None where the terms do not say what is due."""

    granted: Decimal
    drawn: Decimal
    paid: Decimal
    due: Decimal
    own_share_used: Decimal | None
    requested: Decimal | None
    remaining: Decimal | None


AMOUNTS = tuple(field.name for field in fields(Line))


def lines(
    terms: Terms, decisions: Sequence[Decided], paid: Sequence[Spent], due: Sequence[Spent]
) -> list[Line]:
    """What was paid and what falls due in the next two months is shared out by the eligible expenses of the decisions.

    Asked for is what the grant bears of both, less what was drawn, the earlier decision first; the town's own share is
    the rest. Granted 40,000.00 at 0.8, nothing drawn, 9,604.00 paid -> 7,683.20 asked for, 32,316.80 remain.
    """
    whole_paid, whole_due = _sum(one.paid for one in paid), _sum(one.paid for one in due)
    weights = [one.eligible for one in decisions]
    own, asked = _asked(terms, decisions, [*paid, *due])
    return [
        Line(
            one.granted, one.drawn, share_paid, share_due, share_own, requested,
            None if requested is None else one.granted - one.drawn - requested,
        )
        for one, share_paid, share_due, share_own, requested in zip(
            decisions,
            _shared(whole_paid, weights),
            _shared(whole_due, weights),
            [None] * len(decisions) if own is None else _shared(own, weights),
            asked,
            strict=True,
        )
    ]  # fmt: skip


def _asked(
    terms: Terms, decisions: Sequence[Decided], spent: Sequence[Spent]
) -> tuple[Decimal | None, Sequence[Decimal | None]]:
    """The own share used in all, and what is asked for of each decision."""
    of = proof.figures(terms, decisions, spent)
    if of.grant_final is None:
        return None, [None] * len(decisions)
    left, asked = max(NOTHING, of.grant_final - of.drawn), []
    for one in decisions:
        asked.append(min(left, max(NOTHING, one.granted - one.drawn)))
        left -= asked[-1]
    own = of.paid_total - of.drawn - _sum(asked) - of.third_party
    return max(NOTHING, own), asked


def _shared(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """By the weights; evenly where none of them counts."""
    if not weights:
        return []
    usable = any(weights) and min(weights) >= 0
    return split(amount, weights if usable else [1] * len(weights))


def totals(of: Iterable[Line]) -> dict[str, Decimal | None]:
    """The sums of the lines; None where a line does not say."""
    found = list(of)
    return {name: _known_sum([getattr(line, name) for line in found]) for name in AMOUNTS}


def _known_sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [one for one in amounts if one is not None]
    return _sum(known) if len(known) == len(amounts) else None


def looked_at(terms: Terms, decisions: Sequence[Decided], paid: Sequence[Spent]) -> Checks:
    """F19: no more was drawn than the grant bears of what was paid."""
    of = proof.figures(terms, decisions, paid)
    if of.grant_final is None:
        return
    values = {"drawn": shown(of.drawn), "borne": shown(of.grant_final)}
    holds = of.drawn <= of.grant_final
    yield Check("F19", holds, Severity.WARN, Sentence(_IN_STEP if holds else _AHEAD, **values))


_IN_STEP = N_("Abgerufen sind %(drawn)s, von den gezahlten Ausgaben trägt die Zuwendung %(borne)s.")
_AHEAD = N_(
    "Abgerufen sind %(drawn)s, von den gezahlten Ausgaben trägt die Zuwendung erst %(borne)s. "
    "Bitte vor einem weiteren Abruf die Belege eintragen."
)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
