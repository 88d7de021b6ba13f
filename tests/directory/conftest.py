from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.directory.slapd import Slapd
from tests.directory.town import Resident, inetorg, residents, ucs

IN_TOWN = 700
"""More than one page."""


@pytest.fixture(scope="session")
def townspeople() -> list[Resident]:
    return residents(IN_TOWN)


@pytest.fixture(scope="session")
def slapd(tmp_path_factory: pytest.TempPathFactory, townspeople: list[Resident]) -> Iterator[Slapd]:
    server = Slapd(Path(tmp_path_factory.mktemp("slapd")))
    server.prepare(
        {
            "o=inetorg": inetorg(townspeople, "o=inetorg"),
            "o=ucs": ucs(townspeople, "o=ucs"),
            "o=limited": inetorg(townspeople, "o=limited"),
        }
    )
    server.start()
    yield server
    server.stop()
