"""``school-it db``, ``serve``, ``backup`` and ``doctor``."""

from __future__ import annotations

import click
from flask import current_app

from school_it import cli


@click.group("db")
def database() -> None:
    """Die Tabellen der Datenbank."""


@database.command("upgrade")
@cli.as_json
@cli.guarded
def upgrade(as_json: bool) -> None:
    """Die Tabellen anlegen oder auf den neuesten Stand bringen; SQLite wird vorher kopiert."""
    from school_it.operations import schema

    done = schema.upgrade(current_app.config["SCHOOL_IT"])
    facts = {"before": done.before, "after": done.after, "copy": done.copy and str(done.copy)}
    text = (
        f"Die Datenbank hat jetzt den Stand {done.after}." if done.changed else "Die Datenbank ist aktuell."
    )
    cli.answer(facts, as_json=as_json, text=text)


@database.command("revision")
@click.argument("says")
@cli.guarded
def revision(says: str) -> None:
    """Für Entwickelnde: den Unterschied zwischen Programm und Datenbank als neuen Stand festhalten."""
    from school_it.operations import schema

    cli.tell(str(schema.new_revision(says).name))


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Adresse, unter der das Produkt antwortet."
)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port dazu.")
@click.option(
    "--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Zahl der Prozesse."
)
@click.option("--without-worker", is_flag=True, help="Aufträge macht ein eigener Dienst: school-it worker.")
@cli.guarded
def serve(host: str, port: int, workers: int, without_worker: bool) -> None:
    """Das Produkt betreiben: Webserver und Aufträge, bis Strg-C oder SIGTERM kommt."""
    from school_it import serving
    from school_it.database import db
    from school_it.operations import schema

    schema.check_current()
    db.session.remove()
    db.engine.dispose()
    cli.tell(f"Schul-IT antwortet unter http://{host}:{port} (Strg-C beendet).")
    serving.serve(host, port, workers, with_worker=not without_worker)
