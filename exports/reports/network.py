"""Addresses of the schools and their lines to the internet."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from exports.reports.shape import Choice, Pages, Report, subtitle
from exports.workbook import Page
from school_it import cells, sheets
from school_it.access import Actor, May
from school_it.devices.rules import product_name
from school_it.errors import N_
from school_it.network.addresses import queries as address_queries
from school_it.network.addresses.rules import PURPOSES
from school_it.network.addresses.sheet import ADDRESSES, SUBNETS
from school_it.network.uplinks import queries as uplink_queries
from school_it.network.uplinks.intake import COPIED
from school_it.network.uplinks.models import Uplink
from school_it.network.uplinks.sheet import UPLINKS
from school_it.sheets import Column

FOUND_OUT = (
    Column("school", "Schule"),
    Column("made", "Gerät"),
    Column("network", "Teilnetz", cells.CODE),
    Column("gateway", "Gateway", cells.CODE),
    Column("vlan_name", "Name des VLAN"),
    Column("purpose", "Zweck"),
)
"""What stands behind the columns that are read back: it follows from subnet and device."""
VLANS = (
    tuple(SUBNETS.column(name) for name in ("school_number", "vlan", "vlan_name", "purpose")) + FOUND_OUT[:1]
)
BESIDE = (
    Column("school", "Schule"),
    Column("pupils", "Schüler", cells.INTEGER),
    Column("per_pupil", "Mbit/s je Schüler", cells.NUMBER),
)
"""What stands behind the columns of a line that are read back."""


def _addresses(session: Session, choice: Choice, by: Actor) -> Pages:
    given, columns = [], (*ADDRESSES.columns, *FOUND_OUT)
    for row in address_queries.rows_for_sheet(session, seen_by=by, school_id=choice.school_id):
        made = product_name(row["manufacturer"], row["model"]) or None
        vlan = None if row["vlan"] is None else str(row["vlan"])
        known = {**row, "made": made, "vlan": vlan, "purpose": PURPOSES.get(row["purpose"])}
        given.append([known[column.field] for column in columns])
    return [Page("Feste Adressen", "Adressen", columns, given, subtitle=subtitle(choice))]


def _subnets(session: Session, choice: Choice, by: Actor) -> Pages:
    """A line for each subnet; VLANs without one on a page of their own."""
    found = address_queries.subnets_for_sheet(session, seen_by=by, school_id=choice.school_id)
    nets = [net for net in found if net["network"] is not None]
    rows = [[*line, net["school"]] for line, net in zip(sheets.lines(SUBNETS, nets), nets, strict=True)]
    bare = [
        [net["school_number"], str(net["vlan"]), net["vlan_name"], PURPOSES[net["purpose"]], net["school"]]
        for net in found
        if net["network"] is None
    ]
    below = subtitle(choice)
    columns = (*SUBNETS.columns, FOUND_OUT[0])
    pages = [Page("VLANs und Teilnetze", "Teilnetze", columns, rows, subtitle=below)]
    if bare:
        pages.append(Page("VLANs ohne Teilnetz", "VLANs ohne Teilnetz", VLANS, bare, subtitle=below))
    return pages


def _uplinks(session: Session, choice: Choice, by: Actor) -> Pages:
    """A line for each contract; the schools without one on a page of their own."""
    rows, without = [], []
    for here in uplink_queries.connected(session, seen_by=by, school_id=choice.school_id):
        beside = [here.school.name, here.pupils]
        for one, line in zip(here.uplinks, sheets.lines(UPLINKS, map(_line, here.uplinks)), strict=True):
            rows.append([*line, *beside, None if one.is_backup else here.per_pupil])
        if not here.uplinks:
            without.append([here.school.school_number, *beside])
    below = subtitle(choice)
    columns = (*UPLINKS.columns, *BESIDE)
    pages = [
        Page(
            "Internetanschlüsse", "Internetanschlüsse", columns, rows, subtitle=below, sums=("monthly_cost",)
        )
    ]
    if without:
        who = (UPLINKS.column("school_number"), *BESIDE[:2])
        pages.append(
            Page("Schulen ohne eingetragenen Anschluss", "ohne Anschluss", who, without, subtitle=below)
        )
    return pages


def _line(uplink: Uplink) -> dict[str, Any]:
    """By the fields of the sheet."""
    router = uplink.router.asset_tag if uplink.router else None
    return {
        **{name: getattr(uplink, name) for name in COPIED}, "school_number": uplink.school.school_number,
        "router": router,
    }  # fmt: skip


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
        "subnets",
    ),
    Report(
        "uplinks",
        N_("Internetanschlüsse"),
        N_("Leitung und Vertrag je Schule, Mbit/s je Schüler, Glasfaser, Fristen und Kosten"),
        May.SEE_NETWORK,
        _uplinks,
        "uplinks",
    ),
)
