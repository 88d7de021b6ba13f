"""``school-it user`` and ``school-it token``."""

from __future__ import annotations

import sys

import click

from school_it import access, cli
from school_it.access import Role
from school_it.accounts import actions, queries
from school_it.database import transaction
from school_it.errors import N_, BadValue
from school_it.schools import queries as school_queries


@click.group()
def user() -> None:
    """Konten anlegen."""


@user.command("add")
@click.argument("name")
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role]), help="Rolle des Kontos."
)
@click.option(
    "--school", "schools", multiple=True, help="Schulnummer; mehrfach erlaubt, ohne = alle Schulen."
)
@click.option("--display-name", help="Anzeigename; sonst der Anmeldename.")
@cli.as_json
@cli.guarded
def add_user(name: str, role: str, schools: tuple[str, ...], display_name: str | None, as_json: bool) -> None:
    """Ein Konto anlegen; das Kennwort kommt von der Standardeingabe."""
    by = access.house("cli")
    password = _read_password()
    with transaction() as session:
        made = actions.add_user(session, name, display_name=display_name, password=password, by=by)
        at = [school_queries.get_school(session, number, seen_by=by) for number in schools]
        actions.grant_role(session, made, Role(role), schools=at, by=by)
        facts = {"user": made.name, "role": role, "schools": list(schools)}
    cli.answer(facts, as_json=as_json, text=f"Das Konto {facts['user']} ist angelegt.")


def _read_password() -> str:
    if sys.stdin.isatty():
        return str(click.prompt("Kennwort", hide_input=True, confirmation_prompt=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise BadValue(N_("Das Kennwort fehlt: Bitte in einer Zeile auf der Standardeingabe geben."))
    return password


@click.group()
def token() -> None:
    """Zugriffsschlüssel für Programme."""


@token.command("create")
@click.argument("user")
@click.option(
    "--scope", default="read", show_default=True, type=click.Choice(actions.SCOPES), help="Was er darf."
)
@click.option("--days", default=actions.TOKEN_DAYS, show_default=True, help="Wie viele Tage er gilt.")
@cli.as_json
@cli.guarded
def create_token(user: str, scope: str, days: int, as_json: bool) -> None:
    """Einen Zugriffsschlüssel ausstellen; er wird nur dieses eine Mal gezeigt."""
    with transaction() as session:
        account = queries.get_user(session, user)
        secret = actions.make_token(
            session, account, scope=scope, days=days, name="school-it", by=access.house("cli")
        )
    cli.answer({"token": secret, "user": user, "scope": scope, "days": days}, as_json=as_json, text=secret)
