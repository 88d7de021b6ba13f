"""A private PostgreSQL server for the tests: one cluster per test run, one database per process.

As a pytest plugin (``-p tests.postgres``) it keeps only the tests that touch the database, without those about SQLite.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

TUNING = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=200",
    "unix_socket_directories=",
    "listen_addresses=127.0.0.1",
    "lock_timeout=20s",  # a test that waits for itself fails instead of hanging
)


class ServerMissing(Exception):
    """PostgreSQL's programs are not on this machine."""


@contextmanager
def fresh_database() -> Iterator[str]:
    """A database of its own as ``postgresql+psycopg://…``; dropped at the end."""
    server = _server()
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield f"{server}/{name}".replace("postgresql://", "postgresql+psycopg://")
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@cache
def _server() -> str:
    """The address of this run's server; the first process of a run starts it, the others are told by it."""
    known = os.environ.get("SCHOOL_IT_TEST_POSTGRESQL")
    return known or _started().address


@cache
def _started() -> Cluster:
    cluster = Cluster()
    atexit.register(cluster.stop)
    return cluster


class Cluster:
    """One running server in a folder of its own. It belongs to the user postgres when we are root."""

    def __init__(self) -> None:
        self.programs = _programs()
        self.folder = Path(tempfile.mkdtemp(prefix="school-it-postgresql-"))
        self.owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:
            shutil.chown(self.folder, self.owner)
        self.port = _free_port()
        self._initialise()
        self._start()

    @property
    def address(self) -> str:
        return f"postgresql://school_it@127.0.0.1:{self.port}"

    def _initialise(self) -> None:
        data = str(self.folder / "data")
        self._as_owner(
            "initdb", "-D", data, "-U", "school_it", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"
        )

    def _start(self) -> None:
        options = " ".join(f"-c {option}" for option in (*TUNING, f"port={self.port}"))
        log = str(self.folder / "log")
        self._as_owner(
            "pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-w", "-t", "60", "-o", options, "start"
        )

        self._end_with_us()

    def _end_with_us(self) -> None:
        """A test run that is killed stops nothing itself; so somebody watches whether it is still there."""
        postmaster = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        watch = f"while kill -0 {os.getpid()}; do sleep 2; done; kill -QUIT {postmaster}; sleep 2; rm -rf {self.folder}"
        # Not by `subprocess`: it outlives us, and a Popen that nobody waits for is a warning, which fails a test.
        nothing = [(os.POSIX_SPAWN_OPEN, handle, os.devnull, os.O_RDWR, 0) for handle in range(3)]
        os.posix_spawn("/bin/sh", ["sh", "-c", watch], os.environ, file_actions=nothing, setsid=True)

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._as_owner("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _as_owner(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), *arguments]
        user: dict[str, Any] = {}
        if os.getuid() == 0:
            user = {"user": self.owner, "group": self.owner, "extra_groups": []}
        words = self.folder / "words"
        with words.open("wb") as file:  # the server outlives pg_ctl and would keep a pipe open
            done = subprocess.run(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file, **user
            )
        if done.returncode:
            raise ServerMissing(f"{program} failed:\n{words.read_text(errors='replace')}")


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise ServerMissing(
        "These tests need PostgreSQL (initdb): apt-get install postgresql, or deploy/test-tools"
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pytest_configure(config: pytest.Config) -> None:
    """Start the server once, before xdist's processes begin; they inherit its address."""
    if config.getoption("--database", "sqlite") == "postgresql" and not hasattr(config, "workerinput"):
        os.environ["SCHOOL_IT_TEST_POSTGRESQL"] = _server()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> None:
    if config.getoption("--database") != "postgresql":
        return
    touching = [item for item in items if "app" in item.fixturenames or item.get_closest_marker("postgres")]
    touching = [item for item in touching if not item.get_closest_marker("sqlite")]
    config.hook.pytest_deselected(items=[item for item in items if item not in touching])
    items[:] = touching
