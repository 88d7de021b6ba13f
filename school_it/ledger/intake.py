"""The asset ledger and the town's table of useful lives from a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor
from school_it.audit import Action, Batch
from school_it.database import portions, table_of
from school_it.devices.models import Category
from school_it.errors import N_, Sentence
from school_it.ledger.models import LedgerLine
from school_it.ledger.sheet import ASSET_LEDGER
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row

LONGEST_LIFE = 50


class LedgerIntake(Intake):
    """Rows of the sheet `asset-ledger`; a list that comes again renews the lines of the same number."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        yield from setwise.misfits(reading, {**LedgerLine.__table__.c})
        for row in reading.rows:
            for name in ("quantity", "life_years"):
                value = row.values.get(name)
                if value is not None and value < 1:
                    sentence = Sentence(N_("Hier steht eine Zahl ab 1."))
                    yield Problem(row.number, reading.header_of(name), str(value), sentence)

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        columns = [getattr(LedgerLine, name) for name in ASSET_LEDGER.fields]
        stored: dict[str, tuple[int, dict[str, Any]]] = {}
        for some in portions(sorted({row.values["ledger_no"] for row in rows})):
            wanted: Any = select(LedgerLine.id, *columns).where(LedgerLine.ledger_no.in_(some))
            for ident, *values in session.execute(wanted):
                stored[values[0]] = (ident, dict(zip(ASSET_LEDGER.fields, values, strict=True)))
        return {row.number: stored[key] for row in rows if (key := row.values["ledger_no"]) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(LedgerLine)
        blank = dict.fromkeys(ASSET_LEDGER.fields)
        setwise.add(
            session, table, [{"version": 1, **blank, **row.values} for row in new],
            action=Action.LEDGER_LINE_ADDED, by=by, batch=batch, label=lambda row: str(row["ledger_no"]),
        )  # fmt: skip
        setwise.change(session, table, changed, action=Action.LEDGER_LINE_CHANGED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return " ".join(filter(None, (values.get("ledger_no"), values.get("text"))))


class LifeIntake(Intake):
    """Rows of the sheet `useful-lives`: the years of categories that the town has."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        known = set(session.scalars(select(Category.name)))
        for row in reading.rows:
            name, years = row.values["name"], row.values["useful_life_years"]
            if name not in known:
                sentence = Sentence(
                    N_("Die Geräteart »%(name)s« gibt es hier nicht. Bekannt sind: %(names)s."),
                    name=name, names=", ".join(sorted(known)[:20]),
                )  # fmt: skip
                yield Problem(row.number, reading.header_of("name"), name, sentence)
            if not 1 <= years <= LONGEST_LIFE:
                sentence = Sentence(N_("Hier steht eine Zahl von 1 bis %(most)s."), most=LONGEST_LIFE)
                yield Problem(row.number, reading.header_of("useful_life_years"), str(years), sentence)

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        stored = {
            name: (ident, {"name": name, "useful_life_years": years})
            for ident, name, years in session.execute(
                select(Category.id, Category.name, Category.useful_life_years)
            )
        }
        return {row.number: stored[key] for row in rows if (key := row.values["name"]) in stored}

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        table = table_of(Category)
        setwise.change(session, table, changed, action=Action.CATEGORY_CHANGED, by=by, batch=batch)

    def label(self, values: Mapping[str, Any]) -> str:
        return values.get("name") or ""
