"""P1, P2, P4, P5, P6: a long list of devices against reading it and writing its rows with the bare driver."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from bench.measuring import Result, compare, ratio
from bench.towns import FOLDER, KEY

ROWS, FEW, MANY = 20_000, 10_000, 100_000
ROUNDS = 3
SCHOOLS = 60
WRITES_EVERY = 0.015  # seconds, of the other person in P6
FIELDS = (
    "asset_tag", "serial_number", "category", "manufacturer", "model", "school_number", "room", "use", "state",
    "acquired_on", "commissioned_on", "price_gross", "supplier", "invoice_no", "order_no", "programme",
    "file_reference", "warranty_until", "mac_address", "remark",
)  # fmt: skip


def p1(_most: int) -> Iterator[Result]:
    file, empty = _file(ROWS), _town()
    yield compare(
        "P1", f"{ROWS:,} new devices ÷ calamine + executemany + audit", 2,
        lambda: _imported(empty, file, new=ROWS), lambda: _raw(empty, file), ROUNDS,
    )  # fmt: skip


def p2(_most: int) -> Iterator[Result]:
    file, changed, empty = _file(ROWS), _file(ROWS, changed=True), _town()
    full = _full(ROWS)
    yield compare(
        "P2", f"the same {ROWS:,}, a tenth changed ÷ the same", 1.5,
        lambda: _imported(full, changed, new=0), lambda: _raw(empty, file), ROUNDS,
    )  # fmt: skip


def p4(_most: int) -> Iterator[Result]:
    few, many, empty = _file(FEW), _file(MANY), _town()
    slope, large, small = ratio(
        lambda: _imported(empty, many, new=MANY), lambda: _imported(empty, few, new=FEW), rounds=1
    )
    raw, _large, _small = ratio(lambda: _raw(empty, many), lambda: _raw(empty, few), rounds=1)
    limit = max(11, 1.1 * raw)
    note = f"{large:.1f} s ÷ {small:.1f} s; the bare work: {raw:.1f} ×"
    yield Result("P4", f"{MANY:,} new devices ÷ {FEW:,}", slope, limit, note)


def p5(_most: int) -> Iterator[Result]:
    file, empty = _file(MANY), _town()
    mine, theirs = _peak(_imported, empty, file, MANY), _peak(_raw, empty, file)
    yield Result(
        "P5", f"peak memory, {MANY:,} devices ÷ read and insert", mine / theirs, 1.5, f"{mine:.0f} ÷ {theirs:.0f} MiB"
    )  # fmt: skip


def p6(_most: int) -> Iterator[Result]:
    file, empty = _file(ROWS), _town()
    found = []
    for _round in range(ROUNDS):
        with _home(empty) as home:
            found.append(_waited(home, file))
    share, longest, length = sorted(found)[len(found) // 2]
    note = f"{longest * 1000:.0f} ms of {length * 1000:.0f} ms, by the clock"
    yield Result("P6", "longest wait of another writer ÷ import", share, 0.25, note)


# --- one side: the product ---


def _imported(town: Path, file: Path, new: int) -> float:
    """CPU seconds of one import as ``school-it import`` does it, of this process and of the one that reads."""
    with _home(town) as home:
        app = _app(home)
        with app.app_context():
            begun = _cpu()
            facts = _import(file)
            used = _cpu() - begun
            _close()
        if facts["new"] != new or facts["problem"] or not facts["applied"]:
            raise RuntimeError(
                f"not what was to be measured: {facts['new']} new, {facts['problem']} problems"
            )
        return used


def _import(file: Path) -> dict[str, Any]:
    from imports.commands import run
    from imports.wish import Wish
    from school_it import access
    from school_it.kinds import get_kind

    kind, by = get_kind("devices"), access.house("bench")
    return run(kind, file, Wish(), None, dry_run=False, partial=False, by=by)[0]


def _app(home: Path) -> Any:
    from app import create_app

    url = f"sqlite:///{home / 'town.db'}"
    return create_app({"HOME": str(home), "DATABASE_URL": url, "SECRET_KEY": KEY, "IDLE_MINUTES": 600})


def _close() -> None:
    from school_it.database import db

    db.session.remove()
    db.engine.dispose()


def _cpu() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


# --- the other side: the bare driver ---

DEVICE = (
    "asset_tag", "serial_number", "category_id", "manufacturer", "model", "school_id", "room_id", "use", "state",
    "acquired_on", "commissioned_on", "price_gross", "supplier", "invoice_no", "order_no", "programme",
    "file_reference", "warranty_until", "mac_address", "remark", "tag_folded", "serial_folded", "maker_folded",
    "search", "version",
)  # fmt: skip
ENTRY = """INSERT INTO audit_entries
    (at, actor_name, via, action, object_type, object_id, object_label, school_id, batch_id, changes, facts)
    VALUES ('2026-01-01 00:00:00', 'bench', 'bench', 'device.added', 'devices', ?, ?, 1, NULL, ?, '{}')"""


def _raw(town: Path, file: Path) -> float:
    """CPU seconds of reading the file and writing each row with its audit entry, and nothing else."""
    with _home(town) as home, closing(sqlite3.connect(home / "town.db", isolation_level=None)) as raw:
        raw.execute("PRAGMA synchronous=FULL")
        begun = _cpu()
        rows = list(_cells(file))
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("INSERT INTO device_search_pause (id) VALUES (1)")
        marks = ",".join("?" * len(DEVICE))
        raw.executemany(
            f"INSERT INTO devices ({','.join(DEVICE)}) VALUES ({marks})",  # noqa: S608  names of our own
            (
                (
                    row[0], row[1], 1, row[3], row[4], 1, None, "pool", "in_use", str(row[9]), str(row[10]),
                    int(row[11] * 100), *row[12:17], str(row[17]), row[18], row[19],
                    row[0], row[1], row[3], f"{row[0]} {row[1]} {row[3]} {row[4]} {row[18]}", 1,
                )
                for row in rows
            ),
        )  # fmt: skip
        raw.executemany(
            ENTRY,
            (
                (place, row[0], json.dumps({name: [None, value] for name, value in zip(FIELDS, row, strict=True)},
                                           default=str))
                for place, row in enumerate(rows, start=1)
            ),
        )  # fmt: skip
        raw.execute("DELETE FROM device_search_pause")
        raw.execute("COMMIT")
        return _cpu() - begun


def _cells(file: Path) -> Iterator[list[Any]]:
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).iter_rows()
    next(rows)
    yield from rows


# --- what is read, and where to ---


@cache
def _file(rows: int, *, changed: bool = False) -> Path:
    """A workbook of `rows` devices; with `changed`, every tenth has another price and remark."""
    from xlsxwriter import Workbook

    from school_it.devices.sheet import DEVICES

    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / f"devices-{rows}{'-changed' if changed else ''}.xlsx"
    with Workbook(file, {"default_date_format": "dd.mm.yyyy"}) as book:
        sheet = book.add_worksheet("Geräte")
        sheet.write_row(0, 0, [DEVICES.column(name).header for name in FIELDS])
        for number in range(1, rows + 1):
            for place, value in enumerate(_device(number, changed and number % 10 == 0)):
                sheet.write(number, place, value)
    return file


def _device(number: int, changed: bool) -> tuple[Any, ...]:
    bought = date(2019, 1, 7) + timedelta(days=number * 7 % 2500)
    mac = f"{number * 2654435761 % 16**12:012X}"
    return (
        f"IT-{number:07d}", f"SN{number * 40503 % 10**9:09d}X", ("Tablet", "Notebook", "PC", "Beamer")[number % 4],
        f"Hersteller {number % 12}", f"Modell {number % 240}", _school_number(number % SCHOOLS), f"{number % 40 + 100}",
        ("Pool", "Lehrkraft", "Verwaltung")[number % 3], "in Betrieb", bought, bought + timedelta(days=9),
        (number * 37 % 90000 + 5000) / 100 + changed, f"Händler {number % 25} GmbH", f"RE-{number // 30:06d}",
        f"B-{number // 60:06d}", f"P{number % 5}", f"48.03-{number % 200:03d}/24", bought + timedelta(days=1095),
        ":".join(mac[place : place + 2] for place in range(0, 12, 2)),
        f"Bestand {number % 1000}, geprüft{' und berichtigt' if changed else ''}",
    )  # fmt: skip


def _school_number(place: int) -> str:
    return f"1{place:05d}"


@cache
def _town() -> Path:
    """A folder with the database of a town that has schools with their rooms, and no device."""
    from school_it import access
    from school_it.database import db, transaction
    from school_it.devices import catalogue
    from school_it.schools.models import Room, School
    from school_it.schools.rules import SchoolType

    home = FOLDER / "empty"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    with _app(home).app_context():
        db.create_all()
        with transaction() as session:
            catalogue.ensure_categories(session, by=access.house("bench"))
            for place in range(SCHOOLS):
                school = School(
                    school_number=_school_number(place), name=f"Schule {place}", school_type=SchoolType.G
                )
                session.add(school)
                session.flush()
                session.add_all(Room(school_id=school.id, room=f"{number + 100}") for number in range(40))
            _fund(session)
        _close()
    return home


def _fund(session: Any) -> None:
    """The programmes and grants that the devices of the file name; none binds them, so both sides write the same."""
    from school_it.funding.models import Decision, Grant, Programme

    programmes = [Programme(code=f"P{number}", title=f"Programm {number}") for number in range(5)]
    session.add_all(programmes)
    session.flush()
    for number in range(200):
        grant = Grant(reference=f"ZW-{number}", programme_id=programmes[number % 5].id)
        day = date(2024, 1, 2)
        grant.decisions.append(
            Decision(
                file_reference=f"48.03-{number:03d}/24", decision_date=day, period_to=day, eligible=Decimal(1),
                granted=Decimal(1),
            )
        )  # fmt: skip
        session.add(grant)


@cache
def _full(rows: int) -> Path:
    """The same town with the devices of the file in it."""
    home = FOLDER / "full"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(_town(), home)
    with _app(home).app_context():
        _import(_file(rows))
        _close()
    return home


@contextmanager
def _home(town: Path) -> Iterator[Path]:
    """A copy of a town, to be written to once."""
    home = FOLDER / f"copy-{os.getpid()}"
    shutil.copytree(town, home)
    try:
        yield home
    finally:
        shutil.rmtree(home)


# --- memory and waiting ---

FRESH = multiprocessing.get_context("spawn")


def _peak(work: Callable[..., object], *given: Any) -> float:
    """The highest memory in MiB of a fresh process that does it, and of those that it starts, added up."""
    queue = FRESH.Queue()
    process = FRESH.Process(target=_told_peak, args=(queue, work, given))
    process.start()
    peak = queue.get()
    process.join()
    return float(peak)


def _told_peak(queue: Any, work: Callable[..., object], given: tuple[Any, ...]) -> None:
    work(*given)
    # what `getrusage` says of oneself begins with the memory of the process that started this one
    own = next(
        line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")
    )
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    queue.put((int(own.split()[1]) + others) / 1024)


def _waited(home: Path, file: Path) -> tuple[float, float, float]:
    """The longest wait of somebody who writes one row all the time, the import's length, and their ratio."""
    ready, done, queue = FRESH.Event(), FRESH.Event(), FRESH.Queue()
    other = FRESH.Process(target=_write_on, args=(home / "town.db", ready, done, queue))
    with _app(home).app_context():
        other.start()
        ready.wait()
        begun = time.monotonic()
        _import(file)
        length = time.monotonic() - begun
        done.set()
        _close()
    longest = queue.get()
    other.join()
    return longest / length, longest, length


def _write_on(database: Path, ready: Any, done: Any, queue: Any) -> None:
    longest = 0.0
    with closing(sqlite3.connect(database, isolation_level=None, timeout=60)) as raw:
        raw.execute("CREATE TABLE others (at REAL)")
        ready.set()
        while not done.is_set():
            begun = time.monotonic()
            raw.execute("INSERT INTO others VALUES (?)", (begun,))
            longest = max(longest, time.monotonic() - begun)
            time.sleep(WRITES_EVERY)
    queue.put(longest)
