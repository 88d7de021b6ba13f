"""Addresses of the schools and their lines to the internet."""

from __future__ import annotations

from sqlalchemy.orm import Session

from exports.reports.shape import Choice, Pages, Report, subtitle
from exports.workbook import Page
from school_it import cells
from school_it.access import Actor, May
from school_it.errors import N_
from school_it.network.addresses import queries as address_queries
from school_it.network.addresses.rules import PURPOSES
from school_it.network.addresses.sheet import ADDRESSES
from school_it.network.uplinks import queries as uplink_queries
from school_it.network.uplinks.models import Uplink
from school_it.sheets import Column

_SCHOOL = (Column("school_number", "Schulnummer", cells.CODE), Column("school", "Schule"))
FOUND_OUT = (
    Column("school", "Schule"),
    Column("made", "Gerät"),
    Column("network", "Teilnetz", cells.CODE),
    Column("gateway", "Gateway", cells.CODE),
    Column("vlan_name", "Name des VLAN"),
    Column("purpose", "Zweck"),
)
"""What stands behind the columns that are read back: it follows from subnet and device."""
SUBNETS = (
    *_SCHOOL,
    Column("vlan", "VLAN", cells.INTEGER),
    Column("vlan_name", "Name des VLAN"),
    Column("purpose", "Zweck"),
    Column("network", "Teilnetz", cells.CODE),
    Column("gateway", "Gateway", cells.CODE),
    Column("is_separate", "getrenntes Netz", cells.YES_NO),
    Column("remark", "Bemerkung"),
)
UPLINKS = (
    *_SCHOOL,
    Column("pupils", "Schüler", cells.INTEGER),
    Column("provider", "Anbieter"),
    Column("contract_no", "Vertragsnummer", cells.CODE),
    Column("down", "Mbit/s herunter", cells.INTEGER),
    Column("up", "Mbit/s hinauf", cells.INTEGER),
    Column("per_pupil", "Mbit/s je Schüler", cells.NUMBER),
    Column("fibre", "Glasfaser", cells.YES_NO),
    Column("is_backup", "Ersatzleitung", cells.YES_NO),
    Column("router", "Router", cells.CODE),
    Column("notice_on", "kündbar bis", cells.DATE),
    Column("ends_on", "Vertragsende", cells.DATE),
    Column("monthly_cost", "Kosten im Monat", cells.EURO),
    Column("remark", "Bemerkung"),
)


def _addresses(session: Session, choice: Choice, by: Actor) -> Pages:
    given, columns = [], (*ADDRESSES.columns, *FOUND_OUT)
    for row in address_queries.rows_for_sheet(session, seen_by=by, school_id=choice.school_id):
        made = " ".join(filter(None, (row["manufacturer"], row["model"]))) or None
        vlan = None if row["vlan"] is None else str(row["vlan"])
        known = {**row, "made": made, "vlan": vlan, "purpose": PURPOSES.get(row["purpose"])}
        given.append([known[column.field] for column in columns])
    return [Page("Feste Adressen", "Adressen", columns, given, subtitle=subtitle(choice))]


def _subnets(session: Session, choice: Choice, by: Actor) -> Pages:
    nets = []
    for net in address_queries.subnets_for_sheet(session, seen_by=by, school_id=choice.school_id):
        known = {
            **net,
            "purpose": PURPOSES.get(net["purpose"]),
            "is_separate": net["is_separate"] or None,
        }
        nets.append([known[column.field] for column in SUBNETS])
    return [Page("VLANs und Teilnetze", "Teilnetze", SUBNETS, nets, subtitle=subtitle(choice))]


def _uplinks(session: Session, choice: Choice, by: Actor) -> Pages:
    """A line for each contract; a school without one has a line that says nothing of it."""
    rows = []
    for here in uplink_queries.connected(session, seen_by=by, school_id=choice.school_id):
        school = {
            "school_number": here.school.school_number, "school": here.school.name, "pupils": here.pupils,
        }  # fmt: skip
        lines: list[Uplink | None] = [*here.uplinks] or [None]
        for line in lines:
            known = dict.fromkeys((column.field for column in UPLINKS), None) | school
            if line is not None:
                known |= {name: getattr(line, name) for name in COPIED}
                known |= {
                    "fibre": line.fibre, "is_backup": line.is_backup or None,
                    "per_pupil": None if line.is_backup else here.per_pupil,
                    "router": line.router.asset_tag if line.router else None,
                }  # fmt: skip
            rows.append([known[column.field] for column in UPLINKS])
    return [
        Page(
            "Internetanschlüsse",
            "Anschlüsse",
            UPLINKS,
            rows,
            subtitle=subtitle(choice),
            sums=("monthly_cost",),
        )
    ]


COPIED = ("provider", "contract_no", "down", "up", "notice_on", "ends_on", "monthly_cost", "remark")
NETWORK = (
    Report(
        "addresses",
        N_("Adressen"),
        N_("Feste Adressen mit Gerät, Teilnetz und VLAN"),
        May.SEE_NETWORK,
        _addresses,
        "addresses",
    ),
    Report(
        "subnets",
        N_("Teilnetze"),
        N_("VLANs und Teilnetze je Schule"),
        May.SEE_NETWORK,
        _subnets,
    ),
    Report(
        "uplinks",
        N_("Internetanschlüsse"),
        N_("Leitung und Vertrag je Schule, Mbit/s je Schüler, Glasfaser, Fristen und Kosten"),
        May.SEE_NETWORK,
        _uplinks,
    ),
)
