"""The bytes of what was handed in: ``HOME/evidence/ab/abcd…``, under their SHA-256, to be read only."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from school_it.errors import N_, CannotRead
from school_it.operations.archive import digest_of
from school_it.operations.sqlite import sync

FOLDER = "evidence"


def path_of(home: Path, digest: str) -> Path:
    return home / FOLDER / digest[:2] / digest


def keep(home: Path, content: bytes) -> str:
    """Write the bytes and return their digest; under their name only when they are whole and on the disk."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(home, digest)
    if is_sound(home, digest):
        return digest
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = home / f".evidence-{secrets.token_hex(8)}"
    try:
        handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o400)
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


def is_sound(home: Path, digest: str) -> bool:
    """Whether the bytes are those that were kept: reads the whole file."""
    return is_there(home, digest) and digest_of(path_of(home, digest)) == digest


def read(home: Path, digest: str) -> bytes:
    """The bytes as they were kept. Raises CannotRead where they are gone or others."""
    try:
        content = path_of(home, digest).read_bytes()
    except OSError:
        raise CannotRead(
            N_("Die Datei dieses Nachweises fehlt auf dem Server. Bitte aus einer Sicherung zurückholen.")
        ) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise CannotRead(
            N_("Die Datei dieses Nachweises wurde verändert. Bitte aus einer Sicherung zurückholen.")
        )
    return content
