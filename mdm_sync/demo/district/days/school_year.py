"""The change of the school year, on the fourth day.

Classes go one up, leavers leave, newcomers come, and about as many iPads move between schools as in a real year. Most
schools do it well: an iPad goes to the new school with its pupil, or is handed in and given out anew elsewhere. Some
leave the iPads behind that still name who left, some have newcomers wait for theirs, and some iPads were moved to the
new school's site under the old name.

Whoever something was planted on before repeats the last year instead of leaving, and the second one instead of needing
an iPad, so that what was true of them stays true. Schools that nothing may be planted at have not begun the new year.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import cycle
from math import ceil
from typing import Unpack

from mdm_sync.demo.district.classes import (
    SHARED_GRADES,
    STUDENTS,
    Seat,
    class_of,
    is_in_first_year,
    seat_a_year_later,
)
from mdm_sync.demo.district.devices import add_personal, user_fields
from mdm_sync.demo.district.draft import (
    DeviceKey,
    Draft,
    Holding,
    PersonKey,
    SchoolDraft,
    device_subject,
    person_subject,
)
from mdm_sync.demo.district.fields import AccountFields, DeviceFields
from mdm_sync.demo.district.figures import BERUFSKOLLEG, GRUNDSCHULE, MOVED_IN_YEAR, SCHOOLS
from mdm_sync.demo.district.persons import fresh_name
from mdm_sync.demo.district.planting.cases import key_of, name_of
from mdm_sync.demo.model import DemoDevice, DemoPerson

DAY = 4
_LEFT_BEHIND_AT, _LEFT_BEHIND_EVERY = 0, 13
_WAITING_AT, _WAITING_EVERY = 1, 7
_FROM_THE_CITY = 8
"""One in so many who leave a Grundschule goes to no other school of the city."""
_KEPT_AS_LEAVER = 3
"""One in so many who leave is in the leavers' group for a while; the other accounts are closed."""
_SECONDARY_FROM = 5
_LOOK_AHEAD = 20
_WITHOUT = "student-without-device"
_SHORT = "class-short-of-devices"
_NOBODY: DeviceFields = {"username": "", "real_name": "", "email": "", "phone": ""}


@dataclass(slots=True, kw_only=True)
class _Turn:
    """The change at one school.

    Attributes:
        leavers: who has been in the last year, with their device where they have one.
        seats: those that the first year has left, and whether whoever comes needs an iPad.
        grown: who needs an iPad from now on.
    """

    school: SchoolDraft
    leavers: list[tuple[PersonKey, DeviceKey | None]] = field(default_factory=list)
    seats: list[tuple[Seat, bool]] = field(default_factory=list)
    grown: list[PersonKey] = field(default_factory=list)

    @property
    def leaves_behind(self) -> bool:
        """Whether leavers' iPads stay and nobody empties their user fields."""
        return self.school.layout.position % _LEFT_BEHIND_EVERY == _LEFT_BEHIND_AT

    @property
    def waits(self) -> bool:
        """Whether the iPads for newcomers have not come yet; a Berufskolleg would be short of them as a whole."""
        late = self.school.layout.position % _WAITING_EVERY == _WAITING_AT
        return late and self.school.layout.form.key != BERUFSKOLLEG


@dataclass(slots=True, kw_only=True)
class _Change:
    """The change in the whole district.

    Attributes:
        handed_in: iPads of leavers, in the order in which they are given out anew.
        in_need: who is to get one, with the school.
    """

    draft: Draft
    turns: list[_Turn]
    handed_in: deque[DeviceKey] = field(default_factory=deque)
    in_need: list[tuple[_Turn, PersonKey]] = field(default_factory=list)


def change_school_year(draft: Draft) -> None:
    """Let the new school year begin."""
    sites = {key: device.site_id for key, device in draft.devices.items()}
    taken = {subject for _, subject in draft.truth}
    students = _students(draft)
    turns = [_turn(draft, school, students[school.school.number], taken) for school in draft.plantable()]
    change = _Change(draft=draft, turns=turns)
    _let_pupils_change(change, [one for turn in turns for one in _let_leave(change, turn)])
    for turn in turns:
        _let_come(change, turn)
    for turn in turns:
        change.in_need += ((turn, person) for person in turn.grown)
    _give_out(change)
    _store(change)
    moved = sum(draft.devices[key].site_id != site for key, site in sites.items())
    wanted = round(MOVED_IN_YEAR * draft.plan.scale * len(draft.schools) / SCHOOLS)
    _move_trolleys(draft, taken, wanted - moved)
    for turn in turns:
        _compare_class_sets(draft, turn.school)


def _students(draft: Draft) -> dict[str, list[DemoPerson]]:
    """All students by school."""
    found: defaultdict[str, list[DemoPerson]] = defaultdict(list)
    for person in draft.persons.values():
        if STUDENTS in person.groups:
            found[person.school].append(person)
    return found


