"""Device types from a folder of YAML files in the layout of the public device-type library, or from one JSON file.

YAML is read as text only (`BaseLoader`): no file can make an object, and a model called ``1.10`` or ``2e3`` keeps its
name. References (aliases), from which a small file can grow without end, are refused, and so is deep nesting.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from flask import current_app
from sqlalchemy.orm import Session

from imports.outlook import Outlook, sort_rows
from imports.taking import HasProblems, take_over
from school_it import cli
from school_it.access import Actor, May
from school_it.database import db
from school_it.errors import N_, CannotRead, Sentence
from school_it.kinds import Kind
from school_it.network.type_intake import DeviceTypeIntake
from school_it.network.types import layouts
from school_it.network.types.layouts import Described, Fault
from school_it.network.types.sheet import DEVICE_TYPES
from school_it.sheets import Problem, Reading, Row, Table

KIND = Kind(
    DEVICE_TYPES.kind,
    DEVICE_TYPES.title,
    May.IMPORT_ALL,
    DeviceTypeIntake(),
    lambda _session, **_words: DEVICE_TYPES,
)
FOLDER = "device-types"  # where the public library keeps them beside pictures and modules
ENDINGS = frozenset({".yaml", ".yml"})
MOST_FILES = 20_000
MOST_BYTES = 1024 * 1024
MOST_BYTES_TOGETHER = 256 * 1024 * 1024
DEEPEST = 12

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass
class Found:
    """What a path holds: each type with the name that a person finds it by; `passed_over` counts the other files."""

    name: str
    types: list[tuple[str, Described]]
    passed_over: int = 0
    digest: str = ""


def run(path: Path, *, dry_run: bool, partial: bool, by: Actor) -> tuple[dict[str, Any], int]:
    """The facts of ``import device-types PATH --json`` and the exit code. Raises CannotRead."""
    found = read(path)
    names = {number: name for number, (name, _one) in enumerate(found.types, 1)}

    def look(session: Session) -> Outlook:
        return outlook(session, found, by=by)

    done: dict[str, Any] = {}
    try:
        if dry_run:
            seen = look(db.session())
        else:
            folder = current_app.config["SCHOOL_IT"].home / "inbox"
            seen, batch_id = take_over(look, folder, by=by, file_digest=found.digest, partial=partial)
            done = {"applied": True, "batch": batch_id}
    except HasProblems as problems:
        seen = problems.outlook
    facts = {**seen.as_json(), "earlier": None, **done}
    for told in (*facts["problems"], *facts["hints"]):
        told["name"] = names[told["row"]]
    return facts, _code(seen, partial)


def _code(seen: Outlook, partial: bool) -> int:
    if not seen.reading.faulty:
        return cli.DONE
    return cli.PARTLY if partial else cli.REFUSED


def outlook(session: Session, found: Found, *, by: Actor) -> Outlook:
    """What the types would do to what is stored now. Raises NotAllowed."""
    KIND.must_be_brought_by(by)
    reading = _reading(found)
    reading.refuse(KIND.intake.check(session, reading, by=by))
    seen = Outlook(KIND, DEVICE_TYPES, found.name, Table(None, 0, (), (), []), reading, found.passed_over)
    sort_rows(session, seen)
    seen.hints = list(KIND.intake.hints(seen.new))
    return seen


def _reading(found: Found) -> Reading:
    """Each type is a row; two with the same slug are both refused, each naming the other's file."""
    reading = Reading([(column.header, column.field) for column in DEVICE_TYPES.columns])
    by_slug: dict[str, list[str]] = defaultdict(list)
    for name, one in found.types:
        by_slug[one.values.get("slug", "")].append(name)
    for number, (name, one) in enumerate(found.types, 1):
        faults = list(one.faults)
        slug = one.values.get("slug", "")
        twice = [other for other in by_slug[slug] if other != name] or by_slug[slug][1:]
        if slug and twice:
            sentence = Sentence(
                N_("»%(slug)s« steht auch in: %(others)s."), slug=slug, others=", ".join(twice[:5])
            )
            faults.append(Fault("slug", slug, sentence))
        reading.problems += [
            Problem(number, fault.key, fault.value or name, fault.sentence) for fault in faults
        ]
        (reading.faulty if faults else reading.rows).append(Row(number, one.values))
    return reading


# --- reading ---


def read(path: Path) -> Found:
    """A folder with YAML files in it and below it, one such file, or a JSON file. Raises CannotRead."""
    if path.is_dir():
        return _read_folder(path)
    if path.suffix.casefold() in ENDINGS:
        content = _content(path)
        return Found(path.name, [(path.name, from_yaml(content))], digest=_digest([content]))
    return _read_zip(path) if path.suffix.casefold() == ".zip" else _read_json(path)


