"""What the lists and buttons of the people pages say."""

from __future__ import annotations

from collections.abc import Mapping

from school_it.people.queries import Wish
from school_it.people.rules import PersonRole, PersonState
from school_it.web.fields import Form


class ForgetForm(Form):
    """A person is forgotten by a button; there is nothing to fill in."""


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
