"""What every ``Register`` promises."""

from collections.abc import Sequence
from typing import Protocol

import pytest

from mdm_sync.core.model import School, Stage
from mdm_sync.core.register_plan import FieldChange, PublishedSchool, RegisterPlan
from mdm_sync.errors import SettingsError
from mdm_sync.ports import Register
from tests.replacing import replace

SCHOOLS = (
    School(number="100003", name="Förderschule Öst", stage=Stage.NOT_CONNECTED),
    School(number="100001", name="Grundschule Nord", form="02", stage=Stage.NOT_CONNECTED, sites=("GS Nord",)),
    School(number="100002", name="Gymnasium Süd", form="20", stage=Stage.NOT_CONNECTED, sites=("GY Süd", "GY Süd II")),
)
NEW = PublishedSchool(
    number="100004", name="Gesamtschule Neu", form="15", provider="1", address="1 Weg 1", status="1", since=None
)
RENAMED = FieldChange(school="100001", name="Grundschule Nord", field="name", old="Grundschule Nord", new="Nordschule")
PLAN = RegisterPlan(added=(NEW,), changed=(RENAMED,))


class RegisterUnderTest(Protocol):
    """A register that holds what it is told to."""

    @property
    def register(self) -> Register: ...

    def hold(self, schools: Sequence[School]) -> None:
        """These are all schools from now on; none of them has a directory."""

    def hold_nothing(self) -> None:
        """There is no register."""

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
        assert far.register.known() == (nord, sued, oest)

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

    def test_one_that_cannot_be_read_is_not_taken_for_none(self, far: RegisterUnderTest) -> None:
        far.hold(SCHOOLS)
        far.spoil()

        with pytest.raises(SettingsError):
            far.register.known()

    def test_where_there_is_none_no_school_is_known(self, far: RegisterUnderTest) -> None:
        far.hold_nothing()

        assert far.register.known() == ()
        with pytest.raises(SettingsError):
            far.register.schools()
        with pytest.raises(SettingsError):
            far.register.check()

    def test_a_check_counts_the_schools_and_tells_the_problems(self, far: RegisterUnderTest) -> None:
        far.hold(SCHOOLS)
        assert far.register.check().schools == 3
        assert far.register.check().problems == ()

        problems = far.spoil()
        told = [str(note) for note in far.register.check().problems]
        assert [note for note, problem in zip(told, problems, strict=True) if problem not in note] == []

    def test_an_update_adds_schools_and_changes_fields(self, far: RegisterUnderTest) -> None:
        far.hold(SCHOOLS)

        assert far.register.update(PLAN) is not None
        new = School(number="100004", name="Gesamtschule Neu", form="15", stage=Stage.NOT_CONNECTED)
        assert far.register.schools() == (replace(SCHOOLS[1], name="Nordschule"), SCHOOLS[2], SCHOOLS[0], new)

    def test_an_update_makes_the_register_where_there_is_none(self, far: RegisterUnderTest) -> None:
        far.hold_nothing()

        assert far.register.update(RegisterPlan(added=(NEW,))) is None
        assert [school.number for school in far.register.schools()] == ["100004"]

    @pytest.mark.parametrize(
        "plan",
        [
            pytest.param(RegisterPlan(changed=(replace(RENAMED, old="Gemeinschaftsschule"),)), id="another value"),
            pytest.param(RegisterPlan(changed=(replace(RENAMED, school="100009"),)), id="no such school"),
            pytest.param(RegisterPlan(added=(replace(NEW, number="100001"),)), id="there already"),
        ],
    )
    def test_an_update_made_from_another_state_changes_nothing(
        self, far: RegisterUnderTest, plan: RegisterPlan
    ) -> None:
        far.hold(SCHOOLS)
        before = far.register.schools()

        with pytest.raises(SettingsError):
            far.register.update(replace(plan, changed=(replace(RENAMED, new="Nordschule"), *plan.changed)))
        assert far.register.schools() == before
