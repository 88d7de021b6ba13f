"""Why a plan must not be applied unasked: a broken server or a wrong setting is likelier than what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from school_it.errors import N_, Sentence
from school_it.people import class_moves
from school_it.people.class_moves import Move
from school_it.people.rules import PERSON_ROLES, PersonRole, PersonState
from school_it.people.steps import Kind, KnownPerson, Step, Wanted

WHOLESALE_PERCENT = 50
"""Where more than half of a role leave, or lose class or school, the mapping is broken."""


def refusals(
    known: Sequence[KnownPerson],
    steps: Sequence[Step],
    schools_told: Collection[str],
    max_leavers_percent: int,
    *,
    year_change: bool = False,
    moves: Sequence[Move] = (),
) -> tuple[Sentence, ...]:
    """The reasons, none where all is well. One leaver never stops a run: a share of one says nothing.

    While a `year_change` is open, many may leave; all other reasons stand. `moves` are those of the classes.
    `schools_told` are the schools at which the directory named anybody.
    """
    active = [person for person in known if person.state is PersonState.ACTIVE]
    left = [step.person for step in steps if step.kind is Kind.LEFT]
    gone = _schools_gone(active, steps, schools_told)
    return (
        *(() if year_change else _too_many_leavers(active, left, max_leavers_percent, set(gone))),
        *(Sentence(NOBODY_LEFT_THERE, school=school, n=n) for school, n in gone.items()),
        *_half_a_role(active, left),
        *_half_emptied(active, steps),
        *_two_years_in_one_class(moves),
    )


def _two_years_in_one_class(moves: Sequence[Move]) -> Iterable[Sentence]:
    for odd in class_moves.two_years_in_one_class(moves):
        yield Sentence(N_("Schule %(school)s, %(what)s"), school=odd.school, what=odd.sentence)


NOBODY_LEFT_THERE = N_(
    "Schule %(school)s: Bisher %(n)s Personen, jetzt nennt das Verzeichnis dort niemanden."
)


def _schools_gone(
    active: Sequence[Wanted], steps: Sequence[Step], schools_told: Collection[str]
) -> dict[str, int]:
    """Schools of last time without anybody now. Where everybody has moved to another school, it has closed."""
    lost = Counter(
        school
        for step in steps
        if step.kind is Kind.LEFT or not step.person.school_numbers
        for school in _main_before(step)
    )
    counted = Counter(person.main_school for person in active if person.main_school)
    return {
        school: n
        for school, n in sorted(counted.items())
        if n > 1 and school not in schools_told and lost[school]
    }


def _main_before(step: Step) -> Iterable[str]:
    before = next(
        (was for name, was, _ in step.changes if name == "school_numbers"), step.person.school_numbers
    )
    return before[:1] if isinstance(before, tuple) else ()


def _is_too_many(some: int, of: int, percent: int) -> bool:
    return some > 1 and some * 100 > percent * of


def _too_many_leavers(
    active: Sequence[Wanted], left: Sequence[Wanted], percent: int, gone_schools: Collection[str]
) -> Iterable[Sentence]:
    if _is_too_many(len(left), len(active), percent):
        yield Sentence(
            N_("%(n)s von %(of)s Personen wären abgegangen, erlaubt sind %(percent)s %%."),
            n=len(left),
            of=len(active),
            percent=percent,
        )
    counted, gone = _by(active, left, lambda person: person.main_school)
    for school, n in sorted(gone.items()):
        if school not in gone_schools and _is_too_many(n, counted[school], percent):
            yield Sentence(
                N_("Schule %(school)s: %(n)s von %(of)s Personen wären abgegangen, erlaubt: %(percent)s %%."),
                school=school,
                n=n,
                of=counted[school],
                percent=percent,
            )


def _by(
    all_of_them: Iterable[Wanted], some: Iterable[Wanted], key: Callable[[Wanted], str | None]
) -> tuple[Mapping[str, int], Mapping[str, int]]:
    first, second = (
        Counter(value for person in people if (value := key(person))) for people in (all_of_them, some)
    )
    return first, second


def _half_a_role(active: Sequence[Wanted], left: Sequence[Wanted]) -> Iterable[Sentence]:
    counted, gone = _by(active, left, lambda person: person.role)
    for role, n in sorted(gone.items()):
        if _is_too_many(n, counted[role], WHOLESALE_PERCENT):
            yield Sentence(
                N_("%(n)s von %(of)s Personen mit der Rolle %(role)s wären abgegangen."),
                n=n,
                of=counted[role],
                role=Sentence(PERSON_ROLES[PersonRole(role)]),
            )


EMPTIED = {
    "school_class": N_("%(n)s von %(of)s Personen würden ihre Klasse verlieren."),
    "school_numbers": N_("%(n)s von %(of)s Personen würden ihre Schule verlieren."),
}


def _half_emptied(active: Sequence[Wanted], steps: Sequence[Step]) -> Iterable[Sentence]:
    for name, sentence in EMPTIED.items():
        had = sum(bool(getattr(person, name)) for person in active)
        lose = sum(
            bool(before) and not after
            for step in steps
            for field, before, after in step.changes
            if field == name
        )
        if _is_too_many(lose, had, WHOLESALE_PERCENT):
            yield Sentence(sentence, n=lose, of=had)
