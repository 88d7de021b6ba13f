"""From entries to people, as a profile tells it. Pure: entries in, people and what had to be left out."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from sys import intern

from school_it.errors import N_, CannotRead, Sentence
from school_it.people.entries import DirectoryPerson, DnKey, Entry, LeftOut, dn_key, nearest
from school_it.people.profile import ExpiryRule, GroupRule, Match, Profile
from school_it.people.rules import LONGEST, LONGEST_ID, PersonRole, class_name, is_mail, tidy

Memberships = Mapping[DnKey, Sequence["ClassGroup"]]

FIRST_REAL_DAY = date(1980, 1, 1)
"""An expiry before it is not a date: administrators write 0 or 1 to lock an account at once."""
FILETIME_START = datetime(1601, 1, 1, tzinfo=UTC)
UNIX_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClassGroup:
    name: str
    school_key: str | None


@dataclass(frozen=True, slots=True)
class _Cannot(Exception):
    """This one entry cannot be taken; the read goes on."""

    sentence: Sentence


# --- classes that are groups ---


def memberships(entries: Iterable[Entry], rule: GroupRule, base: str) -> dict[DnKey, list[ClassGroup]]:
    """Who is in which class group, by folded DN. A member nobody knows is no error."""
    found: dict[DnKey, list[ClassGroup]] = {}
    for entry in entries:
        group = _class_group(entry, rule, base)
        for member in entry.raw.get(rule.members.lower(), ()) if group else ():
            found.setdefault(dn_key(member.decode("utf-8", "replace")), []).append(group)  # type: ignore[arg-type]
    return found


def _class_group(entry: Entry, rule: GroupRule, base: str) -> ClassGroup | None:
    try:
        names = entry.texts(rule.name)
    except UnicodeDecodeError:
        return None
    school = nearest(entry.dn, rule.school_from_dn, base) if rule.school_from_dn else None
    name = _taken(names[0], rule.take, school) if names else None
    return ClassGroup(name, school) if name else None


def _taken(text: str, take: str | None, school: str | None = None) -> str | None:
    """The one group of the profile's expression; without an expression all of the text."""
    if take is None:
        return text
    found = re.match(take.replace("{school}", re.escape(school or "")), text, re.IGNORECASE)
    return tidy(found[1]) or None if found else None


# --- people ---


def people(
    entries: Iterable[Entry], profile: Profile, base: str, groups: Memberships, today: date
) -> tuple[tuple[DirectoryPerson, ...], tuple[LeftOut, ...]]:
    """Everybody the entries tell of. Raises CannotRead where an id is missing or stands twice."""
    taken: list[DirectoryPerson] = []
    left_out: list[LeftOut] = []
    seen: set[str] = set()
    for entry in entries:
        if _is_noise(entry, profile):
            continue
        stable_id = _stable_id(entry, profile)
        if stable_id in seen:
            raise CannotRead(
                N_("Das Verzeichnis nennt die Kennung %(id)s zweimal. Es wurde nichts übernommen."),
                id=stable_id,
            )
        seen.add(stable_id)
        try:
            taken.append(_person(entry, profile, base, groups, today, stable_id))
        except _Cannot as reason:
            left_out.append(LeftOut(stable_id, _who(entry, profile, stable_id), reason.sentence))
    return tuple(taken), tuple(left_out)


def _is_noise(entry: Entry, profile: Profile) -> bool:
    return any(match.holds(_readable(entry, match.attribute)) for match in profile.exclude)


def _stable_id(entry: Entry, profile: Profile) -> str:
    values = entry.raw.get(profile.id_attribute.lower(), ())
    try:
        if profile.id_form == "guid":
            return str(uuid.UUID(bytes_le=values[0]))
        return _short_enough(values[0].decode("ascii").strip().lower())
    except (IndexError, ValueError) as nothing:
        raise CannotRead(
            N_("Ein Eintrag des Verzeichnisses hat keine Kennung (%(name)s). Es wurde nichts übernommen."),
            name=profile.id_attribute,
        ) from nothing


def _short_enough(stable_id: str) -> str:
    if not 0 < len(stable_id) <= LONGEST_ID:
        raise ValueError(stable_id)
    return stable_id


def _person(
    entry: Entry, profile: Profile, base: str, groups: Memberships, today: date, stable_id: str
) -> DirectoryPerson:
    notes: list[Sentence] = []
    role = _role(entry, profile)
    schools = _schools(entry, profile, base)
    if any(match.holds(_readable(entry, match.attribute)) for match in profile.leaving):
        notes.append(Sentence(N_("Das Verzeichnis kündigt den Abgang an.")))
    told = _class_raw(entry, profile, groups, schools, notes) if role is PersonRole.PUPIL else None
    until = _expiry(entry, profile.expires)
    return DirectoryPerson(
        stable_id=stable_id,
        role=role,
        family_name=_family_name(entry, profile, notes),
        given_name=_cut(_first(entry, profile, "given_name") or "", "given_name", notes),
        record_id=_whole(_first(entry, profile, "record_id"), "record_id", notes),
        username=_whole(_first(entry, profile, "username"), "username", notes),
        email=_email(entry, profile, notes),
        school_keys=schools,
        school_class=intern(_cut(class_name(told), "school_class", notes)) if told else None,
        class_raw=intern(_cut(told, "class_raw", [])) if told else None,
        leaves_on=until if until and until >= FIRST_REAL_DAY else None,
        locked=_is_locked(entry, profile.locked) or (until is not None and until < today),
        notes=tuple(notes),
    )


