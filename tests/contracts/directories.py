"""What every ``Directories`` promises."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pytest

from mdm_sync.core.completeness import refuse_directory
from mdm_sync.core.model import Person, School
from mdm_sync.ports import Directories, DirectoryFailure, DirectoryRead
from tests.replacing import replace

Answer = DirectoryRead | DirectoryFailure


class DirectoriesUnderTest(Protocol):
    """Directories, who is in them, and the troubles that one school can be given. There are two schools at least."""

    @property
    def directories(self) -> Directories: ...

    @property
    def schools(self) -> Sequence[School]: ...

    def persons(self, number: str) -> Sequence[Person]:
        """Who is in a school's directory."""

    def refuse(self, number: str) -> None:
        """The school's directory refuses the account."""

    def hide_most(self, number: str) -> None:
        """Most persons of the school are no longer shown."""

    def spoil(self, number: str) -> None:
        """There are entries that cannot be read beside all the others."""


class DirectoriesContract:
    @pytest.fixture
    def far(self) -> DirectoriesUnderTest:
        raise NotImplementedError

    def test_give_one_answer_for_each_school(self, far: DirectoriesUnderTest) -> None:
        with far.directories.reading(far.schools) as reading:
            answers = list(reading)

        assert sorted(answer.school.number for answer in answers) == sorted(school.number for school in far.schools)
        assert all(answer.school in far.schools for answer in answers)

    def test_give_no_answer_for_a_school_that_is_not_asked_for(self, far: DirectoriesUnderTest) -> None:
        with far.directories.reading(far.schools[1:2]) as answers:
            assert [answer.school for answer in answers] == [far.schools[1]]

    def test_give_nothing_for_nothing(self, far: DirectoriesUnderTest) -> None:
        with far.directories.reading([]) as answers:
            assert list(answers) == []

    def test_give_what_has_come_without_a_wait_and_each_once(self, far: DirectoriesUnderTest) -> None:
        with far.directories.reading(far.schools) as arrivals:
            came = [next(arrivals)]
            while (answer := arrivals.here()) is not None:
                came.append(answer)
            came += arrivals
            assert arrivals.here() is None

        assert sorted(answer.school.number for answer in came) == sorted(school.number for school in far.schools)

    def test_may_be_left_before_all_answers_are_taken(self, far: DirectoriesUnderTest) -> None:
        with far.directories.reading(far.schools) as answers:
            first = next(answers)

        assert first.school in far.schools
        assert len(read(far)) == len(far.schools)

    def test_may_be_left_before_any_answer_is_taken(self, far: DirectoriesUnderTest) -> None:
        with far.directories.reading(far.schools):
            pass

        assert len(read(far)) == len(far.schools)

    def test_let_errors_within_through(self, far: DirectoriesUnderTest) -> None:
        with pytest.raises(ZeroDivisionError), far.directories.reading(far.schools):
            raise ZeroDivisionError

    def test_give_every_person_once(self, far: DirectoriesUnderTest) -> None:
        for number, answer in read(far).items():
            assert isinstance(answer, DirectoryRead)
            assert by_uuid(answer.persons) == by_uuid(far.persons(number))

    def test_prove_that_all_came(self, far: DirectoriesUnderTest) -> None:
        for number, answer in read(far).items():
            assert isinstance(answer, DirectoryRead)
            assert answer.proof.users == len(far.persons(number))
            assert refuse_directory(answer.proof) is None

    def test_prove_that_some_did_not_come(self, far: DirectoriesUnderTest) -> None:
        number = far.schools[0].number
        far.hide_most(number)
        answer = read(far)[number]

        assert isinstance(answer, DirectoryRead)
        assert refuse_directory(answer.proof) is not None

    def test_keep_one_schools_trouble_to_that_school(self, far: DirectoriesUnderTest) -> None:
        ill, *well = (school.number for school in far.schools)
        far.refuse(ill)
        answers = read(far)

        assert isinstance(answers[ill], DirectoryFailure)
        assert all(isinstance(answers[number], DirectoryRead) for number in well)

    def test_tell_why_a_school_could_not_be_read(self, far: DirectoriesUnderTest) -> None:
        number = far.schools[0].number
        far.refuse(number)
        answer = read(far)[number]

        assert isinstance(answer, DirectoryFailure)
        assert answer.error.strip()

    def test_fail_for_a_school_without_an_address(self, far: DirectoriesUnderTest) -> None:
        school = replace(far.schools[0], directory=None)
        with far.directories.reading([school]) as answers:
            [answer] = answers

        assert isinstance(answer, DirectoryFailure)
        assert answer.school == school

    def test_name_the_classes_that_persons_are_in(self, far: DirectoriesUnderTest) -> None:
        for number, answer in read(far).items():
            assert isinstance(answer, DirectoryRead)
            assert answer.classes
            named = {account for person in far.persons(number) for account in person.classes}
            assert {one.account for one in answer.classes} == named

    def test_lose_only_the_entries_that_cannot_be_read(self, far: DirectoriesUnderTest) -> None:
        number = far.schools[0].number
        sound = set(far.persons(number))
        far.spoil(number)
        answer = read(far)[number]

        assert isinstance(answer, DirectoryRead)
        assert sound <= set(answer.persons)
        assert answer.proof.unreadable
        assert answer.proof.users == len(answer.persons) + len(answer.proof.unreadable)


def read(far: DirectoriesUnderTest) -> Mapping[str, Answer]:
    with far.directories.reading(far.schools) as answers:
        return {answer.school.number: answer for answer in answers}


def by_uuid(persons: Sequence[Person]) -> list[Person]:
    return sorted(persons, key=lambda person: person.uuid)
