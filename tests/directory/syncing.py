"""The product pointed at a directory: its settings, its commands, and who it knows."""

from __future__ import annotations

import json
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.database import db
from school_it.people.commands import ldap
from school_it.people.models import Person
from school_it.settings import Settings
from tests.directory.town import SCHOOLS

NUMBERS = dict(zip((school.number for school in SCHOOLS), ("115514", "167149", "193240"), strict=True))
"""The town's directory has names of its own for the schools."""


class Pointed(dict[str, Any]):
    def __init__(self, app: Flask, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.app = app

    def at(self, suffix: str, profile: str, **more: Any) -> None:
        self.update(LDAP_BASE_DN=suffix, LDAP_BIND_DN=f"cn=leser,{suffix}", LDAP_PROFILE=profile, **more)
        self.app.config["SCHOOL_IT"] = Settings(self)


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(ldap, words)


def sync(app: Flask, *options: str, code: int = 0) -> dict[str, Any]:
    done = run(app, "sync", "--json", *options)
    assert done.exit_code == code, done.output
    db.session.rollback()
    return dict(json.loads(done.stdout))


def person(session: Session, username: str) -> Person:
    return session.scalars(select(Person).where(Person.username == username)).one()
