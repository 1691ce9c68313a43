"""The yearly report: what the history holds of a year, put into tables.

What somebody counted by hand for a year counts more than the history, as in ``loss_figures``. What is not known is
None, and said in a note; a number of which a part is not known is at least that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from mdm_sync.core.incidents import MISSING_KINDS, IncidentKind
from mdm_sync.core.loss_figures import YearFigures, yearly_figures
from mdm_sync.core.report_table import AtLeast, Cell, Column, Note, NoteKind, Row, Rows, Table, Topic, YearlyReport
from mdm_sync.core.summary import Count, Share, Summary, Supply, Totals
from mdm_sync.core.year_facts import Counted, EarlierStock, Forms, LockTime, YearFacts

DIRECTORY = "iserv-"
"""Begin of the name of a directory among the sources; a Schulnummer follows."""

_TENTH = Decimal("0.1")
_AWAY = ("in_repair", "stolen", "lost", "spare")
_SUPPLIES = ("supply_of_students", "supply_of_teachers", "supply_of_administration")
_OF_SUPPLY = ("needed", "usable", "shortage")
_IPADS_BY_FORM = (Column.SCHOOLS, Column.IN_SCHOOLS, Column.BEFORE, Column.CHANGE, Column.CHANGE_PERCENT)
_OTHER_DEVICES = (Column.DESKTOPS, Column.LAPTOPS, Column.MACHINES, Column.AT_JAMF)
_DAMAGE = (Column.IPADS, Column.CASES, Column.PERCENT)
_THEFT_AND_LOSS = (*_DAMAGE, Column.STOLEN, Column.STOLEN_PERCENT, Column.LOST, Column.LOST_PERCENT)
_REPAIR = (Column.DAMAGES, Column.REPAIRS, Column.IN_REPAIR, Column.PERCENT)
_COVERAGE = (
    *(Column.STUDENTS, Column.STUDENTS_NEED, Column.STUDENTS_HAVE, Column.STUDENTS_LACK, Column.STUDENTS_PERCENT),
    *(Column.TEACHERS_NEED, Column.TEACHERS_HAVE, Column.TEACHERS_LACK, Column.TEACHERS_PERCENT),
    *(Column.OFFICE_NEED, Column.OFFICE_HAVE, Column.OFFICE_LACK, Column.OFFICE_PERCENT),
)
_AGE = (Column.IPADS, Column.PERCENT)
_REPLACEMENT = (Column.IPADS, Column.MACHINES)
_SUPPORT = (
    *(Column.SCHOOLS, Column.STUDENTS, Column.TEACHERS),
    *(Column.IN_SCHOOLS, Column.DESKTOPS, Column.LAPTOPS),
)
_FINDINGS = (Column.OPENED, Column.REOPENED, Column.SOLVED, Column.WITHDRAWN, Column.OPEN)
_LOCKS = (Column.REPORTS, Column.KNOWN, Column.LOCKED, Column.MEDIAN, Column.WORST)
_READS = (Column.READ_DAYS, Column.STALE_DAYS, Column.LAST_READ)
_ALL: tuple[str, ...] = ()
"""Keys of the line of all together."""
_NOT_COUNTED = EarlierStock(year=0)


def yearly_report(facts: YearFacts) -> YearlyReport:
    """All tables of the year."""
    totals = facts.now.totals if facts.now else None
    figures = _figures(facts)
    return YearlyReport(
        day=facts.day,
        tables=(
            _ipads_by_form(facts),
            _other_devices(totals),
            _damage(facts, figures),
            _theft_and_loss(facts, figures),
            _repair(facts, totals),
            _coverage(
                Topic.COVERAGE_BY_FORM, Rows.FORM, totals, [(one.form, one) for one in totals.forms] if totals else ()
            ),
            _coverage(
                Topic.COVERAGE_BY_CAMPUS,
                Rows.CAMPUS,
                totals,
                [(one.name, one) for one in totals.campuses] if totals else (),
            ),
            _coverage(
                Topic.COVERAGE_BY_SCHOOL,
                Rows.SCHOOL,
                totals,
                [(one.number, one) for one in totals.schools] if totals else (),
            ),
            _ages(totals),
            _replacement(totals),
            _support(totals),
            _findings(facts, totals),
            _locks(facts),
            _reads(facts),
        ),
        notes=tuple(_notes(facts)),
    )


def all_ipads(totals: Summary) -> int | None:
    """All iPads of the district: the base of shares."""
    of_schools = totals.district.ipads
    elsewhere = _known(totals.district.ipads_without_school)
    in_sites = _known(of_schools.all.all) if of_schools else None
    return None if in_sites is None or elsewhere is None else in_sites + elsewhere


def ipads_in_schools(totals: Totals) -> int | None:
    """Those that stand in schools: neither away in repair, nor missing, nor in store."""
    if totals.ipads is None:
        return None
    there = _known(totals.ipads.all.all)
    away = [_known(getattr(totals.ipads.all, name)) for name in _AWAY]
    return None if there is None or None in away else there - sum(number or 0 for number in away)


def _ipads_by_form(facts: YearFacts) -> Table:
    year = facts.day.year
    now, before = _Stock.of(facts, year, facts.now), _Stock.of(facts, year - 1, facts.before)
    return Table(
        topic=Topic.IPADS_BY_FORM,
        of=Rows.FORM,
        columns=_IPADS_BY_FORM,
        rows=tuple(
            Row(keys=forms, cells=(now.schools(forms), *_change(now.ipads(forms), before.ipads(forms))))
            for forms in _together(facts)
        ),
        total=Row(keys=_ALL, cells=(now.schools(None), *_change(now.ipads(None), before.ipads(None)))),
    )


def _together(facts: YearFacts) -> list[Forms]:
    """The forms of the table by form: those that somebody counted as one stand there as one."""
    joined = {form: forms for forms in facts.earlier.together for form in forms}
    counted = [one.totals for one in (facts.now, facts.before) if one]
    single = {form.form for totals in counted for form in totals.forms}
    return sorted({joined.get(form, (form,)) for form in single | set(joined)})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stock:
    """iPads in schools at the end of a year, as counted by hand or in the history; ``None`` asks for all forms."""

    by_hand: EarlierStock
    totals: Summary | None

    @classmethod
    def of(cls, facts: YearFacts, year: int, counted: Counted | None) -> "_Stock":
        by_hand = {one.year: one for one in facts.earlier.stocks}
        return cls(by_hand=by_hand.get(year, _NOT_COUNTED), totals=counted.totals if counted else None)

    def ipads(self, forms: Forms | None) -> int | None:
        told = self.by_hand.ipads if forms is None else self.by_hand.by_forms.get(forms)
        return _sum(map(ipads_in_schools, self._parts(forms))) if told is None else told

    def schools(self, forms: Forms | None) -> int | None:
        return _sum(part.schools for part in self._parts(forms))

    def _parts(self, forms: Forms | None) -> list[Totals]:
        if self.totals is None:
            return []
        return [self.totals.district] if forms is None else [one for one in self.totals.forms if one.form in forms]


def _change(now: int | None, before: int | None) -> tuple[Cell, ...]:
    if now is None or before is None:
        return now, before, None, None
    return now, before, now - before, _share(now - before, before)


def _other_devices(totals: Summary | None) -> Table:
    return Table(
        topic=Topic.OTHER_DEVICES,
        of=Rows.FORM,
        columns=_OTHER_DEVICES,
        rows=tuple(Row(keys=(one.form,), cells=_machines(one)) for one in (totals.forms if totals else ())),
        total=Row(keys=_ALL, cells=_machines(totals.district)) if totals else None,
    )


def _machines(totals: Totals) -> tuple[Cell, ...]:
    desktops = _known(totals.machines.desktops) if totals.machines else None
    laptops = _known(totals.machines.laptops) if totals.machines else None
    both = None if desktops is None or laptops is None else desktops + laptops
    return desktops, laptops, both, _known(totals.other_devices)


def _figures(facts: YearFacts) -> tuple[YearFigures, ...]:
    """The years of which something is known, the report's own among them."""
    year = facts.day.year
    known = yearly_figures(facts.reported, facts.earlier.figures, ipads=facts.ipads, day=facts.calendar.day)
    own = YearFigures(year=year, ipads=facts.ipads.get(year))
    if facts.now:
        own = YearFigures(year=year, ipads=own.ipads, damaged=0, missing=0, thefts=0, losses=0)
    by_year = {own.year: own} | {one.year: one for one in known if one.year <= year}
    return tuple(by_year[year] for year in sorted(by_year))


