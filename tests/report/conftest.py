import pytest

from tests.report.city import City


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(tmp_path_factory.mktemp("city"))


@pytest.fixture(scope="session")
def english(city: City) -> dict[str, str]:
    return city.report("en")


@pytest.fixture(scope="session")
def german(city: City) -> dict[str, str]:
    return city.report("de")
