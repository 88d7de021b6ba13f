"""``school-it ldap``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import click
from flask import current_app

from school_it import access, cli
from school_it.database import db, today
from school_it.errors import N_, CannotRead, SchoolItError
from school_it.people import actions, directory, glances, queries, sources
from school_it.people.models import SyncRun
from school_it.people.rules import PERSON_ROLES, RunOutcome
from school_it.people.sources import Source
from school_it.people.steps import KIND_NAMES, Kind

COUNT_WORDS = (
    ("new", "neu"),
    ("changed", "geändert"),
    ("same", "unverändert"),
    ("left", "abgegangen"),
    ("returned", "zurückgekehrt"),
    ("problem", "ausgelassen"),
)
SCHOOL_WORDS = tuple((name, word) for name, word in COUNT_WORDS if name not in ("same", "problem"))
SAID = (
    *("complete", "entries", "new", "changed", "same", "left", "returned", "linked", "problem"),
    *("by_school", "returns_due", "problems", "remarks", "seconds"),
)


UNKNOWN_SCHOOLS = "Bitte diese Schulen anlegen oder bei der Schule unter »Name im Verzeichnis« eintragen."
NAMED = 3  # a whole school that is unknown is one line, not one for each pupil


@click.group()
def ldap() -> None:
    """Das Verzeichnis der Schulen."""


which = click.option(
    "--directory", "name", metavar="NAME", help="Eines von mehreren Verzeichnissen; sonst alle nacheinander."
)


def _asked(name: str | None) -> tuple[Source, ...]:
    settings = current_app.config["SCHOOL_IT"]
    several = name is None and len(sources.every(settings)) > 1
    return sources.every(settings) if several else (sources.one(settings, name),)


def _each(asked: Sequence[Source], work: Callable[[Source], _Done], *, as_json: bool) -> None:
    """One directory answers for itself; several stand side by side, and the worst of them is the exit code."""
    if len(asked) == 1:
        done = work(asked[0])
        cli.answer(done.facts, as_json=as_json, text=done.text, code=done.code)
        return
    all_done = [_kept_apart(source, work) for source in asked]
    facts = {"directories": [done.facts for done in all_done]}
    text = "\n\n".join(f"{source.name}\n{done.text}" for source, done in zip(asked, all_done, strict=True))
    worst = min((done.code for done in all_done), key=WORST_FIRST.index)
    cli.answer(facts, as_json=as_json, text=text, code=worst)


WORST_FIRST = (cli.FAILED, cli.USAGE, cli.REFUSED, cli.PARTLY, cli.DONE)


def _kept_apart(source: Source, work: Callable[[Source], _Done]) -> _Done:
    """One directory that fails keeps no other from its turn."""
    try:
        return work(source)
    except SchoolItError as problem:
        return _Done({"directory": source.name, "error": str(problem)}, str(problem), problem.exit_code)


class _Done(NamedTuple):
    facts: Mapping[str, Any]
    text: str
    code: int = cli.DONE


@ldap.command("test")
@which
@cli.as_json
@cli.guarded
def test(name: str | None, as_json: bool) -> None:
    """Verbinden, anmelden, eine Seite lesen und sagen, was zu sehen ist."""
    _each(_asked(name), _test, as_json=as_json)


def _test(source: Source) -> _Done:
    seen = directory.glance(source.address, source.layout(), today=today())
    facts = glances.facts(seen, source, queries.known_schools(db.session()))
    if not facts["seen"]:
        raise CannotRead(
            N_("Die Anmeldung gelingt, aber es ist niemand zu sehen: Bitte Wurzel und Profil prüfen.")
        )
    return _Done(facts, _glance_text(facts))


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
        *(entry["sentence"] for entry in facts["odd"]),
        *_findings(facts["problems"]),
        "So würden sie gespeichert:",
        *(_sample_text(person) for person in facts["samples"]),
    ]
    return "\n".join(lines)


def _sample_text(person: Mapping[str, Any]) -> str:
    places = (*person["school_numbers"], *(f"unbekannt: {key}" for key in person["unknown_schools"]))
    told = (PERSON_ROLES[person["role"]], ", ".join(places), person["school_class"], person["username"])
    return f"  {person['name']}: {'; '.join(text for text in told if text)}"


@ldap.command("sync")
@which
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was sich ändern würde.")
@click.option("--force", is_flag=True, help="Auch übernehmen, wenn ungewöhnlich viele fehlen.")
@click.option("--reason", metavar="TEXT", help="Warum trotzdem übernommen wird; steht beim Abgleich.")
@cli.as_json
@cli.guarded
def sync_command(name: str | None, dry_run: bool, force: bool, reason: str | None, as_json: bool) -> None:
    """Personen mit dem Verzeichnis abgleichen. Wer fehlt, gilt als abgegangen; gelöscht wird niemand."""
    settings = current_app.config["SCHOOL_IT"]

    def work(source: Source) -> _Done:
        cli.tell(f"Das Verzeichnis wird gelesen … ({source.name})")
        if source.address.is_clear:
            cli.tell("Achtung: Die Verbindung ist nicht verschlüsselt.")
        run = actions.sync_directory(
            settings,
            dry_run=dry_run,
            source=source.name,
            force=force,
            reason=reason,
            by=access.house("cli"),
        )
        return _Done(run_facts(run), _run_text(run), _code(run))

    _each(_asked(name), work, as_json=as_json)


def run_facts(run: SyncRun) -> dict[str, Any]:
    """The JSON of ``ldap sync``; a dry run also says who would change and how."""
    facts: dict[str, Any] = {"directory": run.source, "dry_run": run.dry_run, "applied": run.applied}
    facts |= {name: run.result[name] for name in SAID}
    if run.sentence:
        facts["refused" if run.outcome is RunOutcome.REFUSED else "overridden"] = run.sentence
    if run.reason:
        facts["reason"] = run.reason
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
    lines += [_school_text(*pair) for pair in result["by_school"].items() if _changes(pair[1])]
    lines += [_step_text(step) for step in result["steps"]] if run.dry_run else []
    lines += _findings([*result["problems"], *result["remarks"]])
    if result["returns_due"]:
        lines.append(f"{result['returns_due']} Abgegangene haben noch Geräte.")
    if run.outcome is RunOutcome.REFUSED:
        lines.append(f"Angehalten, nichts übernommen: {run.sentence} Wenn das stimmt: --force")
    elif run.dry_run:
        lines.append("Probelauf: Es wurde nichts geändert.")
    return "\n".join(lines)


def _changes(counts: Mapping[str, int]) -> bool:
    return any(counts[name] for name, _ in SCHOOL_WORDS)


def _school_text(number: str, counts: Mapping[str, int]) -> str:
    told = ", ".join(f"{counts[name]} {word}" for name, word in SCHOOL_WORDS if counts[name])
    return f"  Schule {number}: {told}, {counts['same']} unverändert"


def _step_text(step: Mapping[str, Any]) -> str:
    changes = "; ".join(f"{name}: {before} → {after}" for name, (before, after) in step["changes"].items())
    place = " ".join(filter(None, (step["school_number"], step["school_class"])))
    said = f"{KIND_NAMES[Kind(step['kind'])]}: {step['name']}" + (f" ({place})" if place else "")
    return f"{said}: {changes}" if step["kind"] in (Kind.CHANGED, Kind.LINKED) and changes else said
