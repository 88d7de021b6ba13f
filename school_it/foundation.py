"""What the product stands on: a Flask application that has its settings and its database, and knows no room yet.

`app.create_app` builds the house on it; commands that look after tables and files as a whole need no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask

from school_it import database, settings

ROOT = Path(__file__).resolve().parent.parent


def laid(overrides: Mapping[str, Any] | None = None) -> Flask:
    """`overrides` win over environment and file: settings by their name with or without ``SCHOOL_IT_``, and anything
    else as Flask's own configuration. Raises SettingsError for a bad value.
    """
    own, flasks = _sorted(overrides or {})
    wanted = settings.load(own)
    app = Flask("app", root_path=str(ROOT), instance_path=str(wanted.home))
    app.config.update(
        SCHOOL_IT=wanted,
        SECRET_KEY=wanted.SECRET_KEY,
        MAX_CONTENT_LENGTH=wanted.UPLOAD_MB * 1024 * 1024,
        SESSION_COOKIE_SECURE=wanted.HTTPS,
        SESSION_COOKIE_NAME="__Host-school_it" if wanted.HTTPS else "school_it",
    )
    if hosts := [name.strip() for name in wanted.HOSTS.split(",") if name.strip()]:
        app.config["TRUSTED_HOSTS"] = hosts  # an address in a page, a catalogue or a mail is one of these
    app.config.update(flasks)
    database.prepare(app, wanted)
    return app


def _sorted(overrides: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    known = {setting.name for setting in settings.SETTINGS} | {settings.DIRECTORIES}
    own = {name: value for name, value in overrides.items() if name.removeprefix(settings.PREFIX) in known}
    return own, {name: value for name, value in overrides.items() if name not in own}
