"""The table of licences."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.database import Euro, Model, Versioned, words
from school_it.licences.rules import Basis
from school_it.schools.models import School


class Licence(Versioned, Model):
    """So many seats of a product for a term, known everywhere by its `licence_no`.

    Without a school it is for all of them. The prices are those of one term, for all seats together. `seats` is what
    was bought; who has one of them will be rows of their own that point here.
    """

    __tablename__ = "licences"
    __table_args__ = (
        Index("ix_licences_school_id", "school_id"),
        Index("ix_licences_valid_to", "valid_to"),
        Index("ix_licences_cancel_by", "cancel_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    licence_no: Mapped[str] = mapped_column(String(60), unique=True, nullable=False)
    product: Mapped[str] = mapped_column(String(160), nullable=False)
    vendor: Mapped[str | None] = mapped_column(String(160))
    basis: Mapped[Basis | None] = mapped_column(words(Basis))
    seats: Mapped[int] = mapped_column(nullable=False)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    cancel_by: Mapped[date | None]
    renews: Mapped[bool | None]
    price_net: Mapped[Decimal | None] = mapped_column(Euro)
    price_gross: Mapped[Decimal | None] = mapped_column(Euro)
    supplier: Mapped[str | None] = mapped_column(String(160))
    invoice_no: Mapped[str | None] = mapped_column(String(80))
    remark: Mapped[str | None] = mapped_column(Text)

    school: Mapped[School | None] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": Versioned.version}  # noqa: RUF012

    @property
    def trace_label(self) -> str:
        return f"{self.licence_no} {self.product}"

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id
