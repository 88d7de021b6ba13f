"""Forms for programmes, and for taking over what comes as a file."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length, NumberRange, Optional

from school_it.errors import N_
from school_it.funding import rules
from school_it.funding.forms.base import DAY, FundingForm, Lines, ShareField
from school_it.funding.intake.programmes import LONGEST_YEARS
from school_it.funding.programmes import terms
from school_it.funding.programmes.terms import DOCUMENTS, LIMITS, TERMS, Term
from school_it.web.fields import (
    ChoiceField,
    CodesField,
    DayField,
    EuroField,
    Form,
    Needed,
    NoteField,
    NumberField,
    ReadField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK

FROM_DECISION = _l("leer, solange es nicht feststeht")


class ProgrammeForm(FundingForm):
    WORDS: ClassVar = rules.PROGRAMME_WORDS
    SPANS: ClassVar = {("valid_from", "valid_to"): N_("»gültig bis« liegt vor »gültig ab«.")}
    version = HiddenField()
    code = TextField(
        _l("Kürzel"), [Needed(), Length(max=40)], description=_l("wie in allen Listen, etwa DP_NRW")
    )
    title = TextField(_l("Titel"), [Needed(), Length(max=200)])
    directive = TextField(_l("Richtlinie"), [Length(max=300)])
    status = ChoiceField(
        _l("Status"),
        coerce=rules.Status,
        validators=[Needed()],
        description=_l("ein Entwurf darf Angaben offen lassen"),
    )
    valid_from = DayField(_l("gültig ab"), description=DAY)
    valid_to = DayField(_l("gültig bis"), description=DAY)
    financing = ChoiceField(_l("Finanzierungsart"), coerce=rules.Financing)
    rate = ShareField(_l("Fördersatz"), description=_l("in Prozent, etwa 90"))
    unit_cap = EuroField(_l("Höchstbetrag je Gerät"), description=_l("in Euro"))
    cap_basis = ChoiceField(_l("Höchstbetrag gilt für"), coerce=rules.CapBasis)
    budget = EuroField(_l("Budget"), description=_l("was dem Schulträger zusteht, in Euro"))
    earliest_start = DayField(_l("frühester Beginn"), description=DAY)
    start_event = ChoiceField(_l("Beginn zählt ab"), coerce=rules.StartEvent, validators=[Needed()])
    application_deadline = DayField(_l("Antragsfrist"), description=DAY)
    implementation_end = DayField(_l("Durchführung spätestens bis"), description=DAY)
    last_drawdown = DayField(_l("letzter Mittelabruf"), description=DAY)
    final_settlement = DayField(_l("Schlussabrechnung"), description=DAY)
    earmark_years = NumberField(
        _l("Zweckbindung Jahre"), [Optional(), NumberRange(0, LONGEST_YEARS)], description=FROM_DECISION
    )
    earmark_anchor = ChoiceField(_l("Zweckbindung ab"), coerce=rules.Anchor)
    earmark_end_rule = ChoiceField(
        _l("Zweckbindung endet"),
        coerce=rules.EndRule,
        description=_l("Kalenderjahr: am 31.12. des so vielten folgenden Jahres"),
    )
    items = CodesField(_l("Fördergegenstände"), description=_l("mit Komma getrennt, etwa 2.1a, 2.3"))
    cap_items = CodesField(_l("Deckel Fördergegenstände"), description=_l("für welche der Deckel gilt"))
    cap_share = ShareField(_l("Deckel Anteil"), description=_l("in Prozent aller Ausgaben"))
    cap_school = EuroField(_l("Deckel je Schule"), description=_l("in Euro"))
    excluded = CodesField(
        _l("nicht förderfähig"), description=_l("mit Komma getrennt, etwa Wartung, Support")
    )
    proof_months = NumberField(_l("Verwendungsnachweis Monate"), [Optional(), NumberRange(0, LONGEST_YEARS)])
    retention_years = NumberField(_l("Aufbewahrung Jahre"), [Optional(), NumberRange(0, LONGEST_YEARS)])
    source = NoteField(
        _l("Quelle"),
        [Length(max=LONGEST_REMARK)],
        description=_l("woher die Angaben sind: Richtlinie, Bescheid"),
    )
    because = TextField(
        _l("Woher das Geänderte stammt"),
        [Length(max=300)],
        description=_l("etwa »Bescheid vom 12.03.2026, Nr. 5«; steht danach neben jeder geänderten Angabe"),
    )

    @property
    def programme_values(self) -> dict[str, Any]:
        """For the actions: columns as they are, what goes beyond the sheet as `terms`."""
        whole = self.values
        whole.pop("because")
        further = {name: whole.pop(name) for name in TERMS}
        kept = {name: terms.plain(value) for name, value in further.items() if value is not None}
        return {**whole, "terms": kept}

    @property
    def further(self) -> list[Any]:
        """The fields beyond the sheet."""
        return [self._fields[name] for name in TERMS]


def _field_of(term: Term) -> ReadField:
    """A text field that reads and shows as the term does."""
    base = Lines if term.type in (LIMITS, DOCUMENTS) else ReadField
    kind = type(
        f"{term.type.name.title()}Term",
        (base,),
        {"read": staticmethod(term.type.read), "show": staticmethod(term.type.show)},
    )
    made: ReadField = kind(_l(term.label), description=_l(term.hint) if term.hint else "")
    return made


for _name, _term in TERMS.items():
    setattr(ProgrammeForm, _name, _field_of(_term))


class TakeOverForm(Form):
    """Which fields of a programme that comes as a file are taken over."""

    version = HiddenField()
