"""How many devices a school is to have, how that comes about, and what is missing. Plain values only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from school_it.cells import show_number, show_percent
from school_it.devices.rules import ItemClass, Use
from school_it.plan.rules.targets import Basis, grade_rank
from school_it.school_year import years_after
from school_it.schools.rules import SchoolType

T = SchoolType
GRADES_OF: Mapping[SchoolType, range] = {
    T.G: range(1, 5), T.H: range(5, 11), T.R: range(5, 11), T.SK: range(5, 11), T.GE: range(5, 14),
    T.GY: range(5, 14), T.S: range(1, 11), T.PS: range(1, 11),
}  # fmt: skip
"""The grades that a type of school has; all 13 where it is not listed."""


@dataclass(frozen=True)
class Aim:
    """A target of the plan. `reserve` is a share from 0 to 1 on top; `ident` is the row it comes from."""

    ident: int
    item_class: ItemClass
    basis: Basis
    value: Decimal
    reserve: Decimal = Decimal(0)
    types: tuple[SchoolType, ...] = ()
    grade_from: str = ""
    grade_to: str = ""

    @cached_property
    def grades(self) -> range:
        return range(grade_rank(self.grade_from) or 1, (grade_rank(self.grade_to) or 13) + 1)

    @property
    def is_bounded(self) -> bool:
        return bool(self.grade_from or self.grade_to)

    @cached_property
    def each(self) -> Fraction:
        """How many devices one pupil, room, teacher or school comes to, with the reserve."""
        value = Fraction(self.value)
        return (1 / value if self.basis is Basis.PUPILS else value) * (1 + Fraction(self.reserve))

    @cached_property
    def closeness(self) -> tuple[int, int, int]:
        """The closest counts where several fit: one for few types before one for many, few grades before many."""
        return (-len(self.types) if self.types else -100, -len(self.grades), self.ident)

    def fits(self, kind: SchoolType) -> bool:
        return not self.types or kind in self.types


@dataclass(frozen=True)
class Figures:
    """What a school year says of a school: pupils as a whole and by grade, teachers (heads), teaching rooms."""

    school_year: int
    pupils: int | None = None
    by_grade: Mapping[str, int] = field(default_factory=dict)
    teachers: int | None = None
    rooms: int | None = None

    @property
    def all_pupils(self) -> int | None:
        return self.pupils if self.pupils is not None else (sum(self.by_grade.values()) or None)


@dataclass(frozen=True)
class Step:
    """One line of a working: `base` of something, by one target, gives `count`. `is_shared`: the pupils of its grades
    are not known, those of the whole school were shared out."""

    aim: Aim
    base: int
    count: int
    is_shared: bool = False

    @property
    def said(self) -> str:
        """»Jahrgang 05–10: 1011 Schüler ÷ 1,5 + 5 % = 708«, as files say it."""
        aim, value = self.aim, show_number(self.aim.value)
        words = {
            Basis.PUPILS: f"{self.base} Schüler ÷ {value}",
            Basis.ROOM: f"{self.base} Unterrichtsräume × {value}",
            Basis.TEACHER: f"{self.base} Lehrkräfte × {value}",
            Basis.SCHOOL: f"{value} je Schule",
        }[aim.basis]
        more = f" + {show_percent(aim.reserve)}" if aim.reserve else ""
        where = f"Jahrgang {aim.grade_from or '01'}–{aim.grade_to or '13'}: " if aim.is_bounded else ""
        return f"{where}{words}{more} = {self.count}"


@dataclass(frozen=True)
class Worked:
    """The target of a school for a class with its working. `lacking`: what had to be known and is not."""

    steps: tuple[Step, ...] = ()
    lacking: tuple[Basis, ...] = ()

    @property
    def count(self) -> int:
        return sum(step.count for step in self.steps)


def needed(base: int, aim: Aim) -> int:
    """`base` pupils, rooms, teachers or schools by one target, rounded up: ``ceil(pupils / ratio * (1 + reserve))``."""
    return -(-base * aim.each.numerator // aim.each.denominator)


def worked(kind: SchoolType, figures: Figures | None, aims: Iterable[Aim]) -> dict[ItemClass, Worked]:
    """What a school of this type is to have by these targets. Different bases of one class add up."""
    groups: dict[tuple[ItemClass, Basis], list[Aim]] = {}
    for aim in aims:
        if aim.fits(kind):
            groups.setdefault((aim.item_class, aim.basis), []).append(aim)
    found: dict[ItemClass, Worked] = {}
    for (item_class, basis), some in groups.items():
        steps = _steps(kind, figures, basis, sorted(some, key=lambda aim: aim.closeness, reverse=True))
        known = found.get(item_class, Worked())
        if steps is None:
            found[item_class] = Worked(known.steps, (*known.lacking, basis))
        else:
            found[item_class] = Worked((*known.steps, *steps), known.lacking)
    return found


def _steps(
    kind: SchoolType, figures: Figures | None, basis: Basis, closest: Sequence[Aim]
) -> list[Step] | None:
    if basis is Basis.SCHOOL:
        return [_step(closest[0], 1)]
    if figures is None:
        return None
    if basis is Basis.PUPILS:
        return _pupil_steps(kind, figures, closest)
    base = figures.rooms if basis is Basis.ROOM else figures.teachers
    return None if base is None else [_step(closest[0], base)]


def _step(aim: Aim, base: int, *, is_shared: bool = False) -> Step:
    return Step(aim, base, needed(base, aim), is_shared)


def _pupil_steps(kind: SchoolType, figures: Figures, closest: Sequence[Aim]) -> list[Step] | None:
    """Each pupil by the closest target of the grade; without pupils by grade those of the school are shared out
    evenly over the grades that the targets name."""
    if figures.all_pupils is None:
        return None
    if all(not aim.is_bounded for aim in closest):
        return [_step(closest[0], figures.all_pupils)]
    if not figures.by_grade:
        return _shared_out(GRADES_OF.get(kind, range(1, 14)), figures.all_pupils, closest)
    pupils: dict[Aim, int] = {}
    left = figures.all_pupils
    for grade, number in figures.by_grade.items():
        left -= number
        aim = _closest(grade_rank(grade), closest)
        if aim is not None:
            pupils[aim] = pupils.get(aim, 0) + number
    wide = _closest(None, closest)
    if wide is not None and left > 0:
        pupils[wide] = pupils.get(wide, 0) + left
    return [_step(aim, number) for aim, number in pupils.items()]


def _closest(grade: int | None, closest: Sequence[Aim]) -> Aim | None:
    fitting = (aim for aim in closest if not aim.is_bounded or (grade is not None and grade in aim.grades))
    return next(fitting, None)


def _shared_out(grades: Iterable[int], pupils: int, closest: Sequence[Aim]) -> list[Step]:
    covered = [(grade, aim) for grade in grades if (aim := _closest(grade, closest)) is not None]
    held: dict[Aim, int] = {}
    for place, (_grade, aim) in enumerate(covered):
        part = pupils * (place + 1) // len(covered) - pupils * place // len(covered)
        held[aim] = held.get(aim, 0) + part
    return [_step(aim, number, is_shared=len(held) > 1) for aim, number in held.items()]


def gap(target: int, usable: int) -> int:
    """What is missing: never less than nothing."""
    return max(0, target - usable)


def too_old_since(on: date, life: int) -> date:
    """The last day on which something may have begun that is too old on `on`: usable is what began later."""
    day = years_after(on, -life)
    leap = date(day.year, 2, 29) if day.year % 4 == 0 and (day.year % 100 or day.year % 400 == 0) else None
    return leap if leap is not None and (day.month, day.day) == (2, 28) else day


@dataclass(frozen=True)
class Counting:
    """Which categories, in which uses, count for a class of the plan. No uses: all of them.

    `is_usual`: nothing was laid down, so the class of the category holds.
    """

    item_class: ItemClass
    categories: frozenset[int]
    uses: frozenset[Use | None]
    is_usual: bool = True
    also: frozenset[tuple[int, Use | None]] = frozenset()

    @property
    def pairs(self) -> set[tuple[int, Use | None]]:
        """Each category with each use that counts."""
        own = {(category, use) for category in self.categories for use in self.uses or ALL_USES}
        return own | self.also

    @property
    def all_categories(self) -> frozenset[int]:
        return self.categories | {category for category, _use in self.also}


ALL_USES: frozenset[Use | None] = frozenset({None, *Use})
OF_PUPILS: frozenset[Use | None] = frozenset({None, Use.POOL, Use.LOAN})


def usual_counting(class_of: Mapping[int, ItemClass | None]) -> dict[ItemClass, Counting]:
    """By the class of each category. A mobile device of a teacher is a teacher's, that of an office no pupil's."""
    by_class: dict[ItemClass, set[int]] = {one: set() for one in ItemClass}
    for category, item_class in class_of.items():
        if item_class is not None:
            by_class[item_class].add(category)
    mobile = by_class[ItemClass.MOBILE]
    found = {one: Counting(one, frozenset(some), frozenset()) for one, some in by_class.items()}
    found[ItemClass.MOBILE] = Counting(ItemClass.MOBILE, frozenset(mobile), OF_PUPILS)
    own = found[ItemClass.TEACHERS]
    lent = frozenset((category, Use.TEACHER) for category in mobile)
    found[ItemClass.TEACHERS] = replace(own, also=lent)
    return found


def ratio(pupils: int | None, devices: int) -> Decimal | None:
    """Pupils for each device that counts; None without pupils or devices."""
    return None if not pupils or not devices else Decimal(pupils) / devices
