"""Signing in, roles and tokens."""
