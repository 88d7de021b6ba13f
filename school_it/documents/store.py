"""The bytes of the documents on the disk: ``HOME/documents/ab/abcd…``, under their SHA-256, for the owner only."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from school_it.operations.archive import digest_of
from school_it.operations.sqlite import sync

FOLDER = "documents"


def path_of(home: Path, digest: str) -> Path:
    return home / FOLDER / digest[:2] / digest


def keep(home: Path, content: bytes) -> str:
    """Write the bytes and return their digest; on the disk, and under their name only when they are whole.

    What is there already stays, unless it is damaged. The unfinished file lies outside the folder that a backup reads.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(home, digest)
    if is_sound(home, digest, len(content)):
        return digest
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = home / f".document-{secrets.token_hex(8)}"
    try:
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return digest


def is_there(home: Path, digest: str) -> bool:
    return path_of(home, digest).is_file()


def is_sound(home: Path, digest: str, size: int) -> bool:
    """Whether the bytes are those that were kept: reads the whole file."""
    path = path_of(home, digest)
    return path.is_file() and path.stat().st_size == size and digest_of(path) == digest


def remove(home: Path, digest: str) -> None:
    path_of(home, digest).unlink(missing_ok=True)


def stored(home: Path) -> Iterator[Path]:
    """Every file in the folder, whether anything needs it or not."""
    return (path for path in sorted((home / FOLDER).rglob("*")) if path.is_file())
