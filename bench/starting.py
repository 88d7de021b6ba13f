"""P17: how long a process takes until it could answer."""

from __future__ import annotations

from collections.abc import Iterator

from bench import towns
from bench.measuring import Result, compare, cpu_of_python

FRAMEWORK = "import flask, flask_sqlalchemy, wtforms"
READY = "from app import create_app; create_app()"


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
