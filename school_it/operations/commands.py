"""``school-it db``, ``serve``, ``backup`` and ``doctor``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import current_app

from school_it import access, audit, cli, serving
from school_it.database import TOWN_TIME, db, transaction
from school_it.operations import alarms, schema
from school_it.operations import backup as backups
from school_it.operations.doctor import Verdict, findings
from school_it.operations.health import worker_lives


@click.group("db")
def database() -> None:
    """Die Tabellen der Datenbank."""


@database.command("upgrade")
@cli.as_json
@cli.guarded_on_foundation
def upgrade(as_json: bool) -> None:
    """Die Tabellen anlegen oder auf den neuesten Stand bringen; SQLite wird vorher kopiert."""
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
    # The whole product is here already: the server's processes fork from this one and share what it has loaded.
    schema.check_current()
    db.session.remove()
    db.engine.dispose()
    cli.tell(f"Schul-IT antwortet unter http://{host}:{port} (Strg-C beendet).")
    serving.serve(host, port, workers, with_worker=not without_worker)


@click.group()
def backup() -> None:
    """Sichern, prüfen, zurückspielen: Datenbank und Dokumente in einer Datei."""


FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@backup.command("create")
@FILE
@cli.as_json
@cli.guarded
def create_backup(file: Path, as_json: bool) -> None:
    """Eine Sicherung schreiben; das Produkt läuft dabei weiter."""
    manifest = backups.create(current_app.config["SCHOOL_IT"], file)
    with transaction() as session:
        by = access.house("cli")
        audit.record(session, audit.Action.BACKUP_MADE, None, by=by, file=file.name, rows=manifest.rows)
    facts = backups.facts(manifest, file)
    text = f"{file}: {facts['rows']} Zeilen, {facts['documents']} Dokumente, {facts['size'] // 1000} kB, geprüft."
    cli.answer(facts, as_json=as_json, text=text)


@backup.command("verify")
@FILE
@cli.as_json
@cli.guarded_on_foundation
def verify_backup(file: Path, as_json: bool) -> None:
    """Eine Sicherung Byte für Byte prüfen."""
    facts = {**backups.facts(backups.verify(current_app.config["SCHOOL_IT"], file), file), "sound": True}
    made = datetime.fromisoformat(str(facts["made_at"])).astimezone(TOWN_TIME)
    text = (
        f"{file} ist unversehrt: vom {made:%d.%m.%Y, %H:%M}, Stand {facts['schema']}, {facts['rows']} Zeilen."
    )
    cli.answer(facts, as_json=as_json, text=text)


@backup.command("restore")
@FILE
@cli.as_json
@cli.guarded
def restore_backup(file: Path, as_json: bool) -> None:
    """Eine Sicherung zurückspielen; die Datenbank von vorher bleibt aufgehoben. Vorher »school-it serve« beenden."""
    if worker_lives():
        cli.tell("Schul-IT läuft gerade. Was jetzt noch jemand einträgt, kann dabei verloren gehen.")
    done = backups.restore(current_app.config["SCHOOL_IT"], file)
    facts = {**backups.facts(done.manifest, file), "kept": done.kept}
    cli.answer(facts, as_json=as_json, text=f"{file} ist zurückgespielt. Der Stand von vorher: {done.kept}")


@click.command()
@click.option(
    "--mail", "by_mail", is_flag=True, help="Bei Fehlern der Nacht Nachricht an ALARM_TO, einmal am Tag."
)
@cli.as_json
@cli.guarded
def doctor(by_mail: bool, as_json: bool) -> None:
    """Einstellungen, Datenbank, Verzeichnis, Platte, nächtliche Arbeiten und Sicherungen ansehen."""
    found = findings(current_app.config["SCHOOL_IT"])
    if by_mail:
        alarms.raise_alarm(current_app.config["SCHOOL_IT"])
    ill = [finding for finding in found if finding.verdict is Verdict.ILL]
    marks = {Verdict.WELL: "gut     ", Verdict.NOTE: "Hinweis ", Verdict.ILL: "FEHLER  "}
    cli.answer(
        {
            "ok": not ill,
            "findings": [{**vars(finding), "verdict": finding.verdict.value} for finding in found],
        },
        as_json=as_json,
        text="\n".join(f"{marks[finding.verdict]} {finding.sentence}" for finding in found),
        code=cli.FAILED if ill else cli.DONE,
    )
