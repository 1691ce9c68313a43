"""Which schools a district of N has, how large each is, and what is particular about it."""

from dataclasses import dataclass
from enum import StrEnum

from mdm_sync.demo.district.figures import (
    BERUFSKOLLEG,
    FOERDERSCHULE,
    FORM,
    FORMS,
    GESAMTSCHULE,
    GRUNDSCHULE,
    GYMNASIUM,
    HAUPTSCHULE,
    IN_REPAIR,
    REALSCHULE,
    SCHOOLS,
    WEITERBILDUNGSKOLLEG,
    FormFigures,
    apportion,
)
from mdm_sync.demo.model import DemoSchool, Plan


class Part(StrEnum):
    """What a school stands for beside being a school."""

    PLAIN = "plain"
    UNREAD = "not connected yet: nothing of its directory is known"
    FOUNDING = "being founded: a few accounts, no device, no site"
    SHORT = "shares trolleys among grades 1 and 2, and has too few"
    TROLLEYS = "shares trolleys among grades 1 and 2, and has enough"


class UserFields(StrEnum):
    """How a school fills in the user fields at Jamf."""

    USUAL = "logins and mail addresses"
    NAMES = "display names with a suffix of the school"
    SUFFIX = "logins with a suffix of the school"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many of each thing a school has; ``ipads`` stand in the school, ``repairs`` are away beside them."""

    ipads: int
    repairs: int
    teachers: int
    students: int
    desktops: int
    laptops: int

    def scaled(self, scale: float) -> "Size":
        """Shrink or grow it; what there is stays at least a little (three students, one of the rest)."""

        def part(count: int, least: int = 1) -> int:
            return max(least, round(count * scale)) if count else 0

        return Size(
            ipads=part(self.ipads),
            repairs=part(self.repairs, min(self.repairs, 3)),
            teachers=part(self.teachers),
            students=part(self.students, 3),
            desktops=part(self.desktops),
            laptops=part(self.laptops),
        )


_PADDED_AT, _PADDED_EVERY = 3, 4
_MIXED_AT, _MIXED_EVERY = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One school as it is to be built. ``position`` counts the schools of the district from 0."""

    position: int
    school: DemoSchool
    form: FormFigures
    code: str
    size: Size
    part: Part
    user_fields: UserFields

    @property
    def plantable(self) -> bool:
        """Whether things that are wrong may be put here."""
        return self.part is Part.PLAIN

    @property
    def mixed_grades(self) -> bool:
        """Whether grades 1 and 2 are taught together."""
        return self.form.key == GRUNDSCHULE and self.position % _MIXED_EVERY == _MIXED_AT

    @property
    def padded_classes(self) -> bool:
        """Whether classes are called 06e1 rather than 6a."""
        return self.position % _PADDED_EVERY == _PADDED_AT


_FIRST = (
    GRUNDSCHULE,
    GYMNASIUM,
    REALSCHULE,
    GESAMTSCHULE,
    BERUFSKOLLEG,
    FOERDERSCHULE,
    HAUPTSCHULE,
    WEITERBILDUNGSKOLLEG,
    GRUNDSCHULE,
    GRUNDSCHULE,
    GRUNDSCHULE,
    GRUNDSCHULE,
)
_PARTS = {8: Part.UNREAD, 9: Part.FOUNDING, 10: Part.SHORT, 11: Part.TROLLEYS}
_NAMES_AT, _NAMES_EVERY = 2, 12
_SUFFIX_AT, _SUFFIX_EVERY = 5, 17
_OBSERVED_AT, _OBSERVED_EVERY = 12, 15
_SHORT_OF_IPADS = 0.75
_FIRST_SITE, _FIRST_SITE_BEYOND = 11, 1_011
_FIRST_NUMBER = 194_011
_MOST_CITIES = 10

_PLACES = """
Ahorn Birken Drossel Eichel Eschen Farn Fasanen Finken Ginster Hasel Hummel Kiebitz Lerchen Libellen Mohn Otter
Rain Reiher Schilf Wacholder
"""
_PLACE = tuple(_PLACES.split())
_GROUND = ("hain", "bach", "feld", "grund", "ufer", "winkel", "stieg", "wald")
_CAMPUS = ("Campus Nord", "Campus Süd", "Campus Ost", "Campus West")
_TEACHER_GROUPS = (("lehrer",), ("lehrkraefte",), ("lehrer", "lehramtsanwaerter"), ("kollegium",))
_STAFF_GROUPS = (("verwaltung",), ("sekretariat", "schulsozialarbeit"))


def _forms_in_order() -> list[str]:
    """One school of each form first, so that a small district has the most kinds; then all others, evenly mixed."""
    rest = [
        ((k + 0.5) / left, form.key)
        for form in FORMS
        for left in [form.schools - _FIRST.count(form.key)]
        for k in range(left)
    ]
    return [*_FIRST, *(key for _, key in sorted(rest))]


def _part(position: int) -> Part:
    return _PARTS.get(position, Part.PLAIN)


def _weight(nth: int, form: FormFigures) -> float:
    """Size of the nth school of a form beside the average: 0.6 to 1.4; the first Grundschule is in the middle."""
    offset = form.schools // 2 if form.key == GRUNDSCHULE else 0
    return 0.6 + 0.8 * ((5 * nth + offset) % form.schools) / (form.schools - 1)


