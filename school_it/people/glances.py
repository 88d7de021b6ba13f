"""A glance at the directory in plain words, for the page and for ``ldap test``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from school_it.jobs.models import stored
from school_it.people import sync
from school_it.people.directory import Glance
from school_it.people.sync import KnownSchool


def facts(seen: Glance, profile_name: str, schools: Iterable[KnownSchool]) -> dict[str, Any]:
    keys = Counter(person.school_keys[0] if person.school_keys else "" for person in seen.people)
    return {
        "host": seen.host,
        "encrypted": seen.encrypted,
        "profile": profile_name,
        "seen": len(seen.people),
        "more": seen.more,
        "roles": dict(sorted(Counter(person.role.value for person in seen.people).items())),
        "schools": dict(sorted(keys.items())),
        "unknown_schools": sorted(sync.unknown_keys(keys, schools)),
        "problems": [
            {"who": entry.who, "sentence": str(entry.sentence), "told": stored(entry.sentence)}
            for entry in seen.left_out
        ],
    }