def _damage(facts: YearFacts, figures: Iterable[YearFigures]) -> Table:
    by_hand = {one.year for one in facts.earlier.figures if one.damaged is not None}
    return Table(
        topic=Topic.DAMAGE,
        of=Rows.YEAR,
        columns=_DAMAGE,
        rows=tuple(
            Row(
                keys=(str(one.year),),
                cells=(one.ipads, *_cases(one, [one.damaged], whole=one.year in by_hand or _is_kept(facts, one.year))),
            )
            for one in figures
        ),
    )


def _theft_and_loss(facts: YearFacts, figures: Iterable[YearFigures]) -> Table:
    by_hand = {one.year for one in facts.earlier.figures if one.missing is not None}
    return Table(
        topic=Topic.THEFT_AND_LOSS,
        of=Rows.YEAR,
        columns=_THEFT_AND_LOSS,
        rows=tuple(
            Row(
                keys=(str(one.year),),
                cells=(
                    one.ipads,
                    *_cases(
                        one,
                        [one.missing, one.thefts, one.losses],
                        whole=one.year in by_hand or _is_kept(facts, one.year),
                    ),
                ),
            )
            for one in figures
        ),
    )


def _is_kept(facts: YearFacts, year: int) -> bool:
    return date(year, 1, 1) >= facts.incidents_kept_from


