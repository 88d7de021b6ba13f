"""``school-it ldap``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from flask import current_app

from school_it import access, cli
from school_it.database import db, today
from school_it.errors import N_, CannotRead
from school_it.people import actions, directory, glances, profile, queries
from school_it.people.models import SyncRun
from school_it.people.rules import PERSON_ROLES, RunOutcome
from school_it.people.sync import KIND_NAMES, Kind

COUNT_WORDS = (
    ("new", "neu"),
    ("changed", "geändert"),
    ("same", "unverändert"),
    ("left", "abgegangen"),
    ("returned", "zurückgekehrt"),
    ("problem", "ausgelassen"),
)
SAID = (
    *("complete", "entries", "new", "changed", "same", "left", "returned", "problem"),
    *("by_school", "returns_due", "problems", "remarks", "seconds"),
)


UNKNOWN_SCHOOLS = "Bitte diese Schulen anlegen oder bei der Schule unter »Name im Verzeichnis« eintragen."
NAMED = 3  # a whole school that is unknown is one line, not one for each pupil


@click.group()
def ldap() -> None:
    """Das Verzeichnis der Schulen."""


@ldap.command("test")
@cli.as_json
@cli.guarded
def test(as_json: bool) -> None:
    """Verbinden, anmelden, eine Seite lesen und sagen, was zu sehen ist."""
    settings = current_app.config["SCHOOL_IT"]
    seen = directory.glance(directory.address(settings), profile.load(settings.LDAP_PROFILE), today=today())
    facts = glances.facts(seen, settings.LDAP_PROFILE, queries.known_schools(db.session()))
    if not facts["seen"]:
        raise CannotRead(
            N_("Die Anmeldung gelingt, aber es ist niemand zu sehen: Bitte Wurzel und Profil prüfen.")
        )
    cli.answer(facts, as_json=as_json, text=_glance_text(facts))


def _glance_text(facts: Mapping[str, Any]) -> str:
    more = " (die erste Seite; meist gibt es mehr)" if facts["more"] else ""
    secured = "verschlüsselt" if facts["encrypted"] else "NICHT verschlüsselt"
    lines = [
        f"{facts['host']} antwortet, {secured}, Profil {facts['profile']}.",
        f"Zu sehen sind {facts['seen']} Personen{more}:",
        *(f"  {number:5} {PERSON_ROLES[role]}" for role, number in facts["roles"].items()),
        *(f"  {number:5} an Schule {key or '(keine)'}" for key, number in facts["schools"].items()),
        *(f"Unbekannte Schule: {key}" for key in facts["unknown_schools"]),
        *([UNKNOWN_SCHOOLS] if facts["unknown_schools"] else []),
        *(f"{entry['who']}: {entry['sentence']}" for entry in facts["problems"]),
    ]
    return "\n".join(lines)


@ldap.command("sync")
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was sich ändern würde.")
@click.option("--force", is_flag=True, help="Auch übernehmen, wenn ungewöhnlich viele fehlen.")
@cli.as_json
@cli.guarded
def sync_command(dry_run: bool, force: bool, as_json: bool) -> None:
    """Personen mit dem Verzeichnis abgleichen. Wer fehlt, gilt als abgegangen; gelöscht wird niemand."""
    settings = current_app.config["SCHOOL_IT"]
    cli.tell("Das Verzeichnis wird gelesen …")
    run = actions.sync_directory(settings, dry_run=dry_run, force=force, by=access.house("cli"))
    facts = run_facts(run)
    cli.answer(facts, as_json=as_json, text=_run_text(run), code=_code(run))


def run_facts(run: SyncRun) -> dict[str, Any]:
    """The JSON of ``ldap sync``; a dry run also says who would change and how."""
    facts: dict[str, Any] = {"dry_run": run.dry_run, "applied": run.applied}
    facts |= {name: run.result[name] for name in SAID}
    if run.sentence:
        facts["refused" if run.outcome is RunOutcome.REFUSED else "overridden"] = run.sentence
    if run.dry_run:
        facts["steps"] = run.result["steps"]
    return facts | {"run": run.id}


def _code(run: SyncRun) -> int:
    if run.outcome is RunOutcome.REFUSED:
        return cli.REFUSED
    return cli.PARTLY if run.result["problem"] else cli.DONE


def _findings(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """What was found, with the first few of those it was found with; ``--json`` names all."""
    who: dict[str, list[str]] = {}
    for entry in entries:
        who.setdefault(entry["sentence"], []).append(entry["who"])
    return [f"{_named(names)}: {sentence}" for sentence, names in who.items()]


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" und {more} weitere" if more > 0 else "")


def _run_text(run: SyncRun) -> str:
    result = run.result
    counts = ", ".join(f"{result[name]} {word}" for name, word in COUNT_WORDS)
    lines = [f"{result['entries']} Personen im Verzeichnis: {counts}."]
    lines += [_step_text(step) for step in result["steps"]] if run.dry_run else []
    lines += _findings([*result["problems"], *result["remarks"]])
    if result["returns_due"]:
        lines.append(f"{result['returns_due']} Abgegangene haben noch Geräte.")
    if run.outcome is RunOutcome.REFUSED:
        lines.append(f"Angehalten, nichts übernommen: {run.sentence} Wenn das stimmt: --force")
    elif run.dry_run:
        lines.append("Probelauf: Es wurde nichts geändert.")
    return "\n".join(lines)


def _step_text(step: Mapping[str, Any]) -> str:
    changes = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in step["changes"].items())
    place = " ".join(filter(None, (step["school_number"], step["school_class"])))
    said = f"{KIND_NAMES[Kind(step['kind'])]}: {step['name']}" + (f" ({place})" if place else "")
    return f"{said}: {changes}" if step["kind"] == Kind.CHANGED and changes else said
