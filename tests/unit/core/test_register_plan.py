"""What the open data would change in the register, and what is left to people."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdm_sync.core.model import School, Stage
from mdm_sync.core.register_plan import Closed, FieldChange, PublishedSchool, RegisterPlan, name_stem, plan_import
from tests.replacing import replace

TODAY = date(2026, 11, 23)
NORD = School(number="100001", name="Nordschule", form="02", campus="Nord", sites=("GS Nord",))
OLD = School(number="100002", name="Ada-Lovelace-Sekundarschule", form="14", stage=Stage.LIVE)


def published(number: str, name: str, **others: object) -> PublishedSchool:
    given_ = {"form": "02", "provider": "7", "address": "12345 Am Weg 1", "status": "1", "since": date(1990, 8, 1)}
    return PublishedSchool(number=number, name=name, **(given_ | others))  # type: ignore[arg-type]  # values of a test


P_NORD = published("100001", "Nordschule")
P_OLD = published("100002", OLD.name, form="14", address="12345 Alte Str. 2", status="9", since=date(2026, 7, 31))
P_NEW = published("100003", "Ada-Lovelace-Gesamtschule", form="15", address="12345 alte str. 2", since=date(2026, 8, 1))


def plan(register: tuple[School, ...], *found: PublishedSchool, providers: tuple[str, ...] = ()) -> RegisterPlan:
    return plan_import(register, found, providers=providers, on=TODAY)


class TestSchoolsThatAreThere:
    def test_what_agrees_is_unchanged(self) -> None:
        assert plan((NORD,), P_NORD) == RegisterPlan(unchanged=1)

    def test_name_and_form_are_the_states(self) -> None:
        found = plan((NORD,), replace(P_NORD, name="Nordlichtschule", form="13"))

        assert found.changed == (
            FieldChange(school="100001", name="Nordschule", field="name", old="Nordschule", new="Nordlichtschule"),
            FieldChange(school="100001", name="Nordschule", field="form", old="02", new="13"),
        )
        assert (found.unchanged, found.writes) == (0, True)

    def test_they_are_looked_after_whoever_runs_them(self) -> None:
        assert plan((NORD,), replace(P_NORD, provider="8"), providers=("7",)).unchanged == 1

    def test_one_that_the_file_does_not_know_is_told_and_stays(self) -> None:
        found = plan((NORD,))

        assert (found.unknown, found.unchanged, found.writes) == ((NORD,), 0, False)

    def test_one_that_is_closed_is_told_and_stays(self) -> None:
        found = plan((OLD,), P_OLD)

        assert found.closed == (Closed(school=OLD, since=date(2026, 7, 31)),)
        assert not found.writes


class TestNewSchools:
    def test_they_are_added_in_the_order_of_their_numbers(self) -> None:
        assert plan((), P_NEW, P_NORD).added == (P_NORD, P_NEW)

    def test_only_those_of_the_providers_that_are_named(self) -> None:
        found = plan((), P_NORD, replace(P_NEW, provider="8"), providers=("7",))

        assert (found.added, found.other_providers) == ((P_NORD,), 1)

    @pytest.mark.parametrize(
        ("status", "since", "added"),
        [
            ("1", None, True),
            ("3", date(2027, 8, 1), True),
            ("6", None, True),
            ("2", date(2027, 7, 31), True),
            ("2", TODAY, True),
            ("0", None, True),
            ("0", date(2026, 7, 31), False),
            ("2", date(2026, 7, 31), False),
            ("4", None, False),
            ("5", None, False),
            ("9", TODAY, False),
            ("9", date(2027, 7, 31), True),
            ("?", date(2020, 1, 1), True),
        ],
    )
    def test_only_those_that_are_there_or_will_be(self, status: str, since: date | None, *, added: bool) -> None:
        found = plan((), replace(P_NORD, status=status, since=since))

        assert (len(found.added), found.not_in_operation) == ((1, 0) if added else (0, 1))


class TestNewNumbers:
    def test_a_school_that_opens_where_another_closed_is_probably_that_one(self) -> None:
        [one] = plan((OLD,), P_OLD, P_NEW).successors

        assert (one.old, one.new, one.same_address, one.same_name) == (OLD, P_NEW, True, True)

    def test_it_is_told_also_when_the_register_has_both(self) -> None:
        new = School(number="100003", name=P_NEW.name, form="15")

        assert [one.new for one in plan((OLD, new), P_OLD, P_NEW).successors] == [P_NEW]

    def test_the_address_alone_is_enough(self) -> None:
        [one] = plan((OLD,), P_OLD, replace(P_NEW, name="Neue Gesamtschule")).successors

        assert (one.same_address, one.same_name) == (True, False)

    def test_the_name_alone_is_enough_even_where_the_file_has_forgotten_the_old_one(self) -> None:
        [one] = plan((OLD,), P_NEW).successors

        assert (one.same_address, one.same_name) == (False, True)

    @pytest.mark.parametrize(
        "new",
        [
            pytest.param(replace(P_NEW, since=date(1990, 8, 1)), id="was there all along"),
            pytest.param(replace(P_NEW, provider="8"), id="run by somebody else"),
            pytest.param(replace(P_NEW, status="9"), id="closed itself"),
            pytest.param(replace(P_NEW, address="12345 Am Weg 9", name="Andere Schule"), id="elsewhere, other name"),
        ],
    )
    def test_a_school_that_cannot_follow_is_not_told(self, new: PublishedSchool) -> None:
        assert plan((OLD,), P_OLD, new).successors == ()

    def test_a_school_that_cannot_follow_hides_none_that_can(self) -> None:
        assert [one.new for one in plan((OLD,), P_OLD, P_NORD, P_NEW).successors] == [P_NEW]

    def test_it_may_open_on_the_very_day_of_the_closing(self) -> None:
        new = replace(P_NEW, since=date(2026, 7, 31))

        assert [one.new for one in plan((OLD,), P_OLD, new).successors] == [new]

    @pytest.mark.parametrize(
        ("closed", "opened"),
        [
            pytest.param(None, date(2026, 8, 1), id="of the closing"),
            pytest.param(date(2026, 7, 31), None, id="of the opening"),
            pytest.param(None, None, id="of either"),
        ],
    )
    class TestWithoutTheDay:
        def test_a_number_that_the_register_does_not_know_follows(
            self, closed: date | None, opened: date | None
        ) -> None:
            new = replace(P_NEW, since=opened)

            assert [one.new for one in plan((OLD,), replace(P_OLD, since=closed), new).successors] == [new]

        def test_one_that_it_knows_does_not(self, closed: date | None, opened: date | None) -> None:
            known = School(number=P_NEW.number, name=P_NEW.name, form="15")
            new = replace(P_NEW, since=opened)

            assert plan((OLD, known), replace(P_OLD, since=closed), new).successors == ()

        def test_one_that_somebody_else_runs_does_not(self, closed: date | None, opened: date | None) -> None:
            new = replace(P_NEW, since=opened, provider="8")

            assert plan((OLD,), replace(P_OLD, since=closed), new).successors == ()

    @pytest.mark.parametrize(
        ("name", "followed"),
        [
            pytest.param("Adam", True, id="four letters are enough"),
            pytest.param("Ada", False, id="three may be anybody's"),
        ],
    )
    def test_a_common_name_must_be_long_enough_to_say_something(self, name: str, *, followed: bool) -> None:
        old, new = replace(OLD, name=f"{name}-Sekundarschule"), replace(P_NEW, name=f"{name}-Gesamtschule")

        assert bool(plan((old,), new).successors) is followed

    def test_no_address_is_no_common_address(self) -> None:
        new = replace(P_NEW, address="", name="Andere Schule")

        assert plan((OLD,), replace(P_OLD, address=""), new).successors == ()

    def test_schools_without_a_name_of_their_own_have_no_common_name(self) -> None:
        old = replace(OLD, name="Grundschule")

        assert plan((old,), replace(P_NEW, name="Gesamtschule")).successors == ()


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ada-Lovelace-Sekundarschule", "Ada-Lovelace-Gesamtschule"),
        ("Noether-Gymnasium", "Noetherschule"),
        ("Förderschule am Bach", "Grundschule Am Bach"),
    ],
)
def test_the_stem_of_a_name_is_what_stays_when_the_form_changes(name: str, other: str) -> None:
    assert name_stem(name) == name_stem(other) != ""


NUMBERS = st.sampled_from(["100001", "100002", "100003", "100004"])
FOUND = st.builds(
    PublishedSchool,
    number=NUMBERS,
    name=st.sampled_from(["Nordschule", "Südschule", "Nord-Gymnasium"]),
    form=st.sampled_from(["02", "20"]),
    provider=st.sampled_from(["7", "8"]),
    address=st.sampled_from(["", "12345 Am Weg 1"]),
    status=st.sampled_from("01234569"),
    since=st.none() | st.dates(),
)
KNOWN = st.builds(School, number=NUMBERS, name=st.sampled_from(["Nordschule", "Südschule"]), form=st.just("02"))


@given(
    st.lists(KNOWN, unique_by=lambda one: one.number),
    st.lists(FOUND, unique_by=lambda one: one.number),
    st.sets(st.sampled_from(["7", "8"])),
)
def test_every_school_is_accounted_for_once(
    register: list[School], found: list[PublishedSchool], providers: set[str]
) -> None:
    told = plan_import(register, found, providers=providers, on=TODAY)

    touched = {change.school for change in told.changed} | {one.school.number for one in told.closed}
    assert told.unchanged + len(touched) + len(told.unknown) == len(register)
    known = {school.number for school in register}
    strangers = [school for school in found if school.number not in known]
    assert len(told.added) + told.other_providers + told.not_in_operation == len(strangers)
