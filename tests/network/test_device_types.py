"""Device types from a folder in the public library's layout, and from the compact list, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imports import device_types
from school_it.access import Role
from school_it.network.types import layouts, rules
from school_it.network.types.models import DeviceType
from school_it.network.types.rules import DeviceKind, PortKind
from school_it.schools.models import School

COMPACT = Path(__file__).resolve().parents[1] / "files" / "device_types" / "library.json"
SWITCH = """---
manufacturer: Knotenpunkt
model: 1.10
slug: knotenpunkt-110
part_number: 007
u_height: 1
is_full_depth: false
console-ports:
  - name: Console
    type: rj-45
power-ports:
  - name: PSU
    type: iec-60320-c14
    maximum_draw: 740
module-bays:
  - name: Slot 1
    position: 1
interfaces:
  - {name: mgmt, type: 1000base-t, mgmt_only: true}
""" + "".join(
    f"  - {{name: Gi1/0/{n}, type: 1000base-t, poe_mode: pse, poe_type: type2-ieee802.3at}}\n"
    for n in range(1, 49)
)
POINT = """manufacturer: Knotenpunkt
model: Funk 7
slug: knotenpunkt-funk-7
u_height: 0
interfaces:
- name: eth0
  type: 2.5gbase-t
  poe_mode: pd
"""
OTHER = POINT.replace("unk 7", "unk 8").replace("unk-7", "unk-8")
KEYS = (
    "manufacturer", "vendor", "model", "slug", "ports", "interfaces", "name", "u_height", "power-ports", "kind",
    "poe_out", "console",
)  # fmt: skip
Bring = Callable[..., tuple[int, Any]]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with two types, and what else lies in such a folder."""
    folder = tmp_path / "library" / "device-types" / "Knotenpunkt"
    folder.mkdir(parents=True)
    (folder / "110.yaml").write_text(SWITCH, "utf-8")
    (folder / "funk-7.yml").write_text(POINT, "utf-8")
    (folder / "LIESMICH.md").write_text("Nur zum Lesen.", "utf-8")
    (tmp_path / "library" / "module-types").mkdir()
    (tmp_path / "library" / "module-types" / "netzteil.yaml").write_text(
        "manufacturer: Knotenpunkt\n", "utf-8"
    )
    return tmp_path / "library"


@pytest.fixture
def bring(app: Flask, session: Session) -> Bring:
    """``bring(path, "--partial")``: exit code and the JSON."""

    def brought(path: Path, *options: str) -> tuple[int, Any]:
        result = app.test_cli_runner().invoke(args=["import", "device-types", str(path), "--json", *options])
        return result.exit_code, json.loads(result.stdout)

    return brought


def stored(session: Session) -> dict[str, DeviceType]:
    session.rollback()
    return {one.slug: one for one in session.scalars(select(DeviceType))}


def test_a_type_with_48_poe_ports_makes_48_ports(session: Session, bring: Bring, library: Path) -> None:
    code, facts = bring(library)
    assert (code, facts["rows"], facts["new"], facts["ignored"]) == (0, 2, 2, 1)
    assert (facts["applied"], facts["kind"], facts["sheet"]) == (True, "device-types", None)
    switch = stored(session)["knotenpunkt-110"]
    assert (switch.model, switch.part_number, switch.u_height) == ("1.10", "007", Decimal(1)), (
        "names keep their zeros"
    )
    assert (switch.full_depth, switch.max_watts) == (False, 740)
    counted = {(one.kind, one.poe): one.number for one in rules.bundles(switch.ports)}
    assert counted == {
        (PortKind.INTERFACE, "type2-ieee802.3at"): 48, (PortKind.INTERFACE, ""): 1, (PortKind.CONSOLE, ""): 1,
        (PortKind.POWER, ""): 1, (PortKind.MODULE_BAY, ""): 1,
    }  # fmt: skip
    point = stored(session)["knotenpunkt-funk-7"]
    assert point.ports == [{"kind": "interface", "name": "eth0", "type": "2.5gbase-t", "takes_poe": True}]


def test_read_again_nothing_changes_and_an_edited_file_changes_its_type(
    session: Session, bring: Bring, library: Path
) -> None:
    bring(library)
    _code, facts = bring(library)
    assert (facts["same"], facts["changed"]) == (2, 0)
    file = library / "device-types" / "Knotenpunkt" / "funk-7.yml"
    file.write_text(POINT + "- name: eth1\n  type: 1000base-t\n", "utf-8")
    _code, facts = bring(library)
    assert (facts["same"], facts["changed"]) == (1, 1)
    assert len(stored(session)["knotenpunkt-funk-7"].ports) == 2


