"""The order of the rooms, and what each part may know: docs/house.md held to the code."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from school_it import HOUSE

ROOT = Path(__file__).resolve().parents[2]
DOORS = ("imports", "exports")
PLAIN = HOUSE[: HOUSE.index("settings")]
STANDARD_ONLY = frozenset({"ldap3", "flask", "sqlalchemy", "werkzeug", "wtforms", "babel", "flask_babel"})


@cache
def modules() -> dict[str, ast.Module]:
    """By dotted name, every module of the product."""
    files = [
        ROOT / "app.py",
        ROOT / "start.py",
        *(path for part in ("school_it", *DOORS) for path in (ROOT / part).rglob("*.py")),
    ]
    return {
        name_of(path): ast.parse(path.read_text("utf-8")) for path in files if "versions" not in path.parts
    }


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(name: str, tree: ast.Module) -> set[str]:
    """What a module imports, inside its functions too, as names of modules."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            found |= {
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules() else base
                for alias in node.names
            }
    return found


def room_of(name: str) -> str | None:
    """Which part of the HOUSE a module belongs to; None for the doors, app.py and start.py."""
    parts = name.split(".")
    return parts[1] if parts[0] == "school_it" and len(parts) > 1 else None


def test_the_house_names_every_room_and_nothing_else() -> None:
    there = {path.stem for path in (ROOT / "school_it").iterdir() if path.suffix == ".py" or path.is_dir()}
    there -= {"__init__", "__pycache__", "migrations"}
    assert there == set(HOUSE)
    assert len(HOUSE) == len(set(HOUSE))


def test_the_page_of_the_house_names_every_room_in_its_order() -> None:
    page = (ROOT / "docs" / "house.md").read_text("utf-8")
    firsts = (line.split("|")[1] for line in page.splitlines() if line.startswith("| `"))
    named = tuple(name for first in firsts for name in re.findall(r"`(\w+)`", first))
    assert named == HOUSE


@pytest.mark.parametrize("name", sorted(modules()))
def test_a_room_knows_only_those_before_it(name: str) -> None:
    room = room_of(name)
    if room is None or room == "migrations":
        return
    wrong = {
        other
        for other in imports(name, modules()[name])
        if (known := room_of(other)) and known in HOUSE and HOUSE.index(known) > HOUSE.index(room)
    }
    assert not wrong, f"{name} stands before {sorted(wrong)} in HOUSE"


@pytest.mark.parametrize("name", sorted(modules()))
def test_no_room_knows_a_door_and_only_the_app_knows_how_it_is_started(name: str) -> None:
    known = imports(name, modules()[name])
    if name.partition(".")[0] == "school_it":
        assert not {other for other in known if other.partition(".")[0] in DOORS}
    assert name == "app" or not known & {"app", "start"}


@pytest.mark.parametrize("name", sorted(name for name in modules() if room_of(name) in PLAIN))
def test_plain_values_need_the_standard_library_only(name: str) -> None:
    known = {other.partition(".")[0] for other in imports(name, modules()[name])}
    assert not known & STANDARD_ONLY
    foreign = {other for other in imports(name, modules()[name]) if room_of(other) not in (None, *PLAIN)}
    assert not foreign


def test_there_are_no_circles() -> None:
    graph = {name: imports(name, tree) & set(modules()) for name, tree in modules().items()}
    for name, known in graph.items():
        # A package's own front door gathers its parts; that they stand behind it is no circle.
        graph[name] = {
            other for other in known if not other.startswith(f"{name}.") and not name.startswith(f"{other}.")
        }
    assert circle(graph) == []


def circle(graph: dict[str, set[str]]) -> list[str]:
    """One circle of imports, or nothing."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph.get(name, ())):
            found = visit(other, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    return next((found for name in sorted(graph) if (found := visit(name, []))), [])


KEPT_IN = {
    "ldap3": ("school_it.people.wire",),
    "openpyxl": DOORS,
    "xlsxwriter": DOORS,
    "python_calamine": DOORS,
    "xlrd": (),
    "pandas": (),
    "huey": ("school_it.jobs", "school_it.serving", "school_it.operations"),
    "argon2": ("school_it.accounts.passwords",),
}


@pytest.mark.parametrize("library", KEPT_IN)
def test_a_library_is_known_in_one_place(library: str) -> None:
    users = {
        name
        for name, tree in modules().items()
        if any(other.partition(".")[0] == library for other in imports(name, tree))
    }
    assert (
        not {name for name in users if not name.startswith(KEPT_IN[library])}
        if KEPT_IN[library]
        else not users
    )


def test_one_place_commits() -> None:
    """Nobody but `database.transaction` says commit (migrations are Alembic's)."""
    wrong = {
        name
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr == "commit"
        and not name.startswith("school_it.migrations")
    }
    allowed = {"school_it.database", "school_it.operations.sqlite", "school_it.operations.archive"}
    assert wrong - allowed == set()


def test_templates_hold_no_query_and_no_unescaped_value() -> None:
    wrong = re.compile(
        r"\bsession\.(execute|scalar|scalars|query)|\bselect\(|\|\s*safe\b|autoescape\s+false|\bMarkup\("
    )
    found = {
        f"{path.name}: {match[0]}"
        for path in (ROOT / "templates").rglob("*.html")
        if (match := wrong.search(path.read_text("utf-8")))
    }
    assert found == set()


def test_selects_stand_in_queries_and_writes_in_actions() -> None:
    """A view does not ask the database itself."""
    asks = {"select", "update", "delete", "insert"}
    wrong = {
        f"{name}: {alias.name}"
        for name, tree in modules().items()
        if ".views" in name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in asks
    }
    assert wrong == set()
