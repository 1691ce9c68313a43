"""What each rule is called, what harm it prevents, and what to do: English here, German in the catalogue."""

from dataclasses import dataclass


def _(text: str) -> str:
    """Mark a text for translation; it is translated where it is shown."""
    return text


def counted(one: str, many: str) -> tuple[str, str]:
    """Mark both forms of a text for translation; the one that fits is looked up where it is shown."""
    return one, many


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """Title, reason and remedy of one rule; ``counted`` are so many of its findings, one and several."""

    counted: tuple[str, str]
    title: str
    why: str
    remedy: str


RULE_TEXTS = {
    "device-unassigned": RuleText(
        counted=counted("%(number)d iPad without a person", "%(number)d iPads without a person"),
        title=_("iPad without a person"),
        why=_("A personal iPad names nobody: nobody answers for it, and its loss would go unnoticed."),
        remedy=_("Enter the person's login at Jamf Pro, or name the device as a pool device in the school's register."),
    ),
    "unknown-user": RuleText(
        counted=counted("%(number)d device with an unknown user", "%(number)d devices with unknown users"),
        title=_("Unknown user"),
        why=_("The device names somebody whom no IServ account of the school stands for."),
        remedy=_("Correct the user name at Jamf Pro, or take the device back and clear the field."),
    ),
    "ambiguous-user": RuleText(
        counted=counted("%(number)d device with an ambiguous user", "%(number)d devices with ambiguous users"),
        title=_("Ambiguous user"),
        why=_("What the device says of its user fits several persons, so nobody answers for it."),
        remedy=_("Enter the person's login at Jamf Pro, and let the other fields name the same person."),
    ),
    "wrong-school": RuleText(
        counted=counted(
            "%(number)d device at another school than its person",
            "%(number)d devices at other schools than their persons",
        ),
        title=_("Device at another school than its person"),
        why=_("The device stands in one school's site, its person is at another school."),
        remedy=_("Move the device to the person's site at Jamf Pro, or assign it to a person of its own school."),
    ),
    "user-left": RuleText(
        counted=counted("%(number)d device of a person who has left", "%(number)d devices of persons who have left"),
        title=_("Device of a person who has left"),
        why=_("The person whom the device names has left the school, or has no role there any more."),
        remedy=_("Take the device back and clear its user fields at Jamf Pro, or assign it to somebody else."),
    ),
    "user-moved": RuleText(
        counted=counted(
            "%(number)d person who seems to be at another school", "%(number)d persons who seem to be at other schools"
        ),
        title=_("Person seems to be at another school"),
        why=_("The person whom the device names has left; an account at another school seems to be the same person."),
        remedy=_(
            "Ask at that school for the device; move it to the school's site, or take it back. Where it stands there "
            "already, enter the new account."
        ),
    ),
    "device-silent": RuleText(
        counted=counted("%(number)d silent device", "%(number)d silent devices"),
        title=_("Silent device"),
        why=_("The device has sent no inventory for many school days: it may be broken, forgotten or gone."),
        remedy=_("Find the device and connect it to the network; if it cannot be found, report it as lost."),
    ),
    "device-unmanaged": RuleText(
        counted=counted("%(number)d device no longer managed", "%(number)d devices no longer managed"),
        title=_("Device no longer managed"),
        why=_("Jamf Pro no longer manages the device: neither settings nor Lost Mode reach it."),
        remedy=_("Erase the device and enrol it again."),
    ),
    "device-unsupervised": RuleText(
        counted=counted("%(number)d device not supervised", "%(number)d devices not supervised"),
        title=_("Device not supervised"),
        why=_("The device is not supervised: its user can remove the management, and it cannot be locked."),
        remedy=_("Erase the device and enrol it through automated device enrolment."),
    ),
    "device-without-site": RuleText(
        counted=counted("%(number)d device without a site", "%(number)d devices without a site"),
        title=_("Device without a site"),
        why=_("The device stands in no site at Jamf Pro: no school's settings reach it, no school sees it."),
        remedy=_("Move the device to its school's site at Jamf Pro."),
    ),
    "device-over-age": RuleText(
        counted=counted("%(number)d old device", "%(number)d old devices"),
        title=_("Old device"),
        why=_("The device is older than planned and gets no system updates soon."),
        remedy=_("Plan its replacement; correct the date of purchase at Jamf Pro if it is wrong."),
    ),
    "mdm-profile-expiring": RuleText(
        counted=counted("%(number)d MDM profile ends", "%(number)d MDM profiles end"),
        title=_("MDM profile ends"),
        why=_("The device's MDM profile has ended or ends soon: then it cannot be managed any more."),
        remedy=_(
            "Renew the MDM profile at Jamf Pro while the device is in reach; if it has ended, enrol the device again."
        ),
    ),
    "student-without-device": RuleText(
        counted=counted("%(number)d student without a device", "%(number)d students without a device"),
        title=_("Student without a device"),
        why=_("Students of this class have one device each, and none names this student."),
        remedy=_("Give the student a device, or enter the login on the one that the student has."),
    ),
    "teacher-without-device": RuleText(
        counted=counted("%(number)d teacher without a device", "%(number)d teachers without a device"),
        title=_("Teacher without a device"),
        why=_("No device names this teacher."),
        remedy=_("Give the teacher a device, or enter the login on the one that the teacher has."),
    ),
    "several-devices": RuleText(
        counted=counted("%(number)d person with several devices", "%(number)d persons with several devices"),
        title=_("Several devices with one person"),
        why=_(
            "More devices name this person than the role is allowed: one may lie unused, or a handover was not entered."
        ),
        remedy=_("Take back what is not needed, and clear its user fields at Jamf Pro."),
    ),
    "class-short-of-devices": RuleText(
        counted=counted("%(number)d class with too few devices", "%(number)d classes with too few devices"),
        title=_("Too few devices for a class"),
        why=_("The class, or the school's classes together, have fewer shared devices than planned."),
        remedy=_("Add devices to the class set or the trolleys; check the groups at Jamf Pro and the register."),
    ),
    "stolen-not-locked": RuleText(
        counted=counted("%(number)d stolen or lost device not locked", "%(number)d stolen or lost devices not locked"),
        title=_("Stolen or lost device not locked"),
        why=_("A theft or loss is open, and Lost Mode is neither on nor asked for: whoever has the device can use it."),
        remedy=_("Switch Lost Mode on at once; if the device is back, close the incident."),
    ),
    "lock-pending": RuleText(
        counted=counted("%(number)d lock not confirmed", "%(number)d locks not confirmed"),
        title=_("Lock not confirmed"),
        why=_("Lost Mode is asked for, and the device has not confirmed it: it is off, or far from any network."),
        remedy=_("Nothing can be done until it is in contact; do not send the command again."),
    ),
    "lock-impossible": RuleText(
        counted=counted(
            "%(number)d stolen or lost device that cannot be locked",
            "%(number)d stolen or lost devices that cannot be locked",
        ),
        title=_("Stolen or lost device cannot be locked"),
        why=_("Lost Mode needs a supervised, managed iPad, which this device is not."),
        remedy=_("Tell the police and the insurer; change the passwords of the accounts that were used on it."),
    ),
    "stolen-device-seen": RuleText(
        counted=counted("%(number)d stolen or lost device in use", "%(number)d stolen or lost devices in use"),
        title=_("Stolen or lost device in use"),
        why=_("The device was in contact after it was reported, and Lost Mode is not confirmed."),
        remedy=_("Switch Lost Mode on at once, if it is not asked for; tell the police when it was seen."),
    ),
    "locked-device-seen": RuleText(
        counted=counted("%(number)d locked device in contact", "%(number)d locked devices in contact"),
        title=_("Locked device in contact"),
        why=_("The device was in contact after it had been locked: it is on, and can be recovered."),
        remedy=_("Tell who looks after the case; the device shows whom to call."),
    ),
    "stolen-device-gone": RuleText(
        counted=counted(
            "%(number)d stolen or lost device vanished from Jamf Pro",
            "%(number)d stolen or lost devices vanished from Jamf Pro",
        ),
        title=_("Stolen or lost device vanished from Jamf Pro"),
        why=_("The record is gone while a theft or loss is open: the device can be neither locked nor seen."),
        remedy=_("Find out who removed the record; close the incident if the case is settled."),
    ),
    "stolen-device-reenrolled": RuleText(
        counted=counted(
            "%(number)d stolen or lost device enrolled again", "%(number)d stolen or lost devices enrolled again"
        ),
        title=_("Stolen or lost device enrolled again"),
        why=_("The device was enrolled after it was reported: it was erased and set up anew, Lost Mode is gone."),
        remedy=_("Ask the school of its site: if the device is back, close the incident; else lock it."),
    ),
    "locked-without-report": RuleText(
        counted=counted("%(number)d locked device without a report", "%(number)d locked devices without a report"),
        title=_("Locked device without a report"),
        why=_("The device is in Lost Mode, and no theft or loss is open."),
        remedy=_("Enter the incident, or end Lost Mode."),
    ),
    "recovered-still-locked": RuleText(
        counted=counted("%(number)d recovered device still locked", "%(number)d recovered devices still locked"),
        title=_("Recovered device still locked"),
        why=_("The device was reported as found, and nobody can use it."),
        remedy=_("End Lost Mode."),
    ),
    "stolen-still-assigned": RuleText(
        counted=counted(
            "%(number)d stolen or lost device still assigned", "%(number)d stolen or lost devices still assigned"
        ),
        title=_("Stolen or lost device still assigned"),
        why=_("The device still names a person, who seems to have one and gets no other."),
        remedy=_("Clear the user fields at Jamf Pro, and give the person another device."),
    ),
    "repair-overdue": RuleText(
        counted=counted("%(number)d repair that takes too long", "%(number)d repairs that take too long"),
        title=_("Repair takes too long"),
        why=_("The device has been in repair for many school days: it may be forgotten."),
        remedy=_("Ask the workshop; close the incident if the device is back."),
    ),
    "duplicate-serial": RuleText(
        counted=counted("%(number)d serial number twice", "%(number)d serial numbers twice"),
        title=_("Serial number twice"),
        why=_("Several records at Jamf Pro have this serial number: what is done to one may not reach the device."),
        remedy=_("Remove the older record at Jamf Pro."),
    ),
    "source-stale": RuleText(
        counted=counted("%(number)d source not read for too long", "%(number)d sources not read for too long"),
        title=_("Source not read for too long"),
        why=_("The last complete read is too old, so nothing new is concluded from it."),
        remedy=_("See “mdm-sync status” for the reason, and mend it."),
    ),
    "source-shrunk": RuleText(
        counted=counted("%(number)d source suddenly smaller", "%(number)d sources suddenly smaller"),
        title=_("Source suddenly smaller"),
        why=_("Far less came than before, so the read was refused: rights or data may be lost there."),
        remedy=_("Check the account's rights and the data at the source; accept the read if the change is meant."),
    ),
    "site-without-school": RuleText(
        counted=counted("%(number)d site without a school", "%(number)d sites without a school"),
        title=_("Site without a school"),
        why=_("No school of the register names this site: no rule about people looks at its devices."),
        remedy=_("Enter the site at its school in the register, or remove it at Jamf Pro."),
    ),
    "school-without-site": RuleText(
        counted=counted("%(number)d school without a site", "%(number)d schools without a site"),
        title=_("School without a site"),
        why=_("Jamf Pro has none of the sites that the register names for this school, so its devices are not found."),
        remedy=_("Correct the name in the register, or create the site at Jamf Pro."),
    ),
    "unreadable-record": RuleText(
        counted=counted("%(number)d unreadable record", "%(number)d unreadable records"),
        title=_("Unreadable record"),
        why=_("A record could not be read: what it is about is judged by what was known before, or not at all."),
        remedy=_("Look at the record at its source, and mend what the reason says."),
    ),
    "privilege-missing": RuleText(
        counted=counted("%(number)d privilege missing at Jamf Pro", "%(number)d privileges missing at Jamf Pro"),
        title=_("Privilege missing at Jamf Pro"),
        why=_("The reading client lacks a privilege that it needs: part of the data looks as if it were not there."),
        remedy=_("Add the privilege to the API role of the reading client at Jamf Pro."),
    ),
    "privilege-excessive": RuleText(
        counted=counted("%(number)d privilege too many at Jamf Pro", "%(number)d privileges too many at Jamf Pro"),
        title=_("Privilege too many at Jamf Pro"),
        why=_("The reading client may do what it never needs: its secret is worth more than it should be."),
        remedy=_("Take the privilege out of the API role of the reading client at Jamf Pro."),
    ),
    "mail-refused": RuleText(
        counted=counted("%(number)d recipient who gets no mail", "%(number)d recipients who get no mail"),
        title=_("Recipient gets no mail"),
        why=_(
            "The mail server refused the last mail to this address for good: whoever should mend something is not told."
        ),
        remedy=_(
            "See “mdm-sync outbox list” for the address and the answer; correct it in the settings or the register, "
            "then drop the mail or try it again."
        ),
    ),
    "summary-refused": RuleText(
        counted=counted("%(number)d summary refused upstream", "%(number)d summaries refused upstream"),
        title=_("Upstream refuses the totals"),
        why=_("The totals do not arrive upstream, and waiting does not help: whoever works with them has old figures."),
        remedy=_("See “mdm-sync outbox list” for the answer; correct the address, the token or the certificate."),
    ),
}
