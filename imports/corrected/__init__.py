"""The workbook comes back corrected: as it came, with its faulty cells coloured and a reason beside each row.

Interface
    ``write(source, outlook, out)`` -> the corrected .xlsx stands under `out`

Of an .xlsx or .xlsm every part but the one sheet and the styles stays byte for byte as it was; any other file becomes
a new .xlsx with the same rows. The file is a stranger's: a child process with limits takes it apart, as in the reader.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from imports.workbook import LIMITS, Limits, described
from school_it.cells import Shown
from school_it.errors import N_, BadValue, CannotRead
from school_it.sheets import Problem, Table, same_header
from school_it.sheets.amended import Corrections, Words

if TYPE_CHECKING:  # the child process needs neither database nor pages
    from imports.outlook import Outlook

FAILED = N_(
    "Die Datei lässt sich nicht mit Hinweisen zurückgeben. "
    "Bitte nur die Tabelle in eine neue Datei kopieren und diese einlesen."
)


def write(
    source: Path,
    outlook: Outlook,
    out: Path,
    *,
    corrections: Corrections | None = None,
    words: Words | None = None,
    limits: Limits = LIMITS,
) -> str:
    """Write the corrected workbook; it is there whole or not at all. Returns the ending its name should have.

    That is ``.xlsm`` for a workbook with macros, which no program opens under another name, else ``.xlsx``.

    `corrections` and `words` are what somebody has said in the preview, as `school_it.sheets.amended` has them.
    Raises CannotRead where the file cannot be spliced, BadValue where there is no folder for `out`.
    """
    if not out.parent.is_dir():
        raise BadValue(N_("Den Ordner %(folder)s gibt es nicht."), folder=out.parent)
    with TemporaryDirectory(prefix=f".{out.name[:50]}.", dir=out.parent) as folder:
        made = Path(folder) / "corrected.xlsx"
        request = {
            **_request(source, outlook, corrections or {}, words or {}),
            "out": str(made.resolve()),
            "limits": asdict(limits),
        }
        suffix = _in_child(request, folder, limits.seconds)
        made.replace(out)
    return suffix


def _request(source: Path, outlook: Outlook, corrections: Corrections, words: Words) -> dict[str, Any]:
    """What the child has to know, as plain values: columns counted from 0, rows as people see them."""
    table, columns = outlook.table, outlook.reading.columns
    placed = list(zip(columns, table.places, strict=True))
    mapped = _places(placed)
    typed = _typed(table, mapped, corrections, words)
    named = {
        same_header(header) for header in [*words, *(h for texts in corrections.values() for h in texts)]
    }
    return {
        "path": str(source.resolve()),
        "sheet": described(outlook.sheet),
        "mapping": {header: name for header, name in columns if name},
        "sheet_name": table.sheet,
        "header_row": table.header_row,
        "fields": [[place, name] for (_header, name), place in placed],
        "headers": [[place, header] for (header, _name), place in placed if same_header(header) in named],
        "last_row": max([*(number for number, _cells in table.rows), *table.passed_over, table.header_row]),
        "faults": _faults(outlook.reading.problems, mapped),
        "hints": _hints(outlook.reading.problems),
        "typed": [[row, list(texts.items())] for row, texts in typed.items()],
        "shown": list(_shown(outlook)),
    }


def _places(placed: Sequence[tuple[tuple[str, str | None], int]]) -> dict[str, int]:
    """Header -> column; of two with the same header the one that is read."""
    unread_first = sorted(placed, key=lambda one: one[0][1] is not None)
    return {same_header(header): place for (header, _name), place in unread_first}


def _shown(outlook: Outlook) -> Iterator[list[Any]]:
    """What a number shows by its format where it counts as text: a file of another kind loses the format."""
    spots = [
        (spot, place)
        for spot, ((_header, name), place) in enumerate(
            zip(outlook.reading.columns, outlook.table.places, strict=True)
        )
        if name and outlook.sheet.column(name).type.name in ("text", "code", "codes", "word", "words")
    ]
    for number, raws in outlook.table.rows:
        texts = [[place, raw.text] for spot, place in spots if isinstance(raw := raws[spot], Shown)]
        if texts:
            yield [number, texts]


def _typed(
    table: Table, places: Mapping[str, int], corrections: Corrections, words: Words
) -> dict[int, dict[int, str]]:
    """Row -> column -> text. The table holds already what the words have become."""
    typed: dict[int, dict[int, str]] = defaultdict(dict)
    for header, texts in words.items():
        place, meant = places[same_header(header)], set(filter(None, texts.values()))
        spot = table.places.index(place)
        for number, raws in table.rows:
            if isinstance(raws[spot], str) and raws[spot] in meant:
                typed[number][place] = str(raws[spot])
    here = {number for number, _cells in table.rows}
    for number, texts in corrections.items():
        if number in here:
            typed[number].update((places[same_header(header)], text) for header, text in texts.items())
    return typed


def _faults(problems: Iterable[Problem], places: Mapping[str, int]) -> list[list[Any]]:
    found = defaultdict(set)
    for problem in problems:
        if problem.column is not None and same_header(problem.column) in places:
            found[problem.row].add(places[same_header(problem.column)])
    return [[row, sorted(columns)] for row, columns in found.items()]


def _hints(problems: Iterable[Problem]) -> list[list[Any]]:
    """For each row its sentences, German as the workbook is; each says which column it is about."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for problem in problems:
        sentence = str(problem.sentence)
        about = problem.column and problem.column.replace("\n", " ")
        found[problem.row][f"{about}: {sentence}" if about and about not in sentence else sentence] = None
    return [[row, " ".join(sentences)] for row, sentences in found.items()]


def _in_child(request: Mapping[str, Any], folder: str, seconds: int) -> str:
    """Our own interpreter with our own module; what it leaves behind goes with the folder."""
    house = str(Path(__file__).resolve().parents[2])
    paths = [house, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "imports.corrected.child"],
            input=json.dumps(request).encode(),
            capture_output=True,
            timeout=2
            * seconds,  # the child limits its own processor time; one that only waits is ended from here
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "TMPDIR": folder},
        )
    except subprocess.TimeoutExpired:
        raise CannotRead(FAILED) from None
    if done.returncode:
        raise CannotRead(FAILED)
    answer = json.loads(done.stdout)
    if "text" in answer:
        raise CannotRead(answer["text"], **answer["values"])
    return str(answer["suffix"])
