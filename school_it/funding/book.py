"""The words of the funding book: kinds of decisions, states of measures, draw-downs and change requests."""

from __future__ import annotations

from enum import StrEnum

from school_it.errors import N_


class DecisionKind(StrEnum):
    """What a decision of the authority does: grant, change what was granted, or take it back."""

    GRANT = "grant"
    AMENDMENT = "amendment"
    REVOCATION = "revocation"


DECISION_KINDS = {
    DecisionKind.GRANT: N_("Zuwendungsbescheid"),
    DecisionKind.AMENDMENT: N_("Änderungsbescheid"),
    DecisionKind.REVOCATION: N_("Widerruf"),
}


class MeasureState(StrEnum):
    PLANNED = "planned"
    APPLIED = "applied"
    GRANTED = "granted"
    COMPLETED = "completed"


MEASURE_STATES = {
    MeasureState.PLANNED: N_("geplant"),
    MeasureState.APPLIED: N_("beantragt"),
    MeasureState.GRANTED: N_("bewilligt"),
    MeasureState.COMPLETED: N_("abgeschlossen"),
}


class DrawdownState(StrEnum):
    REQUESTED = "requested"
    PAID = "paid"


DRAWDOWN_STATES = {
    DrawdownState.REQUESTED: N_("angefordert"),
    DrawdownState.PAID: N_("ausgezahlt"),
}


class ChangeState(StrEnum):
    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"


CHANGE_STATES = {
    ChangeState.REQUESTED: N_("beantragt"),
    ChangeState.GRANTED: N_("bewilligt"),
    ChangeState.REFUSED: N_("abgelehnt"),
}
