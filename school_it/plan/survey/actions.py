"""What is done with the survey: opened, answered, decided, closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit, setwise
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import expect_version, table_of, today
from school_it.errors import N_, BadValue, Refused, RuleBroken, Sentence
from school_it.plan import standing
from school_it.plan.standing import SchoolStand
from school_it.plan.survey import queries, rules
from school_it.plan.survey.models import SurveyCode, SurveyRound, SurveyWish, label
from school_it.plan.survey.rules import Decision, Group
from school_it.plan.talks import actions as talks

ROUND_FIELDS = ("due_on", "text")
ANSWER_FIELDS = ("wanted", "reason")
DECIDED_FIELDS = ("decision", "granted", "decision_reason")


def open_round(session: Session, values: Mapping[str, Any], *, by: Actor) -> SurveyRound:
    """`values`: school_year, due_on, text. A code and a line for each group for every school.

    Raises BadValue, RuleBroken where the year has its round already.
    """
    by.must(May.EDIT_PLAN, None)
    if not values.get("school_year") or not values.get("due_on"):
        raise BadValue(N_("Eine Bedarfsabfrage braucht ein Schuljahr und den Tag, bis zu dem sie läuft."))
    if queries.round_of(session, values["school_year"]) is not None:
        raise RuleBroken(N_("Für dieses Schuljahr gibt es schon eine Bedarfsabfrage."))
    one = SurveyRound(
        school_year=values["school_year"],
        opened_on=today(),
        due_on=values["due_on"],
        text=values.get("text"),
    )
    session.add(one)
    session.flush()
    batch = audit.begin_batch(session, "survey.round", by=by, title=one.label)
    audit.record(session, Action.SURVEY_OPENED, one, by=by, changes=audit.whole(one), batch=batch)
    _ask(session, one, standing.look(session, today(), seen_by=by).schools, by=by, batch=batch)
    return one


def ask_further(session: Session, one: SurveyRound, *, by: Actor) -> int:
    """Schools that came later are asked too. Returns how many."""
    by.must(May.EDIT_PLAN, None)
    _must_be_open(one)
    asked = {school.id for school, _code in queries.codes(session, one, seen_by=by)}
    town = standing.look(session, today(), seen_by=by)
    missing = [school for school in town.schools if school.id not in asked]
    if missing:
        batch = audit.begin_batch(session, "survey.round", by=by, title=one.label)
        _ask(session, one, missing, by=by, batch=batch)
    return len(missing)


def _ask(
    session: Session, one: SurveyRound, schools: Sequence[SchoolStand], *, by: Actor, batch: audit.Batch
) -> None:
    codes = [
        {"round_id": one.id, "school_id": school.id, "code": rules.new_code(one.school_year, school.number)}
        for school in schools
    ]
    setwise.add(
        session, table_of(SurveyCode), codes, action=Action.SURVEY_CODE_ADDED, by=by, batch=batch,
        label=lambda row: str(row["code"]),
    )  # fmt: skip
    lines = [
        {
            "version": 1, "round_id": one.id, "school_id": school.id, "group": group, "what": "",
            "target": cell.known_target, "stock": cell.stock,
            "gap": cell.known_gap, "decision": Decision.OPEN,
        }
        for school in schools
        for group in Group
        if group.item_class is not None
        for cell in (school.cells[group.item_class],)
    ]  # fmt: skip
    setwise.add(
        session, table_of(SurveyWish), lines, action=Action.SURVEY_WISH_ADDED, by=by, batch=batch,
        label=lambda row: label(row["group"], row["what"]),
    )  # fmt: skip


def change_round(
    session: Session, one: SurveyRound, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    by.must(May.EDIT_PLAN, None)
    expect_version(one, version)
    if "due_on" in values and not values["due_on"]:
        raise BadValue(N_("Bitte den Tag angeben, bis zu dem geantwortet werden soll."))
    changes = audit.assign(one, values, ROUND_FIELDS)
    if changes:
        audit.record(session, Action.SURVEY_CHANGED, one, by=by, changes=changes)


def close_round(session: Session, one: SurveyRound, *, by: Actor) -> None:
    """Nothing is taken any more, until it is opened again."""
    _set_closed(session, one, today(), by)


def reopen_round(session: Session, one: SurveyRound, *, by: Actor) -> None:
    _set_closed(session, one, None, by)


def _set_closed(session: Session, one: SurveyRound, on: date | None, by: Actor) -> None:
    by.must(May.EDIT_PLAN, None)
    changes = audit.assign(one, {"closed_on": on}, ("closed_on",))
    if changes:
        audit.record(session, Action.SURVEY_CHANGED, one, by=by, changes=changes)


def answer(
    session: Session, wish: SurveyWish, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """`values`: wanted, reason. Raises BadValue, RuleBroken where the round is closed or the wish decided."""
    by.must(May.ANSWER_SURVEY, wish.school_id)
    expect_version(wish, version)
    _check(wish.group, wish.what, values.get("wanted", wish.wanted))
    changes = audit.assign(wish, values, ANSWER_FIELDS)
    if changes:
        _must_be_open(wish.round)
        if wish.decision is not Decision.OPEN:
            raise RuleBroken(
                N_("Über »%(wish)s« ist schon entschieden; das ändert nur das Schulverwaltungsamt."),
                wish=wish.trace_label,
            )
        audit.record(session, Action.SURVEY_ANSWERED, wish, by=by, changes=changes)


def add_wish(
    session: Session, one: SurveyRound, school_id: int, values: Mapping[str, Any], *, by: Actor
) -> SurveyWish:
    """A line of the school's own: group, what, wanted, reason."""
    by.must(May.ANSWER_SURVEY, school_id)
    _must_be_open(one)
    group, what = values.get("group"), values.get("what") or ""
    if group is None or values.get("wanted") is None:
        raise BadValue(N_("Ein weiterer Wunsch braucht Gerätegruppe und Anzahl."))
    _check(group, what, values["wanted"])
    known = queries.wishes(session, one, seen_by=by, school_id=school_id)
    if any((wish.group, wish.what.casefold()) == (group, what.casefold()) for wish in known):
        raise RuleBroken(
            N_("»%(wish)s« steht schon in der Liste. Bitte dort die Anzahl ändern."),
            wish=label(group, what),
        )
    wish = SurveyWish(
        round_id=one.id, school_id=school_id, group=group, what=what, wanted=values["wanted"],
        reason=values.get("reason"), decision=Decision.OPEN,
    )  # fmt: skip
    session.add(wish)
    session.flush()
    audit.record(session, Action.SURVEY_WISH_ADDED, wish, by=by, changes=audit.whole(wish))
    return wish


