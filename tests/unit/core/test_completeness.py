import pytest

from mdm_sync.core.completeness import (
    ComputersProof,
    DirectoryProof,
    FleetProof,
    InventoryProof,
    Shrinkage,
    ShrinkLimit,
    refuse_directory,
    refuse_fleet,
    refuse_inventory,
    shrunk_directory,
    shrunk_fleet,
)
from tests.replacing import replace


def fleet(
    total: int = 200, *, last: int | None = None, sites: int = 2, unreadable: tuple[tuple[str, str], ...] = ()
) -> FleetProof:
    return FleetProof(
        total_first=total,
        total_last=total if last is None else last,
        received=total,
        pages=1,
        sites=sites,
        unreadable=unreadable,
    )


def directory(users: int = 100, *, members: int = 0, found: int = 0) -> DirectoryProof:
    return DirectoryProof(users=users, groups=9, members=members, members_found=found)


def test_a_sweep_that_brought_every_device_is_believed() -> None:
    assert refuse_fleet(fleet(), distinct=200) is None


def test_a_first_sweep_is_believed() -> None:
    assert refuse_fleet(fleet(), distinct=200) is None


@pytest.mark.parametrize("last", [199, 201])
def test_a_total_that_moved_while_reading_is_refused(last: int) -> None:
    assert (
        refuse_fleet(fleet(200, last=last), distinct=last)
        == f"the number of devices moved from 200 to {last} while reading"
    )


@pytest.mark.parametrize("distinct", [0, 199, 201])
def test_other_than_as_many_different_devices_as_the_total_says_are_refused(distinct: int) -> None:
    assert refuse_fleet(fleet(200), distinct=distinct) == f"Jamf Pro said 200 devices, {distinct} different ones came"


def test_as_many_records_as_the_total_says_are_refused_where_one_came_twice() -> None:
    twice = FleetProof(total_first=200, total_last=200, received=200, pages=1, sites=2)

    assert refuse_fleet(twice, distinct=199) == "Jamf Pro said 200 devices, 199 different ones came"


def test_a_record_that_came_twice_is_no_harm_where_all_came() -> None:
    twice = FleetProof(total_first=200, total_last=200, received=201, pages=1, sites=2)

    assert refuse_fleet(twice, distinct=200) is None


def test_unreadable_records_count_as_come() -> None:
    proof = fleet(200, unreadable=(("7", "siteId is no number"), ("9", "siteId is no number")))

    assert refuse_fleet(proof, distinct=198) is None


def test_an_unreadable_record_that_came_twice_counts_once() -> None:
    proof = fleet(200, unreadable=(("7", "siteId is no number"), ("7", "it is no record")))

    assert refuse_fleet(proof, distinct=198) == "Jamf Pro said 200 devices, 199 different ones came"


def test_an_unreadable_record_explains_one_device_and_no_more() -> None:
    proof = fleet(200, unreadable=(("7", "siteId is no number"),))

    assert refuse_fleet(proof, distinct=200) == "Jamf Pro said 200 devices, 201 different ones came"


def test_fewer_sites_than_before_are_too_little_to_be_true() -> None:
    shrunk = shrunk_fleet(fleet(sites=2), fleet(sites=3), ShrinkLimit())

    assert shrunk == Shrinkage(
        lost=1, of=203, text="the client sees 2 sites, 3 before: were privileges or sites taken from it?"
    )


def test_sites_that_are_missing_count_even_where_devices_came_instead() -> None:
    shrunk = shrunk_fleet(fleet(300, sites=1), fleet(200, sites=3), ShrinkLimit())

    assert shrunk is not None
    assert shrunk.lost == 2


@pytest.mark.parametrize("sites", [3, 4])
def test_as_many_sites_as_before_or_more_are_believed(sites: int) -> None:
    assert shrunk_fleet(fleet(sites=sites), fleet(sites=3), ShrinkLimit()) is None


def test_one_device_after_many_is_believed_here() -> None:
    assert refuse_fleet(fleet(1), distinct=1) is None


def test_a_directory_seen_whole_is_believed() -> None:
    assert refuse_directory(directory(members=100, found=100)) is None


