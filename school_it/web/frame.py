"""The frame around every page: navigation, addresses, the person's own look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import metadata
from typing import Any

from flask import Flask, current_app, has_request_context, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from school_it import web
from school_it.access import ROLE_NAMES, Actor, May
from school_it.errors import N_
from school_it.settings import default_of

PRODUCT = "Schul-IT"

# What stands in the main navigation: who sees it, where it leads, its word and its picture.
NAVIGATION = (
    (May.SEE_HOME, "overview.home", N_("Start"), "home"),
    (May.SEE_DEVICES, "devices.index", N_("Geräte"), "devices"),
    (May.SEE_PROCUREMENT, "procurement.index", N_("Beschaffung"), "local-shipping"),
    (May.SEE_LICENCES, "licences.index", N_("Lizenzen"), "key"),
    (May.SEE_NETWORK, "network.index", N_("Netz"), "hub"),
    (May.SEE_SCHOOLS, "schools.index", N_("Schulen"), "school"),
    (May.SEE_PEOPLE, "people.index", N_("Personen"), "person"),
    (May.SEE_PLAN, "plan.index", N_("Plan"), "trending-up"),
    (May.SEE_FUNDING, "funding.index", N_("Förderung"), "euro"),
    (May.SEE_IMPORTS, "imports.index", N_("Einlesen"), "upload"),
    (May.EXPORT, "exports.index", N_("Berichte"), "download"),
    (May.SEE_JOBS, "jobs.index", N_("Aufträge"), "schedule"),
    (May.SEE_AUDIT, "overview.audit", N_("Verlauf"), "history"),
    (May.SEE_ACCOUNTS, "accounts.index", N_("Konten"), "settings"),
)
PLACES = {
    "home": "overview.home",
    "search": "overview.search",
    "profile": "accounts.profile",
    "sign_in": "accounts.sign_in",
    "sign_out": "accounts.sign_out",
    "appearance": "accounts.appearance",
    "accessibility": "overview.accessibility",
    "privacy": "overview.privacy",
    "help": "overview.help",
}
SIGNED_IN_ONLY = frozenset({"search", "profile", "sign_out", "help"})


@dataclass(frozen=True)
class Item:
    title: str
    url: str
    icon: str
    current: bool


def prepare(app: Flask) -> None:
    app.context_processor(_frame)
    app.jinja_env.globals["url_for"] = _quicker(app)


def _quicker(app: Flask) -> Callable[..., str]:
    """``url_for`` for templates. A page asks a hundred times for addresses that never change: icons, style sheets."""

    @lru_cache(maxsize=500)
    def fixed(_root: str, endpoint: str, filename: str | None) -> str:
        return app.url_for(endpoint) if filename is None else app.url_for(endpoint, filename=filename)

    def address(endpoint: str, **values: Any) -> str:
        alone = not values or (endpoint == "static" and values.keys() == {"filename"})
        if not alone or endpoint.startswith(".") or not has_request_context():
            return app.url_for(endpoint, **values)
        return fixed(request.script_root, endpoint, values.get("filename"))

    return address


def _frame() -> dict[str, Any]:
    user, known = current_user._get_current_object(), current_app.view_functions
    inside: bool = user.is_authenticated

    def may(permission: May) -> bool:
        return inside and bool(user.actor.may(permission))

    def may_at(permission: May, school_id: int | None) -> bool:
        return inside and bool(user.actor.may_at(permission, school_id))

    town = current_app.config["SCHOOL_IT"].AUTHORITY
    return {
        "product": PRODUCT,
        "version": version(),
        "town": town,
        "town_is_named": town != default_of("AUTHORITY"),
        "navigation": _navigation(may) if inside else [],
        "places": {
            name: url_for(endpoint)
            for name, endpoint in PLACES.items()
            if endpoint in known and (inside or name not in SIGNED_IN_ONLY)
        },
        "signed_in": {"name": user.display_name, "role": _role_words(user.actor)} if inside else None,
        "theme": session.get("theme") or user.theme,
        "density": session.get("density") or user.density,
        "shortcuts": user.shortcuts,
        "lang": web.language()[:2],
        "may": may,
        "may_at": may_at,
        "May": May,
    }


def _navigation(may: Callable[[May], bool]) -> list[Item]:
    return [
        Item(_(title), url_for(endpoint), icon, current=_is_here(url_for(endpoint)))
        for permission, endpoint, title, icon in NAVIGATION
        if endpoint in current_app.view_functions and may(permission)
    ]


def _is_here(address: str) -> bool:
    """The page itself or one below it; everything would be below the start page."""
    here = request.script_root + request.path
    return here == address or (not address.endswith("/") and here.startswith(f"{address}/"))


def _role_words(actor: Actor) -> str:
    return ", ".join(_(name) for role, name in ROLE_NAMES.items() if role in actor.roles)


@cache
def version() -> str:
    try:
        return metadata.version("school-it")
    except metadata.PackageNotFoundError:
        return ""
