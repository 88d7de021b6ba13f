"""Handing a report in: look at it, keep it; make it again as of then and as of today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from exports import write as writing
from exports.evidence import data, store
from exports.evidence.comparing import Comparison, compare
from exports.evidence.models import Evidence
from exports.placing import Layout
from exports.reports import REPORTS, Asked, Choice, Report
from school_it import access, as_of, audit, cells
from school_it.access import Actor, May
from school_it.audit import Action
from school_it.database import is_sqlite, today, transaction
from school_it.errors import N_, BadValue, NotAllowed, NotThere, RuleBroken
from school_it.funding import actions as funding_actions
from school_it.funding import queries as funding_queries
from school_it.web.frame import version

LONGEST_NOTE = 4000
_LOCK = 7_240_312
_SAME = (
    "report", "grant_id", "school_number", "year", "day", "user_id", "user_name", "recipient", "file_reference",
    "note", "template",
)  # fmt: skip


@dataclass(frozen=True)
class FormToFill:
    """The form of an authority that the report is handed in on; `name` says which and in which version."""

    name: str
    content: bytes
    layout: Layout | None = None
    has_macros: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which report of what: as the command line and the address name it."""

    report: Report
    asked: Asked = field(default_factory=Asked)
    form: FormToFill | None = None


@dataclass(frozen=True)
class Handing:
    """What is said about the handing in: for whom, under which reference of theirs, and what the office notes."""

    recipient: str = ""
    file_reference: str = ""
    note: str = ""


@dataclass(frozen=True)
class Looked:
    """What would be kept. `seen` is the digest of its data: who hands in says with it what was looked at."""

    content: bytes
    face: dict[str, Any]
    sheets: list[data.Data]
    choice: Choice
    newest_entry: int
    handing: Handing
    seen: str

    @property
    def rows(self) -> int:
        return sum(len(sheet.get("rows", ())) for sheet in self.sheets)

    @property
    def broken(self) -> list[dict[str, Any]]:
        """The rules that do not hold."""
        return [one for one in self.face["checks"] if not one["holds"]]


def tells_of_people(report: Report) -> bool:
    """What names people must be able to forget them, and is never kept for good."""
    return report.may is May.SEE_PEOPLE


def must_hand_in(by: Actor, report: Report) -> None:
    """Raises NotAllowed: who answers to the authority hands in. Raises BadValue for a report about people."""
    if tells_of_people(report):
        raise BadValue(
            N_(
                "Dieser Bericht nennt Personen. Er wird nicht festgehalten, damit Namen vergessen werden können."
            )
        )
    if not by.scope(May.EDIT_FUNDING).everywhere or not by.may(report.may):
        raise NotAllowed(N_("Berichte reicht das Schulverwaltungsamt ein."))


def look(wanted: Wanted, *, by: Actor) -> Looked:
    """The report as of this moment, in its file. Raises NotAllowed, NotThere, BadValue, CannotRead."""
    must_hand_in(by, wanted.report)
    with as_of.held() as (session, newest):
        choice = _choice(session, wanted, today(), by)
        content, face, sheets = _made(session, wanted, choice, by)
        handing = _usual(choice)
    return Looked(content, face, sheets, choice, newest, handing, _seen({**face, "sheets": sheets}))


def _choice(session: Session, wanted: Wanted, on: date, by: Actor) -> Choice:
    choice = wanted.asked.choice(session, on=on, seen_by=by)
    grant = choice.grant
    if grant is not None and grant.proof_handed_in is None and wanted.report.name == PROOF:
        # what is handed in says so itself; nothing is written
        set_committed_value(grant, "proof_handed_in", on)
    return choice


