"""What the lists and buttons of the people pages say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from wtforms.validators import Length

from school_it.people.queries import Wish
from school_it.people.rules import PersonRole, PersonState
from school_it.people.steps import Kind
from school_it.web.fields import DayField, Form, Needed, TextField


class ForgetForm(Form):
    """A person is forgotten by a button; there is nothing to fill in."""


class ApproveForm(Form):
    """Whoever overrules a guard says why; it stands beside the run for good."""

    reason = TextField(
        _l("Warum das stimmt"), [Needed(), Length(max=300)], description=_l("etwa: Schuljahreswechsel")
    )


class YearChangeForm(Form):
    """From when to when the school year changes, and why the guard rests meanwhile."""

    since = DayField(_l("ab"), [Needed()])
    until = DayField(_l("bis einschließlich"), [Needed()], description=_l("höchstens drei Monate"))
    reason = TextField(
        _l("Warum"), [Needed(), Length(max=300)], description=_l("etwa: Wechsel zum Schuljahr 2026/27")
    )


class StepWish(NamedTuple):
    """Which people of a run are shown."""

    kind: str = ""
    school: str = ""
    start: int = 0

    def fits(self, step: Mapping[str, Any]) -> bool:
        return self.kind in ("", step["kind"]) and self.school in ("", step.get("school_number"))


def step_wish(args: Mapping[str, str]) -> StepWish:
    kind = args.get("kind", "")
    return StepWish(
        kind=kind if kind in set(Kind) else "",
        school=args.get("school", ""),
        start=start_of(args),
    )


def start_of(args: Mapping[str, str]) -> int:
    """From which row on a list is shown, counted from 0."""
    start = args.get("start", "")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 0


def wish(args: Mapping[str, str]) -> Wish:
    """What the address of the list asks for; a word that is none of ours asks for nothing."""
    role, state = args.get("role", ""), args.get("state", PersonState.ACTIVE.value)
    return Wish(
        text=args.get("q", "").strip() or None,
        school_number=args.get("school") or None,
        role=PersonRole(role) if role in set(PersonRole) else None,
        school_class=args.get("class") or None,
        state=PersonState(state) if state in set(PersonState) else None,
        holding=args.get("holding") == "1",
    )
