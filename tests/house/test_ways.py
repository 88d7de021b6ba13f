"""Every way that a page offers leads somewhere: no template names a page that there is not."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
NAMED = re.compile(r"""\burl_for\(\s*["']([\w.]+)["']""")


def test_every_page_that_a_template_names_is_there(app: Flask) -> None:
    known = set(app.view_functions)
    own = {endpoint.rpartition(".")[2] for endpoint in known}
    named = {
        (str(path.relative_to(ROOT)), name)
        for folder, ending in (
            ("templates", "*.html"),
            ("school_it", "*.py"),
            ("imports", "*.py"),
            ("exports", "*.py"),
        )
        for path in (ROOT / folder).rglob(ending)
        for name in NAMED.findall(COMMENT.sub("", path.read_text("utf-8")))
    }
    assert len(named) > 300
    lost = [
        (where, name)
        for where, name in named
        if (name[1:] not in own if name.startswith(".") else name not in known)
    ]
    assert sorted(lost) == []
