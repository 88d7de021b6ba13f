"""Files kept under their SHA-256: ``HOME/<folder>/ab/abcd…``, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from school_it.operations.archive import digest_of
from school_it.operations.sqlite import sync


@dataclass(frozen=True)
class KeptFiles:
    """One folder of the home; each file in it with these rights (`mode`)."""

    folder: str
    mode: int

    def path_of(self, home: Path, digest: str) -> Path:
        return home / self.folder / digest[:2] / digest

    def keep(self, home: Path, content: bytes) -> str:
        """Write the bytes and return their digest; on the disk, and under their name only when they are whole.

        What is there already stays, unless it is damaged. The unfinished file lies outside the folder that a backup
        reads.
        """
        digest = hashlib.sha256(content).hexdigest()
        if self.is_sound(home, digest):
            return digest
        path = self.path_of(home, digest)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = home / f".{self.folder}-{secrets.token_hex(8)}"
        try:
            handle = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, self.mode)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
            sync(path.parent)
        finally:
            fresh.unlink(missing_ok=True)
        return digest

    def is_there(self, home: Path, digest: str) -> bool:
        return self.path_of(home, digest).is_file()

    def is_sound(self, home: Path, digest: str) -> bool:
        """Whether the bytes are those that were kept: reads the whole file."""
        path = self.path_of(home, digest)
        return path.is_file() and digest_of(path) == digest

    def remove(self, home: Path, digest: str) -> None:
        self.path_of(home, digest).unlink(missing_ok=True)

    def stored(self, home: Path) -> Iterator[Path]:
        """Every file in the folder, whether anything needs it or not."""
        return (path for path in sorted((home / self.folder).rglob("*")) if path.is_file())
