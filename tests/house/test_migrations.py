"""The migrations make exactly the tables that the program expects, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, text

from app import create_app
from school_it.database import db
from school_it.operations import schema

POSTGRESQL_TEXTS = """SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
    UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The product on an empty database of each kind."""
    if request.param == "sqlite":
        yield from _inside(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}")
        return
    from tests.postgres import fresh_database

    with fresh_database() as url:
        yield from _inside(tmp_path, url)


def _inside(home: Path, url: str) -> Iterator[Flask]:
    app = create_app({"TESTING": True, "HOME": str(home), "DATABASE_URL": url})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrations_make_the_tables_of_the_models(empty: Flask) -> None:
    schema.upgrade(empty.config["SCHOOL_IT"])
    with db.engine.connect() as connection:
        options = {"include_object": schema.include_object, "compare_type": True, "render_as_batch": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), db.metadata)
    assert differences == [], "make migration SAYS=… is due"


def test_guards_and_search_indexes_come_with_the_migrations(empty: Flask) -> None:
    schema.upgrade(empty.config["SCHOOL_IT"])
    with db.engine.connect() as connection:
        migrated = _beside_the_tables(connection)
    _begin_anew()
    db.create_all()
    with db.engine.connect() as connection:
        assert migrated == _beside_the_tables(connection)


def _begin_anew() -> None:
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        return
    db.engine.dispose()
    Path(db.engine.url.database or "").unlink()


def _beside_the_tables(connection: Connection) -> Any:
    if connection.dialect.name == "postgresql":
        return {name for (name,) in connection.execute(text(POSTGRESQL_TEXTS)) if "alembic" not in name}
    wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' OR sql LIKE '%VIRTUAL%'"
    rows = connection.exec_driver_sql(wanted)
    return {name: " ".join(sql.split()) for name, sql in rows}


def test_an_upgraded_database_is_not_touched_again(empty: Flask) -> None:
    first = schema.upgrade(empty.config["SCHOOL_IT"])
    again = schema.upgrade(empty.config["SCHOOL_IT"])
    assert first.changed
    assert not again.changed
    assert again.copy is None
