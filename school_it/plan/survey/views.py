"""Pages of the survey: who has answered, what a school wishes, and what the office makes of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from school_it.access import May, current, needs
from school_it.cells import show_date
from school_it.database import db, today, transaction
from school_it.devices.rules import ItemClass
from school_it.errors import BadValue, RuleBroken
from school_it.plan import standing
from school_it.plan.survey import actions, forms, queries
from school_it.plan.survey.forms import Answers, DecideForm, NewRoundForm, RoundForm
from school_it.plan.survey.models import SurveyRound, SurveyWish
from school_it.plan.survey.queries import SchoolState
from school_it.plan.survey.rules import ANSWERED, DECISIONS, GROUPS, Answered, Decision
from school_it.plan.talks import queries as talks
from school_it.plan.views.blueprint import bp, tabs
from school_it.schools import queries as school_queries
from school_it.web import flash_done, flash_hint, page, said
from school_it.web.fields import refusals_in, status_of

BADGES = {Answered.NOT: "danger", Answered.PARTLY: "warning", Answered.WHOLLY: "success"}
DECISION_BADGES = {
    Decision.OPEN: "neutral",
    Decision.ACCEPTED: "success",
    Decision.CUT: "warning",
    Decision.REJECTED: "danger",
}


@bp.get("/survey")
@needs(May.SEE_PLAN)
def survey() -> Any:
    """The round of the address, else the newest: every school with how far it is."""
    session, actor = db.session(), current()
    every = queries.rounds(session)
    wanted = request.args.get("year", "")
    one = next((each for each in every if str(each.school_year) == wanted), every[0] if every else None)
    states = queries.standing(session, one, seen_by=actor) if one else []
    missing = [each for each in states if each.state is not Answered.WHOLLY]
    return page(
        "plan/survey.html",
        tabs=tabs("survey"),
        round=one,
        rounds=[(str(each.school_year), each.label) for each in every],
        states=states,
        missing=missing,
        undecided=sum(each.undecided for each in states),
        wanted=sum(each.wanted for each in states),
        names=ANSWERED,
        badges=BADGES,
        is_late=bool(one and one.is_open and one.due_on < today()),
        reminder=reminder(one) if one else "",
        mail=lambda state: mail_to(one, state) if one else "",
    )


def reminder(one: SurveyRound) -> str:
    """The text that reminds a school, to copy or to mail."""
    text: str = _(
        "Guten Tag,\n\nfür die Bedarfsabfrage %(year)s fehlt uns noch Ihre Antwort. Bitte senden Sie die Mappe bis "
        "%(day)s ausgefüllt zurück oder tragen Sie den Bedarf hier ein: %(url)s\nWer nichts braucht, trägt 0 ein.\n\n"
        "Vielen Dank\n%(authority)s",
        year=one.label,
        day=show_date(one.due_on),
        url=url_for("plan.survey", _external=True),
        authority=current_app.config["SCHOOL_IT"].AUTHORITY,
    )
    return text


def mail_to(one: SurveyRound, state: SchoolState) -> str:
    """A mail program opens with the reminder; "" for a school without an address."""
    if not state.school.email or state.state is Answered.WHOLLY:
        return ""
    subject = _("Bedarfsabfrage %(year)s", year=one.label)
    return f"mailto:{quote(state.school.email)}?subject={quote(subject)}&body={quote(reminder(one))}"


@bp.route("/survey/new", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def new_round() -> Any:
    form = NewRoundForm()
    if form.validate_on_submit():
        with refusals_in(form, "school_year"), transaction() as session:
            actions.open_round(session, form.values, by=current())
        if not form.errors:
            flash_done(_("Die Bedarfsabfrage ist eröffnet. Die Mappen liegen bereit."))
            return redirect(url_for("plan.survey", year=form.school_year.data))
    return page("plan/survey_edit.html", status_of(form), form=form, round=None)


@bp.route("/survey/<int:year>/edit", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def edit_round(year: int) -> Any:
    one = queries.get_round(db.session(), year)
    form = RoundForm(data={"due_on": one.due_on, "text": one.text, "version": one.version})
    if form.validate_on_submit():
        with refusals_in(form, "due_on"), transaction() as session:
            changing = queries.get_round(session, year)
            actions.change_round(session, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for("plan.survey", year=year))
    return page("plan/survey_edit.html", status_of(form), form=form, round=one)


@bp.post("/survey/<int:year>/close")
@needs(May.EDIT_PLAN)
def close_round(year: int) -> Any:
    """Closes an open round, opens a closed one; what the button of an older page says is done already, stays."""
    opens = request.form.get("to") == "open"
    with transaction() as session:
        one = queries.get_round(session, year)
        if one.is_open is not opens:
            (actions.reopen_round if opens else actions.close_round)(session, one, by=current())
    flash_done(
        _("Die Abfrage ist wieder offen.")
        if opens
        else _("Die Abfrage ist abgeschlossen. Mappen werden nicht mehr angenommen.")
    )
    return redirect(url_for("plan.survey", year=year))


@bp.post("/survey/<int:year>/further")
@needs(May.EDIT_PLAN)
def ask_further(year: int) -> Any:
    with transaction() as session:
        count = actions.ask_further(session, queries.get_round(session, year), by=current())
    if count:
        flash_done(ngettext("%(num)d Schule ist dazugekommen.", "%(num)d Schulen sind dazugekommen.", count))
    else:
        flash_hint(_("Es sind schon alle Schulen gefragt."))
    return redirect(url_for("plan.survey", year=year))


@bp.get("/survey/<int:year>/<number>")
@needs(May.SEE_PLAN)
def survey_school(year: int, number: str) -> Any:
    """What a school wishes, beside what is missing today, and what was decided."""
    session, actor = db.session(), current()
    one = queries.get_round(session, year)
    school = school_queries.get_school(session, number, seen_by=actor, may=May.SEE_PLAN)
    town = standing.look(session, today(), seen_by=actor, school_id=school.id)
    cells = town.schools[0].cells
    return page(
        "plan/survey_school.html",
        round=one,
        school=school,
        code=queries.code_of(session, one, school.id),
        wishes=queries.wishes(session, one, seen_by=actor, school_id=school.id),
        gap_now=lambda wish: cells[wish.group.item_class].gap if wish.group.item_class else None,
        groups=GROUPS,
        decisions=DECISIONS,
        badges=DECISION_BADGES,
        answers=one.is_open and actor.scope(May.ANSWER_SURVEY).holds(school.id),
    )


@bp.route("/survey/<int:year>/<number>/answer", methods=["GET", "POST"])
@needs(May.ANSWER_SURVEY)
def answer_survey(year: int, number: str) -> Any:
    """The school fills in its lines on the page, also on the phone."""
    session, actor = db.session(), current()
    one = queries.get_round(session, year)
    school = school_queries.get_school(session, number, seen_by=actor, may=May.ANSWER_SURVEY)
    lines = queries.wishes(session, one, seen_by=actor, school_id=school.id)
    sent = forms.read(lines, request.form) if request.method == "POST" else Answers()
    problem = ""
    if request.method == "POST" and not sent.faults:
        try:
            with transaction() as writing:
                _take(sent, writing, year, school.id)
            flash_done(
                _("Danke, die Wünsche sind eingetragen. Bis zum Ende der Abfrage lassen sie sich ändern.")
            )
            return redirect(url_for("plan.survey_school", year=year, number=number))
        except (BadValue, RuleBroken) as refusal:
            problem = said(refusal)
            session.rollback()
            one = queries.get_round(session, year)
            lines = queries.wishes(session, one, seen_by=actor, school_id=school.id)
    return page(
        "plan/survey_answer.html",
        422 if sent.faults or problem else 200,
        round=one,
        school=school_queries.get_school(session, number, seen_by=actor, may=May.ANSWER_SURVEY),
        lines=[wish for wish in lines if wish.decision is Decision.OPEN],
        decided=[wish for wish in lines if wish.decision is not Decision.OPEN],
        typed=sent.typed,
        faults=sent.faults,
        problem=problem,
        groups=GROUPS,
        group_choices=[(one.value, str(_(name))) for one, name in GROUPS.items()],
        more_lines=range(1, forms.MORE_LINES + 1),
    )


def _take(sent: Answers, writing: Any, year: int, school_id: int) -> None:
    actor = current()
    for wish, values, seen in sent.lines:
        held = queries.get_wish(writing, wish.id, seen_by=actor)
        actions.answer(writing, held, values, version=seen, by=actor)
    one = queries.get_round(writing, year)
    for values in sent.more:
        actions.add_wish(writing, one, school_id, values, by=actor)


@bp.route("/survey/wishes/<int:ident>/decide", methods=["GET", "POST"])
@needs(May.EDIT_PLAN)
def decide_wish(ident: int) -> Any:
    session = db.session()
    wish = queries.get_wish(session, ident, seen_by=current())
    agreed = talks.of_wish(session, ident)
    form = DecideForm(
        data={
            "decision": None if wish.decision is Decision.OPEN else wish.decision, "granted": wish.granted,
            "decision_reason": wish.decision_reason, "due_on": agreed.due_on if agreed else None,
            "euros": agreed.euros if agreed else None, "version": wish.version,
        }
    )  # fmt: skip
    year, number = wish.round.school_year, wish.school.school_number
    if form.validate_on_submit():
        with refusals_in(form, "decision"), transaction() as writing:
            changing = queries.get_wish(writing, ident, seen_by=current())
            actions.decide(writing, changing, form.values, version=form.seen_version, by=current())
        if not form.errors:
            flash_done(_("Entschieden. Was bewilligt ist, steht als Vereinbarung im Plan."))
            granted = form.decision.data in (Decision.ACCEPTED, Decision.CUT)
            if granted and wish.group.item_class is None and form.euros.data is None:
                flash_hint(
                    _(
                        "Ohne Betrag zählt die Vereinbarung im Haushalt mit 0 €. Er lässt sich hier nachtragen."
                    )
                )
            return redirect(url_for("plan.survey_school", year=year, number=number))
        wish = queries.get_wish(session, ident, seen_by=current())
    return page(
        "plan/survey_decide.html",
        status_of(form),
        form=form,
        wish=wish,
        groups=GROUPS,
        **_today_of(wish),
    )


def _today_of(wish: SurveyWish) -> dict[str, Any]:
    """How the school stands today in the class of the wish, and what one device costs."""
    item_class: ItemClass | None = wish.group.item_class
    if item_class is None:
        return {"cell": None, "price": None}
    town = standing.look(db.session(), today(), seen_by=current(), school_id=wish.school_id)
    price: Decimal = town.assumed.price(item_class, today().year)
    return {"cell": town.schools[0].cells[item_class], "price": price}
