"""A small town with two schools in which every text says whose it is, and somebody in every role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask, current_app
from flask.testing import FlaskClient
from sqlalchemy import Enum, String, Text
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor, Role
from school_it.accounts import actions as accounts
from school_it.accounts import queries as account_queries
from school_it.database import Model, db, today, transaction
from school_it.devices import actions as devices
from school_it.devices import catalogue, loans
from school_it.devices.models import Device, DeviceModel, SavedView
from school_it.devices.rules import DisposalReason, ItemClass
from school_it.documents import actions as documents
from school_it.documents.rules import DocumentKind
from school_it.funding import actions as funding
from school_it.funding import cost_plan, rules
from school_it.funding.decisions import change_requests
from school_it.funding.drawdowns import payouts
from school_it.funding.measures import actions as measures
from school_it.jobs.models import Job
from school_it.jobs.models import State as JobState
from school_it.ledger.models import LedgerLine
from school_it.licences import actions as licences
from school_it.licences import keys as licence_keys
from school_it.licences import seats
from school_it.licences.models import SeatRule
from school_it.licences.rules import SeatFor
from school_it.network import actions as network
from school_it.network.addresses import actions as addresses
from school_it.network.addresses.rules import Purpose, RangeUse
from school_it.network.types.models import DeviceType
from school_it.network.uplinks import actions as uplinks
from school_it.network.wiring import actions as wiring
from school_it.network.wiring.models import NetworkPort
from school_it.overview.deadlines import feeds
from school_it.people.models import Membership, Person, SyncRun
from school_it.people.rules import PersonRole, RunOutcome
from school_it.plan import actions as plan
from school_it.plan.open_data import actions as open_data
from school_it.plan.open_data import tables as open_tables
from school_it.plan.report import figures as year_report
from school_it.plan.rules import Basis
from school_it.plan.survey import actions as survey
from school_it.plan.survey.rules import Group
from school_it.plan.talks import actions as talks
from school_it.procurement import actions as procurement
from school_it.procurement import invoicing, receiving
from school_it.procurement.invoicing import Line
from school_it.procurement.rules import LineKind
from school_it.schools import actions as schools
from school_it.schools.models import Room, School
from school_it.schools.rules import SchoolType
from tests.conftest import PASSWORD
from tests.kept import kept

OWN, FOREIGN = "KanarA", "KanarB"
MISSING_NUMBER = 2_000_000_000
PEOPLE = {
    "admin": (Role.ADMIN, None),
    "office": (Role.OFFICE, None),
    "auditor": (Role.AUDITOR, None),
    "coordinator": (Role.COORDINATOR, OWN),
    "foreign-coordinator": (Role.COORDINATOR, FOREIGN),
    "teacher": (Role.TEACHER, OWN),
}


@dataclass
class Part:
    """What belongs to one school: sample values for addresses, and every row with its texts."""

    school_number: str
    samples: dict[str, Any] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)


@dataclass
class World:
    own: Part
    foreign: Part
    samples: dict[str, Any] = field(default_factory=dict)


def build(by: Actor) -> World:
    """The town, made by the app's own actions the first time in a process and put back from then on."""

    def make() -> tuple[World, list[list[tuple[type[Model], int]]]]:
        world = made(by)
        rows = [[(type(row), row.id) for row in one.rows] for one in (world.own, world.foreign)]
        return World(
            *(Part(one.school_number, one.samples) for one in (world.own, world.foreign)), world.samples
        ), rows

    world, rows = kept("world", make)
    session = db.session()
    for one, keys in zip((world.own, world.foreign), rows, strict=True):
        one.rows = [session.get_one(model, ident) for model, ident in keys]
    return world


def made(by: Actor) -> World:
    own, foreign = part(OWN, "115514", by), part(FOREIGN, "167149", by)
    talked((own, foreign), by)
    for name, (role, at) in PEOPLE.items():
        person = None if at is None else (own if at == OWN else foreign).samples["person"]
        account(name, role, at and (own if at == OWN else foreign).school_number, person, by)
    return World(own, foreign, shared(by))