def decide(
    session: Session, wish: SurveyWish, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    """`values`: decision, granted (where it is cut), decision_reason, due_on, euros.

    What is granted becomes an agreement with the school, and so a need of the plan. Raises BadValue, RuleBroken.
    """
    by.must(May.EDIT_PLAN, None)
    expect_version(wish, version)
    wanted = _decided(wish, values)
    changes = audit.assign(wish, wanted, DECIDED_FIELDS)
    if changes:
        audit.record(session, Action.SURVEY_DECIDED, wish, by=by, changes=changes)
    talks.agree_on_wish(
        session, wish, number=wanted["granted"] or 0, reason=wanted["decision_reason"], due_on=values.get("due_on"),
        euros=values.get("euros"), by=by,
    )  # fmt: skip


def _decided(wish: SurveyWish, values: Mapping[str, Any]) -> dict[str, Any]:
    decision, granted = values["decision"], values.get("granted")
    reason = values.get("decision_reason")
    if decision is not Decision.OPEN and not wish.wanted:
        raise RuleBroken(N_("Hier ist nichts gewünscht; zu entscheiden gibt es nichts."))
    if decision in (Decision.CUT, Decision.REJECTED) and not reason:
        said = Sentence(N_("Wer kürzt oder ablehnt, nennt der Schule den Grund."))
        raise Refused([("decision_reason", said)])
    if decision is Decision.ACCEPTED:
        if granted not in (None, wish.wanted):
            said = Sentence(
                N_("Angenommen sind alle %(n)s. Für weniger bitte »gekürzt« wählen oder »bewilligt« leeren."),
                n=wish.wanted,
            )
            raise Refused([("granted", said)])
        granted = wish.wanted
    elif decision is Decision.CUT:
        if granted is None or not 0 < granted < (wish.wanted or 0):
            said = Sentence(
                N_("Gekürzt heißt: mehr als 0 und weniger als die gewünschten %(n)s."), n=wish.wanted
            )
            raise Refused([("granted", said)])
    else:
        granted = None
    return {"decision": decision, "granted": granted, "decision_reason": reason}


def _must_be_open(one: SurveyRound) -> None:
    if not one.is_open:
        raise RuleBroken(N_("Die Bedarfsabfrage %(year)s ist abgeschlossen."), year=one.label)


def _check(group: Group, what: str | None, wanted: int | None) -> None:
    wrong = rules.what_is_wrong(group, what, wanted)
    if wrong is not None:
        raise BadValue(wrong[1].text, **wrong[1].values)