def _sizes(order: list[str]) -> list[Size]:
    """Full sizes of all 155 schools: within each form they sum up to its figures."""
    repairs = dict(zip(FORM, apportion(IN_REPAIR, [form.ipads for form in FORMS]), strict=True))
    sizes: dict[int, Size] = {}
    for form in FORMS:
        positions = [position for position, key in enumerate(order) if key == form.key]
        weights = [
            0.0 if _part(position) is Part.FOUNDING else _weight(nth, form) for nth, position in enumerate(positions)
        ]
        ipad_weights = [
            weight * (_SHORT_OF_IPADS if _part(position) is Part.SHORT else 1.0)
            for weight, position in zip(weights, positions, strict=True)
        ]
        columns = zip(
            apportion(form.ipads, ipad_weights),
            apportion(repairs[form.key], weights),
            apportion(form.teachers, weights),
            apportion(form.students, weights),
            apportion(form.desktops, weights),
            apportion(form.laptops, weights),
            strict=True,
        )
        for position, (ipads, away, teachers, students, desktops, laptops) in zip(positions, columns, strict=True):
            sizes[position] = Size(
                ipads=ipads, repairs=away, teachers=teachers, students=students, desktops=desktops, laptops=laptops
            )
    return [sizes[position] for position in range(len(order))]


def _place(position: int) -> tuple[str, str]:
    """A place's name in two halves; no two schools of a city share one."""
    return _PLACE[position % len(_PLACE)], _GROUND[(position + position // len(_PLACE)) % len(_GROUND)]


def _mark(city: int) -> str:
    """What tells a further city's schools from those of the same names in the first."""
    return str(city + 1) if city else ""


def _code(short: str, place: tuple[str, str], mark: str, taken: set[str]) -> str:
    """Short name for devices and suffixes, two letters of the form and some of the place ("GSAH")."""
    first, second = place
    for length in range(1, len(first) + 1):
        code = f"{short}{first[:length]}{second[:1]}{mark}".upper()
        if code not in taken:
            taken.add(code)
            return code
    raise ValueError(f"no free code for {short} {first}{second}")


def _user_fields(position: int) -> UserFields:
    if position % _NAMES_EVERY == _NAMES_AT:
        return UserFields.NAMES
    if position % _SUFFIX_EVERY == _SUFFIX_AT:
        return UserFields.SUFFIX
    return UserFields.USUAL


def _stage(position: int) -> str:
    if _part(position) is Part.UNREAD:
        return "not connected"
    return "observed" if position % _OBSERVED_EVERY == _OBSERVED_AT else "live"


def _school(city: int, position: int, form: FormFigures, code: str, *, on_site: bool) -> DemoSchool:
    nth = city * SCHOOLS + position
    place = "".join(_place(position)) + _mark(city)
    slug = f"{form.short}-{place}".lower()
    fields = _user_fields(position)
    return DemoSchool(
        number=str(_FIRST_NUMBER + 13 * nth),
        name=f"{form.name} {place}",
        form=form.key,
        slug=slug,
        campus=_CAMPUS[position // 6 % len(_CAMPUS)] if position % 6 == 0 else None,
        support="Vor-Ort-Support" if on_site else "Vollsupport",
        site_id=(_FIRST_SITE_BEYOND if city else _FIRST_SITE) + nth,
        site_name=f"{form.short} {place}",
        contact=f"medien@{slug}.test",
        teacher_groups=_TEACHER_GROUPS[position % len(_TEACHER_GROUPS)],
        staff_groups=_STAFF_GROUPS[position % len(_STAFF_GROUPS)],
        leaver_groups=("ehemalige",),
        pool_names=tuple(f"{code}-{kind}-*" for kind in ("Koffer", "Klassensatz", "Verwaltung", "Reserve")),
        stage=_stage(position),
        has_site=_part(position) is not Part.FOUNDING,
        login_suffixes=(f"-{code.lower()}",) if fields is UserFields.SUFFIX else (),
        name_suffixes=(f" {code}", f" {code}L") if fields is UserFields.NAMES else (),
        mail_aliases=(f"appleid.{slug}.test",) if fields is not UserFields.USUAL else (),
    )


def lay_out(plan: Plan) -> list[Layout]:
    """The first ``plan.schools`` schools of the district, each at ``plan.scale`` of its full size.

    Beyond 155 schools the district is several cities with the same forms and sizes, each with a few particular schools.

    Raises:
        ValueError: there are fewer than 1 or more than 1,550 schools asked for, or the scale is not above 0.
    """
    most = SCHOOLS * _MOST_CITIES
    if not 1 <= plan.schools <= most or plan.scale <= 0:
        raise ValueError(f"a district has 1 to {most} schools and a scale above 0")
    order = _forms_in_order()
    taken: set[str] = set()
    sizes = _sizes(order)
    layouts: list[Layout] = []
    for nth in range(plan.schools):
        city, position = divmod(nth, SCHOOLS)
        form = FORM[order[position]]
        nth_from_end = order[position:].count(form.key)
        code = _code(form.short, _place(position), _mark(city), taken)
        layouts.append(
            Layout(
                position=nth,
                school=_school(city, position, form, code, on_site=nth_from_end <= form.on_site),
                form=form,
                code=code,
                size=sizes[position].scaled(plan.scale),
                part=_part(position),
                user_fields=_user_fields(position),
            )
        )
    return layouts
