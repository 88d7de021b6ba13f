"""The product for many people at once: web server and worker under one roof, static files ready to be kept for good.

`serve` starts Granian with some processes and one worker beside them; whoever dies is started again, and when the
roof goes, all of them go.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import logging
import os
import re
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from school_it.errors import N_, SchoolItError
from school_it.jobs.queue import WITH_WORKER
from school_it.jobs.worker import PARENT
from school_it.web import HEADERS

STATIC = Path(__file__).resolve().parent.parent / "static"
WORKER_COMMAND = (sys.executable, "-c", "from start import main; main()", "worker")
THREADS = 4
GRACE_SECONDS = 8
RESTART_SECONDS = 2
PACKED = frozenset({".css", ".js", ".svg", ".map", ".json", ".txt", ".md"})
VERSIONED = re.compile(r"^/static/v-([0-9a-f]{12})(/.*)$")
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
log = logging.getLogger(__name__)

Wsgi = Callable[..., Iterable[bytes]]


# ------------------------------------------------------------------------------------- static files


def prepare(app: Flask) -> None:
    """Every address of a static file carries the digest of all of them: ``/static/v-1f0c…/app.css``.

    The digest is part of the path, so that scripts which import each other carry it too.
    """

    @app.url_defaults
    def add_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "filename" in values:
            values["filename"] = f"v-{digest()}/{values['filename']}"

    app.wsgi_app = _without_digest(app.wsgi_app)  # type: ignore[method-assign]


def _without_digest(application: Wsgi) -> Wsgi:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        found = VERSIONED.match(environ.get("PATH_INFO", ""))
        if found is None:
            return application(environ, start_response)
        environ["PATH_INFO"] = "/static" + found[2]
        return application(environ, _kept(start_response) if found[1] == digest() else start_response)

    return answer


def _kept(start_response: Callable[..., Any]) -> Callable[..., Any]:
    """Only what was asked for by its present digest may be kept for good."""

    def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        if status.startswith(("200", "206", "304")):
            headers = [(name, value) for name, value in headers if name.lower() != "cache-control"]
            headers.append(("Cache-Control", FOR_GOOD))
        return start_response(status, headers, *more)

    return begin


@cache
def digest() -> str:
    """The digest of everything under static/."""
    summed = hashlib.sha256()
    for path in sorted(_files()):
        summed.update(path.relative_to(STATIC).as_posix().encode())
        summed.update(path.read_bytes())
    return summed.hexdigest()[:12]


def _files() -> Iterable[Path]:
    return (path for path in STATIC.rglob("*") if path.is_file() and path.suffix != ".gz")


def pack() -> int:
    """Lay a packed twin beside every text file, as far as it is missing or older. Returns how many were written."""
    written = 0
    for path in _files():
        twin = path.with_name(path.name + ".gz")
        if path.suffix in PACKED and not (twin.exists() and twin.stat().st_mtime >= path.stat().st_mtime):
            twin.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
            written += 1
    return written


def step_aside() -> None:
    """Ctrl-C is for the server alone, which then ends us; and SIGTERM ends us from the first moment on."""
    os.setpgrp()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def ready(app: Flask) -> Flask:
    """The application as a process of the server uses it: static files are served beside Flask."""
    from whitenoise import WhiteNoise

    files = WhiteNoise(
        app.wsgi_app, allow_all_origins=False, max_age=None, add_headers_function=_with_headers
    )
    files.add_files(str(STATIC), prefix="static/")
    app.wsgi_app = _without_digest(files)  # type: ignore[method-assign]
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    return app


def _with_headers(headers: Any, _path: str, _url: str) -> None:
    headers["Cache-Control"] = ASK_AGAIN
    for name, value in HEADERS.items():
        headers[name] = value


# ------------------------------------------------------------------------------------- processes


def serve(host: str, port: int, workers: int, *, with_worker: bool = True) -> None:
    """Serve until SIGTERM or Ctrl-C. Raises SchoolItError where the address is taken."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    _check_free(host, port)
    pack_quietly()
    os.environ[PARENT] = str(os.getpid())
    os.environ[WITH_WORKER] = "1" if with_worker else ""
    server = Granian(
        "start:served",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.warning,
    )
    helper = Helper() if with_worker else None
    server.on_startup(lambda: _begin(server, helper))
    try:
        server.serve()
    finally:
        if helper:
            helper.stop()


def _begin(server: Any, helper: Helper | None) -> None:
    signal.signal(signal.SIGHUP, server.signal_handler_interrupt)  # the terminal was closed
    if helper:
        helper.start()


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise SchoolItError(
                N_(
                    "Unter %(host)s:%(port)s kann das Produkt nicht antworten: %(why)s. "
                    "Bitte mit --port einen anderen Port wählen."
                ),
                host=host,
                port=port,
                why=problem.strerror,
            ) from None


def pack_quietly() -> None:
    """Where the program's folder cannot be written, whoever installed it has packed the files."""
    with contextlib.suppress(OSError):
        pack()


class Helper:
    """The worker beside the server: started again when it dies, ended with the server."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._process = 0
        self._watch = threading.Thread(target=self._keep_running, name="helper", daemon=True)

    def start(self) -> None:
        self._process = _spawned()
        self._watch.start()

    def _keep_running(self) -> None:
        while True:
            _pid, status = os.waitpid(self._process, 0)
            if self._ending.wait(RESTART_SECONDS):
                return
            log.warning("the worker ended with %s and is started again", os.waitstatus_to_exitcode(status))
            self._process = _spawned()

    def stop(self) -> None:
        self._ending.set()
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process, number)
            self._watch.join(GRACE_SECONDS)
            if not self._watch.is_alive():
                return


def _spawned() -> int:
    """The worker's process. Not by `subprocess`: its pipe would be inherited when the server forks meanwhile.

    It gets a session of its own, so that Ctrl-C reaches it through us and not twice.
    """
    nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    return os.posix_spawn(sys.executable, WORKER_COMMAND, os.environ, file_actions=[nothing], setsid=True)


def _end_with_parent() -> None:
    parent = os.environ.get(PARENT)
    while parent and os.getppid() == int(parent):
        time.sleep(1)
    if parent:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os._exit(1)


if __name__ == "__main__":
    pack()
