"""Pages of the programmes that grants come from: what they say, whence, and what they said before."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _

from school_it import audit, charts
from school_it.access import May, current, needs
from school_it.charts import Bar
from school_it.database import db, transaction
from school_it.errors import BadValue, NotThere
from school_it.funding import actions, checking, queries, rules, story
from school_it.funding.forms.programmes import ProgrammeForm, TakeOverForm
from school_it.funding.models import Programme
from school_it.funding.programmes import compare, facts, shipped, terms, versions, whatif
from school_it.funding.programmes.compare import Kind
from school_it.funding.programmes.shipped import Shipped
from school_it.funding.views.blueprint import bp
from school_it.money import shown
from school_it.web import flash_done, page, said
from school_it.web.fields import refusals_in, status_of


@bp.get("/programmes")
@needs(May.SEE_FUNDING)
def programmes() -> Any:
    session = db.session()
    return page(
        "funding/programmes.html",
        programmes=queries.programmes(session, seen_by=current()),
        grants=queries.grant_counts(session),
        words=rules.PROGRAMME_WORDS,
        Status=rules.Status,
    )


@bp.get("/programmes/<int:ident>")
@needs(May.SEE_FUNDING)
def programme(ident: int) -> Any:
    session = db.session()
    found = queries.get_programme(session, ident, seen_by=current())
    grants = queries.grants_of(session, found)
    known = versions.of(session, found)
    made = versions.made_on(session, grants)
    spent = queries.receipt_sums(session, [grant.id for grant in grants])
    return page(
        "funding/programme.html",
        programme=found,
        grants=grants,
        granted=sum((one.granted for one in grants), rules.NOTHING),
        drawn=sum((one.drawn for one in grants), rules.NOTHING),
        spent=spent,
        paid=sum((one[1] for one in spent.values()), rules.NOTHING),
        odd=[said(sentence) for sentence in rules.odd_in_programme(_values_of(found))],
        events=story.of_entries(session, audit.story(session, found)),
        versions=known,
        version_of={ident: versions.at(known, moment).number for ident, moment in made.items()},
        shipped=_shipped().get(found.code),
        words=rules.PROGRAMME_WORDS,
        Status=rules.Status,
        **_facts(found),
    )


def _facts(found: Programme) -> dict[str, Any]:
    """What the page says beside each value."""
    return {
        "values": compare.values_of(found),
        "known": compare.known_of(found),
        "labels": compare.LABELS,
        "shown": _shown,
        "terms": terms.TERMS,
        "sure_words": facts.SURE,
        "letters": facts.LETTERS,
        "Sure": facts.Sure,
    }


def _shown(field: str, value: Any) -> str:
    """In the reader's language where it is a word."""
    word = rules.PROGRAMME_WORDS.get(field, {}).get(value) if isinstance(value, str) else None
    if word:
        return str(_(word))
    text = compare.shown(field, value).replace("\n", "; ")
    kind = shipped.COLUMNS[field].type if field in shipped.COLUMNS else terms.TERMS[field].type
    return _(text) if text and kind.words else text


