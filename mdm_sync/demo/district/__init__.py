"""The simulated district: schools, persons, devices and incidents, and the truth about what is wrong with them.

``generate`` is a pure function of its plan. Apart from what is planted nothing is wrong: every teacher and every
student of a 1:1 class has one device at the own school that names them, every shared device says that it is one, all
were seen within three days, none is older than five years.

IPads at full size: as the yearly report of a real city counts them by form, 1,047 more in repair, and 604 beyond those,
which are stolen or lost, without a site, or spare (named ``…-Reserve-…``); 81,961 in all. Apple TVs, Macs and records
of type "Unknown" come on top.

Days: day 1 is the district as it is first seen. Days 2 and 3 apply the planted changes and leave all else as it was; on
day 4 the school year changes, and after it no day brings anything new but what becomes due. The same ``now`` belongs
to all days of one story. Nothing is dated after ``now``: the changes of a day fall into a
slice of the hours before it (four hours a day), so that a demo may go through the days in minutes.
"""

from random import Random

from mdm_sync.demo.district.days.school_year import DAY, change_school_year
from mdm_sync.demo.district.days.stories import begin, tell
from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.inventory import machines
from mdm_sync.demo.district.persons import populate
from mdm_sync.demo.district.planting.everything import plant_everything
from mdm_sync.demo.district.schools import lay_out
from mdm_sync.demo.district.stock import close_old_cases, equip, fill
from mdm_sync.demo.model import District, Plan

__all__ = ["generate"]


def generate(plan: Plan) -> District:
    """Build the district of a plan: the same one for the same plan, in every process.

    Raises:
        ValueError: the plan asks for fewer than 1 or more than 1,550 schools, or for a scale not above 0.
    """
    draft = _clean(plan)
    plant_everything(draft)
    stories = begin(draft)
    close_old_cases(draft)
    fill(draft)
    for _ in range(1, plan.day):
        tell(stories)
    if plan.day >= DAY:
        change_school_year(draft)
    return _finished(draft)


def _clean(plan: Plan) -> Draft:
    """Schools with persons and their devices, and nothing wrong with them."""
    layouts = lay_out(plan)
    schools = {
        layout.school.number: SchoolDraft(layout=layout, random=Random(f"{plan.seed}/school/{layout.position}"))
        for layout in layouts
    }
    draft = Draft(plan=plan, random=Random(f"{plan.seed}/planting"), schools=schools)
    for school in schools.values():
        equip(draft, school, populate(draft, school))
    return draft


def _finished(draft: Draft) -> District:
    return District(
        plan=draft.plan,
        schools=tuple(school.school for school in draft.schools.values()),
        groups=tuple(group for school in draft.schools.values() for group in school.groups.values()),
        persons=tuple(draft.persons.values()),
        devices=tuple(draft.devices[key] for key in sorted(draft.devices)),
        inventory=tuple(machines(draft)),
        extra_sites=tuple(draft.extra_sites),
        incidents=tuple(draft.incidents.values()),
        truth=tuple(sorted(draft.truth.values(), key=lambda planted: (planted.rule, planted.subject))),
    )
