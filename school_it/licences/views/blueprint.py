"""The blueprint of the pages of licences, which the files of this folder share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("licences", __name__, url_prefix="/licences")
