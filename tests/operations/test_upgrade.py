"""An upgrade of the tables loses nothing: it copies first, and happens as a whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from flask import Flask

from app import create_app
from school_it.database import db
from school_it.errors import SchoolItError
from school_it.operations import schema

ENV = schema.VERSIONS.parent / "env.py"
HEAD = (
    "import sqlalchemy as sa\nfrom alembic import op\nrevision = {revision!r}\ndown_revision = {before!r}\n\n"
)
FIRST = """def upgrade():
    op.create_table("school", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String(10)))
    op.create_table("device", sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("school_id", sa.Integer(), sa.ForeignKey("school.id", name="fk", ondelete="CASCADE")))
    op.execute("INSERT INTO school VALUES (1, 'Eiche')")
    op.execute("INSERT INTO device VALUES (1, 1), (2, 1)")
"""
WIDER = """def upgrade():
    with op.batch_alter_table("school") as batch:
        batch.alter_column("name", type_=sa.String(200))
"""
BROKEN = """def upgrade():
    op.create_table("room", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("DELETE FROM device WHERE id = 1")
    op.execute("INSERT INTO nowhere VALUES (1)")
"""
DANGLING = """def upgrade():
    op.execute("DELETE FROM school")
"""


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The product with migrations of its own in ``tmp_path/migrations``."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    shutil.copy(ENV, folder / "env.py")
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    monkeypatch.setattr(schema, "config", lambda: config)
    app = create_app(
        {"TESTING": True, "HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'here.db'}"}
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def write(app: Flask, number: int, body: str) -> None:
    before = f"{number - 1:04}" if number > 1 else None
    path = Path(app.instance_path) / "migrations" / "versions" / f"{number:04}.py"
    path.write_text(HEAD.format(revision=f"{number:04}", before=before) + body)


def rows(app: Flask, sql: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(Path(app.instance_path) / "here.db") as connection:
        return connection.execute(sql).fetchall()


def test_rebuilding_a_table_keeps_what_points_to_it(product: Flask) -> None:
    write(product, 1, FIRST)
    schema.upgrade(product.config["SCHOOL_IT"])
    write(product, 2, WIDER)
    done = schema.upgrade(product.config["SCHOOL_IT"])
    assert (done.before, done.after) == ("0001", "0002")
    assert rows(product, "SELECT id, school_id FROM device") == [(1, 1), (2, 1)]
    assert "VARCHAR(200)" in str(rows(product, "SELECT sql FROM sqlite_master WHERE name = 'school'"))


def test_an_existing_database_is_copied_before_it_is_changed(product: Flask) -> None:
    write(product, 1, FIRST)
    assert schema.upgrade(product.config["SCHOOL_IT"]).copy is None
    write(product, 2, WIDER)
    copy = schema.upgrade(product.config["SCHOOL_IT"]).copy
    assert copy is not None
    assert copy.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert connection.execute("SELECT count(*) FROM device").fetchone() == (2,)


@pytest.mark.parametrize("body", [BROKEN, DANGLING], ids=["a statement fails", "a row would dangle"])
def test_an_upgrade_that_fails_has_changed_nothing(product: Flask, body: str) -> None:
    write(product, 1, FIRST)
    schema.upgrade(product.config["SCHOOL_IT"])
    write(product, 2, body)
    with pytest.raises(SchoolItError, match="nichts geändert"):
        schema.upgrade(product.config["SCHOOL_IT"])
    assert schema.current() == "0001"
    assert rows(product, "SELECT count(*) FROM device") == [(2,)]
    assert rows(product, "SELECT name FROM sqlite_master WHERE name = 'room'") == []


def test_a_database_of_a_newer_program_is_left_alone(product: Flask) -> None:
    write(product, 1, FIRST)
    schema.upgrade(product.config["SCHOOL_IT"])
    with sqlite3.connect(Path(product.instance_path) / "here.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
    with pytest.raises(SchoolItError, match="neueren Fassung"):
        schema.upgrade(product.config["SCHOOL_IT"])


def test_foreign_keys_hold_again_after_the_upgrade(product: Flask) -> None:
    write(product, 1, FIRST)
    schema.upgrade(product.config["SCHOOL_IT"])
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