def talked(parts: Sequence[Part], by: Actor, *, school_year: int = 2026) -> None:
    """With each school a talk and an agreement; and a survey that both have answered."""
    with transaction() as session:
        values = {"school_year": school_year, "due_on": date(school_year + 1, 1, 31)}
        one = survey.open_round(session, values, by=by)
        for made in parts:
            school = session.query(School).filter_by(school_number=made.school_number).one()
            word = school.name
            minutes = {"held_on": date(2026, 11, 2), "participants": word, "text": word}
            review = talks.hold(session, school, minutes, by=by)
            terms = {"what": word, "responsible": word, "note": word, "due_on": date(2027, 5, 1)}
            agreement = talks.agree(session, school, terms, review=review, by=by)
            wish = {"group": Group.OTHER, "what": word, "wanted": 3, "reason": word}
            made.samples |= {
                "talk": review.id, "agreement": agreement.id,
                "survey_wish": survey.add_wish(session, one, school.id, wish, by=by).id,
            }  # fmt: skip


def account(name: str, role: Role, school_number: str | None, person_id: int | None, by: Actor) -> None:
    with transaction() as session:
        user = accounts.add_user(session, name, password=PASSWORD, by=by)
        user.person_id = person_id
        at = [session.query(School).filter_by(school_number=school_number).one()] if school_number else []
        accounts.grant_role(session, user, role, schools=at, by=by)


def part(word: str, number: str, by: Actor) -> Part:
    """One school with one of everything; all its free texts hold `word`."""
    made = Part(number)
    with transaction() as session:
        known = catalogue.ensure_categories(session, by=by)
        school = schools.add_school(
            session, {"school_number": number, "name": word, "school_type": SchoolType.G}, by=by
        )
        building = schools.building(session, school.id, f"{word} Bau", by=by)
        session.flush()
        values = {"room": f"{word}-1", "name": word, "building_id": building.id if building else None}
        room = schools.add_room(session, school, values, by=by)
        schools.record_figures(session, school, 2025, {"pupils": 7}, by=by)
        person = Person(
            source="file",
            stable_id=word,
            role=PersonRole.TEACHER,
            given_name=word,
            family_name=word,
            school_id=school.id,
        )
        session.add(person)
        session.flush()
        session.add(Membership(person_id=person.id, school_id=school.id))
        lent, spare, gone = (
            device(session, school, room, f"{word}-{n}", known["Tablet"], by) for n in (1, 2, 3)
        )
        gone.bound_until = None
        devices.approve_disposal(session, gone, reason=word, by=by)
        devices.dispose(session, gone, {"disposal_reason": DisposalReason.DEFECT}, by=by)
        batch = audit.begin_batch(session, "import", by=by, title=word)
        audit.record(
            session, audit.Action.SCHOOL_CHANGED, school, by=by, batch=batch, changes={"name": ["", word]}
        )
        given = loans.hand_out(session, lent, to=person, condition=word, by=by)
        job = Job(
            kind="nothing",
            title={"text": "%(text)s", "values": {"text": word}},
            state=JobState.FAILED,
            started_by_name=word,
            acting={"grants": [], "person_id": None, "reads_only": True},
            school_id=school.id,
        )
        session.add(job)
        session.flush()
        bought = {
            "licence_no": word,
            "product": word,
            "seats": 1,
            "school_id": school.id,
            "cancel_by": today(),
        }
        licence = licences.add_licence(session, bought, by=by)
        session.flush()
        seat = seats.give_seat(session, licence, person, by=by)
        group = SeatRule(
            licence_id=licence.id, kind=SeatFor.PERSON, school_id=school.id, role=PersonRole.TEACHER, made_on=today(),
            made_by=word,
        )  # fmt: skip
        key = licence_keys.keep(session, licence, word, label=word, by=by)
        session.add(group)
        paper = documents.attach(
            session, lent, b"%PDF-1.4 " + word.encode() + b" %%EOF", name=word, kind=DocumentKind.PHOTO,
            home=current_app.config["SCHOOL_IT"].home, by=by,
        )  # fmt: skip
        outlet = network.add_outlet(session, school, {"outlet": word, "room": room.room}, by=by)
        session.flush()
        made.rows = [school, building, room, person, lent, spare, gone, given, licence, outlet]
        fill(session, made.rows, word)
        made.samples = {
            "number": number,
            "room": room.room,
            "tag": lent.asset_tag,
            "spare": spare.asset_tag,
            "disposed": gone.asset_tag,
            "person": person.id,
            "job": job.id,
            "licence": licence.id,
            "licence_no": word,
            "seat": seat.id,
            "seat_group": group.id,
            "licence_key": key.id,
            "outlet": outlet.id,
            "outlet_name": word,
            **wired(session, school, word, by),
            **addressed(session, school, word, by),
            "document": paper.id,
            **ordered(session, school, word, by),
        }
    return made