def _cases(figures: YearFigures, counts: Iterable[int | None], *, whole: bool) -> Iterator[Cell]:
    for count in counts:
        yield _part(count, whole=whole)
        yield _part(figures.percent(count), whole=whole)


def _repair(facts: YearFacts, totals: Summary | None) -> Table:
    reported: defaultdict[str, Counter[IncidentKind]] = defaultdict(Counter)
    for one in facts.reported:
        if facts.calendar.day(one.reported_at) >= facts.first:
            reported[facts.form_of.get(one.school, "")][one.kind] += 1
    parts: Mapping[str, Totals] = {one.form: one for one in totals.forms} if totals else {}
    harmed = {form for form, kinds in reported.items() if kinds.keys() - MISSING_KINDS}
    together = sum(reported.values(), Counter[IncidentKind]())
    return Table(
        topic=Topic.REPAIR,
        of=Rows.FORM,
        columns=_REPAIR,
        rows=tuple(
            Row(keys=(form,), cells=_in_repair(facts, reported[form], parts.get(form)))
            for form in sorted(parts.keys() | harmed)
        ),
        total=Row(keys=_ALL, cells=_in_repair(facts, together, totals.district if totals else None)),
    )


def _in_repair(facts: YearFacts, reported: Mapping[IncidentKind, int], totals: Totals | None) -> tuple[Cell, ...]:
    whole = _is_kept(facts, facts.day.year)
    ipads = totals.ipads.all if totals and totals.ipads else None
    away = _known(ipads.in_repair) if ipads else None
    return (
        _part(reported.get(IncidentKind.DAMAGE, 0), whole=whole),
        _part(reported.get(IncidentKind.REPAIR, 0), whole=whole),
        away,
        _share(away, _known(ipads.all) if ipads else None),
    )


def _coverage(topic: Topic, of: Rows, totals: Summary | None, parts: Iterable[tuple[str, Totals]]) -> Table:
    return Table(
        topic=topic,
        of=of,
        columns=_COVERAGE,
        rows=tuple(Row(keys=(key,), cells=tuple(_supplied(part))) for key, part in parts),
        total=Row(keys=_ALL, cells=tuple(_supplied(totals.district))) if totals else None,
    )


