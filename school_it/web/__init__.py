"""What every page needs: the actor, the language, the answer to an error, the headers. No rule of the house."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    flash,
    g,
    has_request_context,
    jsonify,
    redirect,
    render_template,
    request,
    session,
)
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from markupsafe import Markup, escape
from werkzeug.exceptions import BadRequest, HTTPException, SecurityError
from werkzeug.routing import IntegerConverter, Map
from werkzeug.wrappers import Response as BaseResponse

from school_it.database import HIGHEST_ID
from school_it.errors import SchoolItError, Sentence

LANGUAGES = {"de": "Deutsch", "en": "English"}
MOST_SENTENCES = 5000
POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

babel = Babel()
csrf = CSRFProtect()


def page(template: str, /, status: int = 200, **values: Any) -> tuple[str, int]:
    return render_template(template, **values), status


def said(sentence: Sentence | SchoolItError) -> str:
    """The sentence in the reader's language."""
    return (sentence.sentence if isinstance(sentence, SchoolItError) else sentence).said_by(_)


def flash_done(text: str, link: tuple[str, str] | None = None) -> None:
    """`link`: an address and what it is called, for whoever wants to look at it or take it back."""
    shown = text if link is None else Markup('{} <a href="{}">{}</a>').format(text, *link)
    flash(shown, "success")


def flash_hint(text: str) -> None:
    flash(text, "warning")


def flash_problem(problem: SchoolItError | str) -> None:
    flash(said(problem) if isinstance(problem, SchoolItError) else problem, "danger")


def back_to(fallback: str) -> BaseResponse:
    """Go where the form's own ``next`` says, as long as that is a path of this house."""
    wanted = request.values.get("next", "")
    return redirect(wanted if is_own_path(wanted) else fallback)


def is_own_path(address: str) -> bool:
    """Only ``/a/path?query``: no host, no scheme, nothing that a browser would read as one."""
    if not address.startswith("/") or address.startswith("//") or "\\" in address:
        return False
    if any(ord(letter) < 33 for letter in address):
        return False
    parts = urlsplit(address)
    return not parts.scheme and not parts.netloc


class RowNumber(IntegerConverter):
    """``<int:ident>`` in an address: a number that no column can hold is not there."""

    def __init__(self, url_map: Map, *args: Any, **values: Any) -> None:
        super().__init__(url_map, *args, **{"max": HIGHEST_ID, **values})


LARGEST_FORM = 2 * 1024 * 1024


def _refuse_unreadable() -> None:
    """No text of the house holds a NUL, and PostgreSQL takes none: such a request is a mistake or an attack."""
    given = [request.path, *request.args.keys(), *request.args.values()]
    if request.method == "POST" and not is_api():
        given += _form_texts()
    if any("\0" in text for text in given):
        raise BadRequest


