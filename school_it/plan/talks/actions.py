"""What is done with talks and agreements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version, today
from school_it.devices.rules import ItemClass
from school_it.errors import N_, BadValue, Refused, Sentence, refuse
from school_it.plan.talks import queries, rules
from school_it.plan.talks.models import Agreement, AnnualReview
from school_it.plan.talks.rules import Kept
from school_it.school_year import school_year
from school_it.schools.models import School

MINUTES = ("school_year", "held_on", "participants", "text")
TERMS = ("what", "item_class", "number", "euros", "responsible", "due_on", "kept", "note")


def hold(session: Session, school: School, values: Mapping[str, Any], *, by: Actor) -> AnnualReview:
    """The minutes of a talk: held_on, participants, text, and the school_year where it is not that of the day."""
    by.must(May.EDIT_PLAN, school.id)
    review = AnnualReview(school_id=school.id, school=school, **_minutes(values))
    session.add(review)
    session.flush()
    audit.record(session, Action.TALK_ADDED, review, by=by, changes=audit.whole(review))
    return review


def change_minutes(
    session: Session,
    review: AnnualReview,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Actor,
) -> None:
    by.must(May.EDIT_PLAN, review.school_id)
    expect_version(review, version)
    changes = audit.assign(review, _minutes(values), MINUTES)
    if changes:
        audit.record(session, Action.TALK_CHANGED, review, by=by, changes=changes)


def _minutes(values: Mapping[str, Any]) -> dict[str, Any]:
    day = values.get("held_on")
    if day is None:
        raise BadValue(N_("Wann war das Gespräch? Bitte den Tag angeben."))
    if day > today():
        raise Refused([("held_on", Sentence(N_("Eine Niederschrift gibt es erst, wenn das Gespräch war.")))])
    return {
        "held_on": day,
        "school_year": values.get("school_year") or school_year(day),
        "participants": values.get("participants"),
        "text": values.get("text"),
    }


def agree(
    session: Session,
    school: School,
    values: Mapping[str, Any],
    *,
    review: AnnualReview | None = None,
    by: Actor,
) -> Agreement:
    """`values`: what, due_on, and item_class, number, euros, responsible, where they are known. Raises BadValue."""
    by.must(May.EDIT_PLAN, school.id)
    wanted = {name: values.get(name) for name in TERMS} | {"kept": values.get("kept") or Kept.OPEN}
    _check(wanted)
    agreement = Agreement(
        school_id=school.id, school=school, review_id=review.id if review else None,
        agreed_on=review.held_on if review else today(), **wanted,
    )  # fmt: skip
    session.add(agreement)
    session.flush()
    audit.record(session, Action.AGREEMENT_ADDED, agreement, by=by, changes=audit.whole(agreement))
    return agreement


def settle(
    session: Session,
    agreement: Agreement,
    values: Mapping[str, Any],
    *,
    version: int | None = None,
    by: Actor,
) -> None:
    """Kept, postponed (to a new `due_on`), dropped (with a `note` why), or put right. Raises BadValue."""
    by.must(May.EDIT_PLAN, agreement.school_id)
    expect_version(agreement, version)
    wanted = {name: getattr(agreement, name) for name in TERMS} | dict(values)
    _check(wanted)
    if wanted["kept"] is Kept.POSTPONED and wanted["due_on"] <= today():
        raise Refused([("due_on", Sentence(N_("Verschoben auf wann? Bitte einen künftigen Tag angeben.")))])
    if wanted["kept"] is Kept.DROPPED and not wanted["note"]:
        said = Sentence(N_("Warum entfällt es? Die Schule liest den Grund im nächsten Gespräch."))
        raise Refused([("note", said)])
    changes = audit.assign(agreement, wanted, TERMS)
    if changes:
        audit.record(session, Action.AGREEMENT_CHANGED, agreement, by=by, changes=changes)


def _check(values: dict[str, Any]) -> None:
    wrong = rules.what_is_wrong(values)
    refuse([wrong] if wrong else [])


class Wished(Protocol):
    """A wish of the survey."""

    @property
    def id(self) -> Any: ...
    @property
    def school(self) -> Any: ...
    @property
    def school_id(self) -> Any: ...
    @property
    def group(self) -> Any: ...
    @property
    def round(self) -> Any: ...
    @property
    def trace_label(self) -> str: ...


UNDECIDED = "Über den Wunsch wird neu entschieden."


def agree_on_wish(
    session: Session,
    wish: Wished,
    *,
    number: int,
    reason: str | None = None,
    due_on: date | None = None,
    euros: Decimal | None = None,
    by: Actor,
) -> None:
    """What is granted of a wish is agreed; a decision that grants nothing drops what was agreed on it before, for the
    `reason` of the decision.

    Due at the end of the fiscal year after the round's, unless it says otherwise.
    """
    known = queries.of_wish(session, wish.id)
    item_class: ItemClass | None = wish.group.item_class
    due = due_on or (known.due_on if known else date(wish.round.school_year + 1, 12, 31))
    if not number:
        if known is not None:
            note = reason or known.note or UNDECIDED
            settle(session, known, {"kept": Kept.DROPPED, "note": note}, by=by)
        return
    values: dict[str, Any] = {
        "what": f"{number} × {wish.trace_label}"[:300], "item_class": item_class,
        "number": number if item_class else None, "euros": euros, "due_on": due,
    }  # fmt: skip
    if known is not None:
        settle(session, known, {**values, "kept": Kept.OPEN}, by=by)
        return
    agreement = agree(session, wish.school, values, by=by)
    agreement.wish_id = wish.id
    audit.record(
        session,
        Action.AGREEMENT_CHANGED,
        agreement,
        by=by,
        changes=audit.differences(agreement, ("wish_id",)),
    )
