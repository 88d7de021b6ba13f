"""Subnets, ranges and addresses, IPv4 and IPv6 alike. Plain values only; `ipaddress` does the reckoning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from school_it.errors import N_, BadValue, Sentence

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LOWEST_VLAN, HIGHEST_VLAN = 1, 4094
DRAWN_UP_TO = 2**16  # a wider subnet has no picture: what is used of it would be thinner than a line


class Purpose(StrEnum):
    """What a VLAN is for."""

    ADMINISTRATION = "administration"
    TEACHING = "teaching"
    GUESTS = "guests"
    TECHNICAL = "technical"
    MANAGEMENT = "management"
    VOICE = "voice"
    OTHER = "other"


PURPOSES = {
    Purpose.ADMINISTRATION: N_("Verwaltung"),
    Purpose.TEACHING: N_("Pädagogik"),
    Purpose.GUESTS: N_("Gäste und eigene Geräte"),
    Purpose.TECHNICAL: N_("Gebäudetechnik"),
    Purpose.MANAGEMENT: N_("Netzverwaltung"),
    Purpose.VOICE: N_("Telefonie"),
    Purpose.OTHER: N_("Sonstiges"),
}


class RangeUse(StrEnum):
    """Why no fixed address is given out of a range."""

    DHCP = "dhcp"
    RESERVED = "reserved"


RANGE_USES = {RangeUse.DHCP: N_("DHCP"), RangeUse.RESERVED: N_("reserviert")}


class Span(NamedTuple):
    """Addresses as whole numbers, both ends inclusive."""

    first: int
    last: int


def read_network(text: str) -> Network:
    """``10.20.0.0/22``, ``2001:db8:1::/64``. Raises BadValue, with the right spelling where bits of a host are set."""
    said = "".join(text.split())
    if "/" not in said:
        raise BadValue(
            N_("»%(text)s« nennt keine Größe. Bitte mit Schrägstrich eintragen, etwa 10.20.0.0/22."),
            text=said,
        )
    try:
        return ip_network(said)
    except ValueError:
        pass
    try:
        meant = ip_network(said, strict=False)
    except ValueError:
        raise BadValue(
            N_("»%(text)s« ist kein Netz. Bitte so eintragen: 10.20.0.0/22 oder 2001:db8:1::/64."), text=said
        ) from None
    raise BadValue(
        N_("%(text)s ist eine Adresse mitten im Netz. Das Netz heißt %(meant)s."), text=said, meant=str(meant)
    )


def read_address(text: str) -> Address:
    """One address without a size. Raises BadValue."""
    said = "".join(text.split())
    try:
        found = ip_address(said)
    except ValueError:
        raise BadValue(
            N_("»%(text)s« ist keine Adresse. Bitte so eintragen: 10.20.0.15 oder 2001:db8:1::15."), text=said
        ) from None
    if isinstance(found, IPv6Address) and found.scope_id:
        raise BadValue(N_("»%(text)s« gilt nur an einer Leitung. Bitte ohne »%%…« eintragen."), text=said)
    return found


def key_of(address: Address) -> str:
    """Text in the order of the addresses: IPv4 before IPv6, each with all its digits."""
    return f"{address.version}{int(address):0{address.max_prefixlen // 4}x}"


def keys_of(network: Network) -> tuple[str, str]:
    """The keys of its first and last address."""
    return key_of(network[0]), key_of(network[-1])


def of_key(key: str) -> Address:
    """The address behind a key; the other way round from `key_of`."""
    number = int(key[1:], 16)
    return IPv4Address(number) if key[0] == "4" else IPv6Address(number)


def own_addresses(network: Network) -> list[Address]:
    """What no device may have: the network itself, and the broadcast of IPv4; in the smallest nets all may be used."""
    if network.num_addresses <= 2:
        return []
    return [network[0], network[-1]] if network.version == 4 else [network[0]]


def why_not(address: Address, network: Network | None, pool: tuple[str, str] | None) -> Sentence | None:
    """Why no device can have this address: `network` is the narrowest subnet around it, `pool` the DHCP range.

    None where nothing is in the way.
    """
    if network is None:
        return Sentence(IN_NO_SUBNET, address=str(address))
    if address in own_addresses(network):
        is_broadcast = network.version == 4 and address == network[-1]
        text = IS_BROADCAST if is_broadcast else IS_NETWORK
        return Sentence(text, address=str(address), network=str(network))
    if pool is not None:
        return Sentence(IN_POOL, address=str(address), first=pool[0], last=pool[1])
    return None


def why_no_gateway(network: Network, gateway: Address) -> Sentence | None:
    """None where the gateway is an address that a device of this network may have."""
    if gateway.version == network.version and gateway in network and gateway not in own_addresses(network):
        return None
    return Sentence(NO_GATEWAY, gateway=str(gateway), network=str(network))


NO_GATEWAY = N_("Das Gateway %(gateway)s ist keine Adresse für Geräte in %(network)s.")
IN_NO_SUBNET = N_("%(address)s liegt in keinem Teilnetz der Schule. Bitte zuerst das Teilnetz eintragen.")
IS_NETWORK = N_("%(address)s ist die Adresse des Netzes %(network)s selbst; kein Gerät kann sie haben.")
IS_BROADCAST = N_("%(address)s ist die Rundrufadresse von %(network)s; kein Gerät kann sie haben.")
IN_POOL = N_("%(address)s liegt im DHCP-Bereich %(first)s – %(last)s und könnte doppelt vergeben werden.")


def span(first: Address, last: Address | None = None) -> Span:
    """From the first to the last address, both in it; one address alone where no last is named."""
    return Span(int(first), int(last if last is not None else first))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same addresses in order, without those that overlap or touch."""
    found: list[Span] = []
    for one in sorted(spans):
        if found and one.first <= found[-1].last + 1:
            found[-1] = Span(found[-1].first, max(found[-1].last, one.last))
        else:
            found.append(one)
    return found


