"""Which rules a grant was held against, what came of it, and the sentence for the office.

`amounts` and `receipts` are plain functions on plain values; `terms` and `limits` ask the database; `left` tells
what is left while somebody enters something, and `reasons` keeps why a warning was taken all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from school_it.errors import N_, Sentence


class Severity(StrEnum):
    ERROR = "error"
    WARN = "warn"
    INFO = "info"


SEVERITIES = {Severity.ERROR: N_("Fehler"), Severity.WARN: N_("Warnung"), Severity.INFO: N_("Hinweis")}


@dataclass(frozen=True)
class Check:
    """A rule that was looked at."""

    rule: str
    holds: bool
    severity: Severity
    sentence: Sentence


Checks = Iterator[Check]


def in_order(checks: Iterator[Check]) -> list[Check]:
    """What does not hold first, the gravest of it first."""
    grave = list(Severity)
    return sorted(checks, key=lambda one: (one.holds, grave.index(one.severity), one.rule))
