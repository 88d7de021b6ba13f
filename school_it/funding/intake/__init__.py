"""Programmes, grants and receipts from a file: what is known of them, what is wrong with a row, and writing it."""
