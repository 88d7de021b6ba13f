"""Lines to the internet from a list: which stored line a row means, what is wrong with it, and writing it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from school_it import setwise
from school_it.access import Actor, May
from school_it.audit import Action, Batch
from school_it.database import held, portions, table_of
from school_it.devices import numbers
from school_it.devices.models import Device
from school_it.errors import N_, Sentence
from school_it.network import own_devices
from school_it.network import queries as network_queries
from school_it.network.own_devices import Named
from school_it.network.uplinks import rules
from school_it.network.uplinks.models import Uplink
from school_it.network.uplinks.rules import Line
from school_it.network.uplinks.sheet import UPLINKS
from school_it.schools import queries as school_queries
from school_it.schools.intake import unknown_schools
from school_it.schools.models import School
from school_it.setwise import Changed, Intake, Known
from school_it.sheets import Problem, Reading, Row

UNCLEAR = N_(
    "Zu dieser Zeile passt mehr als ein Anschluss von %(provider)s. Bitte hier und in der Liste die Vertragsnummern "
    "eintragen."
)
COPIED = (
    "provider", "contract_no", "down", "up", "fibre", "is_backup", "notice_on", "ends_on", "monthly_cost", "remark",
)  # fmt: skip


class UplinkIntake(Intake):
    """Rows of the sheet `uplinks`; `rules.paired` says which stored line a row means."""

    def check(self, session: Session, reading: Reading, *, by: Actor) -> Iterator[Problem]:
        reading.refuse(unknown_schools(session, reading, by=by, may=May.EDIT_NETWORK))
        problems = list(setwise.misfits(reading, {**Uplink.__table__.c}))
        _say_no(reading)
        reading.known, unclear = _known(session, reading.rows)
        routers = own_devices.named(session, (row.values.get("router") for row in reading.rows), seen_by=by)
        idents = school_queries.ids_by_number(session)
        bad = {problem.row for problem in problems}
        for row in reading.rows:
            if row.number in unclear:
                said = Sentence(UNCLEAR, provider=row.values["provider"])
                problems.append(_problem(row, reading, "provider", said))
            elif row.number not in bad:
                school_id = idents[row.values["school_number"]]
                problems += _wrong(row, reading, school_id, reading.known, routers)
        yield from problems

    def known(self, session: Session, rows: Sequence[Row]) -> Known:
        return _known(session, rows)[0]

    def write(
        self, session: Session, new: Sequence[Row], changed: Sequence[Changed], *, by: Actor, batch: Batch
    ) -> None:
        idents, table = school_queries.ids_by_number(session), table_of(Uplink)
        said = [row.values.get("router") for row in new]
        for one in changed:
            said += one.fields.get("router", ())
        routers = own_devices.named(session, said, seen_by=by)
        setwise.add(
            session, table, [_as_stored(row.values, idents, routers) for row in new], action=Action.UPLINK_ADDED, by=by,
            batch=batch, label=lambda row: " ".join(filter(None, (row["provider"], row.get("contract_no")))),
        )  # fmt: skip
        setwise.change(
            session, table, [own_devices.with_id(one, "router", routers) for one in changed],
            action=Action.UPLINK_CHANGED, by=by, batch=batch,
        )  # fmt: skip

    def label(self, values: Mapping[str, Any]) -> str:
        names = ("school_number", "provider", "contract_no")
        return " ".join(str(values[name]) for name in names if values.get(name))


def _known(session: Session, rows: Sequence[Row]) -> tuple[Known, set[int]]:
    """What the rows are about, and those of which that is not clear."""
    stored = _stored(session, {row.values["school_number"] for row in rows})
    listed: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        line = Line(row.number, row.values["provider"], row.values.get("contract_no"))
        listed[row.values["school_number"]].append(line)
    known: Known = {}
    unclear: set[int] = set()
    for number, lines in listed.items():
        here = stored.get(number, {})
        meant = [Line(ident, one["provider"], one["contract_no"]) for ident, one in here.items()]
        found, open_rows = rules.paired(lines, meant)
        known |= {row: (ident, here[ident]) for row, ident in found.items()}
        unclear |= open_rows
    return known, unclear


def _stored(session: Session, school_numbers: set[str]) -> dict[str, dict[int, dict[str, Any]]]:
    """By school and id the lines as the sheet says them."""
    idents = school_queries.ids_by_number(session)
    schools = sorted(idents[number] for number in school_numbers if number in idents)
    network_queries.lock_schools(session, schools)
    columns: tuple[Any, ...] = (
        Uplink.id, School.school_number, Device.asset_tag.label("router"), *(getattr(Uplink, name) for name in COPIED),
    )  # fmt: skip
    wanted: Select[Any] = select(*columns).join(School, School.id == Uplink.school_id)
    wanted = held(session, wanted.outerjoin(Device, Device.id == Uplink.router_id), Uplink)
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    for some in portions(schools):
        for one in session.execute(wanted.where(Uplink.school_id.in_(some)).order_by(Uplink.id)).mappings():
            values = dict(one)
            found[one["school_number"]][values.pop("id")] = values
    return found


def _say_no(reading: Reading) -> None:
    """Whether a line waits for a failure is never open: an empty cell that is to empty the field says no."""
    for row in reading.rows:
        if "is_backup" in row.values and row.values["is_backup"] is None:
            row.values["is_backup"] = False


def _wrong(
    row: Row, reading: Reading, school_id: int, known: Known, routers: Mapping[str, Named]
) -> Iterator[Problem]:
    _ident, stored = known.get(row.number, (0, {}))
    wrong = rules.what_is_wrong({**stored, **row.values})
    if wrong is not None:
        yield _problem(row, reading, *wrong)
    tag = row.values.get("router")
    if tag and numbers.folded(tag) != numbers.folded(stored.get("router")):
        refused = own_devices.why_not(routers, tag, school_id)
        if refused is not None:
            yield _problem(row, reading, "router", refused)
    if tag and numbers.folded(tag) in routers:
        row.values["router"] = routers[numbers.folded(tag)].asset_tag


def _as_stored(
    values: Mapping[str, Any], idents: Mapping[str, int], routers: Mapping[str, Named]
) -> dict[str, Any]:
    router = routers.get(numbers.folded(values.get("router")))
    return {
        "version": 1, "school_id": idents[values["school_number"]], "router_id": router.ident if router else None,
        **{name: values.get(name) for name in COPIED}, "is_backup": bool(values.get("is_backup")),
    }  # fmt: skip


def _problem(row: Row, reading: Reading, name: str, sentence: Sentence) -> Problem:
    said = row.values.get(name)
    shown = None if said is None else UPLINKS.column(name).type.show(said)
    return Problem(row.number, reading.header_of(name), shown, sentence)
