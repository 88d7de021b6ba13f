"""A backup as a file: a plain tar that can tell whether any of its bytes has changed.

``documents/…`` and ``inbox/…``, ``database.gz``, ``manifest.json`` and, last, ``archive.sha256``: the digest of
every byte before it. The manifest says what is inside (product, state of the tables, rows and digest of each table,
digest of each member), so a restored database can be compared with the one that was saved.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from school_it.errors import N_, CannotRead
from school_it.operations.sqlite import sync

FORMAT = 1
PRODUCT = "school-it"
DATABASE, MANIFEST, SEAL = "database.gz", "manifest.json", "archive.sha256"
FOLDERS = ("documents", "evidence", "inbox", "templates")
BLOCK = 1024 * 1024
LARGEST_MANIFEST = 64 * 1024 * 1024


@dataclass
class Manifest:
    """What stands in the manifest; `tables` is ``{name: [rows, digest]}``, `members` is ``{name: [size, sha256]}``."""

    version: str
    schema: str
    database: str
    made_at: str
    tables: dict[str, list[Any]] = field(default_factory=dict)
    members: dict[str, list[Any]] = field(default_factory=dict)
    product: str = PRODUCT
    format: int = FORMAT

    @property
    def documents(self) -> list[str]:
        return [name for name in self.members if name != DATABASE]

    @property
    def rows(self) -> int:
        return sum(rows for rows, _digest in self.tables.values())


class Writing:
    """An archive that is being written; `add` keeps the digest of what went in."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, list[Any]] = {}

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            read = Hashing(file)
            self._tar.addfile(_member(name, size), read)
        self.members[name] = [size, read.hexdigest()]

    def add_bytes(self, name: str, content: bytes) -> None:
        self._tar.addfile(_member(name, len(content)), io.BytesIO(content))


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


class Hashing:
    """Reads from a file and keeps the digest of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._digest.update(block)
        return block

    def hexdigest(self) -> str:
        return self._digest.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[Writing]:
    """Write an archive to `path`, which must not exist; sealed and on the disk when the block ends."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    with os.fdopen(handle, "w+b") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            archive = Writing(tar)
            yield archive
            archive.add_bytes(SEAL, _digest_until(path, tar.offset, file).encode())
        file.flush()
        os.fsync(file.fileno())


def _digest_until(path: Path, end: int, file: IO[bytes]) -> str:
    file.flush()
    return digest_of(path, end)


def digest_of(path: Path, end: int | None = None) -> str:
    """The digest of a file, or of its first `end` bytes."""
    summed, left = hashlib.sha256(), path.stat().st_size if end is None else end
    with path.open("rb") as file:
        while left and (block := file.read(min(BLOCK, left))):
            summed.update(block)
            left -= len(block)
    return summed.hexdigest()


def manifest_bytes(manifest: Manifest) -> bytes:
    return json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True).encode()


class Archive:
    """A sealed archive, checked to its last byte. Raises CannotRead where it is anything else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.manifest = self._checked()
        except (
            tarfile.TarError,
            EOFError,
            ValueError,
            KeyError,
            TypeError,
            OSError,
            UnicodeError,
        ) as problem:
            raise _unusable(path, problem) from None

    def _checked(self) -> Manifest:
        with tarfile.open(self.path, "r:") as tar:
            members = tar.getmembers()
            names = [member.name for member in members]
            if names[-2:] != [MANIFEST, SEAL] or not all(member.isreg() for member in members):
                raise ValueError("no seal")
            self._check_seal(tar, members[-1])
            manifest = _read_manifest(_content(tar, members[-2]))
            if sorted(names[:-2]) != sorted(manifest.members) or len(set(names)) != len(names):
                raise ValueError("members")
            return manifest

    def _check_seal(self, tar: tarfile.TarFile, seal: tarfile.TarInfo) -> None:
        content = _content(tar, seal)
        if content.decode("ascii") != digest_of(self.path, seal.offset):
            raise ValueError("digest")
        with self.path.open("rb") as file:
            file.seek(seal.offset_data + seal.size)
            rest = file.read(2 * tarfile.RECORDSIZE)
        if any(rest) or self.path.stat().st_size % tarfile.RECORDSIZE or len(rest) < 2 * tarfile.BLOCKSIZE:
            raise ValueError("end")

    def unpack(self, name: str, target: Path) -> None:
        """Write one member to `target` and compare it with the manifest."""
        size, digest = self.manifest.members[name]
        with tarfile.open(self.path, "r:") as tar, target.open("xb") as file:
            source = tar.extractfile(name)
            if source is None:
                raise _unusable(self.path, ValueError(name))
            read = Hashing(source)
            while block := read.read(BLOCK):
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        if (target.stat().st_size, read.hexdigest()) != (size, digest):
            raise _unusable(self.path, ValueError(name))

    def unpack_documents(self, folder: Path) -> None:
        for name in self.manifest.documents:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            self.unpack(name, target)
            sync(target.parent)


def check_name(name: str) -> None:
    """Raises ValueError for a document that would lie outside its folder."""
    folder, *parts = name.split("/")
    if folder not in FOLDERS or not parts or "\0" in name or "\\" in name:
        raise ValueError(name)
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(name)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    if file is None or member.size > LARGEST_MANIFEST:
        raise ValueError(member.name)
    return file.read()


def _read_manifest(content: bytes) -> Manifest:
    told = json.loads(content)
    if told.get("product") != PRODUCT:
        raise ValueError("product")
    if told.get("format") != FORMAT:
        raise CannotRead(N_("Die Sicherung hat eine Form, die diese Fassung des Programms nicht kennt."))
    manifest = Manifest(**told)
    for name in manifest.documents:
        check_name(name)
    return manifest


def _unusable(path: Path, problem: BaseException) -> CannotRead:
    if isinstance(problem, FileNotFoundError):
        return CannotRead(N_("Die Datei %(file)s gibt es nicht."), file=path)
    return CannotRead(
        N_(
            "%(file)s ist keine unversehrte Sicherung von Schul-IT: abgeschnitten, verändert oder etwas anderes."
        ),
        file=path,
    )
