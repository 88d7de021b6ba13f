"""How targets go back to what they were before a list."""

from __future__ import annotations

from school_it.access import May
from school_it.errors import N_
from school_it.plan.models import Target
from school_it.plan.sheet import TARGETS
from school_it.plan.survey.models import SurveyWish
from school_it.plan.survey.sheet import SURVEY
from school_it.undo import Undoing, headers

UNDOINGS = (
    Undoing(
        Target,
        N_("Ausstattungsziel"),
        batches={"import.targets": May.IMPORT_ALL},
        shown={"school_types": "school_type"},
        names=headers(TARGETS),
    ),
    Undoing(
        SurveyWish,
        N_("Wunsch der Bedarfsabfrage"),
        batches={"import.survey": May.IMPORT_ALL},
        names=headers(SURVEY),
    ),
)