def _made(
    session: Session, wanted: Wanted, choice: Choice, by: Actor
) -> tuple[bytes, dict[str, Any], list[data.Data]]:
    pages = data.with_rows(wanted.report.pages(session, choice, by))
    target = BytesIO()
    if wanted.form is None:
        face = writing.write(session, wanted.report, choice, target, by=by, made=pages)
    else:
        form = BytesIO(wanted.form.content)
        face = writing.write_into(
            session, wanted.report, choice, form, target, by=by, layout=wanted.form.layout, made=pages
        )
    return target.getvalue(), face, data.of_pages(session, pages)


def _usual(choice: Choice) -> Handing:
    """Whom it goes to, by the decisions of the grant."""
    if choice.grant is None:
        return Handing()
    decisions = choice.grant.decisions
    recipient = next((one.authority for one in decisions if one.authority), "")
    return Handing(recipient, ", ".join(dict.fromkeys(one.file_reference for one in decisions)))


def hand_in(
    home: Path, wanted: Wanted, handing: Handing, *, by: Actor, seen: str | None = None
) -> tuple[int, Looked]:
    """Keep the report as it is at this moment; the id of the evidence, and what was kept.

    `seen` is what `look` said: where it is another by now nothing is kept. What `handing` leaves empty is taken from
    the grant's decisions. Raises as `look` does, and RuleBroken.
    """
    looked = look(wanted, by=by)
    if seen is not None and seen != looked.seen:
        raise RuleBroken(
            N_("Seit der Vorschau hat sich etwas geändert. Bitte noch einmal ansehen und dann einreichen.")
        )
    said = _checked(handing, looked.handing)
    made = _evidence(wanted, looked, said, by)
    with transaction() as session:
        before = _same_of_today(session, made, looked.seen)
        if before is not None:  # the button was pressed twice
            return before, looked
        made.digest = store.HANDED_IN.keep(home, looked.content)
        content = data.canonical(_data(wanted, looked, made))
        made.data, made.data_digest = content, data.digest(content)
        session.add(made)
        session.flush()
        audit.record(
            session, Action.EVIDENCE_KEPT, made, by=by, report=made.report, digest=made.digest,
            data_digest=made.data_digest,
        )  # fmt: skip
        if made.report == PROOF and made.grant_id is not None:
            grant = funding_queries.get_grant(session, made.grant_id, seen_by=by)
            funding_actions.hand_in_proof(session, grant, on=made.day, by=by)
        return made.id, looked


def _same_of_today(session: Session, made: Evidence, seen: str) -> int | None:
    """The newest that this person has kept today, where it says the same; its file tells the second it was made in.

    One after the other looks: of two at once the second finds it.
    """
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    same = [getattr(Evidence, name).is_not_distinct_from(getattr(made, name)) for name in _SAME]
    rows = select(Evidence.id, Evidence.data).where(*same).order_by(Evidence.id.desc())
    newest = session.execute(rows.limit(1)).first()
    return newest.id if newest is not None and _seen(json.loads(newest.data)) == seen else None


def _seen(of: Mapping[str, Any]) -> str:
    """What somebody sees of a report before it is kept, in few letters."""
    return data.digest(data.canonical({name: of[name] for name in ("sheets", "figures", "checks")}))


def _checked(handing: Handing, usual: Handing) -> Handing:
    said = replace(
        handing,
        recipient=cells.one_line(handing.recipient) or usual.recipient,
        file_reference=cells.one_line(handing.file_reference) or usual.file_reference,
        note=handing.note.strip(),
    )
    if len(said.note) > LONGEST_NOTE:
        raise BadValue(N_("Die Notiz darf höchstens %(most)s Zeichen haben."), most=LONGEST_NOTE)
    return replace(said, recipient=said.recipient[:200], file_reference=said.file_reference[:300])


