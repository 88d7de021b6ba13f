"""The doctor: looks at every part of the installation and says in a sentence how it is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import text

from school_it.database import TOWN_TIME, db, now
from school_it.errors import SchoolItError
from school_it.jobs import State, find_last_night, kinds
from school_it.jobs import nights as night_log
from school_it.operations import mail, night, schema
from school_it.operations.health import worker_lives
from school_it.settings import Settings

LEAST_FREE = 1_000_000_000
BACKUP_AGE = timedelta(hours=36)


class Verdict(StrEnum):
    WELL = "ok"
    NOTE = "note"
    ILL = "problem"


@dataclass(frozen=True)
class Finding:
    part: str
    verdict: Verdict
    sentence: str


Check = Callable[[Settings], Iterator[Finding]]
CHECKS: list[Check] = []


def check(look: Check) -> Check:
    """Declare something that the doctor looks at; a room may add its own, such as the quality of its data."""
    CHECKS.append(look)
    return look


def findings(settings: Settings) -> list[Finding]:
    """Everything the doctor sees; a check that fails is a finding too."""
    return [finding for look in CHECKS for finding in _looked(look, settings)]


def _looked(look: Check, settings: Settings) -> list[Finding]:
    try:
        return list(look(settings))
    except SchoolItError as problem:
        return [Finding(look.__name__, Verdict.ILL, str(problem))]
    except Exception as problem:
        db.session.rollback()
        return [Finding(look.__name__, Verdict.ILL, f"Nicht zu prüfen: {type(problem).__name__}.")]


def well(part: str, sentence: str) -> Finding:
    return Finding(part, Verdict.WELL, sentence)


def note(part: str, sentence: str) -> Finding:
    return Finding(part, Verdict.NOTE, sentence)


def ill(part: str, sentence: str) -> Finding:
    return Finding(part, Verdict.ILL, sentence)


@check
def settings(settings: Settings) -> Iterator[Finding]:
    yield well("settings", f"Daten liegen in {settings.home}.")
    if not os.access(settings.home, os.W_OK):
        yield ill("settings", f"In {settings.home} darf nicht geschrieben werden.")
    if settings.home.stat().st_mode & 0o077:
        yield note("settings", f"Der Ordner {settings.home} ist für andere offen. Bitte: chmod 700")
    if not settings.HTTPS:
        yield note("settings", "HTTPS ist nicht eingeschaltet: nur zum Ausprobieren auf diesem Rechner.")
    elif not settings.HOSTS.strip():
        yield note(
            "settings",
            "SCHOOL_IT_HOSTS ist leer: Das Produkt antwortet unter jedem Namen, den eine Anfrage nennt, und schreibt "
            "ihn in Kalender, Kataloge und Erinnerungen. Bitte den eigenen Namen eintragen.",
        )
    if (settings.home / "secret_key").exists() and (settings.home / "secret_key").stat().st_mode & 0o077:
        yield ill("settings", "Die Datei secret_key ist für andere lesbar. Bitte: chmod 600")


@check
def database(_settings: Settings) -> Iterator[Finding]:
    state = schema.current()
    if state is None:
        yield ill("database", "Die Datenbank ist noch leer. Bitte: school-it db upgrade")
        return
    if state != schema.newest():
        yield ill("database", f"Die Tabellen haben den Stand {state}. Bitte: school-it db upgrade")
    if db.engine.dialect.name == "sqlite":
        yield from _sqlite()
        return
    found = db.session().scalar(text("SHOW server_version"))
    yield well("database", f"PostgreSQL {found} antwortet.")


def _sqlite() -> Iterator[Finding]:
    path = Path(db.engine.url.database or "")
    if db.session().scalar(text("PRAGMA quick_check(1)")) != "ok":
        yield ill(
            "database", "Die Datei der Datenbank ist beschädigt. Bitte die letzte Sicherung zurückspielen."
        )
    elif dangling := db.session().execute(text("PRAGMA foreign_key_check")).fetchall():
        yield ill("database", f"{len(dangling)} Zeilen zeigen ins Leere.")
    else:
        yield well("database", f"SQLite ist in Ordnung ({path.stat().st_size // 1_000_000} MB).")
    if db.session().scalar(text("PRAGMA journal_mode")) != "wal":
        yield note("database", "Die Datenbank arbeitet nicht im WAL-Modus; liegt sie auf einem Netzlaufwerk?")


@check
def directory(settings: Settings) -> Iterator[Finding]:
    if not settings.directories:
        yield note("directory", "Es ist kein Verzeichnis eingestellt.")
    elif any(told.LDAP_PLAIN for told in settings.directories):
        yield ill("directory", "Die Verbindung zum Verzeichnis ist unverschlüsselt erlaubt.")
    else:
        yield well(
            "directory", "Ein Verzeichnis ist eingestellt; »school-it ldap test« prüft die Verbindung."
        )


@check
def sign_in(settings: Settings) -> Iterator[Finding]:
    for told in settings.directories:
        if not told.LDAP_SIGN_IN:
            continue
        if not told.LDAP_ROLES:
            yield ill(
                "sign_in", f"{told.NAME}: Anmelden ist an, aber LDAP_ROLES fehlt: Niemand kommt hinein."
            )
        elif told.LDAP_URL.startswith("ldap://") and not told.LDAP_STARTTLS and not told.LDAP_PLAIN:
            yield ill("sign_in", f"{told.NAME}: Anmelden geht nur über ldaps:// oder StartTLS.")
        else:
            groups = len(told.LDAP_ROLES)
            yield well("sign_in", f"{told.NAME}: Anmelden ist an; Gruppen, die eine Rolle geben: {groups}.")


@check
def disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.home).free
    said = f"{free // 1_000_000_000} GB sind frei."
    yield well("disk", said) if free > LEAST_FREE else ill("disk", said + " Das ist zu wenig.")


@check
def worker(_settings: Settings) -> Iterator[Finding]:
    if worker_lives():
        yield well("worker", "Der Dienst für Aufträge läuft.")
    else:
        yield note(
            "worker", "Der Dienst für Aufträge läuft gerade nicht (school-it serve oder school-it worker)."
        )


@check
def nights(settings: Settings) -> Iterator[Finding]:
    if schema.current() is None:  # the check of the database says so
        return
    for fault in night_log.faults(db.session(), settings, now()):
        if not fault.key.endswith(":failed"):  # those are told below, with their reason
            yield ill("nights", str(fault.sentence))
    for kind in kinds.of_the_night(settings):
        last = find_last_night(db.session(), kind.name)
        if last is None:
            yield note("nights", f"{kind.title}: noch nie gelaufen.")
        elif last.state in (State.FAILED, State.CANCELLED):
            yield ill(
                "nights", f"{kind.title}: am {last.night:%d.%m.%Y} gescheitert. {last.sentence_said or ''}"
            )
        else:
            yield well("nights", f"{kind.title}: zuletzt für den {last.night:%d.%m.%Y}.")


@check
def alarm(settings: Settings) -> Iterator[Finding]:
    if not mail.is_on(settings):
        yield note(
            "alarm", "Scheitert nachts etwas, bekommt niemand Nachricht: SMTP_HOST und ALARM_TO fehlen."
        )
        return
    mail.check(settings)
    yield well("alarm", f"Scheitert nachts etwas, geht Nachricht an {', '.join(mail.receivers(settings))}.")


@check
def backups(settings: Settings) -> Iterator[Finding]:
    newest = next(iter(night.dated(settings).values()), None)
    if newest is None:
        yield note("backups", "Es gibt noch keine nächtliche Sicherung.")
        return
    made = datetime.fromtimestamp(newest.stat().st_mtime, TOWN_TIME)
    said = f"Die neueste Sicherung ist vom {made:%d.%m.%Y, %H:%M}."
    yield well("backups", said) if now() - made < BACKUP_AGE else ill("backups", said + " Das ist zu alt.")


__all__ = ["CHECKS", "Finding", "Verdict", "check", "findings", "ill", "note", "well"]
