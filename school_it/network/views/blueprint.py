"""The blueprint of the network; each file beside it adds its pages."""

from flask import Blueprint

bp = Blueprint("network", __name__, url_prefix="/network")
