"""``school-it import``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import click

from imports import outlook as outlooks
from imports.kinds import KINDS, Kind, get_kind
from imports.outlook import Outlook
from imports.wish import Wish
from school_it import access, cli, sheets
from school_it.database import db, transaction
from school_it.errors import N_, BadValue


@click.command("import")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", "sheet_name", help="Name des Blattes; sonst wird es gefunden.")
@click.option("--school", help="Schulnummer für Zeilen ohne eigene.")
@click.option(
    "--map",
    "mappings",
    multiple=True,
    metavar="Spalte=feld",
    help="Was eine Spalte bedeutet, etwa »Preis=Preis brutto«; »Spalte=« lässt sie weg.",
)
@click.option(
    "--only",
    "only",
    multiple=True,
    metavar="Spalte=Wert",
    help="Nur Zeilen, in denen die Spalte diesen Wert hat.",
)
@click.option("--blank-clears", multiple=True, metavar="FELD", help="Eine leere Zelle leert dieses Feld.")
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was geschehen würde.")
@click.option("--partial", is_flag=True, help="Die guten Zeilen übernehmen, auch wenn andere Fehler haben.")
@cli.as_json
@cli.guarded
def import_file(
    kind: str,
    file: Path,
    sheet_name: str | None,
    school: str | None,
    mappings: tuple[str, ...],
    only: tuple[str, ...],
    blank_clears: tuple[str, ...],
    dry_run: bool,
    partial: bool,
    as_json: bool,
) -> None:
    """Eine Datei einlesen: Vorschau, Prüfung und alles oder nichts."""
    wish = Wish(sheet_name, sheets.parse_mapping(mappings), school, _pairs(only), blank_clears)
    facts, code = _run(get_kind(kind), file, wish, dry_run=dry_run, partial=partial)
    cli.answer(facts, as_json=as_json, text=_told(facts), code=code)


def _run(kind: Kind, file: Path, wish: Wish, *, dry_run: bool, partial: bool) -> tuple[dict[str, Any], int]:
    by = access.house("import")
    sheet = kind.sheet(db.session())
    table = outlooks.read_file(file, sheet, wish)
    if wish.only and not table.rows:
        wanted = ", ".join(f"{header}={text}" for header, text in wish.only.items())
        raise BadValue(N_("Keine Zeile der Datei hat %(wanted)s. Es wurde nichts übernommen."), wanted=wanted)
    if dry_run:
        found = outlooks.look(db.session(), table, kind, sheet, wish, file_name=file.name, by=by)
        return found.as_json(), _code(found, partial)
    with transaction() as session:
        found = outlooks.look(session, table, kind, sheet, wish, file_name=file.name, by=by)
        if found.reading.faulty and not partial:
            return found.as_json(), cli.REFUSED
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        batch = outlooks.apply(session, found, by=by, file_digest=digest, partial=partial).id
    return {**found.as_json(), "applied": True, "batch": batch}, _code(found, partial)


def _code(found: Outlook, partial: bool) -> int:
    if not found.reading.faulty:
        return cli.DONE
    return cli.PARTLY if partial else cli.REFUSED


def _pairs(options: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for option in options:
        header, equals, value = option.partition("=")
        if not equals or not header.strip():
            raise BadValue(N_("»%(option)s« bitte wie »Spalte=Wert« schreiben."), option=option)
        pairs[header] = value
    return pairs


def _told(facts: dict[str, Any]) -> str:
    lines = [
        f"{facts['file']}: {facts['rows']} Zeilen, davon {facts['new']} neu, {facts['changed']} geändert, "
        f"{facts['same']} unverändert, {facts['problem']} mit Fehlern; {facts['ignored']} übergangen."
    ]
    for problem in facts["problems"]:
        where = f", {problem['column']}" if problem["column"] else ""
        lines.append(f"Zeile {problem['row']}{where}: {problem['sentence']}")
    if facts["left_out"]:
        lines.append(
            f"Nicht gelesene Spalten (mit --map wird gesagt, was sie bedeuten): {', '.join(facts['left_out'])}"
        )
    lines += [f"Hinweis zu Zeile {hint['row']}: {hint['sentence']}" for hint in facts["hints"]]
    if facts["applied"]:
        lines.append(f"Übernommen (Vorgang {facts['batch']}).")
    elif facts["problem"]:
        lines.append("Es wurde nichts übernommen. Mit --partial werden die guten Zeilen genommen.")
    else:
        lines.append("Es wurde nichts übernommen (Probelauf).")
    return "\n".join(lines)
