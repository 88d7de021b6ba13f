"""Backups: made while people work, proven before they get their name, and put back only when they are sound.

`create` copies the database and the documents into one archive under a temporary name, reads it back, and only then
renames it. `restore` unpacks beside the live data, compares every table with the manifest, brings an older state up
to date there, and swaps at the end; the database from before is kept.
"""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from school_it.database import db, now
from school_it.errors import N_, CannotRead, SchoolItError
from school_it.operations import archive, postgresql, schema, sqlite
from school_it.operations.archive import DATABASE, FOLDERS, MANIFEST, Archive, Manifest
from school_it.settings import Settings
from school_it.web.frame import version

KIND_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True)
class Restored:
    """What `restore` did: the manifest of what is live now, and what the database from before is called."""

    manifest: Manifest
    kept: str


def create(settings: Settings, target: Path) -> Manifest:
    """Write a backup to `target`, which must not exist yet. Nothing is left behind when it fails."""
    target = target.absolute()
    if target.exists():
        raise SchoolItError(N_("%(file)s gibt es schon. Bitte einen anderen Namen nehmen."), file=target)
    partial = target.with_name(f".{target.name}.part-{os.getpid()}")
    try:
        manifest = _write(settings, partial)
        verify(settings, partial)
        os.replace(partial, target)
        sqlite.sync(target.parent)
    except OSError as problem:
        raise SchoolItError(
            N_("Die Sicherung %(file)s ließ sich nicht schreiben: %(why)s"), file=target, why=problem.strerror
        ) from None
    finally:
        partial.unlink(missing_ok=True)
    return manifest


def _write(settings: Settings, path: Path) -> Manifest:
    with archive.writing(path) as into, _workplace(settings) as place:
        for name, file in _documents(settings.home):
            into.add(name, file)
        manifest = _database(place)
        for name, file in _documents(settings.home):  # what has come since: the database may already name it
            if name not in into.members:
                into.add(name, file)
        into.add(DATABASE, _packed(place / "database"))
        manifest.members = into.members
        into.add_bytes(MANIFEST, archive.manifest_bytes(manifest))
    return manifest


@contextmanager
def _workplace(settings: Settings) -> Iterator[Path]:
    """A folder on the same disk, for the owner only."""
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.home) as place:
        yield Path(place)


