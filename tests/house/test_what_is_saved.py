"""What the product calls saved survives a power cut; the other tests do without, as each wait for the disk adds up."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from app import create_app
from school_it.database import db

FULL = 2


def test_what_is_saved_has_reached_the_disk(tmp_path: Path) -> None:
    product = create_app(
        {"HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "SECRET_KEY": "x" * 40}
    )
    with product.app_context():
        with db.engine.connect() as connection:
            assert connection.scalar(text("PRAGMA synchronous")) == FULL
            assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        db.engine.dispose()
