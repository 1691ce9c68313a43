import pytest

from mdm_sync.core.conditions import Target, Targets
from mdm_sync.core.model import Person, Role, SchoolClass
from mdm_sync.core.rules import Judgement
from mdm_sync.core.views import Stock
from tests.replacing import replace
from tests.unit.core.given import CONDITIONS, FINE, NORD, finding, keys, people_judged, person, pupil

RULE = "class-short-of-devices"
BERUFSKOLLEG = replace(NORD, form="30")
ALPHA, BETA = SchoolClass(account="klasse.1a", name="Klasse 1a"), SchoolClass(account="klasse.2b", name="Klasse 2b")
CLASSES = (ALPHA, BETA)


def class_of(account: str, count: int, *, grade: int | None = 1, first: int = 0) -> tuple[Person, ...]:
    return tuple(pupil(f"{account}.{first + n}", account, grade=grade) for n in range(count))


def holding(*persons: Person) -> dict[str, int]:
    return {person.login: 1 for person in persons}


def sets(**groups: int) -> Stock:
    return Stock(total=sum(groups.values()), groups={f"Klasse {name}": count for name, count in groups.items()})


def short(subject: str, *, students: int, needed: int, devices: int) -> Judgement:
    details = {"students": str(students), "needed": str(needed), "devices": str(devices)}
    return Judgement(findings=(finding(RULE, subject, details=details),))


@pytest.mark.parametrize(
    ("students", "needed", "devices", "enough"),
    [
        pytest.param(24, 12, 12, True, id="one for two"),
        pytest.param(24, 12, 11, False, id="one less"),
        pytest.param(25, 13, 13, True, id="an odd number is rounded up"),
        pytest.param(25, 13, 12, False, id="one less than rounded up"),
        pytest.param(24, 12, 30, True, id="more than enough"),
    ],
)
def test_a_class_whose_set_has_too_few_is_wrong(students: int, needed: int, devices: int, *, enough: bool) -> None:
    judgement = people_judged(RULE, *class_of("klasse.1a", students), classes=CLASSES, stock=sets(**{"1a": devices}))

    expected = FINE if enough else short("class:100001/klasse.1a", students=students, needed=needed, devices=devices)
    assert judgement == expected


def test_each_class_is_judged_by_its_own_set() -> None:
    people = class_of("klasse.1a", 10) + class_of("klasse.2b", 10, grade=2)

    judgement = people_judged(RULE, *people, classes=CLASSES, stock=sets(**{"1a": 9, "2b": 4}))

    assert judgement == short("class:100001/klasse.2b", students=10, needed=5, devices=4)


def test_a_mixed_class_of_two_grades_is_one_class() -> None:
    mixed = SchoolClass(account="klasse.1-2a", name="Klasse 1/2a")
    people = class_of("klasse.1-2a", 5, grade=1) + class_of("klasse.1-2a", 6, grade=2, first=5)

    judgement = people_judged(RULE, *people, classes=(mixed,), stock=Stock(total=5, groups={"Klasse 1/2a": 5}))

    assert judgement == short("class:100001/klasse.1-2a", students=11, needed=6, devices=5)


def test_a_class_code_of_the_administration_is_a_class_like_any() -> None:
    coded = SchoolClass(account="klasse.06e1", name="Klasse 06e1")
    people = class_of("klasse.06e1", 4, grade=None)
    stock = Stock(total=1, groups={"Klasse 06e1": 1})

    judgement = people_judged(RULE, *people, classes=(coded,), stock=stock, school=BERUFSKOLLEG)

    assert judgement == short("class:100001/klasse.06e1", students=4, needed=2, devices=1)


def test_in_a_mixed_class_only_those_who_share_count() -> None:
    people = class_of("klasse.2b", 6, grade=2) + class_of("klasse.2b", 9, grade=3, first=6)

    assert people_judged(RULE, *people, classes=CLASSES, stock=sets(**{"2b": 3})) == FINE


def test_what_students_hold_themselves_at_the_school_counts() -> None:
    people = class_of("klasse.fos11a", 10, grade=None)

    enough = [
        people_judged(RULE, *people, held_here=holding(*people[:count]), school=BERUFSKOLLEG) == FINE
        for count in (4, 5)
    ]

    assert enough == [False, True]


def test_what_stands_elsewhere_or_is_locked_does_not_count() -> None:
    people = class_of("klasse.fos11a", 10, grade=None)
    here = holding(*people[:4]) | {people[4].login: 0}

    judgement = people_judged(RULE, *people, held=holding(*people[:5]), held_here=here, school=BERUFSKOLLEG)

    assert judgement == short("class:100001/klasse.fos11a", students=10, needed=5, devices=4)


def test_two_devices_with_one_student_serve_one() -> None:
    people = class_of("klasse.fos11a", 10, grade=None)
    here = holding(*people[:4]) | {people[0].login: 2}

    assert people_judged(RULE, *people, held_here=here, school=BERUFSKOLLEG) != FINE


def test_set_and_own_devices_count_together() -> None:
    people = class_of("klasse.1a", 10)

    assert (
        people_judged(RULE, *people, held_here=holding(*people[:2]), classes=CLASSES, stock=sets(**{"1a": 3})) == FINE
    )


