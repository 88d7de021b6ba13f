"""The API under `/api/v1`: the same actions for programs, described by itself in ``/api/v1/openapi.json``.

Only tokens open it. A room's `api.py` makes a `Blueprint`; each view says what it `needs`, what it takes and what it
answers. Errors are those of the house as ``application/problem+json``; the pages keep their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from http import HTTPStatus
from threading import Lock
from typing import Any, NoReturn, TypeVar, cast

import flask_smorest as smorest
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from flask import Flask, Response, jsonify, request
from flask_smorest.spec import prepare_response
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.orm import Session
from webargs.flaskparser import FlaskParser

from school_it import web
from school_it.access import public
from school_it.database import Versioned
from school_it.errors import N_, NotThere, SchoolItError, Stale
from school_it.web import lists, once, shapes
from school_it.web.frame import version
from school_it.web.shapes import BadFields, Shape

PREFIX = "/api/v1"
PROBLEM = "application/problem+json"

View = TypeVar("View", bound=Callable[..., Any])

IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The `ETag` of the object as you have read it.",
    "schema": {"type": "string", "examples": ['"7"']},
}
IDEMPOTENCY_KEY = {
    "in": "header",
    "name": once.HEADER,
    "required": False,
    "description": "The same key twice within a day does it once and gives the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": once.LONGEST, "pattern": "^[ -~]+$"},
}
ETAG = {"ETag": {"description": "The version of the object.", "schema": {"type": "string"}}}

# What each method may be answered beside its success, and 422, which goes with what it takes.
REFUSALS = {
    "get": (400, 401, 404),
    "post": (400, 401, 403, 404, 409, 415, 422),
    "patch": (400, 401, 403, 404, 409, 412, 415, 422, 428),
    "delete": (400, 401, 403, 404, 409),
}


class Unconditional(SchoolItError):
    """A change of something that the program has perhaps never read."""

    status = 428


class Unreadable(SchoolItError):
    """A body that says it is JSON and is none."""

    status = 400


class NotJson(SchoolItError):
    """A body that does not even say that it is JSON."""

    status = 415


class Problem(Shape):
    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class Parser(FlaskParser):
    """Reads what a request brings; refuses in the manner of the house."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": None, "query": None}  # noqa: RUF012  the shape says what is unknown

    def load_json(self, req: Any, schema: Schema) -> Any:
        if not req.is_json and (req.content_length or req.get_data(cache=True)):
            raise NotJson(
                N_("Bitte die Daten als JSON schicken und das mit »Content-Type: application/json« sagen.")
            )
        try:
            return super().load_json(req, schema)
        except (ValueError, RecursionError):
            self._handle_invalid_json_error()

    def _handle_invalid_json_error(self, *_args: Any, **_more: Any) -> NoReturn:
        raise Unreadable(N_("Das ist kein JSON, das sich lesen lässt.")) from None

    def handle_error(self, error: ValidationError, *args: Any, **more: Any) -> NoReturn:
        (problems,) = error.normalized_messages().values()  # type: ignore[no-untyped-call]
        raise BadFields({_named(name): shapes.in_words(told) for name, told in problems.items()})


def _named(field: str) -> str:
    return "" if field == "_schema" else str(field)


class Blueprint(smorest.Blueprint):
    """The API of one room."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, room: str) -> None:
        super().__init__(f"api_{room}", __name__, url_prefix=PREFIX)
        self.room = room
        self._prepare_doc_cbks.append(_with_refusals)
        self.url_value_preprocessor(_refuse_invisible)

    def add_url_rule(self, *args: Any, **options: Any) -> None:
        super().add_url_rule(*args, **{**options, "tags": [self.room]})

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast("Callable[[View], View]", super().get(rule, **options))

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast("Callable[[View], View]", super().post(rule, **options))

    def patch(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast("Callable[[View], View]", super().patch(rule, **options))

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:
        return cast("Callable[[View], View]", super().delete(rule, **options))

    def takes(self, shape: type[Shape], *, required: bool = True) -> Callable[[View], View]:
        """The view's first value is the body of the request, read as this shape."""
        return cast("Callable[[View], View]", self.arguments(shape, location="json", required=required))

    def asks(self, shape: type[Shape]) -> Callable[[View], View]:
        """The view's first value is the query of the address."""
        return cast("Callable[[View], View]", self.arguments(shape, location="query"))

    def answers(self, shape: type[Shape], *, versioned: bool = False) -> Callable[[View], View]:
        """What the view returns is told in this shape, with an ``ETag`` where it is `versioned`."""
        telling = shape()

        def wrap(view: View) -> View:
            @wraps(view)
            def told(*args: Any, **values: Any) -> Response:
                return _answer(telling.dump(view(*args, **values)), 200)

            return cast("View", self._documented(told, shape, 200, versioned=versioned))

        return wrap

    def changes(self, shape: type[Shape]) -> Callable[[View], View]:
        """Like `answers`; the view must ask `expect_match`."""

        def wrap(view: View) -> View:
            return cast("View", self.doc(parameters=[IF_MATCH])(self.answers(shape, versioned=True)(view)))

        return wrap

    def once(self, shape: type[Shape], status: int = 200) -> Callable[[View], View]:
        """The view gets a writing session first; the same ``Idempotency-Key`` twice calls it once."""
        telling = shape()

        def wrap(view: View) -> View:
            @wraps(view)
            def done(*args: Any, **values: Any) -> Response:
                def write(session: Session) -> once.Body:
                    return cast("once.Body", telling.dump(view(session, *args, **values)))

                return _answer(once.do_once(write, status), status)

            documented = self._documented(done, shape, status, versioned="version" in telling.fields)
            return cast("View", self.doc(parameters=[IDEMPOTENCY_KEY])(documented))

        return wrap

    def _documented(self, view: Any, shape: type[Shape], status: int, *, versioned: bool) -> Any:
        return self.response(status, shape, headers=ETAG if versioned else None)(view)


