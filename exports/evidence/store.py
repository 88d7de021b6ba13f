"""The bytes of what was handed in: ``HOME/evidence``, to be read only."""

from __future__ import annotations

import hashlib
from pathlib import Path

from school_it.errors import N_, CannotRead
from school_it.kept_files import KeptFiles

HANDED_IN = KeptFiles("evidence", mode=0o400)


def read(home: Path, digest: str) -> bytes:
    """The bytes as they were kept. Raises CannotRead where they are gone or others."""
    try:
        content = HANDED_IN.path_of(home, digest).read_bytes()
    except OSError:
        raise CannotRead(
            N_("Die Datei dieses Nachweises fehlt auf dem Server. Bitte aus einer Sicherung zurückholen.")
        ) from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise CannotRead(
            N_("Die Datei dieses Nachweises wurde verändert. Bitte aus einer Sicherung zurückholen.")
        )
    return content
