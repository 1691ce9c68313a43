"""The register that the demo writes is one that the program reads."""

import pytest

from connectors.schools import CsvRegister
from mdm_sync.core.model import School
from mdm_sync.demo.installation import Addresses, write_installation
from mdm_sync.demo.model import District
from mdm_sync.demo.places import Places
from tests.unit.demo.plans import built, plan


@pytest.fixture(scope="module")
def district() -> District:
    return built(plan(schools=12, scale=0.05))


@pytest.fixture(scope="module")
def register(district: District, tmp_path_factory: pytest.TempPathFactory) -> CsvRegister:
    places = Places(tmp_path_factory.mktemp("district"))
    addresses = Addresses(
        jamf_port=1, upstream_port=2, mail_port=3, directory=lambda number: f"ldaps://localhost:{number[2:]}"
    )
    write_installation(places, district, addresses, {})
    return CsvRegister(places.register)


def test_nothing_in_it_is_wrong_or_odd(register: CsvRegister) -> None:
    check = register.check()

    assert (check.schools, check.problems, check.warnings) == (12, (), ())


def test_it_says_of_each_school_what_the_district_says(register: CsvRegister, district: District) -> None:
    def facts(school: School) -> tuple[object, ...]:
        return (
            school.number,
            school.campus,
            school.support,
            school.leaver_groups,
            school.login_suffixes,
            school.name_suffixes,
            school.contacts,
            school.pool.names + school.administration_names + school.spare_names,
        )

    assert [facts(school) for school in register.schools()] == [
        (
            demo.number,
            demo.campus or "",
            demo.support,
            demo.leaver_groups,
            demo.login_suffixes,
            demo.name_suffixes,
            (demo.contact,),
            demo.pool_names,
        )
        for demo in district.schools
    ]


def test_the_blank_before_a_suffix_of_names_is_there(register: CsvRegister) -> None:
    suffixes = [suffix for school in register.schools() for suffix in school.name_suffixes]

    assert suffixes
    assert all(suffix.startswith(" ") for suffix in suffixes)


def test_shared_devices_of_office_and_store_are_told_from_the_trolleys(register: CsvRegister) -> None:
    for school in register.schools():
        assert [pattern.split("-")[1] for pattern in school.pool.names] == ["Koffer", "Klassensatz"]
        assert [pattern.split("-")[1] for pattern in school.administration_names] == ["Verwaltung"]
        assert [pattern.split("-")[1] for pattern in school.spare_names] == ["Reserve"]
