"""The columns of the survey workbook, for both doors."""

from __future__ import annotations

from typing import Any

from school_it import cells
from school_it.cells import CODE, INTEGER, TEXT
from school_it.errors import N_
from school_it.plan.sheet import CLASS_WORDS
from school_it.plan.survey.rules import Group
from school_it.sheets import Column, Sheet

GROUP_WORDS: dict[str, Any] = {word: Group(one.value) for word, one in CLASS_WORDS.items()}
GROUP_WORDS |= {
    "anderes": Group.OTHER,
    "Anderes": Group.OTHER,
    "Sonstiges": Group.OTHER,
    "andere": Group.OTHER,
}

SHOWN_ONLY = ("school", "target", "stock", "gap")
"""What the school is told; it is never read back."""

SURVEY = Sheet(
    "survey",
    N_("Bedarfsabfrage"),
    (
        Column("school_number", "Schulnummer", CODE, True, ("Schulnr.", "Schul-Nr.")),
        Column("school", "Schule", TEXT),
        Column("group", "Gerätegruppe", cells.one_of(GROUP_WORDS), True),
        Column("target", "Soll", TEXT),
        Column("stock", "Bestand", TEXT),
        Column("gap", "Fehlbedarf", TEXT),
        Column("wanted", "gewünscht", INTEGER, other_headers=("Wunsch", "gewünschte Anzahl", "Bedarf")),
        Column("reason", "Begründung", TEXT),
        Column("what", "was genau", TEXT, other_headers=("Was genau", "Bezeichnung")),
        Column("code", "Code", CODE, True, ("Abfragecode",)),
    ),
    keys=(("group", "school_number", "what", "code"),),
)
