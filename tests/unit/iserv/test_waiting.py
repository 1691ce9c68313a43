"""Time that runs out, and answers that wait."""

from threading import Thread

import pytest

from connectors.iserv.answers import Answers, Came
from connectors.iserv.limits import Deadline
from connectors.iserv.wire import Told
from mdm_sync.core.model import School
from mdm_sync.errors import TemporaryError

SCHOOL = School(number="100001", name="GS Nord")


def came(error: str) -> Came:
    return Came(school=SCHOOL, told=Told(number=0, error=error))


class TestDeadline:
    def test_lets_a_step_have_what_it_wants_while_there_is_enough(self) -> None:
        assert Deadline(120, iter([0.0, 100.0]).__next__).at_most(10) == 10

    def test_lets_the_last_step_have_what_is_left(self) -> None:
        assert Deadline(120, iter([0.0, 115.0]).__next__).at_most(10) == 5

    def test_lets_nothing_begin_when_it_has_passed(self) -> None:
        with pytest.raises(TemporaryError, match="within 120 s"):
            Deadline(120, iter([0.0, 120.0]).__next__).at_most(10)

    def test_lets_nobody_wait_for_a_try_that_could_not_be_made(self) -> None:
        with pytest.raises(TemporaryError, match="within 120 s"):
            Deadline(120, iter([0.0, 100.0]).__next__).pause(20)


class TestAnswers:
    def test_come_in_the_order_in_which_they_were_left(self) -> None:
        answers = Answers()
        for error in "ab":
            answers.put(came(error))

        assert [answers.take().told.error for _ in "ab"] == ["a", "b"]

    def test_that_are_not_there_yet_are_not_waited_for_where_nobody_wants_to(self) -> None:
        answers = Answers()
        assert answers.take_if_here() is None
        answers.put(came("a"))
        assert answers.take_if_here() == came("a")
        assert answers.take_if_here() is None

    def test_that_find_no_room_wait_until_there_is(self) -> None:
        answers = Answers(most=1)
        writers = [Thread(target=answers.put, args=[came(error)]) for error in "abc"]
        for writer in writers:
            writer.start()

        assert {answers.take().told.error for _ in "abc"} == {"a", "b", "c"}
        for writer in writers:
            writer.join()

    def test_that_wait_for_room_are_let_go_at_the_end(self) -> None:
        answers = Answers(most=1)
        answers.put(came("a"))
        writer = Thread(target=answers.put, args=[came("b")])
        writer.start()
        answers.close()
        writer.join()

        with pytest.raises(RuntimeError):
            answers.take()

    def test_raise_the_error_that_was_left_among_them(self) -> None:
        answers = Answers()
        answers.put(ZeroDivisionError())

        with pytest.raises(ZeroDivisionError):
            answers.take()
