"""Rules for the names of outlets, and which type a model is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from school_it.access import May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.errors import N_, BadValue
from school_it.network.forms import RuleForm
from school_it.network.types import queries as type_queries
from school_it.network.types.models import DeviceType
from school_it.network.types.queries import Wish
from school_it.network.types.rules import DEVICE_KINDS, DeviceKind
from school_it.network.views.blueprint import bp
from school_it.network.wiring import actions, queries, renaming
from school_it.schools import queries as school_queries
from school_it.web import flash_done, lists, page
from school_it.web.fields import refusals_in, status_of


@bp.route("/rules", methods=["GET", "POST"])
@needs(May.EDIT_NETWORK)
def rules() -> Any:
    """The rules that are kept, a form for one more, and what it would make of an example."""
    session, actor = db.session(), current()
    form = RuleForm()
    everywhere = [("", _("alle Schulen"))] if actor.scope(May.EDIT_NETWORK).everywhere else []
    form.school.choices = everywhere + school_queries.choices(session, seen_by=actor, may=May.EDIT_NETWORK)
    tried = None
    if form.validate_on_submit():
        values = form.values
        with refusals_in(form, "pattern"):
            renaming.checked_rule(values["pattern"], values["becomes"])
            if values["example"] and request.form.get("try"):
                found = renaming.renamed(values["example"], [(values["pattern"], values["becomes"])])
                tried = found[0] if found else ""
            else:
                with transaction() as writing:
                    at = (
                        school_queries.get_school(
                            writing, values["school"], seen_by=actor, may=May.EDIT_NETWORK
                        )
                        if values["school"]
                        else None
                    )
                    actions.keep_rule(
                        writing, values["pattern"], values["becomes"], school=at, supplier=values["supplier"],
                        by=actor,
                    )  # fmt: skip
                flash_done(_("Die Regel ist gemerkt. Sie gilt ab der nächsten Dosenliste."))
                return redirect(url_for(".rules"))
    kept = queries.rename_rules(session, seen_by=actor)
    return page("network/rules.html", status_of(form), form=form, rules=kept, tried=tried)


@bp.post("/rules/<int:ident>/forget")
@needs(May.EDIT_NETWORK)
def forget_rule(ident: int) -> Any:
    with transaction() as session:
        actions.forget_rule(session, queries.get_rule(session, ident, seen_by=current()), by=current())
    flash_done(_("Die Regel ist gelöscht. Dosen behalten ihren Namen."))
    return redirect(url_for(".rules"))


@bp.get("/models")
@needs(May.SEE_NETWORK)
def models() -> Any:
    """The models of network devices that have no ports yet, each with types that may be meant."""
    session, actor = db.session(), current()
    found = queries.unknown_models(session, seen_by=actor)
    asked = (request.args.get("maker") or "", request.args.get("model") or "")
    text = request.args.get("q", "").strip()[:200]
    types = _types(session, Wish(text=text)) if text else []
    kind = None if types else _kind([one[2] for one in found if (one[0] or "", one[1]) == asked])
    if kind is not None:
        types = _types(session, Wish(kind=kind))
    return page(
        "network/models.html",
        models=found,
        has_ports=lists.count(session, queries.switches(seen_by=actor)).number > 0,
        types=types,
        text=text,
        asked=asked,
        kind=kind,
        kinds=DEVICE_KINDS,
    )


def _types(session: Session, wish: Wish) -> Sequence[DeviceType]:
    return session.scalars(type_queries.device_types(wish).order_by("manufacturer", "model").limit(25)).all()


def _kind(categories: Sequence[str]) -> DeviceKind | None:
    """What kind of type devices of this category have: both go by the same word."""
    return next((kind for kind, name in DEVICE_KINDS.items() if name in categories), None)


@bp.post("/models/type")
@needs(May.IMPORT_ALL)
def type_model() -> Any:
    """»Modell X ist Gerätetyp Y«."""
    ident = whole_number(request.form.get("type", ""))
    if ident is None:
        raise BadValue(N_("Bitte einen Gerätetyp wählen."))
    with transaction() as session:
        made = actions.type_model(
            session,
            request.form.get("maker", "").strip()[:120],
            request.form.get("model", "").strip()[:120],
            type_queries.get_type(session, ident),
            by=current(),
        )
    flash_done(ngettext("%(num)s Port angelegt.", "%(num)s Ports angelegt.", made))
    return redirect(url_for(".models"))