def _form_texts() -> list[str]:
    """Only a form with a file may be as large as a file: without one it is read in one go, by anybody's request."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_FORM
    return [text for texts in request.form.listvalues() for text in texts]


def prepare(app: Flask) -> None:
    app.before_request(_refuse_unreadable)
    app.url_map.converters["int"] = RowNumber
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="de",
        BABEL_DEFAULT_TIMEZONE="Europe/Berlin",
        BABEL_TRANSLATION_DIRECTORIES=app.root_path + "/translations",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    babel.init_app(app, locale_selector=_language)
    app.jinja_env.globals.update(_=_quicker_gettext())
    csrf.init_app(app)
    app.after_request(_with_headers)
    app.register_error_handler(SchoolItError, _answer_own)
    app.register_error_handler(CSRFError, _answer_stale_form)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unexpected)


def _quicker_gettext() -> Callable[..., Markup]:
    """``_`` for templates. A page has a hundred sentences, and Flask-Babel looks for its locale anew for each.

    No sentence of the house holds HTML: all of it is escaped, so that somebody's own words stay text.
    """
    known: dict[tuple[str, str], Markup] = {}

    def say(text: str, **values: Any) -> Markup:
        spoken = remember("spoken", language)
        sentence = known.get((spoken, text))
        if sentence is None:
            sentence = escape(_(text))
            if len(known) < MOST_SENTENCES:
                known[spoken, text] = sentence
        return sentence % values if "%" in sentence else sentence

    return say


def _language() -> str:
    if not has_request_context():
        return "de"
    chosen: str | None = session.get("language")
    if chosen not in LANGUAGES and current_user and current_user.is_authenticated:
        chosen = current_user.language
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), "de")


def _with_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static" or response.status_code >= 400:
        if not (response.cache_control.public or response.cache_control.no_store):
            response.headers["Cache-Control"] = "no-store"  # also of a file, for which Flask says no-cache
        response.vary.add("Cookie")
    return response


def is_api() -> bool:
    return request.path.startswith("/api/")


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """RFC 9457 ``application/problem+json``."""
    answer = jsonify({"type": "about:blank", "title": title, "status": status, "detail": detail, **more})
    answer.status_code = status
    answer.content_type = "application/problem+json"
    return answer


def _answer(status: int, title: str, detail: str, **more: Any) -> Any:
    if is_api():
        return problem(status, title, detail, **more)
    return page("errors/error.html", status, title=title, detail=detail, status_code=status, **more)


def _answer_own(error: SchoolItError) -> Any:
    return _answer(error.status, title_of(error.status), said(error))


def _answer_stale_form(error: CSRFError) -> Any:
    return _answer(
        400, _("Das Formular ist nicht mehr gültig"), _("Bitte die Seite neu laden und noch einmal absenden.")
    )


def _answer_http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400 or isinstance(
        error, SecurityError
    ):  # under a foreign name no address can be made for a page
        return error
    answer = _answer(status, title_of(status), _DETAILS.get(status, lambda: str(error.description or ""))())
    if error.response is None and status == 405 and hasattr(error, "valid_methods"):
        response = answer if isinstance(answer, Response) else Response(*answer)
        response.headers["Allow"] = ", ".join(error.valid_methods or ())
        return response
    return answer


def _answer_unexpected(error: Exception) -> Any:
    """A fault of the house: the reader gets a number, the log gets the number and the trace."""
    number = secrets.token_hex(4)
    current_app.logger.exception("unexpected error %s on %s %s", number, request.method, request.endpoint)
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    detail = _(
        "Das war ein Fehler des Programms. Es wurde nichts geändert. Fehlernummer: %(number)s", number=number
    )
    return _answer(500, _("Das hat nicht geklappt"), detail)


def title_of(status: int) -> str:
    return str(_TITLES.get(status, lambda: _("Das ging nicht"))())


_TITLES = {
    400: lambda: _("Die Anfrage ist nicht zu verstehen"),
    403: lambda: _("Dafür fehlt Ihnen das Recht"),
    404: lambda: _("Das gibt es hier nicht"),
    405: lambda: _("Das ist hier nicht vorgesehen"),
    409: lambda: _("Das lässt eine Regel nicht zu"),
    412: lambda: _("Jemand anderes war schneller"),
    413: lambda: _("Die Datei ist zu groß"),
    422: lambda: _("Bitte die Eingaben prüfen"),
    429: lambda: _("Zu viele Versuche"),
}
_DETAILS = {
    400: lambda: _("Sie enthält etwas, das sich hier nicht lesen lässt."),
    404: lambda: _("Die Adresse stimmt nicht, oder Sie dürfen es nicht sehen."),
    405: lambda: _("Diese Adresse nimmt diese Art von Anfrage nicht an."),
    413: lambda: _("Bitte eine kleinere Datei wählen."),
}


def language() -> str:
    return str(get_locale() or "de")


def remember(name: str, make: Any) -> Any:
    """A value made once per request."""
    if not hasattr(g, name):
        setattr(g, name, make())
    return getattr(g, name)
