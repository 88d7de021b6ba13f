"""Forms for grants and their decisions."""

from __future__ import annotations

from typing import ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length

from school_it.errors import N_
from school_it.funding.book import DECISION_KINDS, DecisionKind
from school_it.funding.forms.base import DAY, FundingForm, ShareField
from school_it.web.fields import (
    ChoiceField,
    DayField,
    EuroField,
    Needed,
    NoteField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK


class DecisionForm(FundingForm):
    SPANS: ClassVar = {("period_from", "period_to"): N_("Die Durchführung endet vor ihrem Beginn.")}
    version = HiddenField()
    title = TextField(_l("Maßnahme"), [Length(max=200)])
    file_reference = TextField(_l("Aktenzeichen"), [Needed(), Length(max=80)])
    portal_number = TextField(_l("Lucom-Nr."), [Length(max=60)])
    decision_date = DayField(_l("Bescheid vom"), [Needed()], description=DAY)
    authority = TextField(_l("Bewilligungsbehörde"), [Length(max=200)])
    purpose = TextField(_l("Zuwendungszweck"), [Length(max=300)])
    early_start_from = DayField(_l("vorzeitiger Beginn ab"), description=DAY)
    period_from = DayField(_l("Durchführung von"), description=DAY)
    period_to = DayField(_l("Durchführung bis"), [Needed()], description=DAY)
    eligible = EuroField(_l("zuwendungsfähige Ausgaben"), [Needed()], description=_l("in Euro"))
    granted = EuroField(_l("bewilligte Zuwendung"), description=_l("leer: wird aus dem Fördersatz berechnet"))
    third_party = EuroField(_l("Leistungen Dritter"), description=_l("in Euro"))
    drawn = EuroField(_l("bereits abgerufen"), description=_l("in Euro"))
    proof_due = DayField(_l("Verwendungsnachweis bis"), description=DAY)
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])
    reason = TextAreaField(_l("Begründung"), [Length(max=LONGEST_REMARK)])


class GrantForm(FundingForm):
    version = HiddenField()
    reference = TextField(
        _l("Kennzeichen"),
        [Needed(), Length(max=60)],
        description=_l("unser eigenes Zeichen, etwa DT-2024-01"),
    )
    programme = ChoiceField(_l("Programm"), coerce=int, validators=[Needed()])
    rate = ShareField(_l("Fördersatz"), description=_l("leer: der des Programms"))
    completed_on = DayField(
        _l("abgeschlossen am"),
        description=_l("ab hier zählt die Zweckbindung, wo das Programm »Abschluss« nennt"),
    )
    managed_from = DayField(
        _l("Geräteverwaltung läuft seit"), description=_l("nur wo das Programm eine Frist dafür setzt")
    )
    proof_handed_in = DayField(
        _l("Verwendungsnachweis eingereicht am"),
        description=_l("trägt sich selbst ein, wenn er hier eingereicht und festgehalten wird"),
    )


class NewGrantForm(GrantForm, DecisionForm):
    """A grant with its first decision; that its measure is completed is entered later."""

    completed_on = None  # type: ignore[assignment]
    managed_from = None  # type: ignore[assignment]
    proof_handed_in = None  # type: ignore[assignment]


class AmendmentForm(DecisionForm):
    """A decision that changes another one: it says what holds from now on."""

    WORDS: ClassVar = {
        "kind": {kind: word for kind, word in DECISION_KINDS.items() if kind is not DecisionKind.GRANT}
    }
    kind = ChoiceField(_l("Art"), coerce=DecisionKind, validators=[Needed()])
