"""The page about settings names exactly the settings there are."""

from __future__ import annotations

import re
from pathlib import Path

from school_it.settings import PREFIX, SETTINGS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_the_page_names_exactly_the_settings_there_are() -> None:
    named = set(re.findall(rf"{PREFIX}([A-Z_]+)", PAGE.read_text("utf-8")))
    known = {setting.name for setting in SETTINGS}
    assert {name if name in known else name.removesuffix("_FILE") for name in named} == known


def test_every_setting_has_a_sentence() -> None:
    assert all(setting.about for setting in SETTINGS)
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
