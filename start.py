"""How a process of Schul-IT starts: `main` is the command line, `served` a process of the web server.

Only what every start needs is imported here. A command stands in `COMMANDS` by its name and is loaded when it is
called; the product is loaded when a command asks for it, or only its foundation where that is enough.
"""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pkgutil import resolve_name
from typing import TYPE_CHECKING, NamedTuple, cast

import click

from school_it.errors import SettingsError

if TYPE_CHECKING:
    from flask import Flask


class Known(NamedTuple):
    """Where a command is, as ``module:name``, and what it does, in a line that fits into the list."""

    where: str
    does: str


COMMANDS = {
    "backup": Known("school_it.operations.commands:backup", "Sichern, prüfen, zurückspielen."),
    "db": Known("school_it.operations.commands:database", "Die Tabellen der Datenbank."),
    "demo": Known("school_it.demo.commands:demo", "Eine erfundene Stadt zum Ausprobieren anlegen."),
    "doctor": Known("school_it.operations.commands:doctor", "Nachsehen, ob alles in Ordnung ist."),
    "evidence": Known(
        "exports.evidence.commands:evidence", "Festgehaltene Nachweise ansehen und vergleichen."
    ),
    "export": Known("exports.commands:export", "Einen Bericht als Arbeitsmappe schreiben."),
    "funding": Known("school_it.funding.commands:funding", "Die Förderung."),
    "import": Known(
        "imports.commands:import_file", "Eine Datei einlesen: erst Vorschau, dann alles oder nichts."
    ),
    "ldap": Known("school_it.people.commands:ldap", "Das Verzeichnis der Schulen."),
    "nightly": Known("school_it.jobs.commands:nightly", "Die nächtlichen Arbeiten jetzt tun."),
    "retention": Known("school_it.people.retention_commands:retention_group", "Wie lange Namen bleiben."),
    "serve": Known("school_it.operations.commands:serve", "Das Produkt betreiben, bis Strg-C kommt."),
    "token": Known("school_it.accounts.commands:token", "Zugriffsschlüssel für Programme."),
    "undo": Known("school_it.undo.commands:take_back", "Einen Vorgang im Ganzen zurücknehmen."),
    "user": Known("school_it.accounts.commands:user", "Konten anlegen."),
    "worker": Known("school_it.jobs.commands:worker", "Aufträge abarbeiten, bis Strg-C kommt."),
}


class Commands(MutableMapping[str, click.Command]):
    """The commands of the house for a group of click's: each is loaded when it is asked for."""

    def __init__(self) -> None:
        self._named: dict[str, Known | click.Command] = dict(COMMANDS)

    def __getitem__(self, name: str) -> click.Command:
        found = self._named[name]
        if isinstance(found, Known):
            found = self._named[name] = cast(click.Command, resolve_name(found.where))
        return found

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._named[name] = command

    def __delitem__(self, name: str) -> None:
        del self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)


class Product:
    """What the commands run in (`cli.guarded`), made when the first of them asks."""

    def load_app(self) -> Flask:
        with undisturbed():
            return cast("Flask", resolve_name("app:create_app")())

    def load_foundation(self) -> Flask:
        with undisturbed():
            return cast("Flask", resolve_name("school_it.foundation:laid")())


class CommandLine(click.Group):
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].does) for name in self.list_commands(ctx)])


@click.group(cls=CommandLine, commands=Commands())
@click.pass_context
def command_line(ctx: click.Context) -> None:
    """Schul-IT: Geräte, Personen und Planung der Schulen einer Stadt."""
    ctx.obj = ctx.obj or Product()


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    gc.disable()  # until the product is there, see `undisturbed`
    try:
        command_line()
    except SettingsError as problem:
        click.echo(str(problem), err=True)
        sys.exit(problem.exit_code)


def served() -> Flask:
    """The application as each process of `school-it serve` loads it."""
    with undisturbed():
        return cast("Flask", resolve_name("app:served")())


@contextmanager
def undisturbed() -> Iterator[None]:
    """Load the program without any search for cycles, and keep what is there afterwards for good.

    Classes, tables and addresses stay until the process ends: each search walks through all of them and finds nothing.
    While loading that took a seventh of the time; later, on a page of some ten thousand objects, more than the page.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
