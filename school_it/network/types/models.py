"""The table of device types."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import DDL, JSON, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column

from school_it.audit import OfTheTown
from school_it.database import Model, Share, Versioned, table_of, words
from school_it.network.types.rules import DeviceKind


class DeviceType(OfTheTown, Versioned, Model):
    """A model of a network device with the ports that each of its kind has; known by its `slug`, as in the library.

    `ports` is the list of templates (`rules.Port`). It is one value and no table: a type is read, compared and taken
    back as a whole, and nothing points at a template; the ports of a device are made from it and are rows of their own.
    `u_height` is in rack units, to the half; `poe_budget` the watts that all its ports may give together.
    """

    __tablename__ = "device_types"
    __table_args__ = (Index("ix_device_types_maker", "manufacturer", "model"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    manufacturer: Mapped[str] = mapped_column(String(120), nullable=False)
    model: Mapped[str] = mapped_column(String(120), nullable=False)
    slug: Mapped[str] = mapped_column(String(160), unique=True, nullable=False)
    part_number: Mapped[str | None] = mapped_column(String(120))
    kind: Mapped[DeviceKind | None] = mapped_column(words(DeviceKind))
    u_height: Mapped[Decimal | None] = mapped_column(Share)
    full_depth: Mapped[bool | None]
    max_watts: Mapped[int | None]
    poe_budget: Mapped[int | None]
    ports: Mapped[list[dict[str, Any]]] = mapped_column(JSON, nullable=False, default=list)

    @property
    def label(self) -> str:
        return f"{self.manufacturer} {self.model}"

    @property
    def trace_label(self) -> str:
        return self.label[:200]


for _dialect in (
    "sqlite",
    "postgresql",
):  # beside the table: SQLAlchemy cannot compare indexes of an expression
    _by_model = DDL("CREATE INDEX ix_device_types_model_lower ON device_types (lower(model))")  # type: ignore[no-untyped-call]
    event.listen(table_of(DeviceType), "after_create", _by_model.execute_if(dialect=_dialect))
