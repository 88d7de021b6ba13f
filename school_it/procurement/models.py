"""Tables of suppliers, orders with their lines, deliveries, invoices and how an invoice is shared over grants."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from school_it.audit import OfTheTown
from school_it.database import Euro, Model, Share, Versioned, words
from school_it.devices.models import Category, Device
from school_it.funding.models import Grant, Receipt
from school_it.procurement import rules
from school_it.procurement.rules import How, LineKind
from school_it.schools.models import School

NOTHING = rules.NOTHING


class Supplier(OfTheTown, Versioned, Model):
    """Who delivers; devices keep the supplier's name as their own text."""

    __tablename__ = "suppliers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(160), nullable=False)
    name_folded: Mapped[str] = mapped_column(String(160), unique=True, nullable=False)
    customer_no: Mapped[str | None] = mapped_column(String(60))
    remark: Mapped[str | None] = mapped_column(Text)

    @property
    def trace_label(self) -> str:
        return self.name


class Order(OfTheTown, Versioned, Model):
    """An order, known by `order_no`. With `closed_on` nothing more is expected of it, whatever is missing."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_ordered_on_id", "ordered_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_no: Mapped[str] = mapped_column(String(80), unique=True, nullable=False)
    supplier_id: Mapped[int] = mapped_column(ForeignKey(Supplier.id), nullable=False, index=True)
    ordered_on: Mapped[date] = mapped_column(nullable=False)
    expected_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    closed_reason: Mapped[str | None] = mapped_column(String(300))
    remark: Mapped[str | None] = mapped_column(Text)

    supplier: Mapped[Supplier] = relationship(lazy="joined", innerjoin=True)
    lines: Mapped[list[OrderLine]] = relationship(
        lazy="selectin", order_by="OrderLine.position, OrderLine.id", back_populates="order"
    )

    @property
    def trace_label(self) -> str:
        return self.order_no


class OrderLine(Versioned, Model):
    """A line of an order: so many of one thing, for one school or (None) for the town, of one grant or own money.

    `unit_gross` is the price of one piece. An accessory that cannot be used alone names in `belongs_to_id` the line
    whose devices bear its cost.
    """

    __tablename__ = "order_lines"
    __table_args__ = (Index("ix_order_lines_order", "order_id"), Index("ix_order_lines_school", "school_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id, ondelete="CASCADE"), nullable=False)
    position: Mapped[int] = mapped_column(nullable=False)
    kind: Mapped[LineKind] = mapped_column(words(LineKind), nullable=False)
    text: Mapped[str] = mapped_column(String(300), nullable=False)
    category_id: Mapped[int | None] = mapped_column(ForeignKey(Category.id))
    manufacturer: Mapped[str | None] = mapped_column(String(120))
    model: Mapped[str | None] = mapped_column(String(120))
    belongs_to_id: Mapped[int | None] = mapped_column(ForeignKey("order_lines.id", ondelete="SET NULL"))
    quantity: Mapped[int] = mapped_column(nullable=False)
    unit_gross: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    vat_rate: Mapped[Decimal] = mapped_column(Share, nullable=False, default=rules.USUAL_VAT)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    funding_item: Mapped[str | None] = mapped_column(String(20))
    grant_id: Mapped[int | None] = mapped_column(ForeignKey(Grant.id))

    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True, back_populates="lines")
    category: Mapped[Category | None] = relationship(lazy="joined")
    school: Mapped[School | None] = relationship(lazy="joined")
    grant: Mapped[Grant | None] = relationship(lazy="joined")

    @property
    def total(self) -> Decimal:
        return self.unit_gross * self.quantity

    @property
    def trace_label(self) -> str:
        return f"{self.order.order_no} · {self.position}"

    @property
    def trace_school_id(self) -> int | None:
        return self.school_id


class Delivery(OfTheTown, Model):
    """What came on one day of one order."""

    __tablename__ = "deliveries"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(
        ForeignKey(Order.id, ondelete="CASCADE"), nullable=False, index=True
    )
    delivered_on: Mapped[date] = mapped_column(nullable=False)
    note_no: Mapped[str | None] = mapped_column(String(80))
    received_by: Mapped[str] = mapped_column(String(120), nullable=False)
    remark: Mapped[str | None] = mapped_column(String(300))

    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
    lines: Mapped[list[DeliveryLine]] = relationship(
        lazy="selectin", order_by="DeliveryLine.id", back_populates="delivery", cascade="all, delete-orphan"
    )

    @property
    def trace_label(self) -> str:
        return f"{self.order.order_no} · {self.delivered_on:%d.%m.%Y}"


class DeliveryLine(Model):
    """So many pieces of a line of the order."""

    __tablename__ = "delivery_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(
        ForeignKey(Delivery.id, ondelete="CASCADE"), nullable=False, index=True
    )
    order_line_id: Mapped[int] = mapped_column(ForeignKey(OrderLine.id), nullable=False, index=True)
    quantity: Mapped[int] = mapped_column(nullable=False)

    delivery: Mapped[Delivery] = relationship(back_populates="lines")
    order_line: Mapped[OrderLine] = relationship(lazy="joined", innerjoin=True)


class DeliveredDevice(Model):
    """A device that came with a delivery; its order within the order line is that of the ids."""

    __tablename__ = "delivered_devices"

    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id, ondelete="CASCADE"), primary_key=True)
    delivery_line_id: Mapped[int] = mapped_column(
        ForeignKey(DeliveryLine.id, ondelete="CASCADE"), nullable=False, index=True
    )


class Invoice(OfTheTown, Versioned, Model):
    """An invoice of a supplier, known by its number there. `discount` is what was kept back when paying (Skonto)."""

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("supplier_id", "invoice_no"),
        Index("ix_invoices_invoice_no", "invoice_no"),
        Index("ix_invoices_order", "order_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey(Supplier.id), nullable=False)
    order_id: Mapped[int] = mapped_column(ForeignKey(Order.id), nullable=False)
    invoice_no: Mapped[str] = mapped_column(String(80), nullable=False)
    invoice_date: Mapped[date] = mapped_column(nullable=False)
    due_on: Mapped[date | None]
    paid_on: Mapped[date | None]
    discount: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=NOTHING)
    ledger_ref: Mapped[str | None] = mapped_column(String(80))
    remark: Mapped[str | None] = mapped_column(Text)

    supplier: Mapped[Supplier] = relationship(lazy="joined", innerjoin=True)
    order: Mapped[Order] = relationship(lazy="joined", innerjoin=True)
    lines: Mapped[list[InvoiceLine]] = relationship(
        lazy="selectin", order_by="InvoiceLine.position, InvoiceLine.id", back_populates="invoice",
        cascade="all, delete-orphan",
    )  # fmt: skip

    @property
    def gross(self) -> Decimal:
        """What the invoice says, discounts of its lines off."""
        return sum((line.amount for line in self.lines), NOTHING)

    @property
    def paid(self) -> Decimal:
        return self.gross - self.discount

    @property
    def trace_label(self) -> str:
        return f"{self.supplier.name} · {self.invoice_no}"


class InvoiceLine(Model):
    """A line of an invoice: `gross` for all its pieces, less `rebate`; of a line of the order, or of none (postage)."""

    __tablename__ = "invoice_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(
        ForeignKey(Invoice.id, ondelete="CASCADE"), nullable=False, index=True
    )
    position: Mapped[int] = mapped_column(nullable=False)
    order_line_id: Mapped[int | None] = mapped_column(ForeignKey(OrderLine.id), index=True)
    text: Mapped[str] = mapped_column(String(300), nullable=False)
    quantity: Mapped[int] = mapped_column(nullable=False)
    gross: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    rebate: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=NOTHING)
    vat_rate: Mapped[Decimal] = mapped_column(Share, nullable=False, default=rules.USUAL_VAT)

    invoice: Mapped[Invoice] = relationship(back_populates="lines")
    order_line: Mapped[OrderLine | None] = relationship(lazy="joined")
    shares: Mapped[list[InvoiceShare]] = relationship(
        lazy="selectin", order_by="InvoiceShare.id", back_populates="line", cascade="all, delete-orphan"
    )

    @property
    def amount(self) -> Decimal:
        return self.gross - self.rebate


class InvoiceShare(Model):
    """Which part of an invoice line a grant bears, or (None) the town's own money; one receipt for several shares.

    `how` and `value` say how the part was told, so that it follows when the invoice changes; `gross` and `paid` are
    what came of it.
    """

    __tablename__ = "invoice_shares"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(
        ForeignKey(InvoiceLine.id, ondelete="CASCADE"), nullable=False, index=True
    )
    grant_id: Mapped[int | None] = mapped_column(ForeignKey(Grant.id), index=True)
    school_id: Mapped[int | None] = mapped_column(ForeignKey(School.id))
    category: Mapped[str | None] = mapped_column(String(20))
    how: Mapped[How] = mapped_column(words(How), nullable=False)
    value: Mapped[Decimal | None] = mapped_column(Share)
    quantity: Mapped[int] = mapped_column(nullable=False, default=0)
    gross: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    paid: Mapped[Decimal] = mapped_column(Euro, nullable=False)
    vat_non_eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=NOTHING)
    other_non_eligible: Mapped[Decimal] = mapped_column(Euro, nullable=False, default=NOTHING)

    line: Mapped[InvoiceLine] = relationship(back_populates="shares")
    grant: Mapped[Grant | None] = relationship(lazy="joined")
    school: Mapped[School | None] = relationship(lazy="joined")


class InvoiceReceipt(Model):
    """A receipt of a grant that came of an invoice; it follows the invoice, never the other way round."""

    __tablename__ = "invoice_receipts"

    receipt_id: Mapped[int] = mapped_column(ForeignKey(Receipt.id, ondelete="CASCADE"), primary_key=True)
    invoice_id: Mapped[int] = mapped_column(
        ForeignKey(Invoice.id, ondelete="CASCADE"), nullable=False, index=True
    )
