"""Measurements of the product as ratios, each with both sides from one run. Read README.md beside it."""
