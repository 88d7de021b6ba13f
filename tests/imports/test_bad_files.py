"""Whatever file is brought: one sentence that says what is wrong with it, or the table and the count of its rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from imports import workbook
from imports.workbook import Limits
from school_it import sheets
from school_it.errors import CannotRead
from tests.files import readable, refused
from tests.files.awkward import DEVICES

QUICK = Limits(seconds=20, memory_bytes=2**30)


@pytest.mark.parametrize("one", refused.EVERY, ids=lambda one: one.name)
def test_what_is_no_table_is_said_to_be_none_in_one_sentence(one: refused.Refused, tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as said:
        workbook.read(refused.written(one, tmp_path), DEVICES, limits=QUICK)
    assert one.said in str(said.value)


@pytest.mark.parametrize("one", readable.EVERY, ids=lambda one: one.name)
def test_an_odd_file_is_read_and_every_row_of_it_is_accounted_for(
    one: readable.Readable, tmp_path: Path
) -> None:
    (tmp_path / "liste.xlsx").write_bytes(one.content())
    table = workbook.read(tmp_path / "liste.xlsx", DEVICES, limits=QUICK)
    reading = sheets.read(DEVICES, table)
    assert (reading.count, len(reading.problems), table.ignored) == (one.rows, one.problems, one.ignored)
