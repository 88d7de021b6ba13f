"""May I? One readable list of who may do what, and the one way to ask it.

`RIGHTS` is the list: a permission for each row, a role for each column. OWN reaches the schools named in the person's
grants, ALL reaches every school. What a person may not see is answered like what does not exist (404); what may be
seen but not done is refused (403).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from functools import wraps
from typing import Any, TypeVar

from flask_login import current_user
from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from school_it.errors import N_, NotAllowed, NotThere

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    ADMIN = "admin"
    OFFICE = "office"
    COORDINATOR = "coordinator"
    TEACHER = "teacher"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.ADMIN: N_("Administration"),
    Role.OFFICE: N_("Schulverwaltungsamt"),
    Role.COORDINATOR: N_("IT-Koordination"),
    Role.TEACHER: N_("Lehrkraft"),
    Role.AUDITOR: N_("Prüfung"),
}

SIGNED_IN = "signed in"
SCHOOL_ROLES = frozenset({Role.COORDINATOR, Role.TEACHER})


class May(StrEnum):
    SEE_HOME = "home.see"
    SEE_SCHOOLS = "schools.see"
    EDIT_SCHOOLS = "schools.edit"
    EDIT_ROOMS = "rooms.edit"
    SEE_PEOPLE = "people.see"
    SEE_DIRECTORY = "directory.see"
    RUN_SYNC = "directory.sync"
    FORGET_PEOPLE = "people.forget"
    SEE_OWN_DEVICES = "own_devices.see"
    SEE_DEVICES = "devices.see"
    EDIT_DEVICES = "devices.edit"
    LEND_DEVICES = "devices.lend"
    DISPOSE_DEVICES = "devices.dispose"
    APPROVE_DISPOSAL = "devices.approve_disposal"
    EDIT_CATALOGUE = "catalogue.edit"
    SEE_DOCUMENTS = "documents.see"
    EDIT_DOCUMENTS = "documents.edit"
    SEE_PROCUREMENT = "procurement.see"
    EDIT_PROCUREMENT = "procurement.edit"
    RECEIVE_DELIVERIES = "procurement.receive"
    SEE_FUNDING = "funding.see"
    EDIT_FUNDING = "funding.edit"
    SEE_LICENCES = "licences.see"
    EDIT_LICENCES = "licences.edit"
    SEE_NETWORK = "network.see"
    EDIT_NETWORK = "network.edit"
    SEE_PLAN = "plan.see"
    EDIT_PLAN = "plan.edit"
    ANSWER_SURVEY = "plan.answer"
    SEE_IMPORTS = "imports.see"
    IMPORT_DEVICES = "imports.devices"
    IMPORT_ALL = "imports.all"
    EXPORT = "exports.make"
    SEE_AUDIT = "audit.see"
    SEE_JOBS = "jobs.see"
    SEE_ACCOUNTS = "accounts.see"
    EDIT_ACCOUNTS = "accounts.edit"


MAY_NAMES = {
    May.SEE_HOME: N_("die Startseite und das eigene Profil sehen"),
    May.SEE_SCHOOLS: N_("Schulen, Räume und Schulzahlen sehen"),
    May.EDIT_SCHOOLS: N_("Schulen anlegen und ändern, Schulzahlen eintragen"),
    May.EDIT_ROOMS: N_("Räume anlegen und ändern, auch aus einer Liste"),
    May.SEE_PEOPLE: N_("Personen sehen"),
    May.SEE_DIRECTORY: N_("den Abgleich mit dem Verzeichnis sehen"),
    May.RUN_SYNC: N_("mit dem Verzeichnis abgleichen"),
    May.FORGET_PEOPLE: N_("Namen von Abgegangenen vergessen"),
    May.SEE_OWN_DEVICES: N_("die eigenen Geräte sehen und bestätigen"),
    May.SEE_DEVICES: N_("Geräte sehen"),
    May.EDIT_DEVICES: N_("Geräte aufnehmen und ändern"),
    May.LEND_DEVICES: N_("Geräte ausgeben und zurücknehmen"),
    May.DISPOSE_DEVICES: N_("Geräte aussondern"),
    May.APPROVE_DISPOSAL: N_("Aussonderungen genehmigen"),
    May.EDIT_CATALOGUE: N_("Gerätearten und Modelle pflegen"),
    May.SEE_DOCUMENTS: N_("Unterlagen von allem sehen, was zu sehen ist"),
    May.EDIT_DOCUMENTS: N_("Unterlagen zu allem ablegen und entfernen, was geändert werden darf"),
    May.SEE_PROCUREMENT: N_("Aufträge, Lieferungen und Rechnungen sehen"),
    May.EDIT_PROCUREMENT: N_("Aufträge, Rechnungen und ihre Aufteilung eintragen und ändern"),
    May.RECEIVE_DELIVERIES: N_("Lieferungen annehmen"),
    May.SEE_FUNDING: N_("Förderprogramme, Zuwendungen und Belege sehen"),
    May.EDIT_FUNDING: N_("Förderprogramme, Zuwendungen und Belege eintragen und ändern"),
    May.SEE_LICENCES: N_("Lizenzen sehen"),
    May.EDIT_LICENCES: N_("Lizenzen eintragen und ändern, auch aus einer Liste"),
    May.SEE_NETWORK: N_("Netzwerkdosen, Verteiler und Gerätetypen sehen"),
    May.EDIT_NETWORK: N_("das Netz eintragen und ändern, auch aus Listen"),
    May.SEE_PLAN: N_("den Medienentwicklungsplan sehen"),
    May.EDIT_PLAN: N_("Ausstattungsziele eintragen und ändern"),
    May.ANSWER_SURVEY: N_("die Bedarfsabfrage beantworten"),
    May.SEE_IMPORTS: N_("eingelesene Dateien sehen"),
    May.IMPORT_DEVICES: N_("Gerätelisten einlesen"),
    May.IMPORT_ALL: N_("alle anderen Listen einlesen"),
    May.EXPORT: N_("Berichte und Listen ausgeben"),
    May.SEE_AUDIT: N_("nachlesen, wer was getan hat"),
    May.SEE_JOBS: N_("laufende und beendete Aufträge sehen"),
    May.SEE_ACCOUNTS: N_("Konten und Rechte sehen"),
    May.EDIT_ACCOUNTS: N_("Konten anlegen, Rechte geben und beenden"),
}


class Reach(Enum):
    NONE = "-"
    OWN = "own"
    ALL = "all"


_NO, _OWN, _ALL = Reach.NONE, Reach.OWN, Reach.ALL

ORDER = (Role.ADMIN, Role.OFFICE, Role.COORDINATOR, Role.TEACHER, Role.AUDITOR)
RIGHTS: dict[May, tuple[Reach, Reach, Reach, Reach, Reach]] = {
    #                      admin office coord. teacher auditor
    May.SEE_HOME:         (_ALL, _ALL, _OWN, _OWN, _ALL),
    May.SEE_SCHOOLS:      (_ALL, _ALL, _OWN, _OWN, _ALL),
    May.EDIT_SCHOOLS:     (_ALL, _ALL, _NO,  _NO,  _NO),
    May.EDIT_ROOMS:       (_ALL, _ALL, _OWN, _NO,  _NO),
    May.SEE_PEOPLE:       (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.SEE_DIRECTORY:    (_ALL, _ALL, _NO,  _NO,  _ALL),
    May.RUN_SYNC:         (_ALL, _NO,  _NO,  _NO,  _NO),
    May.FORGET_PEOPLE:    (_ALL, _NO,  _NO,  _NO,  _NO),
    May.SEE_OWN_DEVICES:  (_ALL, _ALL, _OWN, _OWN, _ALL),
    May.SEE_DEVICES:      (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.EDIT_DEVICES:     (_ALL, _ALL, _OWN, _NO,  _NO),
    May.LEND_DEVICES:     (_ALL, _ALL, _OWN, _NO,  _NO),
    May.DISPOSE_DEVICES:  (_ALL, _ALL, _OWN, _NO,  _NO),
    May.APPROVE_DISPOSAL: (_ALL, _ALL, _NO,  _NO,  _NO),
    May.EDIT_CATALOGUE:   (_ALL, _ALL, _NO,  _NO,  _NO),
    May.SEE_DOCUMENTS:    (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.EDIT_DOCUMENTS:   (_ALL, _ALL, _OWN, _NO,  _NO),
    May.SEE_PROCUREMENT:  (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.EDIT_PROCUREMENT: (_ALL, _ALL, _NO,  _NO,  _NO),
    May.RECEIVE_DELIVERIES: (_ALL, _ALL, _OWN, _NO,  _NO),
    May.SEE_FUNDING:      (_ALL, _ALL, _NO,  _NO,  _ALL),
    May.EDIT_FUNDING:     (_ALL, _ALL, _NO,  _NO,  _NO),
    May.SEE_LICENCES:     (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.EDIT_LICENCES:    (_ALL, _ALL, _OWN, _NO,  _NO),
    May.SEE_NETWORK:      (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.EDIT_NETWORK:     (_ALL, _ALL, _OWN, _NO,  _NO),
    May.SEE_PLAN:         (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.EDIT_PLAN:        (_ALL, _ALL, _NO,  _NO,  _NO),
    May.ANSWER_SURVEY:    (_ALL, _ALL, _OWN, _NO,  _NO),
    May.SEE_IMPORTS:      (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.IMPORT_DEVICES:   (_ALL, _ALL, _OWN, _NO,  _NO),
    May.IMPORT_ALL:       (_ALL, _ALL, _NO,  _NO,  _NO),
    May.EXPORT:           (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.SEE_AUDIT:        (_ALL, _ALL, _NO,  _NO,  _ALL),
    May.SEE_JOBS:         (_ALL, _ALL, _OWN, _NO,  _ALL),
    May.SEE_ACCOUNTS:     (_ALL, _NO,  _NO,  _NO,  _ALL),
    May.EDIT_ACCOUNTS:    (_ALL, _NO,  _NO,  _NO,  _NO),
}  # fmt: skip


TOWN_WIDE = frozenset({
    May.SEE_DIRECTORY, May.RUN_SYNC, May.FORGET_PEOPLE, May.EDIT_CATALOGUE, May.IMPORT_ALL, May.SEE_AUDIT,
    May.SEE_ACCOUNTS, May.EDIT_ACCOUNTS, May.EDIT_PLAN,
    May.SEE_FUNDING, May.EDIT_FUNDING, May.EDIT_PROCUREMENT,
})  # fmt: skip
"""What concerns no single school: a role that somebody has at a school does not reach it."""


@dataclass(frozen=True)
class Scope:
    """The schools that one permission reaches: all of them, or those with these ids."""

    everywhere: bool = False
    school_ids: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.school_ids)

    def holds(self, school_id: int | None) -> bool:
        """A thing without a school belongs to the authority: only those who reach all schools hold it."""
        return self.everywhere or school_id in self.school_ids

    def where(self, column: InstrumentedAttribute[Any] | ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition for a select: `column` is a school id within this scope."""
        return true() if self.everywhere else column.in_(sorted(self.school_ids))


