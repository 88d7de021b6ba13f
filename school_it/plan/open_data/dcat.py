"""The catalogue of what is public, as DCAT-AP.de in JSON-LD: what portals such as GovData read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from school_it import school_year
from school_it.plan.open_data.models import Publication
from school_it.settings import Settings

LICENCES = {
    "zero": ("dl-de/zero-2.0", "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"),
    "by": ("dl-de/by-2.0", "http://dcat-ap.de/def/licenses/dl-by-de/2.0"),
}
FORMATS = {"csv": ("CSV", "text/csv"), "json": ("JSON", "application/json")}
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatde": "http://dcat-ap.de/def/dcatde/",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "locn": "http://www.w3.org/ns/locn#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_EUROPE = "http://publications.europa.eu/resource/authority/"
_GEO = "http://dcat-ap.de/def/politicalGeocoding/"
KEYWORDS = ("Schule", "Schulausstattung", "digitale Endgeräte", "Medienentwicklungsplan", "WLAN")
Address = Callable[[Publication, str], str]
"""The public address of a file of a publication, by ``csv`` or ``json``."""


def catalogue(
    publications: Sequence[Publication], settings: Settings, home: str, address: Address
) -> dict[str, Any]:
    """`home` is the public address of the page; the catalogue names itself by it. For one publication or more."""
    publisher = {"@id": f"{home}#publisher", "@type": "foaf:Organization", "foaf:name": settings.AUTHORITY}
    newest = max(one.published_at for one in publications)
    return {
        "@context": CONTEXT,
        "@id": f"{home}#catalog",
        "@type": "dcat:Catalog",
        "dct:title": _said(f"Offene Daten zur IT-Ausstattung der Schulen: {settings.AUTHORITY}"),
        "dct:description": _said("Jährliche Summen je Schule aus der Medienentwicklungsplanung, ohne Personenbezug."),
        "dct:publisher": publisher,
        "dct:language": _id(f"{_EUROPE}language/DEU"),
        "dct:modified": _moment(newest.isoformat(timespec="seconds")),
        "foaf:homepage": {"@id": home, "@type": "foaf:Document"},
        "dcat:themeTaxonomy": _id(f"{_EUROPE}data-theme"),
        "dcat:dataset": [_dataset(one, settings, home, address) for one in publications],
    }  # fmt: skip


def _dataset(one: Publication, settings: Settings, home: str, address: Address) -> dict[str, Any]:
    ident = f"{home}#schuljahr-{one.school_year}"
    moment = _moment(one.published_at.isoformat(timespec="seconds"))
    found: dict[str, Any] = {
        "@id": ident,
        "@type": "dcat:Dataset",
        "dct:identifier": ident,
        "dct:title": _said(f"IT-Ausstattung der Schulen {one.year_label}: {settings.AUTHORITY}"),
        "dct:description": _said(
            f"Geräte nach Gruppe, Schülerinnen und Schüler je Gerät, WLAN-Accesspoints und Ausgaben je Schule im "
            f"Schuljahr {one.year_label}. Anzahlen unter {one.limit} sind mit anderen zusammengefasst."
        ),
        "dct:publisher": _id(f"{home}#publisher"),
        "dct:issued": moment,
        "dct:modified": moment,
        "dct:language": _id(f"{_EUROPE}language/DEU"),
        "dct:accrualPeriodicity": _id(f"{_EUROPE}frequency/ANNUAL"),
        "dct:accessRights": _id(f"{_EUROPE}access-right/PUBLIC"),
        "dcat:theme": _id(f"{_EUROPE}data-theme/EDUC"),
        "dcat:keyword": [_said(word) for word in KEYWORDS],
        "dcat:landingPage": {"@id": home, "@type": "foaf:Document"},
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _day(school_year.begins(one.school_year).isoformat()),
            "dcat:endDate": _day(school_year.ends(one.school_year).isoformat()),
        },
        "dcat:distribution": [_distribution(one, name, settings, address) for name in FORMATS],
    }
    if settings.CONTACT:
        found["dcat:contactPoint"] = {
            "@type": "vcard:Organization",
            "vcard:fn": settings.AUTHORITY,
            "vcard:hasEmail": _id(f"mailto:{settings.CONTACT}"),
        }
    if settings.OPEN_DATA_CONTRIBUTOR:
        found["dcatde:contributorID"] = _id(settings.OPEN_DATA_CONTRIBUTOR)
    if settings.MUNICIPALITY_KEY:
        place = f"{_GEO}municipalityKey/{settings.MUNICIPALITY_KEY}"
        found["dct:spatial"] = {"@id": place, "@type": "dct:Location"}
        found["dcatde:politicalGeocodingURI"] = _id(place)
        found["dcatde:politicalGeocodingLevelURI"] = _id(f"{_GEO}Level/municipality")
    else:
        found["dct:spatial"] = {
            "@type": "dct:Location", "skos:prefLabel": _said(settings.AUTHORITY),
        }  # fmt: skip
    return found


def _distribution(one: Publication, name: str, settings: Settings, address: Address) -> dict[str, Any]:
    kind, media = FORMATS[name]
    content = (one.csv if name == "csv" else one.json).encode()
    found: dict[str, Any] = {
        "@id": f"{address(one, name)}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": _said(f"IT-Ausstattung der Schulen {one.year_label} ({kind})"),
        "dct:format": _id(f"{_EUROPE}file-type/{kind}"),
        "dcat:mediaType": _id(f"https://www.iana.org/assignments/media-types/{media}"),
        "dcat:accessURL": _id(address(one, name)),
        "dcat:downloadURL": _id(address(one, name)),
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(len(content))},
        "dct:license": _id(LICENCES[one.licence][1]),
        "dct:issued": _moment(one.published_at.isoformat(timespec="seconds")),
        "dcatap:availability": _id(f"{_EUROPE}planned-availability/STABLE"),
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": _id("http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
            "spdx:checksumValue": {
                "@type": "xsd:hexBinary", "@value": hashlib.sha256(content).hexdigest(),
            },
        },
    }  # fmt: skip
    if one.licence == "by":
        found["dcatde:licenseAttributionByText"] = _said(settings.AUTHORITY)
    return found


def lacking(settings: Settings) -> list[str]:
    """The settings that portals ask for and that are still empty."""
    wanted = ("MUNICIPALITY_KEY", "OPEN_DATA_CONTRIBUTOR", "CONTACT")
    return [f"SCHOOL_IT_{name}" for name in wanted if not settings[name]]


def _id(address: str) -> dict[str, str]:
    return {"@id": address}


def _said(text: str) -> dict[str, str]:
    return {"@language": "de", "@value": text}


def _moment(text: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": text}


def _day(text: str) -> dict[str, str]:
    return {"@type": "xsd:date", "@value": text}
