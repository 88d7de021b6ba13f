"""What goes in and out of the API: marshmallow schemas and fields in the manners of the house.

Unknown names are refused, texts are cleaned as a cell would be, amounts are strings with two decimals and a point,
days are ISO, listed words are those of the sheets, and what is not known is null.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from flask_babel import gettext as _
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from school_it import cells
from school_it.database import HIGHEST_ID
from school_it.errors import N_, BadValue
from school_it.web import said

MOST_ROWS = 200
USUAL_ROWS = 50
LONGEST_REMARK = 4000
NO_NUL = r"^[^\u0000]*$"
"""What an address may hold: the house answers a NUL in it with 400 (`web`)."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONEY = re.compile(r"-?[0-9]{1,7}\.[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,10}")


class Shape(Schema):
    """An object of the API. `also` is said in its description beside its fields."""

    also: Mapping[str, Any] = {}

    class Meta:
        unknown = RAISE


class BadFields(BadValue):
    """Fields of a request that cannot be taken: `fields` has the sentences for each, in the reader's language."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        super().__init__(N_("Bitte die genannten Felder prüfen."))
        self.fields = dict(problems)


def refuse(field: str, problem: BadValue | str) -> NoReturn:
    """Refuse the value of one field."""
    raise BadFields({field: [said(problem) if isinstance(problem, BadValue) else problem]}) from None


def in_words(messages: Any) -> list[str]:
    """What marshmallow says about one field, in the reader's language."""
    if isinstance(messages, Mapping):
        return [text for inner in messages.values() for text in in_words(inner)]
    told = messages if isinstance(messages, list) else [messages]
    return [_(_TEXTS.get(str(text), str(text))) for text in told]


_TEXTS = {
    "Missing data for required field.": N_("Dieses Feld wird gebraucht."),
    "Field may not be null.": N_("Dieses Feld darf nicht leer sein."),
    "Unknown field.": N_("Dieses Feld gibt es hier nicht."),
    "Invalid input type.": N_("Erwartet wird ein JSON-Objekt."),
    "Not a valid boolean.": N_("Erwartet wird true oder false."),
    "Not a valid string.": N_("Erwartet wird ein Text."),
}


