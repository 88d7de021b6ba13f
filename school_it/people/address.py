"""Where a directory is and how to get in, and whether that can work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from school_it.errors import N_, SettingsError

PORTS = {"ldap": 389, "ldaps": 636}
LOOPBACK = ("localhost", "127.0.0.1", "::1")
PAUSES = (1.0, 4.0)
"""Seconds before the second and the third try of a read that broke off."""


@dataclass(frozen=True)
class Address:
    """Where the directory is and how to get in. The password never shows in a repr."""

    url: str
    base_dn: str
    bind_dn: str
    password: str = field(repr=False)
    ca_file: str = ""
    starttls: bool = True
    plain: bool = False
    connect_seconds: int = 10
    silence_seconds: int = 60
    read_seconds: int = 900
    pauses: tuple[float, ...] = PAUSES
    called: str = ""

    def setting(self, name: str) -> str:
        """How the operator writes a setting of this directory."""
        if self.called:
            return f"{self.called}: {name.lower()}"
        return f"SCHOOL_IT_LDAP_{name}"

    @property
    def is_clear(self) -> bool:
        """Whether the password goes over the wire as it is."""
        return not self.starttls and any(url.startswith("ldap://") for url in self.urls)

    @property
    def urls(self) -> tuple[str, ...]:
        """One server, or several with the same content, parted by blanks: the first that answers is taken."""
        return tuple(self.url.split())


def check(address: Address) -> None:
    """Raises SettingsError for what cannot work, before anything is sent."""
    for name, value in (
        ("URL", address.url.strip()),
        ("BASE_DN", address.base_dn),
        ("BIND_DN", address.bind_dn),
        ("PASSWORD", address.password),
    ):
        # An empty password would be an anonymous sign-in that succeeds and sees nobody.
        if not value:
            raise SettingsError(N_("Die Einstellung %(setting)s fehlt."), setting=address.setting(name))
    if address.ca_file and not Path(address.ca_file).is_file():
        raise SettingsError(
            N_("%(setting)s: Die Datei %(path)s gibt es nicht."),
            setting=address.setting("CA_FILE"),
            path=address.ca_file,
        )
    for url in address.urls:
        _check_url(address, url)


def _check_url(address: Address, url: str) -> None:
    parts = urlsplit(url)
    try:
        known = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise SettingsError(
            N_("%(setting)s: »%(url)s« ist keine Adresse wie ldaps://verzeichnis.example:636."),
            setting=address.setting("URL"),
            url=url,
        )
    clear = parts.scheme == "ldap" and not address.starttls
    if clear and not address.plain and parts.hostname not in LOOPBACK:
        raise SettingsError(
            N_(
                "Das Kennwort ginge unverschlüsselt an %(host)s. Bitte ldaps:// nehmen oder "
                "%(setting)s=ja setzen."
            ),
            host=parts.hostname,
            setting=address.setting("STARTTLS"),
        )
