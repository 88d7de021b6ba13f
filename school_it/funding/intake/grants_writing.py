"""Decisions of a file into the two tables of grants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import table_of
from school_it.funding import queries, rules
from school_it.funding.book import DecisionKind
from school_it.funding.intake.amounts import rate_of, recomputed
from school_it.funding.models import Decision, Grant
from school_it.setwise import Changed
from school_it.sheets import Row

DAYS = ("completed_on", "proof_handed_in")
"""Days of a grant as a whole, which any of its rows may say."""


class Writing:
    """Decisions of a file into their two tables."""

    def __init__(self, session: Session, by: Actor, batch: Batch) -> None:
        self.session, self.by, self.batch = session, by, batch
        self.programmes = queries.programme_rows(session)
        self.grants = table_of(Grant)
        self.decisions = table_of(Decision)

    def write(self, new: Sequence[Row], changed: Sequence[Changed]) -> None:
        stored = queries.decision_rows(self.session)
        self._change({one["id"]: one for one in stored}, changed)
        self._add(new)

    def _add(self, new: Sequence[Row]) -> None:
        known = {grant.reference: (grant.id, grant.rate) for grant in queries.bare_grants(self.session)}
        known |= self._added_grants([row for row in new if row.values["reference"] not in known])
        rows = [self._as_decision(row.values, *known[row.values["reference"]]) for row in new]
        labels = {
            (row["grant_id"], row["file_reference"]): f"{one.values['reference']} · {row['file_reference']}"
            for row, one in zip(rows, new, strict=True)
        }
        setwise.add(
            self.session, self.decisions, rows, action=Action.DECISION_ADDED, by=self.by, batch=self.batch,
            label=lambda row: labels[row["grant_id"], row["file_reference"]],
            numbers=[row.number for row in new],
        )  # fmt: skip

    def _added_grants(self, rows: Sequence[Row]) -> dict[str, tuple[int, Decimal | None]]:
        wanted = {}
        known_days = {
            (row.values["reference"], field): day
            for row in rows
            for field in DAYS
            if (day := row.values.get(field))
        }
        for row in rows:
            programme = self.programmes[row.values["programme"]]
            wanted[row.values["reference"]] = {
                "version": 1,
                "reference": row.values["reference"],
                "programme_id": programme["id"],
                "rate": rate_of(row.values, programme),
                **{
                    field: row.values.get(field) or known_days.get((row.values["reference"], field))
                    for field in DAYS
                },
            }
        idents = setwise.add(
            self.session, self.grants, list(wanted.values()), action=Action.GRANT_ADDED, by=self.by,
            batch=self.batch, label=lambda row: str(row["reference"]),
        )  # fmt: skip
        return {
            reference: (ident, one["rate"])
            for (reference, one), ident in zip(wanted.items(), idents, strict=True)
        }

    def _as_decision(self, values: Mapping[str, Any], grant_id: int, rate: Decimal | None) -> dict[str, Any]:
        own: dict[str, Any] = {name: values.get(name) for name in queries.DECISION_FIELDS}
        said = values.get("rate") if rate is None else rate
        usual = said if said is not None else self.programmes[values["programme"]]["rate"]
        if own["granted"] is None and usual is not None:
            own["granted"] = rules.granted(own["eligible"], usual)
        return {"version": 1, "grant_id": grant_id, "kind": DecisionKind.GRANT, **own}

    def _change(self, stored: Mapping[int, Mapping[str, Any]], changed: Sequence[Changed]) -> None:
        grants: dict[int, Changed] = {}
        decisions = []
        for one in changed:
            before = stored[one.ident]
            of_grant = self._of_grant(one)
            if of_grant:
                grants[before["grant_id"]] = Changed(before["grant_id"], of_grant, before["reference"], None)
            own = self._of_decision(one, before)
            if own:
                decisions.append(one._replace(fields=own, school_id=None))
        setwise.change(
            self.session, self.grants, list(grants.values()), action=Action.GRANT_CHANGED, by=self.by, batch=self.batch
        )  # fmt: skip
        setwise.change(
            self.session, self.decisions, decisions, action=Action.DECISION_CHANGED, by=self.by, batch=self.batch
        )  # fmt: skip

    def _of_grant(self, one: Changed) -> dict[str, Change]:
        fields = {}
        for name in ("rate", *DAYS):
            if name in one.fields:
                fields[name] = one.fields[name]
        if "programme" in one.fields:
            change = one.fields["programme"]
            fields["programme_id"] = Change(
                self.programmes[change.before]["id"], self.programmes[change.after]["id"]
            )
        return fields

    def _of_decision(self, one: Changed, before: Mapping[str, Any]) -> dict[str, Change]:
        """With the granted amount, where it was computed and what it was computed of has changed."""
        fields = {name: change for name, change in one.fields.items() if name in queries.DECISION_FIELDS}
        after = {**before, **{name: change.after for name, change in one.fields.items()}}
        amount = recomputed(before, after)
        if "granted" not in fields and amount != before["granted"]:
            fields["granted"] = Change(before["granted"], amount)
        return fields