def _described(more: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The arguments of a field with facts for its description."""
    return {**more, "metadata": {**facts, **more.get("metadata", {})}}


class Text(fields.Field[str | None]):
    """A text of at most `longest` characters; one line, unless `lines`. What is empty is null."""

    def __init__(self, longest: int, *, lines: bool = False, pattern: str | None = None, **more: Any) -> None:
        self.longest, self.lines = longest, lines
        self.pattern = re.compile(pattern) if pattern else None
        told = {"pattern": f"^({pattern})$"} if pattern else {}
        super().__init__(**_described(more, maxLength=longest, **told))

    def _deserialize(self, value: Any, attr: Any, data: Any, **_more: Any) -> str | None:
        if not isinstance(value, str):
            raise ValidationError(_("Erwartet wird ein Text."))
        text = cells.clean(value) if self.lines else cells.one_line(value)
        if max(len(value), len(text)) > self.longest:
            raise ValidationError(_("Höchstens %(most)s Zeichen.", most=self.longest))
        if self.pattern and not self.pattern.fullmatch(value):
            raise ValidationError(_("So sieht dieser Wert nicht aus."))
        if not text and not self.allow_none:
            raise ValidationError(_("Dieses Feld darf nicht leer sein."))
        return text or None


class Money(fields.Field[Decimal]):
    """An amount as a string with two decimals and a point; never rounded, never a JSON number."""

    def __init__(self, **more: Any) -> None:
        pattern = r"^-?[0-9]+\.[0-9]{2}$" if more.get("dump_only") else f"^{_MONEY.pattern}$"
        super().__init__(**_described(more, pattern=pattern, examples=["1234.50"]))

    def _serialize(self, value: Decimal | None, attr: Any, obj: Any, **_more: Any) -> str | None:
        return None if value is None else f"{value:.2f}"

    def _deserialize(self, value: Any, attr: Any, data: Any, **_more: Any) -> Decimal:
        if not isinstance(value, str) or not _MONEY.fullmatch(value):
            raise ValidationError(_('Erwartet wird ein Betrag als Text mit zwei Stellen, etwa "1234.50".'))
        return Decimal(value)


class Day(fields.Field[date]):
    """A day as ``2026-11-25``."""

    def _serialize(self, value: date | None, attr: Any, obj: Any, **_more: Any) -> str | None:
        return None if value is None else value.isoformat()

    def _deserialize(self, value: Any, attr: Any, data: Any, **_more: Any) -> date:
        try:
            if isinstance(value, str) and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise ValidationError(_("Erwartet wird ein Tag wie 2026-11-25."))


class Instant(fields.Field[datetime]):
    """A moment in UTC; only ever told."""

    def _serialize(self, value: datetime | None, attr: Any, obj: Any, **_more: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds")


class Word(fields.Field[Any]):
    """One of the listed words, as the sheets write them; `words` says it for each value."""

    def __init__(self, words: Mapping[Any, str], **more: Any) -> None:
        self.words = words
        self.values = {word: value for value, word in words.items()}
        listed: list[str | None] = list(self.values)
        if more.get("allow_none"):
            listed.append(None)
        super().__init__(**_described(more, enum=listed))

    def _serialize(self, value: Any, attr: Any, obj: Any, **_more: Any) -> str | None:
        return None if value is None else self.words[value]

    def _deserialize(self, value: Any, attr: Any, data: Any, **_more: Any) -> Any:
        if not isinstance(value, str) or value not in self.values:
            raise ValidationError(_("Eines von diesen: %(words)s.", words=", ".join(self.values)))
        return self.values[value]


class Whole(fields.Field[int]):
    """A whole number; `in_query` where it comes as its digits."""

    def __init__(
        self, lowest: int = 0, highest: int = HIGHEST_ID, *, in_query: bool = False, **more: Any
    ) -> None:
        self.lowest, self.highest, self.in_query = lowest, highest, in_query
        super().__init__(**_described(more, minimum=lowest, maximum=highest))

    def _deserialize(self, value: Any, attr: Any, data: Any, **_more: Any) -> int:
        digits = self.in_query and isinstance(value, str) and _WHOLE.fullmatch(value)
        number = int(value) if digits else value
        if type(number) is not int or not self.lowest <= number <= self.highest:
            low, high = self.lowest, self.highest
            raise ValidationError(
                _("Erwartet wird eine ganze Zahl von %(low)s bis %(high)s.", low=low, high=high)
            )
        return number


class Listing(Shape):
    """What every list can be asked for."""

    limit = Whole(1, MOST_ROWS, in_query=True, load_default=USUAL_ROWS)
    next = fields.String(
        load_default=None,
        metadata={
            "description": "The `next` of the answer before, or only the cursor in it.",
            "pattern": NO_NUL,
        },
    )


def filter_text(description: str, **more: Any) -> Text:
    """A filter of a list; empty asks for nothing."""
    facts = {"description": description, **({} if "pattern" in more else {"pattern": NO_NUL})}
    return Text(200, load_default=None, allow_none=True, metadata=facts, **more)


def flag(description: str) -> fields.Boolean:
    return fields.Boolean(
        truthy={"true"}, falsy={"false"}, load_default=False, metadata={"description": description}
    )


def one_of(words: Iterable[str], description: str) -> fields.String:
    """A filter with listed values: those of the page."""
    choice = validate.OneOf([str(word) for word in words], error=N_("Dieser Filter kennt den Wert nicht."))
    return fields.String(load_default=None, validate=choice, metadata={"description": description})


def list_of(shape: type[Shape], name: str) -> type[Shape]:
    """The answer of a list: some objects, and where it goes on."""
    members: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(shape), required=True),
        "next": fields.String(
            required=True,
            allow_none=True,
            metadata={"description": "The address of the next page; null at the end."},
        ),
    }
    made = Shape.from_dict(members, name=name)
    assert issubclass(made, Shape)  # noqa: S101  from_dict makes a subclass of its own class
    return made
