"""How much power a switch may give over its cables, and how much hangs there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from school_it.access import house
from school_it.devices.models import Device
from school_it.network.wiring import ports, queries, tracing
from school_it.network.wiring.queries import Budget
from school_it.network.wiring.rules import POE_WATTS, draws


def budgets(session: Session, devices: Sequence[Device]) -> dict[int, Budget]:
    """By id the power of those of these switches that give any; as many statements for fifty as for one.

    Of a device behind a port counts what its type draws; else the most of the port's class, for a device that lives on
    its cable or is called an access point in the list of outlets.
    """
    by_device, _panels = queries.ports_of(session, devices=[one.id for one in devices])
    giving = {port.id: owner for owner, several in by_device.items() for port in several if port.poe}
    if not giving:
        return {}
    leads = tracing.from_ports(session, list(giving), seen_by=house("power"))
    own = tracing.nodes(session, giving)
    types = ports.Types(session)
    ends = {port: chain[-1] for port, chain in leads.items() if chain}
    known = types.find(ports.key_of(end.manufacturer, end.model_name) for end in ends.values() if end.device)
    drawn: dict[int, Decimal] = defaultdict(Decimal)
    count: dict[int, int] = defaultdict(int)
    guessed: dict[int, int] = defaultdict(int)
    for port, end in ends.items():
        type_ = known.get(ports.key_of(end.manufacturer, end.model_name)) if end.device else None
        if not draws(end.takes_poe, end.connected, end.device is not None):
            continue
        owner = giving[port]
        count[owner] += 1
        if type_ is not None and type_.max_watts is not None:
            drawn[owner] += type_.max_watts
        else:
            guessed[owner] += 1
            drawn[owner] += POE_WATTS.get(own[port].poe or "", POE_WATTS["type1-ieee802.3af"])
    of_own = types.find(ports.key_of(one.manufacturer, one.model) for one in devices)
    return {
        one.id: Budget(
            type_.poe_budget if (type_ := of_own.get(ports.key_of(one.manufacturer, one.model))) else None,
            drawn[one.id], count[one.id], guessed[one.id],
        )
        for one in devices
        if one.id in set(giving.values())
    }  # fmt: skip