def _texts(entry: Entry, attribute: str) -> tuple[str, ...]:
    try:
        return entry.texts(attribute)
    except UnicodeDecodeError as broken:
        raise _Cannot(
            Sentence(N_("Der Wert von %(name)s ist kein lesbarer Text."), name=attribute)
        ) from broken


def _readable(entry: Entry, attribute: str) -> tuple[str, ...]:
    try:
        return entry.texts(attribute)
    except UnicodeDecodeError:
        return ()


def _first(entry: Entry, profile: Profile, field: str) -> str | None:
    attribute = profile.fields.get(field)
    values = _texts(entry, attribute) if attribute else ()
    return next((value for value in values if value not in profile.unset), None)


def _who(entry: Entry, profile: Profile, stable_id: str) -> str:
    names = _readable(entry, profile.fields.get("username", ""))
    return names[0] if names else stable_id


def _role(entry: Entry, profile: Profile) -> PersonRole:
    for rule in profile.roles:
        if rule.when.holds(_texts(entry, rule.when.attribute)):
            return rule.role
    raise _Cannot(Sentence(N_("Der Eintrag sagt nicht, ob Schülerin oder Schüler, Lehrkraft oder Personal.")))


def _family_name(entry: Entry, profile: Profile, notes: list[Sentence]) -> str:
    name = _first(entry, profile, "family_name")
    if name is None:
        raise _Cannot(Sentence(N_("Der Nachname fehlt.")))
    return _cut(name, "family_name", notes)


def _cut(text: str, field: str, notes: list[Sentence]) -> str:
    if len(text) > LONGEST[field]:
        notes.append(Sentence(N_("»%(start)s…« ist zu lang und wurde gekürzt."), start=text[:20]))
    return text[: LONGEST[field]]


def _whole(text: str | None, field: str, notes: list[Sentence]) -> str | None:
    """Half a key or half a sign-in is another one: too long is as good as none."""
    if text is None or len(text) <= LONGEST[field]:
        return text
    notes.append(Sentence(N_("»%(start)s…« ist zu lang und wurde weggelassen."), start=text[:20]))
    return None


def _email(entry: Entry, profile: Profile, notes: list[Sentence]) -> str | None:
    attribute = profile.fields.get("email")
    told = _texts(entry, attribute) if attribute else ()
    good = [address.lower() for address in told if is_mail(address)]
    if told and not good:
        notes.append(Sentence(N_("»%(value)s« ist keine E-Mail-Adresse."), value=told[0]))
    return _whole(good[0], "email", notes) if good else None


def _schools(entry: Entry, profile: Profile, base: str) -> tuple[str, ...]:
    rule = profile.school
    if rule.fixed:
        return (rule.fixed,)
    told = next(filter(None, (_texts(entry, attribute) for attribute in rule.attributes)), ())
    keys = [key for text in _parted(told, rule.split) if (key := _taken(text, rule.take))]
    if rule.main_from_dn and (main := nearest(entry.dn, rule.main_from_dn, base)):
        key = _taken(main, rule.take)
        keys.sort(key=lambda other: other.casefold() != (key or "").casefold())
    return _shared(tuple(dict.fromkeys(keys)))


@lru_cache(maxsize=4096)
def _shared(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Thousands are at the same schools; they share one value."""
    return keys


def _parted(texts: Sequence[str], signs: str) -> Iterable[str]:
    if not signs:
        return texts
    return [
        part for text in texts for each in re.split(f"[{re.escape(signs)}]", text) if (part := each.strip())
    ]


def _class_raw(
    entry: Entry, profile: Profile, groups: Memberships, schools: Sequence[str], notes: list[Sentence]
) -> str | None:
    rule = profile.school_class
    if rule.groups:
        names = _classes_in_groups(groups.get(dn_key(entry.dn), ()), schools)
    else:
        told = _texts(entry, rule.attribute) if rule.attribute else ()
        main = schools[0] if schools else None
        names = [
            name for text in told if text not in profile.unset and (name := _taken(text, rule.take, main))
        ]
    if len(names) > 1:
        notes.append(Sentence(N_("Mehrere Klassen: %(classes)s. Die erste gilt."), classes=", ".join(names)))
    if not names:
        notes.append(Sentence(N_("Keine Klasse.")))
    return names[0] if names else None


def _classes_in_groups(groups: Sequence[ClassGroup], schools: Sequence[str]) -> list[str]:
    """The classes at the main school where there are any, in an order that stays from night to night."""
    main = schools[0].casefold() if schools else None
    at_main = [group for group in groups if group.school_key and group.school_key.casefold() == main]
    return sorted({group.name for group in at_main or groups})


def _is_locked(entry: Entry, rules: Iterable[Match]) -> bool:
    return any(rule.holds(_readable(entry, rule.attribute)) for rule in rules)


def _expiry(entry: Entry, rule: ExpiryRule | None) -> date | None:
    """The last day of the account, or None for never and for what is no number or no day of a calendar."""
    values = _readable(entry, rule.attribute) if rule else ()
    if not rule or not values or not re.fullmatch(r"[0-9]{1,20}", values[0]) or int(values[0]) in rule.never:
        return None
    number = int(values[0])
    try:
        if rule.unit == "filetime":
            return (FILETIME_START + timedelta(microseconds=number // 10)).date()
        return (UNIX_START + timedelta(**{rule.unit: number})).date()
    except OverflowError:
        return None
