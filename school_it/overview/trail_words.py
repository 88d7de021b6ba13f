"""What the trail calls things, their fields and the codes that stand in them."""

from __future__ import annotations

from typing import Any

from school_it.accounts.views import FIELD_NAMES as ACCOUNT_FIELDS
from school_it.devices import story as device_story
from school_it.devices.models import Device
from school_it.devices.rules import ITEM_CLASSES
from school_it.errors import N_
from school_it.funding import story as funding_story
from school_it.ledger.sheet import ASSET_LEDGER
from school_it.licences.models import Licence
from school_it.licences.rules import BASES, RELEASED, SEAT_FOR
from school_it.licences.words import FIELD_NAMES as LICENCE_FIELDS
from school_it.network.addresses.models import Vlan
from school_it.network.addresses.rules import PURPOSES, RANGE_USES
from school_it.network.types.rules import DEVICE_KINDS
from school_it.network.views import addresses as network_addresses
from school_it.network.views import types as network_types
from school_it.network.views import uplinks as network_uplinks
from school_it.network.views.outlets import FIELD_NAMES as NETWORK_FIELDS
from school_it.network.wiring.models import Rack
from school_it.people.rules import PERSON_ROLES, PERSON_STATES
from school_it.people.views import FIELD_NAMES as PERSON_FIELDS
from school_it.plan import views as plan_views
from school_it.plan.report.models import PARTS
from school_it.plan.rules import BASES as TARGET_BASES
from school_it.plan.survey.rules import DECISIONS, GROUPS
from school_it.plan.talks.rules import KEPT
from school_it.procurement import story as procurement_story
from school_it.procurement.rules import LINE_KINDS
from school_it.schools.rules import ROOM_USES, TYPE_NAMES
from school_it.schools.views import FIELD_NAMES as SCHOOL_FIELDS

