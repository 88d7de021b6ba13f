"""What the rooms of the house have to keep in time, as `school_it.deadlines` wants it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from school_it import deadlines
from school_it.access import ROLE_NAMES, Actor, May
from school_it.accounts.models import RoleGrant, User
from school_it.database import today
from school_it.deadlines import Deadline
from school_it.devices import listing
from school_it.devices.models import Device
from school_it.devices.rules import GONE
from school_it.errors import N_, Sentence
from school_it.funding.models import Grant, Programme
from school_it.funding.queries import PERIODS
from school_it.funding.rules import Status
from school_it.licences import queries as licence_queries
from school_it.licences.models import Licence
from school_it.schools.models import School

ONE_DEVICE, DEVICES = N_("1 Gerät"), N_("%(n)s Geräte")


# --- devices: so many of a school on a day ---


def of_devices(session: Session, actor: Actor, since: date, until: date) -> Iterator[Deadline]:
    """Warranties and earmarks that end, returns that are due; overdue ones whatever their day."""
    for kind, column, args in (
        ("warranty", Device.warranty_until, {"warranty": "soon", "sort": "warranty_until"}),
        ("bound", Device.bound_until, {"bound": "bound", "sort": "bound_until"}),
    ):
        yield from _devices(session, actor, kind, column, column.between(since, until), args)
    out = listing.CONDITIONS["holder"]("with")
    due = out & (Device.due_on <= until)
    if since > today():
        due &= Device.due_on >= since
    args = {"holder": "with", "sort": "due_on", "order": "desc"}
    yield from _devices(session, actor, "due", Device.due_on, due, args)


def _devices(
    session: Session, actor: Actor, kind: str, column: Any, which: ColumnElement[bool], args: dict[str, str]
) -> Iterator[Deadline]:
    name = func.coalesce(School.short_name, School.name)
    reach = actor.scope(May.SEE_DEVICES).where(Device.school_id)
    rows = (
        select(column, func.count(), School.school_number, name)
        .select_from(Device)
        .outerjoin(School, School.id == Device.school_id)
        .where(reach, Device.state.not_in(GONE), which)
        .group_by(column, School.school_number, name)
    )
    for day, number, code, school in session.execute(rows):
        leads = {"holder": "overdue"} if kind == "due" and day < today() else args
        what = Sentence(ONE_DEVICE) if number == 1 else Sentence(DEVICES, n=number)
        key = f"{kind}:{day.isoformat()}:{code or '-'}"
        yield Deadline(
            key, day, kind, what, "devices.index", {"school": code or "-", **leads}, code or "-", school
        )


# --- funding ---


def of_funding(session: Session, _actor: Actor, since: date, until: date) -> Iterator[Deadline]:
    yield from _grants(session, since, until)
    columns = {
        "application": Programme.application_deadline,
        "implementation": Programme.implementation_end,
        "drawdown": Programme.last_drawdown,
        "settlement": Programme.final_settlement,
    }
    near = or_(*(column.between(since, until) for column in columns.values()))
    wanted = select(Programme.id, Programme.code, Programme.title, *columns.values())
    for row in session.execute(wanted.where(near, Programme.status == Status.VALID)):
        for kind, day in zip(columns, row[3:], strict=True):
            if day is not None and since <= day <= until:
                yield Deadline(
                    f"programme_{kind}:{row.id}", day, f"programme_{kind}", f"{row.code} {row.title}",
                    "funding.programme", {"ident": row.id},
                )  # fmt: skip


def _grants(session: Session, since: date, until: date) -> Iterator[Deadline]:
    """Ends of implementation, the last day to draw what is granted, and proofs that are due; overdue ones whatever
    their day.
    """
    first = date.min if since <= today() else since
    rows = (
        select(Grant, PERIODS.c.period_to, PERIODS.c.proof_due)
        .join(PERIODS, PERIODS.c.grant_id == Grant.id)
        .join(Programme, Programme.id == Grant.programme_id)
        .where(
            or_(
                PERIODS.c.period_to.between(since, until),
                and_(PERIODS.c.proof_due.between(first, until), Grant.proof_handed_in.is_(None)),
                Programme.last_drawdown.between(since, until),
            )
        )
    )
    for grant, period_to, proof_due in session.execute(rows):
        last = grant.programme.last_drawdown if grant.drawn < grant.granted else None
        proof = proof_due if grant.proof_handed_in is None else None
        days = {"grant_period": period_to, "grant_proof": proof, "grant_drawdown": last}
        for kind, day in days.items():
            if day is not None and (first if kind == "grant_proof" else since) <= day <= until:
                what = f"{grant.reference} {grant.title or ''}".strip()
                yield Deadline(f"{kind}:{grant.id}", day, kind, what, "funding.grant", {"ident": grant.id})


# --- licences, rights ---


def of_licences(session: Session, actor: Actor, since: date, until: date) -> Iterator[Deadline]:
    near = or_(Licence.cancel_by.between(since, until), Licence.valid_to.between(since, until))
    for one in session.scalars(select(Licence).where(licence_queries.within(actor), near)):
        ends = "licence_renews" if one.renews else "licence_ends"
        for kind, day in (("licence_notice", one.cancel_by), (ends, one.valid_to)):
            if day is not None and since <= day <= until:
                yield Deadline(
                    f"{kind}:{one.id}", day, kind, f"{one.product} ({one.licence_no})", "licences.licence",
                    {"ident": one.id}, one.school.school_number if one.school else None,
                    one.school.label if one.school else None,
                )  # fmt: skip


def of_roles(session: Session, _actor: Actor, since: date, until: date) -> Iterator[Deadline]:
    rows = (
        select(User, RoleGrant)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.active, RoleGrant.until.between(since, until))
    )
    for user, given in session.execute(rows):
        if given.until is None:
            continue
        what = Sentence(
            N_("%(name)s: %(role)s"), name=user.display_name, role=Sentence(ROLE_NAMES[given.role])
        )
        yield Deadline(f"role:{given.id}", given.until, "role", what, "accounts.account", {"name": user.name})


def watch_all() -> None:
    """The rooms that stand in this house from the beginning; others add theirs themselves."""
    deadlines.watch(
        "devices",
        May.SEE_DEVICES,
        {
            "warranty": N_("Garantie endet"),
            "bound": N_("Zweckbindung endet"),
            "due": N_("Rückgabe fällig"),
        },
        of_devices,
    )
    deadlines.watch(
        "funding",
        May.SEE_FUNDING,
        {
            "grant_period": N_("Durchführung endet"),
            "grant_drawdown": N_("Letzter Mittelabruf"),
            "grant_proof": N_("Verwendungsnachweis fällig"),
            "programme_application": N_("Antragsfrist"),
            "programme_implementation": N_("Programm: Durchführung endet"),
            "programme_drawdown": N_("Programm: letzter Mittelabruf"),
            "programme_settlement": N_("Programm: Schlussabrechnung"),
        },
        of_funding,
    )
    deadlines.watch(
        "licences",
        May.SEE_LICENCES,
        {
            "licence_notice": N_("Lizenz kündbar bis"),
            "licence_ends": N_("Lizenz endet"),
            "licence_renews": N_("Lizenz verlängert sich"),
        },
        of_licences,
    )
    deadlines.watch("roles", May.SEE_ACCOUNTS, {"role": N_("Rolle endet")}, of_roles)


watch_all()
