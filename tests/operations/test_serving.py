"""The started product: it answers, does its jobs, tells how it is, and leaves nothing behind when it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPMessage
from pathlib import Path

import pytest
from flask import Flask

from school_it import serving
from school_it.operations import sqlite
from tests import live
from tests.live import Running, health

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("serving")
    live.succeed(made, "db", "upgrade")
    return made


@pytest.fixture
def alone(home: Path, tmp_path: Path) -> Path:
    """A folder of its own, so that its processes can be counted."""
    sqlite.copy_database(home / "school-it.db", tmp_path / "school-it.db")
    return tmp_path


@pytest.fixture(scope="module")
def product(home: Path) -> Iterator[Running]:
    running = Running(home)
    with running:
        yield running


def processes_of(home: Path) -> list[str]:
    """Every process whose environment names this folder."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"SCHOOL_IT_HOME={home}\0".encode() in environ.read_bytes():
                found.append((environ.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def wait_until(true: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.1)
    return true()


def get(address: str, **headers: str) -> tuple[bytes, HTTPMessage]:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=10) as answer:
        return answer.read(), answer.headers


def test_it_is_well_once_the_worker_has_given_a_sign_of_life(product: Running) -> None:
    assert (
        health(product.url) == (200, '{"status":"ok"}\n')
        or health(product.url)[1].strip() == '{"status":"ok"}'
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_within_seconds_and_leaves_no_process(alone: Path, number: int) -> None:
    running = Running(alone)
    with running:
        assert len(processes_of(alone)) == 4, "the server, two processes, the worker"
        assert running.stop(number) < 10
    assert processes_of(alone) == []


def test_a_server_that_is_killed_takes_its_processes_along(alone: Path) -> None:
    running = Running(alone)
    with running:
        running.stop(signal.SIGKILL)
        assert wait_until(lambda: processes_of(alone) == [], 20), processes_of(alone)


def test_a_worker_that_dies_is_started_again(home: Path, product: Running) -> None:
    def worker() -> list[int]:
        listed = subprocess.run(
            ["pgrep", "-f", "main\\(\\) worker"], capture_output=True, text=True, check=False
        )
        return [int(line) for line in listed.stdout.split() if _belongs(int(line), home)]

    (first,) = worker()
    os.kill(first, signal.SIGKILL)
    assert wait_until(lambda: bool(worker()) and worker() != [first]), product.log.read_text()


def _belongs(process: int, home: Path) -> bool:
    try:
        return f"SCHOOL_IT_HOME={home}\0".encode() in Path(f"/proc/{process}/environ").read_bytes()
    except OSError:
        return False


def test_two_products_cannot_share_an_address(home: Path, product: Running) -> None:
    second = live.command(home, "serve", "--port", str(product.port))
    assert second.returncode == 1
    assert "kann das Produkt nicht antworten" in second.stderr
    assert "Traceback" not in second.stderr


def test_it_does_not_start_on_tables_it_does_not_know(tmp_path: Path) -> None:
    refused = live.command(tmp_path, "serve", "--port", str(live.free_port()))
    assert refused.returncode == 1
    assert "school-it db upgrade" in refused.stderr


def test_without_a_worker_it_is_well_without_one(home: Path) -> None:
    with Running(home, "--without-worker") as url:
        assert health(url)[0] == 200


def test_static_files_are_kept_for_good_under_their_digest_only(product: Running) -> None:
    page, _headers = get(f"{product.url}/login")
    script = re.search(r"/static/v-[0-9a-f]{12}/app\.js", page.decode())
    assert script is not None
    body, headers = get(product.url + script[0], **{"Accept-Encoding": "gzip"})
    assert headers["Cache-Control"] == serving.FOR_GOOD
    assert headers["Content-Encoding"] == "gzip"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert body[:2] == b"\x1f\x8b"
    for other in (re.sub("v-[0-9a-f]{12}", "v-000000000000", script[0]), "/static/app.js"):
        _body, headers = get(product.url + other)
        assert headers["Cache-Control"] == "no-cache"


def test_a_job_of_the_running_product_is_done_by_the_worker(home: Path, product: Running) -> None:
    from app import create_app
    from school_it import access, jobs
    from school_it.database import db, transaction

    app: Flask = create_app({"HOME": str(home)})
    with app.app_context():
        with transaction() as session:
            number = jobs.start(session, "operations.tidy", by=access.house("test")).id

        def ended() -> bool:
            db.session.remove()
            return db.session().get_one(jobs.Job, number).state is jobs.State.DONE

        assert wait_until(ended)
        assert jobs.find_last_night(db.session(), "operations.backup") is not None, (
            "a missed night is caught up"
        )
        db.session.remove()
        db.engine.dispose()


def test_the_doctor_of_an_empty_database_names_the_one_thing_to_do(tmp_path: Path) -> None:
    said = live.command(tmp_path, "doctor")
    assert said.returncode == 1
    assert said.stdout.count("FEHLER") == 1, said.stdout
    assert "school-it db upgrade" in said.stdout


def test_the_doctor_says_in_sentences_how_it_is(home: Path, product: Running) -> None:
    said = live.command(home, "doctor")
    assert said.returncode == 0, said.stdout
    assert "SQLite ist in Ordnung" in said.stdout
    assert "Der Dienst für Aufträge läuft." in said.stdout
