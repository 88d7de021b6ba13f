"""Letters to people who should give something back: on paper, in German whatever the reader's language.

A letter holds the name, the class, the devices with their numbers, and the day; nothing else about the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from school_it.devices.models import Device
from school_it.devices.returns import Task
from school_it.people.models import Person
from school_it.people.rules import PersonRole, PersonState


@dataclass(frozen=True)
class Line:
    what: str
    asset_tag: str
    serial_number: str


@dataclass(frozen=True)
class Letter:
    """`before` and `after` are the paragraphs above and below the list of devices."""

    sender: str
    town: str
    to: Sequence[str]
    day: date
    before: Sequence[str]
    lines: Sequence[Line]
    after: Sequence[str]


SUBJECT = "Rückgabe ausgeliehener Geräte"
GREETING = "Guten Tag,"
CLOSING = "Mit freundlichen Grüßen"
HEADERS = ("Gerät", "Inventarnummer", "Seriennummer")
RECEIPT = "Zurückgenommen am ____________________    Unterschrift ______________________________"


def letter(task: Task, *, town: str, on: date) -> Letter:
    person, several = task.person, len(task.devices) > 1
    school = person.school or next((one.school for one in task.devices if one.school), None)
    return Letter(
        sender=school.name if school else town,
        town=town,
        to=_to(person),
        day=on,
        before=(f"{_why(person)} {'diese Geräte' if several else 'dieses Gerät'} der Schule:",),
        lines=[_line(one) for one in task.devices],
        after=(_when(task.due_on, on, several=several), *ADVICE),
    )


ADVICE = (
    "Bitte sichern Sie vorher eigene Dateien und melden Sie private Konten ab: Nach der Rückgabe wird alles gelöscht.",
    "Ist etwas defekt, verloren oder gestohlen, sagen Sie uns bitte Bescheid. Wir finden gemeinsam eine Lösung.",
    "Ist alles schon zurückgegeben? Dann genügt eine kurze Nachricht, und wir berichtigen unsere Liste.",
)


def _to(person: Person) -> Sequence[str]:
    if person.role is not PersonRole.PUPIL:
        return (person.name,)
    school_class = (f"Klasse {person.school_class}",) if person.school_class else ()
    return (person.name, *school_class, "oder die Erziehungsberechtigten")


def _why(person: Person) -> str:
    if person.state is PersonState.LEFT and person.left_on is not None:
        return (
            f"{person.name} ist seit dem {person.left_on:%d.%m.%Y} nicht mehr an unserer Schule und hat noch"
        )
    if person.leaves_on is not None:
        return f"{person.name} verlässt unsere Schule am {person.leaves_on:%d.%m.%Y} und hat noch"
    return f"{person.name} ist nicht mehr an unserer Schule und hat noch"


def _when(due: date | None, on: date, *, several: bool) -> str:
    what = "die Geräte" if several else "das Gerät"
    if due is None or due < on:
        late = f"Die Rückgabe war bis zum {due:%d.%m.%Y} erbeten. " if due else ""
        return f"{late}Bitte bringen Sie {what} mit Zubehör in den nächsten Tagen in die Schule."
    return f"Bitte bringen Sie {what} mit Zubehör bis zum {due:%d.%m.%Y} in die Schule."


def _line(device: Device) -> Line:
    return Line(device.label, device.asset_tag, device.serial_number or "")
