"""The command line's manners: one JSON object on request, a sentence for people, an exit code that says what happened.

0 done · 1 failed, nothing changed · 2 wrong usage · 3 refused by a rule, nothing changed · 4 done, some left out.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

import click
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError, ProgrammingError

from school_it.errors import SchoolItError

Command = TypeVar("Command", bound=Callable[..., Any])

DONE, FAILED, USAGE, REFUSED, PARTLY = 0, 1, 2, 3, 4

as_json = click.option("--json", "as_json", is_flag=True, help="Ein JSON-Objekt auf der Standardausgabe.")


def tell(text: str) -> None:
    """Progress and messages for people, on standard error, so that they never disturb the JSON."""
    click.echo(text, err=True)


def answer(facts: Mapping[str, Any], *, as_json: bool, text: str = "", code: int = DONE) -> None:
    """End the command with its result."""
    if as_json:
        click.echo(json.dumps(facts, ensure_ascii=False, default=str))
    elif text:
        click.echo(text)
    if code:
        sys.exit(code)


def guarded(command: Command) -> Command:
    """What a user can meet becomes a sentence and its exit code; a program's own error text never does."""
    return _guarded(command, whole=True)


def guarded_on_foundation(command: Command) -> Command:
    """Like `guarded`, for what asks no room: the application has settings and a database and nothing else."""
    return _guarded(command, whole=False)


def _guarded(command: Command, *, whole: bool) -> Command:
    def run(*args: Any, **values: Any) -> Any:
        try:
            return command(*args, **values)
        except SchoolItError as problem:
            return _fail(str(problem), problem.exit_code, as_json=values.get("as_json", False))
        except (OperationalError, ProgrammingError) as problem:
            return _fail(_database_sentence(problem), FAILED, as_json=values.get("as_json", False))
        except OSError as problem:
            return _fail(_file_sentence(problem), FAILED, as_json=values.get("as_json", False))

    @wraps(command)
    @click.pass_context
    def run_in_app(ctx: click.Context, *args: Any, **values: Any) -> Any:
        if not current_app:
            ctx.with_resource(_app_for(ctx, whole=whole).app_context())
        return run(*args, **values)

    return run_in_app  # type: ignore[return-value]


def _app_for(ctx: click.Context, *, whole: bool) -> Flask:
    """From who started the command: `start.Product`, or Flask's own ScriptInfo, which knows only the whole."""
    maker = ctx.find_root().obj
    load = maker.load_app if whole else getattr(maker, "load_foundation", maker.load_app)
    made: Flask = load()
    return made


def _fail(sentence: str, code: int, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"error": sentence}, ensure_ascii=False))
    else:
        click.echo(sentence, err=True)
    sys.exit(code)


def _file_sentence(problem: OSError) -> str:
    where = f"{problem.filename}: " if problem.filename else ""
    return f"{where}Das ließ sich nicht lesen oder schreiben ({problem.strerror or 'Fehler des Systems'})."


def _database_sentence(problem: Exception) -> str:
    text = str(getattr(problem, "orig", problem)).lower()
    if "no such table" in text or "does not exist" in text or "no such column" in text:
        return "Die Datenbank ist noch nicht eingerichtet. Bitte zuerst: school-it db upgrade"
    if "locked" in text:
        return "Die Datenbank ist gerade beschäftigt. Es wurde nichts geändert; bitte noch einmal versuchen."
    return "Die Datenbank antwortet nicht. Es wurde nichts geändert; bitte SCHOOL_IT_DATABASE_URL prüfen."
