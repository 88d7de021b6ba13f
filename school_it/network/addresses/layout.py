"""Where each address of a school would lie, for many addresses at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.database import portions
from school_it.errors import Sentence
from school_it.network.addresses import rules
from school_it.network.addresses.models import AddressRange, Subnet, Vlan
from school_it.network.addresses.rules import RangeUse


class Net(NamedTuple):
    """A subnet with the VLAN it belongs to, both as people write them."""

    first_key: str
    last_key: str
    network: str
    vlan: int | None
    vlan_name: str | None


class Pool(NamedTuple):
    """Addresses that DHCP gives out."""

    first_key: str
    last_key: str
    first: str
    last: str


@dataclass
class Layout:
    """The subnets of a school, the narrowest of any address before those around it, and its DHCP ranges."""

    nets: list[Net] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)

    def around(self, key: str) -> Net | None:
        """The narrowest subnet that holds the address with this key."""
        return next((net for net in self.nets if net.first_key <= key <= net.last_key), None)

    def why_not(self, key: str) -> Sentence | None:
        """Why no device of the school can have this address; see `rules.why_not`."""
        net = self.around(key)
        pool = next((one for one in self.pools if one.first_key <= key <= one.last_key), None)
        return rules.why_not(
            rules.of_key(key),
            rules.read_network(net.network) if net else None,
            (pool.first, pool.last) if pool else None,
        )

    def vlan_of(self, key: str) -> str | None:
        """The number of the VLAN in which the address lies, as text."""
        net = self.around(key)
        return str(net.vlan) if net is not None and net.vlan is not None else None

    def is_in(self, key: str, vlan: str) -> bool:
        """Whether the words of a list for a VLAN, its number or its name, fit where the address lies."""
        net = self.around(key)
        if net is None or net.vlan is None:
            return False
        number = rules.vlan_number(vlan)
        return net.vlan == number if number is not None else _same(net.vlan_name, vlan)


def _same(name: str | None, said: str) -> bool:
    return (name or "").strip().casefold() == said.strip().casefold()


def layouts(session: Session, school_ids: Iterable[int]) -> defaultdict[int, Layout]:
    """By school; two statements for each portion of schools."""
    found: defaultdict[int, Layout] = defaultdict(Layout)
    columns = (
        Subnet.school_id, Subnet.first_key, Subnet.last_key, Subnet.network, Vlan.number, Vlan.name,
    )  # fmt: skip
    nets = select(*columns).outerjoin(Vlan, Vlan.id == Subnet.vlan_id)
    nets = nets.order_by(Subnet.first_key.desc(), Subnet.last_key)
    ends = (AddressRange.first_key, AddressRange.last_key, AddressRange.first, AddressRange.last)
    pools = select(Subnet.school_id, *ends).join(Subnet, Subnet.id == AddressRange.subnet_id)
    pools = pools.where(AddressRange.use == RangeUse.DHCP)
    for some in portions(sorted(set(school_ids))):
        for net in session.execute(nets.where(Subnet.school_id.in_(some))):
            found[net.school_id].nets.append(Net(*net[1:]))
        for pool in session.execute(pools.where(Subnet.school_id.in_(some))):
            found[pool.school_id].pools.append(Pool(*pool[1:]))
    return found
