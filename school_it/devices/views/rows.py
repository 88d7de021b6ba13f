"""The rows of the list: the macros make one row with a slot for each value, every device fills it.

A macro for each cell of fifty devices costs ten times as much as all the rest of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any

from flask import get_template_attribute
from flask_babel import gettext as _
from markupsafe import Markup, escape

from school_it import money
from school_it.database import today
from school_it.devices import sheet
from school_it.devices.listing import Column
from school_it.devices.rules import STATES, USES, State, product_name
from school_it.web import show
from school_it.web.lists import addresses

PARTS, UI = "devices/parts.html", "macros/ui.html"


class Rows:
    """The HTML of the rows that the list shows, in the order of its columns."""

    def __init__(self, columns: Sequence[Column], *, selectable: bool) -> None:
        self.columns, self.selectable = columns, selectable
        self.ways: list[Callable[[Any], Sequence[Any]]] = [self._way(column) for column in columns]
        self.device_at = addresses("devices.device", "tag")
        self.room_at = addresses("schools.room", "number", "room")
        self.words: dict[Any, Markup] = {}

    def __call__(self, rows: Sequence[Any]) -> Iterator[Markup]:
        for row in rows:
            first, *others = self.gone if row.state is State.DISPOSED else self.present
            ticked = (row.id, row.asset_tag) if self.selectable else ()
            values = (*ticked, *(value for way in self.ways for value in way(row)))
            filled = (part for pair in zip(map(escape, values), others, strict=True) for part in pair)
            yield Markup("".join((first, *filled)))  # noqa: S704  a macro's text and escaped values

    @cached_property
    def present(self) -> list[str]:
        return self._pieces(muted=False)

    @cached_property
    def gone(self) -> list[str]:
        return self._pieces(muted=True)

    def _pieces(self, *, muted: bool) -> list[str]:
        """What stands between the slots of a row."""
        macro = get_template_attribute(PARTS, "pattern")
        pattern = str(macro(self.columns, selectable=self.selectable, muted=muted))
        return [piece.replace("%%", "%") for piece in pattern.split("%s")]

    @cached_property
    def nothing(self) -> Markup:
        return Markup(get_template_attribute(UI, "empty")())  # noqa: S704  a macro's

    def _way(self, column: Column) -> Callable[[Any], Sequence[Any]]:
        """What fills the slots of a column: two for the inventory number, one for all others."""
        own = getattr(self, f"_{column.kind}", None)
        if own is not None:
            return own  # type: ignore[no-any-return]
        look = LOOKS.get(column.kind, str)
        name = column.name

        def fill(row: Any) -> Sequence[Any]:
            value = getattr(row, name)
            return (self.nothing if value is None or value == "" else look(value),)

        return fill

    def _or_nothing(self, text: str) -> tuple[str]:
        return (text or self.nothing,)

    def _tag(self, row: Any) -> tuple[str, str]:
        return self.device_at(row.asset_tag), row.asset_tag

    def _device(self, row: Any) -> tuple[str]:
        return self._or_nothing(product_name(row.manufacturer, row.model))

    def _school(self, row: Any) -> tuple[str]:
        return (row.school or _("Schulträger"),)

    def _room(self, row: Any) -> tuple[str]:
        return (_LINK % (self.room_at(row.school_number, row.room), row.room) if row.room else self.nothing,)

    def _holder(self, row: Any) -> tuple[str]:
        held = sheet.holder_text(row.given_name, row.family_name, row.holder_room, row.holder_name)
        return self._or_nothing(held or "")

    def _state(self, row: Any) -> tuple[Markup]:
        if row.state not in self.words:
            badge = get_template_attribute(UI, "state_badge")
            self.words[row.state] = badge(row.state.value, _(STATES[row.state]))
        return (self.words[row.state],)

    def _use(self, row: Any) -> tuple[str]:
        return self._or_nothing(_(USES[row.use]) if row.use else "")

    def _due(self, row: Any) -> tuple[str]:
        if row.due_on and row.due_on < today():
            badge = get_template_attribute(UI, "badge")
            return (badge(show.day(row.due_on), "danger", icon="warning"),)
        return self._or_nothing(show.day(row.due_on))


_LINK = Markup('<a href="%s">%s</a>')
LOOKS: dict[str, Callable[[Any], str]] = {
    "day": show.day,
    "euro": money.shown,
    "code": Markup("<code>%s</code>").__mod__,
}
