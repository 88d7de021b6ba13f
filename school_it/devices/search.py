"""Finding a piece of a number among a million: a trigram index beside the devices, and the condition that uses it.

SQLite keeps an FTS5 table over `devices.search`: triggers follow single edits, `in_bulk` brings it up to date with two
statements after many. PostgreSQL has a trigram index of its own (pg_trgm) where the extension may be installed; without
it the same condition is a plain scan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    DDL,
    ColumnElement,
    Integer,
    Select,
    and_,
    column,
    event,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    union,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from school_it.database import is_sqlite, portions
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.people.models import Person
from school_it.schools.models import Room
from school_it.web.lists import COUNT_LIMIT

SHORTEST = 3
MOST_WORDS = 5

SQLITE_INDEX = (
    """CREATE VIRTUAL TABLE device_search USING fts5(
    search, content='devices', content_rowid='id', tokenize='trigram', columnsize=0)""",
    "CREATE TABLE device_search_pause (id INTEGER PRIMARY KEY)",
    """CREATE TRIGGER device_search_added AFTER INSERT ON devices
    WHEN NOT EXISTS (SELECT 1 FROM device_search_pause)
    BEGIN INSERT INTO device_search (rowid, search) VALUES (new.id, new.search); END""",
    """CREATE TRIGGER device_search_changed AFTER UPDATE OF search ON devices
    WHEN new.search IS NOT old.search AND NOT EXISTS (SELECT 1 FROM device_search_pause)
    BEGIN
      INSERT INTO device_search (device_search, rowid, search) VALUES ('delete', old.id, old.search);
      INSERT INTO device_search (rowid, search) VALUES (new.id, new.search);
    END""",
    """CREATE TRIGGER device_search_removed AFTER DELETE ON devices
    BEGIN INSERT INTO device_search (device_search, rowid, search) VALUES ('delete', old.id, old.search); END""",
)
POSTGRES_INDEX = (
    """DO $$ BEGIN
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      CREATE INDEX ix_devices_search ON devices USING gin (search gin_trgm_ops);
    EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL; END $$""",
)
SQLITE_INDEX_GONE = ("DROP TABLE IF EXISTS device_search", "DROP TABLE IF EXISTS device_search_pause")

for _dialect, _statements in (("sqlite", SQLITE_INDEX), ("postgresql", POSTGRES_INDEX)):
    for _statement in _statements:
        ddl = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(Device.__table__, "after_create", ddl.execute_if(dialect=_dialect))
for _statement in SQLITE_INDEX_GONE:
    ddl = DDL(_statement)  # type: ignore[no-untyped-call]
    event.listen(Device.__table__, "before_drop", ddl.execute_if(dialect="sqlite"))

_INDEX = table("device_search", column("rowid", Integer))


@contextmanager
def in_bulk(session: Session, changing: Sequence[int] = ()) -> Iterator[None]:
    """Around many inserts, and around changes of the devices `changing`: the index follows set-wise at the end."""
    bulk = Bulk(changing)
    bulk.begin(session)
    yield
    bulk.end(session)


class Bulk:
    """As `in_bulk`, its begin and its end apart."""

    def __init__(self, changing: Sequence[int] = ()) -> None:
        self.changing = changing
        self.last = 0

    def begin(self, session: Session) -> None:
        if not is_sqlite(session):
            return
        self.last = session.scalar(select(func.coalesce(func.max(Device.id), 0))) or 0
        session.execute(text("INSERT INTO device_search_pause (id) VALUES (1)"))
        for ids in _named(self.changing):
            rows = f"SELECT 'delete', id, search {_WHERE % ids}"
            session.execute(text(f"INSERT INTO device_search (device_search, rowid, search) {rows}"))

    def end(self, session: Session) -> None:
        if not is_sqlite(session):
            return
        for ids in _named(self.changing):
            rows = f"SELECT id, search {_WHERE % ids}"
            session.execute(text(f"INSERT INTO device_search (rowid, search) {rows}"))
        added = "SELECT id, search FROM devices WHERE id > :last"
        session.execute(
            text(f"INSERT INTO device_search (rowid, search) {added}"),
            {"last": self.last},
        )
        session.execute(text("DELETE FROM device_search_pause"))


_WHERE = "FROM devices WHERE id IN (%s)"


def _named(idents: Sequence[int]) -> Iterator[str]:
    """Ids as SQL, some at a time; whole numbers only, so there is nothing to bind."""
    for some in portions(idents, 5000):
        yield ",".join(str(int(ident)) for ident in some)


@dataclass(frozen=True)
class Found:
    """The condition of a search. `many`: of its own it holds for more devices than a list counts."""

    condition: ColumnElement[bool]
    many: bool


@dataclass(frozen=True)
class _Word:
    """One word: is it exactly somebody's number, do more devices hold it, and begin with it, than a list counts."""

    text: str
    exact: bool
    many: bool
    begins_many: bool


