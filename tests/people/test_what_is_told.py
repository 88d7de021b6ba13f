"""What the command line says of a sync: few lines, however many people they are about."""

from __future__ import annotations

from school_it.people.commands import _findings


def test_what_many_share_is_told_once_with_their_number() -> None:
    unknown = [{"who": f"ada.{n}", "sentence": "Die Schule »7« ist nicht bekannt."} for n in range(113)]
    lines = _findings([*unknown, {"who": "jette", "sentence": "Keine Klasse."}])
    assert lines == [
        "ada.0, ada.1, ada.2 und 110 weitere: Die Schule »7« ist nicht bekannt.",
        "jette: Keine Klasse.",
    ]
