"""docs/settings.md lists every setting, as the program knows it."""

from __future__ import annotations

import sys
from pathlib import Path

from school_it.settings import PREFIX, SETTINGS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
BEGIN, END = "<!-- settings -->\n", "<!-- /settings -->\n"


def table() -> str:
    """The table as it has to stand in the page: ``python -m tests.house.test_settings_page`` writes it."""
    lines = ["| Einstellung | Standard | Bedeutung |", "|---|---|---|"]
    for setting in SETTINGS:
        default = (
            {True: "ja", False: "nein"}[setting.default]
            if isinstance(setting.default, bool)
            else setting.default
        )
        name = f"`{PREFIX}{setting.name}`" + (
            f", auch `{PREFIX}{setting.name}_FILE`" if setting.secret else ""
        )
        lines.append(f"| {name} | {f'`{default}`' if default != '' else '–'} | {setting.about} |")
    return "\n".join(lines) + "\n"


def test_the_page_names_every_setting_its_default_and_its_meaning() -> None:
    page = PAGE.read_text("utf-8")
    assert page.partition(BEGIN)[2].partition(END)[0] == table(), "python -m tests.house.test_settings_page"


if __name__ == "__main__":
    before, _begin, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2], "utf-8")
    sys.exit(0)
