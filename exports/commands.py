"""``school-it export``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy.orm import Session

from exports import workbook
from exports import write as writing
from exports.evidence import keeping, queries
from exports.evidence.keeping import FormToFill, Handing, Wanted
from exports.reports import REPORTS, Asked, Choice, Report, Unsaid, get_report
from school_it import access, as_of, cli
from school_it.access import Actor
from school_it.database import db, today, transaction
from school_it.errors import N_, BadValue, CannotRead
from school_it.workbooks.package import Package


@click.command("export")
@click.argument("report", required=False)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Die Datei, die geschrieben wird (.xlsx)."
)
@click.option("--school", help="Nur diese Schulnummer.")
@click.option("--grant", help="Die Zuwendung: Kennzeichen, oder ein Aktenzeichen, das nur eine hat.")
@click.option("--year", type=click.IntRange(1900, 2999), help="Das Jahr, wo ein Bericht danach fragt.")
@click.option(
    "--as-of",
    "past",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Wie es am Ende dieses Tages war, etwa 2026-10-15.",
)
@click.option(
    "--template",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Ein Formular (.xlsx), in dessen benannte Zellen und Tabellen der Bericht geschrieben wird.",
)
@click.option(
    "--freeze", is_flag=True, help="Einreichen und festhalten: Datei und Daten bleiben, wie sie sind."
)
@click.option("--for", "recipient", help="Mit --freeze: für wen, etwa die Bewilligungsbehörde.")
@click.option("--note", help="Mit --freeze: eine Notiz dazu.")
@click.option("--blank", is_flag=True, help="Die leere Vorlage dazu: Spalten, Auswahllisten, Ausfüllhilfe.")
@click.option("--list", "list_reports", is_flag=True, help="Welche Berichte es gibt.")
@cli.as_json
@cli.guarded
def export(
    report: str | None,
    out: Path | None,
    school: str | None,
    grant: str | None,
    year: int | None,
    past: datetime | None,
    template: Path | None,
    freeze: bool,
    recipient: str | None,
    note: str | None,
    blank: bool,
    list_reports: bool,
    as_json: bool,
) -> None:
    """Einen Bericht als Arbeitsmappe schreiben."""
    if list_reports:
        return cli.answer(_listed(), as_json=as_json, text="\n".join(map(_told, REPORTS.values())))
    if not report or out is None:
        raise BadValue(
            N_("Bitte einen Bericht und --out DATEI angeben; school-it export --list zeigt, welche es gibt.")
        )
    if not out.parent.is_dir():
        raise BadValue(N_("Den Ordner %(folder)s gibt es nicht."), folder=out.parent)
    if blank:
        return cli.answer(
            _write_blank(report, out), as_json=as_json, text=f"{out}: leere Vorlage zum Ausfüllen."
        )
    day, asked = past.date() if past else None, Asked(school, grant, year)
    if freeze:
        _must_be_now(day)
        wanted = Wanted(get_report(report), asked, form=_form(template, out))
        with _naming_the_option():
            facts = _hand_in(wanted, out, Handing(recipient or "", note=note or ""))
        text = f"{facts['file']}: {facts['rows']} Zeilen, festgehalten als Nr. {facts['evidence']['number']}."
        return cli.answer(facts, as_json=as_json, text=text)
    if recipient or note:
        raise BadValue(N_("--for und --note gehören zu --freeze."))
    with _naming_the_option():
        facts = _write(get_report(report), asked, out, day, template)
    text = "\n".join([f"{facts['file']}: {facts['rows']} Zeilen.", *facts.get("notes", [])])
    return cli.answer(facts, as_json=as_json, text=text)


@contextmanager
def _naming_the_option() -> Iterator[None]:
    """A report says what it lacks; only here is it known by which option that is named."""
    try:
        yield
    except Unsaid as lacking:
        raise BadValue(
            N_("%(said)s Die Option dafür ist --%(option)s."), said=lacking.sentence, option=lacking.need
        ) from None


def _write(
    report: Report, asked: Asked, out: Path, day: date | None, template: Path | None
) -> dict[str, Any]:
    by = access.house("export")
    with as_of.session_of(day) as session:
        choice = asked.choice(session, on=today(), seen_by=by)
        if template is None:
            facts = writing.write(session, report, choice, out, by=by)
        else:
            facts = _fill(session, report, choice, template, out, by=by)
    with transaction() as noting:
        writing.note(noting, facts, choice, by=by)
    return {"report": facts.pop("report"), "file": str(out), **facts}


def _must_be_now(day: date | None) -> None:
    if day is not None:
        raise BadValue(N_("Festgehalten wird, wie es jetzt ist: --freeze geht nicht zusammen mit --as-of."))


def _form(template: Path | None, out: Path) -> FormToFill | None:
    if template is None:
        return None
    content = _opened(template, out).read()
    return FormToFill(template.name, content, has_macros=Package(BytesIO(content)).has_macros)


def _hand_in(wanted: Wanted, out: Path, handing: Handing) -> dict[str, Any]:
    by, home = access.house("export"), current_app.config["SCHOOL_IT"].home
    ident, looked = keeping.hand_in(home, wanted, handing, by=by)
    with workbook.whole_file(out) as target:
        target.write(looked.content)
    facts = dict(looked.face)
    kept = queries.get(db.session(), ident, seen_by=by)
    told = {"number": ident, "digest": kept.digest, "data_digest": kept.data_digest}
    return {"report": facts.pop("report"), "file": str(out), **facts, "evidence": told}


def _opened(template: Path, out: Path) -> BytesIO:
    """Raises CannotRead, and BadValue where the form has macros and the file to write is not called so."""
    try:
        form = BytesIO(template.read_bytes())
    except OSError:
        raise CannotRead(N_("Die Datei %(name)s ist nicht zu finden."), name=template.name) from None
    if Package(form).has_macros and out.suffix.lower() != ".xlsm":
        raise BadValue(N_("Das Formular enthält Makros. Bitte --out mit der Endung .xlsm angeben."))
    form.seek(0)
    return form


def _fill(
    session: Session, report: Report, choice: Choice, template: Path, out: Path, *, by: Actor
) -> dict[str, Any]:
    form = _opened(template, out)
    with workbook.whole_file(out) as target:
        return writing.write_into(session, report, choice, form, target, by=by)


def _write_blank(name: str, out: Path) -> dict[str, Any]:
    facts = writing.write_blank(db.session(), get_report(name), out, by=access.house("export"))
    return {"report": facts.pop("report"), "file": str(out), **facts}


def _told(report: Report) -> str:
    needs = "".join(f" (braucht --{name})" for name in report.needs)
    return f"{report.name:16} {report.title}: {report.about}{needs}"


def _listed() -> dict[str, Any]:
    return {
        "reports": [
            {"name": one.name, "title": one.title, "import_kind": one.import_kind, "needs": list(one.needs)}
            for one in REPORTS.values()
        ]
    }
