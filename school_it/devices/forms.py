"""Forms for devices, hand-outs, disposal, categories and models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from school_it.devices import numbers
from school_it.devices.models import Category, Device
from school_it.devices.rules import (
    DISPOSAL_REASONS,
    INCIDENTS,
    ITEM_CLASSES,
    RECORD_KINDS,
    STATES,
    USES,
    DisposalReason,
    ItemClass,
    RecordKind,
    State,
    Use,
)
from school_it.errors import BadValue
from school_it.web import said
from school_it.web.fields import (
    ChoiceField,
    DayField,
    EuroField,
    Form,
    Needed,
    NoteField,
    NumberField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK

FIRST_STATES = (State.IN_STOCK, State.IN_USE, State.ORDERED)
DAY = _l("TT.MM.JJJJ")


def mac_address(_form: Form, field: Any) -> None:
    """Keep a MAC address in the one spelling of the house."""
    if field.data:
        try:
            field.data = numbers.read_mac(field.data)
        except BadValue as problem:
            raise ValidationError(said(problem)) from None


def number_list(_form: Form, field: Any) -> None:
    """Ranges and pasted lists become a list of numbers; the text stays in the field."""
    try:
        field.listed = numbers.listed(field.data or "")
    except BadValue as problem:
        raise ValidationError(said(problem)) from None


class FactsForm(Form):
    """What devices have in common, whether one is entered or thirty."""

    category_id = ChoiceField(_l("Geräteart"), coerce=int, validators=[Needed()])
    manufacturer = TextField(_l("Hersteller"), [Length(max=120)])
    model = TextField(_l("Modell"), [Length(max=120)])
    school = ChoiceField(_l("Schule"))
    room = TextField(_l("Raum"), [Length(max=40)], description=_l("Raumnummer dieser Schule"))
    use = ChoiceField(_l("Nutzung"), coerce=Use)
    acquired_on = DayField(_l("Anschaffungsdatum"), description=DAY)
    commissioned_on = DayField(_l("Inbetriebnahme"), description=DAY)
    price_net = EuroField(_l("Preis netto"))
    price_gross = EuroField(_l("Preis brutto"))
    supplier = TextField(_l("Lieferant"), [Length(max=160)])
    invoice_no = TextField(_l("Rechnungsnummer"), [Length(max=80)])
    order_no = TextField(_l("Auftragsnummer"), [Length(max=80)])
    programme = TextField(_l("Förderprogramm"), [Length(max=80)])
    file_reference = TextField(_l("Aktenzeichen"), [Length(max=80)])
    bound_until = DayField(_l("Zweckbindung bis"), description=DAY)
    warranty_until = DayField(_l("Garantie bis"), description=DAY)
    remark = NoteField(
        _l("Bemerkung"), [Length(max=LONGEST_REMARK)], filters=[lambda text: (text or "").strip() or None]
    )

    def offer(
        self, categories: Iterable[Category], schools: Sequence[tuple[str, str]], *, authority: bool
    ) -> None:
        """What can be chosen. Only who reaches every school may leave a device with the authority."""
        self.category_id.choices = [("", ""), *((str(one.id), one.name) for one in categories)]
        nobody = [("", _("Schulträger (keine Schule)"))] if authority else []
        self.school.choices = [*nobody, *schools]
        self.use.choices = [("", ""), *((use.value, _(name)) for use, name in USES.items())]


class DeviceForm(FactsForm):
    version = HiddenField()
    base = HiddenField()
    asset_tag = TextField(_l("Inventarnummer"), [Length(max=60)])
    serial_number = TextField(_l("Seriennummer"), [Length(max=120)])
    mac_address = TextField(_l("MAC-Adresse"), [mac_address])
    move_reason = TextField(
        _l("Grund für die andere Schule"),
        [Length(max=300)],
        description=_l("nur wenn ein zweckgebundenes Gerät an eine andere Schule geht"),
    )

    def read_from(self, device: Device) -> None:
        """Show the device; school and room stand in the form by their numbers."""
        known = {
            name: getattr(device, name)
            for name in self._fields
            if name not in _PLACE and hasattr(device, name)
        }
        self.process(data={**known, **place_of(device)})


class NewDeviceForm(DeviceForm):
    state = ChoiceField(_l("Zustand"), coerce=State)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.state.choices = [(state.value, _(STATES[state])) for state in FIRST_STATES]


class ManyForm(FactsForm):
    count = NumberField(
        _l("Anzahl"),
        [Optional(), NumberRange(1, numbers.MOST_AT_ONCE)],
        description=_l("oder die Nummern unten eintragen"),
    )
    tags = TextAreaField(
        _l("Inventarnummern"),
        [number_list],
        description=_l(
            "Eine je Zeile oder ein Bereich wie A001-A030; leer: Das Programm vergibt die nächsten freien."
        ),
    )
    serials = TextAreaField(
        _l("Seriennummern"),
        [number_list],
        description=_l("Eine je Zeile, gescannt oder aus der Tabelle eingefügt."),
    )
    state = ChoiceField(_l("Zustand"), coerce=State)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.state.choices = [(state.value, _(STATES[state])) for state in FIRST_STATES]


class BulkForm(FactsForm):
    """Every field may stay empty: then it is left as it is."""

    state = ChoiceField(_l("Zustand"), coerce=State)
    move_reason = TextField(
        _l("Grund für die andere Schule"),
        [Length(max=300)],
        description=_l("für zweckgebundene Geräte; ohne ihn bleiben sie, wo sie sind"),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.category_id.validators = ()
        self.category_id.flags.required = False

    def offer(
        self, categories: Iterable[Category], schools: Sequence[tuple[str, str]], *, authority: bool
    ) -> None:
        super().offer(categories, schools, authority=False)
        moves = [(state.value, _(name)) for state, name in STATES.items() if state is not State.DISPOSED]
        self.state.choices, self.school.choices = [("", ""), *moves], [("", ""), *schools]
        for field in (self.category_id, self.school, self.use, self.state):
            field.choices = [("", _("unverändert")), *field.choices[1:]]


_PLACE = frozenset({"school", "room"})


def place_of(device: Device) -> dict[str, Any]:
    return {
        "school": device.school.school_number if device.school else None,
        "room": device.room.room if device.room else None,
    }


class HandOutForm(Form):
    to = TextField(
        _l("An wen?"),
        [Length(max=120)],
        description=_l("Name, Anmeldename oder Raum eintippen oder scannen"),
    )
    due_on = DayField(_l("Rückgabe bis"), description=DAY)
    condition = TextField(_l("Zustand bei der Ausgabe"), [Length(max=300)])


class ReturnForm(Form):
    state = RadioField(_l("Danach"), coerce=State, default=State.IN_STOCK)
    condition = TextField(
        _l("Zustand bei der Rückgabe"),
        [Length(max=300)],
        description=_l("etwa: Kratzer am Deckel, Netzteil fehlt"),
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        states = (State.IN_STOCK, State.IN_USE, State.IN_REPAIR, State.DEFECTIVE)
        self.state.choices = [(state.value, _(STATES[state])) for state in states]


class DisposalForm(Form):
    disposal_reason = ChoiceField(_l("Grund"), coerce=DisposalReason, validators=[Needed()])
    disposal_remark = TextField(_l("Erläuterung"), [Length(max=300)])
    disposed_on = DayField(_l("Ausgesondert am"), description=DAY)
    proceeds = EuroField(_l("Erlös"))
    document = TextField(
        _l("Beleg der Aussonderung"), [Length(max=160)], description=_l("etwa: Entsorgungsnachweis 2026-17")
    )
    receiver = TextField(
        _l("Käufer oder Empfänger"), [Length(max=160)], description=_l("bei Verkauf, Abgabe oder Entsorgung")
    )
    wiped_on = DayField(_l("Daten gelöscht am"), description=DAY)
    wiped_how = TextField(
        _l("Wie gelöscht"),
        [Length(max=160)],
        description=_l("etwa: zurückgesetzt, überschrieben, geschreddert"),
    )
    wiped_by = TextField(_l("Gelöscht von"), [Length(max=120)])
    waste_certificate = TextField(
        _l("Entsorgungsnachweis"), [Length(max=160)], description=_l("Nummer des Nachweises nach ElektroG")
    )
    approval_person = TextField(
        _l("Wer hat zugestimmt?"),
        [Length(max=160)],
        description=_l("Name und Stelle, etwa: Frau Beispiel, Bezirksregierung"),
    )
    approval_reference = TextField(_l("Aktenzeichen der Zustimmung"), [Length(max=120)])
    approved_on = DayField(_l("Zugestimmt am"), description=DAY)
    approval_reason = TextField(_l("Grund der Genehmigung"), [Length(max=300)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.disposal_reason.choices = [
            ("", ""),
            *((reason.value, _(name)) for reason, name in DISPOSAL_REASONS.items()),
        ]


class IncidentForm(Form):
    kind = RadioField(_l("Was ist geschehen?"), coerce=RecordKind, default=RecordKind.DEFECT)
    happened_on = DayField(_l("Am"), description=DAY)
    authority = TextField(
        _l("Wo gemeldet"), [Length(max=200)], description=_l("etwa: Polizeiwache, Versicherung, Werkstatt")
    )
    reference = TextField(
        _l("Aktenzeichen oder Nachweis"), [Length(max=120)], description=_l("Polizei, Servicebericht, Foto")
    )
    reason = TextField(_l("Was dazu zu sagen ist"), [Length(max=300)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.kind.choices = [(kind.value, _(RECORD_KINDS[kind])) for kind in INCIDENTS]


class UseApprovalForm(Form):
    person = TextField(
        _l("Wer hat zugestimmt?"),
        [Needed(), Length(max=120)],
        description=_l("Name und Stelle, etwa: Frau Beispiel, Bezirksregierung"),
    )
    happened_on = DayField(_l("Zugestimmt am"), description=DAY)
    reference = TextField(_l("Aktenzeichen der Zustimmung"), [Length(max=120)])
    reason = TextField(_l("Grund"), [Needed(), Length(max=300)])


class ReplacementForm(Form):
    tag = TextField(
        _l("Inventarnummer des neuen Geräts"),
        [Needed(), Length(max=60)],
        description=_l("das Gerät muss schon aufgenommen sein"),
    )


class CategoryForm(Form):
    version = HiddenField()
    name = TextField(_l("Name"), [Needed(), Length(max=60)])
    useful_life_years = NumberField(_l("Nutzungsdauer in Jahren"), [Needed(), NumberRange(1, 50)])
    funding_item = TextField(_l("Fördergegenstand"), [Length(max=20)], description=_l("etwa 2.3"))
    item_class = ChoiceField(_l("zählt im Medienentwicklungsplan als"), coerce=ItemClass)
    active = BooleanField(_l("wird in Formularen angeboten"), default=True)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.item_class.choices = [
            ("", _("nichts")),
            *((one.value, _(name)) for one, name in ITEM_CLASSES.items()),
        ]


class ModelForm(Form):
    version = HiddenField()
    category_id = ChoiceField(_l("Geräteart"), coerce=int, validators=[Needed()])
    manufacturer = TextField(_l("Hersteller"), [Needed(), Length(max=120)])
    name = TextField(_l("Modell"), [Needed(), Length(max=120)])
    warranty_months = NumberField(_l("Garantie in Monaten"), [Optional(), NumberRange(1, 240)])
    usual_price = EuroField(_l("üblicher Preis brutto"))
    active = BooleanField(_l("wird in Formularen angeboten"), default=True)

    def offer(self, categories: Iterable[Category]) -> None:
        self.category_id.choices = [("", ""), *((str(one.id), one.name) for one in categories)]


class ViewForm(Form):
    name = TextField(_l("Name der Ansicht"), [Needed(), Length(max=80)])
    shared_with = ChoiceField(_l("Wer sieht sie?"))
    start = BooleanField(_l("die Geräteliste damit öffnen"))
