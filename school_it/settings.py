"""What an operator can set: environment variables ``SCHOOL_IT_…``, or the same names in ``HOME/settings.toml``.

`SETTINGS` is the whole list; ``docs/settings.md`` is held to it by a test. A bad value stops the start and names
itself. Any secret may come from a file: ``SCHOOL_IT_LDAP_PASSWORD_FILE=/run/secrets/ldap``.

Further directories are tables ``[[directories]]`` of the file, with the LDAP settings in small letters.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from school_it.errors import N_, SettingsError

PREFIX = "SCHOOL_IT_"
PROJECT = Path(__file__).resolve().parent.parent
SECRET_LENGTH = 32


def _text(value: str) -> str:
    return value.strip()


def _from(lowest: int, highest: int = 1_000_000) -> Callable[[str], int]:
    """Reads a whole number within these bounds."""

    def read(value: str) -> int:
        number = int(value)
        if not lowest <= number <= highest:
            raise ValueError(value)
        return number

    return read


def _yes_no(value: str) -> bool:
    return {"1": True, "true": True, "ja": True, "0": False, "false": False, "nein": False, "": False}[
        value.strip().lower()
    ]


def _secret_key(value: str) -> str:
    if len(value) < SECRET_LENGTH:
        raise ValueError(value)
    return value


ROLE_WORDS = ("admin", "office", "coordinator", "teacher", "auditor")


def _roles(value: str) -> tuple[tuple[str, str], ...]:
    """Lines or parts with `;` like ``coordinator: it-koordination``: a role and the group that gives it."""
    parts = value.split("\n") if "\n" in value else value.split(";")
    pairs = tuple(
        (role.strip(), group.strip())
        for role, _colon, group in (one.partition(":") for one in parts if one.strip())
    )
    if any(role not in ROLE_WORDS or not group for role, group in pairs):
        raise ValueError(value)
    return pairs


def _one_of(*words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value.strip().lower() not in words:
            raise ValueError(value)
        return value.strip().lower()

    return read


def _municipality_key(value: str) -> str:
    if re.fullmatch(r"(\d{8})?", value.strip()) is None:
        raise ValueError(value)
    return value.strip()


@dataclass(frozen=True)
class Setting:
    """One setting: its name without the prefix, how its text is read, and its default."""

    name: str
    read: Callable[[str], Any]
    default: Any
    about: str
    secret: bool = False


SETTINGS = (
    Setting("HOME", _text, "", N_("Ordner für Datenbank, Dokumente und Sicherungen (Standard: instance/)")),
    Setting("DATABASE_URL", _text, "", N_("Datenbank; leer = SQLite in HOME; sonst postgresql+psycopg://…"), True),
    Setting(
        "SECRET_KEY", _secret_key, "",
        N_("Schlüssel für Sitzungen; wird beim ersten Start in HOME angelegt"), True,
    ),
    Setting("AUTHORITY", _text, "Schulträger", N_("Name des Schulträgers in Kopfzeile und Berichten")),
    Setting("CONTACT", _text, "", N_("E-Mail-Adresse für Rückmeldungen zur Barrierefreiheit")),
    Setting("HTTPS", _yes_no, False, N_("ja, wenn das Produkt hinter HTTPS läuft: Cookies nur verschlüsselt")),
    Setting("TRUSTED_PROXIES", _from(0, 9), 0, N_("Zahl der Proxys davor, deren X-Forwarded-Kopfzeilen gelten")),
    Setting("HOSTS", _text, "", N_("Namen, unter denen das Produkt antwortet, mit Komma getrennt; leer = unter jedem")),
    Setting("IDLE_MINUTES", _from(1), 30, N_("Minuten ohne Tätigkeit, nach denen eine Sitzung endet")),
    Setting("SESSION_HOURS", _from(1), 12, N_("Stunden, nach denen eine Sitzung spätestens endet")),
    Setting("UPLOAD_MB", _from(1), 32, N_("größte Datei, die hochgeladen werden darf, in MB")),
    Setting("DOCUMENT_MB", _from(1), 20, N_("größte Unterlage (PDF oder Foto), die abgelegt werden darf, in MB")),
    Setting("ASSET_TAG_PREFIX", _text, "IT-", N_("Anfang der Inventarnummern, die das Produkt vergibt")),
    Setting("NIGHT_HOUR", _from(0, 23), 2, N_("Stunde (0 bis 23), ab der die nächtlichen Arbeiten laufen")),
    Setting("BACKUP_FOLDER", _text, "", N_("Ordner der nächtlichen Sicherungen (Standard: backups/ in HOME)")),
    Setting("BACKUP_DAYS", _from(1), 7, N_("so viele tägliche Sicherungen bleiben")),
    Setting("BACKUP_WEEKS", _from(1), 5, N_("so viele wöchentliche Sicherungen bleiben")),
    Setting("BACKUP_MONTHS", _from(1), 12, N_("so viele monatliche Sicherungen bleiben")),
    Setting("LDAP_URL", _text, "", N_("Verzeichnis, etwa ldaps://verzeichnis.example:636; mehrere mit Leerzeichen")),
    Setting("LDAP_BASE_DN", _text, "", N_("Wurzel der Suche, etwa dc=schulen,dc=example")),
    Setting("LDAP_BIND_DN", _text, "", N_("Konto, das lesen darf")),
    Setting("LDAP_PASSWORD", _text, "", N_("Kennwort dieses Kontos"), True),
    Setting(
        "LDAP_PROFILE", _text, "ucs",
        N_("Aufbau des Verzeichnisses: ucs, sophomorix, ad, inetorg oder der Pfad einer TOML-Datei"),
    ),
    Setting("LDAP_CA_FILE", _text, "", N_("Zertifikat der ausstellenden Stelle (PEM)")),
    Setting("LDAP_STARTTLS", _yes_no, True, N_("StartTLS bei ldap://-Adressen")),
    Setting("LDAP_PLAIN", _yes_no, False, N_("unverschlüsselte Verbindung erlauben (nur zum Ausprobieren)")),
    Setting(
        "LDAP_MAX_LEAVERS_PERCENT",
        _from(0, 100),
        10,
        N_("Abgleich hält an, wenn mehr Prozent fehlen, insgesamt oder an einer Schule"),
    ),
    Setting("LDAP_SIGN_IN", _yes_no, False, N_("Anmelden mit dem Kennwort des Verzeichnisses")),
    Setting(
        "LDAP_ROLES", _roles, "",
        N_("welche Gruppe welche Rolle gibt, etwa admin: cn=schul-it,ou=gruppen,dc=example; teacher: lehrer"),
    ),
    Setting("SMTP_HOST", _text, "", N_("Server, über den Nachrichten gehen; leer = keine")),
    Setting("SMTP_PORT", _from(0, 65535), 0, N_("sein Port; 0 = der übliche (587, 465 oder 25)")),
    Setting(
        "SMTP_SECURITY", _one_of("starttls", "tls", "none"), "starttls",
        N_("starttls, tls oder none (unverschlüsselt, dann ohne Kennwort)"),
    ),
    Setting("SMTP_USER", _text, "", N_("Konto am Server; leer = ohne Anmeldung")),
    Setting("SMTP_PASSWORD", _text, "", N_("Kennwort dieses Kontos"), True),
    Setting("SMTP_CA_FILE", _text, "", N_("Zertifikat der ausstellenden Stelle (PEM); leer = die des Systems")),
    Setting("MAIL_FROM", _text, "", N_("Absender der Nachrichten")),
    Setting("ALARM_TO", _text, "", N_("wer Nachricht bekommt, wenn nachts etwas scheitert; mehrere mit Komma")),
    Setting(
        "LEDGER_PRICES", _one_of("gross", "net"), "gross",
        N_("womit die Anlagenbuchhaltung rechnet: gross (brutto, ohne Vorsteuerabzug) oder net"),
    ),
    Setting("LEDGER_FIRST_MONTH", _yes_no, True, N_("der Monat der Anschaffung wird mit abgeschrieben")),
    Setting("LEDGER_LOW_VALUE", _from(0, 10_000), 800, N_("bis zu so vielen Euro netto ist ein Gerät geringwertig")),
    Setting(
        "LEDGER_LOW_VALUE_AT_ONCE", _yes_no, True,
        N_("Geringwertiges ist im Jahr der Anschaffung ganz abgeschrieben (§ 36 Abs. 3 KomHVO NRW)"),
    ),
    Setting(
        "RETURN_DAYS", _from(0, 365), 14,
        N_("Tage nach dem Abgang, bis zu denen Ausgeliehenes zurückgegeben sein soll"),
    ),
    Setting(
        "RETENTION_PUPIL_MONTHS", _from(0, 240), 3,
        N_("Monate nach dem Abgang bis zum Vergessen der Namen, Schülerinnen und Schüler; 0 = nie von selbst"),
    ),
    Setting(
        "RETENTION_TEACHER_MONTHS", _from(0, 240), 3,
        N_("Monate nach dem Abgang bis zum Vergessen der Namen, Lehrkräfte; 0 = nie von selbst"),
    ),
    Setting(
        "RETENTION_STAFF_MONTHS", _from(0, 240), 3,
        N_("Monate nach dem Abgang bis zum Vergessen der Namen, übriges Personal; 0 = nie von selbst"),
    ),
    Setting(
        "RETENTION_LOAN_MONTHS", _from(0, 240), 6,
        N_("Monate nach der letzten Rückgabe, die ein Name mindestens bleibt (§ 606 BGB)"),
    ),
    Setting(
        "OPEN_DATA_LIMIT", _from(2, 50), 5,
        N_("Anzahlen unter dieser Zahl werden in offenen Daten mit anderen zusammengefasst"),
    ),
    Setting(
        "OPEN_DATA_LICENCE", _one_of("zero", "by"), "zero",
        N_("Lizenz der offenen Daten: zero (dl-de/zero-2.0) oder by (dl-de/by-2.0, mit Nennung)"),
    ),
    Setting(
        "OPEN_DATA_CONTRIBUTOR", _text, "",
        N_("Kennung bei GovData, Adresse unter http://dcat-ap.de/def/contributors/; leer = keine"),
    ),
    Setting(
        "MUNICIPALITY_KEY", _municipality_key, "",
        N_("Amtlicher Gemeindeschlüssel (8 Ziffern), für offene Daten"),
    ),
)  # fmt: skip

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def default_of(name: str) -> Any:
    """What counts where nobody has said anything. Raises KeyError."""
    return _BY_NAME[name].default


DIRECTORIES = "DIRECTORIES"
OF_A_DIRECTORY = tuple(setting for setting in SETTINGS if setting.name.startswith("LDAP_"))
SHARED_BY_DIRECTORIES = (
    "LDAP_PROFILE",
    "LDAP_CA_FILE",
    "LDAP_STARTTLS",
    "LDAP_PLAIN",
    "LDAP_MAX_LEAVERS_PERCENT",
)
"""What a table of `directories` leaves open is taken from these; where it is and who may read is its own."""
THE_DIRECTORY = "directory"
"""The name of the directory that the plain LDAP settings tell."""
_NAME = re.compile(r"[a-z][a-z0-9-]{1,19}")
_TAKEN_NAMES = (THE_DIRECTORY, "file")


class Settings:
    """The settings of one running program; ``settings.LDAP_URL`` or ``settings["LDAP_URL"]``."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        shown = {name: "…" if _is_secret(name) else value for name, value in self._values.items()}
        return f"Settings({shown})"

    @property
    def home(self) -> Path:
        return Path(self._values["HOME"])

    @property
    def directories(self) -> tuple[Settings, ...]:
        """Every directory of the town, with LDAP settings of its own, its `NAME`, and its `SCHOOL` where it has one."""
        plain = {setting.name: self._values.get(setting.name) for setting in OF_A_DIRECTORY}
        first = (Settings(plain | {"NAME": THE_DIRECTORY, "SCHOOL": ""}),) if plain["LDAP_URL"] else ()
        return (*first, *(Settings(table) for table in self._values.get(DIRECTORIES, ())))


