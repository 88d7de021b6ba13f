from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest

from school_it.errors import CannotRead, SettingsError
from school_it.people import directory, profile, wire
from school_it.people.entries import DirectoryPerson
from school_it.people.profile import NEVER_ASKED
from school_it.people.rules import PersonRole, class_name, tidy
from tests.directory.slapd import LAYOUTS, OTHER_NAME, Slapd
from tests.directory.town import Resident
from tests.directory.windows import SHORT_NAMES, folder

pytestmark = pytest.mark.directory

TODAY = date(2026, 11, 25)


def everybody(slapd: Slapd, layout: str, **changes: object) -> dict[str, DirectoryPerson]:
    address = slapd.address(f"o={layout}", **changes)
    answer = directory.read(address, profile.load(layout), source="directory", today=TODAY)
    assert not answer.left_out
    return {person.username or "": person for person in answer.people}


# --- everybody, as they are ---


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everybody_is_read_over_several_pages_with_role_school_and_class(
    slapd: Slapd, townspeople: list[Resident], layout: str
) -> None:
    found = everybody(slapd, layout)
    assert len(found) == accounts(townspeople, layout) > wire.PAGE
    for resident in townspeople:
        told, person = resident.person, found[resident.person.username]
        assert person.stable_id == resident.stable_id
        assert (person.role, person.record_id) == (told.role, told.record_id)
        assert person.family_name == tidy(told.family_name)
        assert person.given_name == tidy(told.given_name)
        assert person.school_keys == schools(resident, layout, person.school_keys)
        assert person.school_class == school_class(resident, layout)


def accounts(people: list[Resident], layout: str) -> int:
    """In linuxmuster somebody at three schools has three accounts."""
    further = sum(max(0, len(one.person.school_numbers) - 1) for one in people)
    return len(people) + (further if layout == "sophomorix" else 0)


def schools(resident: Resident, layout: str, found: tuple[str, ...]) -> tuple[str, ...]:
    """The main school first; the order of the others is the directory's."""
    numbers = resident.person.school_numbers
    if layout == "sophomorix":
        return (SHORT_NAMES[(numbers or tuple(SHORT_NAMES))[0]],)
    main, *others = numbers or (None,)
    return () if main is None else (main, *sorted(others, key=found.index))


def school_class(resident: Resident, layout: str) -> str | None:
    told = resident.person.school_class
    return class_name(folder(told) if layout == "sophomorix" else told) if told else None


@pytest.mark.parametrize("layout", LAYOUTS)
def test_locked_and_expired_accounts_are_people_with_a_mark(slapd: Slapd, layout: str) -> None:
    found = everybody(slapd, layout)
    assert found["gesperrt"].locked
    assert found["gesperrt"].leaves_on is None
    assert found["abgelaufen"].locked
    assert found["abgelaufen"].leaves_on == date(2019, 4, 14)
    assert not found["laeuft.noch"].locked
    assert found["laeuft.noch"].leaves_on == date(2052, 2, 20)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_odd_about_somebody_is_told_and_the_person_is_kept(slapd: Slapd, layout: str) -> None:
    found = everybody(slapd, layout)
    assert found["keine.adresse"].email is None
    assert "das ist keine" in str(found["keine.adresse"].notes[0])
    assert str(found["ohne.klasse"].notes[0]) == "Keine Klasse."
    assert layout == "sophomorix" or found["ohne.schule"].school_keys == ()


@pytest.mark.parametrize(
    ("layout", "nobody"),
    [
        ("ucs", "exam-umlaute"),
        ("inetorg", "kopierer"),
        ("ad", "svc-kopierer"),
        ("ad", "Administrator"),
        ("ad", "PC-01$"),
        ("sophomorix", "pruefung"),
    ],
)
def test_exam_accounts_services_and_computers_are_nobody(slapd: Slapd, layout: str, nobody: str) -> None:
    assert nobody not in everybody(slapd, layout)


