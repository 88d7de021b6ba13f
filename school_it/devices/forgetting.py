"""Saved lists that were made to find somebody go when that person is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from school_it.devices.models import SavedView
from school_it.people import holdings
from school_it.people.models import Person
from school_it.people.rules import folded


def remove_views_about(session: Session, person_ids: Sequence[int]) -> None:
    """Lists whose search or name says somebody's full name or sign-in; a surname alone may be anybody's."""
    views = session.execute(select(SavedView.id, SavedView.name, SavedView.query)).all()
    if not views:
        return
    columns = select(Person.given_name, Person.family_name, Person.username)
    people = session.execute(columns.where(Person.id.in_(person_ids))).all()
    about = [
        ident
        for ident, name, query in views
        if any(_names(_words(name, query), given, family, sign) for given, family, sign in people)
    ]
    if about:
        session.execute(
            delete(SavedView).where(SavedView.id.in_(about)).execution_options(synchronize_session=False)
        )


def _words(name: str, query: str) -> set[str]:
    said = [name, *(value for key, value in parse_qsl(query) if key == "q")]
    return {word for text in said for word in folded(text).replace(",", " ").split()}


def _names(words: set[str], given: str, family: str, sign: str | None) -> bool:
    whole = set(folded(f"{given} {family}").split())
    return (bool(given) and whole <= words) or (sign is not None and folded(sign) in words)


holdings.also_forget(remove_views_about)
