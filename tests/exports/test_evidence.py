"""What was handed in stays as it was, can be made again, and tells what has changed since."""

from __future__ import annotations

import contextlib
import io
import json
import re
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from exports.evidence import data, health, keeping, queries, store
from exports.evidence.comparing import compare
from exports.evidence.keeping import FormToFill, Handing, Wanted
from exports.evidence.models import Evidence
from exports.reports import REPORTS, Asked
from school_it.access import Actor, Grant, Role
from school_it.audit import Action, Entry
from school_it.database import db, today, transaction
from school_it.devices import actions as device_actions
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.errors import BadValue, CannotRead, NotAllowed, RuleBroken
from school_it.funding import actions as funding_actions
from school_it.funding import queries as funding_queries
from school_it.funding.models import Grant as FundingGrant
from school_it.funding.models import Receipt
from school_it.operations import backup, schema
from school_it.operations.doctor import Verdict
from school_it.settings import Settings
from tests.exports import town
from tests.exports.town import GRANT


@pytest.fixture
def settings(app: Flask, house: Actor, tmp_path: Path) -> Settings:
    with app.app_context():
        town.build(app, "receipts", tmp_path, by=house)
    found: Settings = app.config["SCHOOL_IT"]
    return found


def proof() -> Wanted:
    return Wanted(REPORTS["proof-of-use"], Asked(grant=GRANT))


def handed_in(settings: Settings, by: Actor, wanted: Wanted | None = None) -> Evidence:
    ident, _looked = keeping.hand_in(settings.home, wanted or proof(), Handing(note="per Post"), by=by)
    return db.session().get_one(Evidence, ident)


def change(by: Actor) -> Receipt:
    """One receipt becomes dearer by 12 euros, another goes, a third comes."""
    with transaction() as now:
        grant = funding_queries.get_grant_called(now, GRANT, seen_by=by)
        first, second = now.scalars(
            select(Receipt).where(Receipt.grant_id == grant.id).order_by(Receipt.receipt_no).limit(2)
        )
        dearer = {name: getattr(first, name) + 12 for name in ("paid_amount", "other_non_eligible")}
        funding_actions.change_receipt(now, first, first.school, dearer, reason="Nachtrag", by=by)
        values = {name: getattr(second, name) for name in funding_queries.RECEIPT_FIELDS}
        school = second.school
        funding_actions.remove_receipt(now, second, by=by)
        values |= {"receipt_no": "N-1"}
        funding_actions.add_receipt(now, grant, school, values, reason="nachgereicht", by=by)
    return first


def test_a_report_that_was_handed_in_keeps_its_bytes_its_data_and_who_did_it(
    session: Session, settings: Settings, house: Actor
) -> None:
    made = handed_in(settings, house)
    book = openpyxl.load_workbook(io.BytesIO(store.read(settings.home, made.digest)))
    assert book.sheetnames == ["Deckblatt", "Einnahmen", "Ausgaben", "Belegliste", "Geräte", "Prüfung"]
    kept = keeping.data_of(made)
    sheet = next(one for one in kept["sheets"] if one["sheet"] == "Belegliste")
    assert len(sheet["rows"]) == book["Belegliste"].max_row - 6
    assert sheet["keys"] == ["grant", "receipt_no"]
    assert kept["handed_in"]["by"] == house.name
    assert kept["handed_in"]["note"] == made.note == "per Post"
    assert made.grant_reference == GRANT
    assert made.file_reference
    assert kept["figures"]["granted"] == str(
        next(one["value"] for one in kept["sheets"][0]["entries"] if one["key"] == "vn_bewilligt")
    )


def test_a_button_pressed_twice_keeps_one(session: Session, settings: Settings, house: Actor) -> None:
    """What is kept for good is not kept twice by a nervous finger; with another note it is another handing in."""
    first = handed_in(settings, house)
    time.sleep(1.1)  # the file names the second that it was made in
    assert handed_in(settings, house).id == first.id
    kept = [one for one in (settings.home / "evidence").rglob("*") if one.is_file()]
    assert len(kept) == 1, "nor is a second file left behind"
    other, _looked = keeping.hand_in(settings.home, proof(), Handing(note="per E-Mail"), by=house)
    assert other != first.id
    assert session.query(Evidence).count() == 2


def test_nobody_changes_or_removes_it_in_the_database(
    session: Session, settings: Settings, house: Actor
) -> None:
    made = handed_in(settings, house)
    for statement in (update(Evidence).values(note="anders"), delete(Evidence)):
        with pytest.raises(DatabaseError, match="only ever added"):
            session.execute(statement)
        session.rollback()
    assert session.get_one(Evidence, made.id).note == "per Post"