def test_a_first_read_is_believed() -> None:
    assert refuse_directory(directory(members=100, found=100)) is None


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        pytest.param(("ou=users",), "ou=users", id="one"),
        pytest.param(("ou=users", "ou=groups"), "ou=users, ou=groups", id="two"),
    ],
)
def test_an_entry_that_must_be_there_and_was_not_seen_is_refused(missing: tuple[str, ...], told: str) -> None:
    proof = DirectoryProof(users=100, groups=9, missing=missing)

    assert refuse_directory(proof) == f"not seen: {told}; may the service account read it?"


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        pytest.param(("lehrer",), "lehrer", id="one"),
        pytest.param(("lehrer", "schueler"), "lehrer, schueler", id="two"),
    ],
)
def test_a_role_group_that_was_not_seen_is_refused(missing: tuple[str, ...], told: str) -> None:
    proof = DirectoryProof(users=100, groups=9, missing_groups=missing)

    assert refuse_directory(proof) == f"role groups not seen: {told}; check the school's entry in the register"


@pytest.mark.parametrize(
    ("members", "found"),
    [
        pytest.param(100, 98, id="98 of 100"),
        pytest.param(50, 49, id="49 of 50"),
        pytest.param(1450, 1421, id="1421 of 1450"),
        pytest.param(85_000, 83_300, id="83300 of 85000"),
        pytest.param(1, 1, id="the only one"),
        pytest.param(0, 0, id="no members at all"),
        pytest.param(51, 50, id="50 of 51, just above"),
    ],
)
def test_98_of_100_group_members_among_the_users_read_are_enough(members: int, found: int) -> None:
    assert refuse_directory(directory(members=members, found=found)) is None


@pytest.mark.parametrize(
    ("members", "found"),
    [
        pytest.param(100, 97, id="97 of 100"),
        pytest.param(50, 48, id="48 of 50"),
        pytest.param(1450, 1420, id="1420 of 1450"),
        pytest.param(85_000, 83_299, id="83299 of 85000"),
        pytest.param(49, 48, id="48 of 49, just below"),
        pytest.param(1, 0, id="none of one"),
    ],
)
def test_fewer_than_98_of_100_group_members_are_refused(members: int, found: int) -> None:
    assert (
        refuse_directory(directory(members=members, found=found))
        == f"only {found} of {members} group members are among the users read"
    )


LIMIT = ShrinkLimit(share=0.3, number=10)


@pytest.mark.parametrize(
    ("now", "before", "too_little"),
    [
        pytest.param(200, 200, False, id="as many"),
        pytest.param(300, 200, False, id="more"),
        pytest.param(140, 200, False, id="just 30 of 100 fewer"),
        pytest.param(139, 200, True, id="more than 30 of 100 fewer"),
        pytest.param(10, 20, False, id="half, but just ten"),
        pytest.param(9, 20, True, id="eleven of twenty fewer"),
        pytest.param(0, 1, True, id="nothing after one"),
        pytest.param(0, 0, False, id="nothing after nothing"),
        pytest.param(5, 0, False, id="something after nothing"),
    ],
)
def test_far_fewer_than_last_time_are_too_little_to_be_true(now: int, before: int, *, too_little: bool) -> None:
    of_jamf = shrunk_fleet(fleet(now), fleet(before), LIMIT)
    of_school = shrunk_directory(directory(now), directory(before), LIMIT)
    assert (of_jamf and of_jamf.text) == (f"{now} devices came, {before} before" if too_little else None)
    assert (of_school and of_school.text) == (f"{now} users came, {before} before" if too_little else None)


def test_devices_that_are_missing_are_counted_among_devices_and_sites() -> None:
    shrunk = shrunk_fleet(fleet(100, sites=2), fleet(200, sites=2), LIMIT)

    assert shrunk == Shrinkage(lost=100, of=202, text="100 devices came, 200 before")


def test_new_sites_make_up_for_no_missing_device() -> None:
    shrunk = shrunk_fleet(fleet(0, sites=5), fleet(2, sites=2), LIMIT)

    assert shrunk == Shrinkage(lost=2, of=4, text="0 devices came, 2 before")


def test_what_is_lost_is_counted_in_records() -> None:
    shrunk = shrunk_directory(directory(40), directory(100), LIMIT)
    assert shrunk == Shrinkage(lost=60, of=100, text="40 users came, 100 before")


