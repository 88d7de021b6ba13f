"""How outlets and device types go back to what they were before a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import May, house
from school_it.audit import Batch
from school_it.database import portions
from school_it.errors import N_, Sentence
from school_it.network import patching, queries
from school_it.network.addresses import homeless, overlaps
from school_it.network.addresses.models import AddressRange, FixedAddress, Subnet, Vlan
from school_it.network.addresses.sheet import ADDRESSES, SUBNETS
from school_it.network.models import Outlet
from school_it.network.rules import Place
from school_it.network.sheet import OUTLETS
from school_it.network.types.models import DeviceType
from school_it.network.types.sheet import DEVICE_TYPES
from school_it.network.uplinks.models import Uplink
from school_it.network.uplinks.sheet import UPLINKS
from school_it.network.wiring import joining, places, points, ports
from school_it.network.wiring.models import Panel, Rack
from school_it.schools import queries as school_queries
from school_it.schools.models import School
from school_it.undo import Against, Touched, Undoing, Values, headers

TAKEN = N_("Der Port ist inzwischen anders belegt: %(why)s")
REPLUGGED = N_("In der Dose steckt das Kabel nicht mehr so.")
PLUGGED = "plugged"


class _Outlets(Undoing):
    """A port that somebody else has by now is not given to a second outlet; cables follow what the outlets say.

    What stands at another school is not named: a coordinator takes back lists too.
    """

    def put_back(self, session: Session, things: Sequence[Touched], values: Mapping[int, Values]) -> None:
        super().put_back(session, things, values)
        cables = _plugged(things)
        points.pull(session, points.still_plugged(session, list(cables.values())))
        joining.join_outlets(session, [thing.ident for thing in things if thing.ident not in cables])

    def remove(self, session: Session, things: Sequence[Touched]) -> None:
        joining.let_go(session, [thing.ident for thing in things])
        super().remove(session, things)

    def keys(self, session: Session, things: Sequence[Touched]) -> Mapping[int, str]:
        found = {thing.ident: thing.label for thing in things}
        for some in portions(list(found)):
            wanted = select(Outlet.id, School.school_number, Outlet.outlet)
            wanted = wanted.join(School, School.id == Outlet.school_id).where(Outlet.id.in_(some))
            found |= {ident: f"{number} {outlet}" for ident, number, outlet in session.execute(wanted)}
        return found

    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        numbers = {ident: number for number, ident in school_queries.ids_by_number(session).items()}
        queries.lock_schools(session, {now[thing.ident]["school_id"] for thing in things})
        cables = _plugged(things)
        sticking = points.still_plugged(session, list(cables.values()))
        for ident, (port, _other) in cables.items():
            if port not in sticking:
                yield Against(ident, "cable", Sentence(REPLUGGED))
        things = [thing for thing in things if thing.ident not in cables]
        back = self.before(session, [thing for thing in things if not thing.made])
        gone = {thing.ident for thing in things if thing.made}
        wanted = []
        for ident, values in back.items():
            row = {**now[ident], **values}
            wanted.append(Place(ident, row["outlet"], numbers[row["school_id"]], row, ident))
        stored = patching.stored_places(
            session,
            {now[ident]["school_id"] for ident in back},
            {str(place.values["switch"]) for place in wanted if place.values["switch"]},
        )
        idents = school_queries.ids_by_number(session)
        left = patching.resolved(session, [place for place in stored if place.ident not in gone], idents)
        wanted = patching.resolved(session, wanted, idents)
        for clash in patching.clashes_of(wanted, left):
            if clash.other.row is None:
                why = patching.sentence(clash, may_see=lambda _school: False)
                yield Against(clash.place.row or 0, clash.field, Sentence(TAKEN, why=why))


def _plugged(things: Sequence[Touched]) -> dict[int, tuple[int, int]]:
    """By outlet the cable that the act has plugged into it, of `points.plug_points`."""
    return {
        thing.ident: (facts[PLUGGED][0], facts[PLUGGED][1])
        for thing in things
        for facts in thing.facts
        if PLUGGED in facts
    }


class _Panels(Undoing):
    """A panel that outlets of another list name as well is there again at once."""

    def finish(self, session: Session, batch: Batch, removed: Sequence[Touched]) -> None:
        schools = sorted({thing.school_id for thing in removed if thing.school_id is not None})
        if schools:
            named = places.named(ports.outlets_of(session, school_ids=schools))
            places.settle(session, named, by=house("undo"))
            joining.join(session, schools)


OVERLAPPING = N_("%(network)s überschneidet sich dann mit dem Netz einer anderen Schule.")
HOMELESS = N_("%(address)s stünde dann in keinem Teilnetz.")


class _Subnets(Undoing):
    """No fixed address is left without a subnet, and none gets into the way of another school's."""

    def against(
        self, session: Session, things: Sequence[Touched], now: Mapping[int, Values]
    ) -> Iterator[Against]:
        queries.lock_schools(session, school_queries.ids_by_number(session).values())
        gone = {thing.ident for thing in things if thing.made}
        for ident, address in homeless.without(session, gone):
            yield Against(ident, None, Sentence(HOMELESS, address=address))
        back = self.before(session, [thing for thing in things if not thing.made])
        stored = overlaps.stored(session)
        as_they_were = [
            one._replace(is_separate=back[one.ident or 0].get("is_separate", one.is_separate))
            for one in stored
            if one.ident in back
        ]
        left = [one for one in stored if one.ident not in back and one.ident not in gone]
        others = overlaps.Others([*as_they_were, *left])
        for one in as_they_were:
            other = others.in_the_way(one)
            if other is not None:
                yield Against(one.ident or 0, "is_separate", Sentence(OVERLAPPING, network=one.network))


UNDOINGS = (
    _Outlets(
        Outlet,
        N_("Netzwerkdose"),
        batches={"import.outlets": May.EDIT_NETWORK, points.KIND: May.EDIT_NETWORK},
        shown={"school_id": "school_number", "room_id": "room"},
        names=headers(OUTLETS),
    ),
    Undoing(Rack, N_("Verteiler"), shown={"school_id": "school_number", "room_id": "room"}),
    _Panels(Panel, N_("Patchfeld"), shown={"rack_id": "rack"}),
    Undoing(Vlan, N_("VLAN"), shown={"school_id": "school_number"}),
    _Subnets(
        Subnet,
        N_("Teilnetz"),
        batches={"import.subnets": May.EDIT_NETWORK},
        shown={"school_id": "school_number", "vlan_id": "vlan"},
        names=headers(SUBNETS),
    ),
    Undoing(AddressRange, N_("Adressbereich"), shown={"subnet_id": "network"}),
    Undoing(
        FixedAddress,
        N_("feste Adresse"),
        batches={"import.addresses": May.EDIT_NETWORK},
        shown={"school_id": "school_number", "device_id": "device"},
        names=headers(ADDRESSES),
    ),
    Undoing(
        Uplink,
        N_("Internetanschluss"),
        batches={"import.uplinks": May.EDIT_NETWORK},
        shown={"school_id": "school_number", "router_id": "router"},
        names=headers(UPLINKS),
    ),
    Undoing(
        DeviceType,
        N_("Gerätetyp"),
        batches={"import.device-types": May.IMPORT_ALL},
        names=headers(DEVICE_TYPES),
    ),
)
