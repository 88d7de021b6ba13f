"""Two people who do the same in the same moment: one of them is told in a sentence, and nothing is half done."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from school_it.access import Role
from school_it.accounts.models import RoleGrant, User
from school_it.database import db, transaction
from school_it.errors import Busy, Stale
from school_it.schools.models import Room, School
from school_it.schools.rules import SchoolType


def test_the_second_of_two_equal_things_is_told(session: Session, school: School) -> None:
    with pytest.raises(Stale), transaction() as writing:
        writing.add(School(school_number=school.school_number, name="Zwilling", school_type=SchoolType.G))


def test_what_somebody_else_has_removed_meanwhile_is_told(session: Session, school: School) -> None:
    with pytest.raises(Stale, match="gibt es nicht mehr"), transaction() as writing:
        writing.add(Room(school_id=2_000_000_000, room="1.01"))


def test_a_role_everywhere_is_given_once(session: Session) -> None:
    with transaction() as writing:
        user = User(name="zwei", display_name="Zwei")
        writing.add(user)
        writing.flush()
        writing.add(RoleGrant(user_id=user.id, role=Role.OFFICE))
    with pytest.raises(Stale), transaction() as writing:
        writing.add(RoleGrant(user_id=user.id, role=Role.OFFICE))


def test_who_waits_too_long_for_sqlite_is_asked_to_come_back(tmp_path: Path) -> None:
    own = {"TESTING": True, "HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}"}
    with create_app(own).app_context():
        db.create_all()
        other = sqlite3.connect(tmp_path / "own.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        db.session.connection().exec_driver_sql("PRAGMA busy_timeout=50")
        with pytest.raises(Busy), transaction():
            pass
        other.execute("ROLLBACK")
        other.close()
        with transaction() as writing:
            assert writing.scalar(select(func.count()).select_from(School)) == 0
        db.session.remove()
        db.engine.dispose()
