"""Programmes and grants from a file: what is known of them, what is wrong with a row, and writing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.cells import show_date, show_percent
from school_it.changes import Change
from school_it.database import portions, table_of
from school_it.errors import N_, Sentence
from school_it.funding import beside, bound, queries, rules
from school_it.funding.book import DecisionKind
from school_it.funding.models import Decision, Grant, Programme
from school_it.funding.rules import StartEvent, Status
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
DAYS = tuple(TWO_DAYS)
"""Days of a grant as a whole, which any of its rows may say."""
LONGEST_YEARS = 100
LESS_DRAWN = N_("Die eingetragenen Mittelabrufe haben schon %(amount)s gebracht.")
PROGRAMME_DEFAULTS: dict[str, Any] = {"status": Status.VALID, "start_event": StartEvent.ORDER}
UNKNOWN_PROGRAMME = N_(
    "Das Förderprogramm »%(code)s« ist hier nicht bekannt. Bitte zuerst unter »Förderung« anlegen oder einlesen."
)
NO_RATE = N_(
    "Weder hier noch beim Programm steht ein Fördersatz; ohne ihn lässt sich die bewilligte Zuwendung nicht berechnen."
)
NOT_COMPUTED = N_("Bewilligte Zuwendung fehlt. Nur bei einer Anteilfinanzierung wird sie berechnet.")
TWO_PROGRAMMES = N_(
    "Zur Zuwendung %(reference)s gehört das Programm %(others)s; eine Zuwendung hat nur eines."
)
TWO_RATES = N_(
    "Für die Zuwendung %(reference)s steht auch der Fördersatz %(others)s; eine Zuwendung hat nur einen. "
    "Soll er sich ändern, bitte alle ihre Bescheide in die Datei aufnehmen."
)


def settle_defaults(rows: Iterable[Row], defaults: Mapping[str, Any]) -> None:
    """A field that may not be empty and was cleared has its usual value again."""
    for row in rows:
        for name, usual in defaults.items():
            if name in row.values and row.values[name] is None:
                row.values[name] = usual


def problem_at(row: Row, reading: Reading, field: str, sentence: Sentence, show: Any = str) -> Problem:
    said = row.values.get(field)
    return Problem(row.number, reading.header_of(field), None if said is None else show(said), sentence)


class ProgrammeIntake(Intake):
    """Rows of the sheet `programmes`."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        settle_defaults(reading.rows, PROGRAMME_DEFAULTS)
        yield from setwise.misfits(reading, {**Programme.__table__.c})
        stored = queries.programme_rows(session)
        reading.known = _known_programmes(stored, reading.rows)
        for row in reading.rows:
            values = {**stored.get(row.values["code"], {}), **row.values}
            for field, sentence in against_programme(values):
                yield problem_at(row, reading, field, sentence)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        return ((row.number, hint) for row in rows for hint in rules.odd_in_programme(row.values))

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        return _known_programmes(queries.programme_rows(session), rows)

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(Programme)
        rows = [{"version": 1, **PROGRAMME_DEFAULTS, **row.values} for row in new]
        setwise.add(
            session, table, rows, action=Action.PROGRAMME_ADDED, by=by, batch=batch,
            label=lambda row: str(row["code"]),
        )  # fmt: skip
        with bound.following(session, by=by, batch=batch):
            setwise.change(session, table, changed, action=Action.PROGRAMME_CHANGED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return f"{values.get('code', '')} {values.get('title', '')}".strip()


def against_programme(values: Mapping[str, Any]) -> rules.Faults:
    """What keeps these values from being a programme, for file and form alike."""
    yield from rules.lacking_in_programme(values)
    for name in ("earmark_years", "proof_months", "retention_years"):
        number = values.get(name)
        if number is not None and not 0 <= number <= LONGEST_YEARS:
            yield name, Sentence(N_("Bitte eine Zahl von 0 bis %(max)s eintragen."), max=LONGEST_YEARS)


def _known_programmes(stored: Mapping[str, Mapping[str, Any]], rows: Sequence[Row]) -> Known:
    found = ((row.number, stored.get(row.values["code"])) for row in rows)
    return {number: (one["id"], dict(one)) for number, one in found if one is not None}


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
        sums, known = beside.Sums(("reference",), fields), reading.known or {}
        programmes = queries.programme_rows(session)
        references = {row.values.get("reference") for row in (*reading.rows, *reading.faulty)}
        stored = queries.decision_rows(session, [one for one in references if one])
        rates = {one["reference"]: one["rate"] for one in stored if one["rate"] is not None}
        said = {
            row.number: _with_amount(known.get(row.number, (0, {}))[1], row.values, rates, programmes)
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
            _Writing(session, by, batch).write(new, changed)

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


def _with_amount(
    before: Mapping[str, Any],
    said: Mapping[str, Any],
    rates: Mapping[str, Decimal],
    programmes: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """The decision of a row as it would be stored, also of a faulty one, with the granted amount that follows (F01)."""
    values = {**before, **said}
    rate = said.get("rate") or rates.get(values.get("reference", "")) or before.get("rate")
    if rate is None:
        rate = programmes.get(values.get("programme", ""), {}).get("rate")
    if said.get("granted") is None and values.get("eligible") is not None:
        if before:
            values["granted"] = recomputed(before, {**values, "rate": rate})
        elif rate is not None:
            values["granted"] = rules.granted(values["eligible"], rate)
    return values


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


def rate_of(values: Mapping[str, Any], programme: Mapping[str, Any]) -> Decimal | None:
    """The rate of a decision: what it says, else what its programme says."""
    rate = values.get("rate")
    return Decimal(rate) if rate is not None else programme["rate"]


def without_amount(financing: rules.Financing | None, rate: Decimal | None) -> tuple[str, Sentence] | None:
    """What stands against computing the granted amount (F01): the field and the sentence."""
    if financing in (rules.Financing.SHARE, None) and rate is not None:
        return None
    if financing is rules.Financing.SHARE:
        return "rate", Sentence(NO_RATE)
    return "granted", Sentence(NOT_COMPUTED)


class _Writing:
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


def recomputed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Decimal:
    """The granted amount (F01) after eligible or rate have changed; an amount the authority gave otherwise stays."""
    amount: Decimal = before["granted"]
    old: Decimal | None = before["rate"]
    rate: Decimal | None = after["rate"]
    if old is None or rate is None or amount != rules.granted(before["eligible"], old):
        return amount
    eligible: Decimal = after["eligible"]
    return rules.granted(eligible, rate)
