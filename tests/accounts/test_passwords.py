"""Which passwords will do: long ones; not the well-known ones with a year behind them."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from school_it.accounts import passwords, rules
from school_it.errors import BadValue


@pytest.mark.parametrize(
    "password",
    [
        "ein langer Satz mit Tuba", "correct horse battery", "мой длинный пароль", "🦊🦉🦆🦥🦡 zwölf Tiere!",
        "K7#pQ9!x2Lm$", "Sommer-Klasse-2026",
        "  mit Leerzeichen vorn", "a1b2c3d4e5f6",
    ],
)  # fmt: skip
def test_these_will_do(password: str) -> None:
    assert rules.checked_password(password, name="yilmaz")


@pytest.mark.parametrize(
    "password",
    [
        "", "kurz", "elf Zeichen", "passwort1234", "Passwort1234567890", "Sommer2026!!!", "SommerSommerSommer",
        "qwertz123456",
        "Schule2026Schule", "aaaaaaaaaaaa", "121212121212", "Yilmaz-Yilmaz-2026",
        "administrator1", "adminpassword",
        "Hennef2026Hennef", "000000000000", "x" * 129,
    ],
)  # fmt: skip
def test_these_will_not(password: str) -> None:
    with pytest.raises(BadValue):
        rules.checked_password(password, name="yilmaz")


def test_a_word_of_the_place_is_easily_guessed() -> None:
    with pytest.raises(BadValue):
        rules.checked_password("Beispielstadt12", name="x", place_words=["Beispielstadt"])


@pytest.mark.parametrize(("length", "good"), [(11, False), (12, True), (64, True), (128, True), (129, False)])
def test_the_length_decides(length: int, good: bool) -> None:
    password = ("abcdefghijklmnop" * 9)[:length].replace("abcdef", "zyxwvu")
    if good:
        assert rules.checked_password(password, name="yilmaz") == password
    else:
        with pytest.raises(BadValue):
            rules.checked_password(password, name="yilmaz")


def test_one_letter_written_two_ways_is_one_password() -> None:
    """NFC: the same ö typed on two keyboards."""
    assert rules.checked_password("scho\u0308ne lange Zeile", name="x") == "schöne lange Zeile"


@given(st.text(max_size=200))
def test_no_text_breaks_the_rule(password: str) -> None:
    with suppress(BadValue):
        assert rules.checked_password(password, name="yilmaz")


def test_an_empty_password_never_matches() -> None:
    assert not passwords.matches(passwords.hash_password("x"), "")
    assert not passwords.matches(None, "")
    assert not passwords.matches("", "")
    assert not passwords.matches("no hash at all", "x")


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 2), (6, 4), (9, 32), (20, 900), (10_000, 900)]
)
def test_the_waiting_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert rules.delay_after(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize("name", ["Yilmaz", "a.b-c_d@town.example", "22chars"])
def test_names_that_will_do(name: str) -> None:
    assert rules.checked_name(name) == name.lower()


@pytest.mark.parametrize("name", ["", "x", "mit leer", "ümlaut", ".punkt", "a/b", "new", "rights", "x" * 70])
def test_names_that_will_not(name: str) -> None:
    with pytest.raises(BadValue):
        rules.checked_name(name)