def test_it_is_made_again_to_the_same_data_whatever_happened_since(
    session: Session, settings: Settings, house: Actor
) -> None:
    made = handed_in(settings, house)
    change(house)
    with transaction() as now:
        grant = funding_queries.get_grant_called(now, GRANT, seen_by=house)
        funding_actions.change_grant(now, grant, {"reference": "DT-neu"}, by=house)
    assert keeping.rebuilt(made).as_json() == {"same": True, "figures": {}, "sheets": []}


def test_a_figure_is_told_by_the_words_and_the_type_that_its_report_gives_it() -> None:
    def told(report: str, before: Any, after: Any) -> list[tuple[str, str, Decimal | None]]:
        found = compare({"report": report, "sheets": [], "figures": before}, {"sheets": [], "figures": after})
        return [(one.label, one.kind, one.more) for one in found.figures]

    stock = {"plan": "MEP-26-neu", "pupils_per_device": "3.20", "pupils": 800}
    assert told("stock", stock, {**stock, "plan": "MEP-27-neu", "pupils_per_device": "3.10"}) == [
        ("MEP", "text", None), ("Schüler je mobilem Gerät", "number", None),
    ]  # fmt: skip
    budget = {"Sparsam": {"total": "10.00", "own": "4.00"}, "Ganz": {"total": "12.00", "own": "4.00"}}
    assert told("budget", budget, {**budget, "Ganz": {"total": "14.50", "own": "4.00"}}) == [
        ("Ganz: Summe", "euro", Decimal("2.50"))
    ]


def test_beside_today_it_tells_which_receipts_and_figures_have_changed(
    session: Session, settings: Settings, house: Actor
) -> None:
    made = handed_in(settings, house)
    assert keeping.of_today(session, made).is_same
    dearer = change(house)
    found = keeping.of_today(session, made)
    sheet = next(one for one in found.sheets if one.sheet == "Belegliste")
    assert [sheet.count(what) for what in ("new", "gone", "changed")] == [1, 1, 1]
    changed = next(row for row in sheet.rows if row.what == "changed")
    assert changed.key["receipt_no"] == session.merge(dearer).receipt_no
    assert {cell.name: cell.more for cell in changed.cells}["paid_amount"] == 12
    paid = next(one for one in found.figures if one.name == "paid_total")
    assert paid.more == Decimal(12)