def test_teachers_belong_to_no_class_although_they_are_in_class_groups(slapd: Slapd) -> None:
    teachers = [person for person in everybody(slapd, "ucs").values() if person.role is PersonRole.TEACHER]
    assert teachers
    assert not any(person.school_class for person in teachers)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_but_named_attributes_is_asked_for(slapd: Slapd, layout: str) -> None:
    before = len(slapd.log)
    everybody(slapd, layout)
    asked = [
        line.partition("attr=")[2].split() for line in slapd.log[before:].splitlines() if "SRCH attr=" in line
    ]
    assert asked
    assert not {name.lower() for names in asked for name in names} & NEVER_ASKED


def test_a_glance_shows_one_page_and_that_there_is_more(slapd: Slapd) -> None:
    seen = directory.glance(slapd.address("o=ucs"), profile.load("ucs"), today=TODAY)
    assert seen.encrypted
    assert seen.more
    assert len(seen.people) == wire.PAGE


# --- getting in, or not ---


def test_starttls_encrypts_before_the_password_is_sent(slapd: Slapd) -> None:
    seen = directory.glance(slapd.address("o=ucs", url=slapd.url), profile.load("ucs"), today=TODAY)
    assert seen.encrypted
    commands = [
        line for line in slapd.log.splitlines() if "STARTTLS" in line or 'BIND dn="cn=leser,o=ucs"' in line
    ]
    assert "STARTTLS" in commands[-3]


@pytest.mark.parametrize("secure", [True, False])
def test_a_certificate_of_a_stranger_is_refused(slapd: Slapd, secure: bool) -> None:
    url = slapd.secure_url if secure else slapd.url
    with pytest.raises(CannotRead, match="Zertifikat"):
        everybody(slapd, "ucs", url=url, ca_file=str(slapd.folder / "stranger.pem"))


def test_a_certificate_for_another_name_is_refused(slapd: Slapd) -> None:
    with pytest.raises(CannotRead, match="Zertifikat"):
        everybody(slapd, "ucs", url=f"ldaps://{OTHER_NAME}:{slapd.tls_port}")


def test_a_certificate_nobody_vouched_for_is_refused(slapd: Slapd) -> None:
    with pytest.raises(CannotRead, match="Zertifikat"):
        everybody(slapd, "ucs", ca_file="")


def test_a_wrong_password_is_said_and_not_shown(slapd: Slapd) -> None:
    with pytest.raises(CannotRead, match="abgelehnt") as refusal:
        everybody(slapd, "ucs", password="ganz-falsch")
    assert "ganz-falsch" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_the_password_does_not_show_in_the_address(slapd: Slapd) -> None:
    assert slapd.address("o=ucs").password not in repr(slapd.address("o=ucs"))


def test_an_empty_password_is_refused_before_connecting(slapd: Slapd) -> None:
    with pytest.raises(SettingsError, match="LDAP_PASSWORD"):
        everybody(slapd, "ucs", password="", url="ldaps://127.0.0.1:1")


def test_a_password_is_not_sent_in_clear_to_another_machine(slapd: Slapd) -> None:
    with pytest.raises(SettingsError, match="unverschlüsselt"):
        everybody(slapd, "ucs", url="ldap://verzeichnis.invalid", starttls=False)


def test_a_server_that_is_off_is_named(slapd: Slapd) -> None:
    with pytest.raises(CannotRead, match=r"127\.0\.0\.1 ist nicht erreichbar"):
        everybody(slapd, "ucs", url="ldaps://127.0.0.1:1")


def test_the_second_server_is_asked_where_the_first_is_off(slapd: Slapd) -> None:
    assert everybody(slapd, "inetorg", url=f"ldaps://127.0.0.1:1 {slapd.secure_url}")


def test_a_wrong_base_is_an_error_and_not_an_empty_town(slapd: Slapd) -> None:
    with pytest.raises(CannotRead, match="LDAP_BASE_DN"):
        everybody(slapd, "ucs", base_dn="o=gibt-es-nicht")


