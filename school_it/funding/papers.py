"""The papers that a programme wants, and which of them lie with a grant: a check list, told by the names of the files.

A paper for the authority lies with the grant or its decisions; one for a school or a measure with a measure of that
school, or with the grant under a name that says the school's number. The school's own use concept counts as well, and
for measures that running, maintenance and support are confirmed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.documents import queries as document_queries
from school_it.funding import rules
from school_it.funding.models import Decision, Grant, Measure
from school_it.funding.programmes import terms
from school_it.funding.programmes.terms import Document
from school_it.funding.rules import SCOPES, Scope

NAMED = 6
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Paper:
    """A paper that is wanted: for how many things, and for which of them it is not there; `more` are not named."""

    document: Document
    wanted: int
    lacking: Sequence[str]
    more: int

    @property
    def is_there(self) -> bool:
        return not self.lacking


def plain(text: str) -> str:
    """»technisch-pädagogisches Einsatzkonzept« and »Technisch_paedagogisches-Einsatzkonzept.pdf« alike."""
    return re.sub(r"[^a-z0-9]", "", text.casefold().translate(_SPELLED))


def of_grant(session: Session, grant: Grant) -> list[Paper]:
    """In the order of the programme; empty where it wants none. Two statements."""
    wanted: Sequence[Document] = terms.of(grant.programme.terms).get("documents") or ()
    if not wanted:
        return []
    measures = session.scalars(
        select(Measure).where(Measure.grant_id == grant.id).order_by(Measure.position)
    ).all()
    names = _names(session, [grant, *grant.decisions], measures)
    return [_paper(one, _there(one, measures, names)) for one in wanted]


Names = Mapping[tuple[str, int], Sequence[str]]


def _names(session: Session, own: Sequence[Grant | Decision], measures: Sequence[Measure]) -> Names:
    """By measure the plain names of its files; under the grant those of the grant and its decisions."""
    found: dict[tuple[str, int], list[str]] = {}
    for link in document_queries.links_of(session, [*own, *measures]):
        of_measure = link.target_table == Measure.__tablename__
        key = ("measure", link.target_id) if of_measure else ("grant", 0)
        found.setdefault(key, []).append(plain(link.name))
    return found


def _there(document: Document, measures: Sequence[Measure], names: Names) -> dict[str, set[str]]:
    """By what the paper is wanted for, which of the wanted papers are there."""
    told = plain(document.name)
    at_grant = [name for name in names.get(("grant", 0), ()) if told in name]
    if document.scope not in (Scope.SCHOOL, Scope.MEASURE):
        return {SCOPES[Scope.AUTHORITY]: {document.name} if at_grant else set()}
    found: dict[str, set[str]] = {}
    for one in measures:
        by_school = document.scope is Scope.SCHOOL
        label = one.school.name if by_school else f"{one.position} ({one.school.name})"
        has = found.setdefault(label, set())
        number = one.school.school_number
        if (
            any(told in name for name in names.get(("measure", one.id), ()))
            or any(number in name for name in at_grant)
            or _said_otherwise(told, one)
        ):
            has.add(document.name)
    return found


def _said_otherwise(told: str, measure: Measure) -> bool:
    if "einsatzkonzept" in told:
        return measure.school.use_concept_date is not None
    return "support" in told and "bestaetigung" in told and measure.support_confirmed


def _paper(document: Document, there: Mapping[str, set[str]]) -> Paper:
    lacking = list(rules.lacking_documents([document.name], there))
    return Paper(document, len(there), lacking[:NAMED], max(0, len(lacking) - NAMED))
