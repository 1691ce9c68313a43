"""What becomes of single records: fields of every spelling, silence, and what cannot be read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from mdm_sync.core.model import NO_SITE, Device, DeviceKind, Family, UserFields
from tests.integration.scripted_jamf import DETAIL_PATH, Scripted, page
from tests.replacing import replace

pytestmark = pytest.mark.demo

NOTHING_SAID = Device(
    jamf_id=7,
    serial="",
    name="",
    asset_tag="",
    kind=DeviceKind.UNKNOWN,
    model="",
    site_id=None,
    shared=None,
    user=None,
)


class TestRecord:
    def test_with_every_field_becomes_a_device(self, scripted: Scripted) -> None:
        device = scripted.record(
            wanted={"wanted_attributes": frozenset({"Status"})},
            deviceType="iOS",
            general={
                "displayName": "GSN-iPad-01",
                "assetTag": "IT-1",
                "siteId": "12",
                "sharedIpad": False,
                "managementId": "9932fad3",
                "managed": True,
                "supervised": True,
                "lastInventoryUpdateDate": "2026-08-14T06:12:45.307Z",
                "lastContactDate": "2026-08-14T06:13:02Z",
                "lastEnrolledDate": "2025-09-01T07:00:00Z",
                "mdmProfileExpirationDate": "2027-09-01T07:00:00Z",
                "enrollmentMethodPrestage": {"mobileDevicePrestageId": "5", "profileName": "Schule Standard"},
            },
            hardware={"serialNumber": "DMP1", "model": "iPad (9th Generation)", "modelIdentifier": "iPad12,1"},
            userAndLocation={
                "username": "j.groß",
                "realName": "Jörg Groß",
                "emailAddress": "j.gross@gs-nord.test",
                "building": "GS Nord",
                "room": "12",
            },
            purchasing={"poDate": "2023-05-17T00:00:00Z"},
            security={"lostModeEnabled": True, "lostModeEnabledDate": "2026-08-20T10:00:00Z"},
            groups=[{"groupName": "Klasse 3a"}, {"groupName": "Alle iPads"}],
            extensionAttributes=[{"name": "Status", "value": ["Ausgabe"]}],
        )

        assert device == Device(
            jamf_id=7,
            serial="DMP1",
            name="GSN-iPad-01",
            asset_tag="IT-1",
            kind=DeviceKind.IPAD,
            model="iPad (9th Generation)",
            site_id=12,
            shared=False,
            user=UserFields(username="j.groß", real_name="Jörg Groß", email="j.gross@gs-nord.test"),
            management_id="9932fad3",
            managed=True,
            supervised=True,
            lost_mode=True,
            lost_mode_since=datetime(2026, 8, 20, 10, tzinfo=UTC),
            last_inventory=datetime(2026, 8, 14, 6, 12, 45, 307_000, tzinfo=UTC),
            last_contact=datetime(2026, 8, 14, 6, 13, 2, tzinfo=UTC),
            last_enrolled=datetime(2025, 9, 1, 7, tzinfo=UTC),
            profile_expires=datetime(2027, 9, 1, 7, tzinfo=UTC),
            purchased=date(2023, 5, 17),
            building="GS Nord",
            room="12",
            prestage="Schule Standard",
            groups=("Alle iPads", "Klasse 3a"),
            attributes=(("Status", "Ausgabe"),),
        )

    def test_with_null_sections_leaves_open_what_they_would_say(self, scripted: Scripted) -> None:
        sections = "general hardware userAndLocation purchasing security groups extensionAttributes"

        assert scripted.record(**dict.fromkeys(sections.split())) == NOTHING_SAID

    def test_with_sections_left_out_leaves_open_what_they_would_say(self, scripted: Scripted) -> None:
        assert scripted.record() == NOTHING_SAID

    def test_with_null_fields_in_user_section_names_nobody(self, scripted: Scripted) -> None:
        device = scripted.record(userAndLocation={"username": None, "realName": None, "emailAddress": None})

        assert device.user == UserFields()

    @pytest.mark.parametrize(
        ("site", "expected"), [("-1", NO_SITE), (-1, NO_SITE), (None, NO_SITE), ("", NO_SITE), ("12", 12), (12, 12)]
    )
    def test_tells_its_site_in_any_of_the_spellings(self, scripted: Scripted, site: object, expected: int) -> None:
        assert scripted.record(general={"siteId": site}).site_id == expected

    @pytest.mark.parametrize(
        ("device_type", "identifier", "expected"),
        [
            ("iOS", "iPad12,1", DeviceKind.IPAD),
            ("iOS", "iPhone14,2", DeviceKind.IPHONE),
            ("iOS", None, DeviceKind.UNKNOWN),
            ("tvOS", "AppleTV14,1", DeviceKind.APPLE_TV),
            ("Unknown", "", DeviceKind.UNKNOWN),
            (None, "iPad12,1", DeviceKind.UNKNOWN),
            ("watchOS", "Watch6,1", DeviceKind.OTHER),
        ],
    )
    def test_tells_its_kind(
        self, scripted: Scripted, device_type: str | None, identifier: str | None, expected: DeviceKind
    ) -> None:
        assert scripted.record(deviceType=device_type, hardware={"modelIdentifier": identifier}).kind is expected

    def test_brings_no_secret_and_no_place_in_though_they_are_sent(self, scripted: Scripted) -> None:
        device = scripted.record(
            general={"displayName": "GSN-iPad-01", "airPlayPassword": "7315", "ipAddress": "10.0.0.7"},
            security={
                "bootstrapToken": "boot-geheim",
                "unlockToken": "unlock-geheim",
                "lostModeLocation": {"lostModeLocationAltitudeMeters": 86},
            },
            userAndLocation={"username": "mia", "phoneNumber": "0231-555", "position": "Klasse 3a"},
            location={"latitude": 51.51, "longitude": 7.46},
        )

        assert device == replace(NOTHING_SAID, name="GSN-iPad-01", site_id=NO_SITE, user=UserFields(username="mia"))

    @pytest.mark.parametrize(
        "bad",
        [
            {"mobileDeviceId": "8", "general": "no section"},
            {"mobileDeviceId": "8", "general": {"siteId": "nord"}},
            {"mobileDeviceId": "8", "hardware": {"serialNumber": 4711}},
            {"mobileDeviceId": 8, "userAndLocation": {"username": ["j.groß"]}},
            {"id": "8", "general": {"managed": "yes"}},
            {"mobileDeviceId": "8", "general": {"lastContactDate": 1_786_000_000}},
            {"mobileDeviceId": "8", "general": {"lastContactDate": "gestern"}},
            {"mobileDeviceId": "8", "general": {"lastContactDate": "2026-08-14T06:13:02"}},
            {"mobileDeviceId": "8", "purchasing": {"poDate": "17.05.2023"}},
            {"mobileDeviceId": "8", "groups": {"groupName": "Klasse 3a"}},
        ],
    )
    def test_that_cannot_be_read_is_told_by_its_id(self, scripted: Scripted, bad: Mapping[str, object]) -> None:
        scripted.script.say(DETAIL_PATH, json=page(bad, {"mobileDeviceId": "7"}))
        read, seen = scripted.sweep()

        assert seen.devices == [NOTHING_SAID]
        assert [key for key, _ in read.proof.unreadable] == ["device:8"]
        assert "groß" not in str(read.proof.unreadable)

    @pytest.mark.parametrize("bad", [{"mobileDeviceId": "acht"}, {"deviceType": "iOS"}, "no record", None])
    def test_without_an_id_is_told_by_its_place(self, scripted: Scripted, bad: object) -> None:
        scripted.script.say(DETAIL_PATH, json=page({"mobileDeviceId": "7"}, bad))
        read, seen = scripted.sweep()

        assert seen.devices == [NOTHING_SAID]
        [(key, _)] = read.proof.unreadable
        assert key == "device at place 2"

    def test_without_an_id_on_two_pages_is_told_twice(self, scripted: Scripted) -> None:
        nameless = [{"deviceType": "iOS"}, *({"mobileDeviceId": str(number)} for number in range(1, 100))]
        scripted.script.say(DETAIL_PATH, json=page(*nameless, total=200))
        read, _ = scripted.sweep()

        assert len({key for key, _ in read.proof.unreadable}) == 2

    def test_says_which_field_cannot_be_read_and_why(self, scripted: Scripted) -> None:
        bad = {"mobileDeviceId": "8", "general": {"lastEnrolledDate": "bei Familie Groß"}}
        scripted.script.say(DETAIL_PATH, json=page(bad))

        assert scripted.sweep()[0].proof.unreadable == (("device:8", "lastEnrolledDate is no moment"),)

    def test_may_call_its_id_by_the_shorter_name(self, scripted: Scripted) -> None:
        scripted.script.say(DETAIL_PATH, json=page({"id": "7"}))

        assert scripted.sweep()[1].devices == [NOTHING_SAID]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2026-08-14T06:12:45Z", datetime(2026, 8, 14, 6, 12, 45, tzinfo=UTC)),
            ("2026-08-14T06:12:45.3Z", datetime(2026, 8, 14, 6, 12, 45, 300_000, tzinfo=UTC)),
            ("2026-08-14T06:12:45.30Z", datetime(2026, 8, 14, 6, 12, 45, 300_000, tzinfo=UTC)),
            ("2026-08-14T06:12:45.307123Z", datetime(2026, 8, 14, 6, 12, 45, 307_123, tzinfo=UTC)),
            ("2026-08-14T06:12:45.307123999Z", datetime(2026, 8, 14, 6, 12, 45, 307_123, tzinfo=UTC)),
            ("2026-08-14T08:12:45+02:00", datetime(2026, 8, 14, 6, 12, 45, tzinfo=UTC)),
            ("2026-08-14 06:12:45 UTC", datetime(2026, 8, 14, 6, 12, 45, tzinfo=UTC)),
            ("", None),
            (None, None),
        ],
    )
    def test_tells_moments_in_any_precision(
        self, scripted: Scripted, text: str | None, expected: datetime | None
    ) -> None:
        device = scripted.record(general={"lastContactDate": text})

        assert device.last_contact == expected
        assert device.last_contact is None or device.last_contact.tzinfo is UTC

    @pytest.mark.parametrize("text", ["2023-05-17T00:00:00Z", "2023-05-17T00:00:00.000Z", "2023-05-17"])
    def test_tells_the_day_of_its_purchase(self, scripted: Scripted, text: str) -> None:
        assert scripted.record(purchasing={"poDate": text}).purchased == date(2023, 5, 17)


GROUPS = [{"groupName": "Klasse 3a", "smart": True}, {"groupName": "Alle iPads"}, {"groupName": None}]


class TestGroups:
    def test_are_kept_as_far_as_wanted(self, scripted: Scripted) -> None:
        wanted = {"wanted_groups": lambda name: name.startswith("Klasse")}

        assert scripted.record(wanted=wanted, groups=GROUPS).groups == ("Klasse 3a",)

    def test_are_not_known_where_the_section_is_null(self, scripted: Scripted) -> None:
        assert scripted.record(groups=None).groups is None

    def test_may_be_none(self, scripted: Scripted) -> None:
        assert scripted.record(groups=[]).groups == ()


STATUS, WHERE = {"name": "Status", "value": ["Ausgabe"]}, {"name": "Wohnort", "value": ["geheim"]}


class TestExtensionAttributes:
    @pytest.mark.parametrize("place", ["general", "hardware", "userAndLocation", "purchasing"])
    def test_are_found_in_any_section_that_may_hold_them(self, scripted: Scripted, place: str) -> None:
        section = {place: {"extensionAttributes": [WHERE, STATUS]}, "extensionAttributes": []}

        assert self.of(scripted, "Status", **section) == (("Status", "Ausgabe"),)

    def test_are_found_although_their_own_section_is_null(self, scripted: Scripted) -> None:
        section = {"general": {"extensionAttributes": [STATUS]}, "extensionAttributes": None}

        assert self.of(scripted, "Status", **section) == (("Status", "Ausgabe"),)

    def test_are_kept_as_far_as_wanted(self, scripted: Scripted) -> None:
        assert self.of(scripted, "Status", extensionAttributes=[WHERE, STATUS]) == (("Status", "Ausgabe"),)

    def test_are_not_looked_at_where_none_is_wanted(self, scripted: Scripted) -> None:
        assert self.of(scripted, extensionAttributes=[{"name": "Status", "value": {"no": "list"}}]) == ()

    def test_that_are_not_wanted_may_be_as_they_like(self, scripted: Scripted) -> None:
        strange = {"name": "Wohnort", "value": {"no": "list"}}

        assert self.of(scripted, "Status", extensionAttributes=[strange, STATUS]) == (("Status", "Ausgabe"),)

    def test_with_several_values_are_named_once_for_each(self, scripted: Scripted) -> None:
        both = {"name": "Status", "value": ["b", "a", "", None]}

        assert self.of(scripted, "Status", extensionAttributes=[both]) == (("Status", "a"), ("Status", "b"))

    @pytest.mark.parametrize("value", [None, [], [""]])
    def test_without_a_value_are_left_out(self, scripted: Scripted, value: object) -> None:
        assert self.of(scripted, "Status", extensionAttributes=[{"name": "Status", "value": value}]) == ()

    @pytest.mark.parametrize("wanted", [(), ("Status",)])
    def test_are_not_known_where_the_section_is_null(self, scripted: Scripted, wanted: tuple[str, ...]) -> None:
        assert self.of(scripted, *wanted, extensionAttributes=None) is None

    @staticmethod
    def of(scripted: Scripted, *names: str, **sections: object) -> tuple[tuple[str, str], ...] | None:
        return scripted.record(wanted={"wanted_attributes": frozenset(names)}, **sections).attributes


NO_MAC = replace(NOTHING_SAID, family=Family.COMPUTER, kind=DeviceKind.MAC)


class TestComputer:
    def test_with_every_field_becomes_a_device(self, scripted: Scripted) -> None:
        device = scripted.computer(
            wanted={"wanted_attributes": frozenset({"Status"})},
            general={
                "name": "GSN-Mac-01",
                "assetTag": "IT-9",
                "site": {"id": "12", "name": "GS Nord"},
                "managementId": "9932fad3",
                "remoteManagement": {"managed": True},
                "supervised": True,
                "reportDate": "2026-08-14T06:12:45.307Z",
                "lastCheckIn": "2026-08-14T06:13:02Z",
                "lastContact": "2026-08-14T06:14:02Z",
                "lastEnrolledDate": "2025-09-01T07:00:00Z",
                "mdmProfileExpiration": "2027-09-01T07:00:00Z",
            },
            hardware={"serialNumber": "C021", "model": "MacBook Air"},
            userAndLocation={
                "username": "j.groß",
                "realname": "Jörg Groß",
                "email": "j.gross@gs-nord.test",
                "room": "1",
            },
            purchasing={"poDate": "2023-05-17T00:00:00Z"},
            groupMemberships=[{"groupName": "Alle Macs"}],
            extensionAttributes=[{"name": "Status", "values": ["Ausgabe"]}],
        )

        assert device == Device(
            family=Family.COMPUTER,
            jamf_id=7,
            serial="C021",
            name="GSN-Mac-01",
            asset_tag="IT-9",
            kind=DeviceKind.MAC,
            model="MacBook Air",
            site_id=12,
            shared=None,
            user=UserFields(username="j.groß", real_name="Jörg Groß", email="j.gross@gs-nord.test"),
            management_id="9932fad3",
            managed=True,
            supervised=True,
            last_inventory=datetime(2026, 8, 14, 6, 12, 45, 307_000, tzinfo=UTC),
            last_contact=datetime(2026, 8, 14, 6, 14, 2, tzinfo=UTC),
            last_enrolled=datetime(2025, 9, 1, 7, tzinfo=UTC),
            profile_expires=datetime(2027, 9, 1, 7, tzinfo=UTC),
            purchased=date(2023, 5, 17),
            room="1",
            groups=("Alle Macs",),
            attributes=(("Status", "Ausgabe"),),
        )

    def test_that_says_nothing_leaves_everything_open(self, scripted: Scripted) -> None:
        assert scripted.computer() == NO_MAC

    @pytest.mark.parametrize("site", [None, {"id": "-1", "name": "None"}, {"id": None}])
    def test_may_stand_in_no_site(self, scripted: Scripted, site: object) -> None:
        assert scripted.computer(general={"site": site}).site_id == NO_SITE

    def test_of_an_older_generation_tells_its_contact_by_another_name(self, scripted: Scripted) -> None:
        device = scripted.computer(general={"lastContactTime": "2026-08-14T06:14:02Z"})

        assert device.last_contact == datetime(2026, 8, 14, 6, 14, 2, tzinfo=UTC)
