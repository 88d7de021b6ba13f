"""``school-it evidence``: what was handed in, whether it is still that, and what has changed since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask import current_app

from exports.evidence import health, keeping, queries, store
from exports.evidence.models import Evidence
from school_it import access, cli
from school_it.database import db
from school_it.web.show import moment

MOST = 1000


@click.command("evidence")
@click.argument("number", type=int, required=False)
@click.option("--grant", default="", help="Nur zu dieser Zuwendung (Kennzeichen).")
@click.option("--report", default="", help="Nur zu diesem Bericht.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Die eingereichte Datei hierhin schreiben."
)
@click.option("--rebuild", is_flag=True, help="Aus dem Verlauf nachbauen statt mit heute vergleichen.")
@cli.as_json
@cli.guarded
def evidence(
    number: int | None, grant: str, report: str, out: Path | None, rebuild: bool, as_json: bool
) -> None:
    """Festgehaltene Nachweise: ohne Nummer alle, mit Nummer einer und was sich seither geändert hat."""
    if number is None:
        return _list(report, grant, as_json=as_json)
    house = access.house("evidence")
    found = queries.get(db.session(), number, seen_by=house)
    home: Path = current_app.config["SCHOOL_IT"].home
    if out is not None:
        out.write_bytes(store.read(home, found.digest))
        keeping.note_taken_out(found, by=house)
    facts = _facts(found)
    facts["sound"] = found.id not in health.faults(current_app.config["SCHOOL_IT"])
    compared = keeping.rebuilt(found) if rebuild else keeping.of_today(db.session(), found)
    facts["rebuilt" if rebuild else "today"] = compared.as_json()
    said = "unverändert" if compared.is_same else f"{compared.cells} Zellen sind anders"
    text = f"{_line(found)}\n{'Nachgebaut' if rebuild else 'Verglichen mit heute'}: {said}."
    return cli.answer(facts, as_json=as_json, text=text)


def _list(report: str, grant: str, *, as_json: bool) -> None:
    rows = queries.listed(report=report, grant=grant).order_by(Evidence.id.desc()).limit(MOST)
    found = db.session().scalars(rows).all()
    cli.answer(
        {"evidence": [_facts(one) for one in found]},
        as_json=as_json,
        text="\n".join(map(_line, found)) or "Noch ist nichts festgehalten.",
    )


def _line(one: Evidence) -> str:
    about = " ".join(filter(None, (one.report, one.grant_reference)))
    return f"Nr. {one.id}: {about}, eingereicht am {moment(one.at)} von {one.user_name}"


def _facts(one: Evidence) -> dict[str, Any]:
    return {
        "number": one.id, "report": one.report, "grant": one.grant_reference, "school_number": one.school_number,
        "year": one.year, "day": one.day.isoformat(), "at": one.at.isoformat(), "by": one.user_name,
        "to": one.recipient, "file_reference": one.file_reference, "note": one.note, "template": one.template,
        "file": one.file_name, "digest": one.digest, "data_digest": one.data_digest, "rows": one.rows,
    }  # fmt: skip