class TestTrolleys:
    PEOPLE = class_of("klasse.1a", 11) + class_of("klasse.2b", 11, grade=2)
    """Six devices needed for each class, twelve for both."""

    @pytest.mark.parametrize(("total", "enough"), [(11, False), (12, True), (13, True)])
    def test_without_sets_the_school_is_judged_as_a_whole(self, total: int, *, enough: bool) -> None:
        judgement = people_judged(RULE, *self.PEOPLE, classes=CLASSES, stock=Stock(total=total))

        told = short("school:100001", students=22, needed=12, devices=total)
        assert judgement == (FINE if enough else told)

    @pytest.mark.parametrize(
        ("in_sets", "subjects"),
        [
            pytest.param(5, ["school:100001"], id="less than half of what is needed: trolleys"),
            pytest.param(6, ["class:100001/klasse.2b"], id="half of it: sets"),
        ],
    )
    def test_sets_of_half_of_what_is_needed_are_sets(self, in_sets: int, subjects: list[str]) -> None:
        assert keys(people_judged(RULE, *self.PEOPLE, classes=CLASSES, stock=sets(**{"1a": in_sets}))) == subjects

    def test_a_single_class_with_half_a_set_rounded_down_has_a_set(self) -> None:
        people = class_of("klasse.1a", 6)

        assert keys(people_judged(RULE, *people, classes=CLASSES, stock=sets(**{"1a": 1}))) == [
            "class:100001/klasse.1a"
        ]

    def test_own_devices_count_beside_the_trolleys(self) -> None:
        here = holding(*self.PEOPLE[:2])

        enough = [
            people_judged(RULE, *self.PEOPLE, held_here=here, classes=CLASSES, stock=Stock(total=total)) == FINE
            for total in (9, 10)
        ]

        assert enough == [False, True]

    def test_the_devices_of_small_sets_serve_all(self) -> None:
        stock = Stock(total=12, groups={"Klasse 1a": 2})

        assert people_judged(RULE, *self.PEOPLE, classes=CLASSES, stock=stock) == FINE

    def test_students_in_no_class_need_devices_too(self) -> None:
        people = (*self.PEOPLE, pupil("neu", grade=1))

        judgement = people_judged(RULE, *people, classes=CLASSES, stock=Stock(total=12))

        assert judgement == short("school:100001", students=23, needed=13, devices=12)


def test_students_in_no_class_are_short_of_nothing_where_classes_have_sets() -> None:
    people = (*class_of("klasse.1a", 10), pupil("neu", grade=1), pupil("neuer", grade=1))

    assert people_judged(RULE, *people, classes=CLASSES, stock=sets(**{"1a": 5})) == FINE


def test_a_group_without_name_is_nobody_s_set() -> None:
    unnamed = SchoolClass(account="klasse.1a", name="")
    people = class_of("klasse.1a", 2)

    judgement = people_judged(RULE, *people, classes=(unnamed,), stock=Stock(total=1, groups={"": 9}))

    assert keys(judgement) == ["class:100001/klasse.1a"]


def test_a_student_of_two_classes_counts_in_the_first() -> None:
    both = tuple(replace(who, classes=("klasse.1a", "klasse.2b")) for who in class_of("klasse.1a", 4))

    assert people_judged(RULE, *both, classes=CLASSES, stock=sets(**{"1a": 2, "2b": 0})) == FINE


@pytest.mark.parametrize(
    "people",
    [
        pytest.param((), id="nobody"),
        pytest.param(class_of("klasse.3a", 20, grade=3), id="a device each"),
        pytest.param(class_of("klasse.eulen", 20, grade=None), id="grade not known"),
        pytest.param(tuple(replace(who, leaver=True) for who in class_of("klasse.1a", 20)), id="who left"),
        pytest.param(tuple(person(f"t{n}", role=Role.TEACHER) for n in range(9)), id="teachers"),
    ],
)
def test_who_does_not_share_is_short_of_nothing(people: tuple[Person, ...]) -> None:
    assert people_judged(RULE, *people, classes=CLASSES) == FINE


def test_several_ratios_in_one_class_are_added_before_they_are_rounded() -> None:
    sharing = (
        Target(form="02", grades=frozenset({1}), students_per_device=2),
        Target(form="02", grades=frozenset({2}), students_per_device=3),
    )
    conditions = replace(CONDITIONS, targets=Targets(sharing=sharing))
    people = class_of("klasse.1a", 3, grade=1) + class_of("klasse.1a", 4, grade=2, first=3)

    enough = [
        people_judged(RULE, *people, classes=CLASSES, stock=sets(**{"1a": count}), conditions=conditions) == FINE
        for count in (2, 3)
    ]

    assert enough == [False, True]


def test_of_a_class_from_which_somebody_is_missing_nothing_is_concluded_yet() -> None:
    here, absent = class_of("klasse.1a", 23), replace(pupil("kim", "klasse.1a", grade=1), missing=True)
    other = class_of("klasse.2b", 10, grade=2)

    judgement = people_judged(RULE, *here, absent, *other, classes=CLASSES, stock=sets(**{"1a": 11, "2b": 4}))

    assert judgement.unclear == {(RULE, "class:100001/klasse.1a")}
    assert keys(judgement) == ["class:100001/klasse.2b"]


def test_of_a_school_with_trolleys_from_which_somebody_is_missing_nothing_is_concluded_yet() -> None:
    here, absent = class_of("klasse.1a", 23), replace(pupil("kim", "klasse.1a", grade=1), missing=True)

    judgement = people_judged(RULE, *here, absent, classes=CLASSES, stock=Stock(total=4))

    assert judgement == Judgement(unclear=frozenset({(RULE, "school:100001")}))
