"""Many devices at once: choose what to set or empty, see what would happen, do it."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May, current, needs
from school_it.database import db, transaction, whole_number
from school_it.devices import actions, bulk, listing, queries, story
from school_it.devices.bulk import Plan, Which
from school_it.devices.forms import BulkForm
from school_it.devices.views.blueprint import bp
from school_it.devices.views.editing import offer
from school_it.devices.views.index import wish_of
from school_it.errors import N_, BadValue, SchoolItError
from school_it.schools import queries as school_queries
from school_it.web import back_to, flash_done, is_own_path, page, said, show
from school_it.web.fields import status_of

MOST_TICKED = 500
SAMPLE = 10
GROUPS = (
    (N_("Ort und Nutzung"), ("school", "room", "use", "state", "move_reason")),
    (N_("Gerät"), ("category_id", "manufacturer", "model")),
    (
        N_("Kauf"),
        ("acquired_on", "commissioned_on", "price_net", "price_gross", "supplier", "invoice_no", "order_no"),
    ),
    (
        N_("Förderung und Garantie"),
        ("programme", "file_reference", "bound_until", "warranty_until", "remark"),
    ),
)


@bp.route("/bulk", methods=["GET", "POST"])
@needs(May.EDIT_DEVICES)
def edit_many() -> Any:
    session, actor = db.session(), current()
    which = _which(session, actor)
    form = BulkForm()
    offer(session, form, actor)
    step = request.form.get("step", "choose")
    if step != "choose" and form.validate_on_submit():
        try:
            if step == "apply":
                return _apply(form, actor)
            return _preview(session, form, which, actor)
        except SchoolItError as problem:
            form.form_errors.append(said(problem))
    return page("devices/bulk.html", status_of(form), form=form, **_about(session, which))


def _about(session: Session, which: Which) -> dict[str, Any]:
    """Which devices it is about, and what the pages carry on to the next step."""
    number = _number(session, which)
    if number == 0:
        raise BadValue(N_("Es ist kein Gerät ausgewählt. Bitte in der Liste Geräte ankreuzen."))
    ticked = request.form.getlist("device")
    return {
        "number": number,
        "ticked": ticked,
        "groups": GROUPS,
        "clears": _cleared(),
        "back": _back(),
    }


def _number(session: Session, which: Which) -> int:
    if isinstance(which, list):
        return len(which)
    return listing.count(session, listing.Matches(which)).number  # type: ignore[arg-type]


def _which(session: Session, actor: Actor) -> Which:
    """The ticked devices, or everything that the filters of the address find."""
    ticked = [ident for text in request.form.getlist("device") if (ident := whole_number(text)) is not None]
    if ticked:
        return ticked[:MOST_TICKED]
    if request.args.get("all") != "1":
        return []
    return listing.matches(session, wish_of(request.args), seen_by=actor).condition


def _wanted(session: Session, form: BulkForm, which: Which) -> tuple[dict[str, Any], list[str]]:
    """What to set: the filled fields; what to empty: the ticked ones that were left blank."""
    values = {name: value for name, value in form.values.items() if value not in (None, "")}
    number, room = values.pop("school", None), values.pop("room", None)
    if number:
        values["school_id"] = school_queries.get_school(session, number, seen_by=current()).id
    if room:
        at = values.get("school_id") or _only_school(session, which)
        values["room_id"] = actions.room_of(session, at, room).id  # type: ignore[union-attr]
    cleared = {"room": "room_id"}
    clear = [cleared.get(name, name) for name in _cleared()]
    clear = [name for name in clear if name not in values]
    if not values and not clear:
        raise BadValue(N_("Bitte mindestens ein Feld ausfüllen oder leeren."))
    return values, clear


def _cleared() -> list[str]:
    """The fields whose box »leeren« is ticked."""
    return [name.removeprefix("clear_") for name in request.form if name.startswith("clear_")]


def _only_school(session: Session, which: Which) -> int:
    """A room number means a room only where all devices are at one school."""
    found = queries.schools_of(session, which, seen_by=current())
    if len(found) != 1 or found[0] is None:
        raise BadValue(N_("Die Geräte stehen an mehreren Schulen. Bitte zum Raum auch die Schule wählen."))
    return found[0]


def _preview(session: Session, form: BulkForm, which: Which, actor: Actor) -> Any:
    values, clear = _wanted(session, form, which)
    reason = values.pop("move_reason", None)
    made = bulk.plan(session, which, values, clear, move_reason=reason, by=actor)
    return page(
        "devices/bulk_preview.html",
        form=form,
        plan=made,
        said=said,
        reasons=[(said(reason), number) for reason, number in made.reasons.items()],
        sample=_sample(session, made),
        carried=[
            (name, text)
            for name, texts in request.form.lists()
            if name not in ("csrf_token", "step")
            for text in texts
        ],
        **_about(session, which),
    )


def _sample(session: Session, made: Plan) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Some devices with each field before and after, in words."""
    some = made.edits[:SAMPLE]
    idents = {
        name: {
            value for edit in some if name in edit.after for value in (edit.before[name], edit.after[name])
        }
        for name in story.NAMED
    }
    worded = story.wording(session, {name: known for name, known in idents.items() if known})

    def shown(name: str, value: Any) -> str:
        plain = audit.plain(value)
        return worded(name, plain) or show.stored_text(plain)

    return [
        (
            edit.asset_tag,
            [
                (_(story.FIELD_NAMES[name]), shown(name, edit.before[name]), shown(name, after))
                for name, after in edit.after.items()
            ],
        )
        for edit in some
    ]


def _apply(form: BulkForm, actor: Actor) -> Any:
    with transaction() as session:
        which = _which(session, actor)
        values, clear = _wanted(session, form, which)
        reason = values.pop("move_reason", None)
        made = bulk.edit_many(
            session, which, values, clear, title=N_("Sammeländerung"), move_reason=reason, by=actor
        )
        done, skipped = len(made.edits), len(made.skipped)
        act = made.batch and url_for("overview.batch", ident=made.batch.id)
    flash_done(
        _("%(n)s Geräte sind geändert, %(skipped)s übersprungen.", n=done, skipped=skipped),
        (act, _("Vorgang ansehen oder zurücknehmen")) if act else None,
    )
    return back_to(url_for(".index"))


def _back() -> str:
    """The list from which somebody came, with its filters."""
    query: dict[str, Any] = {name: text for name, text in request.args.items() if name in listing.FILTERS}
    wanted = request.form.get("next", "")
    return wanted if is_own_path(wanted) else url_for(".index", **query)
