"""The sync of a directory against the bare ldap3 page loop that reads the same attributes.

The directory is OpenLDAP with the tests' invented town in the layout of UCS@school, where classes are groups. Both
sides read over TLS in a process of their own, which tells its CPU seconds (without the start of the program) and its
memory.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from bench.measuring import Result

PEOPLE, MANY_PEOPLE = 50_000, 200_000
ROUNDS = 3
MEMORY_MB = 100
SUFFIX = "o=ucs"


def directory(most: int) -> Iterator[Result]:
    """With ``--large`` also 200,000 people."""
    first, again, raw, memory = _measured(PEOPLE)
    yield _result("first sync ÷ bare page loop", first, raw, 2.5)
    yield _result("sync without changes ÷ bare page loop", again, raw, 1.5)
    note = f"{memory:.0f} MB above the idle program, allowed {MEMORY_MB}"
    yield Result("LDAP", f"memory for {PEOPLE:,} people", memory / MEMORY_MB, 1, note)
    if most > 100_000:
        many, many_again, _raw, _memory = _measured(MANY_PEOPLE, rounds=1)
        yield _result(f"first sync of {MANY_PEOPLE:,} ÷ {PEOPLE:,}", many, first, 4.5)
        yield _result(f"without changes, {MANY_PEOPLE:,} ÷ {PEOPLE:,}", many_again, again, 4.5)


def _result(what: str, one: float, other: float, limit: float) -> Result:
    return Result("LDAP", what, one / other, limit, f"{one:.2f} s ÷ {other:.2f} s CPU")


def _measured(count: int, rounds: int = ROUNDS) -> tuple[float, float, float, float]:
    """CPU seconds of a first sync, of one without changes and of the bare loop; megabytes above the idle program."""
    from tests.directory.slapd import Slapd
    from tests.directory.town import residents, ucs

    with tempfile.TemporaryDirectory(prefix="bench-directory-") as place:
        folder = Path(place)
        server = Slapd(folder, suffixes=(SUFFIX,), room=4 << 30, noise="0")
        server.prepare({SUFFIX: ucs(residents(count), SUFFIX)})
        server.start()
        try:
            found = [_round(server, folder, n) for n in range(rounds)]
        finally:
            server.stop()
    memory = max(peak for _first, _again, _raw, peak in found)
    first, again, raw = (median(one[n] for one in found) for n in range(3))
    return first, again, raw, memory


def _round(server: Any, folder: Path, n: int) -> tuple[float, float, float, float]:
    address = server.address(SUFFIX)
    told = {
        "url": address.url, "base": SUFFIX, "dn": address.bind_dn, "password": address.password,
        "ca": address.ca_file, "home": str(folder / f"home-{n}"),
    }  # fmt: skip
    raw, first, again = (_child(side, told) for side in ("raw", "sync", "sync"))
    return first["cpu"], again["cpu"], raw["cpu"], max(first["memory"], again["memory"])


def _child(side: str, told: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.directory", side, json.dumps(told)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  our own text
    return dict(json.loads(done.stdout.splitlines()[-1]))


# --- the two sides, each in a process of its own ---


def _raw(told: dict[str, Any]) -> dict[str, Any]:
    from urllib.parse import urlsplit

    from school_it.people import profile

    layout = profile.load("ucs")
    groups = layout.school_class.groups
    if groups is None:
        raise RuntimeError("the profile has no class groups")
    begun = time.process_time()
    import ssl

    import ldap3
    from ldap3.utils.config import set_config_parameter

    set_config_parameter("CASE_INSENSITIVE_ATTRIBUTE_NAMES", False)
    where = urlsplit(told["url"])
    tls = ldap3.Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=told["ca"])
    server = ldap3.Server(where.hostname, port=where.port, use_ssl=True, tls=tls, get_info=ldap3.NONE)
    connection = ldap3.Connection(
        server, told["dn"], told["password"], client_strategy=ldap3.SYNC, auto_bind=True, read_only=True,
        raise_exceptions=True, auto_referrals=False, check_names=False, return_empty_attributes=False,
    )  # fmt: skip
    count = _pages(connection, told["base"], groups.filter, (groups.name, groups.members))
    count += _pages(connection, told["base"], layout.filter, layout.attributes)
    return {"cpu": time.process_time() - begun, "entries": count, "memory": 0}


def _pages(connection: Any, base: str, filter: str, attributes: tuple[str, ...]) -> int:
    count, cookie = 0, None
    while True:
        connection.search(
            base,
            filter,
            attributes=list(attributes),
            paged_size=500,
            paged_criticality=True,
            paged_cookie=cookie,
        )
        count += sum(found["type"] == "searchResEntry" for found in connection.response)
        cookie = connection.result["controls"]["1.2.840.113556.1.4.319"]["value"]["cookie"]
        if not cookie:
            return count


def _sync(told: dict[str, Any]) -> dict[str, Any]:
    from app import create_app
    from school_it import access
    from school_it.people import actions

    app = create_app({
        "HOME": told["home"], "SECRET_KEY": "x" * 40, "LDAP_URL": told["url"], "LDAP_BASE_DN": told["base"],
        "LDAP_BIND_DN": told["dn"], "LDAP_PASSWORD": told["password"], "LDAP_CA_FILE": told["ca"],
        "LDAP_PROFILE": "ucs",
    })  # fmt: skip
    with app.app_context():
        _make_ready()
        idle = _memory()
        begun = time.process_time()
        run = actions.sync_directory(app.config["SCHOOL_IT"], dry_run=False, by=access.house("bench"))
        used = time.process_time() - begun
        if not run.applied or run.result["problem"]:
            raise RuntimeError(f"not applied: {run.sentence}")
        return {"cpu": used, "entries": run.result["entries"], "memory": _memory() - idle}


def _make_ready() -> None:
    """The tables and the town's schools, the first time."""
    from school_it import access
    from school_it.database import db, transaction
    from school_it.schools import actions, queries
    from school_it.schools.rules import SchoolType
    from tests.directory.town import SCHOOLS

    db.create_all()
    if queries.ids_by_number(db.session()):
        db.session.rollback()
        return
    with transaction() as session:
        for n, school in enumerate(SCHOOLS):
            values = {"school_number": f"1{n:05d}", "name": school.number, "school_type": SchoolType.G}
            actions.add_school(session, values, by=access.house("bench")).directory_name = school.number


def _memory() -> float:
    """The most this program has held so far, in megabytes; not `ru_maxrss`, which remembers whoever started it."""
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(peak) / 1024


if __name__ == "__main__":
    sides = {"raw": _raw, "sync": _sync}
    print(json.dumps(sides[sys.argv[1]](json.loads(sys.argv[2]))))
