"""``python -m bench [p9 p15 …] [--large] [--strict]``: each goal as a ratio beside its limit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from bench.directory import directory
from bench.editing import p16
from bench.exporting import p7, p8
from bench.importing import p1, p2, p4, p5, p6
from bench.licensing import licensing
from bench.measuring import Result
from bench.networking import network
from bench.pages import p9, p10, p13, p14
from bench.planning import plan
from bench.searching import p15
from bench.starting import p17

GOALS: dict[str, Callable[[int], Iterator[Result]]] = {
    "p1": p1, "p2": p2, "p4": p4, "p5": p5, "p6": p6, "p7": p7, "p8": p8,
    "p9": p9, "p10": p10, "p13": p13, "p14": p14, "p15": p15, "p16": p16, "p17": p17,
    "directory": directory, "licensing": licensing, "network": network, "plan": plan,
}  # fmt: skip


def main() -> int:
    asked = argparse.ArgumentParser(prog="bench", description=__doc__)
    asked.add_argument(
        "goals", nargs="*", metavar="goal", help=f"of {', '.join(GOALS)}; all of them if none is named"
    )
    asked.add_argument("--large", action="store_true", help="a million devices too")
    asked.add_argument("--strict", action="store_true", help="end with 1 where a goal is missed")
    wanted = asked.parse_args()
    if unknown := set(wanted.goals) - GOALS.keys():
        asked.error(f"unknown: {', '.join(sorted(unknown))}")
    missed = 0
    for name in wanted.goals or GOALS:
        for result in GOALS[name](1_000_000 if wanted.large else 100_000):
            print(_line(result), flush=True)
            missed += not result.passed
    print(f"{missed} missed" if missed else "all met")
    return 1 if missed and wanted.strict else 0


def _line(result: Result) -> str:
    verdict = "    " if result.limit is None else "ok  " if result.passed else "MISS"
    limit = "" if result.limit is None else f"≤ {result.limit:g}"
    return f"{verdict} {result.goal:4} {result.ratio:7.3f} × {limit:7} {result.what:62} {result.note}"


if __name__ == "__main__":
    sys.exit(main())
