"""``school-it import``."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy.orm import Session

from imports import corrected as corrections
from imports import device_types, inbox, mapping, profiles
from imports import outlook as outlooks
from imports.advice import spans
from imports.outlook import Outlook
from imports.taking import HasProblems, take_over
from imports.wish import Wish
from school_it import access, cells, cli, sheets
from school_it.access import Actor
from school_it.database import db
from school_it.errors import N_, BadValue, SchoolItError
from school_it.kinds import KINDS, Kind, get_kind


@click.command("import")
@click.argument("kind", type=click.Choice([*KINDS, device_types.KIND.name]))
@click.argument("file", type=click.Path(exists=True, path_type=Path))
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
@click.option("--profile", "profile_name", metavar="NAME", help="So lesen, wie es dieses Profil sagt.")
@click.option("--blank-clears", multiple=True, metavar="FELD", help="Eine leere Zelle leert dieses Feld.")
@click.option("--day-first", multiple=True, metavar="SPALTE", help="03/04/2024 ist hier der 3. April.")
@click.option("--month-first", multiple=True, metavar="SPALTE", help="03/04/2024 ist hier der 4. März.")
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was geschehen würde.")
@click.option("--partial", is_flag=True, help="Die guten Zeilen übernehmen, auch wenn andere Fehler haben.")
@click.option(
    "--corrected",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT.xlsx",
    help="Bei Fehlern die Mappe mit gefärbten Zellen und Prüfhinweisen hierhin schreiben.",
)
@cli.as_json
@cli.guarded
def import_file(kind: str, file: Path, as_json: bool, **said: Any) -> None:
    """Eine Datei einlesen: Vorschau, Prüfung und alles oder nichts."""
    by = access.house("import")
    if kind == device_types.KIND.name:
        _refuse_options(said)
        facts, code = device_types.run(file, dry_run=said["dry_run"], partial=said["partial"], by=by)
        cli.answer(facts, as_json=as_json, text=_told(facts), code=code)
        return
    if file.is_dir():
        raise BadValue(N_("»%(name)s« ist ein Ordner. Bitte eine Datei angeben."), name=file.name)
    of = get_kind(kind)
    wish = _wish(of, by, said)
    out: Path | None = said["corrected"]
    if out is not None and not out.absolute().parent.is_dir():
        raise BadValue(N_("Den Ordner %(folder)s gibt es nicht."), folder=out.parent)
    facts, code = run(of, file, wish, out, dry_run=said["dry_run"], partial=said["partial"], by=by)
    cli.answer(facts, as_json=as_json, text=_told(facts), code=code)


def _refuse_options(said: Mapping[str, Any]) -> None:
    """Device types have no table, so nothing can be said about its sheet or its columns."""
    given = [name for name, value in said.items() if value and name not in ("dry_run", "partial")]
    if given:
        raise BadValue(
            N_("Gerätetypen kommen ohne Tabelle; dazu gehören nur --dry-run, --partial und --json.")
        )


_COLUMN_NAME = re.compile(r"spalte [a-z]{1,3}")


def _wish(kind: Kind, by: Actor, said: Mapping[str, Any]) -> Wish:
    """As the options say; what a profile says counts where they say nothing."""
    meant = sheets.parse_mapping(said["mappings"])
    days = dict.fromkeys(said["day_first"], True) | dict.fromkeys(said["month_first"], False)
    wish = Wish(
        said["sheet_name"], meant, said["school"], _pairs(said["only"]), said["blank_clears"],
        headerless=bool(meant) and all(_COLUMN_NAME.fullmatch(header.strip().casefold()) for header in meant),
        day_first=days,
    )  # fmt: skip
    if said["profile_name"] is None:
        return wish
    known = profiles.wish_of(profiles.named(db.session(), kind.name, said["profile_name"], seen_by=by), wish)
    return replace(
        known,
        sheet_name=wish.sheet_name or known.sheet_name,
        mapping={**known.mapping, **meant},
        day_first={**known.day_first, **days},
        blank_clears=tuple(dict.fromkeys((*known.blank_clears, *wish.blank_clears))),
    )


def run(
    kind: Kind, file: Path, wish: Wish, out: Path | None, *, dry_run: bool, partial: bool, by: Actor
) -> tuple[dict[str, Any], int]:
    sheet, digest = kind.sheet(db.session()), hashlib.sha256(file.read_bytes()).hexdigest()
    table = outlooks.read_file(file, sheet, wish)
    left_out = mapping.present(
        {header: None for header, name in wish.mapping.items() if not name}, table.headers
    )
    wish = replace(wish, mapping={header: name for header, name in wish.mapping.items() if name} | left_out)
    if wish.only and not table.rows:
        wanted = ", ".join(f"{header}={text}" for header, text in wish.only.items())
        raise BadValue(N_("Keine Zeile der Datei hat %(wanted)s. Es wurde nichts übernommen."), wanted=wanted)
    before = inbox.earlier(db.session(), kind.name, digest)
    facts: dict[str, Any] = {"earlier": before.id if before else None}

    def look(session: Session) -> Outlook:
        return outlooks.look(session, table, kind, sheet, wish, file_name=file.name, by=by)

    done: dict[str, Any] = {}
    try:
        if dry_run:
            found = look(db.session())
        else:
            folder = current_app.config["SCHOOL_IT"].home / "inbox"
            found, batch_id = take_over(look, folder, by=by, file_digest=digest, partial=partial)
            done = {"applied": True, "batch": batch_id}
    except HasProblems as problems:
        found = problems.outlook
    if out is not None and found.reading.faulty:
        facts["corrected"] = _corrected(file, found, wish, out)
    return {**found.as_json(), **facts, **done}, _code(found, partial)


def _corrected(file: Path, found: Outlook, wish: Wish, out: Path) -> str | None:
    """Where the corrected workbook stands. That it cannot be written undoes nothing: it is only said."""
    try:
        corrections.write(file, found, out.absolute(), words=wish.words)
    except SchoolItError as problem:
        click.echo(str(problem), err=True)
        return None
    return str(out)


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


def _asked(facts: Mapping[str, Any]) -> list[str]:
    """What a person may want to say, and what would come to be by the way."""
    lines = [
        f"»{question['header']}«: Tag oder Monat zuerst ({question['examples'][0]})? "
        "Bitte --day-first oder --month-first mit der Spalte angeben."
        for question in facts["questions"]
    ]
    if facts["creates"]:
        headers = {column["field"]: column["header"] for column in facts["columns"]}
        counted = Counter(headers.get(one["field"], one["field"]) for one in facts["creates"])
        what = ", ".join(f"{count} × {name}" for name, count in counted.items())
        lines.append(f"Neu {'angelegt' if facts['applied'] else 'angelegt würden'}: {what}.")
    if facts["earlier"]:
        lines.append(f"Genau diese Datei wurde schon einmal übernommen (Vorgang {facts['earlier']}).")
    if facts.get("corrected"):
        lines.append(f"Die Mappe mit Prüfhinweisen: {facts['corrected']}")
    return lines


def _place(told: Mapping[str, Any]) -> str:
    """A row of a table, or the file that describes a device type."""
    return str(told.get("name") or f"Zeile {told['row']}")


def _problems(problems: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line for what is wrong in the same way in several rows."""
    alike: dict[tuple[str | None, str], list[Mapping[str, Any]]] = {}
    for problem in problems:
        alike.setdefault((problem["column"], problem["sentence"]), []).append(problem)
    for (column, sentence), told in alike.items():
        where = f", {column}" if column else ""
        if len(told) > 1 and "name" not in told[0]:
            rows = ", ".join(spans([one["row"] for one in told]))
            yield f"{len(told)} Zeilen ({rows}){where}: {sentence}"
        else:
            yield from (f"{_place(one)}{where}: {sentence}" for one in told)


