from __future__ import annotations

from pathlib import Path

import pytest

from school_it.errors import SettingsError
from school_it.people import profile

WHOLE = """
title = "Eigenes"
[people]
filter = "(objectClass=person)"
id = "entryUUID"
[people.fields]
family_name = "sn"
[[role]]
is = "pupil"
attribute = "title"
like = ["s*"]
[school]
attributes = ["o"]
"""


def written(folder: Path, text: str) -> str:
    file = folder / "eigenes.toml"
    file.write_text(text, "utf-8")
    return str(file)


def test_the_house_has_its_profiles_and_all_of_them_load() -> None:
    assert set(profile.names()) == {"ad", "inetorg", "sophomorix", "ucs"}
    assert all(profile.load(name).roles for name in profile.names())


def test_no_profile_of_the_house_asks_for_what_is_nobodys_business() -> None:
    for name in profile.names():
        assert not {attribute.lower() for attribute in profile.load(name).attributes} & profile.NEVER_ASKED


def test_a_site_may_bring_a_file_of_its_own(tmp_path: Path) -> None:
    told = profile.load(written(tmp_path, WHOLE))
    assert (told.name, told.title, told.attributes) == (
        "eigenes",
        "Eigenes",
        ("entryUUID", "sn", "title", "o"),
    )


@pytest.mark.parametrize("attribute", ["userPassword", "*", "+", "univentionBirthday", "description"])
def test_a_profile_that_asks_for_a_secret_is_refused(tmp_path: Path, attribute: str) -> None:
    with pytest.raises(SettingsError, match="nie abgefragt"):
        profile.load(written(tmp_path, WHOLE.replace('"sn"', f'"{attribute}"')))


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("filter", "filtre", "people.filter"),
        ('is = "pupil"', 'is = "cat"', "is"),
        ('like = ["s*"]', "", "like"),
        ("[school]", "[schule]", "school"),
        ('attributes = ["o"]', 'attributes = "o"', "school.attributes"),
        ("family_name", "surname", "family_name"),
        ('title = "Eigenes"', 'titel = "Eigenes"', "titel"),
        ('attributes = ["o"]', 'attributes = ["o"]\ntake = "("', "school.take"),
    ],
)
def test_a_fault_in_a_profile_is_named_with_its_place(
    tmp_path: Path, before: str, after: str, place: str
) -> None:
    with pytest.raises(SettingsError, match=place) as refusal:
        profile.load(written(tmp_path, WHOLE.replace(before, after, 1)))
    assert "eigenes.toml" in str(refusal.value)


def test_a_profile_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(SettingsError, match="ad, inetorg, sophomorix, ucs"):
        profile.load("novell")
