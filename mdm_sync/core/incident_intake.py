"""What an import of reports comes to: which are new, which say something else than before, which came already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from mdm_sync.core.incidents import Handling, Incident

_SETTLED = frozenset({Handling.RECOVERED, Handling.REPLACED, Handling.WRITTEN_OFF, Handling.CLOSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownReports:
    """What is known of earlier reports.

    Attributes:
        incidents: all of them.
        last_read: what the last import that brought it said of an incident, by case number, as ``wording`` gives it.
        doubles: case numbers to be passed over: recognised as a second report of an incident, or of one deleted since.
    """

    incidents: tuple[Incident, ...] = ()
    last_read: Mapping[str, str] = field(default_factory=dict)
    doubles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Double:
    """A second report of an incident under a case number of its own."""

    case_number: str
    of: Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What an import comes to.

    Attributes:
        new: without a number yet.
        changed: of which the form now says something else; under their numbers.
        doubles: recognised now; ``of`` may be one of the new ones.
        repeated: how many reports said nothing new.
    """

    new: tuple[Incident, ...] = ()
    changed: tuple[Incident, ...] = ()
    doubles: tuple[Double, ...] = ()
    repeated: int = 0


def wording(report: Incident) -> str:
    """All that a report says, to tell whether it says the same again."""
    happened = report.happened.isoformat() if report.happened else ""
    reported = report.reported_at.isoformat()
    facts = (report.kind, report.serial, report.asset_tag, report.school, happened, reported, report.handling)
    return "|".join(facts)


def take_in(known: KnownReports, reports: Iterable[Incident], *, within: timedelta) -> Intake:
    """Compare reports with what is known.

    A report is known by its case number; it counts as changed where the form says something else than when it was last
    read, so what was corrected here by hand stays until then. Under another number it is a double where device and kind
    are the same and the reports lie so close together, unless the earlier one is settled and this one is not: a device
    may be stolen twice.
    """
    by_case = {one.case_number: one for one in known.incidents if one.case_number}
    last_read, doubles = dict(known.last_read), set(known.doubles)
    new: dict[str, Incident] = {}
    changed: dict[int, Incident] = {}
    found: list[Double] = []
    repeated = 0
    for report in reports:
        case = report.case_number
        if case in doubles or last_read.get(case) == wording(report):
            repeated += 1
            continue
        last_read[case] = wording(report)
        if earlier := by_case.get(case):
            changed[earlier.number] = _taken_over(earlier, report)
            continue
        twin = _twin(report, (*_now(known.incidents, changed), *new.values()), within)
        if case in new or twin is None:
            new[case] = report
        elif twin.case_number:
            doubles.add(case)
            found.append(Double(case_number=case, of=twin))
        else:  # entered by hand before the form brought it: from now on it is known by its case number
            changed[twin.number] = _taken_over(twin, report)
            by_case[case] = twin
    return Intake(new=tuple(new.values()), changed=tuple(changed.values()), doubles=tuple(found), repeated=repeated)


def _taken_over(earlier: Incident, report: Incident) -> Incident:
    return replace(report, number=earlier.number, recorded_by=earlier.recorded_by)


def _now(incidents: Iterable[Incident], changed: Mapping[int, Incident]) -> Iterable[Incident]:
    return (changed.get(one.number, one) for one in incidents)


def _twin(report: Incident, earlier: Iterable[Incident], within: timedelta) -> Incident | None:
    return next((one for one in earlier if _is_same(report, one, within)), None)


def _is_same(report: Incident, earlier: Incident, within: timedelta) -> bool:
    about_one = report.kind is earlier.kind and report.names == earlier.names
    again = earlier.handling in _SETTLED and report.handling not in _SETTLED
    return about_one and not again and abs(report.reported_at - earlier.reported_at) <= within
