"""Rules for the names of outlets: ``D-{raum}/{nr}`` -> ``{raum}-D{nr}``. Plain values only.

A name in braces stands for one or more characters, as few as will do; `{raum}` must in the new name stand for the same.
Everything else stands for itself, capital letters and blanks aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from school_it.errors import N_, BadValue

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LONGEST = 60
LONGEST_BEFORE = 120


def checked_rule(pattern: str, becomes: str) -> None:
    """Raises BadValue where the two do not make a rule."""
    names = PLACEHOLDER.findall(pattern)
    for text in (pattern, becomes):
        left = PLACEHOLDER.sub("", text)
        if "{" in left or "}" in left:
            raise BadValue(N_("In »%(text)s« fehlt eine Klammer. Beispiel: D-{raum}/{nr}"), text=text)
    if not names or any(not re.fullmatch(r"[a-zäöü]{1,20}", name) for name in names):
        raise BadValue(
            N_("»%(text)s« braucht Platzhalter aus kleinen Buchstaben in Klammern, etwa D-{raum}/{nr}."),
            text=pattern,
        )
    if len(set(names)) < len(names):
        raise BadValue(N_("In »%(text)s« steht ein Platzhalter zweimal."), text=pattern)
    unknown = next((name for name in PLACEHOLDER.findall(becomes) if name not in names), None)
    if unknown is not None:
        raise BadValue(N_("Der Platzhalter {%(name)s} kommt im alten Namen nicht vor."), name=unknown)
    if not PLACEHOLDER.findall(becomes):
        raise BadValue(
            N_("Der neue Name braucht mindestens einen Platzhalter, sonst hießen alle Dosen gleich.")
        )


def renamed(name: str, rules: Sequence[tuple[str, str]]) -> tuple[str, int] | None:
    """The name by the first of the rules that fits, and which one that is; None where none does."""
    for place, (pattern, becomes) in enumerate(rules):
        found = _parts_of(name.strip(), pattern)
        if found is not None:
            new = becomes
            for part, text in found.items():
                new = new.replace(f"{{{part}}}", text.strip())
            return (new, place) if len(new) <= LONGEST and new != name else None
    return None


def _parts_of(name: str, pattern: str) -> dict[str, str] | None:
    """What each placeholder stands for; None where the pattern does not fit.

    Tried step by step, and no step twice: a regular expression with many placeholders would try their every
    combination, which for a name of sixty letters is more than anybody can wait for.
    """
    if len(name) > LONGEST_BEFORE:
        return None
    steps, names = _steps(pattern), PLACEHOLDER.findall(pattern)
    vain: set[tuple[int, int]] = set()

    def ends(place: int, begin: int) -> list[int] | None:
        if place == len(names):
            return [] if begin == len(name) else None
        if (place, begin) in vain:
            return None
        for end in range(begin + 1, len(name) + 1):
            if name[end - 1] == "/":
                break
            behind = steps[place + 1].match(name, end)
            further = ends(place + 1, behind.end()) if behind else None
            if further is not None:
                return [begin, end, *further]
        vain.add((place, begin))
        return None

    first = steps[0].match(name)
    found = ends(0, first.end()) if first else None
    if found is None:
        return None
    spans = zip(found[::2], found[1::2], strict=True)
    return {part: name[begin:end] for part, (begin, end) in zip(names, spans, strict=True)}


@lru_cache(maxsize=256)
def _steps(pattern: str) -> list[re.Pattern[str]]:
    """What stands before, between and behind the placeholders; a blank may be missing or stand several times."""
    between = PLACEHOLDER.split(pattern.strip())[::2]
    blanks = [r"\s*".join(map(re.escape, re.split(" +", text))) for text in between]
    return [re.compile(text, re.IGNORECASE) for text in blanks]