def _turn(draft: Draft, school: SchoolDraft, students: Iterable[DemoPerson], taken: Collection[str]) -> _Turn:
    """Let the classes of a school go one up; who leaves, comes and needs an iPad is only noted."""
    turn = _Turn(school=school)
    devices = {one.person: one.device for one in school.held if device_subject(one.device) not in taken}
    free = {key for key in (*devices, *school.sharing) if person_subject(key) not in taken}
    shares = school.layout.form.key in (GRUNDSCHULE, BERUFSKOLLEG)
    for person in students:
        key, seat = key_of(person), seat_a_year_later(draft, school, person)
        grows = _shared_until_now(school, person) and seat is not None and seat.grade not in SHARED_GRADES
        if key not in free and (seat is None or grows):
            continue
        if is_in_first_year(school, person):
            own = key in devices if shares else True
            groups = tuple(group for group in person.groups if not group.startswith("unterricht."))
            turn.seats.append((Seat(groups, school.grades.get(person.uuid)), own))
        if seat is None:
            turn.leavers.append((key, devices.get(key)))
        else:
            _sit(draft, school, key, seat)
        if grows:
            turn.grown.append(key)
    return turn


def _shared_until_now(school: SchoolDraft, person: DemoPerson) -> bool:
    return school.layout.form.key == GRUNDSCHULE and school.grades[person.uuid] in SHARED_GRADES


def _sit(draft: Draft, school: SchoolDraft, key: PersonKey, seat: Seat) -> None:
    draft.change_person(key, groups=seat.groups)
    if seat.grade is not None:
        school.grades[key[1]] = seat.grade


def _let_leave(change: _Change, turn: _Turn) -> Iterator[tuple[_Turn, Holding]]:
    """Who leaves the city's schools is gone after this; who may go on to another school is yielded."""
    goes_on = turn.school.layout.form.key == GRUNDSCHULE
    for nth, (person, device) in enumerate(turn.leavers):
        if goes_on and device and (nth + 1) % _FROM_THE_CITY:
            yield turn, Holding(person, device)
        else:
            _leave(change, turn, person, device, nth)


def _leave(change: _Change, turn: _Turn, person: PersonKey, device: DeviceKey | None, nth: int) -> None:
    draft = change.draft
    if nth % _KEPT_AS_LEAVER:
        del draft.persons[person]
    else:
        draft.change_person(person, groups=turn.school.school.leaver_groups)
    if device and turn.leaves_behind:
        draft.plant_left(device, since=DAY, reason="The student left with the old school year; the iPad stayed.")
    elif device:
        change.handed_in.append(device)


def _let_pupils_change(change: _Change, candidates: list[tuple[_Turn, Holding]]) -> None:
    """Pupils of the Grundschulen take seats of the fifth grade; those for whom there is none leave the city."""
    change.draft.random.shuffle(candidates)
    for turn in change.turns:
        left: list[tuple[Seat, bool]] = []
        for seat, own in turn.seats:
            chosen = _next_free(change.draft, turn.school, candidates) if seat.grade == _SECONDARY_FROM else None
            if chosen is None:
                left.append((seat, own))
            else:
                _go_on(change, turn, seat, *candidates.pop(chosen))
        turn.seats = left
    for nth, (turn, holding) in enumerate(candidates):
        _leave(change, turn, holding.person, holding.device, nth)


def _next_free(draft: Draft, school: SchoolDraft, candidates: list[tuple[_Turn, Holding]]) -> int | None:
    """The next one whose name nobody at the school has; None: there is none near."""
    for place in range(max(0, len(candidates) - _LOOK_AHEAD), len(candidates)):
        if draft.is_free(school, name_of(draft.persons[candidates[place][1].person])):
            return place
    return None


def _go_on(change: _Change, to: _Turn, seat: Seat, origin: _Turn, holding: Holding) -> None:
    """A pupil gets an account at the new school; the iPad goes along, under the new name or the old, or stays."""
    draft, old = change.draft, change.draft.persons.pop(holding.person)
    device = draft.devices[holding.device]
    stays, old_name = origin.leaves_behind, _names_address_alone(device)
    by_mail = not _names_address(device) if stays else not old_name and holding.device[1] % 2 == 0
    person = draft.add_person(to.school, seat.groups, name_of(old), **_in_common(old, by_mail=by_mail))
    if seat.grade is not None:
        to.school.grades[person.uuid] = seat.grade
    if not stays:
        _bring(draft, to.school, holding.device, **{} if old_name else _named(to.school, person))
    if stays:
        change.in_need.append((to, key_of(person)))
    elif old_name:
        reason = "The iPad came along and still carries the old account."
        draft.plant_person(_WITHOUT, key_of(person), finding=True, reason=reason)
    if stays or old_name:
        where = "stayed at the old one" if stays else "stands there under the old name"
        draft.plant_left(holding.device, since=DAY, reason=f"The pupil is at a new school; the iPad {where}.")
        sign = "mail address" if by_mail else "uuid"
        draft.plant_moved(holding.device, since=DAY, reason=f"The same {sign} now stands at {to.school.school.number}.")


