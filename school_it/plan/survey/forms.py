"""The forms of the survey: a round, a decision, and the lines of a school as they come from its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from school_it import cells, school_year
from school_it.database import today, whole_number
from school_it.errors import BadValue
from school_it.plan.survey.models import SurveyWish
from school_it.plan.survey.rules import DECISIONS, Decision, Group
from school_it.web import said
from school_it.web.fields import ChoiceField, DayField, EuroField, Form, Needed, NumberField, TextField

MORE_LINES = 3


class RoundForm(Form):
    version = HiddenField()
    due_on = DayField(_l("zurück bis"), [Needed()])
    text = TextAreaField(
        _l("Begleittext"),
        [Length(max=2000)],
        description=_l("steht auf der Seite der Schule und auf der Ausfüllhilfe der Mappe"),
    )


class NewRoundForm(RoundForm):
    school_year = ChoiceField(_l("Schuljahr"), coerce=int, validators=[Needed()])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        running = school_year.school_year(today())
        self.school_year.choices = [
            (str(year), school_year.label(year)) for year in (running - 1, running, running + 1)
        ]


class DecideForm(Form):
    version = HiddenField()
    decision = ChoiceField(_l("Entscheidung"), coerce=Decision, validators=[Needed()])
    granted = NumberField(_l("bewilligt"), description=_l("nur, wenn gekürzt wird"))
    decision_reason = TextField(
        _l("Grund"),
        [Length(max=500)],
        description=_l("liest die Schule; nötig, wenn gekürzt oder abgelehnt wird"),
    )
    due_on = DayField(
        _l("zu beschaffen bis"),
        description=_l("leer: bis zum Ende des Haushaltsjahrs nach dem Schuljahresbeginn"),
    )
    euros = EuroField(
        _l("Kosten in €"), description=_l("leer: Anzahl mal Preis des Plans; bei »anderes« bitte angeben")
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.decision.choices = [("", ""), *((one.value, _(name)) for one, name in DECISIONS.items())]


@dataclass
class Answers:
    """What came from the page of a school. `faults` by the name of the field, `typed` as it was typed."""

    lines: list[tuple[SurveyWish, dict[str, Any], int | None]] = field(default_factory=list)
    more: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)


def read(wishes: Sequence[SurveyWish], sent: Mapping[str, str]) -> Answers:
    """Each line as ``wanted-17``, ``reason-17``; further ones as ``more-1-group`` and the like."""
    found = Answers(typed={name: text for name, text in sent.items() if name != "csrf_token"})
    for wish in wishes:
        if f"wanted-{wish.id}" not in sent:
            continue
        values = {
            "wanted": _number(found, f"wanted-{wish.id}", sent),
            "reason": _text(found, f"reason-{wish.id}", sent, 2000),
        }
        found.lines.append((wish, values, whole_number(sent.get(f"seen-{wish.id}", ""))))
    for number in range(1, MORE_LINES + 1):
        names = {name: f"more-{number}-{name}" for name in ("group", "what", "wanted", "reason")}
        if not any(sent.get(name, "").strip() for name in names.values()):
            continue
        group = sent.get(names["group"], "")
        if group not in set(Group):
            found.faults[names["group"]] = _("Bitte die Gerätegruppe wählen.")
        wanted = _number(found, names["wanted"], sent)
        if wanted is None and names["wanted"] not in found.faults:
            found.faults[names["wanted"]] = _("Bitte ausfüllen.")
        found.more.append(
            {
                "group": Group(group) if group in set(Group) else None,
                "what": _text(found, names["what"], sent, 120),
                "wanted": wanted,
                "reason": _text(found, names["reason"], sent, 2000),
            }
        )
    return found


def _number(found: Answers, name: str, sent: Mapping[str, str]) -> int | None:
    try:
        number = cells.read_integer(sent.get(name, "").strip() or None)
    except BadValue as problem:
        found.faults[name] = said(problem)
        return None
    if number is not None and not 0 <= number <= 9999:
        found.faults[name] = _("Bitte eine Zahl von %(min)s bis %(max)s.", min=0, max=9999)
    return number


def _text(found: Answers, name: str, sent: Mapping[str, str], most: int) -> str | None:
    text = cells.clean(sent.get(name, "")) or None
    if text and len(text) > most:
        found.faults[name] = _("Höchstens %(max)d Zeichen.", max=most)
    return text
