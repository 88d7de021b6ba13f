"""``school-it undo``."""

from __future__ import annotations

from typing import Any

import click

from school_it import access, cli
from school_it.database import db
from school_it.undo import actions
from school_it.undo import planning as plans
from school_it.undo.planning import UndoPlan


@click.command("undo")
@click.argument("batch", type=click.IntRange(min=1))
@click.option("--dry-run", is_flag=True, help="Nur zeigen, was geschehen würde.")
@cli.as_json
@cli.guarded
def take_back(batch: int, dry_run: bool, as_json: bool) -> None:
    """Einen Vorgang im Ganzen zurücknehmen: eine eingelesene Datei, eine Sammeländerung, einen Abgleich."""
    by = access.house("cli")
    if dry_run:
        found = plans.plan(db.session(), plans.get_batch(db.session(), batch), by=by)
        facts, text = found.as_json(dry_run=True), _told(found, dry_run=True)
    else:
        found = actions.take_back(batch, by=by)
        facts, text = found.as_json(dry_run=False), _told(found, dry_run=False)
    cli.answer(facts, as_json=as_json, text=text, code=_code(facts))


def _code(facts: dict[str, Any]) -> int:
    if not facts["undone"]:
        return cli.REFUSED
    return cli.PARTLY if facts["conflict"] else cli.DONE


def _told(found: UndoPlan, *, dry_run: bool) -> str:
    lines = [
        f"Vorgang {found.batch.id} ({found.batch.title or found.kind}): {found.rows} Zeilen, davon gehen "
        f"{found.undone} zurück, {len(found.conflicts)} bleiben."
    ]
    lines += [f"{one.key}: {one.sentence}" for one in (*found.conflicts, *found.kept)]
    if found.made is not None:
        lines.append(f"Zurückgenommen (Vorgang {found.made.id}).")
    elif not found.undone:
        lines.append("Es wurde nichts geändert: Davon lässt sich nichts zurücknehmen.")
    elif dry_run:
        lines.append("Es wurde nichts geändert (Probelauf).")
    return "\n".join(lines)
