"""Where somebody looks for a report: by what it is about."""

from __future__ import annotations

from collections.abc import Iterable

from exports.reports.shape import Report
from school_it.errors import N_

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Geräte"), ("inventory", "devices", "returns")),
    (
        N_("Förderung"),
        (
            "proof-of-use", "drawdown", "receipts", "change-request", "grants", "programmes", "investment-plan",
            "earmark",
        ),
    ),
    (N_("Beschaffung und Anlagen"), ("orders", "depreciation", "disposals", "ledger-comparison")),
    (N_("Medienentwicklungsplan"), ("stock", "budget", "targets", "survey", "dossier", "plan-report")),
    (N_("Lizenzen und Netz"), ("licences", "licence-seats", "network", "addresses", "subnets", "uplinks")),
    (N_("Schulen und Personen"), ("schools", "rooms", "figures", "people")),
)  # fmt: skip
MORE = N_("Weitere")


def grouped(reports: Iterable[Report]) -> list[tuple[str, list[Report]]]:
    """The groups that hold any of these, each in its order; what stands in none comes last."""
    known = {report.name: report for report in reports}
    found = [(title, [known.pop(name) for name in names if name in known]) for title, names in GROUPS]
    return [(title, held) for title, held in (*found, (MORE, list(known.values()))) if held]
