"""What happens with accounts at night: rights that a group of the directory gave end with the group."""

from __future__ import annotations

from flask import current_app

from school_it import jobs
from school_it.accounts import from_directory, queries
from school_it.database import db
from school_it.errors import N_, RuleBroken, SchoolItError
from school_it.jobs import Facts, Work
from school_it.people import sources


@jobs.nightly("accounts.directory_rights", N_("Rechte aus dem Verzeichnis prüfen"), order=15)
def follow_directory(work: Work) -> Facts | None:
    """Every directory in turn. Where one cannot be read, its people keep what they have, and the job has failed."""
    there = {source.name: source for source in sources.signing_in(current_app.config["SCHOOL_IT"])}
    by_source = queries.directory_accounts(db.session())
    db.session.rollback()
    faults: list[str] = []
    changed = 0
    for name, accounts in by_source.items():
        try:
            changed += from_directory.follow_everybody(there.get(name), accounts)
        except SchoolItError as fault:
            faults.append(str(fault))
    if faults:
        raise RuleBroken(
            N_("Die Rechte aus dem Verzeichnis ließen sich nicht prüfen: %(why)s"), why=" ".join(faults)
        )
    return {"accounts": sum(map(len, by_source.values())), "changed": changed}
