"""The front desk: what needs attention, one search over everything, help."""