@dataclass(frozen=True)
class Grant:
    """A role, at one school or (None) at all of them, up to and including `until`."""

    role: Role
    school_id: int | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.until is None or day <= self.until


@dataclass(frozen=True)
class Actor:
    """Who acts: a person at a page, a token, or a job of the house itself (`id` None)."""

    id: int | None
    name: str
    grants: tuple[Grant, ...]
    person_id: int | None = None
    via: str = "web"
    reads_only: bool = False
    _scopes: dict[May, Scope] = field(default_factory=dict, compare=False, repr=False)

    def scope(self, may: May) -> Scope:
        if may not in self._scopes:
            self._scopes[may] = _scope(self.grants, may)
        return self._scopes[may]

    def may(self, may: May) -> bool:
        """Somewhere, be it at one school: for menus, lists and what the query narrows. Of a thing, ask `may_at`."""
        return bool(self.scope(may))

    def may_at(self, may: May, school_id: int | None) -> bool:
        """At the school of a thing; a thing without a school is the town's and asks for the right in all of it."""
        return self.scope(may).holds(school_id)

    def must(self, may: May, school_id: int | None) -> None:
        """Raises NotAllowed where `may_at` says no."""
        if self.may_at(may, school_id):
            return
        if school_id is None:
            raise NotAllowed(N_("Das gehört zur ganzen Stadt; dafür fehlt Ihnen das Recht."))
        raise NotAllowed(N_("Dafür fehlt Ihnen an dieser Schule das Recht."))

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(grant.role for grant in self.grants)


