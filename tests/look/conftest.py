from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.look.gallery import create_gallery

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": "/usr/bin/chromium", "args": FLAGS}


@pytest.fixture(scope="session")
def gallery_url() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def gallery_client() -> FlaskClient:
    return create_gallery().test_client()


def close(context: BrowserContext) -> None:
    """A window that is closed while its page still loads may keep Chromium, and the test, waiting for ever."""
    for page in context.pages:
        page.wait_for_load_state("networkidle")
    context.close()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, gallery_url: str) -> Iterator[Visit]:
    """Open a page of the gallery in a new window; whatever the browser complains about fails the test."""
    contexts, complaints, foreign = [], [], []

    def open_page(path: str = "/", *, width: int = 1280, theme: str = "light", script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=script,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda sent: None if sent.url.startswith((gallery_url, "data:")) else foreign.append(sent.url),
        )
        page.goto(gallery_url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield open_page
    for context in contexts:
        close(context)
    assert complaints == []
    assert foreign == []