def _evidence(wanted: Wanted, looked: Looked, said: Handing, by: Actor) -> Evidence:
    choice, form = looked.choice, wanted.form
    sign = choice.grant.reference if choice.grant else None
    ending = ".xlsm" if form and form.has_macros else ".xlsx"
    name = writing.file_name(wanted.report.title, sign, wanted.asked.school, day=choice.on, ending=ending)
    return Evidence(
        report=wanted.report.name, grant_id=choice.grant.id if choice.grant else None,
        grant_reference=choice.grant.reference if choice.grant else None,
        school_number=choice.school.school_number if choice.school else None, year=choice.year,
        recipient=said.recipient, file_reference=said.file_reference, note=said.note, day=choice.on,
        user_id=by.id, user_name=by.name, newest_entry=looked.newest_entry, template=form.name if form else "",
        file_name=name, size=len(looked.content), rows=looked.rows,
    )  # fmt: skip


def _data(wanted: Wanted, looked: Looked, made: Evidence) -> data.Data:
    return {
        "report": made.report,
        "title": wanted.report.title,
        "day": made.day.isoformat(),
        "choice": {
            "school": made.school_number, "grant": made.grant_reference, "year": made.year,
            "query": dict(wanted.asked.query),
        },
        "handed_in": {
            "by": made.user_name, "to": made.recipient, "file_reference": made.file_reference, "note": made.note,
            "file": made.file_name, "digest": made.digest,
        },
        "template": {"name": wanted.form.name, "digest": data.digest(wanted.form.content)} if wanted.form else None,
        "newest_entry": made.newest_entry,
        "program": version(),
        "sheets": looked.sheets,
        "figures": looked.face["figures"],
        "checks": looked.face["checks"],
    }  # fmt: skip


def note_taken_out(evidence: Evidence, *, by: Actor) -> None:
    """Leave the trace: who took a copy of what was handed in out of the house."""
    with transaction() as session:
        audit.record(
            session, Action.REPORT_EXPORTED, evidence, by=by, report=evidence.report, rows=evidence.rows
        )


# --- made again ---------------------------------------------------------------------------------------------


def data_of(evidence: Evidence) -> data.Data:
    """What was handed in. Raises CannotRead where it is not what it was."""
    data.must_be(evidence.data, evidence.data_digest)
    found: data.Data = json.loads(evidence.data)
    return found


def rebuilt(evidence: Evidence) -> Comparison:
    """The data made again from the trail as of the moment of the handing in, beside those that were kept."""
    kept = data_of(evidence)
    with as_of.back_to(evidence.newest_entry, evidence.day) as session:
        wanted = _wanted(kept)
        choice = _choice(session, wanted, evidence.day, _HOUSE)
        return compare(kept, _again(session, wanted, choice))


def of_today(session: Session, evidence: Evidence) -> Comparison:
    """What the report would say now beside what was handed in. Raises NotThere where its grant has gone."""
    kept = data_of(evidence)
    wanted = _wanted(kept)
    wanted = replace(wanted, asked=replace(wanted.asked, grant=None))
    choice = _choice(session, wanted, today(), _HOUSE)
    if evidence.grant_id is not None:
        choice = replace(choice, grant=funding_queries.get_grant(session, evidence.grant_id, seen_by=_HOUSE))
    return compare(kept, _again(session, wanted, choice))


PROOF = "proof-of-use"
"""The report that ends the deadline of its grant."""

_HOUSE = access.house("evidence")


def _wanted(kept: data.Data) -> Wanted:
    report, choice = REPORTS.get(kept["report"]), kept["choice"]
    if report is None:
        raise NotThere(N_("Diesen Bericht gibt es nicht mehr."))
    asked = Asked(choice["school"], choice["grant"], choice["year"], choice["query"])
    return Wanted(report, asked)


def _again(session: Session, wanted: Wanted, choice: Choice) -> data.Data:
    pages = data.with_rows(wanted.report.pages(session, choice, _HOUSE))
    return {
        "sheets": data.of_pages(session, pages),
        "figures": wanted.report.figures(session, choice, _HOUSE),
        "checks": wanted.report.checks(session, choice, _HOUSE),
    }
