"""The settings of an installation: bad values stop the start and name themselves, the secret is made once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from school_it import settings
from school_it.errors import SettingsError


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UPLOAD_MB", "-1"),
        ("UPLOAD_MB", "viel"),
        ("IDLE_MINUTES", "0"),
        ("SESSION_HOURS", "²"),
        ("TRUSTED_PROXIES", "-1"),
        ("NIGHT_HOUR", "24"),
        ("BACKUP_DAYS", "0"),
        ("LDAP_MAX_LEAVERS_PERCENT", "101"),
        ("HTTPS", "vielleicht"),
        ("SECRET_KEY", "kurz"),
    ],
)
def test_a_bad_value_stops_the_start_and_names_itself(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"SCHOOL_IT_{name}"):
        settings.load(environ={"SCHOOL_IT_HOME": str(tmp_path), f"SCHOOL_IT_{name}": value})


def test_starts_at_the_same_time_agree_on_one_secret(tmp_path: Path) -> None:
    environ = {"SCHOOL_IT_HOME": str(tmp_path)}
    with ThreadPoolExecutor(16) as starts:
        loaded = list(starts.map(lambda _start: settings.load(environ=environ), range(64)))
    (secret,) = {one.SECRET_KEY for one in loaded}
    assert len(secret) >= settings.SECRET_LENGTH
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("content", [b"", b"kurz\n", b"\xff\xfe"])
def test_a_damaged_secret_stops_the_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)
    with pytest.raises(SettingsError, match="SCHOOL_IT_SECRET_KEY"):
        settings.load(environ={"SCHOOL_IT_HOME": str(tmp_path)})


def test_the_file_may_name_every_setting_and_files_of_secrets_only(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("geheim\n", "utf-8")
    toml = f'LDAP_CA_FILE = "ca.pem"\nLDAP_PASSWORD_FILE = "{tmp_path / "password"}"\n'
    (tmp_path / "settings.toml").write_text(toml, "utf-8")
    loaded = settings.load(environ={"SCHOOL_IT_HOME": str(tmp_path)})
    assert (loaded.LDAP_CA_FILE, loaded.LDAP_PASSWORD) == ("ca.pem", "geheim")
    (tmp_path / "settings.toml").write_text('AUTHORITY_FILE = "name.txt"\n', "utf-8")
    with pytest.raises(SettingsError, match="AUTHORITY_FILE"):
        settings.load(environ={"SCHOOL_IT_HOME": str(tmp_path)})
