"""Grants with their decisions from a file: what is known of them, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Batch
from school_it.cells import show_date, show_percent
from school_it.database import portions
from school_it.errors import N_, Sentence
from school_it.funding import bound, queries, rules
from school_it.funding.intake import comparing
from school_it.funding.intake.amounts import rate_of, with_amount, without_amount
from school_it.funding.intake.grants_writing import DAYS, Writing
from school_it.funding.intake.rows import problem_at
from school_it.funding.models import Decision, Grant
from school_it.money import shown
from school_it.setwise import Changed, Compared, Intake, Known
from school_it.sheets import Problem, Reading, Row

TWO_DAYS = {
    "completed_on": N_(
        "Für die Zuwendung %(reference)s steht als Abschluss auch der %(others)s; eine Zuwendung hat nur einen."
    ),
    "proof_handed_in": N_(
        "Für die Zuwendung %(reference)s ist der Nachweis auch am %(others)s eingereicht; sie hat nur einen Tag dafür."
    ),
}
LESS_DRAWN = N_("Die eingetragenen Mittelabrufe haben schon %(amount)s gebracht.")
UNKNOWN_PROGRAMME = N_(
    "Das Förderprogramm »%(code)s« ist hier nicht bekannt. Bitte zuerst unter »Förderung« anlegen oder einlesen."
)
TWO_PROGRAMMES = N_(
    "Zur Zuwendung %(reference)s gehört das Programm %(others)s; eine Zuwendung hat nur eines."
)
TWO_RATES = N_(
    "Für die Zuwendung %(reference)s steht auch der Fördersatz %(others)s; eine Zuwendung hat nur einen. "
    "Soll er sich ändern, bitte alle ihre Bescheide in die Datei aufnehmen."
)
Key = tuple[str, str]


def _key(values: Mapping[str, Any]) -> Key:
    return values["reference"], values["file_reference"]


class GrantIntake(Intake):
    """Rows of the sheet `grants`: each a decision; those with one `reference` are one grant."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        for row in reading.rows:
            if row.values.get("granted", 0) is None:
                del row.values["granted"]
        columns = {**Decision.__table__.c, "reference": Grant.__table__.c.reference}
        yield from setwise.misfits(reading, columns)
        programmes = queries.programme_rows(session)
        for row in reading.rows:
            if row.values.get("rate", 0) is None:  # cleared: that of the programme again
                row.values["rate"] = programmes.get(row.values["programme"], {}).get("rate")
        stored = _stored_decisions(session, reading.rows)
        reading.known = _known_decisions(stored, reading.rows)
        by_grant: dict[str, list[Row]] = defaultdict(list)
        for row in reading.rows:
            by_grant[row.values["reference"]].append(row)
        for reference, rows in by_grant.items():
            yield from _Rows(reference, rows, stored, programmes, reading).problems()
        yield from _against_drawn(session, reading)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        return ((row.number, hint) for row in rows for hint in rules.odd_in_decision(row.values))

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        return _known_decisions(_stored_decisions(session, rows), rows)

    def compared(
        self, session: Session, reading: Reading, new: Sequence[Row], changed: Sequence[tuple[Row, Changed]]
    ) -> Sequence[Compared]:
        """Eligible, granted and drawn by grant, with the decisions of these grants that are not in the file."""
        fields = [name for name in ("eligible", "granted", "drawn") if reading.header_of(name)]
        if "eligible" in fields and "granted" not in fields:
            fields.insert(1, "granted")  # computed where the file does not say it
        sums, known = comparing.Sums(("reference",), fields), reading.known or {}
        programmes = queries.programme_rows(session)
        references = {row.values.get("reference") for row in (*reading.rows, *reading.faulty)}
        stored = queries.decision_rows(session, [one for one in references if one])
        rates = {one["reference"]: one["rate"] for one in stored if one["rate"] is not None}
        said = {
            row.number: with_amount(known.get(row.number, (0, {}))[1], row.values, rates, programmes)
            for row in (*reading.rows, *reading.faulty)
        }
        for rows, good in ((reading.rows, True), (reading.faulty, False)):
            for row in rows:
                sums.file(said[row.number], good=good)
        for one in stored:
            sums.stored(one)
        for row in new:
            sums.stored(said[row.number])
        for row, _changed in changed:
            sums.stored(known[row.number][1], gone=True)
            sums.stored(said[row.number])
        return list(sums.told())

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        with bound.following(session, by=by, batch=batch):
            Writing(session, by, batch).write(new, changed)

    def label(self, values: Mapping[str, Any]) -> str:
        return " · ".join(filter(None, (values.get("reference"), values.get("file_reference"))))


