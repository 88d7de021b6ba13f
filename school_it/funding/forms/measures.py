"""The form for measures."""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import Length, NumberRange, Optional

from school_it.funding.book import MEASURE_STATES, MeasureState
from school_it.funding.forms.base import DAY, FundingForm, Lines
from school_it.funding.measures.years import read_years, show_years
from school_it.web.fields import (
    ChoiceField,
    DayField,
    EuroField,
    Needed,
    NoteField,
    NumberField,
    TextField,
)
from school_it.web.shapes import LONGEST_REMARK

MOST_PIECES = 1_000_000


class LinesField(Lines):
    read, show = staticmethod(read_years), staticmethod(show_years)


class MeasureForm(FundingForm):
    WORDS: ClassVar = {"state": MEASURE_STATES}
    version = HiddenField()
    programme = ChoiceField(_l("Programm"), coerce=int, validators=[Needed()])
    school = ChoiceField(_l("Schule"), validators=[Needed()])
    category = TextField(_l("Fördergegenstand"), [Needed(), Length(max=20)])
    description = TextField(_l("Kurzbeschreibung"), [Needed(), Length(max=300)])
    quantity = NumberField(_l("Anzahl"), [Optional(), NumberRange(1, MOST_PIECES)], description=_l("leer: 1"))
    unit_price = EuroField(_l("Einzelpreis brutto"), description=_l("in Euro"))
    total = EuroField(_l("Gesamtausgaben"), description=_l("leer: Anzahl mal Einzelpreis"))
    eligible = EuroField(_l("davon zuwendungsfähig"), description=_l("leer: alles"))
    starts_on = DayField(_l("Beginn"), [Needed()], description=DAY)
    ends_on = DayField(_l("Ende"), [Needed()], description=DAY)
    state = ChoiceField(_l("Stand"), coerce=MeasureState, validators=[Needed()])
    grant = ChoiceField(_l("Zuwendung"), coerce=int, description=_l("erst mit dem Bescheid"))
    years = LinesField(
        _l("Ausgaben je Haushaltsjahr"), description=_l("je Zeile Jahr und Betrag, etwa »2026: 1.200,00«")
    )
    linked = TextField(
        _l("gehört zur Maßnahme"),
        [Length(max=60)],
        description=_l("nur wo das Programm es verlangt: Programm und lfd. Nr., etwa »DP_NRW 12«"),
    )
    trainee = TextField(
        _l("Kürzel der Fachkraft"), [Length(max=20)], description=_l("nur bei Qualifizierungen; kein Name")
    )
    remaining_years = NumberField(
        _l("hält noch Jahre"), [Optional(), NumberRange(0, 50)], description=_l("nur bei gebrauchten Geräten")
    )
    position = NumberField(
        _l("lfd. Nr."), [Optional(), NumberRange(1, MOST_PIECES)], description=_l("leer: die nächste")
    )
    support_confirmed = BooleanField(_l("Betrieb, Wartung und Support sind gesichert"))
    remark = NoteField(_l("Bemerkung"), [Length(max=LONGEST_REMARK)])

    @property
    def values(self) -> dict[str, Any]:
        """The measure's own, without programme, school and grant."""
        return {
            name: value
            for name, value in super().values.items()
            if name not in ("programme", "school", "grant", "linked")
        }