def test_a_dry_run_changes_nothing_and_tells_the_same(session: Session, bring: Bring, library: Path) -> None:
    code, tried = bring(library, "--dry-run")
    assert (code, tried["applied"], stored(session)) == (0, False, {})
    _code, done = bring(library)
    assert {name: tried[name] for name in ("rows", "new", "same", "problem")} == {
        name: done[name] for name in ("rows", "new", "same", "problem")
    }


def test_the_compact_list_comes_in_whole(session: Session, bring: Bring) -> None:
    code, facts = bring(COMPACT)
    assert (code, facts["new"], facts["problem"]) == (0, 13, 0), facts["problems"]
    known = stored(session)
    switch = known["allied-telesis-gs980mx-10hsm"]
    assert (switch.kind, switch.part_number) == (DeviceKind.SWITCH, "AT-GS980MX/10HSm")
    assert [one[1:] for one in rules.bundles(switch.ports) if one.kind is PortKind.INTERFACE] == [
        ("5gbase-t", "type4-ieee802.3bt", 8), ("10gbase-x-sfpp", "", 2),
    ]  # fmt: skip
    panel = next(one for one in known.values() if one.kind is DeviceKind.PATCH_PANEL)
    assert sum(port["kind"] == "front" for port in panel.ports) == 24
    assert known["fs-ies3110-8tf-r"].u_height == Decimal("0.5")
    _code, facts = bring(COMPACT)
    assert facts["same"] == 13


