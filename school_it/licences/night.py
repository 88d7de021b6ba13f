"""What happens with licences at night: terms that are over give way to the next, seats follow the roster."""

from __future__ import annotations

from school_it import jobs
from school_it.database import transaction
from school_it.errors import N_
from school_it.jobs import Facts, Work
from school_it.licences import renewal, roster


@jobs.nightly("licences.renew", N_("Laufzeiten verlängern"), order=40)
def renew(work: Work) -> Facts | None:
    with transaction() as session:
        return {"renewed": renewal.renew_due(session, by=work.by)}


@jobs.nightly("licences.seats", N_("Plätze der Lizenzen nachführen"), order=45)
def follow(work: Work) -> Facts | None:
    """People and devices may have changed by page or program since the last time."""
    with transaction() as session:
        done = roster.match(session, by=work.by)
    return {"given": done.given, "released": done.released, "missing": sum(done.missing.values())}
