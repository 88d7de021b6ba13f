"""What a programme pays for, and what has to be there for it: F10, F11, F23 to F25, F27, F28 and F35."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal

from school_it.errors import N_, Sentence
from school_it.funding.rules.words import NOTHING

WORDS: Mapping[str, tuple[str, ...]] = {
    "wartung": ("wartung", "instandhaltung", "maintenance"),
    "support": ("support", "betreuung", "pflegevertrag"),
    "smartphone": ("smartphone", "mobiltelefon", "handy"),
    "garantieverlängerung": ("garantieverlängerung", "garantieerweiterung", "garantiepaket", "care pack"),
    "ladewagen": ("ladewagen", "ladekoffer", "ladeschrank", "ladetrolley"),
    "hülle": ("hülle", "hüllen", "tablethülle", "tablethüllen", "schutzhülle", "schutzhüllen"),
    "apps": ("app", "apps"),
    "lernplattform": ("lernplattform", "lms"),
    "personal": ("personalkosten", "personalausgaben"),
    "versicherung": ("versicherung", "geräteversicherung"),
    "administration": ("administration",),
}
"""What an excluded word is called on invoices, all in small letters."""


def item_meant(said: str, items: Iterable[str]) -> str:
    """The funding item as the programme writes it where only blanks, case or a bracket differ: »2.1 B)« -> »2.1b«.

    What the programme does not name stays as it was said.
    """
    known = tuple(items)
    folded = _item_folded(said)
    return said if said in known else next((one for one in known if _item_folded(one) == folded), said)


def against_unknown_item(item: str, items: Collection[str]) -> Iterator[Sentence]:
    """F10: caps and cost plan go by the items that the programme names; nothing against one that names none."""
    if items and item not in items:
        yield Sentence(
            N_("Das Programm nennt den Fördergegenstand %(item)s nicht, sondern %(items)s."),
            item=item,
            items=", ".join(items),
        )


def _item_folded(item: str) -> str:
    return "".join(item.split()).casefold().removeprefix("nr.").strip("().")


def excluded_in(text: str, excluded: Iterable[str], allowed: Iterable[str] = ()) -> tuple[str, ...]:
    """F10, F11: which of the excluded words a receipt's text names. The directives list them; who reads decides.

    »39 € Garantieverlängerung« is not eligible for teachers' devices in NRW, and is in Bavaria (`allowed`).
    """
    lower = text.casefold()
    fine = {word.casefold() for word in allowed}
    return tuple(word for word in excluded if word.casefold() not in fine and _names(lower, word.casefold()))


def called(word: str) -> tuple[str, ...]:
    """What an excluded word may be called, in small letters."""
    return WORDS.get(word.casefold(), (word.casefold(),))


def _names(text: str, word: str) -> bool:
    return any(re.search(rf"\b{re.escape(one)}(s|en|n)?\b", text) for one in called(word))


def against_excluded(text: str, excluded: Iterable[str], allowed: Iterable[str] = ()) -> Iterator[Sentence]:
    """F10 and F11 as one sentence for the office."""
    found = excluded_in(text, excluded, allowed)
    if found:
        yield Sentence(
            N_(
                "Im Gegenstand steht »%(words)s«: Das fördert das Programm nicht. Bitte den Anteil unter "
                "»sonst nicht förderfähig« abziehen, oder begründen, warum es doch zählt."
            ),
            words=", ".join(found),
        )


def above_pupils(devices_after: int, pupils: int) -> int:
    """F23 (REACT-EU, NRW: at most one device each): how many are too many. 470 and 20 for 480 pupils -> 10."""
    return max(0, devices_after - pupils)


def over_training_cap(costs: Iterable[tuple[str, Decimal]], cap: Decimal) -> dict[str, Decimal]:
    """F24 (IT administration, NRW): by person, what is above the cap; the codes are the caller's. 11,200 -> 1,200."""
    whole: dict[str, Decimal] = {}
    for person, cost in costs:
        whole[person] = whole.get(person, NOTHING) + cost
    return {person: cost - cap for person, cost in whole.items() if cost > cap}


def trained_twice(persons: Iterable[str]) -> tuple[str, ...]:
    """F24: one training for each person."""
    seen: set[str] = set()
    twice = {one for one in persons if one in seen or seen.add(one)}  # type: ignore[func-returns-value]
    return tuple(sorted(twice))


def is_linked(linked_measure: str | None, own_measures: Collection[str]) -> bool:
    """F25 (IT administration, NRW): its cost hangs on a DigitalPakt measure of the same authority. Empty -> no."""
    return linked_measure is not None and linked_measure in own_measures


def lacking_documents(
    needed: Iterable[str], there: Mapping[str, Collection[str]]
) -> dict[str, tuple[str, ...]]:
    """F27, F28: for each school (or the measure) which of the needed documents is not there yet, in their order."""
    wanted = tuple(needed)
    missing = {name: tuple(one for one in wanted if one not in has) for name, has in there.items()}
    return {name: lacking for name, lacking in missing.items() if lacking}


VOCATIONAL = frozenset({"BK", "SB"})


def against_video(school_type: str | None, count: int) -> Iterator[Sentence]:
    """F35 (directive of NRW, 11.12.2023, item 2.1 d): one videoconference system for each vocational college."""
    if school_type not in VOCATIONAL:
        yield Sentence(N_("Videokonferenzanlagen werden nur an Berufskollegs gefördert."))
    elif count > 1:
        yield Sentence(
            N_("Gefördert wird eine Videokonferenzanlage je Berufskolleg, hier sind es %(count)s."),
            count=count,
        )
