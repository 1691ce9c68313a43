"""What a simulated district consists of: plain values that the servers show and the tests compare with."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The recipe of a district. The same plan gives the same district in every process.

    Attributes:
        schools: how many schools; 155 is the whole city, more are further cities like it.
        scale: size of each school; 1.0 is the real one (about 530 devices and 550 users a school).
        seed: start of the random choices.
        now: the moment that all dates are counted from (UTC, aware).
        day: 1 is the first day; each later day applies the planted changes up to it.
        language: of the installation that belongs to the district, "de" or "en".
    """

    schools: int = 2
    scale: float = 0.2
    seed: int = 1
    now: datetime
    day: int = 1
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSchool:
    """One school with its IServ server and its Jamf site.

    Attributes:
        number: Schulnummer, six digits.
        form: key of the Schulform, two digits as in the open data of NRW ("02" is a Grundschule).
        slug: short ASCII name, used in hosts and distinguished names ("gs-nord").
        site_id: id of the school's Jamf site; the site's name is ``site_name``.
        student_groups: account names (``cn``) of the groups whose members are students; teachers and leavers likewise.
        pool_names: patterns (shell style) of the names of its pool devices.
        stage: "not connected", "observed" or "live".
        has_site: False where Jamf has no such site, though the register names one.
        login_suffixes: what the school appends to a login to make a Jamf user name ("-rsk").
        name_suffixes: what it appends to a display name (" RSK" for a pupil, " RSKL" for a teacher).
        mail_aliases: further mail domains of its accounts (a Managed Apple ID's, say).
    """

    number: str
    name: str
    form: str
    slug: str
    campus: str | None = None
    support: str = "Vollsupport"
    site_id: int
    site_name: str
    contact: str
    student_groups: tuple[str, ...] = ("schueler",)
    teacher_groups: tuple[str, ...] = ("lehrer",)
    staff_groups: tuple[str, ...] = ()
    leaver_groups: tuple[str, ...] = ()
    pool_names: tuple[str, ...] = ()
    stage: str = "live"
    has_site: bool = True
    login_suffixes: tuple[str, ...] = ()
    name_suffixes: tuple[str, ...] = ()
    mail_aliases: tuple[str, ...] = ()

    @property
    def base_dn(self) -> str:
        """Suffix of the school's directory."""
        return f"dc={self.slug},dc=test"

    @property
    def mail_domain(self) -> str:
        """Domain of the school's mail addresses."""
        return f"{self.slug}.test"

    @property
    def account_dn(self) -> str:
        """Distinguished name that mdm-sync binds with."""
        return f"cn=mdm-sync,ou=ldap,{self.base_dn}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPerson:
    """One account of one school's IServ. ``groups`` are account names (``cn``) of groups of that school."""

    school: str
    uuid: str
    login: str
    given_name: str
    family_name: str
    mail: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoGroup:
    """One group of one school's IServ; its members are the persons that name it."""

    school: str
    uuid: str
    account: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDevice:
    """One record at Jamf Pro: an iPad, an Apple TV or a Mac.

    Attributes:
        jamf_id: mobile device id or computer id; the two count apart.
        family: "mobile" or "computer".
        device_type: "iOS", "tvOS", "Unknown"; "macOS" for a computer.
        site_id: None shows as ``"-1"``.
        pending_lock: an ENABLE_LOST_MODE command waits for the device.
        null_sections: sections that the server answers with ``null`` although they were asked for.
    """

    jamf_id: int
    family: str = "mobile"
    device_type: str = "iOS"
    serial: str
    udid: str
    management_id: str
    name: str
    asset_tag: str = ""
    model: str = "iPad (9th Generation)"
    model_identifier: str = "iPad12,1"
    site_id: int | None
    username: str = ""
    real_name: str = ""
    email: str = ""
    phone: str = ""
    building: str = ""
    room: str = ""
    managed: bool = True
    supervised: bool = True
    shared_ipad: bool = False
    prestage: str = "Schule Standard"
    groups: tuple[str, ...] = ()
    extension_attributes: tuple[tuple[str, str], ...] = ()
    last_inventory: datetime | None = None
    last_contact: datetime | None = None
    last_enrolled: datetime | None = None
    profile_expires: datetime | None = None
    purchased: date | None = None
    lost_mode: bool = False
    lost_mode_since: datetime | None = None
    pending_lock: bool = False
    activation_lock: bool = False
    null_sections: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One row of the schools' online form: "Diebstahl", "Verlust", "Schaden" or "Reparatur"."""

    case_number: str
    kind: str
    serial: str
    asset_tag: str
    school: str
    happened: date
    reported_at: datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryMachine:
    """One machine that Jamf does not know: a row of the inventory CSV. ``kind`` is "desktop" or "laptop"."""

    number: str
    kind: str
    serial: str
    model: str
    school: str
    use: str
    purchased: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One thing put there on purpose.

    Attributes:
        rule: id of the rule that it is about (design, section 6).
        subject: key of what it is about: ``device:<jamf id>``, ``computer:<jamf id>``, ``person:<school>/<uuid>``,
            ``class:<school>/<group account>``, ``school:<number>``,
            ``site:<id>``, ``source:<name>``, ``serial:<serial>``.
        school: number of the school that the finding belongs to, or None.
        finding: True where the rule must report it; False for a near miss that it must not report.
        reason: why, in one sentence.
    """

    rule: str
    subject: str
    school: str | None
    finding: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A whole district on one day."""

    plan: Plan
    schools: tuple[DemoSchool, ...]
    groups: tuple[DemoGroup, ...]
    persons: tuple[DemoPerson, ...]
    devices: tuple[DemoDevice, ...]
    incidents: tuple[Incident, ...] = ()
    inventory: tuple[InventoryMachine, ...] = ()
    extra_sites: tuple[tuple[int, str], ...] = ()
    truth: tuple[Planted, ...] = field(default=())
