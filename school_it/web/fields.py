"""Form fields that read what people type in Germany; the reading itself is that of `cells`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from school_it import cells, money
from school_it.database import HIGHEST_AMOUNT, whole_number
from school_it.errors import N_, BadValue, Busy, NotAllowed, Refused, SchoolItError, Stale
from school_it.web import said


class Form(FlaskForm):
    """A form of the house. `version` is what the editor saw, for optimistic locking."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return _FieldTexts()

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, without the form's own machinery."""
        return {name: field.data for name, field in self._fields.items() if name not in OWN_FIELDS}

    @property
    def seen_version(self) -> int | None:
        """The version of the object that the editor had in front of them."""
        return whole_number(str(self._fields["version"].data or ""))


EMAIL = r"^[^@\s]{1,64}@[^@\s]{1,100}\.[^@\s]{1,30}$"


@contextmanager
def refusals_in(form: Form, at: str = "") -> Iterator[None]:
    """What an action refuses becomes an error of the form, which keeps everything that was typed.

    `at`: the field that a sentence is about where it names none itself.
    """
    try:
        yield
    except SchoolItError as problem:
        names_none = problem.field not in form._fields and not isinstance(
            problem, Refused | NotAllowed | Stale | Busy
        )
        show_refusal(form, Refused([(at, problem.sentence)]) if at and names_none else problem)


def show_refusal(form: Form, problem: SchoolItError) -> None:
    """Each sentence at the field it is about, else at the head of the form."""
    if not isinstance(problem, Refused) and problem.field not in form._fields:
        form.form_errors.append(said(problem))
        return
    faults = problem.faults if isinstance(problem, Refused) else [(problem.field, problem.sentence)]
    for name, sentence in faults:
        field = form._fields.get(name)
        if field is None:
            form.form_errors.append(said(sentence))
        else:
            field.errors = [*field.errors, said(sentence)]


def status_of(form: Form) -> int:
    return 422 if form.errors else 200


OWN_FIELDS = frozenset({"csrf_token", "version", "next", "submit"})


class _FieldTexts:
    """WTForms' own messages in our catalogue."""

    def gettext(self, text: str) -> str:
        return str(_(_FIELD_TEXTS.get(text, text)))

    def ngettext(self, one: str, many: str, n: int) -> str:
        text = one if n == 1 else many
        return str(_(_FIELD_TEXTS.get(text, text)))


_FIELD_TEXTS = {
    "This field is required.": N_("Bitte ausfüllen."),
    "Not a valid choice.": N_("Das steht nicht zur Auswahl."),
    "'%(value)s' is not a valid choice for this field.": N_("»%(value)s« steht nicht zur Auswahl."),
    "'%(value)s' are not valid choices for this field.": N_("»%(value)s« steht nicht zur Auswahl."),
    "Not a valid integer value.": N_("Bitte eine ganze Zahl eintragen."),
    "Invalid email address.": N_("Das ist keine E-Mail-Adresse."),
    "Field cannot be longer than %(max)d character.": N_("Höchstens %(max)d Zeichen."),
    "Field cannot be longer than %(max)d characters.": N_("Höchstens %(max)d Zeichen."),
    "Field must be at least %(min)d character long.": N_("Mindestens %(min)d Zeichen."),
    "Field must be at least %(min)d characters long.": N_("Mindestens %(min)d Zeichen."),
    "Field must be between %(min)d and %(max)d characters long.": N_("Zwischen %(min)d und %(max)d Zeichen."),
    "Number must be between %(min)s and %(max)s.": N_("Bitte eine Zahl von %(min)s bis %(max)s."),
    "Number must be at least %(min)s.": N_("Bitte eine Zahl ab %(min)s."),
}


class TextField(StringField):
    """One line, cleaned as a cell would be; empty is None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = cells.one_line(valuelist[0]) or None if valuelist else None

    def _value(self) -> str:
        return self.data or ""


class NoteField(TextAreaField):
    """Several lines; empty is None, as in a file: an untouched remark is no change."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = valuelist[0].strip() or None if valuelist else None


class ReadField(Field):
    """A text field whose text is read by one function of `cells`; what was typed stays in the field."""

    widget = TextInput()
    read: Callable[[str], Any]
    show: Callable[[Any], str]

    def pre_validate(self, form: Any) -> None:
        """One sentence for a text that cannot be read: the rules about the value have nothing to look at."""
        if self.process_errors:
            raise StopValidation()

    def process_formdata(self, valuelist: list[str]) -> None:
        text = cells.clean(valuelist[0]) if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = type(self).read(text)
            except BadValue as problem:
                raise ValueError(problem.sentence.said_by(_)) from None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else type(self).show(self.data)


def _date_text(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def _read_euro(text: str) -> Decimal | None:
    amount = cells.read_euro(text)
    if amount is not None and abs(amount) > HIGHEST_AMOUNT:
        raise BadValue(N_("Diese Zahl ist zu groß. Bitte eine kleinere eintragen."))
    return amount


def _euro_text(amount: Decimal) -> str:
    return money.shown(amount).removesuffix("\N{NO-BREAK SPACE}€")


class DayField(ReadField):
    """A day as ``22.11.2026``; also reads 22.11.26, 2026-11-22 and 221126."""

    read = staticmethod(cells.parse_date)
    show = staticmethod(_date_text)


class EuroField(ReadField):
    """An amount as ``1.234,56``."""

    read = staticmethod(_read_euro)
    show = staticmethod(_euro_text)


class NumberField(ReadField):
    """A whole number."""

    read = staticmethod(cells.read_integer)
    show = staticmethod(str)


class PercentField(ReadField):
    """A share as ``90 %``; also reads 90 and 0,9."""

    read = staticmethod(cells.read_percent)
    show = staticmethod(cells.show_percent)


class CodesField(ReadField):
    """Codes or words with commas between."""

    read = staticmethod(cells.read_codes)
    show = staticmethod(cells.show_codes)


class ChoiceField(SelectField):
    """One of a list; the empty choice is None. `coerce` makes the value."""

    def __init__(
        self,
        label: str,
        *,
        coerce: Callable[[str], Any] = str,
        choices: Iterable[tuple[str, str]] | None = None,
        **values: Any,
    ) -> None:
        given = choices and [SelectChoice(value, label=word) for value, word in choices]

        def read(text: Any) -> Any:
            return None if text in ("", None) else coerce(text)

        super().__init__(label, coerce=read, choices=given, **values)

    def iter_choices(self) -> list[Any]:
        """An empty choice without a word of its own says what it is."""
        word = _("bitte wählen") if self.flags.required else _("keine Angabe")
        return [
            choice if choice.value or choice.label else choice._replace(label=word)
            for choice in super().iter_choices()
        ]

    def pre_validate(self, form: Any) -> None:
        if self.data is None:
            return
        super().pre_validate(form)


class Needed:
    """The validator for a field that has to be filled; a value that could not be read has its own message already."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        if field.data in (None, "") and not field.errors:
            raise StopValidation(_("Bitte ausfüllen."))
