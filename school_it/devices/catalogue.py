"""Categories and models: what forms offer and what follows from a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, May, house
from school_it.audit import Action, Batch
from school_it.database import expect_version, transaction
from school_it.devices import queries, rules
from school_it.devices.models import Category, DeviceModel
from school_it.errors import N_, BadValue, RuleBroken

CATEGORY_FIELDS = ("name", "useful_life_years", "funding_item", "item_class", "active")
MODEL_FIELDS = ("category_id", "manufacturer", "name", "warranty_months", "usual_price", "active")


def ensure_categories(session: Session, *, by: Actor) -> dict[str, int]:
    """Make those of the usual categories that are not there yet. Returns the ids of all by name."""
    known = queries.category_ids(session)
    for name, years, item, item_class in rules.CATEGORIES:
        if name not in known:
            made = Category(name=name, useful_life_years=years, funding_item=item, item_class=item_class)
            session.add(made)
            audit.record(session, Action.CATEGORY_ADDED, made, by=by)
    session.flush()
    return queries.category_ids(session)


def at_hand(session: Session, *, by: Actor) -> dict[str, int]:
    """The ids of all categories by name; the usual ones are made where a new town has none yet."""
    return queries.category_ids(session) or ensure_categories(session, by=by)


def offered(session: Session) -> Sequence[Category]:
    """What forms offer; in a new town the usual categories are made first, in a transaction of their own."""
    found = queries.categories(session, only_active=True)
    if found:
        return found
    with transaction() as writing:
        at_hand(writing, by=house("web"))
        return queries.categories(writing, only_active=True)


def add_category(
    session: Session, values: Mapping[str, Any], *, by: Actor, batch: Batch | None = None
) -> Category:
    _must(by)
    _refuse_known_name(session, values.get("name"))
    made = Category(**{name: values[name] for name in CATEGORY_FIELDS if name in values})
    session.add(made)
    audit.record(session, Action.CATEGORY_ADDED, made, by=by, batch=batch)
    return made


def change_category(
    session: Session, category: Category, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    _must(by)
    expect_version(category, version)
    if values.get("name", category.name) != category.name:
        _refuse_known_name(session, values["name"])
    changes = audit.assign(category, values, CATEGORY_FIELDS)
    if changes:
        audit.record(session, Action.CATEGORY_CHANGED, category, by=by, changes=changes)


def add_model(session: Session, values: Mapping[str, Any], *, by: Actor) -> DeviceModel:
    _must(by)
    _refuse_known_model(session, values)
    queries.get_category(session, values["category_id"])
    made = DeviceModel(**{name: values[name] for name in MODEL_FIELDS if name in values})
    session.add(made)
    audit.record(session, Action.MODEL_ADDED, made, by=by)
    return made


def change_model(
    session: Session, model: DeviceModel, values: Mapping[str, Any], *, version: int | None = None, by: Actor
) -> None:
    _must(by)
    expect_version(model, version)
    if (values.get("manufacturer"), values.get("name")) != (model.manufacturer, model.name):
        _refuse_known_model(session, values)
    changes = audit.assign(model, values, MODEL_FIELDS)
    if changes:
        audit.record(session, Action.MODEL_CHANGED, model, by=by, changes=changes)


def _must(by: Actor) -> None:
    """The catalogue is everybody's, so only who reaches every school may change it."""
    by.must(May.EDIT_CATALOGUE, None)


def _refuse_known_name(session: Session, name: str | None) -> None:
    if not name:
        raise BadValue(N_("Eine Geräteart braucht einen Namen."))
    if name in queries.category_ids(session):
        raise RuleBroken(N_("Die Geräteart »%(name)s« gibt es schon."), name=name)


def _refuse_known_model(session: Session, values: Mapping[str, Any]) -> None:
    if queries.find_model(session, values.get("manufacturer"), values.get("name")) is not None:
        raise RuleBroken(N_("Dieses Modell steht schon im Katalog."))
