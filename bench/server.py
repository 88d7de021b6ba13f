"""The product served by Granian as `school-it serve` does, one process; it also gives out pages that are finished.

``python -m bench.server HOME PORT``; `Served` starts it and tells what CPU its processes took.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, urlencode

from flask import Flask

from bench.towns import Town
from school_it import access
from school_it.demo.town import PASSWORD
from start import undisturbed

HOME = "SCHOOL_IT_BENCH_HOME"
PATIENCE = 60


def application() -> Flask:
    home = Path(os.environ[HOME])
    with undisturbed():
        app = Town(0, home).app()

    @cache
    def finished(name: str) -> str:
        return (home / f"{name}.html").read_text()

    @app.get("/bench/finished/<name>")
    @access.public
    def give_out(name: str) -> str:
        return finished(name)

    return app


def serve(port: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "bench.server:application",
        factory=True,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        websockets=False,
        log_enabled=False,
    ).serve()


class Served:
    """A running server of one town."""

    def __init__(self, town: Town) -> None:
        self.town = town

    def __enter__(self) -> Served:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = (sys.executable, "-m", "bench.server", str(self.town.home), str(self.port))
        self._process = subprocess.Popen(command)  # noqa: S603  our own command
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("the server does not answer")

    def cpu(self) -> float:
        """CPU seconds of the server and its processes up to now."""
        return sum(_of_process(pid) for pid in _family(self._process.pid))


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _of_process(pid: int) -> float:
    """In nanoseconds from the scheduler: the ticks of /proc/…/stat are as long as three pages."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


class Visitor:
    """Somebody with a browser that keeps its connection: signs in, reads pages."""

    def __init__(self, served: Served, name: str = "", token: str = "") -> None:
        self.served = served
        self._line = http.client.HTTPConnection("127.0.0.1", served.port)
        self.headers = {"Accept-Encoding": "identity", "Accept-Language": "de"}
        if token:
            self.headers["Authorization"] = f"Bearer {token}"
        if name:
            self._sign_in(name)

    def read(self, path: str, method: str = "GET", body: str | None = None, expected: int = 200) -> str:
        headers = (
            {**self.headers, "Content-Type": "application/x-www-form-urlencoded"} if body else self.headers
        )
        self._line.request(method, path, body, headers)
        answer = self._line.getresponse()
        text = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.headers["Cookie"] = value.partition(";")[0]
        if answer.status != expected:
            raise RuntimeError(f"{method} {path}: {answer.status}\n{text[:2000]}")
        return text

    def _sign_in(self, name: str) -> None:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.read("/login"))
        if found is None:
            raise RuntimeError("the sign-in page has no csrf_token")
        form = urlencode({"csrf_token": found[1], "name": name, "password": PASSWORD})
        self.read("/login", "POST", form, expected=302)

    def cpu(self, path: str, times: int = 60) -> float:
        """CPU seconds of the server for one reading of `path`, averaged over some."""
        begun = self.served.cpu()
        for _time in range(times):
            self.read(path)
        return (self.served.cpu() - begun) / times

    def finish(self, path: str, name: str) -> str:
        """Keep the page as it is now; returns the address at which the server gives it out."""
        (self.served.town.home / f"{name}.html").write_text(self.read(path))
        return f"/bench/finished/{quote(name)}"


if __name__ == "__main__":
    os.environ[HOME] = sys.argv[1]
    serve(int(sys.argv[2]))
