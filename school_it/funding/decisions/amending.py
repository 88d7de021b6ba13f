"""Decisions that change other decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.errors import N_, Sentence, refuse
from school_it.funding import bound, cost_plan, queries, rules
from school_it.funding.book import DecisionKind
from school_it.funding.checking import left, reasons
from school_it.funding.checking.reasons import NOT_ASKED, Reason
from school_it.funding.models import Decision, Grant
from school_it.funding.rules import NOTHING


def amend(
    session: Session,
    decision: Decision,
    values: Mapping[str, Any],
    *,
    kind: DecisionKind = DecisionKind.AMENDMENT,
    reason: Reason = NOT_ASKED,
    by: Actor,
) -> Decision:
    """A decision that changes another one; `eligible`, `granted` and `third_party` are what holds from then on.

    Kept is what changes: granted 90,000.00, from now on 72,000.00 -> the amendment holds -18,000.00. Its `period_to`
    holds from then on too, even if it is earlier (F05). Without `granted` it is computed of the rate. `reason` is
    that of `checking.reasons`. Raises Refused.
    """
    by.must(May.EDIT_FUNDING, None)
    grant = decision.grant
    if any(one.file_reference == values["file_reference"] for one in grant.decisions):
        refuse([("file_reference", Sentence(_SAME_REFERENCE))])
    now = cost_plan.standing_of(decision)
    wanted = dict(values)
    if wanted.get("granted") is None:
        if grant.rate is None:
            refuse([("granted", Sentence(_NO_RATE))])
        wanted["granted"] = rules.granted(wanted["eligible"], grant.rate or NOTHING)
    if wanted["granted"] > wanted["eligible"]:
        refuse([("granted", Sentence(_MORE_GRANTED))])
    whole_now = {
        name: (wanted.get(name) or NOTHING) - now[name] for name in ("eligible", "granted", "third_party")
    }
    own = {name: wanted.get(name) for name in queries.DECISION_FIELDS}
    values = {**own, **whole_now}
    warnings = _warnings(session, grant, values, reason)
    with bound.following(session, by=by):
        made = Decision(**{**values, "drawn": None}, kind=kind, amends_id=cost_plan.chain(decision)[0].id)
        grant.decisions.append(made)
        audit.record(session, Action.DECISION_ADDED, made, by=by, changes=audit.whole(made))
    reasons.keep(session, grant, made, warnings, reason, by=by)
    return made


def _warnings(session: Session, grant: Grant, values: Mapping[str, Any], reason: Reason) -> list[left.Warned]:
    """What warns of the amendment as it would be stored, where somebody is asked. Raises Refused without a reason."""
    if reason is NOT_ASKED:
        return []
    room = replace(left.of_programme(session, grant.programme), minimum=None)  # it says what it adds
    found = list(left.against_decision(room, values))
    reasons.refuse_without(found, reason)
    return found


_SAME_REFERENCE = N_(
    "Dieses Aktenzeichen hat schon ein Bescheid der Zuwendung. Bitte einen Zusatz anhängen, etwa »Ä1«."
)
_NO_RATE = N_("Die Zuwendung hat keinen Fördersatz. Bitte den bewilligten Betrag eintragen.")
_MORE_GRANTED = N_("Bewilligt wäre mehr, als zuwendungsfähig ist.")
