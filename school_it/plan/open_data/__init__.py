"""Yearly totals of the schools as open data: shown first, published by somebody, frozen, and public from then on."""
