"""What the forms of funding share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.widgets import TextArea

from school_it.errors import BadValue
from school_it.funding.sheet import read_share
from school_it.web.fields import (
    Form,
    PercentField,
    ReadField,
)

DAY = _l("TT.MM.JJJJ")


class ShareField(PercentField):
    """As exact as a column holds it."""

    read = staticmethod(read_share)


def _words(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [("", ""), *((value.value, _(name)) for value, name in names.items())]


class FundingForm(Form):
    """A form whose choices are the words of the rules: `WORDS` by field name."""

    WORDS: ClassVar[Mapping[str, Mapping[Any, str]]] = {}
    SPANS: ClassVar[Mapping[tuple[str, str], str]] = {}
    """The days from which and to which something goes, and the sentence where they are turned round."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for name, names in self.WORDS.items():
            self._fields[name].choices = _words(names)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        for (first, last), sentence in self.SPANS.items():
            begins, ends = self._fields[first].data, self._fields[last].data
            if begins and ends and ends < begins:
                self._fields[last].errors = [*self._fields[last].errors, _(sentence)]
                valid = False
        return valid


class Lines(ReadField):
    """One value for each line."""

    widget = TextArea()

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        try:
            self.data = self.read(valuelist[0].replace("\r", "")) if valuelist else None
        except BadValue as problem:
            raise ValueError(problem.sentence.said_by(_)) from None


class RemoveForm(Form):
    """Yes, take it out."""
