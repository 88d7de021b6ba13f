"""Forms of orders, deliveries, invoices and their shares. Those with a row for each line are made for their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField, TextAreaField
from wtforms.validators import Length, Optional

from school_it.devices.forms import number_list
from school_it.procurement.models import Invoice, Order, OrderLine
from school_it.procurement.queries import AWAITED, Wish
from school_it.procurement.rules import HOWS, LINE_KINDS, STANDINGS, How, LineKind
from school_it.web.fields import (
    ChoiceField,
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

OWN_MONEY = "own"
FREE_LINES = 3


class SupplierForm(Form):
    version = HiddenField()
    name = TextField(_l("Name"), [Needed(), Length(max=160)])
    customer_no = TextField(
        _l("Kundennummer"), [Length(max=60)], description=_l("unsere bei diesem Lieferanten")
    )
    remark = NoteField(_l("Bemerkung"), [Optional(), Length(max=LONGEST_REMARK)])


class OrderForm(Form):
    version = HiddenField()
    order_no = TextField(_l("Auftragsnummer"), [Needed(), Length(max=80)])
    supplier = TextField(_l("Lieferant"), [Needed(), Length(max=160)])
    ordered_on = DayField(_l("bestellt am"), [Needed()])
    expected_on = DayField(_l("erwartet am"))
    remark = NoteField(_l("Bemerkung"), [Optional(), Length(max=LONGEST_REMARK)])


class LineForm(Form):
    version = HiddenField()
    kind = ChoiceField(_l("Art"), coerce=LineKind, validators=[Needed()])
    text = TextField(_l("Bezeichnung"), [Needed(), Length(max=300)])
    category = ChoiceField(_l("Geräteart"), coerce=int)
    manufacturer = TextField(_l("Hersteller"), [Length(max=120)])
    model = TextField(_l("Modell"), [Length(max=120)])
    belongs_to = ChoiceField(
        _l("gehört zu"), coerce=int, description=_l("bei Zubehör: die Geräte, deren Preis es mitträgt")
    )
    quantity = NumberField(_l("Anzahl"), [Needed()])
    unit_gross = EuroField(_l("Einzelpreis brutto"))
    unit_net = EuroField(_l("oder netto"))
    vat_rate = PercentField(_l("MwSt."), [Needed()])
    school = ChoiceField(_l("für"))
    grant = ChoiceField(_l("Zuwendung"), coerce=int)
    funding_item = TextField(_l("Fördergegenstand"), [Length(max=20)])

    def offer(
        self,
        categories: Sequence[Any],
        schools: Sequence[tuple[str, str]],
        grants: Sequence[Any],
        bearers: Sequence[OrderLine],
    ) -> LineForm:
        self.kind.choices = [(kind.value, _(name)) for kind, name in LINE_KINDS.items()]
        self.category.choices = [("", ""), *((str(one.id), one.name) for one in categories)]
        self.school.choices = [("", _("Schulträger")), *schools]
        self.grant.choices = [("", _("eigene Mittel")), *grant_choices(grants)]
        self.belongs_to.choices = [
            ("", ""),
            *((str(one.id), f"{one.position} {one.text}") for one in bearers),
        ]
        return self


class CloseForm(Form):
    version = HiddenField()
    reason = TextField(_l("Grund"), [Length(max=300)], description=_l("nötig, wenn noch etwas fehlt"))


class ConfirmForm(Form):
    """Nothing to fill in: only the confirmation."""


def grant_choices(grants: Sequence[Any]) -> list[tuple[str, str]]:
    """By its sign and what it is for: nobody knows all signs by heart."""
    return [(str(one.id), " ".join(filter(None, (one.reference, one.title)))) for one in grants]


def receive_form(lines: Sequence[OrderLine], still: Mapping[int, int], **values: Any) -> Any:
    """The form of a delivery: for each line how many came, all that are missing to begin with, and serial numbers."""
    fields: dict[str, Any] = {
        "version": HiddenField(),
        "delivered_on": DayField(_l("angekommen am"), [Needed()]),
        "note_no": TextField(_l("Lieferschein-Nr."), [Length(max=80)]),
        "remark": TextField(
            _l("Bemerkung"), [Length(max=300)], description=_l("etwa: ein Karton beschädigt")
        ),
    }
    for line in lines:
        fields[f"came_{line.id}"] = NumberField(_l("angekommen"), default=still[line.id])
        if line.kind is LineKind.DEVICE:
            fields[f"serials_{line.id}"] = TextAreaField(
                _l("Seriennummern"), [number_list], description=_l("eine je Zeile, gescannt oder eingefügt")
            )
            fields[f"file_{line.id}"] = FileField(
                _l("oder aus der Lieferdatei"), description=_l("CSV oder Text des Lieferanten")
            )
    return type("ReceiveForm", (Form,), fields)(**values)


def invoice_form(order: Order, invoice: Invoice | None, **values: Any) -> Any:
    """The form of an invoice: a row for each line of the order, and rows for what the order does not have."""
    fields: dict[str, Any] = {
        "version": HiddenField(),
        "seen": HiddenField(),
        "invoice_no": TextField(_l("Rechnungsnummer"), [Needed(), Length(max=80)]),
        "invoice_date": DayField(_l("Rechnungsdatum"), [Needed()]),
        "due_on": DayField(_l("fällig am")),
        "paid_on": DayField(_l("Zahlung am"), description=_l("Mit der Zahlung entstehen die Belege.")),
        "discount": EuroField(_l("Skonto in €"), description=_l("was beim Zahlen abgezogen wurde")),
        "ledger_ref": TextField(_l("Buchungsstelle"), [Length(max=80)]),
        "remark": NoteField(_l("Bemerkung"), [Optional(), Length(max=LONGEST_REMARK)]),
    }
    for key in line_keys(order, invoice):
        fields |= {
            f"text_{key}": TextField(_l("Bezeichnung"), [Length(max=300)]),
            f"quantity_{key}": NumberField(_l("Anzahl")),
            f"gross_{key}": EuroField(_l("Betrag brutto")),
            f"rebate_{key}": EuroField(_l("Rabatt")),
            f"vat_{key}": PercentField(_l("MwSt.")),
        }
    form = type("InvoiceForm", (Form,), fields)(**values)
    for place, key in enumerate(line_keys(order, invoice), start=1):
        _name_line(form, key, place)
    return form


def _name_line(form: Form, key: str, place: int) -> None:
    """The fields of a line say which one they are of: to who hears them, and where a fault is told."""
    for name, field in form._fields.items():
        if name.partition("_")[2] == key:
            field.label.text = _("%(what)s in Zeile %(n)s", what=field.label.text, n=place)


def line_keys(order: Order, invoice: Invoice | None) -> list[str]:
    """``o17`` a line of the order, ``i4`` a stored line without one, ``n0`` a new one."""
    stored = [f"i{line.id}" for line in invoice.lines if line.order_line_id is None] if invoice else []
    return [*(f"o{line.id}" for line in order.lines), *stored, *(f"n{place}" for place in range(FREE_LINES))]


class ValueField(ReadField):
    """Pieces, percent or an amount: the text is read by what stands beside it."""

    read = staticmethod(str)
    show = staticmethod(str)


def share_form(
    invoice: Invoice,
    rows: Mapping[int, int],
    grants: Sequence[Any],
    schools: Sequence[tuple[str, str]],
    **values: Any,
) -> Any:
    """The form of the shares: for each line of the invoice so many rows."""
    fields: dict[str, Any] = {
        "version": HiddenField(),
        "seen": HiddenField(),
        "reason": TextAreaField(_l("Begründung"), [Length(max=LONGEST_REMARK)]),
    }
    for line in invoice.lines:
        for place in range(rows[line.id]):
            key = f"{line.id}_{place}"
            fields |= {
                f"grant_{key}": ChoiceField(_l("Zuwendung")),
                f"school_{key}": ChoiceField(_l("Schule"), coerce=int),
                f"item_{key}": TextField(_l("Fördergegenstand"), [Length(max=20)]),
                f"how_{key}": ChoiceField(_l("Anteil"), coerce=How),
                f"value_{key}": ValueField(_l("Wert")),
                f"vat_{key}": EuroField(_l("nicht förderfähige MwSt.")),
                f"other_{key}": EuroField(_l("sonst nicht förderfähig")),
            }
    form = type("ShareForm", (Form,), fields)(**values)
    for line in invoice.lines:
        for place in range(rows[line.id]):
            _name_line(form, f"{line.id}_{place}", line.position)
    of_grants = [
        ("", "–"),
        (OWN_MONEY, _("eigene Mittel")),
        *grant_choices(grants),
    ]
    for name, field in form._fields.items():
        if name.startswith("grant_"):
            field.choices = of_grants
        elif name.startswith("school_"):
            field.choices = [("", "–"), *schools]
        elif name.startswith("how_"):
            field.choices = [(how.value, _(word)) for how, word in HOWS.items()]
    return form


def wish(args: Mapping[str, str]) -> Wish:
    """The query string of the list; without one, what is still to come. What it cannot read is left open."""
    standing = args.get("standing", AWAITED)
    return Wish(
        text=args.get("q", "").strip()[:200],
        school_number=args.get("school") or None,
        standing=standing if standing == AWAITED or standing in STANDINGS else None,
    )
