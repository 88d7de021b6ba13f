from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from school_it import audit
from school_it.access import Actor
from school_it.audit import Action
from school_it.database import today
from school_it.jobs.kinds import of_the_night
from school_it.jobs.work import Work
from school_it.people import night
from school_it.people.models import PersonState
from school_it.schools.models import School
from school_it.settings import Settings
from tests.people.conftest import AddPerson


class _Alone(Work):
    """Work without a queue around it."""

    def __init__(self, by: Actor) -> None:
        self.by = by


def test_people_of_a_file_leave_when_their_day_is_past(
    session: Session, house: Actor, school: School, add_person: AddPerson
) -> None:
    yesterday = today() - timedelta(days=1)
    gone = add_person("Ada", "Fort", school, source="file", leaves_on=yesterday)
    stays = add_person("Ida", "Noch", school, source="file", leaves_on=today())
    told_by_directory = add_person("Uta", "Abgelaufen", school, leaves_on=yesterday)
    assert night.leave(_Alone(house)) == {"left": 1}
    session.rollback()
    assert (gone.state, gone.left_on) == (PersonState.LEFT, yesterday)
    assert stays.state is told_by_directory.state is PersonState.ACTIVE
    trail = session.scalars(select(audit.Entry).where(audit.Entry.action == Action.PERSON_LEFT)).all()
    assert [entry.person_id for entry in trail] == [gone.id]
    assert night.leave(_Alone(house)) == {"left": 0}


def test_the_sync_is_nightly_work_only_where_there_is_a_directory() -> None:
    def names(url: str) -> list[str]:
        return [kind.name for kind in of_the_night(_Told({"LDAP_URL": url}))]

    assert "people.nightly_sync" in names("ldaps://verzeichnis.example")
    assert "people.nightly_sync" not in names("")


class _Told(Settings):
    """What other rooms ask for at night is of no interest here."""

    def __getattr__(self, name: str) -> object:
        return self._values.get(name, "")