BAD = {
    "leer.yaml": ("", "keine Beschreibung"),
    "liste.yaml": ("- a\n- b\n", "keine Beschreibung"),
    "kaputt.yaml": ("manufacturer: [\n", "kein gültiges YAML"),
    "zwei.yaml": (OTHER + "---\n" + OTHER, "kein gültiges YAML"),
    "ohne.yaml": ("manufacturer: Knotenpunkt\n", "»model« fehlt"),
    "hoch.yaml": (OTHER.replace("u_height: 0", "u_height: viel"), "»u_height« ist keine Zahl von 0 bis 100"),
    "unendlich.yaml": (OTHER.replace("u_height: 0", "u_height: .inf"), "keine Zahl von 0 bis 100"),
    "ports.yaml": (OTHER + "power-ports: viele\n", "»power-ports« ist keine Liste"),
    "doppelt.yaml": (OTHER + "- name: eth0\n", "»eth0« gibt es unter »interfaces« zweimal"),
    "namenlos.yaml": (OTHER + "- type: 1000base-t\n", "keinen Namen"),
    "lang.yaml": (OTHER.replace("Funk 8", "x" * 121), "Höchstens 120 Zeichen"),
    "viele.yaml": (
        OTHER + "".join(f"- name: p{n}\n" for n in range(1000)),
        "mehr als 1000 Anschlüsse",
    ),
    "verweis.yaml": ("manufacturer: &a Knotenpunkt\nmodel: *a\n", "Verweise (Zeile 2)"),
    "lachen.yaml": (
        "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nmanufacturer: A\nmodel: B\n",
        "Verweise",
    ),
    "tief.yaml": ("manufacturer: " + "[" * 20 + "]" * 20, "zu tief geschachtelt"),
    "objekt.yaml": ("!!python/object/apply:os.system ['true']", "keine Beschreibung"),
    "null.yaml": ("manufacturer: a\0b\n", "kein gültiges YAML"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_will_not_do_is_named_with_one_sentence(
    session: Session, bring: Bring, library: Path, name: str
) -> None:
    content, said = BAD[name]
    (library / "device-types" / name).write_text(content, "utf-8")
    code, facts = bring(library)
    assert (code, facts["problem"], facts["applied"]) == (3, 1, False)
    ((file, sentence),) = [(one["name"], one["sentence"]) for one in facts["problems"]]
    assert file == name
    assert said in sentence
    assert stored(session) == {}
    code, facts = bring(library, "--partial")
    assert (code, facts["new"]) == (4, 2)
    assert len(stored(session)) == 2


def test_a_file_in_another_encoding_or_too_large_is_named(bring: Bring, library: Path) -> None:
    (library / "device-types" / "latin.yaml").write_bytes(
        "manufacturer: Überland\nmodel: x\n".encode("cp1252")
    )
    (library / "device-types" / "riese.yaml").write_bytes(b"#" * (device_types.MOST_BYTES + 1))
    code, facts = bring(library)
    assert code == 3
    said = {one["name"]: one["sentence"] for one in facts["problems"]}
    assert "UTF-8" in said["latin.yaml"]
    assert "größer als 1 MB" in said["riese.yaml"]


def test_two_files_for_one_type_are_both_refused_and_name_each_other(bring: Bring, library: Path) -> None:
    (library / "device-types" / "noch-einer.yaml").write_text(POINT, "utf-8")
    code, facts = bring(library)
    assert (code, facts["problem"]) == (3, 2)
    said = {one["name"]: one["sentence"] for one in facts["problems"]}
    assert "Knotenpunkt/funk-7.yml" in said["noch-einer.yaml"]
    assert "noch-einer.yaml" in said["Knotenpunkt/funk-7.yml"]


def test_a_maker_has_one_type_of_a_name(bring: Bring, library: Path) -> None:
    bring(library)
    file = library / "device-types" / "Knotenpunkt" / "funk-7.yml"
    file.write_text(POINT.replace("slug: knotenpunkt-funk-7", "slug: funk7"), "utf-8")
    code, facts = bring(library)
    assert code == 3
    assert "schon als »knotenpunkt-funk-7«" in facts["problems"][0]["sentence"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "gültiges JSON"), (b"[]", "keine Liste"), (b'{"devicetypes": {}}', "keine Liste"),
        (b"[NaN]", "gültiges JSON"), (b"[" * 100_000, "gültiges JSON"), (b"\xff\xfe", "gültiges JSON"),
        (b"[" + b"9" * 5000 + b"]", "gültiges JSON"),
    ],
)  # fmt: skip
def test_what_is_no_list_at_all_is_one_sentence(
    bring: Bring, tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "typen.json"
    file.write_bytes(content)
    code, facts = bring(file)
    assert (code, set(facts)) == (1, {"error"})
    assert said in facts["error"]


def test_a_folder_without_types_and_options_of_tables_are_refused(
    bring: Bring, app: Flask, tmp_path: Path
) -> None:
    (tmp_path / "leer").mkdir()
    code, facts = bring(tmp_path / "leer")
    assert (code, "keine YAML-Dateien" in facts["error"]) == (1, True)
    code, facts = bring(COMPACT, "--sheet", "Blatt")
    assert (code, "ohne Tabelle" in facts["error"]) == (2, True)
    result = app.test_cli_runner().invoke(args=["import", "rooms", str(tmp_path), "--json"])
    assert (result.exit_code, "ist ein Ordner" in result.stdout) == (2, True)


def test_a_whole_library_is_taken_back(app: Flask, session: Session, bring: Bring, library: Path) -> None:
    bring(library)
    before = {slug: one.ports for slug, one in stored(session).items()}
    (library / "device-types" / "Knotenpunkt" / "funk-7.yml").write_text(POINT + "- name: eth1\n", "utf-8")
    (library / "device-types" / "neu.yaml").write_text("manufacturer: A\nmodel: B\nu_height: 0.5\n", "utf-8")
    _code, facts = bring(library)
    assert (facts["new"], facts["changed"]) == (1, 1)
    result = app.test_cli_runner().invoke(args=["undo", str(facts["batch"]), "--json"])
    undone = json.loads(result.stdout)
    assert (result.exit_code, undone["undone"], undone["conflict"]) == (0, 2, 0), undone
    assert {slug: one.ports for slug, one in stored(session).items()} == before


def test_the_types_stand_on_a_page_with_their_ports_counted(
    session: Session, bring: Bring, library: Path, sign_in_as: Callable[..., FlaskClient], school: School
) -> None:
    mine = sign_in_as(Role.COORDINATOR, school)
    assert "Noch ist kein Gerätetyp bekannt" in mine.get("/network/types").get_data(as_text=True)
    bring(library)
    page = mine.get("/network/types?q=knoten&maker=Knotenpunkt").get_data(as_text=True)
    assert "49 × 1 Gbit/s (RJ45)" in page
    ident = stored(session)["knotenpunkt-110"].id
    one = mine.get(f"/network/types/{ident}").get_data(as_text=True)
    for said in (
        "PoE+ (802.3at, bis 30 W)",
        "Modulschacht",
        "Gi1/0/48",
        "740 W",
        "Gerätetyp aufgenommen",
        "52 Anschlüsse",
    ):
        assert said in one
    assert "passt kein" in mine.get("/network/types?kind=printer").get_data(as_text=True)
    assert sign_in_as(Role.TEACHER, school).get("/network/types").status_code == 404


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(max_size=8),
            inner,
            max_size=6,
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_no_description_however_odd_is_a_fault_of_the_program(given: Any) -> None:
    found = layouts.described(given)
    assert found.faults or {"manufacturer", "model", "slug", "ports"} <= found.values.keys()
    assert rules.bundles(found.values.get("ports", [])) is not None


@given(st.text(max_size=200))
def test_no_text_however_odd_breaks_the_reader(text: str) -> None:
    found = device_types.from_yaml(text.encode("utf-8", "surrogatepass"))
    assert found.values or all(str(fault.sentence) for fault in found.faults)


def test_a_number_of_types_is_counted_once(session: Session, bring: Bring, library: Path) -> None:
    """A file outside the folder of device types is no type."""
    bring(library)
    assert session.scalar(select(func.count()).select_from(DeviceType)) == 2
