"""What may be asked for now: the draw-down of a grant, a line for each of its decisions. Plain functions.

Amounts are euros as `Decimal`, to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from school_it.errors import N_, Sentence
from school_it.funding import proof, rules
from school_it.funding.checking import Check, Checks, Severity
from school_it.funding.proof import Decided, Spent, Terms
from school_it.funding.rules import NOTHING
from school_it.money import shown, split

MONTHS_AHEAD = 2


@dataclass(frozen=True)
class Line:
    """The draw-down for one decision. `requested` is None where the terms do not say what is due.

    `pending` was asked for before and is not paid out yet.
    """

    granted: Decimal
    drawn: Decimal
    pending: Decimal
    paid: Decimal
    due: Decimal
    own_share_used: Decimal | None
    requested: Decimal | None
    remaining: Decimal | None


AMOUNTS = tuple(field.name for field in fields(Line))


def lines(
    terms: Terms,
    decisions: Sequence[Decided],
    paid: Sequence[Spent],
    due: Sequence[Spent],
    pending: Sequence[Decimal] | None = None,
) -> list[Line]:
    """What was paid and what falls due in the next two months is shared out by the eligible expenses of the decisions.

    Asked for is what the grant bears of both, less what was drawn and is `pending` for each decision, the earlier
    decision first; the town's own share is the rest of each, or shared out likewise where one of them was drawn ahead.

    Granted 40,000.00 at 0.8, nothing drawn, 9,604.00 paid -> 7,683.20 asked for, 32,316.80 remain.
    """
    whole_paid, whole_due = _sum(one.paid for one in paid), _sum(one.paid for one in due)
    weights = [one.eligible for one in decisions]
    waiting = [NOTHING] * len(decisions) if pending is None else pending
    own, asked = _asked(terms, decisions, [*paid, *due], waiting)
    shares_paid, shares_due = _shared(whole_paid, weights), _shared(whole_due, weights)
    rests = [
        share_paid + share_due - one.drawn - open_ - (requested or NOTHING) - one.third_party
        for one, open_, share_paid, share_due, requested in zip(
            decisions, waiting, shares_paid, shares_due, asked, strict=True
        )
    ]
    own_shares: Sequence[Decimal | None] = [None] * len(decisions)
    if own is not None:
        own_shares = rests if min(rests, default=NOTHING) >= NOTHING else _shared(own, weights)
    return [
        Line(
            one.granted, one.drawn, open_, share_paid, share_due, share_own, requested,
            None if requested is None else one.granted - one.drawn - open_ - requested,
        )
        for one, open_, share_paid, share_due, share_own, requested in zip(
            decisions,
            waiting,
            shares_paid,
            shares_due,
            own_shares,
            asked,
            strict=True,
        )
    ]  # fmt: skip


def _asked(
    terms: Terms, decisions: Sequence[Decided], spent: Sequence[Spent], pending: Sequence[Decimal]
) -> tuple[Decimal | None, Sequence[Decimal | None]]:
    """The own share used in all, and what is asked for of each decision."""
    of = proof.figures(terms, decisions, spent)
    if of.grant_final is None:
        return None, [None] * len(decisions)
    left, asked = max(NOTHING, of.grant_final - of.drawn - _sum(pending)), []
    for one, waiting in zip(decisions, pending, strict=True):
        asked.append(min(left, max(NOTHING, one.granted - one.drawn - waiting)))
        left -= asked[-1]
    own = of.paid_total - of.drawn - _sum(pending) - _sum(asked) - of.third_party
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
    holds = of.drawn - of.grant_final <= proof.slack(terms.financing, len(decisions))
    yield Check("F19", holds, Severity.WARN, Sentence(_IN_STEP if holds else _AHEAD, **values))


_IN_STEP = N_("Abgerufen sind %(drawn)s, von den gezahlten Ausgaben trägt die Zuwendung %(borne)s.")
_AHEAD = N_(
    "Abgerufen sind %(drawn)s, von den gezahlten Ausgaben trägt die Zuwendung erst %(borne)s. "
    "Bitte vor einem weiteren Abruf die Belege eintragen."
)


# --- one request ---


@dataclass(frozen=True)
class Wanted:
    """What somebody is about to ask for on one decision, beside what could be asked for; `slack` for rounding."""

    on: date
    amount: Decimal
    line: Line
    months: int = MONTHS_AHEAD
    slack: Decimal = NOTHING


def last_day(on: date, last: date | None) -> Checks:
    """F17: the last day on which the programme pays."""
    if last is not None:
        holds = rules.may_draw(on, last)
        text = _STILL_OPEN if holds else _TOO_LATE
        yield Check("F17", holds, Severity.ERROR, Sentence(text, day=f"{last:%d.%m.%Y}"))


_STILL_OPEN = N_("Abgerufen werden kann bis zum %(day)s.")
_TOO_LATE = N_(
    "Der letzte Tag für einen Abruf war der %(day)s. Ein Abruf von damals wird mit seinem Tag eingetragen; eine "
    "längere Frist steht beim Programm."
)


def against_amount(wanted: Wanted) -> Iterator[tuple[str, Sentence]]:
    """What keeps this amount from being asked for: the field and the sentence."""
    line = wanted.line
    left = line.granted - line.drawn - line.pending
    if not NOTHING < wanted.amount <= left:
        text = _LEFT if wanted.amount > NOTHING else _NOTHING_ASKED
        yield "requested", Sentence(text, left=shown(left))


_LEFT = N_("Von der Bewilligung sind nur noch %(left)s abzurufen.")
_NOTHING_ASKED = N_("Bitte einen Betrag über 0,00 € anfordern; offen sind noch %(left)s.")


def needed(wanted: Wanted) -> Checks:
    """F18: no more is asked for than the grant bears of what is paid and falls due in the next two months."""
    most = wanted.line.requested
    if most is not None:
        holds = wanted.amount - most <= wanted.slack
        texts = (_NEEDED, _NOT_NEEDED) if wanted.months else (_NEEDED_NOW, _NOT_NEEDED_NOW)
        sentence = Sentence(texts[not holds], most=shown(most), months=wanted.months)
        yield Check("F18", holds, Severity.WARN, sentence)


_NEEDED = N_("Gebraucht werden jetzt und in den nächsten %(months)s Monaten bis zu %(most)s.")
_NOT_NEEDED = N_(
    "Nach den Belegen werden jetzt und in den nächsten %(months)s Monaten nur %(most)s gebraucht. "
    "Wer mehr anfordert, sagt bitte, warum."
)
_NEEDED_NOW = N_("Nach der Zahlung werden bis zu %(most)s erstattet.")
_NOT_NEEDED_NOW = N_(
    "Das Programm erstattet, was gezahlt ist: nach den Belegen %(most)s. Wer mehr anfordert, sagt bitte, warum."
)


# --- before the proof of use ---


@dataclass(frozen=True)
class Advance:
    """How much a programme pays before the proof of use: a share of the grant, nothing of a small one."""

    share: Decimal
    none_up_to: Decimal = NOTHING


def most_in_advance(advance: Advance, lines: Sequence[Line]) -> Decimal:
    """F32. 80,000 at 0.6, none up to 25,000 -> 48,000.00."""
    whole = _sum(one.granted for one in lines)
    return rules.most_in_advance(whole, share=advance.share, none_up_to=advance.none_up_to)


def left_in_advance(advance: Advance | None, lines: Sequence[Line]) -> Decimal | None:
    """What may still be asked for before the proof; None where the programme says nothing of it."""
    if advance is None:
        return None
    used = _sum(one.drawn + one.pending for one in lines)
    return max(NOTHING, most_in_advance(advance, lines) - used)


def in_advance(advance: Advance | None, lines: Sequence[Line], amount: Decimal) -> Checks:
    """F32: with what was drawn and is pending the amount stays within the advance."""
    if advance is None:
        return
    most, left = most_in_advance(advance, lines), left_in_advance(advance, lines)
    holds = left is not None and amount <= left
    text = _WITHIN_ADVANCE if holds else _ABOVE_ADVANCE if most else _NO_ADVANCE
    yield Check(
        "F32", holds, Severity.WARN, Sentence(text, most=shown(most), up_to=shown(advance.none_up_to))
    )


_WITHIN_ADVANCE = N_("Vor dem Verwendungsnachweis werden bis zu %(most)s gezahlt.")
_ABOVE_ADVANCE = N_(
    "Vor dem Verwendungsnachweis werden zusammen höchstens %(most)s gezahlt. Ist er schon eingereicht, bitte das "
    "hier sagen."
)
_NO_ADVANCE = N_(
    "Zuwendungen bis %(up_to)s werden erst nach dem Verwendungsnachweis gezahlt. Ist er schon eingereicht, bitte das "
    "hier sagen."
)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)