def test_bytes_that_somebody_changed_on_the_disk_are_not_given_out(
    session: Session, settings: Settings, house: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = handed_in(settings, house)
    assert health.faults(settings) == {}
    path = store.HANDED_IN.path_of(settings.home, made.digest)
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(CannotRead, match="verändert"):
        store.read(settings.home, made.digest)
    assert health.faults(settings) == {made.id: ["file"]}
    path.unlink()
    with pytest.raises(CannotRead, match="fehlt"):
        store.read(settings.home, made.digest)
    monkeypatch.setattr(schema, "current", lambda: "0002")
    assert [one.verdict for one in health.evidence(settings)] == [Verdict.ILL]


def test_data_that_somebody_changed_around_the_guards_are_not_believed(
    session: Session, settings: Settings, house: Actor
) -> None:
    made = handed_in(settings, house)
    made.data = made.data.replace("per Post", "per Fax!")  # never written: the guards refuse it
    with pytest.raises(CannotRead, match="festgehalten"):
        keeping.data_of(made)
    session.rollback()


def test_the_backup_has_what_was_handed_in(session: Session, settings: Settings, house: Actor) -> None:
    made = handed_in(settings, house)
    assert dict(backup._documents(settings.home))[f"evidence/{made.digest[:2]}/{made.digest}"].is_file()


def test_what_changed_between_looking_and_handing_in_is_looked_at_again(
    session: Session, settings: Settings, house: Actor
) -> None:
    looked = keeping.look(proof(), by=house)
    change(house)
    with pytest.raises(RuleBroken, match="Vorschau"):
        keeping.hand_in(settings.home, proof(), Handing(), by=house, seen=looked.seen)
    assert session.scalar(select(Evidence.id)) is None


def test_whoever_may_only_read_hands_nothing_in(session: Session, settings: Settings) -> None:
    auditor = Actor(id=None, name="Prüferin", grants=(Grant(Role.AUDITOR),))
    with pytest.raises(NotAllowed):
        keeping.look(proof(), by=auditor)


def test_a_form_of_the_authority_is_kept_filled(session: Session, settings: Settings, house: Actor) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "Bewilligt:"
    book.defined_names["vn_bewilligt"] = openpyxl.workbook.defined_name.DefinedName(
        "vn_bewilligt", attr_text="Sheet!$B$1"
    )
    form = io.BytesIO()
    book.save(form)
    wanted = Wanted(
        REPORTS["proof-of-use"], Asked(grant=GRANT), form=FormToFill("VN Beispielland", form.getvalue())
    )
    made = handed_in(settings, house, wanted)
    filled = openpyxl.load_workbook(io.BytesIO(store.read(settings.home, made.digest)))
    kept = keeping.data_of(made)
    assert f"{filled.active['B1'].value:.2f}" == kept["figures"]["granted"]
    assert kept["template"] == {"name": "VN Beispielland", "digest": data.digest(form.getvalue())}


def test_every_report_can_be_handed_in_is_made_again_and_has_words_for_its_figures(
    session: Session, settings: Settings, house: Actor
) -> None:
    idents = []
    for one in REPORTS.values():
        with contextlib.suppress(BadValue):  # about people, or about something that this grant does not have
            idents.append(
                handed_in(
                    settings, house, Wanted(one, Asked(grant=GRANT if "grant" in one.needs else None))
                ).id
            )
    assert len(idents) > 18
    change(house)
    with transaction() as now:
        usable = select(Device).where(Device.state != State.DISPOSED).order_by(Device.id)
        device = now.scalars(usable.limit(1)).one()
        device_actions.change_device(now, device, {"remark": "neu"}, by=house)
    for ident in idents:
        made = session.get_one(Evidence, ident)
        assert keeping.rebuilt(made).as_json()["sheets"] == [], made.report
        without = compare(kept := keeping.data_of(made), {**kept, "figures": {}}).figures
        assert [one.name for one in without if one.label == one.name] == [], made.report


def test_the_same_data_are_the_same_text_whatever_their_order() -> None:
    first: dict[str, Any] = {"b": [1, "ä"], "a": {"d": None, "c": "1.00"}}
    second = json.loads(json.dumps({"a": {"c": "1.00", "d": None}, "b": [1, "ä"]}))
    assert data.canonical(first) == data.canonical(second) == '{"a":{"c":"1.00","d":null},"b":[1,"ä"]}'


def test_evidence_is_found_by_report_and_grant(session: Session, settings: Settings, house: Actor) -> None:
    made = handed_in(settings, house)
    handed_in(settings, house, Wanted(REPORTS["inventory"]))
    assert session.scalars(queries.listed(grant=GRANT)).all() == [made]
    assert len(session.scalars(queries.listed()).all()) == 2
    assert queries.grants(session) == [(GRANT, GRANT)]


def test_what_can_never_be_removed_names_nobody_who_has_a_device(
    session: Session, settings: Settings, house: Actor
) -> None:
    made = handed_in(settings, house, Wanted(REPORTS["inventory"]))
    (sheet,) = keeping.data_of(made)["sheets"]
    place = [column["field"] for column in sheet["columns"]].index("holder")
    assert {row[place] for row in sheet["rows"]} == {None}
    book = openpyxl.load_workbook(io.BytesIO(store.read(settings.home, made.digest)))
    column = [cell.value for cell in book.active[5]].index(sheet["columns"][place]["header"]) + 1
    assert {book.active.cell(row, column).value for row in range(6, 6 + len(sheet["rows"]))} == {None}
    with pytest.raises(BadValue, match="nennt Personen"):
        keeping.look(Wanted(REPORTS["people"]), by=house)


# --- the pages ---


def test_the_office_sees_what_will_be_kept_and_keeps_it_from_the_page_of_the_grant(
    app: Flask, settings: Settings, sign_in_as: Any
) -> None:
    office = sign_in_as(Role.OFFICE)
    with app.app_context():
        grant = db.session().scalar(select(FundingGrant).where(FundingGrant.reference == GRANT))
        page = office.get(f"/funding/grants/{grant.id}").get_data(as_text=True)
    address = f"/exports/evidence/new?report=proof-of-use&grant={GRANT}"
    assert address.replace("&", "&amp;") in page
    text = office.get(address).get_data(as_text=True)
    assert "bewilligte Zuwendung" in text
    assert "Belegliste" in text
    assert "heißt die Stadt »Schulträger«" in text, "before it goes to the state without a name"
    seen = re.search(r'name="seen"[^>]*value="([0-9a-f]{64})"', text)
    assert seen
    answer = office.post(address, data={"seen": seen[1], "note": "am Schalter abgegeben"})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    shown = office.get(answer.location).get_data(as_text=True)
    assert "Datei und Daten sind unverändert" in shown
    assert "am Schalter abgegeben" in shown
    assert office.get(f"{answer.location}/file").data == office.get(f"{answer.location}/file").data != b""
    with app.app_context():
        asked = select(Entry).where(Entry.object_type == Evidence.__tablename__).order_by(Entry.id)
        taken = db.session().scalars(asked).all()
    assert [one.action for one in taken] == [Action.EVIDENCE_KEPT, *2 * [Action.REPORT_EXPORTED]]
    assert "Seit der Einreichung hat sich an diesem Bericht nichts geändert" in office.get(
        f"{answer.location}/today"
    ).get_data(as_text=True)


def test_the_page_leads_from_what_changed_to_its_history(
    app: Flask, settings: Settings, house: Actor, sign_in_as: Any
) -> None:
    with app.app_context():
        number = handed_in(settings, house).id
        ident = change(house).id
    auditor = sign_in_as(Role.AUDITOR)
    text = auditor.get(f"/exports/evidence/{number}/today").get_data(as_text=True)
    assert "Belegliste: 1 geändert, 1 neu, 1 nicht mehr da" in text
    assert "geleistete Ausgaben +12,00\N{NO-BREAK SPACE}€" in text
    assert f'href="/funding/receipts/{ident}"' in text
    shares = re.findall(r"Abrechnung v\.H\.:.*?</", text, re.DOTALL)
    assert shares
    assert not any(re.search(r"\d\.\d", one) for one in shares), "as German workbooks write a share"
    assert "/audit?q=" in text
    rebuilt = auditor.get(f"/exports/evidence/{number}/rebuilt").get_data(as_text=True)
    assert "Unverändert nachgebaut" in rebuilt


def test_a_preview_that_is_out_of_date_keeps_nothing_and_what_was_typed(
    app: Flask, settings: Settings, sign_in_as: Any
) -> None:
    office = sign_in_as(Role.OFFICE)
    address = f"/exports/evidence/new?report=proof-of-use&grant={GRANT}"
    answer = office.post(address, data={"seen": "0" * 64, "note": "wichtig"})
    assert "Seit der Vorschau hat sich etwas geändert" in answer.get_data(as_text=True)
    assert "wichtig" in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session().scalar(select(Evidence.id)) is None


def test_the_command_hands_in_lists_and_compares(
    app: Flask, settings: Settings, house: Actor, tmp_path: Path
) -> None:
    run = app.test_cli_runner().invoke
    out = tmp_path / "vn.xlsx"
    done = run(
        args=[
            "export",
            "proof-of-use",
            "--grant",
            GRANT,
            "--out",
            str(out),
            "--freeze",
            "--for",
            "Bezirk",
            "--json",
        ]
    )
    told = json.loads(done.stdout)["evidence"]
    assert data.digest(out.read_bytes()) == told["digest"]
    listed = json.loads(run(args=["evidence", "--grant", GRANT, "--json"]).stdout)["evidence"]
    assert [(one["number"], one["to"]) for one in listed] == [(told["number"], "Bezirk")]
    with app.app_context():
        change(house)
    shown = json.loads(run(args=["evidence", str(told["number"]), "--json"]).stdout)
    assert shown["sound"] is True
    assert shown["today"]["figures"]["paid_total"]
    again = json.loads(run(args=["evidence", str(told["number"]), "--rebuild", "--json"]).stdout)
    assert again["rebuilt"]["same"] is True


def test_a_past_day_and_handing_in_do_not_go_together(app: Flask, settings: Settings, tmp_path: Path) -> None:
    args = ["export", "schools", "--out", str(tmp_path / "s.xlsx"), "--freeze", "--as-of", "2026-01-01"]
    done = app.test_cli_runner().invoke(args=args)
    assert done.exit_code != 0
    assert "--as-of" in done.stderr


def test_the_page_of_reports_takes_a_past_day_and_says_where_the_trail_begins(
    app: Flask, settings: Settings, sign_in_as: Any
) -> None:
    office = sign_in_as(Role.OFFICE)
    day = today()
    text = office.get(f"/exports?as_of={day:%d.%m.%Y}&year=2025&grant={GRANT}").get_data(as_text=True)
    assert f"Die Aufzeichnung beginnt am {day:%d.%m.%Y}" in text
    assert f"/exports/stock.xlsx?year=2025&amp;as_of={day:%Y-%m-%d}" in text
    assert f"/exports/drawdown.xlsx?grant={GRANT}&amp;year=2025&amp;as_of={day:%Y-%m-%d}" in text
    early = office.get("/exports?as_of=2001-01-01").get_data(as_text=True)
    assert "Wie es am 01.01.2001 war, weiß das Programm nicht" in early
