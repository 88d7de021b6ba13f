"""Forms for signing in, accounts, rights and one's own profile."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, PasswordField, SelectMultipleField
from wtforms.validators import Length, NumberRange, Optional, Regexp

from school_it.access import ROLE_NAMES, Role
from school_it.accounts.rules import SHORTEST
from school_it.web.fields import EMAIL, ChoiceField, DayField, Form, Needed, NumberField, TextField

NEW_PASSWORD = _l("mindestens %(n)s Zeichen; ein kurzer Satz ist gut", n=SHORTEST)


class SignInForm(Form):
    name = TextField(_l("Anmeldename"), [Needed(), Length(max=120)])
    password = PasswordField(_l("Kennwort"), [Needed(), Length(max=1000)])
    next = HiddenField()


class NewUserForm(Form):
    name = TextField(_l("Anmeldename"), [Needed(), Length(max=64)])
    display_name = TextField(_l("Anzeigename"), [Needed(), Length(max=120)])
    email = TextField(_l("E-Mail"), [Optional(), Regexp(EMAIL, message=_l("Das ist keine E-Mail-Adresse."))])
    password = PasswordField(_l("Kennwort"), [Needed()], description=NEW_PASSWORD)


class UserForm(Form):
    version = HiddenField()
    display_name = TextField(_l("Anzeigename"), [Needed(), Length(max=120)])
    email = TextField(_l("E-Mail"), [Optional(), Regexp(EMAIL, message=_l("Das ist keine E-Mail-Adresse."))])


class RoleForm(Form):
    role = ChoiceField(_l("Rolle"), coerce=Role, validators=[Needed()])
    schools = SelectMultipleField(_l("Schulen"), description=_l("keine ausgewählt = alle Schulen"))
    until = DayField(_l("gilt bis"), description=_l("TT.MM.JJJJ; leer = auf Dauer"))
    reason = TextField(_l("Grund"), [Length(max=200)])

    def __init__(self, *args: Any, schools: list[tuple[str, str]], **values: Any) -> None:
        super().__init__(*args, **values)
        self.role.choices = [("", "")] + [(role.value, _(name)) for role, name in ROLE_NAMES.items()]
        self.schools.choices = schools


class PasswordForm(Form):
    password = PasswordField(_l("Neues Kennwort"), [Needed()], description=NEW_PASSWORD)


class OwnPasswordForm(PasswordForm):
    old_password = PasswordField(_l("Bisheriges Kennwort"), [Needed()])


class TokenForm(Form):
    token_name = TextField(_l("Wofür"), [Needed(), Length(max=80)])
    scope = ChoiceField(_l("Darf"), validators=[Needed()])
    days = NumberField(_l("Gültig, Tage"), [Needed(), NumberRange(1, 366)], default=90)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.scope.choices = [("read", _("nur lesen")), ("write", _("lesen und schreiben"))]


class ShortcutsForm(Form):
    shortcuts = BooleanField(_l("Tastenkürzel verwenden"))
