"""Cases for the rules about schools and their Jamf sites."""

from mdm_sync.demo.district.draft import Draft
from mdm_sync.demo.district.schools import Part

_NO_SCHOOL = "site-without-school"
_NO_SITE = "school-without-site"
_SHORT = "class-short-of-devices"
_EXTRA = ((901, "Medienzentrum"), (902, "Altbestand"))
_MANY_SCHOOLS = 8


def plant_sites(draft: Draft) -> None:
    """Sites that no school has, schools without site; both need a district of some size to be all there."""
    for site_id, name in _EXTRA[: 2 if len(draft.schools) >= _MANY_SCHOOLS else 1]:
        draft.extra_sites.append((site_id, name))
        reason = f"No school of the register has the site {name}."
        draft.plant(_NO_SCHOOL, f"site:{site_id}", None, finding=True, reason=reason)
    for draft_school in draft.schools.values():
        school, number = draft_school.school, draft_school.school.number
        if draft_school.layout.part is Part.FOUNDING:
            reason = "Jamf has no site of the name that the register says."
            draft.plant(_NO_SITE, f"school:{number}", number, finding=True, reason=reason)
        if draft_school.layout.part is Part.UNREAD:
            reason = "The site's school is in the register, though it is not connected yet."
            draft.plant(_NO_SCHOOL, f"site:{school.site_id}", number, finding=False, reason=reason)
            draft.plant(_NO_SITE, f"school:{number}", number, finding=False, reason="Its site is there.")


def plant_trolleys(draft: Draft) -> None:
    """Two schools share trolleys that belong to no class: there the school as a whole counts."""
    for school in draft.schools.values():
        number = school.school.number
        if school.layout.part is Part.SHORT:
            reason = "The trolleys hold fewer devices than one for two pupils of grades 1 and 2."
            draft.plant(_SHORT, f"school:{number}", number, finding=True, reason=reason)
        if school.layout.part is Part.TROLLEYS:
            reason = "The trolleys hold one device for two pupils of grades 1 and 2, and more."
            draft.plant(_SHORT, f"school:{number}", number, finding=False, reason=reason)