def _documents(home: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((home / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(home).as_posix(), path


def _database(place: Path) -> Manifest:
    url, target = db.engine.url, place / "database"
    if url.get_backend_name() == "postgresql":
        state, tables = postgresql.dump(url, target)
    else:
        sqlite.copy_database(Path(url.database or ""), target)
        state, tables = sqlite.schema_of(target), sqlite.tables_of(target)
    made_at = now().isoformat(timespec="seconds")
    return Manifest(version(), state or "", url.get_backend_name(), made_at, tables)


def _packed(path: Path) -> Path:
    packed = path.with_suffix(".gz")
    with path.open("rb") as source, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(source, target, archive.BLOCK)
    return packed


def verify(settings: Settings, path: Path) -> Manifest:
    """Read a backup from its first byte to its last. Raises CannotRead where it could not be put back."""
    with _workplace(settings) as place:
        return _unpacked(path, place).manifest


def _unpacked(path: Path, place: Path) -> Archive:
    found = Archive(path)
    found.unpack(DATABASE, place / DATABASE)
    with gzip.open(place / DATABASE) as source, (place / "database").open("xb") as target:
        shutil.copyfileobj(source, target, archive.BLOCK)
    (place / "database").chmod(0o600)
    found.unpack_documents(place)
    _check_database(found, place / "database")
    return found


def _check_database(found: Archive, database: Path) -> None:
    if found.manifest.database == "postgresql":
        sound = postgresql.is_dump(database)
    else:
        sound = not sqlite.faults(database) and sqlite.tables_of(database) == found.manifest.tables
    if not sound:
        raise CannotRead(N_("Die Datenbank in %(file)s ist beschädigt."), file=found.path)


def restore(settings: Settings, path: Path) -> Restored:
    """Put a backup back. Whatever is wrong with it, the live data stay as they are."""
    with _workplace(settings) as place:
        found = _unpacked(path, place)
        _check_fits(found.manifest)
        stamp = f"{now():%Y%m%dT%H%M%SZ}"
        swap = _swap_postgresql if found.manifest.database == "postgresql" else _swap_sqlite
        kept = swap(settings, found, place, stamp)
    return Restored(found.manifest, kept)


def _check_fits(manifest: Manifest) -> None:
    here = db.engine.url.get_backend_name()
    if manifest.database != here:
        raise CannotRead(
            N_("Die Sicherung stammt aus %(there)s, diese Einrichtung läuft mit %(here)s."),
            there=KIND_NAMES.get(manifest.database, manifest.database),
            here=KIND_NAMES[here],
        )
    if not schema.is_known(manifest.schema):
        raise CannotRead(
            N_(
                "Die Sicherung hat den Stand %(state)s einer neueren Fassung. Bitte das Programm aktualisieren."
            ),
            state=manifest.schema or "?",
        )


def _swap_sqlite(settings: Settings, found: Archive, place: Path, stamp: str) -> str:
    database, live = place / "database", Path(db.engine.url.database or "")
    _bring_up_to_date(settings, found.manifest, f"sqlite:///{database}")
    db.session.remove()
    db.engine.dispose()
    kept = _folder(settings) / f"before-restore-{stamp}.db"
    if live.exists():
        sqlite.copy_database(live, kept)
    _put_documents(settings.home, found, place)
    sqlite.overwrite_database(database, live)
    return str(kept)


def _swap_postgresql(settings: Settings, found: Archive, place: Path, stamp: str) -> str:
    url = db.engine.url
    new, kept = f"{url.database}_restoring_{stamp}".lower(), f"{url.database}_before_{stamp}".lower()
    with postgresql.beside(url, new) as beside:
        postgresql.load(beside, place / "database")
        with postgresql.connected(beside) as connection:
            if postgresql.tables_of(connection) != found.manifest.tables:
                raise CannotRead(N_("Die Datenbank in %(file)s ist beschädigt."), file=found.path)
        _bring_up_to_date(settings, found.manifest, beside.render_as_string(hide_password=False))
        db.session.remove()
        db.engine.dispose()
        _put_documents(settings.home, found, place)
        postgresql.swap(url, new, kept)
    return kept


def _bring_up_to_date(settings: Settings, manifest: Manifest, url: str) -> None:
    """An older state is brought up beside the live data, by a process of its own."""
    if manifest.schema == schema.newest():
        return
    wanted = {"SCHOOL_IT_HOME": str(settings.home), "SCHOOL_IT_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-c", "from start import main; main()", "db", "upgrade"],
        env={**os.environ, **wanted},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [""])[-1]
        raise SchoolItError(N_("Die Sicherung ließ sich nicht auf den neuen Stand bringen: %(why)s"), why=why)


def _put_documents(home: Path, found: Archive, place: Path) -> None:
    """Missing documents come back; what is there already with the same bytes stays."""
    for name in found.manifest.documents:
        target = home / name
        if target.exists() and archive.digest_of(target) == found.manifest.members[name][1]:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(place / name, target)
        sqlite.sync(target.parent)


def _folder(settings: Settings) -> Path:
    folder = settings.home / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def facts(manifest: Manifest, path: Path) -> dict[str, Any]:
    """A backup in plain values, for the command line."""
    return {
        "file": str(path),
        "size": path.stat().st_size,
        "made_at": manifest.made_at,
        "version": manifest.version,
        "schema": manifest.schema,
        "database": manifest.database,
        "tables": {name: rows for name, (rows, _digest) in manifest.tables.items()},
        "rows": manifest.rows,
        "documents": len(manifest.documents),
    }
