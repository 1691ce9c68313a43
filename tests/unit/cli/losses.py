"""An invented theft, from the report to the lock, and what is known of the device besides."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mdm_sync.core.evidence import Evidence
from mdm_sync.core.incidents import Handling, Incident, IncidentKind
from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.locks import LockCommand
from mdm_sync.core.model import Device, School
from tests.replacing import replace
from tests.unit.core.given import NORD, SUED, ipad

REPORTED = datetime(2026, 11, 23, 7, 12, tzinfo=UTC)
MANAGEMENT_ID = "73226fb6-0000-4000-8000-000000000001"
UUID = "5b3a1f64-9d2c-4f0e-8a55-6f1f0c9b2e71"
SCHOOLS = {school.number: school for school in (NORD, SUED)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    person_school: str
    person: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    site: str | None
    since: datetime
    until: datetime | None = None


DEVICE = replace(
    ipad(),
    serial="DMPX1234ABCD",
    asset_tag="INV-2021-0815",
    management_id=MANAGEMENT_ID,
    managed=True,
    supervised=True,
    lost_mode=True,
    lost_mode_since=REPORTED + timedelta(hours=3),
    purchased=date(2024, 5, 17),
    last_enrolled=datetime(2024, 8, 20, 7, 0, tzinfo=UTC),
    last_inventory=REPORTED - timedelta(hours=14),
    last_contact=REPORTED + timedelta(hours=3),
)
THEFT = Incident(
    number=12,
    case_number="V-2026-0412",
    kind=IncidentKind.THEFT,
    serial="DMPX1234ABCD",
    school=NORD.number,
    happened=date(2026, 11, 22),
    reported_at=REPORTED,
    handling=Handling.LOCKED,
    recorded_by="meldungen-2026-11-23.csv",
)
ORDER = LockOrder(
    number=3,
    subject=DEVICE.subject,
    serial=DEVICE.serial,
    management_id=MANAGEMENT_ID,
    incident=12,
    kind="enable",
    asked_by="meier",
    why="Einbruch am Wochenende",
    asked_at=REPORTED + timedelta(minutes=9),
    command_uuid=UUID,
    outcome=Outcome.TAKEN,
    closed_at=REPORTED + timedelta(minutes=9, seconds=2),
)
COMMAND = LockCommand(
    uuid=UUID,
    management_id=MANAGEMENT_ID,
    kind="enable",
    state="acknowledged",
    sent_at=REPORTED + timedelta(minutes=9, seconds=1),
    completed_at=REPORTED + timedelta(hours=3),
)


def evidence(
    *, device: Device | None = DEVICE, school: School | None = NORD, incidents: tuple[Incident, ...] = (THEFT,)
) -> Evidence:
    return Evidence(
        serial="DMPX1234ABCD",
        device=device,
        school=school,
        read_at=REPORTED + timedelta(hours=4),
        incidents=incidents,
        orders=(ORDER,),
        commands=(COMMAND,),
        holders=(
            Held(
                person_school=NORD.number,
                person="P-7Q2M4X9K1B3D",
                since=datetime(2025, 8, 28, 6, 30, tzinfo=UTC),
            ),
            Held(
                person_school=SUED.number,
                person="P-0A1B2C3D4E5F",
                since=datetime(2024, 8, 22, 6, 30, tzinfo=UTC),
                until=datetime(2025, 7, 11, 6, 30, tzinfo=UTC),
            ),
        ),
        stands=(
            Stood(site="Nord", since=datetime(2025, 8, 27, 6, 30, tzinfo=UTC)),
            Stood(
                site="Süd",
                since=datetime(2024, 8, 20, 6, 30, tzinfo=UTC),
                until=datetime(2025, 8, 27, 6, 30, tzinfo=UTC),
            ),
        ),
        made_at=REPORTED + timedelta(hours=5),
    )
