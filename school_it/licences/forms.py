"""The form of a licence, and the address of the list as a wish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from school_it.database import HIGHEST_ID, whole_number
from school_it.errors import N_, BadValue
from school_it.licences import keys
from school_it.licences.groups import Group
from school_it.licences.queries import Wish
from school_it.licences.rules import BASES, STANDINGS, Basis
from school_it.licences.seat_queries import Wish as SeatWish
from school_it.licences.seats import LONGEST_REASON
from school_it.people.rules import PersonRole
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

STATES: dict[str, str] = {
    **{standing.value: name for standing, name in STANDINGS.items()},
    "ending": N_("endet in 90 Tagen"),
    "notice": N_("Kündigungsfrist in 90 Tagen"),
    "idle": N_("Plätze frei"),
    "over": N_("mehr vergeben als gekauft"),
}
YES_NO = {"yes": True, "no": False}


class LicenceForm(Form):
    version = HiddenField()
    licence_no = TextField(
        _l("Lizenz-Nr."),
        [Needed(), Length(max=60)],
        description=_l("Ihre eigene Nummer oder die des Vertrags"),
    )
    product = TextField(_l("Produkt"), [Needed(), Length(max=160)])
    vendor = TextField(_l("Anbieter"), [Length(max=160)])
    school = ChoiceField(_l("Schule"))
    basis = ChoiceField(_l("Lizenzart"), coerce=Basis, description=_l("wofür ein Platz gilt"))
    seats = NumberField(_l("Anzahl"), [Needed(), NumberRange(0, HIGHEST_ID)])
    valid_from = DayField(_l("gültig ab"))
    valid_to = DayField(_l("gültig bis"), description=_l("leer: ohne Ende"))
    cancel_by = DayField(_l("Kündigung bis"))
    renews = ChoiceField(_l("verlängert sich"), coerce=lambda given: YES_NO.get(given, given))
    price_net = EuroField(_l("Preis netto"))
    price_gross = EuroField(_l("Preis brutto"), description=_l("je Laufzeit, für alle Plätze"))
    supplier = TextField(_l("Lieferant"), [Length(max=160)])
    invoice_no = TextField(_l("Rechnungsnummer"), [Length(max=80)])
    remark = NoteField(_l("Bemerkung"), [Optional(), Length(max=LONGEST_REMARK)])

    def offer(self, schools: Sequence[tuple[str, str]], *, for_all: bool) -> None:
        """The schools to choose from; who reaches all schools may buy for all of them."""
        self.basis.choices = [("", ""), *((basis.value, _(name)) for basis, name in BASES.items())]
        self.renews.choices = [("", ""), ("yes", _("ja")), ("no", _("nein"))]
        if for_all:
            self.school.choices = [("", _("alle Schulen")), *schools]
        else:
            self.school.choices = [*([] if len(schools) == 1 else [("", _("bitte wählen"))]), *schools]
            self.school.validators = [Needed()]
            self.school.flags.required = True


def wish(args: Mapping[str, str]) -> Wish:
    """The query string of the list. What it cannot read is left open."""
    basis = args.get("basis", "")
    return Wish(
        text=args.get("q", "").strip()[:200],
        school_number=args.get("school") or None,
        basis=Basis(basis) if basis in set(Basis) else None,
        state=state if (state := args.get("state", "")) in STATES else None,
        product=args.get("product", "").strip()[:160] or None,
    )


class ReasonForm(Form):
    """Why more seats are given than were bought."""

    reason = TextField(_l("Warum mehr als gekauft?"), [Needed(), Length(max=LONGEST_REASON)])


class KeyForm(Form):
    label = TextField(_l("Wofür"), [Length(max=80)], description=_l("etwa: Aktivierung, Zugang zum Verlag"))
    secret = TextAreaField(_l("Schlüssel"), [Needed(), Length(max=keys.LONGEST)])


def seat_wish(args: Mapping[str, str]) -> SeatWish:
    """The query string of the list of seats. What it cannot read is left open."""
    state = args.get("state", "")
    return SeatWish(
        text=args.get("q", "").strip()[:200],
        school_number=args.get("school") or None,
        school_class=args.get("class", "")[:40] or None,
        rule_id=whole_number(args.get("rule", "")),
        state=state if state in SEAT_STATES else "open",
    )


def group(args: Mapping[str, str], school_id: int | None) -> Group:
    """The group that a form or an address names, at that school. Raises BadValue for what it cannot be."""
    role = args.get("role", "")
    if role and role not in set(PersonRole):
        raise BadValue(N_("Diese Gruppe gibt es nicht."))
    return Group(
        school_id=school_id,
        role=PersonRole(role) if role else None,
        grade=args.get("grade", "")[:4] or None,
        school_class=args.get("class", "")[:40] or None,
        category_id=whole_number(args.get("category", "")),
        room_id=whole_number(args.get("room", "")),
    )


SEAT_STATES = {"open": N_("vergeben"), "over": N_("mehr als gekauft"), "released": N_("freigegeben")}
