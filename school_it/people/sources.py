"""The directories of the town: one for all of it, or several side by side, as the settings tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

from school_it.access import Role
from school_it.errors import N_, RuleBroken, SettingsError
from school_it.people import profile
from school_it.people.address import Address
from school_it.people.profile import Profile, SchoolRule
from school_it.settings import THE_DIRECTORY, Settings


@dataclass(frozen=True)
class Source:
    """One directory of the town: its people are its own, and so are its runs and its guard."""

    name: str
    address: Address
    profile_name: str
    max_leavers_percent: int
    school: str = ""
    signs_in: bool = False
    roles: tuple[tuple[Role, str], ...] = ()
    """Which group, by its DN or its name, gives which role to those who sign in."""

    def layout(self) -> Profile:
        """Raises SettingsError."""
        found = profile.load(self.profile_name)
        return replace(found, school=SchoolRule((), fixed=self.school)) if self.school else found


def every(settings: Settings) -> tuple[Source, ...]:
    """The directories that the operator has entered, in their order."""
    return tuple(_source(told) for told in settings.directories)


def signing_in(settings: Settings) -> tuple[Source, ...]:
    """Those whose people sign in here with the directory's password."""
    return tuple(source for source in every(settings) if source.signs_in)


def one(settings: Settings, name: str | None = None) -> Source:
    """The directory of that name, or the only one. Raises SettingsError for none, RuleBroken for several."""
    found = [told for told in every(settings) if name in (None, told.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(told.name for told in every(settings))
    if found:
        raise RuleBroken(N_("Es gibt mehrere Verzeichnisse: %(names)s. Bitte eines nennen."), names=names)
    if name and names:
        raise RuleBroken(
            N_("Das Verzeichnis »%(name)s« gibt es nicht, nur: %(names)s."), name=name, names=names
        )
    raise SettingsError(N_("Die Einstellung %(setting)s fehlt."), setting="SCHOOL_IT_LDAP_URL")


def _source(told: Settings) -> Source:
    return Source(
        name=told.NAME,
        address=Address(
            url=told.LDAP_URL,
            base_dn=told.LDAP_BASE_DN,
            bind_dn=told.LDAP_BIND_DN,
            password=told.LDAP_PASSWORD,
            ca_file=told.LDAP_CA_FILE,
            starttls=told.LDAP_STARTTLS,
            plain=told.LDAP_PLAIN,
            called="" if told.NAME == THE_DIRECTORY else told.NAME,
        ),
        profile_name=told.LDAP_PROFILE,
        max_leavers_percent=told.LDAP_MAX_LEAVERS_PERCENT,
        school=told.SCHOOL,
        signs_in=bool(told.LDAP_SIGN_IN),
        roles=tuple((Role(role), group) for role, group in told.LDAP_ROLES or ()),
    )
