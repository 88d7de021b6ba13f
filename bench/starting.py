"""P17: how long a process takes until it could answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from bench import towns
from bench.measuring import Result, compare, cpu_of_python

END = "\nimport os; os._exit(0)"  # what a process does to end is no part of its start
FRAMEWORK = "import flask, flask_sqlalchemy, wtforms" + END
READY = "from start import served; served()" + END
FURTHER = """
import os
from start import Product, served
Product().load_app()
if process := os.fork():
    _process, _status, used = os.wait4(process, 0)
    print(used.ru_utime + used.ru_stime)
else:
    served()
    os._exit(0)
"""
CLICK = "import click"
HELP = """
import os, sys
sys.argv, sys.stdout = ["school-it", "--help"], open(os.devnull, "w")
from start import main
main()
"""


def p17(_most: int) -> Iterator[Result]:
    town = towns.of(1000)
    environ = {
        "SCHOOL_IT_HOME": str(town.home),
        "SCHOOL_IT_DATABASE_URL": f"sqlite:///{town.database}",
        "SCHOOL_IT_SECRET_KEY": towns.KEY,
    }
    yield compare(
        "P17", "worker ready ÷ importing flask, flask_sqlalchemy, wtforms", 1.3,
        lambda: cpu_of_python(READY, environ), lambda: cpu_of_python(FRAMEWORK),
    )  # fmt: skip
    yield compare(
        "P17", "a further process of the server, forked ÷ the same", None,
        lambda: _told_by(FURTHER, environ), lambda: cpu_of_python(FRAMEWORK),
    )  # fmt: skip
    yield compare(
        "P17", "school-it --help ÷ importing click", 3,
        lambda: cpu_of_python(HELP, environ), lambda: cpu_of_python(CLICK),
    )  # fmt: skip


def _told_by(program: str, environ: dict[str, str]) -> float:
    command = (sys.executable, "-c", program)
    told = subprocess.run(command, env={**os.environ, **environ}, capture_output=True, check=True)  # noqa: S603
    return float(told.stdout)
