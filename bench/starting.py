"""P17: how long a process takes until it could answer."""

from __future__ import annotations

from collections.abc import Iterator

from bench import towns
from bench.measuring import Result, compare, cpu_of_python

END = "\nimport os; os._exit(0)"  # what a process does to end is no part of its start
FRAMEWORK = "import flask, flask_sqlalchemy, wtforms" + END
READY = "from start import served; served()" + END
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
        "P17", "school-it --help ÷ importing click", 3,
        lambda: cpu_of_python(HELP, environ), lambda: cpu_of_python(CLICK),
    )  # fmt: skip