def words_of(q: str | None) -> list[str]:
    return numbers.folded((q or "")[:200]).split()[:MOST_WORDS]


def matching(session: Session, q: str | None) -> Found | None:
    """The condition for a search; each word has to be found in the device, its room or its holder. None for no words.

    A word with which more numbers begin than a list counts (a school's) means those numbers. Costs one statement,
    which looks how frequent the words are.
    """
    wanted = _looked_up(session, words_of(q))
    if not wanted:
        return None
    return Found(
        and_(*(_condition(session, word) for word in wanted)), many=len(wanted) == 1 and wanted[0].many
    )


def _looked_up(session: Session, wanted: Sequence[str]) -> list[_Word]:
    if not wanted:
        return []
    asked = [question for word in wanted for question in _questions(session, word)]
    counts = session.execute(
        select(*(select(func.count()).select_from(one.subquery()).scalar_subquery() for one in asked))
    ).one()
    return [_judged(word, *counts[4 * place : 4 * place + 4]) for place, word in enumerate(wanted)]


def _questions(session: Session, word: str) -> tuple[Select[int], ...]:
    if len(word) < SHORTEST:
        none = select(Device.id).where(false())
        return _exact_ones(word), none, none, none
    capped = (_holding(session, word), _near(word), select(Device.id).where(_begun(Device.tag_folded, word)))
    return _exact_ones(word), *(one.limit(COUNT_LIMIT + 1) for one in capped)


def _judged(word: str, exact: int, holding: int, near: int, beginning: int) -> _Word:
    return _Word(word, bool(exact), max(holding, near) > COUNT_LIMIT, beginning > COUNT_LIMIT)


def _exact_ones(word: str) -> Select[int]:
    return select(Device.id).where(equal(word)).limit(1)


def equal(word: str) -> ColumnElement[bool]:
    """The folded word is the inventory number, the serial number or the MAC address."""
    same: list[ColumnElement[bool]] = [Device.tag_folded == word, Device.serial_folded == word]
    mac = word.replace(":", "").replace("-", "").upper()
    if len(mac) == 12:
        same.append(Device.mac_address == ":".join(mac[place : place + 2] for place in range(0, 12, 2)))
    return or_(*same)


def _holding(session: Session, word: str) -> Select[int]:
    """The ids of the devices whose own texts hold the word, by the index."""
    if is_sqlite(session):
        return select(_INDEX.c.rowid).where(literal_column("device_search").op("MATCH")(_phrase(word)))
    return select(Device.id).where(Device.search.contains(word, autoescape=True))


def _phrase(word: str) -> str:
    doubled = word.replace('"', '""')
    return f'"{doubled}"'


def _condition(session: Session, word: _Word) -> ColumnElement[bool]:
    if word.exact:
        return equal(word.text)
    if word.begins_many:
        return _begun(Device.tag_folded, word.text)
    if word.many:
        places = [own.in_(others) for own, others in _elsewhere(word.text)]
        return or_(Device.search.contains(word.text, autoescape=True), *places)
    own = _holding(session, word.text) if len(word.text) >= SHORTEST else _beginning(word.text)
    others = [select(Device.id).where(column.in_(wanted)) for column, wanted in _elsewhere(word.text)]
    return Device.id.in_(union(own, *others))


def _beginning(word: str) -> Select[int]:
    """For one or two letters: numbers that begin with them."""
    return select(Device.id).where(or_(_begun(Device.tag_folded, word), _begun(Device.serial_folded, word)))


def _begun(number: InstrumentedAttribute[Any], word: str) -> ColumnElement[bool]:
    """The number begins with the word: a range of its index."""
    return and_(number >= word, number < word + "\U0010ffff")


def _near(word: str) -> Select[int]:
    """The ids of the devices whose room the word means; a classroom's name may hold for most of the devices."""
    return select(Device.id).where(Device.room_id.in_(_rooms(word)))


def _elsewhere(word: str) -> list[tuple[InstrumentedAttribute[int | None], Select[int]]]:
    """Rooms and people that the word means, each looked up in their own small table."""
    found: list[tuple[InstrumentedAttribute[int | None], Select[int]]] = [(Device.room_id, _rooms(word))]
    if len(word) >= SHORTEST and not any(letter.isdigit() for letter in word):
        people = select(Person.id).where(Person.folded.contains(word, autoescape=True))
        found.append((Device.person_id, people))
    return found


def _rooms(word: str) -> Select[int]:
    return select(Room.id).where(
        or_(
            func.lower(Room.room).startswith(word, autoescape=True),
            func.lower(Room.name).contains(word, autoescape=True),
        )
    )