def wired(session: Session, school: School, word: str, by: Actor) -> dict[str, Any]:
    """A rack of this school with a panel, one of its ports, and a rule for the names of outlets."""
    rack = wiring.add_rack(session, school, {"name": word}, by=by)
    panel = wiring.add_panel(session, rack, {"name": word, "ports": 1}, by=by)
    port = session.query(NetworkPort).filter_by(panel_id=panel.id).one()
    plain = word.replace("{", "").replace("}", "")
    rule = wiring.keep_rule(session, f"{plain} {{nr}}", "{nr}", school=school, by=by)
    return {"rack": rack.id, "panel": panel.id, "port": port.id, "outlet_rule": rule.id}


def addressed(session: Session, school: School, word: str, by: Actor) -> dict[str, Any]:
    """A VLAN of this school, a subnet with a range, an address out of it, and a line to the internet."""
    vlan = {"number": 20, "name": word, "purpose": Purpose.TEACHING, "remark": word}
    made = addresses.add_vlan(session, school, vlan, by=by)
    net = {"network": f"10.{school.id}.0.0/24", "vlan": 20, "remark": word}
    subnet = addresses.add_subnet(session, school, net, by=by)
    held = {
        "first": f"10.{school.id}.0.9",
        "last": f"10.{school.id}.0.99",
        "use": RangeUse.DHCP,
        "remark": word,
    }
    kept = addresses.add_range(session, subnet, held, by=by)
    given = addresses.give_address(session, school, {"name": word, "remark": word}, subnet=subnet, by=by)
    line = uplinks.add_uplink(session, school, {"provider": word, "contract_no": word, "remark": word}, by=by)
    return {
        "vlan": made.id, "subnet": subnet.id, "address_range": kept.id, "address": given.id, "uplink": line.id,
    }  # fmt: skip


def ordered(session: Session, school: School, word: str, by: Actor) -> dict[str, Any]:
    """An order of this school with a line and a delivery of part of it."""
    values = {"order_no": word, "supplier": word, "ordered_on": date(2024, 5, 6), "remark": word}
    order = procurement.add_order(session, values, by=by)
    thing = {
        "kind": LineKind.OTHER,
        "text": word,
        "quantity": 3,
        "unit_gross": Decimal(5),
        "school_id": school.id,
    }
    line = procurement.add_line(session, order, thing, by=by)
    session.flush()
    came = receiving.receive(session, order, [receiving.Arrived(line.id, 1)], on=date(2024, 5, 7), by=by)
    bill = {"invoice_no": word, "invoice_date": date(2024, 5, 8), "paid_on": date(2024, 5, 9)}
    made = invoicing.add_invoice(
        session, order, bill, [Line(word, 1, Decimal(5), order_line_id=line.id)], by=by
    )
    session.flush()
    return {
        "order": order.id, "order_line": line.id, "delivery": came.id, "invoice": made.id,
        "supplier": order.supplier_id,
    }  # fmt: skip


def device(session: Session, school: School, room: Room, tag: str, category_id: int, by: Actor) -> Device:
    soon = today() + timedelta(days=20)
    values = {
        "asset_tag": tag,
        "category_id": category_id,
        "school_id": school.id,
        "room_id": room.id,
        "warranty_until": soon,
        "bound_until": soon,
        "acquired_on": date(2024, 5, 6),
    }
    made = devices.add_device(session, values, by=by)
    session.flush()
    return made


LEFT_ALONE = {
    "school_number",
    "source",
    "stable_id",
    "state",
    "folded",
    "sort_name",
    "tag_folded",
    "serial_folded",
    "maker_folded",
    "search",
    "mac_address",
    "postcode",
    "grade",
    "holder_name",
}


def fill(session: Session, rows: list[Any], word: str) -> None:
    """Put the word into every free text of the rows that does not hold it yet."""
    for row in rows:
        for column in row.__table__.columns:
            if (
                column.name in LEFT_ALONE
                or isinstance(column.type, Enum)
                or not isinstance(column.type, String | Text)
            ):
                continue
            if word not in (getattr(row, column.key) or ""):
                setattr(row, column.key, f"{word} {column.name} {row.id}"[: column.type.length or 40])
    session.flush()


PLAN = {
    **dict.fromkeys(("new", "changed", "same", "returned", "problem"), 0),
    "entries": 1, "left": 1, "told": [], "digest": "0", "by_school": {},
    "steps": [{"kind": "left", "person": None, "name": "Ada Ahl", "changes": {}}],
}  # fmt: skip
"""A run of the sync that a guard has stopped."""