def next_free(network: Network, taken: Iterable[Span]) -> Address | None:
    """The first address that is nobody's; None where the subnet is full."""
    here = int(network[0])
    for one in merged([*taken, *map(span, own_addresses(network))]):
        if one.last < here:
            continue
        if one.first > here:
            break
        here = one.last + 1
    return _as_address(network, here) if here <= int(network[-1]) else None


def _as_address(network: Network, number: int) -> Address:
    return IPv4Address(number) if network.version == 4 else IPv6Address(number)


class Use(NamedTuple):
    """How the addresses of a subnet are used: `usable` of them in all, by what they are taken, and what is `free`."""

    usable: int
    fixed: int
    ranges: int
    parts: int
    free: int


def use_of(
    network: Network,
    *,
    fixed: Iterable[Address],
    ranges: Iterable[Span],
    parts: Iterable[Span] = (),
    gateway: Address | None = None,
) -> Use:
    """An address is counted once: as part of a narrower subnet, else of a range, else as one that is given.

    The gateway counts as given.
    """
    own = {int(one) for one in own_addresses(network)}
    usable = network.num_addresses - len(own)
    of_parts = merged(parts)
    of_both = merged([*of_parts, *ranges])
    in_parts = _size(of_parts) - sum(_holds(of_parts, one) for one in own)
    in_both = _size(of_both) - sum(_holds(of_both, one) for one in own)
    given = {int(one) for one in fixed} | ({int(gateway)} if gateway is not None else set())
    single = sum(one not in own and not _holds(of_both, one) for one in given)
    return Use(usable, single, in_both - in_parts, in_parts, usable - in_both - single)


def _size(spans: Iterable[Span]) -> int:
    return sum(one.last - one.first + 1 for one in spans)


def _holds(spans: Sequence[Span], number: int) -> bool:
    return any(one.first <= number <= one.last for one in spans)


class Clash(StrEnum):
    """How two subnets lie to each other where that is not allowed."""

    SAME = "same"
    INSIDE = "inside"
    AROUND = "around"


def clash(mine: Network, other: Network, *, same_school: bool) -> Clash | None:
    """Within one school a subnet may be a part of a wider one; between schools every overlap is one too many.

    Two subnets either hold one another or have nothing in common.
    """
    if mine.version != other.version or not mine.overlaps(other):
        return None
    if mine == other:
        return Clash.SAME
    if same_school:
        return None
    return Clash.INSIDE if mine.prefixlen > other.prefixlen else Clash.AROUND


def vlan_number(text: str | None) -> int | None:
    """The number that an outlet's words for its VLAN say: ``20``, ``VLAN 20``, ``20 Pädagogik``."""
    found = re.fullmatch(r"(?:vlan)?[\s_-]*0*([1-9][0-9]{0,3})\b.*", (text or "").strip().casefold())
    number = int(found.group(1)) if found else None
    return number if number is not None and number <= HIGHEST_VLAN else None
