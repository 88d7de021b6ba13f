"""A backup holds everything, is proven before it has a name, and is put back whole or not at all."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import create_app
from school_it import access
from school_it.database import db, transaction
from school_it.errors import SchoolItError
from school_it.operations import archive, backup, night, schema
from school_it.schools import actions
from school_it.schools.models import School
from school_it.schools.rules import SchoolType
from tests import live

HOUSE = access.house("test")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The product on a migrated database of each kind, with one school and one document."""
    if request.param == "sqlite":
        yield from _filled(tmp_path / "home", "")
        return
    from tests.postgres import fresh_database

    with fresh_database() as url:
        yield from _filled(tmp_path / "home", url)


def _filled(home: Path, url: str) -> Iterator[Flask]:
    app = create_app({"TESTING": True, "HOME": str(home), "DATABASE_URL": url})
    with app.app_context():
        schema.upgrade(app.config["SCHOOL_IT"])
        add_school(1)
        (home / "documents" / "ab").mkdir(parents=True)
        (home / "documents" / "ab" / "vertrag.pdf").write_bytes(b"%PDF Leihvertrag")
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Flask]:
    yield from _filled(tmp_path / "home", "")


def add_school(number: int) -> None:
    values = {"school_number": f"{100000 + number}", "name": f"Schule {number}", "school_type": SchoolType.G}
    with transaction() as session:
        actions.add_school(session, values, by=HOUSE)


def names() -> list[str]:
    db.session.remove()
    return list(db.session().scalars(select(School.name).order_by(School.id)))


def test_what_was_saved_comes_back_and_the_state_before_is_kept(product: Flask, tmp_path: Path) -> None:
    settings = product.config["SCHOOL_IT"]
    manifest = backup.create(settings, tmp_path / "sicherung.tar")
    assert manifest.tables["schools"][0] == 1
    assert manifest.documents == ["documents/ab/vertrag.pdf"]
    add_school(2)
    (settings.home / "documents" / "ab" / "vertrag.pdf").write_bytes(b"")
    done = backup.restore(settings, tmp_path / "sicherung.tar")
    assert names() == ["Schule 1"]
    assert (settings.home / "documents" / "ab" / "vertrag.pdf").read_bytes() == b"%PDF Leihvertrag"
    assert _schools_in(done.kept) == 2
    add_school(3)
    assert names() == ["Schule 1", "Schule 3"]
    assert not [path.name for path in settings.home.iterdir() if path.name.startswith("backup-")]


def _schools_in(kept: str) -> int:
    if kept.endswith(".db"):
        with sqlite3.connect(kept) as connection:
            return int(connection.execute("SELECT count(*) FROM schools").fetchone()[0])
    from school_it.operations.postgresql import connected

    with connected(db.engine.url.set(database=kept)) as connection:
        return int(connection.scalar(text("SELECT count(*) FROM schools")) or 0)


def test_a_backup_is_readable_by_its_owner_only_and_replaces_nothing(product: Flask, tmp_path: Path) -> None:
    target = tmp_path / "sicherung.tar"
    backup.create(product.config["SCHOOL_IT"], target)
    assert target.stat().st_mode & 0o777 == 0o600
    before = target.read_bytes()
    with pytest.raises(SchoolItError, match="gibt es schon"):
        backup.create(product.config["SCHOOL_IT"], target)
    assert target.read_bytes() == before


def test_a_backup_made_while_people_write_is_one_moment(product: Flask, tmp_path: Path) -> None:
    """Each writer adds a school and its trace in one transaction: the two counts may never differ by the backup."""
    stop = threading.Event()
    writers = [
        threading.Thread(target=_write_on, args=(product, stop, start)) for start in (1000, 2000, 3000)
    ]
    for writer in writers:
        writer.start()
    try:
        for turn in range(3):
            manifest = backup.create(product.config["SCHOOL_IT"], tmp_path / f"{turn}.tar")
            assert manifest.tables["schools"][0] == manifest.tables["audit_entries"][0]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert len(names()) > manifest.tables["schools"][0]
    backup.restore(product.config["SCHOOL_IT"], tmp_path / "2.tar")
    assert len(names()) == manifest.tables["schools"][0]


def _write_on(app: Flask, stop: threading.Event, start: int) -> None:
    with app.app_context():
        number = start
        while not stop.is_set():
            number += 1
            add_school(number)
            db.session.remove()


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "empty": lambda content, chance: b"",
    "cut in half": lambda content, chance: content[: len(content) // 2],
    "cut by a block": lambda content, chance: content[:-512],
    "cut by a record": lambda content, chance: content[:-10240],
    "a page of zeros": lambda content, chance: content[:4096] + bytes(4096) + content[8192:],
    "something appended": lambda content, chance: content + b"mehr",
    "zeros appended": lambda content, chance: content + bytes(512),
    "not an archive": lambda content, chance: b"PK\x03\x04" + content,
    "twice": lambda content, chance: content + content,
    **{
        f"a bit turned, {turn}": lambda content, chance: _with_turned_bit(
            content, chance.randrange(len(content) * 8)
        )
        for turn in range(14)
    },
}


