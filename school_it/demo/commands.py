"""``school-it demo``."""

from __future__ import annotations

import click

from school_it import access, cli
from school_it.demo import town


@click.command()
@click.option(
    "--schools",
    default=town.Size.schools,
    show_default=True,
    type=click.IntRange(1, 11),
    help="Zahl der Schulen.",
)
@click.option(
    "--devices",
    default=town.Size.devices,
    show_default=True,
    type=click.IntRange(10, 1_000_000),
    help="Zahl der Computer und Tablets.",
)
@click.option(
    "--people",
    default=town.Size.people,
    show_default=True,
    type=click.IntRange(50, 200_000),
    help="Zahl der Personen.",
)
@click.option("--seed", default=town.Size.seed, show_default=True, help="Dieselbe Zahl gibt dieselbe Stadt.")
@cli.as_json
@cli.guarded
def demo(schools: int, devices: int, people: int, seed: int, as_json: bool) -> None:
    """Eine erfundene Stadt zum Ausprobieren anlegen (nur in eine leere Datenbank)."""
    size = town.Size(schools, devices, people, seed)
    facts = town.build(size, by=access.house("demo", "Demo"), tell=cli.tell)
    names = ", ".join(account["name"] for account in facts["accounts"])
    text = f"{facts['schools']} Schulen, {facts['people']} Personen, {facts['devices']} Geräte.\n"
    text += f"Anmelden als {names}; Kennwort: {facts['password']}"
    cli.answer(facts, as_json=as_json, text=text)
