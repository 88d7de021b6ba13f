"""What is left while somebody enters a receipt: of the grant, its budget, its caps, its time, each item's plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from school_it.errors import N_, Sentence
from school_it.funding import cost_plan, queries, rules
from school_it.funding.models import Decision, Grant, Programme, Receipt
from school_it.funding.programmes import terms
from school_it.funding.proof import Cap
from school_it.funding.rules import NOTHING, Window
from school_it.money import shown


class Warned(NamedTuple):
    """What is taken only with a reason: the rule, and its sentence."""

    rule: str
    sentence: Sentence


@dataclass(frozen=True)
class Left:
    """Amounts without the receipt that is being entered; None where the programme or the decisions do not say.

    `whole` is what the share of a cap is measured at: the eligible costs decided on in all grants of the programme, or
    those of the receipts where they are more (then it is not `is_planned`). `capped` is by school what the items of
    the cap took.
    """

    planned: Decimal
    claimed: Decimal
    budget: Decimal | None
    granted_in_all: Decimal
    cap: Cap
    whole: Decimal
    is_planned: bool
    capped: Mapping[int, Decimal]
    items: tuple[str, ...]
    plan: Mapping[str, Decimal]
    spent: Mapping[str, Decimal]
    shift: Decimal
    excluded: tuple[str, ...]
    allowed: tuple[str, ...]
    vocational: tuple[str, ...]
    window: Window

    @property
    def eligible(self) -> Decimal:
        return self.planned - self.claimed

    @property
    def of_budget(self) -> Decimal | None:
        """F03."""
        return None if self.budget is None else rules.budget_left(self.budget, [self.granted_in_all])

    @property
    def cap_amount(self) -> Decimal | None:
        """F09: what the share of the cap comes to."""
        return None if not self.cap or self.cap.share is None else self.cap.share * self.whole

    @property
    def taken(self) -> Decimal:
        return sum(self.capped.values(), NOTHING)

    def days(self, today: date) -> int | None:
        """F15: to the end of the implementation; below zero when it is over."""
        return None if self.window.period_to is None else (self.window.period_to - today).days

    def of_items(self) -> Iterator[tuple[str, Decimal, Decimal, Decimal]]:
        """F20: item, planned, spent, what is left of it."""
        for item in sorted({*self.plan, *self.spent}):
            planned, spent = self.plan.get(item, NOTHING), self.spent.get(item, NOTHING)
            yield item, planned, spent, planned - spent


def of_grant(session: Session, grant: Grant, *, but: Receipt | None = None) -> Left:
    """As it is stored, without the receipt `but`; six statements at any number of receipts."""
    programme = grant.programme
    by_item, capped, receipts = _sums(session, grant, but)
    decided, granted = _decided(session, programme)
    further = terms.of(programme.terms)
    plan = {item: one.eligible for item, one in cost_plan.of_grant(session, grant).items()}
    return Left(
        planned=grant.eligible, claimed=sum(by_item.values(), NOTHING), budget=programme.budget,
        granted_in_all=granted, cap=_cap(programme), whole=max(decided, receipts),
        is_planned=decided >= receipts, capped=capped,
        items=programme.items or (), plan=plan, spent=by_item, shift=terms.shift_share(programme.terms),
        excluded=programme.excluded or (), allowed=further.get("allowed") or (),
        vocational=further.get("vocational_items") or (),
        window=queries.grant_facts(session)[grant.reference].window,
    )  # fmt: skip


def _cap(programme: Programme) -> Cap:
    return Cap(programme.cap_items or (), programme.cap_share, programme.cap_school)


def _sums(
    session: Session, grant: Grant, but: Receipt | None
) -> tuple[dict[str, Decimal], dict[int, Decimal], Decimal]:
    """Eligible by item of the grant; by school of the capped items, and in all, of the whole programme."""
    rows = (
        select(Receipt.grant_id, Receipt.category, Receipt.school_id, func.sum(Receipt.eligible_requested))
        .join(Grant, Grant.id == Receipt.grant_id)
        .where(Grant.programme_id == grant.programme_id)
        .group_by(Receipt.grant_id, Receipt.category, Receipt.school_id)
    )
    if but is not None:
        rows = rows.where(Receipt.id != but.id)
    by_item: dict[str, Decimal] = {}
    capped: dict[int, Decimal] = {}
    whole, items = NOTHING, _cap(grant.programme).items
    for grant_id, item, school, amount in session.execute(rows):
        whole += amount
        if grant_id == grant.id:
            by_item[item] = by_item.get(item, NOTHING) + amount
        if item in items:
            capped[school] = capped.get(school, NOTHING) + amount
    return by_item, capped, whole


def _decided(session: Session, programme: Programme) -> tuple[Decimal, Decimal]:
    """Eligible and granted of all decisions of the programme."""
    rows = (
        select(func.sum(Decision.eligible), func.sum(Decision.granted))
        .join(Grant, Grant.id == Decision.grant_id)
        .where(Grant.programme_id == programme.id)
    )
    eligible, granted = session.execute(rows).one()
    return eligible or NOTHING, granted or NOTHING


# --- what asks for a reason ---


def against_receipt(
    left: Left, values: Mapping[str, Any], school_id: int, school_type: str
) -> Iterator[Warned]:
    """What is odd about one more receipt, `values` by the names of its columns, complete; nothing of it blocks."""
    amount, item = values["eligible_requested"], values["category"]
    if amount <= 0:
        return
    for sentence in rules.against_excluded(values["subject"], left.excluded, left.allowed):
        yield Warned("F10", sentence)
    for sentence in rules.against_unknown_item(item, left.items):
        yield Warned("F10", sentence)
    if item in left.vocational:
        for sentence in rules.against_video(school_type, 1):
            yield Warned("F35", sentence)
    if amount > left.eligible:
        yield Warned(
            "F21", Sentence(_OVER_PLAN, over=shown(amount - left.eligible), planned=shown(left.planned))
        )
    yield from _against_item(left, item, amount)
    yield from _against_cap(left, item, amount, school_id)


_OVER_PLAN = N_(
    "Damit ist mehr belegt, als zuwendungsfähig bewilligt ist (%(planned)s): %(over)s trägt die Stadt."
)


def _against_item(left: Left, item: str, amount: Decimal) -> Iterator[Warned]:
    """F20, where there is a cost plan."""
    if not left.plan:
        return
    planned, spent = left.plan.get(item, NOTHING), left.spent.get(item, NOTHING) + amount
    most = rules.most_of_item(planned, left.shift)
    if spent > most:
        values = {"item": item, "spent": shown(spent), "planned": shown(planned), "most": shown(most)}
        yield Warned("F20", Sentence(_OVER_ITEM, **values))


_OVER_ITEM = N_(
    "Für %(item)s wären damit %(spent)s belegt, geplant sind %(planned)s; ohne Änderungsantrag gehen bis zu %(most)s."
)


def _against_cap(left: Left, item: str, amount: Decimal, school_id: int) -> Iterator[Warned]:
    """F09: odd once neither limit holds any more."""
    if not left.cap or item not in left.cap.items:
        return
    taken = left.taken + amount
    at_schools = dict(left.capped)
    at_schools[school_id] = at_schools.get(school_id, NOTHING) + amount
    most = max(at_schools.values())
    by_share = left.cap_amount is not None and taken <= left.cap_amount
    by_school = left.cap.per_school is not None and most <= left.cap.per_school
    if not (by_share or by_school):
        limits = (left.cap_amount, left.cap.per_school)
        allowed = " / ".join(shown(one) for one in limits if one is not None)
        values = {
            "items": ", ".join(left.cap.items),
            "taken": shown(taken),
            "most": shown(most),
            "limit": allowed,
        }
        yield Warned("F09", Sentence(_OVER_CAP if left.is_planned else _OVER_CAP_OF_RECEIPTS, **values))


_OVER_CAP = N_(
    "Auf %(items)s entfielen damit im ganzen Programm %(taken)s, an einer Schule bis zu %(most)s. "
    "Erlaubt sind im Ganzen / je Schule: %(limit)s, gemessen an den bewilligten zuwendungsfähigen Ausgaben."
)
_OVER_CAP_OF_RECEIPTS = N_(
    "Auf %(items)s entfielen damit im ganzen Programm %(taken)s, an einer Schule bis zu %(most)s. "
    "Erlaubt sind im Ganzen / je Schule: %(limit)s, gemessen an den belegten zuwendungsfähigen Ausgaben."
)


# --- decisions ---


@dataclass(frozen=True)
class LeftOfProgramme:
    """What a programme leaves for one more decision, without the one that is being entered."""

    budget: Decimal | None
    granted: Decimal
    implementation_end: date | None
    minimum: Decimal | None

    @property
    def of_budget(self) -> Decimal | None:
        """F03."""
        return None if self.budget is None else rules.budget_left(self.budget, [self.granted])


def of_programme(session: Session, programme: Programme, *, but: Decision | None = None) -> LeftOfProgramme:
    """One statement."""
    _eligible, granted = _decided(session, programme)
    own = but.granted if but is not None else NOTHING
    least = terms.of(programme.terms).get("minimum_grant")
    return LeftOfProgramme(programme.budget, granted - own, programme.implementation_end, least)


def against_decision(left: LeftOfProgramme, values: Mapping[str, Any]) -> Iterator[Warned]:
    """F03, F15 and F36, `values` with the granted amount. What the authority decided is entered all the same."""
    amount, last = values["granted"], values["period_to"]
    if left.of_budget is not None and amount > left.of_budget:
        over = {"over": shown(amount - left.of_budget), "budget": shown(left.budget)}
        yield Warned("F03", Sentence(_OVER_BUDGET, **over))
    if left.implementation_end is not None and last > left.implementation_end:
        days = {"last": f"{last:%d.%m.%Y}", "limit": f"{left.implementation_end:%d.%m.%Y}"}
        yield Warned("F15", Sentence(_TOO_LONG, **days))
    if left.minimum is not None and not rules.reaches_minimum(amount, left.minimum):
        amounts = {"granted": shown(amount), "least": shown(left.minimum)}
        yield Warned("F36", Sentence(_BELOW_MINIMUM, **amounts))


_OVER_BUDGET = N_("Damit ist mehr bewilligt als das Budget von %(budget)s: %(over)s zu viel.")
_TOO_LONG = N_("Die Durchführung endet am %(last)s, nach dem Programm spätestens am %(limit)s.")
_BELOW_MINIMUM = N_("Bewilligt sind %(granted)s; nach dem Programm wird erst ab %(least)s bewilligt.")
