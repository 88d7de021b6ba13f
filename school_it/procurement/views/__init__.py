"""Pages of orders, deliveries, invoices and their shares."""

from school_it.procurement.views import bearing, invoices, orders, receiving, shares, suppliers
from school_it.procurement.views.blueprint import bp

__all__ = ["bearing", "bp", "invoices", "orders", "receiving", "shares", "suppliers"]
