"""What every ``Register`` promises."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from mdm_sync.core.model import School, Stage
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Register

SCHOOLS = (
    School(number="100003", name="Förderschule Öst", stage=Stage.NOT_CONNECTED),
    School(number="100001", name="Grundschule Nord", stage=Stage.NOT_CONNECTED, sites=("GS Nord",)),
    School(number="100002", name="Gymnasium Süd", form="20", stage=Stage.NOT_CONNECTED, sites=("GY Süd", "GY Süd II")),
)


class RegisterUnderTest(Protocol):
    """A register that holds what it is told to."""

    @property
    def register(self) -> Register: ...

    def hold(self, schools: Sequence[School]) -> None:
        """These are all schools from now on; none of them has a directory."""

    def spoil(self) -> Sequence[str]:
        """Make several entries wrong, and return what is to be told of each."""


class RegisterContract:
    @pytest.fixture
    def far(self) -> RegisterUnderTest:
        raise NotImplementedError

    def test_gives_all_schools_ordered_by_number(self, far: RegisterUnderTest) -> None:
        far.hold(SCHOOLS)

        nord, sued, oest = SCHOOLS[1], SCHOOLS[2], SCHOOLS[0]
        assert far.register.schools() == (nord, sued, oest)

    def test_may_be_empty(self, far: RegisterUnderTest) -> None:
        far.hold(())

        assert far.register.schools() == ()

    def test_gives_what_it_holds_now(self, far: RegisterUnderTest) -> None:
        far.hold(SCHOOLS)
        assert len(far.register.schools()) == 3

        far.hold(SCHOOLS[:1])
        assert far.register.schools() == SCHOOLS[:1]

    def test_tells_all_its_problems_at_once_and_gives_no_school(self, far: RegisterUnderTest) -> None:
        far.hold(SCHOOLS)
        problems = far.spoil()

        with pytest.raises(SettingsError) as refusal:
            far.register.schools()
        assert len(problems) > 1
        assert all(problem in str(refusal.value) for problem in problems)
