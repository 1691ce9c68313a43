"""Who has what, worked out the slow and simple way from a district's plain values."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from mdm_sync.demo.model import DemoDevice, DemoPerson, DemoSchool, District

_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "\u0131": "i"})
Index = dict[str, dict[str, set[str]]]


def plain(text: str) -> str:
    """Letter case, umlaut spelling and accents taken away."""
    spelt = unicodedata.normalize("NFC", text.strip()).replace("İ", "i").lower().translate(_SPELT_OUT)
    return unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()


@dataclass
class Directory:
    """Persons of one school, by what a device may call them."""

    school: DemoSchool
    logins: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    mails: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, person: DemoPerson) -> None:
        self.logins[plain(person.login)].add(person.uuid)
        self.mails[plain(person.mail)].add(person.uuid)
        for alias in self.school.mail_aliases:
            self.mails[plain(f"{person.login}@{alias}")].add(person.uuid)
        self.names[plain(f"{person.given_name} {person.family_name}")].add(person.uuid)
        self.names[plain(f"{person.family_name}, {person.given_name}")].add(person.uuid)

    def steps(self, device: DemoDevice) -> Iterable[set[str]]:
        user = plain(device.username)
        yield self.logins.get(user, set())
        yield self.mails.get(user, set()) | self.mails.get(plain(device.email), set())
        for suffix in self.school.login_suffixes:
            yield self.logins.get(user.removesuffix(plain(suffix)), set())
        shown = [device.username, device.real_name]
        for suffix in self.school.name_suffixes:
            shown += [text.removesuffix(suffix) for text in (device.username, device.real_name)]
        yield {uuid for text in shown for uuid in self.names.get(plain(text), set())}


@dataclass(frozen=True)
class Match:
    """What a device's user fields mean: "empty", "matched", "ambiguous", "unmatched" or "undecided"."""

    state: str
    person: tuple[str, str] | None = None


class Matcher:
    """Matches devices of one day; persons of former days count where ``former`` is asked for."""

    def __init__(self, district: District, persons: Iterable[DemoPerson]) -> None:
        self.by_site = {s.site_id: s for s in district.schools if s.has_site}
        self.unread = {s.mail_domain for s in district.schools if s.stage == "not connected"}
        self.unread_numbers = {s.number for s in district.schools if s.stage == "not connected"}
        self.directories = {s.number: Directory(s) for s in district.schools}
        for person in persons:
            if person.school not in self.unread_numbers:
                self.directories[person.school].add(person)

    def school_of(self, device: DemoDevice) -> DemoSchool | None:
        return None if "general" in device.null_sections else self.by_site.get(device.site_id or 0)

    def match(self, device: DemoDevice) -> Match:
        school = self.school_of(device)
        if "userAndLocation" in device.null_sections or not school or school.number in self.unread_numbers:
            return Match("undecided")
        if not any(text.strip() for text in (device.username, device.real_name, device.email)):
            return Match("empty")
        for found in self.directories[school.number].steps(device):
            if found:
                return self._one({(school.number, uuid) for uuid in found})
        return self._elsewhere(device)

    def _elsewhere(self, device: DemoDevice) -> Match:
        given = {plain(device.username), plain(device.email)} - {""}
        found = {(n, uuid) for n, d in self.directories.items() for mail in given for uuid in d.mails.get(mail, set())}
        if found:
            return self._one(found)
        unread = any(mail.endswith(f"@{domain}") for mail in given for domain in self.unread)
        return Match("undecided" if unread else "unmatched")

    def _one(self, found: set[tuple[str, str]]) -> Match:
        return Match("matched", next(iter(found))) if len(found) == 1 else Match("ambiguous")


def is_pool(device: DemoDevice, school: DemoSchool | None) -> bool:
    patterns = school.pool_names if school else ()
    return device.shared_ipad or any(fnmatchcase(device.name, pattern) for pattern in patterns)


def is_ipad(device: DemoDevice) -> bool:
    return device.family == "mobile" and device.device_type == "iOS"
