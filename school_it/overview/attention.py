"""What the start page asks: each question is a list page with a filter, so a tile and its list count the same.

Rooms that overview may not know (the doors) add their own question with `also_ask`; `app.py` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from school_it.access import Actor, May
from school_it.devices.rules import GONE, State
from school_it.errors import N_

PRESENT = ",".join(state for state in State if state not in GONE)
"""Devices that are there or are to come, as the list of devices takes it in its address."""


@dataclass(frozen=True)
class Question:
    """`args` is the query string of the list at `endpoint`. `kind` is how a number above nought looks."""

    label: str
    endpoint: str
    args: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""
    icon: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Answer:
    question: Question
    number: int


def _devices(label: str, kind: str = "", icon: str = "", hint: str = "", **args: str) -> Question:
    return Question(label, "devices.index", args, kind, icon, hint)


DEVICES = (
    _devices(N_("Geräte"), icon="devices", state=PRESENT, hint=N_("vorhanden oder bestellt")),
    _devices(N_("ohne Schule"), "warning", "location-on", school="-", state=PRESENT),
    _devices(N_("ohne Raum"), icon="meeting-room", room="-", state=PRESENT),
    _devices(N_("in Reparatur"), "warning", "build", state=State.IN_REPAIR.value),
    _devices(N_("defekt"), "warning", "error", state=State.DEFECTIVE.value),
    _devices(N_("Rückgabe überfällig"), "danger", "warning", holder="overdue"),
    _devices(N_("Aussonderung"), "warning", "fact-check", N_("wartet auf Genehmigung"), approval="1"),
    _devices(
        N_("Garantie endet"),
        "info",
        "schedule",
        N_("in den nächsten 90 Tagen"),
        warranty="soon",
        state=PRESENT,
    ),
    _devices(
        N_("Zweckbindung endet"), "info", "event", N_("noch in diesem Jahr"), bound="this_year", state=PRESENT
    ),
)
RETURNS = Question(
    N_("Rückgaben"), "returns.index", {}, "danger", "assignment-return", N_("von Abgegangenen stehen aus")
)
NOTICES = Question(
    N_("Lizenz kündbar"),
    "licences.index",
    {"state": "notice"},
    "info",
    "key",
    N_("Frist in den nächsten 90 Tagen"),
)
OVERUSED = Question(
    N_("Lizenz überbelegt"),
    "licences.index",
    {"state": "over"},
    "danger",
    "key",
    N_("mehr Plätze vergeben als gekauft"),
)
GRANTS_END = Question(
    N_("Zuwendung endet"),
    "funding.index",
    {"stage": "ending"},
    "warning",
    "euro",
    N_("Durchführung, in 90 Tagen"),
)
PROOFS = Question(
    N_("Verwendungsnachweis"), "funding.index", {"stage": "proof"}, "info", "receipt-long", N_("steht an")
)
PROOFS_OVERDUE = Question(
    N_("Nachweis überfällig"),
    "funding.index",
    {"stage": "overdue"},
    "danger",
    "receipt-long",
    N_("noch nicht eingereicht"),
)
FAILED_JOBS = Question(
    N_("Aufträge"), "jobs.index", {"state": "failed"}, "danger", "sync", N_("fehlgeschlagen")
)

Asked = Callable[[Session, Actor], Iterable[Answer]]
_MORE: list[tuple[May, Asked]] = []


def also_ask(may: May, asked: Asked) -> None:
    """`asked` gives further answers for whoever may `may`."""
    if (may, asked) not in _MORE:
        _MORE.append((may, asked))


def more_answers(session: Session, actor: Actor) -> list[Answer]:
    return [answer for may, asked in _MORE if actor.may(may) for answer in asked(session, actor)]