def _in_common(old: DemoPerson, *, by_mail: bool) -> AccountFields:
    """What the account at the new school has of the old one."""
    return {"mail": old.mail} if by_mail else {"uuid": old.uuid}


def _names_address(device: DemoDevice) -> bool:
    return "@" in f"{device.username}{device.email}"


def _names_address_alone(device: DemoDevice) -> bool:
    """Neither login nor name: at the new school, where both are the same again, it names nobody."""
    return "@" in device.username and not device.real_name


def _named(school: SchoolDraft, person: DemoPerson) -> DeviceFields:
    return _NOBODY | user_fields(school, person, teacher=False)


def _bring(draft: Draft, school: SchoolDraft, key: DeviceKey, **fields: Unpack[DeviceFields]) -> None:
    """A personal iPad stands at this school from now on."""
    site = school.school
    draft.change_device(key, site_id=site.site_id, building=site.site_name)
    draft.change_device(key, **{"name": school.next_name("iPad")} | fields)


def _let_come(change: _Change, turn: _Turn) -> None:
    """Newcomers whom no other school of the city knows take the seats that are left."""
    draft, school = change.draft, turn.school
    for seat, own in turn.seats:
        person = draft.add_person(school, seat.groups, fresh_name(school, draft))
        if seat.grade is not None:
            school.grades[person.uuid] = seat.grade
        if own:
            change.in_need.append((turn, key_of(person)))


def _give_out(change: _Change) -> None:
    """Whoever is in need gets an iPad that was handed in, at another school if there is one, else a new one."""
    draft = change.draft
    for turn, key in change.in_need:
        if turn.waits:
            reason = "A student of a 1:1 class whose iPad has not come yet."
            draft.plant_person(_WITHOUT, key, finding=True, reason=reason)
        else:
            fields = _named(turn.school, draft.persons[key])
            device = _take_one(draft, turn.school, change.handed_in)
            if device:
                _bring(draft, turn.school, device, **fields)
            else:
                add_personal(draft, turn.school, **fields)


def _take_one(draft: Draft, school: SchoolDraft, handed_in: deque[DeviceKey]) -> DeviceKey | None:
    """One that was handed in, from another school rather than from the own."""
    here = school.school.site_id
    elsewhere = (place for place, key in enumerate(handed_in) if draft.devices[key].site_id != here)
    if not handed_in:
        return None
    chosen = handed_in[next(elsewhere, 0)]
    handed_in.remove(chosen)
    return chosen


def _store(change: _Change) -> None:
    """What nobody needs goes into the trolleys of another school."""
    for key, turn in zip(change.handed_in, cycle(change.turns), strict=False):
        name = turn.school.next_name("Koffer-01", 2)
        _bring(change.draft, turn.school, key, **_NOBODY | {"name": name})


def _move_trolleys(draft: Draft, taken: Collection[str], wanted: int) -> None:
    """Let so many iPads of trolleys go to the next school, and be named as that one names them."""
    schools = draft.plantable()
    following = {one.school.site_id: schools[(nth + 1) % len(schools)] for nth, one in enumerate(schools)}
    movable = [key for key, device in draft.devices.items() if _is_of_trolley(device, following, taken)]
    draft.random.shuffle(movable)
    for key in movable[: max(0, wanted)]:
        school = following[draft.devices[key].site_id or 0]
        _bring(draft, school, key, name=school.next_name("Koffer-01", 2))


def _is_of_trolley(device: DemoDevice, sites: Collection[int], taken: Collection[str]) -> bool:
    """Whether it stands in a trolley of one of these sites, and nothing is planted on it."""
    planted = device_subject((device.family, device.jamf_id)) in taken or f"serial:{device.serial}" in taken
    return "-Koffer-" in device.name and device.site_id in sites and not planted


def _compare_class_sets(draft: Draft, school: SchoolDraft) -> None:
    """Whether the sets of grades 1 and 2, which stay with their rooms, are enough for the classes that came in."""
    number = school.school.number
    pupils = Counter(
        class_of(person)
        for person in draft.persons.values()
        if person.school == number and STUDENTS in person.groups and school.grades.get(person.uuid) in SHARED_GRADES
    )
    for account, count in pupils.items() if school.layout.form.key == GRUNDSCHULE else ():
        need, there = ceil(count / 2), school.class_sets.get(account, 0)
        subject = f"class:{number}/{account}"
        if there < need or (_SHORT, subject) in draft.truth:
            reason = f"{there} devices where one for two pupils makes {need}, since the school year changed."
            draft.plant(_SHORT, subject, number, finding=there < need, reason=reason)
