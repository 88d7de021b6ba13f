"""What the search over everything finds in the network beside outlets: an address, the subnet it lies in, a rack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.errors import BadValue
from school_it.network.addresses import rules
from school_it.network.addresses.models import FixedAddress, Subnet
from school_it.network.rules import folded
from school_it.network.wiring.models import Rack

MOST = 10


@dataclass(frozen=True)
class Found:
    addresses: Sequence[FixedAddress] = ()
    subnets: Sequence[Subnet] = ()
    racks: Sequence[Rack] = ()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.subnets or self.racks)


def found(session: Session, text: str, *, seen_by: Actor) -> Found:
    """By an address (also ``10.20.0.15/22``) who has it and its subnets, the narrowest first; else names that begin so.

    Two statements.
    """
    scope = seen_by.scope(May.SEE_NETWORK)
    if not scope or not folded(text):
        return Found()
    fixed = select(FixedAddress).where(scope.where(FixedAddress.school_id))
    fixed = fixed.order_by(FixedAddress.address_key, FixedAddress.id).limit(MOST)
    key = _key(text)
    if key is None:
        named = fixed.where(FixedAddress.name.istartswith(text.strip(), autoescape=True))
        racks = select(Rack).where(scope.where(Rack.school_id))
        racks = racks.where(Rack.name_folded.startswith(folded(text), autoescape=True))
        racks = racks.order_by(Rack.name_folded, Rack.id).limit(MOST)
        return Found(session.scalars(named).all(), (), session.scalars(racks).all())
    around = select(Subnet).where(
        scope.where(Subnet.school_id), Subnet.first_key <= key, Subnet.last_key >= key
    )
    around = around.order_by(Subnet.first_key.desc(), Subnet.last_key, Subnet.id).limit(MOST)
    return Found(
        session.scalars(fixed.where(FixedAddress.address_key == key)).all(), session.scalars(around).all()
    )


def _key(text: str) -> str | None:
    try:
        return rules.key_of(rules.read_address(text.partition("/")[0]))
    except BadValue:
        return None
