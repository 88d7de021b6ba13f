"""docs/interfaces.md against the product: every command, option, exit code, kind, report and address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask

from exports.reports import REPORTS
from imports import device_types
from school_it import cli
from school_it.access import Role
from school_it.kinds import KINDS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "interfaces.md").read_text("utf-8")
CODES = {0: cli.DONE, 1: cli.FAILED, 2: cli.USAGE, 3: cli.REFUSED, 4: cli.PARTLY}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """Every command with its options."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            options = {one for item in command.params for one in item.opts if one.startswith("--")}
            yield " ".join((*path, name)), options


def described() -> dict[str, set[str]]:
    rows = re.findall(r"^\| `([a-z ]+)` \|([^|]*)\|", TEXT, re.MULTILINE)
    return {name: set(re.findall(r"`(--[a-z-]+)`", options)) for name, options in rows}


def words_after(start: str) -> set[str]:
    """The words in backticks of the sentence that begins so."""
    return set(re.findall(r"`([a-z-]+)`", TEXT.partition(start)[2].partition(".")[0].partition(";")[0]))


def test_every_command_and_option_is_described_and_there(app: Flask) -> None:
    assert described() == dict(commands(app.cli))


def test_the_exit_codes_are_those_of_the_program() -> None:
    named = {int(code) for code in re.findall(r"^\| (\d) \|", TEXT, re.MULTILINE)}
    assert named == set(CODES) == set(CODES.values())


def test_kinds_reports_and_roles_are_those_there_are() -> None:
    assert words_after("Kinds: ") == {*KINDS, device_types.KIND.name}
    assert words_after("Reports: ") == set(REPORTS)
    assert words_after("Roles: ") == set(Role)


def test_every_address_named_is_there(app: Flask) -> None:
    known = {re.sub(r"<[^>]+>", "<>", rule.rule) for rule in app.url_map.iter_rules()}
    web = TEXT.partition("## Web")[2].partition("## Python")[0]
    named = {re.sub(r"<[^>]+>", "<>", path).partition("?")[0] for path in re.findall(r"`(/[^`]*)`", web)}
    assert "/devices/<>" in named
    assert named - known == {"/api/v1"}


def test_every_page_of_the_menu_is_named(app: Flask) -> None:
    firsts = {
        rule.rule for rule in app.url_map.iter_rules() if rule.rule.count("/") == 1 and not rule.arguments
    }
    asked = {"/logout", "/appearance"}  # forms of the frame, not pages
    assert {path for path in firsts - asked if f"`{path}`" not in TEXT and f"`{path}?" not in TEXT} == set()