@bp.route("/programmes/new", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def new_programme() -> Any:
    form = ProgrammeForm(data={"status": rules.Status.VALID, "start_event": rules.StartEvent.ORDER})
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            ident = actions.add_programme(
                writing, form.programme_values, because=form.because.data, by=current()
            ).id
        if not form.errors:
            flash_done(_("Das Programm ist angelegt."))
            return redirect(url_for(".programme", ident=ident))
    return page("funding/programme_edit.html", status_of(form), form=form, programme=None, known={})


@bp.route("/programmes/<int:ident>/edit", methods=["GET", "POST"])
@needs(May.EDIT_FUNDING)
def edit_programme(ident: int) -> Any:
    found = queries.get_programme(db.session(), ident, seen_by=current())
    stored = {**_values_of(found), **terms.of(found.terms), "version": found.version}
    form = ProgrammeForm(data=stored)
    if form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            actions.change_programme(
                writing,
                queries.get_programme(writing, ident, seen_by=current()),
                form.programme_values,
                because=form.because.data,
                version=form.seen_version,
                by=current(),
            )
        if not form.errors:
            flash_done(_("Gespeichert."))
            return redirect(url_for(".programme", ident=ident))
    return page("funding/programme_edit.html", status_of(form), form=form, programme=found, **_facts(found))


# --- what comes as files ---


def _shipped() -> dict[str, Shipped]:
    return shipped.every(current_app.config["SCHOOL_IT"].home)


@bp.get("/programmes/shipped")
@needs(May.SEE_FUNDING)
def shipped_programmes() -> Any:
    stored = {one.code: one for one in queries.programmes(db.session(), seen_by=current())}
    offered = _shipped()
    changes = {
        code: sum(line.kind in compare.TAKEN for line in compare.lines(one, stored.get(code)))
        for code, one in offered.items()
    }
    return page(
        "funding/programmes_shipped.html",
        offered=list(offered.values()),
        stored=stored,
        changes=changes,
        words=rules.PROGRAMME_WORDS,
        Status=rules.Status,
    )


@bp.route("/programmes/shipped/<code>", methods=["GET", "POST"])
@needs(May.SEE_FUNDING)
def shipped_programme(code: str) -> Any:
    offered = _shipped().get(code)
    if offered is None:
        raise NotThere(_("Dieses Programm gehört nicht zu den mitgelieferten."))
    stored = queries.find_programme(db.session(), code)
    lines = compare.lines(offered, stored)
    form = TakeOverForm(data={"version": stored.version if stored else None})
    chosen = set(request.form.getlist("take")) if request.method == "POST" else _usual(lines)
    if form.validate_on_submit():
        current().must(May.EDIT_FUNDING, None)
        with refusals_in(form), transaction() as writing:
            ident = actions.take_over(
                writing, offered, frozenset(chosen), version=form.seen_version, by=current()
            ).id
        if not form.errors:
            flash_done(_("Das Programm ist übernommen. Was noch fehlt, steht im Bescheid."))
            return redirect(url_for(".programme", ident=ident))
    return page(
        "funding/programme_shipped.html",
        status_of(form),
        form=form,
        offered=offered,
        programme=stored,
        lines=lines,
        chosen=chosen,
        Kind=Kind,
        kinds=compare.KINDS,
        labels=compare.LABELS,
        shown=_shown,
        sure_words=facts.SURE,
        words=rules.PROGRAMME_WORDS,
    )


def _usual(lines: list[compare.Line]) -> set[str]:
    return {line.field for line in lines if line.kind in compare.TAKEN}


@bp.get("/rules")
@needs(May.SEE_FUNDING)
def rule_list() -> Any:
    return page("funding/rules.html", rules=rules.RULES, severities=checking.SEVERITIES)


# --- what it said before ---


@bp.get("/programmes/<int:ident>/versions")
@needs(May.SEE_FUNDING)
def programme_versions(ident: int) -> Any:
    session = db.session()
    found = queries.get_programme(session, ident, seen_by=current())
    known = versions.of(session, found)
    by_number = {one.number: one for one in known}
    older = by_number.get(request.args.get("older", type=int) or 0, known[min(1, len(known) - 1)])
    newer = by_number.get(request.args.get("newer", type=int) or 0, known[0])
    grants = queries.grants_of(session, found)
    made = versions.made_on(session, grants)
    return page(
        "funding/programme_versions.html",
        programme=found,
        versions=known,
        older=older,
        newer=newer,
        differences=versions.differences(older, newer),
        grants_at=_grants_at(known, grants, made),
        labels=compare.LABELS,
        choices=[(str(one.number), str(one.number)) for one in known],
        shown=_shown_plain,
    )


def _grants_at(known: list[versions.Version], grants: Any, made: Mapping[int, Any]) -> dict[int, list[Any]]:
    """By number of the version the grants that were entered under it."""
    found: dict[int, list[Any]] = {}
    for one in grants:
        if one.id in made:
            found.setdefault(versions.at(known, made[one.id]).number, []).append(one)
    return found


def _shown_plain(field: str, kept: Any) -> str:
    word = rules.PROGRAMME_WORDS.get(field, {}).get(kept) if isinstance(kept, str) else None
    return _(word) if word else compare.shown_plain(field, kept).replace("\n", "; ")


# --- what if ---


@bp.get("/programmes/<int:ident>/what-if")
@needs(May.SEE_FUNDING)
def what_if(ident: int) -> Any:
    found = queries.get_programme(db.session(), ident, seen_by=current())
    is_need = request.args.get("of") == "need"
    typed = request.args.get("amount", "").strip()
    amount, error = _amount(typed) if typed else (found.budget, "")
    outcomes = (whatif.of_need if is_need else whatif.of_budget)(amount) if amount else []
    return page(
        "funding/programme_what_if.html",
        422 if error else 200,
        programme=found,
        amount=typed or (compare.shown("budget", found.budget) if found.budget else ""),
        is_need=is_need,
        error=error,
        outcomes=outcomes,
        bases=whatif.of_schools(db.session(), terms.of(found.terms), seen_by=current()),
        picture=_picture(outcomes) if outcomes else "",
        Status=rules.Status,
    )


def _amount(text: str) -> tuple[Decimal | None, str]:
    """What was typed, or the sentence of what is wrong with it."""
    try:
        amount: Decimal | None = shipped.COLUMNS["budget"].type.read(text)
    except BadValue as problem:
        return None, said(problem)
    if amount is None or not 0 < amount < whatif.MOST:
        return None, _("Bitte einen Betrag wie 1.800.000 eintragen.")
    return amount, ""


def _picture(outcomes: list[whatif.Outcome]) -> Any:
    return charts.bars(
        _("Eigenanteil der Stadt"),
        [Bar(compare.shown("rate", one.own_share), one.own) for one in outcomes],
        column=_("Eigenanteil in Prozent"),
        value_name=_("Eigenanteil"),
        shown=lambda value: shown(Decimal(value)),
    )


def _values_of(programme: Programme) -> dict[str, Any]:
    return {name: getattr(programme, name) for name in queries.PROGRAMME_FIELDS}
