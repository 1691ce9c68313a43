"""What the user fields of a device come to, in words; a person by reference only."""

from mdm_sync.core.matching import ELSEWHERE
from mdm_sync.core.model import Assignment, AssignmentState
from mdm_sync.ports import Texts


def assignment_text(assignment: Assignment | None, texts: Texts) -> str:
    """Whom the record names, and how that was found."""
    if assignment is None:
        return texts.text("not judged yet")
    match assignment.state:
        case AssignmentState.NONE:
            return texts.text("names nobody")
        case AssignmentState.MATCHED:
            return _matched(assignment, texts)
        case AssignmentState.UNMATCHED:
            return texts.text("names somebody whom nobody knows")
        case AssignmentState.AMBIGUOUS:
            return texts.text("fits several persons")
        case AssignmentState.UNDECIDED:
            return texts.text("cannot be told now: %(reason)s") % {"reason": assignment.reason or "?"}


def assignment_json(assignment: Assignment | None) -> dict[str, object] | None:
    """The same in a JSON document."""
    if assignment is None:
        return None
    person = assignment.person
    return {
        "state": assignment.state,
        "step": assignment.step,
        "person": person.ref if person else None,
        "person_school": person.school if person else None,
        "reason": assignment.reason,
    }


def _matched(assignment: Assignment, texts: Texts) -> str:
    person = assignment.person
    if person is None:
        return texts.text("somebody who is no longer known")
    facts = {"ref": person.ref, "school": person.school, "step": _step(assignment.step or "", texts)}
    return texts.text("%(ref)s of school %(school)s, found by %(step)s") % facts


def _step(step: str, texts: Texts) -> str:
    words = {
        "login": texts.text("login"),
        "mail": texts.text("mail address"),
        ELSEWHERE: texts.text("mail address, at other schools"),
        "login-suffix": texts.text("login with the school's suffix"),
        "name": texts.text("name"),
    }
    return words.get(step, step)
