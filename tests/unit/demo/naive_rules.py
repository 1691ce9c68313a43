"""The rules of the district, written out as plainly as possible, to compare the planted truth with.

Nothing here comes from the generator: only the values that the servers show. Rules with a grace period stand apart;
thresholds are taken somewhere between what is planted as wrong and what is planted as a near miss.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import ceil

from mdm_sync.demo.model import DemoDevice, DemoPerson, DemoSchool, District, Incident
from tests.unit.demo.naive_matching import Matcher, is_ipad, is_pool

Finding = tuple[str, str]
_OPEN = {"offen", "gesperrt"}


class NaiveRules:
    """Judges the last of some days, the days before being known."""

    def __init__(self, days: Sequence[District]) -> None:
        self.district, self.former = days[-1], days[:-1]
        self.now = self.district.plan.now
        self.matcher = Matcher(self.district, self.district.persons)
        self.known = {(p.school, p.uuid): p for day in days for p in day.persons}
        self.here = {(p.school, p.uuid): p for p in self.district.persons}
        self.with_former = Matcher(self.district, self.known.values())
        self.unread = self.matcher.unread_numbers
        self.reports: defaultdict[str, list[Incident]] = defaultdict(list)
        for incident in self.district.incidents:
            self.reports[incident.serial or incident.asset_tag].append(incident)
        self.matches = {subject(d): self.matcher.match(d) for d in self.district.devices}
        self.holds: defaultdict[tuple[str, str], list[DemoDevice]] = defaultdict(list)
        for device in self.district.devices:
            match = self.matches[subject(device)]
            if match.person and is_ipad(device):
                self.holds[match.person].append(device)

    def findings(self) -> set[Finding]:
        rules = (self.of_devices, self.of_assignments, self.of_thefts, self.of_persons, self.of_classes, self.of_rest)
        return {finding for rule in rules for finding in rule()}

    def of_devices(self) -> Iterator[Finding]:
        for device in self.district.devices:
            of = subject(device)
            if "general" in device.null_sections:
                continue
            if not device.managed:
                yield "device-unmanaged", of
            if not device.supervised:
                yield "device-unsupervised", of
            if device.site_id is None:
                yield "device-without-site", of
            if device.last_inventory and device.last_inventory < self.now - timedelta(days=30):
                yield "device-silent", of
            if device.profile_expires and device.profile_expires < self.now + timedelta(days=30):
                yield "mdm-profile-expiring", of
            known = device.purchased if "purchasing" not in device.null_sections else None
            if known and (self.now.date() - known).days > 5 * 365.25:
                yield "device-over-age", of

    def of_assignments(self) -> Iterator[Finding]:
        for device in self.district.devices:
            match, school = self.matches[subject(device)], self.matcher.school_of(device)
            if match.state == "empty" and is_ipad(device) and not is_pool(device, school):
                yield "device-unassigned", subject(device)
            if match.state == "unmatched" and self.with_former.match(device).state == "unmatched":
                yield "unknown-user", subject(device)
            if match.state == "ambiguous":
                yield "ambiguous-user", subject(device)
            if match.person and school and match.person[0] != school.number:
                yield "wrong-school", subject(device)

    def after_the_grace_period(self) -> set[Finding]:
        """What comes beside ``findings`` when whoever left did so long ago."""
        return {finding for device in self.district.devices for finding in self._of_leavers(device)}

    def _of_leavers(self, device: DemoDevice) -> Iterator[Finding]:
        here = self.matches[subject(device)]
        match = here if here.state != "unmatched" else self.with_former.match(device)
        if match.person is None or is_pool(device, self.matcher.school_of(device)) or not self._left(match.person):
            return
        yield "user-left", subject(device)
        old = self.known[match.person]
        others = (p for p in self.district.persons if p.school != old.school)
        if any(p.uuid == old.uuid or p.mail == old.mail for p in others):
            yield "user-moved", subject(device)

    def _left(self, key: tuple[str, str]) -> bool:
        now = self.here.get(key)
        if now is None:
            return True
        school, groups = self._school(now), {*now.groups}
        with_claim = {*school.student_groups, *school.teacher_groups}
        had = any((p.school, p.uuid) == key and with_claim & {*p.groups} for day in self.former for p in day.persons)
        return bool(groups & {*school.leaver_groups}) or (had and not groups & (with_claim | {*school.staff_groups}))

    def of_thefts(self) -> Iterator[Finding]:
        for device in self.district.devices:
            yield from self._of_theft(device, self._reports(device))
        yield from self._vanished()

    def _reports(self, device: DemoDevice) -> list[Incident]:
        told = self.reports.get(device.serial, []) + self.reports.get(device.asset_tag, [])
        return [i for i in told if i.kind in {"Diebstahl", "Verlust"}]

    def _of_theft(self, device: DemoDevice, reports: list[Incident]) -> Iterator[Finding]:
        of, theft = subject(device), next((i for i in reports if i.status in _OPEN), None)
        if theft is None:
            if device.lost_mode:
                found = any(i.status == "wiedergefunden" for i in reports)
                yield "recovered-still-locked" if found else "locked-without-report", of
            return
        lockable = device.supervised and device.managed and device.family == "mobile"
        if not lockable:
            yield "lock-impossible", of
        elif device.pending_lock:
            yield "lock-pending", of
        elif not device.lost_mode and "security" not in device.null_sections:
            yield "stolen-not-locked", of
        contact = device.last_contact
        if contact and contact > theft.reported_at and not device.lost_mode:
            yield "stolen-device-seen", of
        if contact and device.lost_mode_since and contact > device.lost_mode_since:
            yield "locked-device-seen", of
        if device.last_enrolled and device.last_enrolled > theft.reported_at:
            yield "stolen-device-reenrolled", of
        if self.matches[of].person:
            yield "stolen-still-assigned", of

    def _vanished(self) -> Iterator[Finding]:
        if not self.former:
            return
        here = {d.serial for day in (self.former[-1], self.district) for d in day.devices}
        for device in (d for day in self.former for d in day.devices if d.serial not in here):
            if any(i.status in _OPEN for i in self._reports(device)):
                yield "stolen-device-gone", subject(device)

    def of_persons(self) -> Iterator[Finding]:
        for person in self.district.persons:
            school, devices = self._school(person), self.holds[person.school, person.uuid]
            if person.school in self.unread:
                continue
            of = f"person:{person.school}/{person.uuid}"
            student = bool({*person.groups} & {*school.student_groups})
            teacher = bool({*person.groups} & {*school.teacher_groups})
            shares = school.form == "30" or (school.form == "02" and grade(person) in {1, 2})
            if student and not shares and not devices:
                yield "student-without-device", of
            if teacher and not devices:
                yield "teacher-without-device", of
            if len(devices) > 1:
                yield "several-devices", of

    def of_classes(self) -> Iterator[Finding]:
        pupils_of: defaultdict[str, list[DemoPerson]] = defaultdict(list)
        for person in self.district.persons:
            if "schueler" in person.groups:
                pupils_of[person.school].append(person)
        for school in self.district.schools:
            pupils = pupils_of[school.number]
            young = [p for p in pupils if grade(p) in {1, 2}]
            if school.form == "02" and school.number not in self.unread and young:
                yield from self._of_grundschule(school, young)
            if school.form == "30":
                yield from self._of_berufskolleg(school, pupils)

    def _of_grundschule(self, school: DemoSchool, young: list[DemoPerson]) -> Iterator[Finding]:
        devices = [d for d in self.district.devices if d.site_id == school.site_id]
        sets = Counter(group for d in devices for group in d.groups)
        if not sets:
            trolleys = sum("-Koffer-" in d.name for d in devices)
            if trolleys < ceil(len(young) / 2):
                yield "class-short-of-devices", f"school:{school.number}"
            return
        names = {g.account: g.name for g in self.district.groups if g.school == school.number}
        for account, count in Counter(class_of(p) for p in young).items():
            if sets[names[account]] < ceil(count / 2):
                yield "class-short-of-devices", f"class:{school.number}/{account}"

    def _of_berufskolleg(self, school: DemoSchool, pupils: list[DemoPerson]) -> Iterator[Finding]:
        own = Counter(class_of(p) for p in pupils if self.holds[p.school, p.uuid])
        for account, count in Counter(class_of(p) for p in pupils).items():
            if own[account] < ceil(count / 2):
                yield "class-short-of-devices", f"class:{school.number}/{account}"

    def of_rest(self) -> Iterator[Finding]:
        sites = {s.site_id for s in self.district.schools if s.has_site}
        for school in self.district.schools:
            if school.site_id not in sites:
                yield "school-without-site", f"school:{school.number}"
        for site, _ in self.district.extra_sites:
            yield "site-without-school", f"site:{site}"
        for serial, count in Counter(d.serial for d in self.district.devices if d.serial).items():
            if count > 1:
                yield "duplicate-serial", f"serial:{serial}"
        for device in self.district.devices:
            for incident in self.reports.get(device.serial, []):
                late = incident.reported_at < self.now - timedelta(days=60)
                if incident.status == "in Reparatur" and late:
                    yield "repair-overdue", subject(device)

    def _school(self, person: DemoPerson) -> DemoSchool:
        return self.matcher.directories[person.school].school


def subject(device: DemoDevice) -> str:
    return f"{'computer' if device.family == 'computer' else 'device'}:{device.jamf_id}"


def grade(person: DemoPerson) -> int | None:
    years = [g.removeprefix("jahrgang.") for g in person.groups if g.startswith("jahrgang.")]
    return int(years[0]) if years else None


def class_of(person: DemoPerson) -> str:
    return next(g for g in person.groups if g.startswith("klasse."))
