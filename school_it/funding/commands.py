"""``school-it funding``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from flask import current_app

from school_it import access, cli
from school_it.database import db, transaction
from school_it.errors import N_, NotThere
from school_it.funding import actions, queries, rules
from school_it.funding.programmes import compare, facts, shipped
from school_it.funding.programmes.compare import Line
from school_it.funding.programmes.shipped import Shipped


@click.group()
def funding() -> None:
    """Die Förderung."""


@funding.command("programmes")
@click.argument("codes", nargs=-1, metavar="[KÜRZEL]…")
@click.option("--take", is_flag=True, help="Übernehmen, was neu ist oder berichtigt wird.")
@click.option(
    "--own", is_flag=True, help="Mit --take: auch eigene Angaben durch die mitgelieferten ersetzen."
)
@cli.as_json
@cli.guarded
def programmes(codes: Sequence[str], take: bool, own: bool, as_json: bool) -> None:
    """Mitgelieferte Programme: was sie sagen, was sie ändern würden, und übernehmen."""
    asked = _asked(codes, whole=not take)
    before = {one.code: queries.find_programme(db.session(), one.code) for one in asked}
    lines = {one.code: compare.lines(one, before[one.code]) for one in asked}
    known = {code for code, one in before.items() if one is not None}
    wanted = compare.TAKEN | ({compare.Kind.OWN} if own else set())
    if take:
        with transaction() as session:
            for one in asked:
                chosen = frozenset(line.field for line in lines[one.code] if line.kind in wanted)
                actions.take_over(session, one, chosen, by=access.house("cli"))
    told = [_facts(one, lines[one.code], one.code in known) for one in asked]
    text = "\n\n".join(_text(one, lines[one.code], one.code in known, long=bool(codes)) for one in asked)
    text += "\n\nÜbernommen." if take else ""
    cli.answer({"taken": take, "programmes": told}, as_json=as_json, text=text)


def _asked(codes: Sequence[str], *, whole: bool) -> list[Shipped]:
    """Those named; all where none is named and nothing is taken over. Raises NotThere, UsageError."""
    offered = shipped.every(current_app.config["SCHOOL_IT"].home)
    if not codes and not whole:
        raise click.UsageError("Bitte sagen, welche Programme übernommen werden sollen.")
    for code in codes:
        if code not in offered:
            raise NotThere(
                N_("Ein mitgeliefertes Programm %(code)s gibt es nicht. Möglich sind: %(codes)s."),
                code=code,
                codes=", ".join(offered),
            )
    return [offered[code] for code in codes] or list(offered.values())


def _facts(one: Shipped, lines: Sequence[Line], is_known: bool) -> dict[str, Any]:
    return {
        "code": one.code, "title": one.title, "land": one.land, "status": one.status, "own_file": one.own,
        "stored": is_known,
        "fields": [
            {
                "field": line.field, "change": line.kind, "stored": facts.plain(line.stored),
                "value": facts.plain(line.shipped), "sure": line.fact.sure, "source": line.fact.source,
                "why": line.fact.why,
            }
            for line in lines
        ],
    }  # fmt: skip


def _text(one: Shipped, lines: Sequence[Line], is_known: bool, *, long: bool) -> str:
    news = sum(line.kind in compare.TAKEN for line in lines)
    state = f"angelegt, {news} Angaben neu oder berichtigt" if is_known else "noch nicht angelegt"
    head = f"{one.code}  {one.title} ({rules.STATUSES[one.status]}): {state}"
    return "\n".join([head, *map(_line, lines)] if long else [head])


def _line(line: Line) -> str:
    value = compare.shown(line.field, line.shipped).replace("\n", ", ")
    sure = f" [{line.fact.sure}]" if line.fact.sure else ""
    stored = compare.shown(line.field, line.stored).replace("\n", ", ")
    was = f" (jetzt: {stored})" if line.kind in (compare.Kind.UPDATED, compare.Kind.OWN) else ""
    said = value or line.fact.why
    return f"  {compare.LABELS[line.field]}: {said}{sure}{was} – {compare.KINDS[line.kind]}"