# --- answers that are not whole ---


def test_an_answer_cut_at_the_servers_size_limit_is_refused(slapd: Slapd) -> None:
    with pytest.raises(CannotRead, match="Obergrenze"):
        directory.read(slapd.address("o=limited"), profile.load("inetorg"), source="directory", today=TODAY)


def test_an_answer_cut_in_the_middle_is_refused(slapd: Slapd) -> None:
    with relay(slapd.port, cut_after=60_000) as port, pytest.raises(CannotRead, match="abgebrochen"):
        everybody(slapd, "inetorg", url=f"ldap://127.0.0.1:{port}", starttls=False)


def test_a_read_that_broke_off_once_is_repeated_as_a_whole(slapd: Slapd, townspeople: list[Resident]) -> None:
    with relay(slapd.port, cut_after=60_000, once=True) as port:
        found = everybody(slapd, "inetorg", url=f"ldap://127.0.0.1:{port}", starttls=False, pauses=(0.01,))
    assert len(found) == len(townspeople)


def test_a_silent_server_is_given_up(slapd: Slapd) -> None:
    started = time.monotonic()
    with relay(slapd.port, cut_after=0, silent=True) as port, pytest.raises(CannotRead):
        everybody(slapd, "inetorg", url=f"ldap://127.0.0.1:{port}", starttls=False, silence_seconds=1)
    assert time.monotonic() - started < 10


def test_a_server_that_trickles_is_cut_off_at_the_deadline(slapd: Slapd) -> None:
    started = time.monotonic()
    with relay(slapd.port, trickle=0.05) as port, pytest.raises(CannotRead):
        everybody(slapd, "inetorg", url=f"ldap://127.0.0.1:{port}", starttls=False, read_seconds=1)
    assert time.monotonic() - started < 10


def test_the_same_id_twice_stops_the_read(slapd: Slapd) -> None:
    everybody_shares_it = replace(profile.load("inetorg"), id_attribute="gidNumber")
    with pytest.raises(CannotRead, match="zweimal"):
        directory.read(slapd.address("o=inetorg"), everybody_shares_it, source="directory", today=TODAY)


def test_an_entry_without_an_id_stops_the_read(slapd: Slapd) -> None:
    told = replace(profile.load("inetorg"), id_attribute="objectGUID")
    with pytest.raises(CannotRead, match="keine Kennung"):
        directory.read(slapd.address("o=inetorg"), told, source="directory", today=TODAY)


def test_ldap3_is_not_loaded_before_a_directory_is_asked() -> None:
    code = "import sys, school_it.people.directory; sys.exit('ldap3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- a wire that fails ---


@contextmanager
def relay(
    target: int, *, cut_after: int | None = None, once: bool = False, silent: bool = False, trickle: float = 0
) -> Iterator[int]:
    """A port that passes everything on to `target` until `cut_after` bytes of answers have come."""
    listener = socket.create_server(("127.0.0.1", 0))
    healthy = threading.Event()

    def serve() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            limit = None if healthy.is_set() else cut_after
            if once:
                healthy.set()
            threading.Thread(
                target=_pass_on, args=(client, target, limit, silent, trickle), daemon=True
            ).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _pass_on(client: socket.socket, target: int, limit: int | None, silent: bool, trickle: float) -> None:
    with client, socket.create_connection(("127.0.0.1", target)) as server:
        threading.Thread(target=_copy, args=(client, server), daemon=True).start()
        passed = 0
        try:
            while answer := server.recv(64 if trickle else 4096):
                passed += len(answer)
                if limit is not None and passed > limit:
                    if silent:
                        client.settimeout(5)
                        client.recv(1)
                    client.shutdown(socket.SHUT_RDWR)
                    return
                client.sendall(answer)
                time.sleep(trickle)
        except OSError:
            return


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while said := source.recv(4096):
            target.sendall(said)
    except OSError:
        return