OTHER_FIELDS = {
    # the ledger of the finance department, by the headers of its list
    **{column.field: column.header for column in ASSET_LEDGER.columns},
    # seats of licences
    "given_on": N_("vergeben am"), "given_by": N_("vergeben von"), "released_on": N_("freigegeben am"),
    "released_by": N_("freigegeben von"), "released_why": N_("freigegeben, weil"), "made_on": N_("vergeben am"),
    "made_by": N_("vergeben von"), "over_reason": N_("Begründung"), "ended_on": N_("beendet am"),
    "ended_by": N_("beendet von"), "missing": N_("ohne Platz"), "rolled_on": N_("verlängert am"),
    "rolled_by": N_("verlängert von"),
    # addresses
    "first": N_("erste Adresse"), "last": N_("letzte Adresse"),
    # survey, talks, agreements
    "opened_on": N_("eröffnet am"), "group": N_("Gerätegruppe"), "what": N_("was"), "target": N_("Soll"),
    "stock": N_("Bestand"), "gap": N_("Fehlbedarf"), "wanted": N_("gewünscht"), "reason": N_("Begründung"),
    "decision": N_("Entscheidung"), "granted": N_("bewilligt"), "decision_reason": N_("Grund"), "code": N_("Code"),
    "held_on": N_("Gespräch am"), "participants": N_("Teilnehmende"), "agreed_on": N_("vereinbart am"),
    "euros": N_("Betrag"), "responsible": N_("wer"), "kept": N_("Stand"), "note": N_("Bemerkung"),
    # the plan
    "categories": N_("Gerätearten"), "uses": N_("Nutzung"), "decided_on": N_("beschlossen am"),
    "reference": N_("Beschluss"), "published_by": N_("veröffentlicht von"), "limit": N_("kleine Zahlen bis unter"),
    "licence": N_("Lizenz"), "withdrawn_reason": N_("Grund"),
    # warnings that were accepted
    "rule": N_("Regel"), "sentence": N_("Warnung"), "who": N_("von"), "at": N_("am"),
    # devices and their models
    "usual_price": N_("üblicher Preis"), "warranty_months": N_("Garantie in Monaten"),
    "useful_life_years": N_("Nutzungsdauer"), "device_id": N_("Gerät"), "router_id": N_("Router"),
    "licence_id": N_("Lizenz"),
}  # fmt: skip
FIELD_NAMES = {
    **OTHER_FIELDS,
    **network_addresses.FIELD_NAMES,
    **network_uplinks.FIELD_NAMES,
    **procurement_story.FIELD_NAMES,
    **procurement_story.LINES,
    **network_types.TYPE_FIELDS,
    **LICENCE_FIELDS,
    **NETWORK_FIELDS,
    **plan_views.FIELD_NAMES,
    **SCHOOL_FIELDS,
    **PERSON_FIELDS,
    **ACCOUNT_FIELDS,
}
HIDDEN = frozenset(
    {"first_key", "last_key", "address_key", "digest", "csv", "json"}
    | {"rule_id", "round_id", "review_id", "wish_id", "subnet_id", "drawdown_id", "person_id"}
)
"""What sorts, compares or points within the database and tells a reader nothing."""
NAMED: dict[str, Any] = {
    "device_id": Device.asset_tag,
    "router_id": Device.asset_tag,
    "licence_id": Licence.product,
    "rack_id": Rack.name,
    "vlan_id": Vlan.name,
    **{field: name for field, name in procurement_story.NAMED.items() if field not in device_story.NAMED},
}
"""What stands in the trail as an id, and the column that names it; `device_story.NAMED` are named there."""
AMOUNTS = device_story.AMOUNTS | {
    "cost", "book_value", "euros", "usual_price", "monthly_cost", "ceiling", "grant_limit",
}  # fmt: skip
SHARES = frozenset({"own_share", "price_change", "price_increase"})
THINGS = {
    "schools": N_("Schule"),
    "buildings": N_("Gebäude"),
    "rooms": N_("Raum"),
    "yearly_figures": N_("Schulzahlen"),
    "people": N_("Person"),
    "users": N_("Konto"),
    "devices": N_("Gerät"),
    "categories": N_("Geräteart"),
    "device_models": N_("Modell"),
    "licences": N_("Lizenz"),
    "licence_seats": N_("Platz einer Lizenz"),
    "licence_seat_rules": N_("Plätze einer Gruppe"),
    **funding_story.THINGS,
    **procurement_story.THINGS,
    "outlets": N_("Netzwerkdose"),
    "device_types": N_("Gerätetyp"),
    "racks": N_("Verteiler"),
    "panels": N_("Patchfeld"),
    "model_types": N_("Gerätetyp eines Modells"),
    "outlet_rules": N_("Regel für Dosennamen"),
    "vlans": N_("VLAN"),
    "subnets": N_("Teilnetz"),
    "address_ranges": N_("Adressbereich"),
    "fixed_addresses": N_("feste Adresse"),
    "uplinks": N_("Internetanschluss"),
    "targets": N_("Ausstattungsziel"),
    "survey_rounds": N_("Bedarfsabfrage"),
    "survey_codes": N_("Code der Bedarfsabfrage"),
    "survey_wishes": N_("Wunsch"),
    "annual_reviews": N_("Jahresgespräch"),
    "agreements": N_("Vereinbarung"),
    "plans": N_("Medienentwicklungsplan"),
    "plan_texts": N_("Text des Jahresberichts"),
    "scenarios": N_("Szenario"),
    "decided_plans": N_("Beschluss"),
    "counting_rules": N_("Zählregel"),
    "open_data_publications": N_("Offene Daten"),
    "ledger_lines": N_("Anlage"),
    "accepted_warnings": N_("Warnung mit Begründung"),
}
WORDS: dict[str, tuple[dict[Any, str], ...]] = {
    "state": (dict(PERSON_STATES),),
    "role": (dict(PERSON_ROLES),),
    "school_type": (dict(TYPE_NAMES),),
    "use": (dict(ROOM_USES), dict(RANGE_USES)),
    "basis": (dict(BASES), dict(TARGET_BASES)),
    "item_class": (dict(ITEM_CLASSES),),
    "kind": (dict(DEVICE_KINDS), dict(LINE_KINDS), dict(SEAT_FOR)),
    "purpose": (dict(PURPOSES),),
    "released_why": (dict(RELEASED),),
    "group": (dict(GROUPS),),
    "decision": (dict(DECISIONS),),
    "kept": (dict(KEPT),),
    "part": (dict(PARTS),),
}
VIA = {
    "web": N_("Seite"),
    "api": N_("Schnittstelle"),
    "cli": N_("Befehl"),
    "job": N_("Aufträge"),
    "import": N_("Einlesen"),
    "export": N_("Berichte"),
    "demo": N_("Demo"),
    "directory": N_("Verzeichnis"),
}
