"""How values look on a page: German dates and amounts, words for yes and no, the story of an object."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from flask import Flask, has_request_context, url_for
from flask_babel import gettext as _
from flask_login import current_user

from school_it import cells, money, school_year
from school_it.access import May
from school_it.audit import SAID, Action, Batch, Entry
from school_it.database import TOWN_TIME
from school_it.errors import Sentence


def day(value: date | None) -> str:
    return "" if value is None else f"{value:%d.%m.%Y}"


def moment(value: datetime | None) -> str:
    return "" if value is None else f"{value.astimezone(TOWN_TIME):%d.%m.%Y, %H:%M}"


def number(value: int | None) -> str:
    return "" if value is None else f"{value:,}".replace(",", ".")


def yes_no(value: bool | None) -> str:
    return "" if value is None else _("ja") if value else _("nein")


def kept_sentence(told: Mapping[str, Any]) -> str:
    """A sentence that was kept as its German text and its values, in the reader's language."""
    values = {
        name: kept_sentence(value) if isinstance(value, Mapping) else value
        for name, value in told["values"].items()
    }
    return Sentence(told["text"], **values).said_by(_)


def prepare(app: Flask) -> None:
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        number=number,
        euro=money.shown,
        percent=lambda share: "" if share is None else cells.show_percent(share),
        amount=lambda text: money.shown(Decimal(text)),
        sentence=kept_sentence,
        yes_no=yes_no,
        school_year=lambda start: "" if start is None else school_year.label(start),
        word=lambda value, words: "" if value is None else _(words[value]),
    )


@dataclass(frozen=True)
class Event:
    """One entry of the trail in words; `changes` are (what, before, after), `act` the page of its batch or ""."""

    when: str
    iso: str
    who: str
    sentence: str
    changes: list[tuple[str, str, str]]
    batch_id: int | None
    act: str = ""


def story(
    entries: Iterable[Entry],
    *,
    names: Mapping[str, str],
    value: Callable[[str, Any], str | None] = lambda _field, _value: None,
    tell: Callable[[Entry], str | None] = lambda _entry: None,
    hidden: Collection[str] = (),
) -> list[Event]:
    """`names` are the German names of the fields, `value` may word a field's value, `tell` a whole entry.

    The fields in `hidden` are left out.
    """
    return [_event(entry, names, value, tell, hidden) for entry in entries]


def _event(
    entry: Entry,
    names: Mapping[str, str],
    value: Callable[[str, Any], str | None],
    tell: Callable[[Entry], str | None],
    hidden: Collection[str],
) -> Event:
    begins = entry.action.endswith(".added")
    return Event(
        when=moment(entry.at),
        iso=entry.at.isoformat(),
        who=entry.actor_name,
        sentence=tell(entry) or _(SAID[Action(entry.action)]),
        changes=[
            (
                _(names.get(field, field)),
                "" if begins else _worded(field, before, value),
                _worded(field, after, value),
            )
            for field, (before, after) in {**entry.changes, **_pairs(entry.personal)}.items()
            if field not in hidden and field != "version" and not field.endswith("_folded")  # nobody's doing
        ],
        batch_id=entry.batch_id,
        act=_act(entry),
    )


def act(batch: Batch, sentence: str) -> Event:
    """A whole act as one event."""
    when, iso = moment(batch.at), batch.at.isoformat()
    return Event(when, iso, batch.actor_name, sentence, [], batch.id, _page_of_act(batch.id, batch.actor_id))


def _act(entry: Entry) -> str:
    return "" if entry.batch_id is None else _page_of_act(entry.batch_id, entry.actor_id)


def _page_of_act(ident: int, by: int | None) -> str:
    """Where the whole act can be looked at and taken back: by whoever did it, and by those who may read the trail."""
    if not (has_request_context() and current_user.is_authenticated):
        return ""
    actor = current_user.actor
    own = by is not None and by == actor.id
    return url_for("overview.batch", ident=ident) if own or actor.may(May.SEE_AUDIT) else ""


def _pairs(personal: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        name: pair for name, pair in (personal or {}).items() if isinstance(pair, list) and len(pair) == 2
    }


def _worded(field: str, stored: Any, value: Callable[[str, Any], str | None]) -> str:
    own = value(field, stored)
    return own if own is not None else stored_text(stored)


def stored_text(stored: Any) -> str:
    """A plain JSON value of the trail as people read it."""
    if stored is None:
        return ""
    if isinstance(stored, bool):
        return yes_no(stored)
    if isinstance(stored, Decimal):
        return money.shown(stored)
    if isinstance(stored, Enum):
        return str(stored.value)
    if isinstance(stored, str) and len(stored) == 10 and stored[4:5] == "-" == stored[7:8]:
        try:
            return day(date.fromisoformat(stored))
        except ValueError:
            return stored
    return str(stored)