def _supplied(totals: Totals) -> Iterator[Cell]:
    """A sum is of the schools of which it is known, so it is at least that where some are not."""
    read = totals.schools_read == totals.schools
    yield _part(_known(totals.students), whole=read)
    for name in _SUPPLIES:
        supply: Supply | None = getattr(totals, name)
        for number in _OF_SUPPLY:
            yield _part(_known(getattr(supply, number, None)), whole=read)
        yield _tenths(supply.percent) if supply else None


def _ages(totals: Summary | None) -> Table:
    ages = {one.years: _known(one.ipads) for one in totals.district.ages} if totals else {}
    together = sum(number or 0 for number in ages.values())
    return Table(
        topic=Topic.AGE,
        of=Rows.AGE,
        columns=_AGE,
        rows=tuple(
            Row(keys=(_key(years),), cells=(number, _share(number, together))) for years, number in ages.items()
        ),
        total=Row(keys=_ALL, cells=(together, _share(together, together))) if totals else None,
    )


def _replacement(totals: Summary | None) -> Table:
    due = totals.district.replacement if totals else ()
    return Table(
        topic=Topic.REPLACEMENT,
        of=Rows.YEAR,
        columns=_REPLACEMENT,
        rows=tuple(Row(keys=(_key(one.year),), cells=(_known(one.ipads), _known(one.machines))) for one in due),
        total=Row(
            keys=_ALL,
            cells=(_sum(_known(one.ipads) for one in due), _sum(_known(one.machines) for one in due)),
        )
        if totals
        else None,
    )


def _support(totals: Summary | None) -> Table:
    return Table(
        topic=Topic.SUPPORT,
        of=Rows.SUPPORT,
        columns=_SUPPORT,
        rows=tuple(Row(keys=(one.name,), cells=_served(one)) for one in (totals.supports if totals else ())),
        total=Row(keys=_ALL, cells=_served(totals.district)) if totals else None,
    )


def _served(totals: Totals) -> tuple[Cell, ...]:
    read = totals.schools_read == totals.schools
    return (
        totals.schools,
        _part(_known(totals.students), whole=read),
        _part(_known(totals.teachers), whole=read),
        ipads_in_schools(totals),
        *_machines(totals)[:2],
    )


def _findings(facts: YearFacts, totals: Summary | None) -> Table:
    steps = {one.rule: one for one in facts.steps}
    still: Counter[str] = Counter()
    for one in totals.district.findings if totals else ():
        still[one.rule] += _known(one.number) or 0

    def cells(rules: Iterable[str]) -> tuple[Cell, ...]:
        taken = [steps[rule] for rule in rules if rule in steps]
        kept_from = [facts.findings_kept_from]
        if any(one.about_persons for one in taken):
            kept_from.append(facts.persons_kept_from)
        whole = facts.first >= max(kept_from)
        return (
            _part(sum(one.opened for one in taken), whole=whole),
            _part(sum(one.reopened for one in taken), whole=whole),
            _part(sum(one.resolved for one in taken), whole=whole),
            _part(sum(one.withdrawn for one in taken), whole=whole),
            sum(still[rule] for rule in rules) if totals else None,
        )

    rules = sorted(steps.keys() | still.keys())
    return Table(
        topic=Topic.FINDINGS,
        of=Rows.RULE,
        columns=_FINDINGS,
        rows=tuple(Row(keys=(rule,), cells=cells([rule])) for rule in rules),
        total=Row(keys=_ALL, cells=cells(rules)),
    )


