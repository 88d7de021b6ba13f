"""What a device says of its funding: a known programme, the file reference of a grant, and how long that binds it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from school_it.devices.models import Device
from school_it.errors import N_, Refused, Sentence
from school_it.funding import bound, queries, rules
from school_it.sheets import Problem, Reading

NAMES = ("programme", "file_reference")
DAYS = ("commissioned_on", "acquired_on")
UNKNOWN_PROGRAMME = N_("Das Förderprogramm »%(code)s« ist hier nicht bekannt. Bekannt sind: %(codes)s.")
NO_PROGRAMMES = N_(
    "Das Förderprogramm »%(code)s« ist hier nicht bekannt: Noch ist keines eingetragen. "
    "Das Schulverwaltungsamt trägt Programme unter »Förderung« ein."
)
UNKNOWN_REFERENCE = N_(
    "Das Aktenzeichen »%(text)s« gehört zu keiner Zuwendung. Bitte prüfen; "
    "neue Zuwendungen trägt das Schulverwaltungsamt unter »Förderung« ein."
)
OUR_SIGN = N_("»%(text)s« ist das Kennzeichen einer Zuwendung. Hier steht ihr Aktenzeichen: %(references)s.")

bound.named_in(Device.file_reference)


class Funding:
    """What is stored of programmes and grants, read once for as many devices as there are."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.codes = queries.programme_codes(session)
        self.terms = queries.terms(session)
        self._known = frozenset(self.codes)
        self._ends: dict[tuple[Any, ...], date | None] = {}

    def knows(self, code: str | None, reference: str | None) -> bool:
        return (code is None or code in self._known) and (reference is None or reference in self.terms)

    def against(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[tuple[str, Sentence]]:
        """What is not known; a word that the device has already may stay."""
        code, reference = values.get("programme"), values.get("file_reference")
        if code and code not in self._known and code != before.get("programme"):
            yield "programme", self._unknown_programme(code)
        if reference and reference not in self.terms and reference != before.get("file_reference"):
            yield "file_reference", self._unknown_reference(reference)

    def _unknown_programme(self, code: str) -> Sentence:
        if not self.codes:
            return Sentence(NO_PROGRAMMES, code=code)
        return Sentence(UNKNOWN_PROGRAMME, code=code, codes=", ".join(self.codes[:20]))

    def _unknown_reference(self, text: str) -> Sentence:
        meant = self._signs.get(text)
        if meant is None:
            return Sentence(UNKNOWN_REFERENCE, text=text)
        return Sentence(OUR_SIGN, text=text, references=", ".join(meant))

    @cached_property
    def _signs(self) -> Mapping[str, Sequence[str]]:
        return queries.file_references(self.session)

    def bound_until(self, values: Mapping[str, Any], before: Mapping[str, Any]) -> date | None:
        """F05 for a device that names a grant and no end of its own; None leaves it as it is.

        An end that the device has already stays as long as its file reference does.
        """
        reference = values.get("file_reference")
        if not reference or values.get("bound_until") is not None or reference not in self.terms:
            return None
        cleared = "bound_until" in values
        if before.get("bound_until") and reference == before.get("file_reference") and not cleared:
            return None
        return self.end(reference, *(values.get(name, before.get(name)) for name in DAYS))

    def end(
        self, reference: str, commissioned_on: date | None = None, acquired_on: date | None = None
    ) -> date | None:
        """The latest end of the grants with this file reference."""
        key = (reference, commissioned_on, acquired_on)
        if key not in self._ends:
            days = {"commissioned_on": commissioned_on, "acquired_on": acquired_on}
            ends = (
                rules.earmark_end(one.earmark, period_to=one.period_to, **days)
                for one in self.terms[reference]
            )
            self._ends[key] = max(filter(None, ends), default=None)
        return self._ends[key]


def settled(session: Session, values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """The values of one device, its earmark added where they leave it open. Raises Refused for what is not known."""
    if not any(values.get(name) for name in NAMES):
        return dict(values)
    funding = Funding(session)
    faults = list(funding.against(values, before))
    if faults:
        raise Refused(faults)
    end = funding.bound_until(values, before)
    return dict(values) if end is None else {**values, "bound_until": end}


def settle(session: Session, reading: Reading) -> Iterator[Problem]:
    """The same for the rows of a file, whose values get the computed end. `reading.known` is what is stored."""
    rows = [row for row in reading.rows if row.values.get("programme") or row.values.get("file_reference")]
    if not rows:
        return
    funding, known = Funding(session), reading.known or {}
    nothing: tuple[int, dict[str, Any]] = (0, {})
    headers = {name: reading.header_of(name) for name in NAMES}
    for row in rows:
        values, before = row.values, known.get(row.number, nothing)[1]
        reference = values.get("file_reference")
        if not funding.knows(values.get("programme"), reference):
            for name, sentence in funding.against(values, before):
                yield Problem(row.number, headers[name], values[name], sentence)
        end = funding.bound_until(values, before) if reference else None
        if end is not None:
            values["bound_until"] = end


def suggestions(session: Session) -> dict[str, Sequence[str]]:
    """What the fields of a form offer."""
    return {"programmes": queries.programme_codes(session), "file_references": sorted(queries.terms(session))}
