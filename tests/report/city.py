"""The demo's whole city on the last day of a year, as an installation of mdm-sync whose history knows that day.

``python -m tests.report.city FOLDER`` makes it.
"""

import sys
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from mdm_sync.core.summary import summary_of, written
from mdm_sync.demo.district import generate
from mdm_sync.demo.installation import Addresses, write_installation
from mdm_sync.demo.model import District, Plan
from mdm_sync.demo.places import Places
from mdm_sync.ports import KeptTotals, NewEntry
from mdm_sync.totalling import counted
from state import Store
from tests.command_line import Ran, mdm_sync_here
from tests.integration.state.given import commit, opened
from tests.integration.state.test_counts import fill
from tests.unit.core.from_demo import Look

LAST_DAY = date(2023, 12, 31)
NOON = datetime(2023, 12, 31, 11, 0, tzinfo=UTC)
CITY = Plan(schools=155, scale=1.0, now=NOON)


def make_city(folder: Path, plan: Plan = CITY) -> Places:
    """An installation whose store has seen the whole district of the plan once."""
    places = Places(folder)
    places.make(plan)
    district = generate(plan)
    addresses = Addresses(jamf_port=1, upstream_port=1, mail_port=1, directory=lambda number: f"ldaps://{number}.test")
    write_installation(places, district, addresses, {})
    with closing(Store.open(places.state)) as store:
        see(store, district, judged=plan != CITY)
    return places


def see(store: Store, district: District, *, judged: bool) -> None:
    """All of it comes in, is judged if wanted, for that takes its time, and the totals of the day are kept."""
    look = Look(district=district)
    fill(store, look, look.conditions.now)
    commit(store, opened(*look.findings()) if judged else [], at=district.plan.now)
    facts = counted(store, look.schools, look.conditions)
    totals = KeptTotals(day=district.plan.now.date(), content=written(summary_of(facts)))

    def keep() -> list[NewEntry]:
        store.history.keep_totals(totals)
        return []

    commit(store, entries=keep, at=district.plan.now)


class City:
    """The whole city as an installation, and reports of it."""

    def __init__(self, folder: Path) -> None:
        self.places = make_city(folder / "city")

    def report(self, language: str) -> dict[str, str]:
        """The files of a report, by the ends of their names."""
        out = self.places.folder / f"reports-{language}"
        ran = self.run(
            *("report", "--year", str(LAST_DAY.year), "--out", str(out), "--language", language),
            *("--earlier", str(self.places.folder / "earlier-years.csv")),
        )
        assert ran.code == 0, ran.err
        ends = {file: file.name.partition(str(LAST_DAY.year))[2].removeprefix("-") for file in out.iterdir()}
        return {end: file.read_text(encoding="utf-8") for file, end in ends.items()}

    def run(self, *arguments: str) -> Ran:
        return mdm_sync_here(*arguments, environment={"MDM_SYNC_CONFIG": str(self.places.settings)})


if __name__ == "__main__":
    make_city(Path(sys.argv[1]))
