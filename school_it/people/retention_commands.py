"""``school-it retention``."""

from __future__ import annotations

import click
from flask import current_app

from school_it import access, cli
from school_it.people import retention
from school_it.people.retention import REASONS, Outcome, Periods


@click.group("retention")
def retention_group() -> None:
    """Wie lange die Namen von Abgegangenen bleiben."""


@retention_group.command("run")
@click.option("--dry-run", is_flag=True, help="Nur zeigen, wie viele Namen vergessen würden.")
@cli.as_json
@cli.guarded
def run(dry_run: bool, as_json: bool) -> None:
    """Die Namen vergessen, deren Frist abgelaufen ist. Wer noch etwas hat, bleibt."""
    periods = Periods.of(current_app.config["SCHOOL_IT"])
    outcome = retention.run(periods, dry_run=dry_run, by=access.house("cli"))
    cli.answer(outcome.facts(), as_json=as_json, text=_text(outcome))


def _text(outcome: Outcome) -> str:
    word = "würden vergessen" if outcome.dry_run else "vergessen"
    lines = [f"{len(outcome.verdicts)} Abgegangene: {len(outcome.due)} {word}."]
    lines += [f"  {n:5} bleiben: {REASONS[reason]}" for reason, n in outcome.kept().items()]
    if outcome.dry_run:
        lines.append("Probelauf: Es wurde nichts geändert.")
    return "\n".join(lines)
