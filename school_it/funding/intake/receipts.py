"""Receipts from a file: thousands of them, judged by F15, F16, F22 and F30 and written with few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from school_it import money, setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.changes import Change
from school_it.database import HIGHEST_AMOUNT, portions, table_of
from school_it.errors import N_, Sentence
from school_it.funding import queries, rules
from school_it.funding.intake import comparing
from school_it.funding.intake.rows import problem_at, settle_defaults
from school_it.funding.models import Receipt
from school_it.funding.queries import GrantFacts
from school_it.funding.rules import NOTHING, Part
from school_it.schools import queries as school_queries
from school_it.schools.intake import unknown_schools
from school_it.setwise import Changed, Compared, Intake, Known
from school_it.sheets import Problem, Reading, Row

DEFAULTS: dict[str, Any] = {"quantity": 1, "vat_non_eligible": NOTHING, "other_non_eligible": NOTHING}
UNKNOWN_GRANT = N_(
    "Die Zuwendung »%(reference)s« ist hier nicht bekannt. Bitte zuerst unter »Förderung« anlegen oder einlesen."
)
COMPUTED_OF = frozenset({"paid_amount", "vat_non_eligible", "other_non_eligible"})

COMPARED = ("paid_amount", "eligible_requested")

Key = tuple[str, str]
Values = dict[str, Any]


def _excluded(
    session: Session, facts: Mapping[str, GrantFacts], judged: Iterable[tuple[Row, Values]]
) -> Iterator[tuple[int, Sentence]]:
    """F10, F11: receipts whose text names what their programme does not pay for; nothing stops a file for it."""
    programmes = queries.programme_rows(session)
    for row, values in judged:
        said = programmes[facts[values["grant"]].programme]
        if said["excluded"] and values["eligible_requested"] > 0:
            allowed = (said["terms"] or {}).get("allowed") or ()
            for sentence in rules.against_excluded(values["subject"], said["excluded"], allowed):
                yield row.number, sentence


def completed(values: Mapping[str, Any]) -> Values:
    """A receipt with its usual values, and `eligible_requested` computed where it says nothing (F30)."""
    whole = {**DEFAULTS, **values}
    if whole.get("eligible_requested") is None:
        whole["eligible_requested"] = rules.eligible_of(
            whole["paid_amount"], whole["vat_non_eligible"], whole["other_non_eligible"]
        )
    return whole


def key_of(values: Mapping[str, Any]) -> Key:
    return values["grant"], values["receipt_no"]


def invoice_of(values: Mapping[str, Any]) -> tuple[str, str]:
    """What makes two receipts parts of one invoice: payee and number, capital letters aside in the name."""
    return " ".join(values["payee"].casefold().split()), values["invoice_no"]


def as_part(values: Mapping[str, Any], row: int | None = None) -> Part:
    name = f"{values['grant']} Nr. {values['receipt_no']}"
    return Part(
        f"{name} (Zeile {row})" if row is not None else name,
        values["eligible_requested"],
        values["paid_amount"],
        values.get("invoice_total"),
    )


class ReceiptIntake(Intake):
    """Rows of the sheet `receipts`."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        settle_defaults(reading.rows, DEFAULTS)
        for row in reading.rows:
            if row.values.get("eligible_requested", 0) is None:
                del row.values["eligible_requested"]
        _by_name_of_school(session, [*reading.rows, *reading.faulty])
        yield from unknown_schools(session, reading, by=by, may=May.IMPORT_ALL)
        yield from setwise.misfits(reading, {**Receipt.__table__.c})
        facts = queries.grant_facts(session)
        shared = _by_file_reference(session, facts, [*reading.rows, *reading.faulty])
        items = _items(session, facts)
        _by_item_meant(items, [*reading.rows, *reading.faulty])
        stored = _stored(session, facts, reading.rows)
        reading.known = _known(stored, reading.rows)
        judged: list[tuple[Row, Values]] = []
        for row in reading.rows:
            grant = facts.get(row.values["grant"])
            if grant is None:
                said = row.values["grant"]
                sentence = Sentence(UNKNOWN_GRANT, reference=said)
                if said in shared:
                    sentence = Sentence(queries.SHARED, name=said, references=", ".join(shared[said]))
                yield problem_at(row, reading, "grant", sentence)
                continue
            values = _after(stored.get(key_of(row.values)), row.values)
            judged.append((row, values))
            for field, sentence in against_receipt(values, grant):
                yield _problem(row, reading, field, sentence)
        new = [one for one in judged if one[0].number not in reading.known]
        reading.hints += [*_excluded(session, facts, new), *_unknown_items(items, new)]
        yield from _double_funding(session, reading, judged)

    def hints(self, rows: Iterable[Row]) -> Iterator[tuple[int, Sentence]]:
        return ((row.number, hint) for row in rows for hint in rules.odd_in_receipt(row.values))

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        return _known(_stored(session, queries.grant_facts(session), rows), rows)

    def compared(
        self, session: Session, reading: Reading, new: Sequence[Row], changed: Sequence[tuple[Row, Changed]]
    ) -> Sequence[Compared]:
        """Paid and eligible by grant and funding item, with everything that we have of the grants in the file."""
        named = {name for name in COMPARED if reading.header_of(name)}
        if "paid_amount" in named:
            named.add("eligible_requested")  # computed where the file does not say it
        sums, known = (
            comparing.Sums(("grant", "category"), [name for name in COMPARED if name in named]),
            reading.known or {},
        )
        for rows, good in ((reading.rows, True), (reading.faulty, False)):
            for row in rows:
                _ident, stored = known.get(row.number, (0, None))
                sums.file(_as_said(stored, row.values), good=good)
        references = sorted(
            {row.values["grant"] for row in (*reading.rows, *reading.faulty) if row.values.get("grant")}
        )
        for some in portions(references):
            for stored_sum in comparing.stored_receipts(session, some):
                sums.stored(stored_sum)
        for row in new:
            sums.stored(completed(row.values))
        for row, one in changed:
            _ident, before = known[row.number]
            sums.stored(before, gone=True)
            fields = _following(one, before)
            sums.stored({**before, **{name: change.after for name, change in fields.items()}})
        return list(sums.told())

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(Receipt)
        schools, facts = school_queries.ids_by_number(session), queries.grant_facts(session)
        rows = [_as_stored(row.values, schools, facts) for row in new]
        references = {one.id: one.reference for one in facts.values()}
        setwise.add(
            session, table, rows, action=Action.RECEIPT_ADDED, by=by, batch=batch,
            label=lambda row: f"{references[row['grant_id']]} · {row['receipt_no']}",
            school_id=lambda _ident, _row: None, numbers=[row.number for row in new],
        )  # fmt: skip
        before = queries.receipt_rows_by_id(session, [one.ident for one in changed])
        changes = [_with_computed(one, before[one.ident], schools) for one in changed]
        setwise.change(session, table, changes, action=Action.RECEIPT_CHANGED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return " · ".join(filter(None, (values.get("grant"), values.get("receipt_no"))))


def _by_file_reference(
    session: Session, facts: Mapping[str, GrantFacts], rows: Iterable[Row]
) -> dict[str, list[str]]:
    """Writes our short sign where a row names a grant by the Aktenzeichen of one of its decisions.

    Those that several grants have stay as they are and are given back with the short signs of these grants.
    """
    named = [row for row in rows if row.values.get("grant") and row.values["grant"] not in facts]
    if not named:
        return {}
    meant: dict[str, list[str]] = defaultdict(list)
    for reference, file_references in queries.file_references(session).items():
        for one in file_references:
            meant[one].append(reference)
    for row in named:
        references = meant.get(row.values["grant"], [])
        if len(references) == 1:
            row.values["grant"] = references[0]
    return {name: sorted(references) for name, references in meant.items() if len(references) > 1}


def _by_name_of_school(session: Session, rows: Iterable[Row]) -> None:
    """Writes the number of a school where a row names it in words, as we have them; two of one name stay words."""
    numbers = school_queries.ids_by_number(session)
    named = [row for row in rows if (row.values.get("school_number") or "") not in {*numbers, ""}]
    if not named:
        return
    meant: dict[str, set[str]] = defaultdict(set)
    for number, name, short_name in school_queries.names_by_number(session):
        for one in filter(None, (name, short_name)):
            meant[_folded(one)].add(number)
    for row in named:
        found = meant.get(_folded(row.values["school_number"]), set())
        if len(found) == 1:
            (row.values["school_number"],) = found


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _items(session: Session, facts: Mapping[str, GrantFacts]) -> dict[str, tuple[str, ...]]:
    """By grant, the funding items that its programme names; empty where it names none."""
    programmes = queries.programme_rows(session)
    return {reference: tuple(programmes[one.programme]["items"] or ()) for reference, one in facts.items()}


def _by_item_meant(items: Mapping[str, Collection[str]], rows: Iterable[Row]) -> None:
    for row in rows:
        said, known = row.values.get("category"), items.get(row.values.get("grant") or "", ())
        if said and known and said not in known:
            row.values["category"] = rules.item_meant(said, known)


def _unknown_items(
    items: Mapping[str, Collection[str]], judged: Iterable[tuple[Row, Values]]
) -> Iterator[tuple[int, Sentence]]:
    """F10: items that the programme does not name; its caps and the cost plan would not see such receipts."""
    for row, values in judged:
        for sentence in rules.against_unknown_item(values["category"], items[values["grant"]]):
            yield row.number, sentence


def against_receipt(values: Values, grant: GrantFacts) -> rules.Faults:
    """What keeps a complete receipt from being taken, for file and form alike; F22 asks for the others beside it."""
    if values["quantity"] < 1:
        yield "quantity", Sentence(N_("Die Anzahl ist mindestens 1."))
    if abs(values["eligible_requested"]) > HIGHEST_AMOUNT:
        yield "paid_amount", Sentence(setwise.TOO_LARGE)
        return
    yield from rules.against_receipt(values, grant.window)


def _after(stored: Values | None, said: Mapping[str, Any]) -> Values:
    """What the receipt would be; computed anew where the row says nothing of the eligible part."""
    values = {**(stored or {}), **said}
    if stored is not None and "eligible_requested" not in said:
        del values["eligible_requested"]
    return completed(values)


def _stored(session: Session, facts: Mapping[str, GrantFacts], rows: Sequence[Row]) -> dict[Key, Values]:
    named = {row.values["grant"] for row in rows}
    idents = [one.id for reference, one in facts.items() if reference in named]
    return {key_of(one): one for one in queries.receipt_rows_of(session, idents)}


def _known(stored: Mapping[Key, Values], rows: Sequence[Row]) -> Known:
    found = ((row.number, stored.get(key_of(row.values))) for row in rows)
    return {number: (one["id"], one) for number, one in found if one is not None}


def _problem(row: Row, reading: Reading, field: str, sentence: Sentence) -> Problem:
    """At the cell of the field; a computed one that the file does not have is said at what was paid."""
    if field == "eligible_requested" and reading.header_of(field) is None:
        field = "paid_amount"
    value = row.values.get(field)
    shown = None if value is None else f"{value:%d.%m.%Y}" if hasattr(value, "year") else _amount(value)
    return Problem(row.number, reading.header_of(field), shown, sentence)


def _amount(value: Any) -> str:
    return str(value) if isinstance(value, int) else money.shown(value)


def _double_funding(
    session: Session, reading: Reading, judged: Sequence[tuple[Row, Values]]
) -> Iterator[Problem]:
    """F22 over the rows of the file and what else is stored of the same invoices, over all grants."""
    in_file = {key_of(values) for _row, values in judged}
    parts: dict[tuple[str, str], list[Part]] = defaultdict(list)
    places: list[int] = []
    for row, values in judged:
        together = parts[invoice_of(values)]
        places.append(len(together))
        together.append(as_part(values, row.number))
    for one in queries.receipt_rows_of_invoices(session, {values["invoice_no"] for _row, values in judged}):
        if invoice_of(one) in parts and key_of(one) not in in_file:
            parts[invoice_of(one)].append(as_part(one))
    invoices = {invoice: rules.Invoice(together) for invoice, together in parts.items()}
    for (row, values), place in zip(judged, places, strict=True):
        for field, sentence in invoices[invoice_of(values)].against(place):
            yield _problem(row, reading, field, sentence)


def _as_stored(
    values: Mapping[str, Any], schools: Mapping[str, int], facts: Mapping[str, GrantFacts]
) -> Values:
    whole = completed(values)
    own = {name: whole.get(name) for name in queries.RECEIPT_FIELDS}
    return {
        "version": 1,
        **own,
        "grant_id": facts[whole["grant"]].id,
        "school_id": schools[whole["school_number"]],
    }


def _as_said(stored: Values | None, said: Mapping[str, Any]) -> Values:
    """What a row of the file says, also a faulty one of which only some cells could be read."""
    values = {**(stored or {}), **said}
    if values.get("paid_amount") is None:
        return values
    return _after(stored, {name: value for name, value in said.items() if value is not None})


def _following(one: Changed, before: Values) -> dict[str, Change]:
    """What changes, with the eligible part where it follows what it is computed of and the file does not say it."""
    fields = dict(one.fields)
    if COMPUTED_OF & fields.keys() and "eligible_requested" not in fields:
        after = {**before, **{name: change.after for name, change in fields.items()}}
        amount = rules.eligible_of(
            after["paid_amount"], after["vat_non_eligible"], after["other_non_eligible"]
        )
        if amount != before["eligible_requested"]:
            fields["eligible_requested"] = Change(before["eligible_requested"], amount)
    return fields


def _with_computed(one: Changed, before: Values, schools: Mapping[str, int]) -> Changed:
    fields = _following(one, before)
    if "school_number" in fields:
        change = fields.pop("school_number")
        fields["school_id"] = Change(schools[change.before], schools[change.after])
    return one._replace(fields=fields, school_id=None)