def _read_zip(path: Path) -> Found:
    """A ZIP of YAML files; nothing is unpacked to the disk, and no more is read than the limits allow."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            chosen = [one for one in entries if Path(one.filename).suffix.casefold() in ENDINGS]
            if len(chosen) > MOST_FILES or sum(one.file_size for one in chosen) > MOST_BYTES_TOGETHER:
                raise CannotRead(N_("Die Dateien sind zusammen zu groß. Bitte in Teilen einlesen."))
            contents = [(one.filename, archive.open(one).read(MOST_BYTES + 1)) for one in chosen]
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, RuntimeError, ValueError):
        raise CannotRead(N_("Die ZIP-Datei kann nicht gelesen werden.")) from None
    if not contents:
        raise CannotRead(N_("In der ZIP-Datei sind keine YAML-Dateien."))
    types = [(name, from_yaml(content)) for name, content in sorted(contents)]
    digest = _digest([content for _name, content in sorted(contents)])
    return Found(path.name, types, len(entries) - len(chosen), digest)


def _read_folder(path: Path) -> Found:
    root = path / FOLDER if (path / FOLDER).is_dir() else path
    files = [file for file in sorted(root.rglob("*")) if file.is_file() and not file.is_symlink()]
    chosen = [file for file in files if file.suffix.casefold() in ENDINGS]
    if not chosen:
        raise CannotRead(N_("In dem Ordner %(folder)s sind keine YAML-Dateien."), folder=path.name)
    if len(chosen) > MOST_FILES:
        raise CannotRead(N_("Das sind mehr als %(most)s Dateien. Bitte in Teilen einlesen."), most=MOST_FILES)
    if sum(file.stat().st_size for file in chosen) > MOST_BYTES_TOGETHER:
        raise CannotRead(N_("Die Dateien sind zusammen zu groß. Bitte in Teilen einlesen."))
    types, contents = [], []
    for file in chosen:
        name = file.relative_to(root).as_posix()
        try:
            contents.append(_content(file))
        except CannotRead as problem:
            types.append((name, Described({}, [Fault(None, None, problem.sentence)])))
        else:
            types.append((name, from_yaml(contents[-1])))
    return Found(path.name, types, len(files) - len(chosen), _digest(contents))


def _digest(contents: list[bytes]) -> str:
    together = hashlib.sha256()
    for content in contents:
        together.update(hashlib.sha256(content).digest())
    return together.hexdigest()


def _content(file: Path, most: int = MOST_BYTES) -> bytes:
    try:
        if file.stat().st_size > most:
            raise CannotRead(N_("Die Datei ist größer als %(most)s MB."), most=most // 1024 // 1024)
        return file.read_bytes()
    except OSError:
        raise CannotRead(N_("Die Datei kann nicht geöffnet werden.")) from None


def from_yaml(content: bytes) -> Described:
    try:
        return layouts.described(_parsed(content))
    except CannotRead as problem:
        return Described({}, [Fault(None, None, problem.sentence)])


def _parsed(content: bytes) -> Any:
    """One document as texts, lists and mappings. Raises CannotRead."""
    try:
        text = content.decode("utf-8-sig")
        _refuse_growth(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  BaseLoader makes texts only
    except UnicodeDecodeError:
        raise CannotRead(N_("Die Datei ist kein Text in UTF-8.")) from None
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark is not None else 1
        raise CannotRead(N_("Die Datei ist kein gültiges YAML: Zeile %(line)s."), line=line) from None
    except (yaml.YAMLError, RecursionError, ValueError, TypeError):
        raise CannotRead(N_("Die Datei ist kein gültiges YAML.")) from None


def _refuse_growth(text: str) -> None:
    """Look at the events alone, which cost no more than the file is long. Raises CannotRead."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise CannotRead(
                N_("Die Datei hat Verweise (Zeile %(line)s), die hier nicht gelesen werden."),
                line=_line(event),
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise CannotRead(N_("Die Datei ist zu tief geschachtelt (Zeile %(line)s)."), line=_line(event))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _read_json(path: Path) -> Found:
    content = _content(path, MOST_BYTES_TOGETHER)
    try:
        given = json.loads(content.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise CannotRead(N_("Die Datei ist weder ein Ordner mit YAML-Dateien noch gültiges JSON.")) from None
    entries = given.get("devicetypes") if isinstance(given, dict) else given
    if not isinstance(entries, list) or not entries:
        raise CannotRead(N_("In der Datei steht keine Liste von Gerätetypen (»devicetypes«)."))
    if len(entries) > MOST_FILES:
        raise CannotRead(
            N_("Das sind mehr als %(most)s Gerätetypen. Bitte in Teilen einlesen."), most=MOST_FILES
        )
    return Found(path.name, list(_named(entries)), digest=_digest([content]))


def _named(entries: list[Any]) -> Iterator[tuple[str, Described]]:
    """By the file that a compact list was made from, else by slug or place."""
    for place, entry in enumerate(entries, 1):
        one = layouts.described(entry)
        source = entry.get("src") if isinstance(entry, dict) else None
        yield str(source or one.values.get("slug") or place)[:200], one


def _no_number(text: str) -> Any:
    raise ValueError(text)