def shared(by: Actor) -> dict[str, Any]:
    """What belongs to no school: a model, a run of the sync, a view of the admin, an act."""
    with transaction() as session:
        admin = account_queries.get_user(session, "admin")
        category = catalogue.ensure_categories(session, by=by)["Tablet"]
        model = DeviceModel(category_id=category, manufacturer="Muster", name="Modell")
        run = SyncRun(actor_name="Schul-IT", outcome=RunOutcome.REFUSED, sentence="Zu viele.", result=PLAN)
        view = SavedView(name="Ansicht", owner_id=admin.id)
        kind = DeviceType(manufacturer="Muster", model="S48", slug="muster-s48", ports=[])
        line = LedgerLine(ledger_no="4711", text="Tablets")
        session.add_all([model, run, view, kind, line])
        session.flush()
        aim = {"plan": "V", "item_class": ItemClass.MOBILE, "basis": Basis.PUPILS, "value": Decimal(2)}
        target = plan.add_target(session, {**aim, "valid_from": date(2025, 8, 1)}, by=by)
        years = {"name": "V", "first_year": 2026, "last_year": 2031}
        version = plan.add_plan(session, years, by=by)
        scenario = plan.add_scenario(session, {"plan": "V", "name": "1:1"}, by=by)
        decision = {"title": "MEP V", "reference": "V/1", "decided_on": today()}
        decided = plan.freeze(session, decision, None, by=by)
        session.flush()
        planned = {"plan": version.id, "scenario": scenario.id, "decided_plan": decided.id}
        own = session.query(School).filter_by(name=OWN).one().id
        table = open_tables.made(year_report.counts_of(session, 2025, seen_by=by, school_id=own), 5)
        planned["publication"] = open_data.publish(session, table, licence="zero", by=by).id
        may = account_queries.grants_of(session, admin.id, today())
        calendar = feeds.renew(session, by=admin.acting(may))
        batch = session.query(audit.Batch).order_by(audit.Batch.id).first()
        grant = account_queries.get_user(session, "teacher").roles[0]
        return {
            "model": model.id, "category": category, "run": run.id, "view": view.id, "grant": grant.id,
            "batch": batch.id if batch else 0, **funded(session, by),
            "ledger_line": line.id, "calendar": calendar, "target": target.id, "device_type": kind.id,
            **planned,
        }  # fmt: skip


def funded(session: Session, by: Actor) -> dict[str, Any]:
    """A programme, its grant with one decision, and a receipt of it."""
    school = session.query(School).filter_by(name=OWN).one()
    values = {"code": "PROG", "title": "Programm", "financing": rules.Financing.SHARE, "rate": Decimal("0.9")}
    programme = funding.add_programme(session, values, by=by)
    day = date(2024, 5, 6)
    decision = {
        "file_reference": "48.03-1", "decision_date": day, "period_to": date(2025, 5, 6), "eligible": Decimal(1000),
    }  # fmt: skip
    grant = funding.add_grant(session, "ZW-1", programme, None, decision, by=by)
    receipt = {
        "receipt_no": "1", "category": "2.3", "order_date": day, "invoice_date": day, "payment_date": day,
        "payee": "Muster", "invoice_no": "RE-1", "subject": "Tablet", "invoice_gross": Decimal(400),
        "paid_amount": Decimal(400),
    }  # fmt: skip
    made = funding.add_receipt(session, grant, school, receipt, by=by)
    session.flush()
    (decided,) = grant.decisions
    asked = payouts.ask(session, decided, {"requested_on": today(), "requested": Decimal(300)}, by=by)
    plan_values = {
        "category": "2.3", "description": "Tablets", "unit_price": Decimal(400), "starts_on": day, "ends_on": day,
    }  # fmt: skip
    measure = measures.add_measure(session, programme, school, plan_values, by=by)
    wanted = {"2.3": cost_plan.Planned(Decimal(900), Decimal(900))}
    change_values = {"requested_on": today(), "reason": "weniger Tablets"}
    change = change_requests.ask(session, decided, change_values, wanted, by=by)
    session.flush()
    return {
        "programme": programme.id, "town_grant": grant.id, "decision": decided.id, "receipt": made.id,
        "measure": measure.id, "drawdown": asked.id, "change_request": change.id,
    }  # fmt: skip


def browser_of(app: Flask, name: str | None) -> FlaskClient:
    """A browser in which that person is signed in; None is nobody."""
    browser = app.test_client()
    if name is not None:
        answer = browser.post("/login", data={"name": name, "password": PASSWORD})
        assert answer.status_code == 302, answer.get_data(as_text=True)[-1500:]
    return browser


def traces(session: Session) -> int:
    session.rollback()
    return session.query(audit.Entry).count()
