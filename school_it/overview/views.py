"""Start page, search, help, accessibility statement, health."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, jsonify
from sqlalchemy import text

from school_it.access import May, needs, public
from school_it.database import db
from school_it.web import page

bp = Blueprint("overview", __name__)


@bp.get("/")
@needs(May.SEE_HOME)
def home() -> Any:
    return page("overview/home.html")


@bp.get("/help")
@needs(May.SEE_HOME)
def help() -> Any:
    return page("overview/help.html")


@bp.get("/healthz")
@public
def healthz() -> Any:
    db.session().execute(text("SELECT 1"))
    return jsonify({"status": "ok"})


@bp.get("/accessibility")
@public
def accessibility() -> Any:
    return page("overview/accessibility.html", contact=current_app.config["SCHOOL_IT"].CONTACT)
