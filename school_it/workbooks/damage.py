"""What is said of a workbook that no program could read as it is."""

from __future__ import annotations

from school_it.errors import N_, CannotRead

DAMAGED = N_("Die Datei ist beschädigt und lässt sich nicht lesen. Bitte noch einmal speichern.")


class Damaged(CannotRead):
    def __init__(self) -> None:
        super().__init__(DAMAGED)
