"""A theft on a district: found, locked by order, confirmed, told to the police, given back."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mdm_sync.demo.district import generate
from mdm_sync.demo.model import DemoDevice, District
from tests.command_line import Ran
from tests.e2e.conftest import NOW, Installation

pytestmark = pytest.mark.demo

POSTED = "POST /api/v2/mdm/commands"


@pytest.fixture(scope="module")
def district(installation: Installation) -> District:
    """Jamf Pro is given a second to answer a command, and one to show it."""
    settings = installation.places.settings
    quick = settings.read_text().replace("[locking]\n", "[locking]\nanswer_seconds = 1\nstale_seconds = 1\n")
    settings.write_text(quick)
    assert installation.run("reconcile").code == 0
    return generate(installation.places.read_plan())


@pytest.fixture(scope="module")
def lockable(district: District) -> Iterator[DemoDevice]:
    """iPads that nobody has locked or reported, each once."""
    reported = {one.serial for one in district.incidents}
    sites = {school.site_id for school in district.schools if school.has_site}
    serials = [one.serial for one in district.devices]
    return iter(
        [
            one
            for one in district.devices
            if one.device_type == "iOS"
            and one.managed
            and one.supervised
            and not (one.null_sections or one.lost_mode or one.pending_lock)
            and one.serial not in reported
            and one.site_id in sites
            and serials.count(one.serial) == 1
        ]
    )


@pytest.fixture
def stolen(lockable: Iterator[DemoDevice]) -> DemoDevice:
    return next(lockable)


def report(installation: Installation, district: District, device: DemoDevice) -> str:
    """A theft is entered by hand; its number."""
    school = next(one.number for one in district.schools if one.site_id == device.site_id)
    added = installation.run("incidents", "add", "theft", "--serial", device.serial, "--school", school)
    assert added.code == 0, added.err
    return added.out.split("number ")[1].split(".")[0]


def lock(installation: Installation, device: DemoDevice, incident: str, *options: str) -> Ran:
    return installation.run("lock", device.serial, "--incident", incident, *options)


def posted(installation: Installation) -> int:
    calls: int = installation.ask("GET", "/jamf/counters")["requests"].get(POSTED, 0)
    return calls


def taken(installation: Installation) -> int:
    commands: int = installation.ask("GET", "/jamf/counters")["commands"]
    return commands


def not_locked(installation: Installation, since: int) -> list[str]:
    """What the mails about locks that wait say; all mails before that number are left out."""
    messages = [message_from_bytes(path.read_bytes(), policy=default) for path in installation.mails[since:]]
    return [str(one.get_body(("plain",))) for one in messages if "stolen device" in one["Subject"]]


def quiet_now() -> str:
    """Quiet hours that began an hour ago at the schools."""
    first = NOW.astimezone(ZoneInfo("Europe/Berlin")) - timedelta(hours=1)
    return f"{first:%H:%M}-{first + timedelta(hours=3):%H:%M}"


def watched(installation: Installation, device: DemoDevice) -> set[str]:
    """The rules about losses that speak of a device after the watch has looked."""
    ran = installation.run("watch", "--format", "json")
    assert ran.code == 0
    return {one["rule"] for one in ran.document["findings"] if one["subject"] == f"device:{device.jamf_id}"}


def test_a_theft_is_locked_by_order_confirmed_resolved_and_told_to_the_police(
    installation: Installation, district: District, stolen: DemoDevice
) -> None:
    number = report(installation, district, stolen)
    assert "stolen-not-locked" in watched(installation, stolen)
    before = taken(installation)

    sent = installation.answer("y", "lock", stolen.serial, "--incident", number, "--why", "Einbruch")
    assert (sent.code, taken(installation)) == (0, before + 1)
    assert stolen.serial in sent.out
    now = watched(installation, stolen)
    assert "lock-pending" in now
    assert "stolen-not-locked" not in now

    installation.ask("POST", "/jamf/acknowledge", {"management_id": stolen.management_id})
    assert not {"lock-pending", "stolen-not-locked"} & watched(installation, stolen)

    page = installation.places.folder / "evidence.html"
    made = installation.run("device", stolen.serial, "--evidence", str(page), "--language", "de")
    assert made.code == 0, made.err
    text = page.read_text()
    for fact in ("Sperre angeordnet", "Sperre vom Gerät bestätigt", "Diebstahl", stolen.serial, "Einbruch"):
        assert fact in text


@pytest.mark.verify
def test_nothing_is_sent_unless_somebody_says_yes_nor_twice(
    installation: Installation, district: District, stolen: DemoDevice
) -> None:
    number = report(installation, district, stolen)
    before = taken(installation)

    unasked = lock(installation, stolen, number)
    assert (unasked.code, taken(installation)) == (2, before)
    assert "no terminal" in unasked.err
    refused = installation.answer("n", "lock", stolen.serial, "--incident", number)
    assert (refused.code, taken(installation)) == (0, before)
    assert "Nothing was sent." in refused.out

    assert lock(installation, stolen, number, "--yes").code == 0
    again = lock(installation, stolen, number, "--yes")
    assert (again.code, taken(installation)) == (0, before + 1)
    assert "Nothing was sent." in again.out
    orders = installation.run("locks", "--format", "json").document["orders"]
    (kept,) = (one for one in orders if one["serial"] == stolen.serial)
    for fact in (kept["asked_by"], kept["command"], "asked for, the device has not confirmed"):
        assert fact in again.out


@pytest.mark.verify
def test_a_device_that_is_back_is_unlocked_when_its_case_is_settled(
    installation: Installation, district: District, stolen: DemoDevice
) -> None:
    number = report(installation, district, stolen)
    assert lock(installation, stolen, number, "--yes").code == 0
    installation.ask("POST", "/jamf/acknowledge", {"management_id": stolen.management_id})

    before = taken(installation)
    for reason in (("--incident", number), ("--why", "wieder da")):
        refused = installation.run("unlock", stolen.serial, *reason, "--yes")
        assert (refused.code, taken(installation)) == (2, before)
        assert "still open" in refused.err
    assert installation.run("incidents", "close", number, "--as", "recovered").code == 0
    assert "recovered-still-locked" in watched(installation, stolen)
    assert installation.run("unlock", stolen.serial, "--incident", number, "--yes").code == 0
    assert taken(installation) == before + 1
    installation.ask("POST", "/jamf/acknowledge", {"management_id": stolen.management_id})
    assert "recovered-still-locked" not in watched(installation, stolen)
    lines = installation.run("audit", "--format", "json").document["entries"]
    assert {"lock", "unlock"} <= {line["act"] for line in lines if stolen.serial in line["about"]}


@pytest.mark.verify
def test_a_command_without_an_answer_that_was_taken_is_found(
    installation: Installation, district: District, stolen: DemoDevice
) -> None:
    number = report(installation, district, stolen)
    before = posted(installation)
    installation.fault("jamf", "command-timeout", on=True)
    sent = lock(installation, stolen, number, "--yes")
    installation.fault("jamf", "command-timeout", on=False)
    assert (sent.code, posted(installation)) == (0, before + 1)
    assert "is taken (command" in sent.out


@pytest.mark.verify
def test_a_command_without_an_answer_that_was_not_taken_is_told_and_waits_for_a_person(
    installation: Installation, district: District, stolen: DemoDevice
) -> None:
    number = report(installation, district, stolen)
    before, sent_before = posted(installation), taken(installation)
    installation.ask("PUT", "/jamf/faults/hang", {"on": True, "value": "@POST /api/v2/mdm/commands"})
    sent = lock(installation, stolen, number, "--yes")
    installation.fault("jamf", "hang", on=False)
    assert (sent.code, posted(installation), taken(installation)) == (1, before + 1, sent_before)
    assert "order it anew" in sent.out

    watched(installation, stolen)
    waiting = installation.run("locks", "--waiting", "--format", "json").document["orders"]
    assert [one["outcome"] for one in waiting if one["serial"] == stolen.serial] == ["not taken"]
    assert posted(installation) == before + 1
    assert lock(installation, stolen, number, "--yes").code == 0
    assert (posted(installation), taken(installation)) == (before + 2, sent_before + 1)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("lock", "DMPNIEMAND", "--incident", "1"), "no device with the serial number DMPNIEMAND"),
        (("lock", "DMPNIEMAND", "--incident", "999999"), "no incident 999999"),
        (("unlock", "DMPNIEMAND"), "Say why"),
    ],
)
@pytest.mark.verify
@pytest.mark.usefixtures("district")
def test_a_wrong_order_is_told(installation: Installation, arguments: tuple[str, ...], told: str) -> None:
    ran = installation.run(*arguments)
    assert ran.code == 2
    assert told in ran.err


class TestNewThefts:
    @pytest.fixture
    def automatic(self, installation: Installation, district: District) -> Iterator[None]:
        assert district.schools
        settings = installation.places.settings
        plain = settings.read_text()
        settings.write_text(plain.replace("[locking]\n", "[locking]\nautomatic = true\n"))
        yield
        settings.write_text(plain)

    @pytest.mark.usefixtures("automatic")
    def test_are_locked_by_the_watch_once_or_told_by_mail_that_they_wait(
        self, installation: Installation, district: District, lockable: Iterator[DemoDevice]
    ) -> None:
        installation.run("watch")  # deals with what other tests reported
        locked, elsewhere = next(lockable), next(lockable)
        report(installation, district, locked)
        other = next(one.number for one in district.schools if one.site_id != elsewhere.site_id)
        assert installation.run("incidents", "add", "theft", "--serial", elsewhere.serial, "--school", other).code == 0
        before, mails = posted(installation), len(installation.mails)

        done = installation.run("watch", "--format", "json")
        assert (done.code, posted(installation)) == (5, before + 1)
        assert [(one["serial"], one["automatic"]) for one in done.document["locks"]["sent"]] == [(locked.serial, True)]
        assert [one["serial"] for one in done.document["locks"]["held"]] == [elsewhere.serial]
        rules = {one["rule"] for one in done.document["findings"] if one["subject"] == f"device:{locked.jamf_id}"}
        assert "lock-pending" in rules
        (told,) = not_locked(installation, mails)
        assert elsewhere.serial in told
        assert locked.serial not in told

        again = installation.run("watch")
        assert (again.code, posted(installation)) == (0, before + 1)
        assert not_locked(installation, mails) == [told]

    @pytest.mark.usefixtures("automatic")
    def test_that_wait_are_told_when_quiet_hours_end_and_a_preview_shows_it_before(
        self, installation: Installation, district: District, lockable: Iterator[DemoDevice], tmp_path: Path
    ) -> None:
        settings, device, mails = installation.places.settings, next(lockable), len(installation.mails)
        other = next(one.number for one in district.schools if one.site_id != device.site_id)
        assert installation.run("incidents", "add", "theft", "--serial", device.serial, "--school", other).code == 0
        awake = settings.read_text()
        settings.write_text(f'{awake}\n[mail.central]\nquiet = "{quiet_now()}"\n')
        assert installation.run("watch").code == 5
        assert installation.run("mail", "preview", str(tmp_path)).code == 0
        assert not_locked(installation, mails) == []
        settings.write_text(awake)
        previews = [path.read_text() for path in tmp_path.glob("*.txt")]
        assert [device.serial in text for text in previews if "mdm-sync locks --waiting" in text] == [True]
        assert installation.run("watch").code == 0
        (told,) = not_locked(installation, mails)
        assert device.serial in told


@pytest.mark.usefixtures("district")
def test_nothing_is_sent_where_locking_is_not_enabled(installation: Installation) -> None:
    settings = installation.places.settings
    plain = settings.read_text()
    settings.write_text(plain.replace("enabled = true", "enabled = false"))
    ran = installation.run("lock", "DMPNIEMAND", "--incident", "1", "--yes")
    settings.write_text(plain)
    assert ran.code == 2
    assert "locking.enabled" in ran.err
