"""A look at each source: what is told of it, and what its trouble is."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mdm_sync.core.model import DirectoryAddress, Person, Role, School
from mdm_sync.core.views import Privileges
from mdm_sync.equipment import Checkup
from mdm_sync.errors import PermanentError, SettingsError, TemporaryError
from mdm_sync.looking import Look, look_at_directories, look_at_fleet, look_at_ways_out
from tests.fakes.directories import FakeDirectories
from tests.fakes.fleet import READING, FakeFleet

NOW = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)
END = NOW + timedelta(days=90)


def school(number: str) -> School:
    address = DirectoryAddress(url=f"ldaps://{number}.example", base_dn="dc=example", account_dn="cn=reader")
    return School(number=number, name=f"Schule {number}", directory=address)


NORD, SUED = school("190001"), school("190002")


def in_ninety_days(url: str) -> datetime:
    assert "://" in url
    return END


def checkup(
    fleet: FakeFleet | None = None,
    directories: FakeDirectories | None = None,
    certificate_end: Callable[[str], datetime] = in_ninety_days,
) -> Checkup:
    return Checkup(
        fleet=fleet or FakeFleet(sites={1: "Nord"}),
        fleet_url="https://jamf.example",
        directories=directories or FakeDirectories(),
        certificate_end=certificate_end,
        clock=lambda: NOW,
    )


def directories() -> FakeDirectories:
    one = Person(school="190001", uuid="u1", login="a.b", mail="a.b@190001.example", role=Role.STUDENT)
    return FakeDirectories({"190001": [one]})


def looks(checked: Checkup) -> dict[str, Look]:
    return {look.name: look for look in look_at_directories(checked, [NORD, SUED])}


def test_jamf_tells_version_counts_privileges_and_certificate() -> None:
    fleet = FakeFleet(sites={1: "Nord"})
    fleet.granted = (*READING[1:], "Delete Mobile Devices")
    look = look_at_fleet(checkup(fleet))
    assert (look.version, look.counts, look.error) == ("11.30.1", (("devices", 0), ("sites", 1)), None)
    assert look.privileges == Privileges(missing=READING[:1], excessive=("Delete Mobile Devices",))
    assert look.certificate_until == END


def test_jamf_that_does_not_answer_is_told_why() -> None:
    fleet = FakeFleet()
    fleet.error = TemporaryError("Jamf Pro does not answer.")
    look = look_at_fleet(checkup(fleet))
    assert (look.error, look.is_ours) == ("Jamf Pro does not answer.", False)


def test_a_wrong_client_is_a_fault_of_the_settings() -> None:
    fleet = FakeFleet()
    fleet.error = SettingsError("Jamf Pro does not know the client.")
    assert look_at_fleet(checkup(fleet)).is_ours


def test_each_directory_is_counted_and_the_trouble_of_one_is_its_own() -> None:
    far = directories()
    far.failures = {"190002": "The directory refuses the account."}
    told = looks(checkup(directories=far))
    assert (told["iserv-190001"].counts, told["iserv-190001"].error) == ((("users", 1), ("groups", 0)), None)
    assert told["iserv-190002"].error == "The directory refuses the account."


def test_a_directory_that_shows_too_little_is_no_good_one() -> None:
    far = directories()
    far.unseen = {"190001": 1}
    assert "not complete" in (looks(checkup(directories=far))["iserv-190001"].error or "")


def test_a_certificate_that_cannot_be_seen_hides_nothing_else() -> None:
    def refuse(url: str) -> datetime:
        raise PermanentError(f"{url} is not to be trusted.")

    told = looks(checkup(directories=directories(), certificate_end=refuse))
    assert (told["iserv-190001"].certificate_until, told["iserv-190001"].error) == (None, None)


class TestWaysOut:
    class Way:
        def __init__(self, error: PermanentError | None = None) -> None:
            self._error = error

        def check(self) -> None:
            if self._error:
                raise self._error

    def test_each_is_looked_at_whatever_another_says(self) -> None:
        ways = {"mail": self.Way(PermanentError("the login is refused")), "summary": self.Way()}
        looks = {look.name: look.error for look in look_at_ways_out(replace(checkup(), ways_out=ways))}
        assert looks == {"mail": "the login is refused", "summary": None}
