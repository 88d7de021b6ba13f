"""``school-it user`` and ``school-it token``, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from school_it.access import Role
from school_it.accounts import actions, queries
from school_it.accounts.models import User
from school_it.database import db
from school_it.schools.models import School
from tests.accounts.conftest import Knock
from tests.conftest import PASSWORD

Run = Callable[..., Result]


def account(name: str) -> User:
    db.session.remove()
    return queries.get_user(db.session(), name)


def test_the_first_admin_comes_from_the_command_line(run: Run, knock: Knock) -> None:
    done = run("user", "add", "chefin", "--role", "admin", input=PASSWORD + "\n")
    assert done.exit_code == 0, done.output
    assert account("chefin").roles[0].role is Role.ADMIN
    assert knock("chefin", PASSWORD).status_code == 302


def test_a_coordinator_gets_the_schools_named(run: Run, school: School, other_school: School) -> None:
    words = ["user", "add", "koord", "--role", "coordinator", "--json", "--display-name", "Koordination"]
    done = run(*words, "--school", "115514", "--school", "167149", input=PASSWORD + "\n")
    assert json.loads(done.stdout) == {
        "user": "koord",
        "role": "coordinator",
        "schools": ["115514", "167149"],
    }
    assert len(account("koord").roles) == 2
    assert account("koord").display_name == "Koordination"


@pytest.mark.parametrize(
    ("words", "password", "code", "said"),
    [
        (["x", "--role", "admin"], PASSWORD, 2, "Anmeldename"),
        (["chefin", "--role", "admin"], "", 2, "Kennwort fehlt"),
        (["chefin", "--role", "admin"], "kurz", 2, "Zeichen"),
        (["chefin", "--role", "king"], PASSWORD, 2, "king"),
        (["chefin", "--role", "coordinator"], PASSWORD, 2, "mindestens eine Schule"),
        (["chefin", "--role", "coordinator", "--school", "199999"], PASSWORD, 1, "199999"),
        (["chefin"], PASSWORD, 2, "--role"),
    ],
)
def test_what_will_not_do_changes_nothing(
    run: Run, words: list[str], password: str, code: int, said: str
) -> None:
    done = run("user", "add", *words, input=password + "\n")
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr
    assert list(queries.users(db.session())) == []


def test_the_same_account_twice_is_refused(run: Run) -> None:
    run("user", "add", "chefin", "--role", "admin", input=PASSWORD + "\n")
    done = run("user", "add", "chefin", "--role", "admin", "--json", input=PASSWORD + "\n")
    assert done.exit_code == 3
    assert json.loads(done.stdout) == {"error": "Das Konto »chefin« gibt es schon."}


def test_a_token_is_printed_once(run: Run, person: str) -> None:
    done = run("token", "create", person, "--scope", "write", "--days", "7")
    assert done.exit_code == 0
    secret = done.stdout.strip()
    created = account(person).created_at
    found = queries.token_and_user(db.session(), actions.digest(secret), created)
    assert found is not None
    assert found[0].scope == "write"


def test_a_token_as_json(run: Run, person: str) -> None:
    done = run("token", "create", person, "--json")
    told = json.loads(done.stdout)
    assert (told["user"], told["scope"], told["days"]) == (person, "read", 90)
    assert told["token"].startswith("sit_")


def test_no_token_for_nobody(run: Run, app: object) -> None:
    done = run("token", "create", "niemand")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "niemand" in done.stderr
