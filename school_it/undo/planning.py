"""What an undo would do: which rows go back, which stay and why. The same for preview, command and the undo itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.audit import SAID, Batch, plain
from school_it.database import TOWN_TIME, Model, held
from school_it.errors import N_, NotAllowed, NotThere, RuleBroken, Sentence
from school_it.undo import references, trail
from school_it.undo.tables import KINDS, TABLES, Undoing, Values
from school_it.undo.trail import Later, Touched


class Conflict(NamedTuple):
    """A row that stays as it is now: what people know it by, the field it is about, and why."""

    table: str
    ident: int
    key: str
    field: str | None
    sentence: Sentence


@dataclass
class UndoPlan:
    """`rows` = `undone` + `conflict`: the rows of the batch's own kind. What it made along the way goes back too."""

    batch: Batch
    main: str
    rows: int = 0
    back: dict[str, list[Touched]] = field(default_factory=dict)
    values: dict[str, dict[int, Values]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    kept: list[Conflict] = field(default_factory=list)
    """What the batch made along the way (rooms of a device list) and others use by now."""
    made: Batch | None = None
    """The batch of the undo itself, once it is done."""

    @property
    def undone(self) -> int:
        return self.rows - len(self.conflicts)

    @property
    def removed(self) -> int:
        return sum(thing.made for thing in self.back.get(self.main, ()))

    @property
    def kind(self) -> str:
        """The kind of import (`devices`), or the kind of batch where it was none (`directory`)."""
        return self.batch.kind.removeprefix("import.")

    @property
    def digest(self) -> str:
        """Two plans with the same digest would do the same."""
        told = [
            [
                [
                    table,
                    thing.ident,
                    {name: plain(value) for name, value in self.values[table].get(thing.ident, {}).items()},
                ]
                for table, things in sorted(self.back.items())
                for thing in things
            ],
            [[one.table, one.ident, one.field, str(one.sentence)] for one in (*self.conflicts, *self.kept)],
        ]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    def as_json(self, *, dry_run: bool) -> dict[str, Any]:
        """The face of ``undo --json``."""
        return {
            "batch": self.batch.id,
            "kind": self.kind,
            "rows": self.rows,
            "undone": self.undone,
            "conflict": len(self.conflicts),
            "dry_run": dry_run,
            "applied": self.made is not None,
            "conflicts": [
                {"key": one.key, "field": one.field, "sentence": str(one.sentence)} for one in self.conflicts
            ],
        }


NOT_UNDOABLE = N_("Dieser Vorgang lässt sich nicht im Ganzen zurücknehmen. Bitte die Dinge einzeln ändern.")
IS_UNDO = N_(
    "Dieser Vorgang ist selbst eine Rücknahme. Um die Daten wiederzubekommen, bitte die Datei noch einmal einlesen "
    "oder die Änderung noch einmal vornehmen."
)
TAKEN_BACK = N_("Dieser Vorgang ist schon zurückgenommen: am %(day)s durch %(who)s (Vorgang %(batch)s).")
NOT_ONES_OWN = N_("Zurücknehmen dürfen Sie nur eigene Vorgänge, und nur an Ihren eigenen Schulen.")


def get_batch(session: Session, ident: int) -> Batch:
    """The batch, held until a writing transaction ends: of two people who take it back at once, one is refused."""
    wanted = held(session, select(Batch).where(Batch.id == ident), Batch)
    batch: Batch | None = session.scalar(wanted.execution_options(populate_existing=True))
    if batch is None:
        raise NotThere(N_("Einen Vorgang %(number)s gibt es nicht."), number=ident)
    return batch


def why_not(session: Session, batch: Batch, *, by: Actor) -> Sentence | None:
    """What stands against taking the batch back as a whole, as far as that can be told without looking at its rows."""
    if batch.undoes_id is not None:
        return Sentence(IS_UNDO)
    known = KINDS.get(batch.kind)
    if known is None:
        return Sentence(NOT_UNDOABLE)
    undo = trail.taken_back_by(session, batch.id)
    if undo is not None:
        day = f"{undo.at.astimezone(TOWN_TIME):%d.%m.%Y}"
        return Sentence(TAKEN_BACK, day=day, who=undo.actor_name, batch=undo.id)
    scope = by.scope(known.batches[batch.kind])
    own = batch.actor_id is not None and batch.actor_id == by.id
    return None if scope.everywhere or (scope and own) else Sentence(NOT_ONES_OWN)


def plan(session: Session, batch: Batch, *, by: Actor) -> UndoPlan:
    """What taking `batch` back would do now. Raises RuleBroken where it cannot be, or is taken back; NotAllowed."""
    against = why_not(session, batch, by=by)
    if against is not None:
        kind = NotAllowed if against.text == NOT_ONES_OWN else RuleBroken
        raise kind(against.text, **against.values)
    main = KINDS[batch.kind]
    found = trail.touched(session, batch, {name: one.table for name, one in TABLES.items()})
    if found.keys() - TABLES.keys():
        raise RuleBroken(NOT_UNDOABLE)
    _within_reach(main, found, batch, by)
    made = UndoPlan(batch, main.table.name, rows=len(found.get(main.table.name, ())))
    planner = _Planner(session, made, sees_all=by.scope(main.batches[batch.kind]).everywhere)
    for table in references.dependents_first(Model.metadata, found):
        planner.judge(TABLES[table], found[table])
    return made


def _within_reach(main: Undoing, found: Mapping[str, Mapping[int, Touched]], batch: Batch, by: Actor) -> None:
    """Raises NotAllowed where a row is, or was before, at a school out of reach."""
    scope = by.scope(main.batches[batch.kind])
    if scope.everywhere:
        return
    for things in found.values():
        for thing in things.values():
            places = {thing.school_id, thing.before.get("school_id", thing.school_id)}
            places = {thing.school_id} if thing.made else places
            if not all(map(scope.holds, places)):
                raise NotAllowed(NOT_ONES_OWN)


class _Planner:
    """Goes through the tables, those that point at others first, and sorts each row in."""

    def __init__(self, session: Session, made: UndoPlan, *, sees_all: bool) -> None:
        self.session, self.made, self.sees_all = session, made, sees_all
        self.outlook = references.Outlook()

    def judge(self, rule: Undoing, things: Mapping[int, Touched]) -> None:
        against: dict[int, tuple[str | None, Sentence]] = {}
        since = trail.later(self.session, self.made.batch, rule.table.name, things)
        for ident, thing in things.items():
            if thing.forgotten:
                against[ident] = (None, Sentence(FORGOTTEN))
            elif ident in since:
                against[ident] = _changed_since(rule, thing, since[ident])
        now = rule.now(self.session, [ident for ident in things if ident not in against])
        self._compare(rule, things, now, against)
        values: dict[int, Values] = dict(
            rule.before(self.session, [one for one in _left(things, against) if not one.made])
        )
        against |= references.vanished(self.session, rule, values)
        for found in rule.against(self.session, _left(things, against), now):
            against.setdefault(found.ident, (found.field, found.sentence))
        values = self._with_followers(rule, values, now, against)
        against |= references.taken(self.session, rule, values, now, _gone(_left(things, against)))
        against |= self._needed(rule, things, against)
        self._sort_in(rule, things, values, against)

    def _compare(
        self, rule: Undoing, things: Mapping[int, Touched], now: Mapping[int, Values],
        against: dict[int, tuple[str | None, Sentence]],
    ) -> None:  # fmt: skip
        """Values that are other ones than the batch left: nobody says who changed them, so they stay."""
        for thing in _left(things, against):
            row = now.get(thing.ident)
            if row is None:
                against[thing.ident] = (None, Sentence(VANISHED))
                continue
            after = {**thing.after, **thing.personal_after}
            for name, value in after.items():
                if name in row and plain(row[name]) != value:
                    against[thing.ident] = (rule.shown.get(name, name), Sentence(OTHERWISE))
                    break

    def _with_followers(
        self,
        rule: Undoing,
        values: Mapping[int, Values],
        now: Mapping[int, Values],
        against: Mapping[int, Any],
    ) -> dict[int, Values]:
        going = {ident: one for ident, one in values.items() if ident not in against}
        return {ident: {**one, **rule.follows({**now[ident], **one})} for ident, one in going.items()}

    def _needed(
        self, rule: Undoing, things: Mapping[int, Touched], against: Mapping[int, Any]
    ) -> dict[int, tuple[str | None, Sentence]]:
        """Made by the batch, and something else points at it by now."""
        going = [thing.ident for thing in _left(things, against) if thing.made]
        found = references.pointing_at(self.session, rule, going, self.outlook)
        return {
            ident: (None, Sentence(NEEDED, what=Sentence(TABLES[table].title) if table in TABLES else OTHER))
            for ident, table in found.items()
        }

    def _sort_in(
        self, rule: Undoing, things: Mapping[int, Touched], values: dict[int, Values],
        against: Mapping[int, tuple[str | None, Sentence]],
    ) -> None:  # fmt: skip
        name, left = rule.table.name, _left(things, against)
        self.made.back[name] = left
        self.made.values[name] = {thing.ident: values[thing.ident] for thing in left if not thing.made}
        self.outlook.gone[name] |= _gone(left)
        self.outlook.changing[name] |= self.made.values[name]
        for table, idents in rule.goes_along(left).items():
            self.outlook.gone[table] |= idents
        # what has left somebody's school since is called as it was called there
        keys = rule.keys(self.session, [things[ident] for ident in against]) if self.sees_all else {}
        told = [
            Conflict(name, ident, keys.get(ident, things[ident].label), what, sentence)
            for ident, (what, sentence) in against.items()
        ]
        told.sort(key=lambda one: (one.key, one.ident))
        (self.made.conflicts if name == self.made.main else self.made.kept).extend(told)


def _left(things: Mapping[int, Touched], against: Mapping[int, Any]) -> list[Touched]:
    return [thing for ident, thing in things.items() if ident not in against]


def _gone(things: Iterable[Touched]) -> set[int]:
    return {thing.ident for thing in things if thing.made}


FORGOTTEN = N_(
    "Die Angaben zur Person sind inzwischen vergessen worden; sie lassen sich nicht wiederherstellen."
)
VANISHED = N_("Das gibt es nicht mehr.")
OTHERWISE = N_("Der Wert ist ein anderer als der, den dieser Vorgang geschrieben hat. Er bleibt stehen.")
NEEDED = N_("Wird inzwischen anderswo gebraucht (%(what)s) und bleibt deshalb stehen.")
OTHER = Sentence(N_("anderer Eintrag"))
SINCE_FIELD = N_("%(field)s: seitdem geändert, am %(day)s durch %(who)s (%(what)s).")
SINCE = N_("Seitdem geschehen, am %(day)s durch %(who)s: %(what)s.")


def _changed_since(rule: Undoing, thing: Touched, later: Later) -> tuple[str | None, Sentence]:
    """Names a field that the batch has touched too, where there is one, and one of the sheet before others."""
    shared = sorted(rule.shown.get(name, name) for name in later.fields & thing.fields or later.fields)
    what = next((name for name in shared if name in rule.names), shared[0] if shared else None)
    said: dict[str, Any] = {
        "day": f"{later.at.astimezone(TOWN_TIME):%d.%m.%Y}",
        "who": later.who,
        "what": Sentence(SAID[later.action]),
    }
    if what is not None and what in rule.names:
        return what, Sentence(SINCE_FIELD, field=Sentence(rule.names[what]), **said)
    return what, Sentence(SINCE, **said)


def sample(made: UndoPlan, most: int) -> Sequence[tuple[Touched, bool]]:
    """The first rows that go back, the batch's own kind first; True where the row will be gone."""
    tables = sorted(made.back, key=lambda name: name != made.main)
    rows = [(thing, thing.made) for name in tables for thing in made.back[name]]
    return rows[:most]
