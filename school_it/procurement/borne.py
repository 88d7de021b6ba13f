"""Whether devices stand under the grant that bears them: a share by pieces changes no device until somebody says so."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices import bulk
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.errors import N_, RuleBroken, Sentence
from school_it.funding.models import Grant
from school_it.procurement.models import (
    DeliveredDevice,
    DeliveryLine,
    Invoice,
    InvoiceLine,
    InvoiceShare,
    Order,
    OrderLine,
)
from school_it.procurement.rules import LineKind

OTHERS = N_(
    "%(grant)s trägt %(pieces)s von »%(text)s«, unter ihrem Aktenzeichen stehen %(devices)s Geräte davon. "
    "Danach richten sich Zweckbindung und Geräteliste des Nachweises."
)
OWN = N_(
    "Eigene Mittel tragen %(pieces)s von »%(text)s«, ohne Aktenzeichen stehen %(devices)s Geräte davon. "
    "Danach richten sich Zweckbindung und Geräteliste des Nachweises."
)
NOTHING_TO_MOVE = N_("Die Geräte stehen schon so, wie die Rechnung sie aufteilt.")
BATCH = N_("Geräte nach der Aufteilung einer Rechnung zugeordnet")


# --- plain values ---


@dataclass(frozen=True)
class Borne:
    """So many pieces of an order line that a grant bears, for a school where it is said; `grant_id` None: own money."""

    grant_id: int | None
    school_id: int | None
    pieces: int


@dataclass(frozen=True)
class There:
    """A device that came, with the grant under whose file reference it stands; `fixed` ones are not moved."""

    ident: int
    grant_id: int | None
    school_id: int | None
    fixed: bool = False


def moved(borne: Iterable[Borne], there: Sequence[There]) -> dict[int, int | None]:
    """By device the grant it belongs to from now on, for those that change.

    As few move as possible: first each share keeps what stands under its grant (at its school before others), then
    it takes what no share keeps. 30 under A, shares of 20 of A and 10 of B: the last ten go to B.
    """
    wanted = list(borne)
    open_pieces = [one.pieces for one in wanted]
    free, found = {one.ident: one for one in there}, {}
    for stays, at_school in ((True, True), (True, False), (False, True), (False, False)):
        for place, share in enumerate(wanted):
            for one in list(free.values()):
                if not open_pieces[place]:
                    break
                if at_school and share.school_id != one.school_id:
                    continue
                if (one.grant_id == share.grant_id) is not stays or (one.fixed and not stays):
                    continue
                open_pieces[place] -= 1
                del free[one.ident]
                if not stays:
                    found[one.ident] = share.grant_id
    return found


# --- of an invoice ---


@dataclass(frozen=True)
class Line:
    """An order line with what bears it and the devices that came of it."""

    line: OrderLine
    borne: Sequence[Borne]
    there: Sequence[There]

    def pieces(self) -> Counter[int | None]:
        counted: Counter[int | None] = Counter()
        for one in self.borne:
            counted[one.grant_id] += one.pieces
        return counted


@dataclass(frozen=True)
class Bearing:
    """An invoice's devices beside its shares."""

    lines: Sequence[Line]
    grants: Mapping[int, Grant]

    def told(self) -> Iterator[Sentence]:
        """A sentence for each bearer of more pieces of a line than devices stand under it, where others have them."""
        for one in self.lines:
            lacking = Counter(moved(one.borne, one.there).values())
            standing = Counter(device.grant_id for device in one.there)
            for grant_id in sorted(lacking, key=self._name):
                values = {
                    "grant": self._name(grant_id), "pieces": one.pieces()[grant_id], "text": one.line.text,
                    "devices": standing[grant_id],
                }  # fmt: skip
                yield Sentence(OTHERS if grant_id else OWN, **values)

    def to_move(self) -> dict[int | None, list[int]]:
        """By grant (None: own money) the devices that are to go under it."""
        found: dict[int | None, list[int]] = defaultdict(list)
        for one in self.lines:
            for ident, grant_id in moved(one.borne, one.there).items():
                found[grant_id].append(ident)
        return {grant_id: sorted(found[grant_id]) for grant_id in sorted(found, key=self._name)}

    def _name(self, grant_id: int | None) -> str:
        return self.grants[grant_id].reference if grant_id else ""