def house(via: str, name: str = "Schul-IT") -> Actor:
    """The house itself: a nightly job or the command line of the operator."""
    return Actor(id=None, name=name, grants=(Grant(Role.ADMIN),), via=via)


def _scope(grants: tuple[Grant, ...], may: May) -> Scope:
    reaches = dict(zip(ORDER, RIGHTS[may], strict=True))
    schools: set[int] = set()
    for grant in grants:
        reach = reaches[grant.role]
        if reach is Reach.NONE:
            continue
        if reach is Reach.ALL and grant.school_id is None:
            return Scope(everywhere=True)
        if grant.school_id is not None and may not in TOWN_WIDE:
            schools.add(grant.school_id)
    return Scope(school_ids=frozenset(schools))


def current() -> Actor:
    """The actor of this request. Raises NotThere where nobody is signed in; `needs` has asked before."""
    if not current_user.is_authenticated:
        raise NotThere(N_("Bitte zuerst anmelden."))
    actor: Actor = current_user.actor
    return actor


def needs(*permissions: May) -> Callable[[View], View]:
    """The view may be used by whoever has one of `permissions` at any school; the query narrows it to theirs."""

    def wrap(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **values: Any) -> Any:
            if not current_user.is_authenticated:
                return current_user.sign_in_first()
            _refuse_without(current_user.actor, permissions)
            return view(*args, **values)

        checked.needs = permissions  # type: ignore[attr-defined]
        return checked  # type: ignore[return-value]

    return wrap


def signed_in(view: View) -> View:
    """The view may be used by whoever is signed in, even without any role: to sign out again."""

    @wraps(view)
    def checked(*args: Any, **values: Any) -> Any:
        return view(*args, **values) if current_user.is_authenticated else current_user.sign_in_first()

    checked.needs = (SIGNED_IN,)  # type: ignore[attr-defined]
    return checked  # type: ignore[return-value]


def public(view: View) -> View:
    """The view is open to everybody. The list of these is short and checked by a test."""
    view.needs = ()  # type: ignore[attr-defined]
    return view


def _refuse_without(actor: Actor, permissions: tuple[May, ...]) -> None:
    if any(actor.may(permission) for permission in permissions):
        return
    if not actor.grants:
        raise NotAllowed(
            N_("Ihr Konto hat zurzeit keine Rolle. Bitte wenden Sie sich an die Administration.")
        )
    if any(permission.endswith(".see") for permission in permissions):
        raise NotThere(N_("Diese Seite gibt es nicht."))
    raise NotAllowed(N_("Dafür fehlt Ihnen das Recht."))
