"""Rules about the district and its sources: whether they can be believed, and whether they fit each other."""

from collections.abc import Iterator
from datetime import timedelta

from mdm_sync.core.model import Severity, Stage
from mdm_sync.core.rules.verdict import Unclear, Wrong
from mdm_sync.core.views import DistrictView, Source


def duplicate_serial(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """Two records at Jamf Pro with one serial number.

    Harm: an older record was never removed; what is done to the one does not reach the device, and it counts twice.

    No finding: records without serial number; two devices with one asset tag.
    Unclear: records of which one was missing from the last sweep, as after enrolling anew.
    """
    for twins in view.twins:
        if twins.missing:
            yield Unclear(subject=f"serial:{twins.serial}")
            continue
        schools = set(twins.schools)
        yield Wrong(
            subject=f"serial:{twins.serial}",
            details={"serial": twins.serial, "devices": ", ".join(twins.subjects)},
            school=schools.pop() if len(schools) == 1 else "",
        )


def site_without_school(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """A site at Jamf Pro that no school of the register names.

    Harm: no rule about people looks at its devices.

    No finding: the site of a school that is not connected yet.
    """
    known = {site for school in view.schools for site in school.sites}
    for site, name in (view.sites or {}).items():
        if name not in known:
            yield Wrong(subject=f"site:{site}", details={"site": name})


def school_without_site(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """A school of the register none of whose sites is at Jamf Pro.

    Harm: its devices are not found, all its students seem to be without; most often a misspelt name.

    No finding: a school that is not connected yet and has its site; a school with one of several sites there.
    Unclear: all of them while Jamf Pro has never been read.
    """
    for school in view.schools:
        subject = f"school:{school.number}"
        if view.sites is None:
            yield Unclear(subject=subject)
        elif not set(school.sites) & set(view.sites.values()):
            yield Wrong(subject=subject, details={"sites": ", ".join(school.sites)}, school=school.number)


def source_stale(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """A source whose last complete read is older than its limit; critical after twice the limit.

    Harm: nothing new is concluded from it: what goes wrong there is not seen. A source that was never read counts from
    the first attempt.

    No finding: the directory of a school that is not connected.
    """
    for source in _sources(view):
        since = source.complete_at or source.known_since
        age, limit = view.conditions.now - since, _limit(view, source)
        if age > limit:
            yield Wrong(
                subject=f"source:{source.name}",
                details={"source": source.name, "since": since.isoformat()},
                severity=Severity.CRITICAL if age > 2 * limit else None,
                school=source.school,
            )


def source_shrunk(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """A source whose last read was refused because far less came than before.

    Harm: either rights or data were lost there, or a mass change must be looked at before it is believed.
    """
    for source in _sources(view):
        if source.shrunk:
            yield Wrong(subject=f"source:{source.name}", details={"source": source.name}, school=source.school)


def unreadable_record(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """A record of a source's last complete read that could not be read.

    Harm: what it is about is judged by what was known before, or not at all.
    """
    for source in _sources(view):
        for key, reason in source.unreadable:
            yield Wrong(
                subject=f"record:{source.name}/{key}",
                details={"source": source.name, "record": key, "reason": reason},
                school=source.school,
            )


def mail_refused(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """An address that the mail server refuses for good.

    Harm: whoever should mend something is not told of it, and nobody notices.

    No finding: a mail that waits, or was dropped; an address that took a later mail.
    """
    for mail in view.refused_mails:
        yield Wrong(subject=f"mail:{mail.entry}", details={"entry": str(mail.entry), "reason": mail.answer})


def summary_refused(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """Upstream refuses the totals for good, or the way there is set up wrongly.

    Harm: the department works with old figures, and nobody notices.

    No finding: upstream that is away or busy; a summary that waits; one that was refused before another was taken.
    """
    if view.refused_summary is not None:
        yield Wrong(subject="upstream:summary", details={"reason": view.refused_summary})


def privilege_missing(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """A privilege at Jamf Pro that the reading client needs and does not have.

    Harm: part of what is asked for does not come, and looks as if it were not there.
    """
    for name in view.privileges.missing:
        yield Wrong(subject=f"privilege:{name}", details={"privilege": name})


def privilege_excessive(view: DistrictView) -> Iterator[Wrong | Unclear]:
    """A privilege at Jamf Pro that the reading client has and never needs.

    Harm: whoever gets hold of the client's secret can change devices, or see what nobody asked for.
    """
    for name in view.privileges.excessive:
        yield Wrong(subject=f"privilege:{name}", details={"privilege": name})


def _sources(view: DistrictView) -> Iterator[Source]:
    closed = {school.number for school in view.schools if school.stage is Stage.NOT_CONNECTED}
    return (source for source in view.sources if source.school not in closed)


def _limit(view: DistrictView, source: Source) -> timedelta:
    return view.conditions.directory_limit if source.school else view.conditions.fleet_limit
