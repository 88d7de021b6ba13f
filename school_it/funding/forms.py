"""Forms for programmes, grants, decisions and receipts; they read what people type as the files' cells are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional
from wtforms.widgets import TextArea

from school_it.errors import BadValue
from school_it.funding import rules
from school_it.funding.intake.programmes import LONGEST_YEARS
from school_it.funding.programmes import terms
from school_it.funding.programmes.terms import DOCUMENTS, LIMITS, TERMS, Term
from school_it.funding.sheet import read_share
from school_it.web.fields import (
    ChoiceField,
    CodesField,
    DayField,
    EuroField,
    Form,
    Needed,
    NoteField,
    NumberField,
    PercentField,
    ReadField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK

DAY = _l("TT.MM.JJJJ")
FROM_DECISION = _l("leer, solange es nicht feststeht")


class ShareField(PercentField):
    """As exact as a column holds it."""

    read = staticmethod(read_share)


def _words(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [("", ""), *((value.value, _(name)) for value, name in names.items())]


class FundingForm(Form):
    """A form whose choices are the words of the rules: `WORDS` by field name."""

    WORDS: ClassVar[Mapping[str, Mapping[Any, str]]] = {}

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for name, names in self.WORDS.items():
            self._fields[name].choices = _words(names)


class ProgrammeForm(FundingForm):
    WORDS: ClassVar = rules.PROGRAMME_WORDS
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


class Lines(ReadField):
    """One value for each line."""

    widget = TextArea()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            self.data = self.read(valuelist[0].replace("\r", "")) if valuelist else None
        except BadValue as problem:
            raise ValueError(problem.sentence.said_by(_)) from None


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


class DecisionForm(FundingForm):
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


class RemoveForm(Form):
    """Yes, take it out."""


class ReceiptForm(FundingForm):
    version = HiddenField()
    receipt_no = TextField(_l("Beleg-Nr."), [Needed(), Length(max=40)])
    category = TextField(_l("Fördergegenstand"), [Needed(), Length(max=20)])
    school = ChoiceField(_l("Schule"), validators=[Needed()])
    order_date = DayField(_l("Auftrag vom"), [Needed()], description=DAY)
    invoice_date = DayField(_l("Rechnungsdatum"), [Needed()], description=DAY)
    payment_date = DayField(_l("Zahlung am"), [Needed()], description=DAY)
    payee = TextField(_l("Rechnungssteller"), [Needed(), Length(max=200)])
    invoice_no = TextField(_l("Rechnungsnummer"), [Needed(), Length(max=80)])
    subject = TextField(_l("Gegenstand"), [Needed(), Length(max=300)])
    quantity = NumberField(_l("Anzahl"), [Optional(), NumberRange(1, 1_000_000)], description=_l("leer: 1"))
    invoice_gross = EuroField(
        _l("Rechnungsbetrag brutto"), [Needed()], description=_l("der Teil dieses Belegs")
    )
    paid_amount = EuroField(_l("gezahlt"), [Needed()], description=_l("nach Skonto und Rabatt"))
    invoice_total = EuroField(
        _l("Rechnung gesamt gezahlt"), description=_l("nur wenn die Rechnung auf mehrere Belege verteilt ist")
    )
    vat_non_eligible = EuroField(_l("nicht förderfähige MwSt."))
    other_non_eligible = EuroField(_l("sonst nicht förderfähig"))
    eligible_requested = EuroField(_l("zuwendungsfähig"), description=_l("leer: wird berechnet"))
    eligible_recognised = EuroField(_l("anerkannt"), description=_l("trägt die Behörde ein"))
    ledger_ref = TextField(_l("Buchungsstelle"), [Length(max=80)])
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])
    reason = TextAreaField(_l("Begründung"), [Length(max=LONGEST_REMARK)])
