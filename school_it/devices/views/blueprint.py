"""The blueprint of devices; each file beside it adds its pages."""

from flask import Blueprint

bp = Blueprint("devices", __name__, url_prefix="/devices")
