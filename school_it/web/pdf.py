"""A page as a PDF (tagged, for screen readers too), where the optional library for it is installed.

``pip install school-it[pdf]`` brings WeasyPrint; it needs Pango on the server. Without it the page itself prints well
from the browser, and the sentence of `made` says so.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from school_it.errors import N_, RuleBroken


def is_there() -> bool:
    return find_spec("weasyprint") is not None


def made(html: str) -> bytes:
    """`html` is a whole document with its styles in it; nothing is fetched. Raises RuleBroken without the library."""
    if not is_there():
        raise RuleBroken(
            N_(
                "Auf diesem Server fehlt das Werkzeug für PDF. Bitte die Seite mit dem Browser drucken (Strg+P)."
            )
        )
    try:
        from weasyprint import HTML
    except OSError:  # the library is there, what it draws with is not
        raise RuleBroken(
            N_(
                "Auf diesem Server fehlt Pango, das PDFs zeichnet. Bitte die Seite mit dem Browser drucken (Strg+P)."
            )
        ) from None
    content: bytes = HTML(string=html, url_fetcher=_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return content


def _nothing(url: str, *_more: Any, **_options: Any) -> dict[str, Any]:
    """A text in a field must not make the server fetch an address."""
    raise ValueError(f"{url} is not fetched")