def _sums(facts: Mapping[str, Any]) -> Iterator[str]:
    headers = {column["field"]: column["header"] for column in facts.get("columns", ())}
    for name, total in facts.get("sums", {}).items():
        in_file, taken = (cells.EURO.show(Decimal(total[part])) for part in ("file", "taken"))
        yield f"{headers.get(name, name)}: {in_file} in der Datei, davon {taken} in Zeilen ohne Fehler."


def _compared(facts: Mapping[str, Any]) -> Iterator[str]:
    headers = {column["field"]: column["header"] for column in facts.get("columns", ())}
    for one in facts.get("compared", ()):
        in_file, stored, off = (
            cells.EURO.show(Decimal(one[part])) for part in ("file", "stored", "difference")
        )
        group, what = " · ".join(filter(None, one["by"].values())), headers.get(one["field"], one["field"])
        if Decimal(one["difference"]):
            yield f"{group}, {what}: {in_file} in der Datei, danach {stored} hier; Unterschied {off}."


def _told(facts: dict[str, Any]) -> str:
    lines = [
        f"{facts['file']}: {facts['rows']} Zeilen, davon {facts['new']} neu, {facts['changed']} geändert, "
        f"{facts['same']} unverändert, {facts['problem']} mit Fehlern; {facts['ignored']} übergangen."
    ]
    lines += [*_sums(facts), *_compared(facts)]
    lines += _problems(facts["problems"])
    if facts["left_out"]:
        lines.append(
            f"Nicht gelesene Spalten (mit --map wird gesagt, was sie bedeuten): {', '.join(facts['left_out'])}"
        )
    lines += _asked(facts)
    lines += [f"Hinweis zu {_place(hint)}: {hint['sentence']}" for hint in facts["hints"]]
    if facts["applied"]:
        lines.append(f"Übernommen (Vorgang {facts['batch']}).")
    elif facts["problem"]:
        lines.append("Es wurde nichts übernommen. Mit --partial werden die guten Zeilen genommen.")
    else:
        lines.append("Es wurde nichts übernommen (Probelauf).")
    return "\n".join(lines)