def _answer(body: Any, status: int) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    if "version" in body:
        answer.set_etag(str(body["version"]))
    return answer


def expect_match(thing: Versioned) -> None:
    """Raises Stale (412) where ``If-Match`` names another version, and refuses (428) where it is missing."""
    if not request.if_match:
        raise Unconditional(
            N_("Bitte mit If-Match sagen, welche Fassung Sie gelesen haben (das ETag des Objekts).")
        )
    if not request.if_match.contains_weak(str(thing.version)):
        raise Stale(N_("In der Zwischenzeit hat jemand anderes das geändert. Bitte neu lesen."))


def page_of(found: lists.Slice, tell: Callable[[Any], Any]) -> dict[str, Any]:
    """A slice of a list, as `shapes.list_of` tells it."""
    following = None if found.next is None else lists.here_with(next=found.next)
    return {"items": [tell(row) for row in found.rows], "next": following}


def cursor_of(asked: Mapping[str, Any]) -> str | None:
    """The cursor in what the program gives back as `next`: the whole address, or only the cursor."""
    return (asked["next"] or "").rpartition("next=")[2].partition("&")[0] or None


def _refuse_invisible(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """No key of ours holds a control character, and PostgreSQL cannot even be asked for one."""
    for value in (values or {}).values():
        if isinstance(value, str) and not value.isprintable():
            raise NotThere(N_("Das gibt es hier nicht."))


# --- the description ---


class _Converter(OpenAPIConverter):  # type: ignore[misc,no-any-unimported,unused-ignore]
    def schema2jsonschema(self, schema: Any) -> Any:
        described = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        return {**described, **getattr(schema, "also", {})}


class _Plugin(MarshmallowPlugin):  # type: ignore[misc,no-any-unimported,unused-ignore]
    Converter = _Converter


def _name_of(schema: Any) -> str:
    found: Any = resolve_schema_cls(schema)
    return str(found.__name__).removesuffix("Shape")


class Api(smorest.Api):
    """Describes and registers the API and leaves the answers to errors to the house."""

    ERROR_SCHEMA = Problem
    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._undescribed: list[Blueprint] = []
        self._describing = Lock()

    def _register_error_handlers(self) -> None:
        self._app.register_error_handler(BadFields, _answer_bad_fields)

    def _register_responses(self) -> None:
        for status in sorted({status for several in REFUSALS.values() for status in several}):
            known = HTTPStatus(status)
            told = {"description": known.phrase, "schema": self.ERROR_SCHEMA}
            prepare_response(told, self.spec, PROBLEM)
            self.spec.components.response(known.name, told)

    def _register_pagination_header(self) -> None:
        """Ours stands in the body."""

    def register_blueprint(self, blueprint: Blueprint, **_options: Any) -> None:
        web.csrf.exempt(blueprint)  # a token is no cookie: a foreign page cannot send it
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def description(self) -> dict[str, Any]:
        """The whole API in OpenAPI's words; a process finds them when it is first asked."""
        with self._describing:
            while self._undescribed:
                room = self._undescribed.pop(0)
                room.register_views_in_doc(self, self._app, self.spec, name=room.name, parameters=None)
                self.spec.tag({"name": room.room})
            described: dict[str, Any] = self.spec.to_dict()
            return described


def prepare(app: Flask, rooms: Iterable[Blueprint]) -> None:
    """Put the API of these rooms into `app`."""
    plugin = _Plugin(schema_name_resolver=_name_of)
    app.config.update(API_TITLE="Schul-IT", API_VERSION=version() or "0", OPENAPI_VERSION="3.1.0")
    api = Api(spec_kwargs={"marshmallow_plugin": plugin, "security": [{"token": []}]})
    api.register_field(shapes.Text, "string", None)
    api.register_field(shapes.Money, "string", None)
    api.register_field(shapes.Word, "string", None)
    api.register_field(shapes.Day, "string", "date")
    api.register_field(shapes.Instant, "string", "date-time")
    api.register_field(shapes.Whole, "integer", None)
    api.init_app(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for room in rooms:
        api.register_blueprint(room)
    _describe(app, api)


def _describe(app: Flask, api: Api) -> None:
    @app.get(f"{PREFIX}/openapi.json", endpoint="openapi")
    @public
    def openapi() -> Response:
        return jsonify(api.description())


def _answer_bad_fields(problem: BadFields) -> Response:
    status = problem.status
    return web.problem(status, web.title_of(status), web.said(problem), errors=problem.fields)


def _with_refusals(doc: dict[str, Any], _info: Any, *, method: str, **_more: Any) -> dict[str, Any]:
    known = doc.setdefault("responses", {})
    for status in REFUSALS[method]:
        known[status] = HTTPStatus(status).name
    return doc
