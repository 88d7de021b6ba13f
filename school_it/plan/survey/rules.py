"""What a wish may say, the code that knows its workbook, who has answered. Plain values only."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from school_it.devices.rules import ITEM_CLASSES, ItemClass
from school_it.errors import N_, Sentence

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_NAME = "bedarfsabfrage_code"
MOST = 9999
_CODE = re.compile(rf"\bBA-(\d{{4}})-(\d{{6}})-[{SIGNS}]{{6}}\b")


class Group(StrEnum):
    """What a wish is for: a class of the plan, or something else."""

    MOBILE = "mobile"
    PRESENTATION = "presentation"
    ACCESS_POINT = "access_point"
    TEACHERS = "teachers"
    WORKPLACE = "workplace"
    OTHER = "other"

    @property
    def item_class(self) -> ItemClass | None:
        return None if self is Group.OTHER else ItemClass(self.value)


GROUPS: Mapping[Group, str] = {
    **{Group(one.value): name for one, name in ITEM_CLASSES.items()},
    Group.OTHER: N_("anderes"),
}


class Decision(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    CUT = "cut"
    REJECTED = "rejected"


DECISIONS = {
    Decision.OPEN: N_("noch offen"),
    Decision.ACCEPTED: N_("angenommen"),
    Decision.CUT: N_("gekürzt"),
    Decision.REJECTED: N_("abgelehnt"),
}


class Answered(StrEnum):
    """How far a school has come: nothing, some lines, every line that was asked."""

    NOT = "not"
    PARTLY = "partly"
    WHOLLY = "wholly"


ANSWERED = {
    Answered.NOT: N_("fehlt"),
    Answered.PARTLY: N_("teilweise"),
    Answered.WHOLLY: N_("beantwortet"),
}


def new_code(year: int, number: str) -> str:
    """``BA-2026-199485-7KQ4MN``: round, school, and six signs that nobody guesses or misreads."""
    return f"BA-{year}-{number}-{''.join(secrets.choice(SIGNS) for _ in range(6))}"


def code_in(texts: Iterable[str]) -> dict[str, Any]:
    """What the texts around a table say of its rows: the code, and the school that stands in it."""
    for text in texts:
        found = _CODE.search(text.upper())
        if found:
            return {"code": found[0], "school_number": found[2]}
    return {}


def school_of(code: str) -> str | None:
    """The school number in a code as somebody typed it; None where it is no code of a sheet."""
    found = _CODE.fullmatch(code.strip().upper())
    return found[2] if found else None


def how_far(asked: int, answered: int) -> Answered:
    """Of so many questions so many answered."""
    if not answered:
        return Answered.NOT
    return Answered.WHOLLY if answered >= asked else Answered.PARTLY


def what_is_wrong(group: Group | None, what: str | None, wanted: int | None) -> tuple[str, Sentence] | None:
    """The field and the sentence, None where a wish will do."""
    if wanted is not None and not 0 <= wanted <= MOST:
        return "wanted", Sentence(N_("Gewünscht werden kann eine Anzahl von 0 bis %(most)s."), most=MOST)
    if group is Group.OTHER and not what:
        return "what", Sentence(N_("Bei »anderes« bitte sagen, was genau gewünscht wird."))
    return None
