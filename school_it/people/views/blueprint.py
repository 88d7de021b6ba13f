"""What the pages of people share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _

from school_it.errors import N_
from school_it.people.rules import PERSON_ROLES, PERSON_STATES, PersonRole, PersonState

bp = Blueprint("people", __name__, url_prefix="/people")

FIELD_NAMES = {
    "stable_id": N_("Kennung"), "record_id": N_("Schlüssel"), "role": N_("Rolle"), "given_name": N_("Vorname"),
    "family_name": N_("Nachname"), "username": N_("Benutzername"), "email": N_("E-Mail"),
    "school_numbers": N_("Schulen"), "school_class": N_("Klasse"), "class_raw": N_("Klasse im Verzeichnis"),
    "leaves_on": N_("Abgang am"), "left_on": N_("abgegangen am"), "locked": N_("Konto gesperrt"),
    "state": N_("Zustand"), "source": N_("Herkunft"),
}  # fmt: skip


def worded(field: str, stored: Any) -> str | None:
    if stored and field == "role":
        return str(_(PERSON_ROLES[PersonRole(stored)]))
    if stored and field == "state":
        return str(_(PERSON_STATES[PersonState(stored)]))
    return None