def _is_secret(name: str) -> bool:
    return name == DIRECTORIES or (name in _BY_NAME and _BY_NAME[name].secret)


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `overrides`, then the environment, then ``HOME/settings.toml``, then the defaults.

    Makes HOME and a secret key where there are none. Raises SettingsError that names the setting.
    """
    environ = os.environ if environ is None else environ
    overrides = {name.removeprefix(PREFIX): value for name, value in (overrides or {}).items()}
    home = Path(overrides.get("HOME") or environ.get(PREFIX + "HOME") or PROJECT / "instance").absolute()
    written = _from_file(home / "settings.toml")
    values = {setting.name: _value(setting, overrides, environ, written) for setting in SETTINGS}
    values["HOME"] = str(home)
    values[DIRECTORIES] = _directories(
        overrides.get(DIRECTORIES) or written.get("directories", []), values, environ
    )
    home.mkdir(mode=0o700, parents=True, exist_ok=True)  # names of pupils and keys: for the owner only
    values["SECRET_KEY"] = values["SECRET_KEY"] or _kept_secret(home / "secret_key")
    values["DATABASE_URL"] = values["DATABASE_URL"] or f"sqlite:///{home / 'school-it.db'}"
    return Settings(values)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        written = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsError(
            N_("%(path)s ist keine lesbare TOML-Datei: %(why)s"), path=path, why=str(problem)
        ) from None
    values = {name.removeprefix(PREFIX): value for name, value in written.items()}
    for name in values:
        if name not in _BY_NAME and not _names_a_secret_file(name) and name != "directories":
            raise SettingsError(
                N_("%(path)s nennt die unbekannte Einstellung %(name)s."), path=path, name=name
            )
    return values


def _names_a_secret_file(name: str) -> bool:
    setting = _BY_NAME.get(name.removesuffix("_FILE"))
    return setting is not None and setting.secret and name.endswith("_FILE")


def _value(
    setting: Setting, overrides: Mapping[str, Any], environ: Mapping[str, str], written: Mapping[str, Any]
) -> Any:
    for source, name in (
        (overrides, setting.name),
        (environ, PREFIX + setting.name),
        (written, setting.name),
    ):
        if name in source:
            return _read(setting, source[name])
        if setting.secret and source.get(name + "_FILE"):
            return _read(setting, _secret_file(setting, source[name + "_FILE"]))
    return setting.default


def _directories(
    tables: Any, values: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], ...]:
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SettingsError(N_("In settings.toml beginnt jedes weitere Verzeichnis mit [[directories]]."))
    found = tuple(_directory(table, values, environ) for table in tables)
    for name in {table["NAME"] for table in found}:
        if sum(table["NAME"] == name for table in found) > 1:
            raise SettingsError(N_("directories: Den Namen »%(name)s« gibt es zweimal."), name=name)
    return found


def _directory(
    table: Mapping[str, Any], values: Mapping[str, Any], environ: Mapping[str, str]
) -> dict[str, Any]:
    """One directory of several. Its password may also come as ``SCHOOL_IT_LDAP_PASSWORD_<NAME>``."""
    name, told = str(table.get("name", "")), dict(table)
    if not _NAME.fullmatch(name) or name in _TAKEN_NAMES:
        raise SettingsError(
            N_(
                "directories: »%(name)s« geht nicht als Name. Bitte zwei bis zwanzig kleine Buchstaben, Ziffern oder "
                "Bindestriche, nicht »directory« oder »file«."
            ),
            name=name,
        )
    told.pop("name")
    made: dict[str, Any] = {"NAME": name, "SCHOOL": str(told.pop("school", "")).strip()}
    secret = f"{PREFIX}LDAP_PASSWORD_{name.upper().replace('-', '_')}"
    for setting in OF_A_DIRECTORY:
        key = setting.name.removeprefix("LDAP_").lower()
        usual = values[setting.name] if setting.name in SHARED_BY_DIRECTORIES else setting.default
        made[setting.name] = _read(setting, told.pop(key), f"{name}: {key}") if key in told else usual
    if path := told.pop("password_file", ""):
        made["LDAP_PASSWORD"] = _secret_file(_BY_NAME["LDAP_PASSWORD"], path)
    made["LDAP_PASSWORD"] = environ.get(secret) or made["LDAP_PASSWORD"]
    for key in told:
        raise SettingsError(
            N_("directories: »%(name)s« nennt die unbekannte Einstellung %(key)s."), name=name, key=key
        )
    return made


def _read(setting: Setting, value: Any, called: str = "") -> Any:
    if isinstance(value, bool):
        value = "1" if value else "0"
    if isinstance(value, list):
        value = "".join(f"{line}\n" for line in value)
    if value == "" and setting.default in ("", None):
        return setting.default
    try:
        return setting.read(str(value))
    except (ValueError, KeyError):
        shown = "…" if setting.secret else value
        raise SettingsError(
            N_("Die Einstellung %(name)s hat den Wert »%(value)s«, der dort nicht möglich ist (%(about)s)."),
            name=called or PREFIX + setting.name,
            value=shown,
            about=setting.about,
        ) from None


def _secret_file(setting: Setting, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").rstrip("\r\n")
    except OSError as problem:
        raise SettingsError(
            N_("Die Datei %(path)s aus %(name)s ist nicht lesbar: %(why)s"),
            path=path,
            name=f"{PREFIX}{setting.name}_FILE",
            why=problem.strerror,
        ) from None


def _kept_secret(path: Path) -> str:
    """The secret of this installation, made once; two starts at the same time agree on one.

    It gets its name only when all of it is written. Raises SettingsError where the file holds no such secret.
    """
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(SECRET_LENGTH))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    kept: str = _read(_BY_NAME["SECRET_KEY"], path.read_text("ascii", "replace").strip() or " ")
    return kept
