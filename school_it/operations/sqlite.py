"""Copying a SQLite database while people write to it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

PAGES_AT_ONCE = 2_000
BUSY_SECONDS = 30


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of `source` as a single file, written through to the disk, readable by the owner only."""
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    with closing(_opened(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write, pages=PAGES_AT_ONCE, sleep=0.01)
        write.execute("PRAGMA journal_mode=DELETE")
    sync(target)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_SECONDS)


def sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, have reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
