"""The real product, started once per test run: server, worker, a folder of its own, a small invented town.

``live`` is imported by tests/conftest.py, so every test may ask for it::

    @pytest.mark.browser
    def test_…(page: Page, live: Live) -> None:
        page.goto(live.url)
        live.sign_in(page)
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-c", "from start import main; main()")
START_SECONDS = 60
STOP_SECONDS = 20
NAME, PASSWORD = "test-verwaltung", "ein langer Satz mit Tuba"
TOWN = ("--schools", "4", "--devices", "300", "--people", "120", "--seed", "7")


@dataclass(frozen=True)
class Live:
    """A running product: its address, an administrator's name and password, its folder."""

    url: str
    name: str
    password: str
    home: Path

    def command(self, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run ``school-it …`` for the same folder."""
        return command(self.home, *arguments, typed=typed)

    def sign_in(self, page: Any) -> None:
        page.goto(f"{self.url}/login")
        page.fill("input[name=name]", self.name)
        page.fill("input[name=password]", self.password)
        page.locator("form:has(input[name=password]) button[type=submit]").first.click()
        page.wait_for_url(lambda address: not address.startswith(f"{self.url}/login"))


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    home = tmp_path_factory.mktemp("live")
    fill(home)
    with Running(home) as url:
        yield Live(url, NAME, PASSWORD, home)


def fill(home: Path) -> None:
    """Tables, the small town where the program can invent one, and somebody who may do everything."""
    succeed(home, "db", "upgrade")
    if command(home, "demo", "--help").returncode == 0:
        succeed(home, "demo", *TOWN)
    succeed(home, "user", "add", NAME, "--role", "admin", typed=PASSWORD + "\n")


def succeed(home: Path, *arguments: str, typed: str = "") -> str:
    done = command(home, *arguments, typed=typed)
    assert done.returncode == 0, f"school-it {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def command(home: Path, *arguments: str, typed: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        input=typed,
        env=environment(home, **more),
        cwd=ROOT,
        text=True,
        capture_output=True,
    )


def environment(home: Path, **more: str) -> dict[str, str]:
    """Ours, without any settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCHOOL_IT_")}
    return {**kept, "SCHOOL_IT_HOME": str(home), **more}


class Running:
    """``school-it serve`` on a free port; leaving it stops the server, the worker and what they started."""

    def __init__(self, home: Path, *arguments: str, **settings: str) -> None:
        self.home = home
        self.port = free_port()
        self.log = home / "serve.log"
        self._arguments = arguments
        self._settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> str:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--port", str(self.port), *self._arguments],
                env=environment(self.home, **self._settings),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait_until_well()
        except BaseException:
            self.stop(signal.SIGKILL)
            raise
        return self.url

    def _wait_until_well(self) -> None:
        until = time.monotonic() + START_SECONDS
        answer = ""
        while time.monotonic() < until:
            assert self.process is not None
            assert self.process.poll() is None, f"the product ended: {self.log.read_text(errors='replace')}"
            status, answer = health(self.url)
            if status == 200:
                return
            time.sleep(0.2)
        raise AssertionError(f"the product is not well: {answer}\n{self.log.read_text(errors='replace')}")

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Returns the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(STOP_SECONDS)
        return time.monotonic() - began

    def __exit__(self, *_problem: object) -> None:
        self.stop()


def health(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError as problem:
        return 0, str(problem)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
