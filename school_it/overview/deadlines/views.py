"""Pages of deadlines: the list, one's own calendar and reminders, the calendar file itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms import RadioField

from school_it import deadlines
from school_it.access import Actor, May, current, needs, public
from school_it.accounts import queries as account_queries
from school_it.database import db, now, today, transaction, whole_number
from school_it.deadlines import Deadline
from school_it.errors import N_, Sentence
from school_it.operations import mail
from school_it.overview.deadlines import feeds, ics, reminders, sources  # noqa: F401 - sources says what there is
from school_it.overview.deadlines.reminders import RHYTHMS, Rhythm
from school_it.schools import queries as school_queries
from school_it.web import flash_done, page
from school_it.web.fields import Form, refusals_in, status_of

bp = Blueprint("deadlines", __name__)

SEERS = (May.SEE_DEVICES, May.SEE_ACCOUNTS, May.SEE_LICENCES, May.SEE_FUNDING, May.SEE_NETWORK)
HORIZONS = {
    30: N_("30 Tage"),
    90: N_("90 Tage"),
    365: N_("ein Jahr"),
    1096: N_("drei Jahre"),
}
AHEAD = 90
IN_CALENDAR = timedelta(days=1096)
MOST_ROWS = 500
NEXT = 5


@bp.get("/deadlines")
@needs(*SEERS)
def index() -> Any:
    actor, session = current(), db.session()
    titles = deadlines.titles(actor)
    ahead = whole_number(request.args.get("days", "")) or AHEAD
    ahead = ahead if ahead in HORIZONS else AHEAD
    kind, school = request.args.get("kind", ""), request.args.get("school", "")
    kinds = [kind] if kind in titles else []
    found = deadlines.within(
        session, actor, today(), today() + timedelta(days=ahead), kinds=kinds, school_number=school or None
    )
    return page(
        "deadlines/index.html",
        deadlines=found[:MOST_ROWS],
        more=max(len(found) - MOST_ROWS, 0),
        days=ahead,
        kind=kind,
        school=school,
        titles=titles,
        kinds=sorted(((one, _(title)) for one, title in titles.items()), key=lambda pair: pair[1]),
        horizons=[(str(number), _(word)) for number, word in HORIZONS.items() if number != AHEAD],
        schools=school_queries.choices(session, seen_by=actor),
        asked={name: text for name, text in request.args.items() if text},
        **looks(),
    )


def looks() -> dict[str, Any]:
    """How a deadline is shown."""
    return {"address": address_of, "said": in_words, "today": today()}


def address_of(one: Deadline) -> str:
    return url_for(one.endpoint, **one.args)


def in_words(one: Deadline) -> str:
    return one.what.said_by(_) if isinstance(one.what, Sentence) else one.what


def next_ones(session: Session, actor: Actor) -> Sequence[Deadline]:
    """The few that come next, for the start page; what is overdue has a tile of its own there."""
    if not any(actor.may(may) for may in SEERS):
        return []
    found = deadlines.within(session, actor, today(), today() + timedelta(days=AHEAD))
    return [one for one in found if one.day >= today()][:NEXT]


# --- one's own calendar and reminders ---


class ReminderForm(Form):
    rhythm = RadioField(coerce=Rhythm, default=Rhythm.NEVER)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.rhythm.label.text = _("Erinnerungen per E-Mail")
        self.rhythm.choices = [(one.value, _(word)) for one, word in RHYTHMS.items()]


@bp.route("/deadlines/mine", methods=["GET", "POST"])
@needs(May.SEE_HOME)
def mine() -> Any:
    actor, session = current(), db.session()
    user = account_queries.user_by_id(session, actor.id or 0)
    form, secret, step = ReminderForm(), None, request.form.get("step", "")
    if request.method == "GET":
        form.rhythm.data = reminders.rhythm_of(user)
    elif step == "renew":
        with transaction() as writing:
            secret = feeds.renew(writing, by=actor)
    elif step == "withdraw":
        with transaction() as writing:
            feeds.withdraw(writing, by=actor)
        flash_done(_("Die Adresse ist zurückgezogen; sie öffnet nichts mehr."))
    elif form.validate_on_submit():
        with refusals_in(form), transaction() as writing:
            reminders.choose(writing, form.rhythm.data, address=request.url_root, by=actor)
        if not form.errors:
            flash_done(_("Gespeichert."))
    return page(
        "deadlines/mine.html",
        status_of(form),
        form=form,
        email=user.email,
        can_send=mail.can_send(current_app.config["SCHOOL_IT"]),
        has_feed=feeds.has_feed(session, user.id) or secret is not None,
        feed=secret and url_for(".calendar", secret=secret, _external=True),
    )


@bp.get("/deadlines.ics")
@needs(*SEERS)
def download() -> Response:
    """The same list as a file to keep; it takes the filters of the page."""
    answer = _file(db.session(), current(), request.args.get("kind", ""), request.args.get("school", ""))
    answer.headers["Content-Disposition"] = 'attachment; filename="fristen.ics"'
    return answer


@bp.get("/calendar/<secret>.ics")
@public
def calendar(secret: str) -> Response:
    """For a calendar program, which has no session: the secret says who reads. Nothing of it is kept on the way."""
    session = db.session()
    return _file(session, feeds.reader(session, secret))


def _file(session: Session, actor: Actor, kind: str = "", school: str = "") -> Response:
    titles = deadlines.titles(actor)
    kinds = [kind] if kind in titles else []
    until = today() + IN_CALENDAR
    found = deadlines.within(session, actor, today(), until, kinds=kinds, school_number=school or None)
    events = [
        ics.Event(
            key=one.key,
            day=one.day,
            summary=f"{_(titles[one.kind])}: {in_words(one)}",
            description=one.school or "",
            category=_(titles[one.kind]),
            url=url_for(one.endpoint, **one.args, _external=True),
        )
        for one in found
    ]
    host = request.host.partition(":")[0]
    content = ics.calendar(_("Fristen der Schul-IT"), events, host=host, made_at=now())
    answer = Response(content, content_type=ics.TYPE)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
