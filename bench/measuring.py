"""What a goal is, and the ratio of two things measured in turn."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

ROUNDS = 5

Measured = Callable[[], float]
"""Does something once and tells the CPU seconds it took."""


@dataclass(frozen=True)
class Result:
    """One ratio beside its limit; `note` says what stands on both sides."""

    goal: str
    what: str
    ratio: float
    limit: float | None
    note: str = ""

    @property
    def passed(self) -> bool:
        return self.limit is None or self.ratio <= self.limit


def ratio(one: Measured, other: Measured, rounds: int = ROUNDS) -> tuple[float, float, float]:
    """The median of `one` ÷ `other`, round by round in turn, and the medians of both sides."""
    one(), other()
    pairs = [(one(), other()) for _round in range(rounds)]
    return (
        median(first / second for first, second in pairs),
        median(first for first, _second in pairs),
        median(second for _first, second in pairs),
    )


def compare(
    goal: str, what: str, limit: float | None, one: Measured, other: Measured, rounds: int = ROUNDS
) -> Result:
    value, mine, theirs = ratio(one, other, rounds)
    return Result(goal, what, value, limit, f"{mine * 1000:.2f} ms ÷ {theirs * 1000:.2f} ms")


def own_cpu(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of this process for one `work`, averaged over some."""
    begun = time.process_time()
    for _time in range(times):
        work()
    return (time.process_time() - begun) / times


def cpu_of_python(program: str, environ: dict[str, str] | None = None) -> float:
    """CPU seconds of a fresh interpreter that runs `program`, its own start included.

    It may keep what it compiles, so that only the first round, which does not count, compiles anything.
    """
    own = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environ or {})}
    command: Sequence[str] = (sys.executable, "-c", program)
    process = subprocess.Popen(command, env=own)  # noqa: S603  our own text
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"ended with {process.returncode}: {program}")
    return used.ru_utime + used.ru_stime