def _against_drawn(session: Session, reading: Reading) -> Iterator[Problem]:
    """What was drawn is at least what the draw-downs that are entered here have brought."""
    said = {
        reading.known[row.number][0]: row
        for row in reading.rows
        if "drawn" in row.values and reading.known and row.number in reading.known
    }
    for some in portions(sorted(said)):
        for ident, paid in queries.paid_out(session, some).items():
            if (said[ident].values["drawn"] or rules.NOTHING) < paid:
                sentence = Sentence(LESS_DRAWN, amount=shown(paid))
                yield problem_at(said[ident], reading, "drawn", sentence, shown)


Stored = dict[Key, dict[str, Any]]


def _stored_decisions(session: Session, rows: Sequence[Row]) -> Stored:
    references = {row.values["reference"] for row in rows}
    return {_key(one): one for one in queries.decision_rows(session) if one["reference"] in references}


def _known_decisions(stored: Stored, rows: Sequence[Row]) -> Known:
    found = ((row.number, stored.get(_key(row.values))) for row in rows)
    return {number: (one["id"], one) for number, one in found if one is not None}


class _Rows:
    """The rows of one grant in the file, beside what is stored of it: one programme, one rate."""

    def __init__(
        self, reference: str, rows: Sequence[Row], stored: Stored, programmes: Mapping[str, Mapping[str, Any]],
        reading: Reading,
    ) -> None:  # fmt: skip
        self.reference, self.rows, self.programmes, self.reading = reference, rows, programmes, reading
        self.stored = stored
        here = {_key(row.values) for row in rows}
        of_grant = [one for one in stored.values() if one["reference"] == reference]
        self.elsewhere = [one for one in of_grant if _key(one) not in here]
        self.grant = of_grant[0] if of_grant else None

    def problems(self) -> Iterator[Problem]:
        known = [row for row in self.rows if row.values["programme"] in self.programmes]
        for row in self.rows:
            if row not in known:
                yield problem_at(
                    row, self.reading, "programme", Sentence(UNKNOWN_PROGRAMME, code=row.values["programme"])
                )
        programmes = {row.values["programme"] for row in known} | {one["programme"] for one in self.elsewhere}
        rates = {self.rate(row.values) for row in known} | {
            rate_of(one, self.programmes[one["programme"]]) for one in self.elsewhere
        }
        shown_programmes = _first(programmes)
        shown_rates = _first({show_percent(rate) for rate in rates if rate is not None})
        for row in known:
            yield from self._other(
                row, "programme", row.values["programme"], shown_programmes, TWO_PROGRAMMES
            )
            if row.values.get("rate") is not None:
                yield from self._other(row, "rate", show_percent(row.values["rate"]), shown_rates, TWO_RATES)
            yield from self._lacking(row)
        for field in DAYS:
            days = _first({show_date(day) for row in known if (day := row.values.get(field)) is not None})
            for row in known:
                if row.values.get(field) is not None:
                    yield from self._other(row, field, show_date(row.values[field]), days, TWO_DAYS[field])

    def rate(self, values: Mapping[str, Any]) -> Decimal | None:
        """The rate a row means: its own, else that of the stored grant, else that of the programme."""
        if values.get("rate") is not None:
            return Decimal(values["rate"])
        if self.grant is not None and self.grant["rate"] is not None:
            return Decimal(self.grant["rate"])
        return rate_of(values, self.programmes[values["programme"]])

    def _other(self, row: Row, field: str, own: str, some: Sequence[str], text: str) -> Iterator[Problem]:
        others = [one for one in some if one != own]
        if others:
            sentence = Sentence(text, reference=self.reference, others=", ".join(others))
            yield Problem(row.number, self.reading.header_of(field), own, sentence)

    def _lacking(self, row: Row) -> Iterator[Problem]:
        if row.values.get("granted") is not None or _key(row.values) in self.stored:
            return
        programme = self.programmes[row.values["programme"]]
        against = without_amount(programme["financing"], self.rate(row.values))
        if against is not None:
            yield problem_at(row, self.reading, *against)


def _first(words: Iterable[str]) -> list[str]:
    """Enough to see that there are several; a sentence in each of thousands of rows must not name thousands."""
    return sorted(words)[:6]
