"""The locks of what the product is made of: `python deploy/locks.py`, with `--renew` to write them anew.

setup.cfg says what is wanted, the locks say which files exactly, by checksum. The first line of each lock holds
the digest of the wishes it was made from, so that the check needs no network. Standard library only; renewing
needs uv.
"""

from __future__ import annotations

import argparse
import configparser
import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = (
    "uv",
    "pip",
    "compile",
    "--universal",
    "--generate-hashes",
    "--no-header",
    "--quiet",
    "--python-version",
    "3.11",
)
# lock -> what it is made from; a later one follows the versions of the first
LOCKS = {
    "requirements-dev.lock": ("setup.cfg", "--extra", "build", "--extra", "dev"),
    "requirements.lock": ("setup.cfg", "--extra", "build", "--constraints", "requirements-dev.lock"),
    "requirements-assets.lock": ("deploy/assets.in",),
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Prüft oder erneuert die Versionslisten mit Prüfsummen.")
    parser.add_argument("--renew", action="store_true", help="neu schreiben (braucht uv und die Paketquelle)")
    parser.add_argument("--upgrade", action="store_true", help="dabei die neuesten Versionen nehmen")
    wanted = parser.parse_args()
    if wanted.renew or wanted.upgrade:
        renew(upgrade=wanted.upgrade)
    old = [name for name in LOCKS if first_line(name) != heading(name)]
    if old:
        print(f"Nicht auf dem Stand von setup.cfg: {', '.join(old)}. Bitte: make locks", file=sys.stderr)
    return 1 if old else 0


def renew(*, upgrade: bool) -> None:
    for name, source in LOCKS.items():
        more = ("--upgrade",) if upgrade else ()
        subprocess.run([*UV, *source, *more, "--output-file", name], cwd=ROOT, check=True)  # noqa: S603 - ours
        path = ROOT / name
        lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("# made from")]
        path.write_text("\n".join([heading(name), *lines]) + "\n", "utf-8")


def first_line(name: str) -> str:
    path = ROOT / name
    return path.read_text("utf-8").partition("\n")[0] if path.exists() else ""


def heading(name: str) -> str:
    source = LOCKS[name][0]
    return f"# made from {source}, wishes {hashlib.sha256(wishes(ROOT / source).encode()).hexdigest()[:16]}"


def wishes(path: Path) -> str:
    if path.suffix != ".cfg":
        return path.read_text("utf-8")
    parser = configparser.ConfigParser()
    parser.read(path, "utf-8")
    options, extras = parser["options"], parser["options.extras_require"]
    return "\n".join(
        [options["python_requires"], options["install_requires"], extras["build"], extras["dev"]]
    )


if __name__ == "__main__":
    sys.exit(main())
