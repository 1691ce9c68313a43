"""Cases for ``device-unassigned``: a personal device without a person."""

from mdm_sync.demo.district.devices import add_personal, add_pool
from mdm_sync.demo.district.draft import Draft, SchoolDraft
from mdm_sync.demo.district.planting.cases import Case
from mdm_sync.demo.district.stock import add_apple_tv, add_mac

_RULE = "device-unassigned"


def _empty(draft: Draft, school: SchoolDraft) -> bool:
    key = add_personal(draft, school)
    draft.plant_device(_RULE, key, finding=True, reason="A personal iPad whose user fields are all empty.")
    return True


def _blank(draft: Draft, school: SchoolDraft) -> bool:
    key = add_personal(draft, school, username=" ", real_name="   ", email="\t")
    draft.plant_device(_RULE, key, finding=True, reason="White space alone in the user fields names nobody.")
    return True


def _phone_only(draft: Draft, school: SchoolDraft) -> bool:
    key = add_personal(draft, school, phone="MUEM")
    reason = "A code in the telephone field names nobody; user name, name and mail are empty."
    draft.plant_device(_RULE, key, finding=True, reason=reason)
    return True


def _pool(draft: Draft, school: SchoolDraft) -> bool:
    key = add_pool(draft, school)
    draft.plant_device(_RULE, key, finding=False, reason="A pool device by the pattern of its name.")
    return True


def _shared(draft: Draft, school: SchoolDraft) -> bool:
    key = add_personal(draft, school, shared_ipad=True)
    draft.plant_device(_RULE, key, finding=False, reason="A Shared iPad has no one person.")
    return True


def _apple_tv(draft: Draft, school: SchoolDraft) -> bool:
    key = add_apple_tv(draft, school)
    draft.plant_device(_RULE, key, finding=False, reason="An Apple TV is nobody's personal device.")
    return True


def _mac(draft: Draft, school: SchoolDraft) -> bool:
    key = add_mac(draft, school)
    draft.plant_device(_RULE, key, finding=False, reason="A Mac is no personal iPad.")
    return True


def _unknown_type(draft: Draft, school: SchoolDraft) -> bool:
    sections = frozenset({"userAndLocation", "purchasing", "security"})
    key = add_personal(draft, school, device_type="Unknown", model="", model_identifier="", null_sections=sections)
    reason = 'A record of type "Unknown" with hardly a section: what it is and whose is not known.'
    draft.plant_device(_RULE, key, finding=False, reason=reason)
    return True


def _section_missing(draft: Draft, school: SchoolDraft) -> bool:
    key = add_personal(draft, school, null_sections=frozenset({"userAndLocation"}))
    reason = "The user section did not come: not known is not empty."
    draft.plant_device(_RULE, key, finding=False, reason=reason)
    return True


CASES = (
    Case(_empty, rate=9),
    Case(_blank, rate=3),
    Case(_phone_only, rate=3),
    Case(_pool, rate=1),
    Case(_shared, rate=2),
    Case(_apple_tv, rate=1),
    Case(_mac, rate=1),
    Case(_unknown_type, rate=1),
    Case(_section_missing, rate=2),
)
