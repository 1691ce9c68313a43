"""The schedule over the days on which summer time begins and ends: each task as often as it should, none twice."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.loader import load_settings
from mdm_sync.bootstrap import Installation
from mdm_sync.cli.output import no_progress
from mdm_sync.core.model import School
from mdm_sync.core.views import Source
from mdm_sync.service import Task
from mdm_sync.tasks import tasks_of
from tests.settings_file import write_settings
from tests.unit.simulated import Simulation, simulated

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHANGES = {"March": datetime(2027, 3, 28, tzinfo=BERLIN), "October": datetime(2027, 10, 31, tzinfo=BERLIN)}
INTERVALS = {"incidents": 1, "losses": 5, "changes": 30, "schools": 5, "deliver": 1}
COLUMNS = "school name form sites stage mail_domains iserv_url iserv_base iserv_account"
GROUPS = "student_groups teacher_groups staff_groups"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """One with the default schedule."""
    (tmp_path / "schools.csv").write_text(";".join(f"{COLUMNS} {GROUPS}".split()) + "\n")
    settings = '[jamf]\nurl = "https://jamf.example"\nclient_id = "x"\n[incidents]\nfolder = "incidents"\n'
    path = write_settings(tmp_path / "mdm-sync.toml", settings)
    return Installation(load_settings(path, rule_ids=[]))


def runs(installation: Installation, first: datetime, days: int) -> Mapping[str, list[datetime]]:
    """When each task runs on so many days at the schools."""
    done: defaultdict[str, list[datetime]] = defaultdict(list)

    def note(name: str, simulation: Simulation) -> None:
        done[name].append(simulation.now)

    with simulated(first.astimezone(UTC)) as simulation:
        tasks = tasks_of(installation, no_progress)
        simulation.service(
            lambda _: [Task(task.name, task.when, partial(note, task.name, simulation)) for task in tasks]
        )
        simulation.until((first + days * DAY).astimezone(UTC))
    return done


def check(done: Mapping[str, list[datetime]], first: datetime, days: int) -> None:
    length = (first + days * DAY).astimezone(UTC) - first.astimezone(UTC)
    for name, minutes in INTERVALS.items():
        between = minutes * MINUTE
        assert len(done[name]) == length // between, name
        assert {later - one for one, later in zip(done[name], done[name][1:], strict=False)} == {between}, name
    midnights = [first.replace(tzinfo=None) + number * DAY for number in range(days)]
    for name, clock in {"sweep": 30 * MINUTE, "care": DAY - 30 * MINUTE}.items():
        at_the_schools = [moment.astimezone(BERLIN).replace(tzinfo=None) for moment in done[name]]
        assert at_the_schools == [midnight + clock for midnight in midnights], name


@pytest.mark.parametrize("month", CHANGES)
def test_a_fortnight_across_the_change(installation: Installation, month: str) -> None:
    first = CHANGES[month] - 7 * DAY
    check(runs(installation, first, 14), first, 14)


@pytest.mark.parametrize("month", CHANGES)
def test_each_school_is_read_once_a_night_all_of_them_and_few_at_a_time(installation: Installation, month: str) -> None:
    schools = tuple(School(number=f"{190000 + number}", name="", form="02", sites=()) for number in range(155))
    sources: dict[str, Source] = {}
    night, read = installation.night, []
    now = CHANGES[month].astimezone(UTC) - 7 * DAY
    for _ in range(14 * 24 * 12):
        due = night.due(schools, sources, now)
        assert len(due) <= 8
        for school in due:
            read.append((school.number, night.began(now)))
            sources[school.source] = Source(name=school.source, known_since=now, attempted_at=now)
        now += 5 * MINUTE
    nights = {began for _, began in read}
    assert len(nights) == 15  # the one before the first day, made up for, and fourteen
    assert len(read) == len(set(read)) == 15 * len(schools)
