"""The page before something of the network is removed: what will happen, then once more to be sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import redirect
from sqlalchemy.orm import Session

from school_it.database import db, transaction
from school_it.network.forms import SureForm
from school_it.web import flash_done, page
from school_it.web.fields import refusals_in, status_of

T = TypeVar("T")


@dataclass(frozen=True)
class Removal:
    """What the page says. `above` and `above_url` name the page it hangs at, `back` is where the thing stands, `leads`
    where one is when it is gone and `done` is said; `held` says what still holds it, then there is no button."""

    title: str
    sentence: str
    button: str
    above: str
    above_url: str
    back: str
    done: str
    leads: str
    consequences: Sequence[str] = ()
    held: str = ""


def removing(
    get: Callable[[Session], T], remove: Callable[[Session, T], None], told: Callable[[T], Removal]
) -> Any:
    """`get` finds and checks, for the page and once more where it is removed. What refuses is told on the page."""
    said, form = told(get(db.session())), SureForm()
    if form.validate_on_submit():
        with refusals_in(form), transaction() as session:
            remove(session, get(session))
        if not form.errors:
            flash_done(said.done)
            return redirect(said.leads)
        said = told(get(db.session()))
    return page("network/remove.html", status_of(form), form=form, removal=said)
