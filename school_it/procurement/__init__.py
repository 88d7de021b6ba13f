"""Orders, deliveries and invoices: what was bought, what came of it, what it cost, and which grant bears what."""
