"""Rules for the names of outlets: ``D-{raum}/{nr}`` -> ``{raum}-D{nr}``. Plain values only.

A name in braces stands for one or more characters, as few as will do; `{raum}` must in the new name stand for the same.
Everything else stands for itself, capital letters and blanks aside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from school_it.errors import N_, BadValue

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LONGEST = 60


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
        found = _expression(pattern).fullmatch(name.strip())
        if found:
            new = becomes
            for part, text in found.groupdict().items():
                new = new.replace(f"{{{part}}}", text.strip())
            return (new, place) if len(new) <= LONGEST and new != name else None
    return None


def _expression(pattern: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(pattern.strip())
    text = "".join(
        f"(?P<{part}>[^/]+?)" if place % 2 else re.escape(part).replace(r"\ ", r"\s*")
        for place, part in enumerate(parts)
    )
    return re.compile(text, re.IGNORECASE)
