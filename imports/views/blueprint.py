"""The blueprint of the import pages, and what they all need."""

from pathlib import Path

from flask import Blueprint, current_app

bp = Blueprint("imports", __name__, url_prefix="/imports")


def home() -> Path:
    folder: Path = current_app.config["SCHOOL_IT"].home
    return folder