def _with_turned_bit(content: bytes, place: int) -> bytes:
    changed = bytearray(content)
    changed[place // 8] ^= 1 << (place % 8)
    return bytes(changed)


def test_every_damaged_archive_is_refused_and_the_live_data_stay(on_sqlite: Flask, tmp_path: Path) -> None:
    settings = on_sqlite.config["SCHOOL_IT"]
    backup.create(settings, tmp_path / "gut.tar")
    add_school(2)
    sound, chance = (tmp_path / "gut.tar").read_bytes(), random.Random(20)
    damaged = tmp_path / "schlecht.tar"
    for name, damage in DAMAGES.items():
        damaged.write_bytes(damage(sound, chance))
        with pytest.raises(SchoolItError) as refused:
            backup.restore(settings, damaged)
        assert refused.value.exit_code == 1, name
        assert names() == ["Schule 1", "Schule 2"], name
    assert not (settings.home / "backups").exists(), "nothing was swapped"


def resealed(source: Path, target: Path, change: Callable[[dict[str, object]], None]) -> None:
    """The same archive with another manifest, sealed anew as a forger would."""
    found = archive.Archive(source)
    told = json.loads(archive.manifest_bytes(found.manifest))
    change(told)
    with archive.writing(target) as into:
        for name in found.manifest.members:
            part = target.with_name("part")
            found.unpack(name, part)
            into.add(name, part)
            part.unlink()
        into.add_bytes(archive.MANIFEST, json.dumps(told).encode())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema": "9999"}, "neueren Fassung"),
        ({"database": "oracle"}, "stammt aus"),
        ({"product": "netbox"}, "keine unversehrte Sicherung"),
        ({"format": 2}, "nicht kennt"),
        ({"tables": {}}, "beschädigt"),
    ],
)
def test_a_foreign_or_newer_archive_is_refused_with_its_reason(
    on_sqlite: Flask, tmp_path: Path, change: dict[str, object], says: str
) -> None:
    backup.create(on_sqlite.config["SCHOOL_IT"], tmp_path / "gut.tar")
    resealed(tmp_path / "gut.tar", tmp_path / "fremd.tar", lambda told: told.update(change))
    with pytest.raises(SchoolItError, match=says):
        backup.restore(on_sqlite.config["SCHOOL_IT"], tmp_path / "fremd.tar")
    assert names() == ["Schule 1"]


@pytest.mark.parametrize(
    "name", ["documents/../../boese", "../boese", "/etc/boese", "documents//x", "secret_key"]
)
def test_no_document_leads_out_of_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match=r"boese|secret_key|//"):
        archive.check_name(name)


def test_a_full_disk_leaves_no_half_backup(
    on_sqlite: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> Path:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(backup, "_packed", full)
    with pytest.raises(SchoolItError, match="nicht schreiben"):
        backup.create(on_sqlite.config["SCHOOL_IT"], tmp_path / "ziel" / "sicherung.tar")
    (tmp_path / "ziel").mkdir()
    with pytest.raises(SchoolItError, match="No space left"):
        backup.create(on_sqlite.config["SCHOOL_IT"], tmp_path / "ziel" / "sicherung.tar")
    assert list((tmp_path / "ziel").iterdir()) == []


def test_so_many_days_weeks_and_months_are_kept() -> None:
    days = [date(2026, 11, 25) - timedelta(days=back) for back in range(500)]
    kept = night.worth_keeping(days, 7, 5, 12)
    assert {date(2026, 11, 25) - timedelta(days=back) for back in range(7)} <= kept
    assert date(2026, 11, 15) in kept, "the newest of its week"
    assert date(2026, 2, 28) in kept, "the newest of its month"
    assert date(2026, 2, 27) not in kept
    assert len(kept) <= 7 + 5 + 12


def test_the_nightly_backup_removes_only_what_it_made_itself(on_sqlite: Flask) -> None:
    settings = on_sqlite.config["SCHOOL_IT"]
    folder = night.folder(settings)
    old = folder / "school-it-2019-05-06.tar"
    own = folder / "vor-dem-umzug.tar"
    for day in range(1, 31):
        (folder / f"school-it-2020-01-{day:02}.tar").write_bytes(b"")
    for path in (old, own):
        path.write_bytes(b"")
    removed = night.thin_out(settings)
    assert own.exists()
    assert old.exists(), "the newest of its month"
    assert "school-it-2020-01-02.tar" in removed


def test_the_commands_make_prove_and_restore(tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "sicherung.tar"
    live.succeed(home, "db", "upgrade")
    made = json.loads(live.succeed(home, "backup", "create", str(file), "--json"))
    assert made["size"] == file.stat().st_size
    assert json.loads(live.succeed(home, "backup", "verify", str(file), "--json"))["sound"] is True
    assert "kept" in json.loads(live.succeed(home, "backup", "restore", str(file), "--json"))
    file.write_bytes(file.read_bytes()[:-700])
    for command in ("verify", "restore"):
        refused = live.command(home, "backup", command, str(file), "--json")
        assert refused.returncode == 1
        assert "keine unversehrte Sicherung" in json.loads(refused.stdout)["error"]
        assert refused.stderr == ""
