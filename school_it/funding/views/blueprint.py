"""The blueprint of funding."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint

from school_it.web import flash_hint, said

bp = Blueprint("funding", __name__, url_prefix="/funding")


def say_odd(sentences: Iterator[Any]) -> None:
    """What is taken but should be looked at."""
    for sentence in sentences:
        flash_hint(said(sentence))
