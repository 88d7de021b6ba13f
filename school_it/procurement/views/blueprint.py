"""The blueprint of procurement; each file beside it adds its pages."""

from flask import Blueprint

bp = Blueprint("procurement", __name__, url_prefix="/procurement")
