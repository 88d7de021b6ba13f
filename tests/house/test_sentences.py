"""Every German sentence is marked for translation, and English has every one of them."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from babel.util import pathmatch

ROOT = Path(__file__).resolve().parents[2]
# As `make translations` extracts them; the header of a sheet's column is a sentence too.
KEYWORDS = {
    "_": None, "N_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "Column": (2,),
}  # fmt: skip
PARTS = ("app.py", "school_it/**/*.py", "imports/**/*.py", "exports/**/*.py", "templates/**/*.html")
PLACES = re.compile(r"%\((\w+)\)[sd]")


@cache
def sentences() -> frozenset[str]:
    """What is marked in the code and the templates, as ``babel.cfg`` says."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found: set[str] = set()
    for pattern, method in methods:
        for path in (path for part in PARTS for path in ROOT.glob(part)):
            if pathmatch(pattern, path.relative_to(ROOT).as_posix()):
                rows = extract_from_file(method, path, keywords=KEYWORDS, options=options.get(pattern, {}))
                found |= {
                    message if isinstance(message, str) else message[0]
                    for _line, message, _notes, _context in rows
                }
    return frozenset(found - {""})


@cache
def english() -> Catalog:
    with (ROOT / "translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file)


def ident(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def texts(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def places(text: str) -> set[str]:
    """The values a sentence takes; the number that chooses between one and many may be left out."""
    return set(PLACES.findall(text)) - {"num"}


def german(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def test_there_are_sentences() -> None:
    assert len(sentences()) > 300
    assert "Bitte zuerst anmelden." in sentences()


def test_no_sentence_hides_in_an_f_string_where_nobody_collects_it() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for part in PARTS
        for path in ROOT.glob(part)
        if path.suffix == ".py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
        and any(isinstance(given, ast.Constant) and isinstance(given.value, str) for given in call.args)
    ]
    assert hidden == []


def test_english_has_every_sentence() -> None:
    known = {ident(message) for message in english() if message.id}
    assert sorted(sentences() - known) == []


def test_english_has_no_sentence_that_is_gone() -> None:
    known = {ident(message) for message in english() if message.id}
    assert sorted(known - sentences()) == []
    assert not english().obsolete


def test_none_is_empty_or_fuzzy() -> None:
    wrong = {
        ident(message) for message in english() if message.id and (message.fuzzy or not all(texts(message)))
    }
    assert sorted(wrong) == []


def test_places_for_values_are_the_same() -> None:
    wrong = [
        (ident(message), text)
        for message in english()
        if message.id
        for text, said in zip(texts(message), german(message), strict=True)
        if text and places(text) != places(said)
    ]
    assert wrong == []


# --- unmarked German ---

TAGS = re.compile(r"<[^>]*>|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
SPOKEN = re.compile(
    r"[äöüÄÖÜß]|\b(der|die|das|und|oder|nicht|ist|ein|eine|keine|bitte|von|mit|Gerät|Schule|Person)\b"
)
ATTRIBUTES = re.compile(r'\b(?:title|placeholder|aria-label|alt)="([^"{]*)"')


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "templates").rglob("*.html")),
    ids=lambda path: path.relative_to(ROOT / "templates").as_posix(),
)
def test_no_template_speaks_german_unmarked(path: Path) -> None:
    source = path.read_text("utf-8")
    bare = re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)
    spoken = [text for text in ATTRIBUTES.findall(bare) if SPOKEN.search(text)]
    spoken += [line.strip() for line in TAGS.sub("\n", bare).splitlines() if SPOKEN.search(line)]
    assert spoken == []
