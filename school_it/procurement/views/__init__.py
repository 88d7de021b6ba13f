"""Pages of orders, deliveries, invoices and their shares."""

from school_it.procurement.views import invoices, orders, receiving, shares, suppliers
from school_it.procurement.views.blueprint import bp

__all__ = ["bp", "invoices", "orders", "receiving", "shares", "suppliers"]