def test_a_first_read_cannot_be_too_little() -> None:
    assert shrunk_fleet(fleet(0), None, LIMIT) is None
    assert shrunk_directory(directory(0), None, LIMIT) is None


def test_an_unreadable_account_is_no_reason_to_refuse_a_directory() -> None:
    proof = DirectoryProof(users=99, groups=9, unreadable=(("uuid-7", "no login"),))

    assert refuse_directory(proof) is None


def test_the_proof_of_a_directory_without_groups_and_gaps_says_so() -> None:
    assert DirectoryProof(users=1, groups=0) == DirectoryProof(
        users=1, groups=0, missing=(), missing_groups=(), members=0, members_found=0, unreadable=()
    )


class TestFleetThatMovedAndWasExplained:
    def test_is_believed(self) -> None:
        assert refuse_fleet(moved(explained=3), distinct=99) is None

    def test_proves_no_absence(self) -> None:
        assert not moved(explained=3).proves_absence

    def test_is_refused_where_fewer_came_than_there_must_be(self) -> None:
        refusal = refuse_fleet(moved(explained=3), distinct=94)

        assert refusal == "Jamf Pro said 98 devices at least, 94 different ones came"

    def test_is_believed_where_just_as_many_came_as_there_must_be(self) -> None:
        assert refuse_fleet(moved(explained=3), distinct=95) is None

    def test_is_refused_where_it_was_not_explained(self) -> None:
        assert "moved from 100 to 98" in str(refuse_fleet(moved(explained=None), distinct=98))


def moved(explained: int | None) -> FleetProof:
    return FleetProof(total_first=100, total_last=98, received=100, pages=1, sites=1, explained=explained)


class TestComputersOfASweep:
    def test_are_believed_where_all_came(self) -> None:
        assert refuse_fleet(with_computers(total=30, received=30), distinct=200) is None

    def test_are_believed_where_one_of_them_came_twice(self) -> None:
        assert refuse_fleet(with_computers(total=30, received=31, repeated=1), distinct=200) is None

    @pytest.mark.parametrize(
        ("last", "received", "repeated", "told"),
        [
            pytest.param(30, 29, 0, "30, then 30 computers, 29", id="one is missing"),
            pytest.param(30, 31, 0, "30, then 30 computers, 31", id="one is too many"),
            pytest.param(30, 30, 1, "30, then 30 computers, 29", id="one came twice and another not at all"),
            pytest.param(29, 30, 0, "30, then 29 computers, 30", id="the total moved while reading"),
        ],
    )
    def test_are_refused_otherwise(self, last: int, received: int, repeated: int, told: str) -> None:
        proof = with_computers(total=30, last=last, received=received, repeated=repeated)

        assert refuse_fleet(proof, distinct=200) == f"Jamf Pro said {told} different ones came"

    def test_are_not_asked_about_where_the_devices_are_refused_already(self) -> None:
        proof = with_computers(total=30, received=29)

        assert refuse_fleet(proof, distinct=199) == "Jamf Pro said 200 devices, 199 different ones came"


def with_computers(total: int, *, received: int, last: int | None = None, repeated: int = 0) -> FleetProof:
    computers = ComputersProof(
        total_first=total, total_last=total if last is None else last, received=received, pages=1, repeated=repeated
    )
    return replace(fleet(200), computers=computers)


class TestAnInventory:
    @pytest.mark.parametrize("machines", [0, 1, 40])
    def test_is_believed_at_the_first_read(self, machines: int) -> None:
        assert refuse_inventory(InventoryProof(machines=machines), None) is None

    @pytest.mark.parametrize(
        ("now", "before"),
        [
            pytest.param(40, 40, id="as many as before"),
            pytest.param(1, 40, id="only one left"),
            pytest.param(40, 0, id="the first machines"),
            pytest.param(0, 0, id="none, as before"),
        ],
    )
    def test_is_believed_where_people_took_machines_out(self, now: int, before: int) -> None:
        assert refuse_inventory(InventoryProof(machines=now), InventoryProof(machines=before)) is None

    @pytest.mark.parametrize("before", [1, 40])
    def test_is_refused_where_all_machines_are_gone(self, before: int) -> None:
        refusal = refuse_inventory(InventoryProof(machines=0), InventoryProof(machines=before))

        assert refusal == f"no machine came, {before} before"