def bearing(session: Session, invoice: Invoice) -> Bearing:
    """Of every order line of the invoice that is shared out; two statements at any number of devices."""
    lines = {
        line.order_line.id: line.order_line
        for line in invoice.lines
        if line.order_line is not None and line.order_line.kind is LineKind.DEVICE and line.shares
    }
    if not lines:
        return Bearing((), {})
    shares, grants = _shares(session, list(lines))
    of_reference = {one.file_reference: grant.id for grant in grants.values() for one in grant.decisions}
    there = _devices(session, list(lines), of_reference)
    return Bearing([Line(line, shares[ident], there[ident]) for ident, line in sorted(lines.items())], grants)


def _shares(session: Session, lines: Sequence[int]) -> tuple[dict[int, list[Borne]], dict[int, Grant]]:
    """By order line what bears it, in the shares of all its invoices."""
    rows = (
        select(InvoiceLine.order_line_id, InvoiceShare)
        .join(InvoiceShare, InvoiceShare.line_id == InvoiceLine.id)
        .where(InvoiceLine.order_line_id.in_(lines), InvoiceShare.quantity > 0)
        .order_by(InvoiceShare.id)
    )
    found: dict[int, list[Borne]] = defaultdict(list)
    grants: dict[int, Grant] = {}
    for line_id, share in session.execute(rows):
        found[line_id or 0].append(Borne(share.grant_id, share.school_id, share.quantity))
        if share.grant is not None:
            grants[share.grant.id] = share.grant
    return found, grants


OTHER_GRANT = 0


def _devices(
    session: Session, lines: Sequence[int], of_reference: Mapping[str, int]
) -> dict[int, list[There]]:
    """By order line the devices that came of it; one under a grant that bears nothing here has `OTHER_GRANT`."""
    rows = (
        select(DeliveryLine.order_line_id, Device.id, Device.file_reference, Device.school_id, Device.state)
        .join(DeliveredDevice, DeliveredDevice.delivery_line_id == DeliveryLine.id)
        .join(Device, Device.id == DeliveredDevice.device_id)
        .where(DeliveryLine.order_line_id.in_(lines))
        .order_by(Device.id)
    )
    found: dict[int, list[There]] = defaultdict(list)
    for line_id, ident, reference, school_id, state in session.execute(rows):
        grant_id = of_reference.get(reference, OTHER_GRANT) if reference else None
        found[line_id].append(There(ident, grant_id, school_id, state is State.DISPOSED))
    return found


# --- done ---


def funding_of(order: Order, grant: Grant | None) -> dict[str, Any]:
    """The programme and the last decision that was there when the order went out, else the first."""
    if grant is None or not grant.decisions:
        return {}
    decided = [one for one in grant.decisions if one.decision_date <= order.ordered_on]
    decision = decided[-1] if decided else grant.decisions[0]
    return {"programme": grant.programme.code, "file_reference": decision.file_reference}


def plan(session: Session, invoice: Invoice, grant_id: int | None, *, by: Actor) -> bulk.Plan:
    """What `put_under` would do now. Raises RuleBroken where there is nothing to do."""
    return bulk.plan(session, *_wanted(session, invoice, grant_id, by), by=by)


def put_under(session: Session, invoice: Invoice, grant_id: int | None, *, by: Actor) -> bulk.Plan:
    """Put the devices that the grant bears (None: own money) under it, as one bulk edit with its rules: where the
    earmark would be shorter only who may approve a disposal does it, others are told. Raises RuleBroken.
    """
    return bulk.edit_many(session, *_wanted(session, invoice, grant_id, by), title=BATCH, by=by)


def _wanted(
    session: Session, invoice: Invoice, grant_id: int | None, by: Actor
) -> tuple[list[int], dict[str, Any], tuple[str, ...]]:
    by.must(May.EDIT_PROCUREMENT, None)
    found = bearing(session, invoice)
    idents = found.to_move().get(grant_id)
    if not idents:
        raise RuleBroken(NOTHING_TO_MOVE)
    values = funding_of(invoice.order, found.grants[grant_id]) if grant_id else {}
    return idents, values, () if values else ("programme", "file_reference", "bound_until")