def _locks(facts: YearFacts) -> Table:
    whole = _is_kept(facts, facts.day.year)

    def cells(locks: Sequence[LockTime]) -> tuple[Cell, ...]:
        times = [one.took for one in locks if one.took is not None]
        seconds = [took.total_seconds() for took in times]
        return (
            _part(len(locks), whole=whole),
            _part(sum(one.known for one in locks), whole=whole),
            _part(len(times), whole=whole),
            timedelta(seconds=median(seconds)) if times else None,
            max(times, default=None),
        )

    return Table(
        topic=Topic.LOCKS,
        of=Rows.KIND,
        columns=_LOCKS,
        rows=tuple(
            Row(keys=(kind,), cells=cells([one for one in facts.locks if one.kind is kind]))
            for kind in (IncidentKind.THEFT, IncidentKind.LOSS)
        ),
        total=Row(keys=_ALL, cells=cells(facts.locks)),
    )


def _reads(facts: YearFacts) -> Table:
    """A read counts on the day on which it ended; of each source as many as the totals of days know of."""
    read: defaultdict[str, set[date]] = defaultdict(set)
    stale: Counter[str] = Counter()
    for day in facts.days:
        for source in day.sources:
            stale[source.name] += source.stale
            if source.complete_at is not None:
                read[source.name].add(facts.calendar.day(source.complete_at))
    names = stale.keys() | {f"{DIRECTORY}{number}" for number in facts.form_of}
    return Table(
        topic=Topic.READS,
        of=Rows.SOURCE,
        columns=_READS,
        rows=tuple(
            Row(
                keys=(name,),
                cells=(
                    sum(day >= facts.first for day in read[name]),
                    stale[name],
                    max(read[name], default=None),
                ),
            )
            for name in sorted(names, key=lambda name: (name.startswith(DIRECTORY), name))
        ),
    )


def _notes(facts: YearFacts) -> Iterator[Note]:
    if facts.now is None:
        yield Note(kind=NoteKind.NOTHING_COUNTED)
    elif facts.now.day < facts.day:
        yield Note(kind=NoteKind.COUNTED_ON, day=facts.now.day)
    yield from _year_before(facts)
    if facts.days:
        if facts.days[0].day > facts.first:
            yield Note(kind=NoteKind.COUNTED_SINCE, day=facts.days[0].day)
        yield Note(kind=NoteKind.DAYS, number=len(facts.days))
    if facts.now:
        district = facts.now.totals.district
        for kind, known in (
            (NoteKind.WITHOUT_SITE, district.schools_at_jamf),
            (NoteKind.UNREAD, district.schools_read),
        ):
            if known < district.schools:
                yield Note(kind=kind, number=district.schools - known)
    for kind, kept_from in (
        (NoteKind.REPORTS_FROM, facts.incidents_kept_from),
        (NoteKind.FINDINGS_FROM, facts.findings_kept_from),
        (NoteKind.PERSONS_FROM, facts.persons_kept_from),
    ):
        if kept_from > facts.first:
            yield Note(kind=kind, day=kept_from)


def _year_before(facts: YearFacts) -> Iterator[Note]:
    year = facts.day.year - 1
    if any(one.year == year and one.ipads is not None for one in facts.earlier.stocks):
        return
    if facts.before is None:
        yield Note(kind=NoteKind.NO_YEAR_BEFORE)
    elif facts.before.day < date(year, 12, 31):
        yield Note(kind=NoteKind.YEAR_BEFORE_ON, day=facts.before.day)


def _sum(numbers: Iterable[int | None]) -> int | None:
    """Of what is known; None where nothing is."""
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _known(count: Count) -> int | None:
    """A count that was kept back is not known."""
    return count if isinstance(count, int) else None


def _part(number: int | Decimal | None, *, whole: bool) -> Cell:
    return number if whole or number is None else AtLeast(number)


def _share(part: int | None, of: int | None) -> Decimal | None:
    """In per cent, rounded half up to tenths."""
    if part is None or not of:
        return None
    return (Decimal(100 * part) / of).quantize(_TENTH, ROUND_HALF_UP)


def _tenths(share: Share) -> Decimal | None:
    return Decimal(str(share)).quantize(_TENTH) if isinstance(share, float) else None


def _key(year: int | None) -> str:
    return "" if year is None else str(year)
