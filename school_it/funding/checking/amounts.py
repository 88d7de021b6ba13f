"""What the amounts of a grant, of its programme and of its cost plan are held against. Plain functions on plain values.

Amounts are euros as `Decimal`, to the cent; rates and shares from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from school_it.cells import show_percent
from school_it.errors import N_, Sentence
from school_it.funding import proof, rules
from school_it.funding.checking import Check, Checks, Severity
from school_it.funding.cost_plan import Plan, Planned
from school_it.funding.proof import Cap, Decided, Figures, Spent, Terms
from school_it.funding.rules import NOTHING, Financing
from school_it.money import CENT, shown

# --- the grant ---


def of_grant(terms: Terms, decisions: Sequence[Decided], of: Figures, spent: Sequence[Spent]) -> Checks:
    """F01, F04, F21 always; F12 where the programme pays a fixed amount for each device; F05."""
    is_share = terms.financing in (Financing.SHARE, None)
    if not is_share or terms.rate is None:
        sentence = Sentence(_NO_SHARE if not is_share else _NO_RATE)
        yield Check("F01", not is_share, Severity.INFO, sentence)
        yield Check("F04", not is_share, Severity.WARN, sentence)
    else:
        yield _by_rate(terms.rate, decisions)
        yield _by_rate_together(terms.rate, decisions, of)
    if terms.financing is Financing.FIXED_AMOUNT and terms.unit_cap is not None:
        yield _per_device(terms.unit_cap, spent)
    yield _final(of, is_rounding=proof.is_rounding(terms.financing, len(decisions), of.repay))
    yield _earmark(of.earmark_end)


_NO_SHARE = N_("Keine Anteilfinanzierung: Bewilligt ist, was die Bescheide sagen.")
_NO_RATE = N_("Der Fördersatz ist nicht bekannt. Bitte bei der Zuwendung eintragen.")


def _by_rate(rate: Decimal, decisions: Sequence[Decided]) -> Check:
    off = [one for one in decisions if one.granted != rules.granted(one.eligible, rate)]
    if not off:
        sentence = Sentence(
            N_("Jeder Bescheid bewilligt den Fördersatz von %(rate)s."), rate=show_percent(rate)
        )
    else:
        sentence = Sentence(
            N_(
                "Bewilligt sind %(amount)s, der Fördersatz von %(rate)s ergäbe %(computed)s. "
                "Es gilt, was der Bescheid sagt."
            ),
            amount=shown(off[0].granted),
            rate=show_percent(rate),
            computed=shown(rules.granted(off[0].eligible, rate)),
        )
    return Check("F01", not off, Severity.INFO, sentence)


def _by_rate_together(rate: Decimal, decisions: Sequence[Decided], of: Figures) -> Check:
    computed = rules.granted(of.eligible_planned, rate)
    values = {
        "granted": shown(of.granted),
        "computed": shown(computed),
        "off": shown(abs(of.granted - computed)),
        "allowed": shown(CENT * len(decisions)),
    }
    holds = rules.rounding_holds([(one.eligible, one.granted) for one in decisions], rate)
    return Check(
        "F04", holds, Severity.WARN, Sentence(_WITHIN_CENTS if holds else _NOT_WITHIN_CENTS, **values)
    )


_WITHIN_CENTS = N_(
    "Bewilligt sind zusammen %(granted)s, der Fördersatz ergibt %(computed)s: Abweichung %(off)s, erlaubt %(allowed)s."
)
_NOT_WITHIN_CENTS = N_(
    "Bewilligt sind zusammen %(granted)s, der Fördersatz ergibt %(computed)s. Die Abweichung von %(off)s ist mehr als "
    "die erlaubten %(allowed)s. Bitte die Bescheide ansehen."
)


def _per_device(unit_cap: Decimal, spent: Sequence[Spent]) -> Check:
    over = sum(
        (max(NOTHING, one.eligible - one.quantity * unit_cap) for one in spent if one.quantity > 0), NOTHING
    )
    values = {"cap": shown(unit_cap), "over": shown(over)}
    sentence = Sentence(_UP_TO_CAP, cap=shown(unit_cap)) if over == 0 else Sentence(_OVER_CAP, **values)
    return Check("F12", over == 0, Severity.INFO, sentence)


_UP_TO_CAP = N_("Kein Gerät kostet mehr als den Festbetrag von %(cap)s.")
_OVER_CAP = N_("Über dem Festbetrag von %(cap)s je Gerät liegen %(over)s: Das trägt die Stadt.")


def _final(of: Figures, *, is_rounding: bool) -> Check:
    if of.grant_final is None or of.repay is None:
        return Check("F21", False, Severity.ERROR, Sentence(_NOT_COMPUTED))
    values = {"granted": shown(of.granted), "final": shown(of.grant_final), "drawn": shown(of.drawn)}
    if is_rounding:
        return Check("F21", True, Severity.ERROR, Sentence(_ROUNDED, **values, off=shown(of.repay)))
    if of.repay > 0:
        return Check("F21", False, Severity.ERROR, Sentence(_TOO_MUCH_DRAWN, **values, repay=shown(of.repay)))
    return Check(
        "F21", True, Severity.ERROR, Sentence(_LESS if of.grant_final < of.granted else _WHOLE, **values)
    )


_NOT_COMPUTED = N_(
    "Die abgerechnete Zuwendung lässt sich nicht berechnen: Fördersatz oder Höchstbetrag je Gerät fehlt. "
    "Bitte beim Programm und bei der Zuwendung eintragen."
)
_TOO_MUCH_DRAWN = N_(
    "Nach den Belegen stehen %(final)s zu, abgerufen sind %(drawn)s: %(repay)s sind zurückzuzahlen, "
    "wenn keine Belege mehr folgen."
)
_ROUNDED = N_(
    "Nach den Belegen stehen %(final)s zu, abgerufen sind %(drawn)s. Die %(off)s sind Rundung, weil jeder Bescheid für "
    "sich gerundet ist: Zurückzuzahlen ist davon nichts."
)
_LESS = N_(
    "Nach den Belegen stehen von den bewilligten %(granted)s noch %(final)s zu; abgerufen sind %(drawn)s."
)
_WHOLE = N_("Nach den Belegen steht die ganze Zuwendung von %(final)s zu; abgerufen sind %(drawn)s.")


def _earmark(end: date | None) -> Check:
    if end is None:
        return Check("F05", False, Severity.WARN, Sentence(_NO_EARMARK))
    return Check("F05", True, Severity.WARN, Sentence(_EARMARKED, day=f"{end:%d.%m.%Y}"))


_EARMARKED = N_("Was hiervon gekauft ist, ist bis zum %(day)s zweckgebunden.")
_NO_EARMARK = N_(
    "Das Ende der Zweckbindung folgt nicht aus Programm und Bescheid. Bitte im Bescheid nachsehen."
)


# --- the programme ---


def of_programme(
    cap: Cap, eligible: Mapping[tuple[str, int], Decimal], budget: Decimal | None, granted: Decimal
) -> Checks:
    """F09 where the programme has a cap, F03 where it has a budget; `granted` is that of all its grants."""
    if cap:
        yield _cap(cap, proof.capped(cap, eligible))
    if budget is not None:
        left = rules.budget_left(budget, [granted])
        values = {"budget": shown(budget), "granted": shown(granted), "left": shown(abs(left))}
        sentence = Sentence(_BUDGET_LEFT if left >= 0 else _OVER_BUDGET, **values)
        yield Check("F03", left >= 0, Severity.ERROR, sentence)


_BUDGET_LEFT = N_("Vom Budget von %(budget)s sind %(granted)s bewilligt, %(left)s bleiben.")
_OVER_BUDGET = N_("Bewilligt sind %(granted)s: %(left)s mehr als das Budget von %(budget)s.")


def _cap(cap: Cap, used: proof.Capped) -> Check:
    sentence = Sentence(
        _WITHIN_CAP if used.holds else _OVER_ITEMS_CAP,
        items=", ".join(cap.items),
        taken=shown(used.taken),
        most=shown(used.most_at_a_school),
        limit=_limit_of(cap, used.whole),
    )
    return Check("F09", used.holds, Severity.ERROR, sentence)


def _limit_of(cap: Cap, whole: Decimal) -> Sentence:
    values: dict[str, Any] = {}
    if cap.share is not None:
        values |= {"share": show_percent(cap.share), "amount": shown(cap.share * whole)}
    if cap.per_school is not None:
        values |= {"school": shown(cap.per_school)}
    return Sentence(_LIMITS[cap.share is not None, cap.per_school is not None], **values)


_LIMITS = {
    (True, True): N_("%(share)s aller belegten Ausgaben (%(amount)s) oder %(school)s je Schule"),
    (True, False): N_("%(share)s aller belegten Ausgaben (%(amount)s)"),
    (False, True): N_("%(school)s je Schule"),
}
_WITHIN_CAP = N_(
    "Auf %(items)s entfallen im ganzen Programm %(taken)s, an einer Schule höchstens %(most)s. "
    "Erlaubt sind %(limit)s: eingehalten."
)
_OVER_ITEMS_CAP = N_(
    "Auf %(items)s entfallen im ganzen Programm %(taken)s, an einer Schule bis zu %(most)s. "
    "Erlaubt sind höchstens %(limit)s."
)


# --- the cost plan ---


def of_plan(plan: Plan, spent: Mapping[str, Decimal], shift: Decimal) -> Checks:
    """F20: no item costs more than the share `shift` above its plan, where there is one.

    `spent` is what is eligible of the receipts by item. Planned 10,000, spent 12,000 at 0.2 -> holds.
    """
    if not plan:
        return
    over = [item for item, amount in sorted(spent.items()) if amount > _most(plan, item, shift)]
    if not over:
        yield Check("F20", True, Severity.WARN, Sentence(_AS_PLANNED, share=show_percent(shift)))
        return
    item = over[0]
    values = {
        "item": item, "spent": shown(spent[item]), "most": shown(_most(plan, item, shift)),
        "planned": shown(plan.get(item, Planned()).eligible), "more": len(over) - 1,
    }  # fmt: skip
    yield Check(
        "F20", False, Severity.WARN, Sentence(_OVER_PLAN if len(over) == 1 else _MORE_OVER_PLAN, **values)
    )


def _most(plan: Plan, item: str, shift: Decimal) -> Decimal:
    return rules.most_of_item(plan.get(item, Planned()).eligible, shift)


_AS_PLANNED = N_("Kein Fördergegenstand liegt mehr als %(share)s über seinem Plan.")
_OVER_PLAN = N_(
    "Für %(item)s sind %(spent)s belegt, geplant sind %(planned)s; ohne Änderungsantrag gehen bis zu %(most)s."
)
_MORE_OVER_PLAN = N_(
    "Für %(item)s sind %(spent)s belegt, geplant sind %(planned)s; ohne Änderungsantrag gehen bis zu %(most)s "
    "(und %(more)s weitere Fördergegenstände)."
)
