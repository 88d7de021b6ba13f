"""Whatever has been done in whatever order: an undo gives back what was, and keeps what was done since."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it.access import Actor
from school_it.database import transaction
from school_it.devices import actions as device_actions
from school_it.devices import bulk, loans
from school_it.devices.models import Device
from school_it.devices.rules import State
from school_it.errors import RuleBroken
from school_it.people.models import Person
from school_it.people.rules import PersonState
from tests.undo.conftest import Undone, picture

Bring = Callable[..., int]
TakeBack = Callable[..., Undone]

HEADS = {
    "devices": "Inventarnummer;Seriennummer;Geräteart;Hersteller;Schulnummer;Raum;Zustand;Preis brutto;Entleiher",
    "rooms": "Schulnummer;Raum;Bezeichnung;Gebäude",
    "people": "Schlüssel;Rolle;Nachname;Vorname;Schulnummer;Klasse",
    "figures": "Schulnummer;Schuljahr;Schülerzahl",
}


class Chance:
    """Draws lists as schools write them, bulk edits and changes by hand."""

    def __init__(self, seed: int, bring: Bring, by: Actor) -> None:
        self.draw, self.bring, self.by = random.Random(seed), bring, by

    def school(self) -> str:
        return self.draw.choice(("115514", "167149"))

    def line(self, kind: str, number: int) -> str:
        pick = self.draw.choice
        if kind == "devices":
            cells = (
                f"A-{number}", f"S-{number}", pick(("Tablet", "PC")), pick(("Acme", "Bolt")), self.school(),
                pick(("", "1.01", "1.02", "9.99")), pick(("", "Lager", "defekt")), pick(("", "100,00", "199,99")),
                pick(("", "", "Kim Eins", "Kim Zwei", "Frau Fremd", "Raum 1.01")),
            )  # fmt: skip
        elif kind == "rooms":
            cells = (self.school(), f"1.0{number}", pick(("", "Aula")), pick(("", "Altbau", "Neubau")))
        elif kind == "people":
            name = ("Eins", "Zwei", "Drei", "Vier", "Fünf", "Sechs")[number % 6]
            cells = (f"p{number % 6}", "Schüler", name, "Kim", self.school(), pick(("", "1a", "2b")))
        else:
            cells = (self.school(), f"{2020 + number}/{21 + number}", str(self.draw.randint(100, 900)))
        return ";".join(cells)

    def a_list(self) -> int | None:
        """A list with some known and some new rows; None where no row could be taken."""
        kind = self.draw.choice(list(HEADS))
        numbers = self.draw.sample(range(8), self.draw.randint(1, 6))
        lines = {
            self.line(kind, number).split(";")[0 if kind != "rooms" else 1]: number for number in numbers
        }
        text = "\n".join([HEADS[kind], *(self.line(kind, number) for number in lines.values())])
        return self.bring(kind, text + "\n", "--partial")

    def a_bulk_edit(self) -> int | None:
        with transaction() as session:
            idents = list(session.scalars(select(Device.id)))
            some = self.draw.sample(idents, self.draw.randint(0, len(idents)))
            values: dict[str, Any] = self.draw.choice(
                ({"state": State.IN_REPAIR}, {"manufacturer": "Cord"}, {"remark": "zusammen"})
            )
            made = bulk.edit_many(session, some, values, by=self.by)
            return made.batch.id if made.batch else None

    def by_hand(self) -> str | None:
        """Change, lend or take back one device; returns its inventory number."""
        with transaction() as session:
            devices = list(session.scalars(select(Device).order_by(Device.id)))
            people = list(
                session.scalars(select(Person).where(Person.state == PersonState.ACTIVE).order_by(Person.id))
            )
            if not devices:
                return None
            device = self.draw.choice(devices)
            try:
                if device.is_out:
                    loans.take_back(session, device, by=self.by)
                elif people and self.draw.random() < 0.5:
                    loans.hand_out(session, device, to=self.draw.choice(people), by=self.by)
                else:
                    note = f"von Hand {self.draw.random()}"
                    device_actions.change_device(session, device, {"remark": note}, by=self.by)
            except RuleBroken:
                return None
            return device.asset_tag


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("seed", range(4))
def test_batches_taken_back_from_the_last_to_the_first_leave_no_trace(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor, seed: int
) -> None:
    chance, stack = Chance(seed, bring, house), []
    for _ in range(9):
        if stack and chance.draw.random() < 0.3:
            before, batch = stack.pop()
            assert take_back(batch).facts["conflicts"] == []
            assert picture(session) == before
        before = picture(session)
        batch = chance.a_list() if chance.draw.random() < 0.75 else chance.a_bulk_edit()
        if batch is not None and picture(session) != before:
            stack.append((before, batch))
    assert stack
    while stack:
        before, batch = stack.pop()
        assert take_back(batch).facts["conflicts"] == []
        assert picture(session) == before


def by_tag(session: Session) -> dict[str, dict[str, Any]]:
    return {row["asset_tag"]: row for row in picture(session)["devices"]}


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("seed", range(100, 104))
def test_what_was_done_by_hand_since_stays_and_all_else_is_as_before(
    session: Session, bring: Bring, take_back: TakeBack, house: Actor, seed: int
) -> None:
    chance = Chance(seed, bring, house)
    bring("people", HEADS["people"] + "\np0;Schüler;Eins;Kim;115514;1a\np1;Schüler;Zwei;Kim;167149;1a\n")
    for _ in range(4):
        chance.a_list()
    before = by_tag(session)
    text = "\n".join([HEADS["devices"], *(chance.line("devices", number) for number in range(7))])
    batch = bring("devices", text + "\n", "--partial")
    touched = by_tag(session)
    hands = {tag for _ in range(3) if (tag := chance.by_hand())}
    now = by_tag(session)
    changed = {tag for tag in touched if touched[tag] != before.get(tag)}
    assert changed
    done = take_back(batch)
    after = by_tag(session)
    stays = {tag for tag in changed if tag in hands}
    assert {key for key, _field in done.keys} == stays
    assert done.code == (0 if not stays else 4 if stays < changed else 3)
    for tag in now:
        assert after.get(tag) == (now[tag] if tag in hands or done.code == 3 else before.get(tag))
